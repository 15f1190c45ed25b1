"""Fuzzy search: how well what was typed fits a title, and which of its letters it names."""

from __future__ import annotations

from collections.abc import Sequence

_SUBSEQUENCE = 2  # letters at least, below which any title would fit


def rank(typed: str, title: str, other: Sequence[str] = ()) -> tuple[float, tuple[int, ...]] | None:
    """Say how well every word that was typed fits; None where one does not.

    Args:
        typed: What was typed.
        title: What is looked for, as people call it.
        other: Further texts about it, the most telling first: an id, a category, a sentence.

    Returns:
        A number, more for what fits better, and the places in the title of the letters that were
        typed.
    """
    words = typed.lower().split()
    if not words:
        return 0.0, ()
    whole = _in_title(" ".join(words), title)
    if whole is not None:
        return whole
    score = 0.0
    places: set[int] = set()
    for word in words:
        found = _in_title(word, title)
        if found is not None:
            score += found[0]
            places |= set(found[1])
            continue
        elsewhere = _in_others(word, other)
        if not elsewhere:
            return None
        score += elsewhere
    return score / len(words), tuple(sorted(places))


def _in_title(word: str, title: str) -> tuple[float, tuple[int, ...]] | None:
    text = title.lower()
    at = text.find(word)
    starts = _starts(title)
    if at >= 0:
        # The start of a later word, as "norm" in "Batch norm", tells more than its middle.
        inner = [i for i in starts if text.startswith(word, i)]
        at = 0 if at == 0 else inner[0] if inner else at
        bonus = 800.0 if at == 0 else 600.0 if inner else 400.0
        exact = 200.0 if word == text else 0.0
        return bonus + exact - len(text), tuple(range(at, at + len(word)))
    initials = "".join(text[i] for i in starts)
    at = initials.find(word)
    if at >= 0 and len(word) >= _SUBSEQUENCE:
        return 500.0 - len(text) - at, tuple(starts[at : at + len(word)])
    return _scattered(word, text, starts)


def _scattered(word: str, text: str, starts: Sequence[int]) -> tuple[float, tuple[int, ...]] | None:
    """The letters in their order with others between; they begin where a word begins."""
    if len(word) < _SUBSEQUENCE:
        return None
    best: tuple[float, tuple[int, ...]] | None = None
    for start in starts:
        places = _from(start, word, text)
        if places:
            gaps = places[-1] - places[0] + 1 - len(word)
            score = 300.0 - 10.0 * gaps - len(text)
            if best is None or score > best[0]:
                best = score, places
    return best


def _from(start: int, word: str, text: str) -> tuple[int, ...]:
    if text[start] != word[0]:
        return ()
    places, at = [start], start
    for letter in word[1:]:
        at = text.find(letter, at + 1)
        if at < 0:
            return ()
        places.append(at)
    return tuple(places)


def _in_others(word: str, other: Sequence[str]) -> float:
    for index, text in enumerate(other):
        if word in text.lower():
            return 100.0 - 20.0 * index
    return 0.0


def _starts(title: str) -> list[int]:
    """Where words begin: behind a space or a sign, at a capital in a word, and at a digit."""
    found = []
    before = " "
    for index, letter in enumerate(title):
        begins = not before.isalnum() or (letter.isupper() and not before.isupper())
        if letter.isalnum() and (begins or (letter.isdigit() and not before.isdigit())):
            found.append(index)
        before = letter
    return found
