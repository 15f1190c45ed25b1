"""What a column of a table of texts holds: numbers, or categories."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from netbuilder.data.column_kinds import DATES, FREE_TEXT, kind_of
from netbuilder.data.csv_table import Table
from netbuilder.data.dates import is_ambiguous, numbers_of_dates, read_dates
from netbuilder.data.source import DataError

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
MISSING_CLASS = "(missing)"
OTHER_CLASS = "(other)"
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
    table: Table, name: str, *, categorical: bool = False, comma: bool = False, most: int | None = 0
) -> Numbers | Classes | None:
    """Return what a column holds; None where nothing is in it.

    Args:
        table: The table.
        name: The column.
        categorical: Whether numbers in it stand for categories.
        comma: Whether a comma is the decimal sign.
        most: How many classes are kept; see ``read_classes``.

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
        return read_classes(table, name, most=most)
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
    return read_classes(table, name, most=most)


def read_classes(table: Table, name: str, *, most: int | None = 0) -> Classes:
    """Return a column of categories, numbers among them by size.

    Args:
        table: The table.
        name: The column.
        most: How many classes are kept, the most frequent ones, where the others become one; 0 for all,
            None for the answer, of which all have to stay.

    Raises:
        DataError: There are more classes than there may be.
    """
    texts = [MISSING_CLASS if is_missing(text) else text for text in table.columns[name]]
    different = set(texts)
    few = most and most < len(different - {MISSING_CLASS})
    kept = _most_frequent(texts, most) if most and few else different
    if kept != different:
        texts = [text if text in kept else OTHER_CLASS for text in texts]
        different = set(texts)
    if len(different) > MOST_CLASSES:
        raise DataError(_too_many(table, name, len(different), answer=most is None))
    classes = sorted(different, key=_order(different))
    place = {text: number for number, text in enumerate(classes)}
    return Classes(name, [place[text] for text in texts], tuple(classes))


def hashed_classes(table: Table, name: str, buckets: int) -> Classes:
    """Return a column of which only a bucket of each text is kept; also of one that was never seen.

    Args:
        table: The table.
        name: The column.
        buckets: How many there are.
    """
    codes = [bucket(text, buckets) for text in table.columns[name]]
    return Classes(name, codes, tuple(f"#{number}" for number in range(buckets)))


def bucket(text: str, buckets: int) -> int:
    """Return the number of the bucket that a text falls into, by its SHA-256."""
    digest = hashlib.sha256(text.strip().encode()).digest()
    return int.from_bytes(digest[:8], "big") % buckets


def read_dates_of(table: Table, name: str, order: str, wanted: str) -> list[Numbers]:
    """Return the columns of numbers that a column of dates becomes; none where it holds anything else.

    Args:
        table: The table.
        name: The column.
        order: ``auto``, ``day_first`` or ``month_first``.
        wanted: ``parts``, ``days`` or ``all``; see ``numbers_of_dates``.

    Raises:
        DataError: The dates can be read in two ways.
    """
    texts = ["" if is_missing(text) else text for text in table.columns[name]]
    found = read_dates(texts, order)
    if found is None:
        return []
    if order == "auto" and is_ambiguous(texts):
        raise DataError(
            f"{table.name}: the column {name} holds dates such as {next(filter(None, texts))!r}, "
            "of which the day or the month can stand first; set date_order to day_first or month_first"
        )
    return [Numbers(f"{name}: {part}", values) for part, values in numbers_of_dates(found, wanted)]


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


def _most_frequent(texts: list[str], most: int) -> set[str]:
    """The most frequent texts, of equal ones the first by letter, and what is missing."""
    counted = Counter(texts)
    counted.pop(MISSING_CLASS, None)
    ranked = sorted(counted, key=lambda text: (-counted[text], text))
    return {*ranked[:most], MISSING_CLASS}


def _too_many(table: Table, name: str, count: int, *, answer: bool) -> str:
    known = [text for text in table.columns[name] if not is_missing(text)]
    kind = kind_of(known)
    if kind in (DATES, FREE_TEXT):
        held = f"the column {name} holds {kind} such as {shown(known[0])}, {count} different ones"
    else:
        held = f"the column {name} has {count} different values"
    ways = {
        DATES: "set dates to parts or days, or leave it out with leave_out",
        FREE_TEXT: "leave it out with leave_out",
    }
    way = ways.get(kind, "set most_frequent to keep some of them, or leave it out with leave_out")
    if answer:
        way = "choose another column as the answer (target)"
    return f"{table.name}: {held}, more than the {MOST_CLASSES} that can be classes; {way}"


def _order(texts: set[str]) -> Callable[[str], tuple[bool, bool, float, str]]:
    """Sort numbers by size, anything else by letter, and then the others and what is missing."""
    special = {MISSING_CLASS, OTHER_CLASS}
    numeric = all(_NUMBER.match(text) for text in texts - special)

    def key(text: str) -> tuple[bool, bool, float, str]:
        size = float(text) if numeric and text not in special else 0.0
        return text == MISSING_CLASS, text == OTHER_CLASS, size, text

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
