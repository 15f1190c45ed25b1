"""Dates in tables of texts: recognized as a column, and turned into numbers.

ISO 8601 is known, with a time and a zone or without, year/month/day, day and month as numbers in either
order, and English names of months. Days and hours are those that are written down, whatever the zone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

PARTS = ("year", "month", "day", "weekday")
_SINCE = "days since "

_TIME = r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?)?"
_ZONE = r"(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\Z"
_YEAR = r"(?P<year>\d{4})"
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_MONTH = r"(?P<name>[A-Za-z]{3,9})\.?"
_FORMS = tuple(
    (order, re.compile(form + _TIME + _ZONE, re.ASCII))
    for order, form in (
        ("", rf"{_YEAR}(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}})"),
        (
            "day_first",
            rf"(?P<day>\d{{1,2}})(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign){_YEAR}",
        ),
        (
            "month_first",
            rf"(?P<month>\d{{1,2}})(?P<sign>[-/.])(?P<day>\d{{1,2}})(?P=sign){_YEAR}",
        ),
        ("", rf"(?P<day>\d{{1,2}})[- .]+{_MONTH}[- ,]+{_YEAR}"),
        ("", rf"{_MONTH} (?P<day>\d{{1,2}}),? {_YEAR}"),
    )
)


class Moment(NamedTuple):
    """A date, with the hours of the day that have passed; NaN where no time is written."""

    day: date
    hour: float


def read_dates(texts: Sequence[str], order: str = "auto") -> list[Moment | None] | None:
    """Return the dates of a column; None where it holds anything else.

    Args:
        texts: What is written, empty where it is missing.
        order: ``day_first``, ``month_first`` or ``auto``: which of 3/4/2020 is the day. ``auto`` takes
            the way in which all can be read; of two, the day first.
    """
    for _, of in _readings(texts, order):
        return of
    return None


def is_ambiguous(texts: Sequence[str]) -> bool:
    """Whether the dates of a column can be read with the day first and with the month first."""
    readings = [of for _, of in _readings(texts, "auto")]
    return len(readings) > 1 and readings[0] != readings[1]


def numbers_of_dates(
    dates: Sequence[Moment | None], wanted: str
) -> Iterable[tuple[str, list[float]]]:
    """Yield what becomes of dates: a name and the numbers, NaN where a date is missing.

    Args:
        dates: The dates.
        wanted: ``parts`` for year, month, day, weekday from Monday as 0, and hour where a time is
            written; ``days`` for the days since the earliest; ``all`` for both.
    """
    known = [one for one in dates if one is not None]
    timed = any(not math.isnan(one.hour) for one in known)
    if wanted in ("parts", "all"):
        for part in (*PARTS, *(("hour",) if timed else ())):
            yield part, date_part(dates, part)
    if wanted in ("days", "all"):
        part = f"{_SINCE}{min(one.day for one in known).isoformat()}"
        yield part, date_part(dates, part)


def date_part(dates: Sequence[Moment | None], part: str) -> list[float]:
    """Return the numbers of one part, as ``numbers_of_dates`` names it; of times, days have fractions."""
    if part == "hour":
        return [math.nan if one is None or math.isnan(one.hour) else one.hour for one in dates]
    if part.startswith(_SINCE):
        first = date.fromisoformat(part.removeprefix(_SINCE)).toordinal()
        return [
            math.nan if one is None
            else one.day.toordinal() - first + (0 if math.isnan(one.hour) else one.hour / 24)
            for one in dates
        ]  # fmt: skip
    of: Callable[[date], int] = (
        date.weekday if part == "weekday" else lambda day: getattr(day, part)
    )
    return [math.nan if one is None else float(of(one.day)) for one in dates]


def parted_name(name: str) -> tuple[str, str] | None:
    """Return the column and the part that a column of numbers from dates is named after, if it is one."""
    column, sign, part = name.rpartition(": ")
    known = part in (*PARTS, "hour") or re.fullmatch(rf"{_SINCE}\d{{4}}-\d\d-\d\d", part)
    return (column, part) if sign and column and known else None


def _readings(texts: Sequence[str], order: str) -> Iterable[tuple[str, list[Moment | None]]]:
    """Each way to read all texts as dates, with what they are then."""
    if not any(texts):
        return
    for of, form in _FORMS:
        if of and order not in ("auto", of):
            continue
        found: list[Moment | None] = []
        for text in texts:
            moment = _read(form, text) if text else None
            if text and moment is None:
                break
            found.append(moment)
        else:
            yield of, found


def _read(form: re.Pattern[str], text: str) -> Moment | None:
    match = form.match(text)
    if match is None:
        return None
    held = match.groupdict()
    month = _named_month(held["name"]) if held.get("name") else int(held["month"])
    try:
        day = date(int(held["year"]), month, int(held["day"]))
    except ValueError:  # such as the 31st of April, or no name of a month
        return None
    if held["hour"] is None:
        return Moment(day, math.nan)
    hour, minute, second = (int(held[part] or 0) for part in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 60:
        return None
    return Moment(day, hour + minute / 60 + second / 3600)


def _named_month(name: str) -> int:
    """The number of a month by its name, whole or its first three letters; 0 for anything else."""
    told = "sep" if name.lower() == "sept" else name.lower()
    for number, month in enumerate(_MONTHS, 1):
        if told in (month, month[:3]):
            return number
    return 0
