"""What a column of a table of texts holds: numbers, or categories."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from netbuilder.data.csv_table import Table
from netbuilder.data.source import DataError

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
MISSING_CLASS = "(missing)"
MOST_CLASSES = 1000
LARGEST = 3.4e38  # what a float32 holds
FEW = 20  # whole numbers with no more values than this look like classes
_MOSTLY = 0.95  # a column with this share of numbers is one of numbers with a slip in it

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(inity)?\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Numbers:
    """A column of numbers; a missing one is NaN."""

    name: str
    values: list[float]


@dataclass(frozen=True)
class Classes:
    """A column of categories: for each row the place of its class."""

    name: str
    codes: list[int]
    classes: tuple[str, ...]


def read_column(
    table: Table, name: str, *, categorical: bool = False, comma: bool = False
) -> Numbers | Classes | None:
    """Return what a column holds; None where nothing is in it.

    Args:
        table: The table.
        name: The column.
        categorical: Whether numbers in it stand for categories.
        comma: Whether a comma is the decimal sign.

    Raises:
        DataError: It has numbers with something else between them, or more classes than there may be.
    """
    texts = table.columns[name]
    if name in table.numeric:
        return Numbers(name, [])
    known = sum(1 for text in texts if not is_missing(text))
    if not known:
        return None
    if categorical:
        return read_classes(table, name)
    values = [math.nan if is_missing(text) else number(text, comma) for text in texts]
    numbers = [value for value in values if value is not None]
    count = len(numbers) - (len(texts) - known)
    if len(numbers) == len(texts):
        return Numbers(name, _finite(table, name, numbers))
    if count >= _MOSTLY * known and len(set(texts)) > FEW:
        row = values.index(None)
        raise DataError(
            f"{table.at(row)}: {name} is {shown(texts[row])}, but {count} of its {known} values are "
            "numbers; mend it, or name the column in categorical or leave_out"
        )
    return read_classes(table, name)


def read_classes(table: Table, name: str) -> Classes:
    """Return a column of categories, numbers among them by size.

    Raises:
        DataError: There are more classes than there may be.
    """
    texts = [MISSING_CLASS if is_missing(text) else text for text in table.columns[name]]
    classes = sorted(set(texts), key=_order(set(texts)))
    if len(classes) > MOST_CLASSES:
        raise DataError(
            f"{table.name}: the column {name} has {len(classes)} different values, more than the "
            f"{MOST_CLASSES} that can be classes; leave it out with leave_out"
        )
    place = {text: number for number, text in enumerate(classes)}
    return Classes(name, [place[text] for text in texts], tuple(classes))


def like_classes(column: Numbers) -> bool:
    """Whether numbers look like classes: whole, and few for so many rows."""
    values = set(column.values)
    whole = all(value.is_integer() for value in values)
    return whole and (len(values) <= 2 or len(values) <= min(FEW, len(column.values) // 3))


def cells(column: Numbers | Classes) -> list[float] | list[int]:
    """The values of a column, or the places of its classes."""
    return column.codes if isinstance(column, Classes) else column.values


def is_missing(text: str) -> bool:
    """Whether a text stands for a value that is not there."""
    return len(text) <= 4 and text.lower() in MISSING


def plain_number(value: float) -> str:
    """A number as a text, whole ones without a point."""
    return str(int(value)) if value.is_integer() else repr(value)


def shown(text: str) -> str:
    """A text as a message shows it."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def number(text: str, comma: bool) -> float | None:
    """Return the number that a text is, infinity among them; None for any other text."""
    if comma:
        text = text.replace(".", "_").replace(",", ".")
    if _NUMBER.match(text):
        return float(text)
    return math.inf if _INFINITE.match(text) else None


def _order(texts: set[str]) -> Callable[[str], tuple[bool, float, str]]:
    """Sort numbers by size, anything else by letter, and what is missing last."""
    numeric = all(_NUMBER.match(text) for text in texts - {MISSING_CLASS})

    def key(text: str) -> tuple[bool, float, str]:
        missing = text == MISSING_CLASS
        return missing, float(text) if numeric and not missing else 0.0, text

    return key


def _finite(table: Table, name: str, values: list[float]) -> list[float]:
    """Return the values of a column; none may be more than a float32 holds."""
    for row, value in enumerate(values):
        if abs(value) > LARGEST:
            raise DataError(
                f"{table.at(row)}: {name} is {shown(table.columns[name][row])}, which is beyond the "
                f"largest number, {LARGEST:g}"
            )
    return values
