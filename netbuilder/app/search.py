"""Finding by a few letters: the best match first, as people abbreviate names of layers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Protocol, TypeVar

# How good a match is; a word of several is as good as its best place.
_EXACT = 100.0
_FIRST_WORD = 97.0
_ALSO = 96.0
_START = 90.0
_ALSO_START = 80.0
_INITIALS = 78.0
_WORD_START = 74.0
_INSIDE = 60.0
_ALSO_INSIDE = 50.0
_LETTERS = 40.0
_CATEGORY = 30.0
_SENTENCE = 20.0

# Of a family over space, the one for images is meant most often.
_AXES = {"2d": 0, "1d": 1, "3d": 2}
_WORDS = re.compile(r"[A-Z]+(?![a-z])[0-9]*[a-z]?|[A-Z]?[a-z]+|[0-9]+[a-z]?")
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_TORCH = re.compile(r"^(torch\.)?(nn\.)?(functional\.|f\.)?", re.IGNORECASE)


class Findable(Protocol):
    """What can be found."""

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called; the first one is shown."""

    @property
    def also(self) -> tuple[str, ...]:
        """What else people call it."""

    @property
    def category(self) -> str:
        """The section it stands in."""

    @property
    def sentence(self) -> str:
        """What it does."""


F = TypeVar("F", bound=Findable)


def ranked(entries: Iterable[F], text: str, recent: Sequence[str] = ()) -> list[F]:
    """Return what matches a text, best first; all of it for an empty text.

    Args:
        entries: What there is, in its usual order, which decides between equals; but of ``Conv1d`` to
            ``Conv3d`` the one for images comes first.
        text: What was typed: a part of a name, initials, or letters that occur in that order. Several
            words must all match.
        recent: First names of what was used last, newest first; of equals these come first.
    """
    words = [_bare(word) for word in _TORCH.sub("", text.strip()).split()]
    words = [word for word in words if word]
    places = {name: place for place, name in enumerate(recent)}
    found: list[tuple[float, int, int, int, F]] = []
    known = list(entries)
    for number, entry in enumerate(known):
        score = _score(entry, words, _bare(text)) if words else 0.0
        if score > 0 or not words:
            name = entry.names[0]
            axes = _AXES.get(name[-2:], 0) if words else 0
            found.append((-score, places.get(name, len(places)), axes, number, entry))
    found.sort(key=lambda item: item[:4])
    return [item[4] for item in found] or _mistyped(known, "".join(words))


def _mistyped(entries: Sequence[F], word: str) -> list[F]:
    """What was meant by a word with a slip in it."""
    by_name: dict[str, F] = {}
    for entry in entries:
        for name in (*entry.names, *entry.also):
            by_name.setdefault(_bare(name), entry)
    close = get_close_matches(word, by_name, n=6, cutoff=0.75) if len(word) > 3 else []
    return list({id(by_name[name]): by_name[name] for name in close}.values())


@dataclass(frozen=True, slots=True)
class _Known:
    """What is compared of an entry: bare letters, made ready once.

    Attributes:
        names: Each with the words it is made of, the first being what stands before a space.
        also: What else people call it.
        category: The section it stands in.
        sentence: The words of its sentence, a space before each.
    """

    names: tuple[tuple[str, tuple[str, ...]], ...]
    also: tuple[str, ...]
    category: str
    sentence: str


@lru_cache(maxsize=8192)
def _known(names: tuple[str, ...], also: tuple[str, ...], category: str, sentence: str) -> _Known:
    return _Known(
        tuple({(_bare(name), _spelt(name)): None for name in names}),  # title and id mostly agree
        tuple(_bare(name) for name in also),
        _bare(category),
        " " + " ".join(_NO_LETTER.split(sentence.lower())),
    )


def _score(entry: Findable, words: Sequence[str], whole: str) -> float:
    """How well an entry matches; 0 where a word matches nowhere."""
    known = _known(entry.names, entry.also, entry.category, entry.sentence)
    scores = [_of_word(known, word) for word in words]
    if not all(scores):
        return 0.0
    together = _of_word(known, whole) if len(words) > 1 else 0.0
    return max(min(scores), together)


def _of_word(known: _Known, word: str) -> float:
    best = 0.0
    for bare, parts in known.names:
        # What has the letters neither in a row nor from the first one on is passed by at once.
        if bare and (word in bare or bare[0] == word[0]):
            best = max(best, _of_name(bare, parts, word))
    for bare in known.also:
        if word in bare:
            best = max(best, _of_alias(bare, word))
    if best < _CATEGORY and known.category.startswith(word):
        return _CATEGORY
    if best < _SENTENCE and len(word) > 2 and f" {word}" in known.sentence:
        return _SENTENCE
    return best


def _of_name(bare: str, parts: Sequence[str], word: str) -> float:
    if bare == word:
        return _EXACT
    if word == parts[0]:
        return _FIRST_WORD - _rest(bare, word) / 100
    if bare.startswith(word):
        return _START - _rest(bare, word)
    if len(word) > 1 and _are_initials(parts[1:], word):
        return _INITIALS - _rest(bare, word) / 10
    if word in bare:
        if any(part.startswith(word) for part in parts[1:]):
            return _WORD_START - _rest(bare, word)
        return _INSIDE - _rest(bare, word) if len(word) > 1 else 0.0
    gaps = _gaps(bare, word)
    return _LETTERS - min(gaps, 30) if gaps is not None else 0.0


def _of_alias(bare: str, word: str) -> float:
    if bare == word:
        return _ALSO
    if bare.startswith(word):
        return _ALSO_START - _rest(bare, word)
    return _ALSO_INSIDE - _rest(bare, word) if len(word) > 2 else 0.0


def _rest(name: str, word: str) -> float:
    """A little less for every letter that was not typed."""
    return min(len(name) - len(word), 40) / 10


def _are_initials(parts: Sequence[str], word: str) -> bool:
    """Whether a word is made of beginnings of the parts in order, as ``bn2`` of batch, norm, 2d."""

    def fits(place: int, rest: str) -> bool:
        if not rest:
            return True
        if place == len(parts):
            return False
        same = 0
        for letter, other in zip(parts[place], rest, strict=False):
            if letter != other:
                break
            same += 1
        return any(fits(place + 1, rest[length:]) for length in range(same, 0, -1))

    return fits(0, word)


def _gaps(name: str, word: str) -> int | None:
    """How many letters lie between those of a word, in their order; None where they do not occur so."""
    if len(word) < 2 or not name or name[0] != word[0]:
        return None
    place, gaps = 0, 0
    for letter in word[1:]:
        found = name.find(letter, place + 1)
        if found < 0:
            return None
        gaps += found - place - 1
        place = found
    return gaps


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    return _NO_LETTER.sub("", text.lower())


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[str, ...]:
    """The words of a name such as ``BatchNorm2d``: batch, norm, 2d."""
    return tuple(part.lower() for part in _WORDS.findall(name))


def _spelt(name: str) -> tuple[str, ...]:
    """What stands before the first space, and the words of the whole: ``ViT block``: vit, vi, t, block."""
    return (_bare(name.partition(" ")[0]), *_parts(name))
