"""CSV files: what each column holds is found out, and said."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from netbuilder.check.fields import Field
from netbuilder.data.csv_table import DELIMITERS, Table, read_table
from netbuilder.data.files import locate
from netbuilder.data.source import DataError, Dataset, DataSource
from netbuilder.node_api.params import Bool, Choice, Path, Text, Texts

if TYPE_CHECKING:
    from netbuilder.data.arrays import Array

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
MISSING_CLASS = "(missing)"
MOST_CLASSES = 1000
MOST_VALUES = 2**30  # 4 GiB as float32
LARGEST = 3.4e38  # what a float32 holds
_FEW = 20  # whole numbers with no more values than this look like classes
_MOSTLY = 0.95  # a column with this share of numbers is one of numbers with a slip in it

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(inity)?\Z", re.IGNORECASE)


@dataclass(frozen=True)
class _Numbers:
    """A column of numbers; a missing one is NaN."""

    name: str
    values: list[float]


@dataclass(frozen=True)
class _Classes:
    """A column of categories: for each row the place of its class."""

    name: str
    codes: list[int]
    classes: tuple[str, ...]


@dataclass
class _Contents:
    """What a file holds, sorted out."""

    target: _Numbers | _Classes
    numbers: list[_Numbers] = field(default_factory=list)
    classes: dict[str, _Classes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class CsvFile(DataSource, id="csv", title="CSV file"):
    """A table in a text file, one sample a row; one column is the answer.

    A column in which every value is a number is one of numbers; any other holds categories. Empty
    cells and NA, N/A, NaN, null, none and ? are missing: a missing number becomes the mean over the
    training samples, a missing category is one of its own, and a row without an answer is left out.
    """

    path = Path("", doc="The file.")
    target = Text("", doc="The column with the answer; empty for the last one.")
    answer = Choice(
        "auto",
        ("auto", "class", "number"),
        doc="What the answer is; auto looks at its values.",
    )
    categories = Choice(
        "one_hot",
        ("one_hot", "codes"),
        doc="Categories become columns of 0 and 1 among the features, or fields of their own with "
        "whole numbers for an embedding.",
    )
    categorical = Texts((), doc="Columns whose numbers stand for categories.")
    leave_out = Texts((), doc="Columns to leave out, such as a row number.")
    delimiter = Choice(
        "auto", ("auto", *DELIMITERS), group="Format", doc="What stands between two values."
    )
    decimal = Choice("point", ("point", "comma"), group="Format", doc="The decimal sign.")
    header = Bool(True, group="Format", doc="Whether the first row names the columns.")
    encoding = Choice(
        "utf-8",
        ("utf-8", "cp1252", "latin-1", "utf-16"),
        group="Format",
        doc="How letters are written as bytes.",
    )

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """``features``, categories that stay codes, and ``label`` (classes) or ``target``."""
        return self._fields(self._read(folder))

    def load(self, folder: FilePath) -> Dataset:
        """Read the file."""
        import numpy as np

        contents = self._read(folder)
        codes = self.categories == "codes"
        arrays: dict[str, Array] = {}
        columns: tuple[str, ...] = ()
        if contents.numbers or not codes:
            columns, arrays["features"] = _features(contents, hot=not codes)
        if codes:
            for column, name in _field_names(contents).items():
                arrays[name] = np.array(contents.classes[column].codes, np.int64)
        if isinstance(contents.target, _Classes):
            arrays["label"] = np.array(contents.target.codes, np.int64)
        else:
            arrays["target"] = np.array(contents.target.values, np.float32)
        named = {"features": columns} if columns else {}
        return Dataset(arrays, self._fields(contents), tuple(contents.notes), named)

    def _fields(self, contents: _Contents) -> dict[str, Field]:
        codes = self.categories == "codes"
        found: dict[str, Field] = {}
        if contents.numbers or not codes:
            hot = 0 if codes else sum(len(c.classes) for c in contents.classes.values())
            found["features"] = Field("features", (len(contents.numbers) + hot,))
        if codes:
            for column, name in _field_names(contents).items():
                classes = contents.classes[column].classes
                found[name] = Field(name, dtype="int64", classes=classes)
        if isinstance(contents.target, _Classes):
            classes, rows = contents.target.classes, contents.target.codes
            counts = tuple(map(rows.count, range(len(classes))))
            found["label"] = Field("label", (), "int64", classes, "target", counts)
        else:
            found["target"] = Field("target", role="target")
        return found

    def _read(self, folder: FilePath) -> _Contents:
        path = locate(folder, self.path, "the table (path)")
        table = read_table(path, self.delimiter, self.encoding, self.header)
        target = self._columns_known(table)
        notes: list[str] = []
        table = _answered(table, target, notes)
        contents = _Contents(self._answer(table, target, notes), notes=notes)
        for name in table.columns:
            if name == target or name in self.leave_out:
                continue
            column = self._column(table, name)
            if column is None:
                notes.append(f"Column {name} has no values and is left out.")
            elif isinstance(column, _Classes):
                contents.classes[name] = column
            else:
                contents.numbers.append(column)
                missing = sum(map(math.isnan, column.values))
                if missing:
                    notes.append(f"Column {name}: {missing} of {len(column.values)} are missing.")
        if not contents.numbers and not contents.classes:
            raise DataError(f"{table.name} has no column with values beside the answer, {target}")
        return contents

    def _columns_known(self, table: Table) -> str:
        """Check the columns that settings name; return the one with the answer."""
        names = list(table.columns)
        target = self.target or names[-1]
        for setting, wanted in (
            ("target", [target]),
            ("categorical", self.categorical),
            ("leave_out", self.leave_out),
        ):
            for name in wanted:
                if name not in table.columns:
                    raise DataError(
                        f"{table.name} has no column {name}, which {setting} names; "
                        f"it has: {_listed(names)}"
                    )
        if target in self.leave_out:
            raise DataError(f"the column {target} is left out, but it is the answer")
        return target

    def _column(self, table: Table, name: str) -> _Numbers | _Classes | None:
        """Return what a column holds; None where nothing is in it."""
        texts = table.columns[name]
        known = sum(1 for text in texts if not _is_missing(text))
        if not known:
            return None
        if name in self.categorical:
            return _classes(table, name)
        values = [math.nan if _is_missing(text) else self._number(text) for text in texts]
        numbers = [value for value in values if value is not None]
        count = len(numbers) - (len(texts) - known)
        if len(numbers) == len(texts):
            return _Numbers(name, _finite(table, name, numbers))
        if count >= _MOSTLY * known and len(set(texts)) > _FEW:
            row = values.index(None)
            raise DataError(
                f"{table.name}, line {table.lines[row]}: {name} is {_shown(texts[row])}, but "
                f"{count} of its {known} values are numbers; mend it, or name the column in "
                "categorical or leave_out"
            )
        return _classes(table, name)

    def _answer(self, table: Table, name: str, notes: list[str]) -> _Numbers | _Classes:
        column = self._column(table, name)
        if column is None:
            raise DataError(f"{table.name}: the column {name}, the answer, has no values")
        if isinstance(column, _Classes):
            if self.answer == "number":
                raise DataError(
                    f"{table.name}: the column {name} holds texts such as "
                    f"{_shown(column.classes[0])}, but answer is set to number"
                )
        elif self.answer == "class" or (self.answer == "auto" and _like_classes(column)):
            table.columns[name] = [_plain_number(value) for value in column.values]
            column = _classes(table, name)
            if self.answer == "auto":
                notes.append(
                    f"Column {name} has {len(column.classes)} different whole numbers and is taken "
                    "as classes; set answer to number to predict it as one."
                )
        if len(set(_cells(column))) < 2:
            text = _shown(table.columns[name][0])
            raise DataError(f"{table.name}: the answer, {name}, is {text} in every row")
        return column

    def _number(self, text: str) -> float | None:
        if self.decimal == "comma":
            text = text.replace(".", "_").replace(",", ".")
        if _NUMBER.match(text):
            return float(text)
        return math.inf if _INFINITE.match(text) else None


def _answered(table: Table, target: str, notes: list[str]) -> Table:
    """Return the table without the rows that have no answer."""
    texts = table.columns[target]
    kept = [row for row, text in enumerate(texts) if not _is_missing(text)]
    dropped = len(texts) - len(kept)
    if not dropped:
        return table
    if not kept:
        raise DataError(f"{table.name}: the column {target}, the answer, has no values")
    some = "1 row has" if dropped == 1 else f"{dropped} rows have"
    verb = "is" if dropped == 1 else "are"
    notes.append(f"{some} no value in {target}, the answer, and {verb} left out.")
    columns = {name: [values[row] for row in kept] for name, values in table.columns.items()}
    return Table(table.name, columns, [table.lines[row] for row in kept])


def _classes(table: Table, name: str) -> _Classes:
    texts = [MISSING_CLASS if _is_missing(text) else text for text in table.columns[name]]
    classes = sorted(set(texts), key=_order(set(texts)))
    if len(classes) > MOST_CLASSES:
        raise DataError(
            f"{table.name}: the column {name} has {len(classes)} different values, more than the "
            f"{MOST_CLASSES} that can be classes; leave it out with leave_out"
        )
    place = {text: number for number, text in enumerate(classes)}
    return _Classes(name, [place[text] for text in texts], tuple(classes))


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
                f"{table.name}, line {table.lines[row]}: {name} is "
                f"{_shown(table.columns[name][row])}, which is beyond the largest number, {LARGEST:g}"
            )
    return values


def _like_classes(column: _Numbers) -> bool:
    values = set(column.values)
    whole = all(value.is_integer() for value in values)
    return whole and (len(values) <= 2 or len(values) <= min(_FEW, len(column.values) // 3))


def _cells(column: _Numbers | _Classes) -> list[float] | list[int]:
    return column.codes if isinstance(column, _Classes) else column.values


def _is_missing(text: str) -> bool:
    return len(text) <= 4 and text.lower() in MISSING


def _plain_number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _field_names(contents: _Contents) -> dict[str, str]:
    """A field's name for each column of categories, apart from the names that fields have anyway."""
    taken = {"features", "label", "target"}
    names: dict[str, str] = {}
    for column in contents.classes:
        name = column
        while name in taken:
            name += "_column"
        taken.add(name)
        names[column] = name
    return names


def _features(contents: _Contents, *, hot: bool) -> tuple[tuple[str, ...], Array]:
    """Return names and values of the columns of numbers, and of 0 and 1 for categories if wanted."""
    import numpy as np

    rows = len(_cells(contents.target))
    names = [column.name for column in contents.numbers]
    if hot:
        names += [f"{c.name} = {name}" for c in contents.classes.values() for name in c.classes]
    if rows * len(names) > MOST_VALUES:
        raise DataError(
            f"{rows} rows of {len(names)} columns do not fit in memory; "
            "set categories to codes, or name columns with many categories in leave_out"
        )
    values = np.zeros((rows, len(names)), np.float32)
    for place, column in enumerate(contents.numbers):
        values[:, place] = column.values
    place = len(contents.numbers)
    for category in contents.classes.values() if hot else ():
        values[np.arange(rows), place + np.array(category.codes)] = 1
        place += len(category.classes)
    return tuple(names), values


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


SOURCES: tuple[type[DataSource], ...] = (CsvFile,)
