"""Columns of texts that make poor categories: dates, free text, and too many values."""

from __future__ import annotations

from collections.abc import Sequence

from netbuilder.data.dates import read_dates

DATES, FREE_TEXT, MANY = "dates", "free text", "many values"

_ENOUGH = 5  # values
_WORDS = 4  # on average, in a text that somebody wrote
_DIFFER = 0.5  # of the texts
_MANY = 50  # classes
_EACH = 10  # rows of a class, below which it says little


def kind_of(texts: Sequence[str]) -> str:
    """Return what makes a column a poor one of categories: one of the kinds, or nothing.

    Args:
        texts: Its values, without those that are missing.
    """
    if len(texts) < _ENOUGH:
        return ""
    different = set(texts)
    if len(different) > 1 and read_dates(texts) is not None:
        return DATES
    words = sum(len(text.split()) for text in texts) / len(texts)
    if words >= _WORDS and len(different) >= _DIFFER * len(texts):
        return FREE_TEXT
    return MANY if len(different) > _MANY and len(different) * _EACH > len(texts) else ""
