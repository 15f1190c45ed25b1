"""Columns that look like personal data: names, e-mail addresses, phone numbers, ids."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

_MOSTLY = 0.5  # of the values have to look so
_ALMOST_ALL = 0.9  # of the values differ, where each stands for a person
_ENOUGH = 5  # values
_ROWS = 20  # fewer may count up by chance

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+\Z")
# Digits in groups or with a sign for a country: a plain number is none.
_PHONE = re.compile(r"(\+\d[\d ()/.-]{6,18}|\(?0?\d{2,5}\)?[ /-]\d{3,4}[ -]\d{3,5})\Z")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}\Z|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\Z")
_LETTERS = re.compile(r"[^\W\d_][^\d_@]*\Z")
_NAMED = {
    "names": re.compile(
        r"(?:first|last|given|family|full|sur|middle|user|customer|patient)[ _-]?name|name|surname|"
        r"vorname|nachname",
        re.IGNORECASE,
    ),
    "ids": re.compile(
        r"(?:\w+[ _-])?id|uuid|guid|ssn|passport(?:[ _-]?(?:no|number))?|"
        r"(?:customer|patient|account|social[ _-]security|insurance|iban|card)[ _-]?(?:no|number|nr)|iban",
        re.IGNORECASE,
    ),
    "phone numbers": re.compile(
        r"(?:tele)?phone(?:[ _-]?(?:no|number))?|mobile|fax", re.IGNORECASE
    ),
    "e-mail addresses": re.compile(r"e[ _-]?mail(?:[ _-]?address)?", re.IGNORECASE),
}


def personal_columns(columns: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return what the columns of a table of texts look like that look personal, by their name.

    Args:
        columns: The text of each row by the name of the column; empty where it is missing.

    Returns:
        ``names``, ``e-mail addresses``, ``phone numbers`` or ``ids``.
    """
    found = {}
    for name, texts in columns.items():
        known = [text for text in texts if text]
        kind = _kind(name.strip(), known) if len(known) >= _ENOUGH else ""
        if kind:
            found[name] = kind
    return found


def _kind(name: str, texts: Sequence[str]) -> str:
    differ = len(set(texts)) >= _ALMOST_ALL * len(texts)
    if _share(_EMAIL, texts) >= _MOSTLY:
        return "e-mail addresses"
    if _share(_PHONE, texts) >= _MOSTLY and _share(_DATE, texts) < _MOSTLY:
        return "phone numbers"
    for kind, pattern in _NAMED.items():
        if pattern.fullmatch(name) and (differ or (kind == "names" and _many(texts))):
            letters = _share(_LETTERS, texts) >= _MOSTLY
            if kind != "names" or letters:
                return kind
    return "ids" if _counts_up(texts) else ""


def _share(pattern: re.Pattern[str], texts: Sequence[str]) -> float:
    return sum(1 for text in texts if pattern.match(text)) / len(texts)


def _many(texts: Sequence[str]) -> bool:
    """Whether there are so many different ones that they name people and not kinds."""
    return len(set(texts)) > max(20, len(texts) // 4)


def _counts_up(texts: Sequence[str]) -> bool:
    """Whether every row has the number of the row before and one: the number of the row."""
    if len(texts) < _ROWS or not all(text.isascii() and text.isdigit() for text in texts):
        return False
    numbers = [int(text) for text in texts]
    return all(b - a == 1 for a, b in pairwise(numbers))
