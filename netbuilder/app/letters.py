"""Which letters of a title were typed, so that they can be shown as such."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache


def letters(title: str, typed: str) -> tuple[int, ...]:
    """Return the places in a title of what was typed; none of a word that was found elsewhere."""
    places: set[int] = set()
    for word in typed.lower().split():
        places.update(_of_word(title, word))
    return tuple(sorted(places))


def runs(title: str, places: Collection[int]) -> list[tuple[str, bool]]:
    """Return a title in pieces, and whether each was typed."""
    pieces: list[tuple[str, bool]] = []
    for index, letter in enumerate(title):
        strong = index in places
        if pieces and pieces[-1][1] == strong:
            pieces[-1] = pieces[-1][0] + letter, strong
        else:
            pieces.append((letter, strong))
    return pieces


def _of_word(title: str, word: str) -> Sequence[int]:
    text, starts = title.lower(), _starts(title)
    at = text.find(word)
    if at >= 0:
        # The start of a later word, as "norm" in "Batch norm", is meant rather than its middle.
        at = next((i for i in starts if text.startswith(word, i)), at)
        return range(at, at + len(word))
    return next(filter(None, (_from(start, word, text, starts) for start in starts)), ())


def _from(start: int, word: str, text: str, starts: Sequence[int]) -> tuple[int, ...]:
    """The letters in their order from one place on; where words begin, if they can."""
    if text[start] != word[0]:
        return ()
    places, at = [start], start
    for letter in word[1:]:
        begins = [i for i in starts if i > at and text[i] == letter]
        follows = text.startswith(letter, at + 1)
        at = at + 1 if follows else begins[0] if begins else text.find(letter, at + 1)
        if at < 0:
            return ()
        places.append(at)
    return tuple(places)


@lru_cache(maxsize=2048)
def _starts(title: str) -> tuple[int, ...]:
    """Where words begin: behind a space or a sign, at a capital in a word, and at a digit."""
    found = []
    before = " "
    for index, letter in enumerate(title):
        begins = not before.isalnum() or (letter.isupper() and not before.isupper())
        if letter.isalnum() and (begins or (letter.isdigit() and not before.isdigit())):
            found.append(index)
        before = letter
    return tuple(found)
