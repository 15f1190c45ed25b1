"""Tables, whatever file they are in: what each column holds is found out, and said."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from netbuilder.check.fields import Field
from netbuilder.data.csv_table import Table
from netbuilder.data.source import DataError, Dataset, DataSource
from netbuilder.data.table_columns import (
    OTHER_CLASS,
    Classes,
    Numbers,
    cells,
    hashed_classes,
    is_missing,
    like_classes,
    plain_number,
    read_classes,
    read_column,
    read_dates_of,
    shown,
)
from netbuilder.node_api.params import Choice, Int, Path, Text, Texts

if TYPE_CHECKING:
    from netbuilder.data.arrays import Array

MOST_VALUES = 2**30  # 4 GiB as float32


@dataclass
class _Contents:
    """What a file holds, sorted out."""

    target: Numbers | Classes
    numbers: list[Numbers] = field(default_factory=list)
    classes: dict[str, Classes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class TableSource(DataSource):
    """A table, one sample a row; one column is the answer."""

    later = frozenset({"dates", "date_order", "most_frequent", "hashed", "buckets"})

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
    dates = Choice(
        "classes",
        ("classes", "parts", "days", "all"),
        doc="What dates become: a category each, the numbers of year, month, day, weekday and hour, "
        "the days since the earliest, or all of these numbers.",
    )
    date_order = Choice(
        "auto",
        ("auto", "day_first", "month_first"),
        doc="Which of the numbers in 3/4/2020 is the day; auto looks at all dates of the column.",
    )
    most_frequent = Int(
        0,
        min=0,
        max=1000,
        doc="How many categories of a column are kept, the most frequent ones, where the others "
        "become (other); 0 keeps all.",
    )

    hashed = Texts(
        (),
        doc="Columns of which only the bucket is kept that a hash puts a text into, such as names and ids "
        "of people: a bucket is a category, and nobody is told by it.",
    )
    buckets = Int(
        64,
        min=2,
        max=1000,
        doc="How many buckets a hashed column has; fewer tell people apart less.",
    )

    @property
    def comma(self) -> bool:
        """Whether a comma is the decimal sign in texts."""
        return False

    @abstractmethod
    def table(self, folder: FilePath) -> Table:
        """Return the table of texts.

        Args:
            folder: Where relative paths start.

        Raises:
            DataError: The file is missing or not as expected.
        """

    def table_with(self, column: str, folder: FilePath) -> Table:
        """Return the table with a column that may be one that is left out.

        Args:
            column: Its name.
            folder: Where relative paths start.

        Raises:
            DataError: The file is missing or not as expected.
        """
        return self.table(folder)

    def outline(self, folder: FilePath) -> Table:
        """Return the table as far as the fields depend on it.

        Args:
            folder: Where relative paths start.

        Raises:
            DataError: The file is missing or not as expected.
        """
        return self.table(folder)

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """``features``, categories that stay codes, and ``label`` (classes) or ``target``."""
        return self._fields(self._contents(self.outline(folder)))

    def load(self, folder: FilePath) -> Dataset:
        """Read the file."""
        import numpy as np

        contents = self._contents(self.table(folder))
        codes = self.categories == "codes"
        arrays: dict[str, Array] = {}
        columns: tuple[str, ...] = ()
        if contents.numbers or not codes:
            columns, arrays["features"] = _features(contents, hot=not codes)
        if codes:
            for column, name in _field_names(contents).items():
                arrays[name] = np.array(contents.classes[column].codes, np.int64)
        if isinstance(contents.target, Classes):
            arrays["label"] = np.array(contents.target.codes, np.int64)
        else:
            arrays["target"] = np.array(contents.target.values, np.float32)
        named = {"features": columns} if columns else {}
        return Dataset(arrays, self._fields(contents), tuple(contents.notes), named)

    def texts_of(self, column: str, folder: FilePath) -> list[str]:
        """The texts of a column, also of one that is no feature, in the rows that have an answer."""
        table = self.table_with(column, folder)
        target = self._columns_known(table)
        if column not in table.columns:
            raise DataError(
                f"{table.name} has no column {column}, which is asked for; it has: "
                f"{_listed(list(table.columns))}"
            )
        return _answered(table, target, []).columns[column]

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
        if isinstance(contents.target, Classes):
            classes, rows = contents.target.classes, contents.target.codes
            counts = tuple(map(rows.count, range(len(classes))))
            found["label"] = Field("label", (), "int64", classes, "target", counts)
        else:
            found["target"] = Field("target", role="target")
        return found

    def _contents(self, table: Table) -> _Contents:
        target = self._columns_known(table)
        notes: list[str] = []
        table = _answered(table, target, notes)
        contents = _Contents(self._answer(table, target, notes), notes=notes)
        for name in table.columns:
            if name == target or name in self.leave_out:
                continue
            self._sort_in(contents, table, name)
        if not contents.numbers and not contents.classes:
            raise DataError(f"{table.name} has no column with values beside the answer, {target}")
        return contents

    def _sort_in(self, contents: _Contents, table: Table, name: str) -> None:
        """Add what a column holds to the contents."""
        if name in self.hashed:
            contents.classes[name] = hashed_classes(table, name, self.buckets)
            contents.notes.append(
                f"Of column {name} only the bucket is kept, one of {self.buckets}, that a hash puts it into."
            )
            return
        if self.dates != "classes" and name not in (*self.categorical, *table.numeric):
            made = read_dates_of(table, name, self.date_order, self.dates)
            if made:
                contents.numbers += made
                parts = ", ".join(column.name.removeprefix(f"{name}: ") for column in made)
                contents.notes.append(f"Column {name} holds dates and becomes numbers: {parts}.")
                return
        column = self._column(table, name)
        if column is None:
            contents.notes.append(f"Column {name} has no values and is left out.")
        elif isinstance(column, Classes):
            contents.classes[name] = column
            if OTHER_CLASS in column.classes:
                contents.notes.append(
                    f"Of column {name} the {self.most_frequent} most frequent values are kept; the "
                    f"others are {OTHER_CLASS}."
                )
        else:
            contents.numbers.append(column)
            missing = sum(map(math.isnan, column.values))
            if missing:
                rows = len(column.values)
                contents.notes.append(f"Column {name}: {missing} of {rows} are missing.")

    def _columns_known(self, table: Table) -> str:
        """Check the columns that settings name; return the one with the answer."""
        names = list(table.columns)
        target = self._target(table)
        for setting, wanted in (
            ("target", [target]),
            ("categorical", self.categorical),
            ("leave_out", self.leave_out),
            ("hashed", self.hashed),
        ):
            for name in wanted:
                if name not in table.columns:
                    raise DataError(
                        f"{table.name} has no column {name}, which {setting} names; "
                        f"it has: {_listed(names)}"
                    )
        if target in self.leave_out:
            raise DataError(f"the column {target} is left out, but it is the answer")
        if target in self.hashed:
            raise DataError(
                f"the column {target} is hashed, but it is the answer; take it out of hashed"
            )
        return target

    def _column(self, table: Table, name: str) -> Numbers | Classes | None:
        return read_column(
            table,
            name,
            categorical=name in self.categorical,
            comma=self.comma,
            most=None if name == self._target(table) else self.most_frequent,
        )

    def _target(self, table: Table) -> str:
        return self.target or list(table.columns)[-1]

    def _answer(self, table: Table, name: str, notes: list[str]) -> Numbers | Classes:
        column = self._column(table, name)
        if column is None:
            raise DataError(f"{table.name}: the column {name}, the answer, has no values")
        if isinstance(column, Classes):
            if self.answer == "number":
                raise DataError(
                    f"{table.name}: the column {name} holds texts such as "
                    f"{shown(column.classes[0])}, but answer is set to number"
                )
        elif self.answer == "class" or (self.answer == "auto" and like_classes(column)):
            table.columns[name] = [plain_number(value) for value in column.values]
            column = read_classes(table, name)
            if self.answer == "auto":
                notes.append(
                    f"Column {name} has {len(column.classes)} different whole numbers and is taken "
                    "as classes; set answer to number to predict it as one."
                )
        if len(set(cells(column))) < 2:
            text = shown(table.columns[name][0])
            raise DataError(f"{table.name}: the answer, {name}, is {text} in every row")
        return column


def _answered(table: Table, target: str, notes: list[str]) -> Table:
    """Return the table without the rows that have no answer."""
    texts = table.columns[target]
    kept = [row for row, text in enumerate(texts) if not is_missing(text)]
    dropped = len(texts) - len(kept)
    if not dropped:
        return table
    if not kept:
        raise DataError(f"{table.name}: the column {target}, the answer, has no values")
    some = "1 row has" if dropped == 1 else f"{dropped} rows have"
    verb = "is" if dropped == 1 else "are"
    notes.append(f"{some} no value in {target}, the answer, and {verb} left out.")
    columns = {name: [values[row] for row in kept] for name, values in table.columns.items()}
    return replace(table, columns=columns, lines=[table.lines[row] for row in kept])


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

    rows = len(cells(contents.target))
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


def _listed(names: list[str]) -> str:
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
