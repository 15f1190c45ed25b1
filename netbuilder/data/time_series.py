"""Measurements over time: a stretch of the past goes in, what comes next is to be said."""

from __future__ import annotations

import math
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from netbuilder.check.fields import Field
from netbuilder.data.csv_file import Format
from netbuilder.data.csv_table import Table, read_table
from netbuilder.data.dates import read_dates
from netbuilder.data.files import locate
from netbuilder.data.source import DataError, Dataset, DataSource
from netbuilder.data.table_columns import is_missing, number, shown
from netbuilder.node_api.params import Int, Path, Text, Texts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

MOST_BYTES = 2**30  # of the windows together; overlapping ones hold every row many times
_NUMBER_BYTES = 4
_HOURS = 24


class TimeSeries(DataSource, Format, id="time_series", title="Time series", task="regression"):
    """A table with a row a moment, cut into windows: some rows of the past and the rows to be forecast.

    The windows stay in order: the earliest are trained on, the latest are tested, and no window of one
    part overlaps another part. A missing number is the last one known before it.
    """

    path = Path("", doc="The file, a table in text with a row a moment.")
    time = Text(
        "",
        doc="The column with the date or the number that the rows are put in order by; empty where they are.",
    )
    inputs = Texts((), doc="Columns that the network sees; empty for every column of numbers.")
    targets = Texts((), doc="Columns to forecast; empty for those that the network sees.")
    window = Int(32, min=1, doc="Rows of the past that a sample has.")
    horizon = Int(1, min=1, doc="Rows after them that are to be forecast.")
    stride = Int(1, min=1, doc="Rows from the start of one window to that of the next.")

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """``window``, rows by columns, and ``future``: rows, or rows by columns where there are several."""
        table = self._table(folder)
        return self._fields(*self._columns(table))

    def load(self, folder: FilePath) -> Dataset:
        """Read the file, put the rows in order, and cut them."""
        import numpy as np

        table = self._table(folder)
        inputs, targets = self._columns(table)
        notes: list[str] = []
        names = list(dict.fromkeys((*inputs, *targets)))
        values = {name: self._numbers(table, name, notes) for name in names}
        order = self._order(table, notes)
        rows = len(table.lines)
        span = self.window + self.horizon
        if rows < span:
            raise DataError(
                f"{table.name} has {rows:,} rows, but a window of {self.window:,} and a horizon of "
                f"{self.horizon:,} take {span:,}; make window smaller"
            )
        count = (rows - span) // self.stride + 1
        self._check_size(count, len(inputs), len(targets))
        past, future = (
            np.array([values[name] for name in group], np.float32).T[order]
            for group in (inputs, targets)
        )
        starts = np.arange(count) * self.stride
        ahead = future[(starts + self.window)[:, None] + np.arange(self.horizon)]
        arrays = {
            "window": past[starts[:, None] + np.arange(self.window)],
            "future": ahead[:, :, 0] if len(targets) == 1 else ahead,
        }
        notes.append(
            f"{rows:,} rows were cut into {count:,} windows of {self.window:,} with the {self.horizon:,} "
            f"after them, at a stride of {self.stride:,}; the columns are {', '.join(inputs)}, to be "
            f"forecast {', '.join(targets)}."
        )
        gap = (span - 1) // self.stride
        return Dataset(arrays, self._fields(inputs, targets), tuple(notes), gap=gap)

    def past(self, path: FilePath) -> tuple[npt.NDArray[np.float32], list[int], list[str]]:
        """Return the rows of a table, of the same columns, that is to be forecast.

        Args:
            path: The file.

        Returns:
            The inputs in order of time, (rows, columns); the line of each row; and notes.

        Raises:
            DataError: It cannot be read, or lacks a column.
        """
        import numpy as np

        table = read_table(path, self.delimiter, self.encoding, self.header)
        inputs, _ = self._columns(table)
        notes: list[str] = []
        values = [self._numbers(table, name, notes) for name in inputs]
        order = self._order(table, notes)
        rows = np.array(values, np.float32).T[order]
        return rows, [table.lines[row] for row in order], notes

    def _fields(self, inputs: list[str], targets: list[str]) -> dict[str, Field]:
        several = (len(targets),) if len(targets) > 1 else ()
        return {
            "window": Field("window", (self.window, len(inputs))),
            "future": Field("future", (self.horizon, *several), role="target"),
        }

    def _table(self, folder: FilePath) -> Table:
        path = locate(folder, self.path, "the table (path)")
        return read_table(path, self.delimiter, self.encoding, self.header)

    def _columns(self, table: Table) -> tuple[list[str], list[str]]:
        """The columns that are seen, and those that are forecast."""
        for setting, names in (
            ("time", [self.time] if self.time else []),
            ("inputs", self.inputs),
            ("targets", self.targets),
        ):
            for name in names:
                if name not in table.columns:
                    listed = ", ".join(list(table.columns)[:20])
                    raise DataError(
                        f"{table.name} has no column {name}, which {setting} names; it has: {listed}"
                    )
        inputs = list(self.inputs) or [
            name for name in table.columns if name != self.time and self._is_numeric(table, name)
        ]
        if not inputs:
            raise DataError(f"{table.name} has no column of numbers beside the time")
        return inputs, list(self.targets) or inputs

    def _is_numeric(self, table: Table, name: str) -> bool:
        known = [text for text in table.columns[name] if not is_missing(text)]
        comma = self.decimal == "comma"
        return bool(known) and all(number(text, comma) is not None for text in known)

    def _numbers(self, table: Table, name: str, notes: list[str]) -> list[float]:
        """The numbers of a column, in the order of the file; gaps are filled once they are in order."""
        comma = self.decimal == "comma"
        found: list[float] = []
        for row, text in enumerate(table.columns[name]):
            value = math.nan if is_missing(text) else number(text, comma)
            if value is None or math.isinf(value):
                raise DataError(
                    f"{table.at(row)}: {name} is {shown(text)}, but a number was expected; mend it, or "
                    "leave the column out of inputs and targets"
                )
            found.append(value)
        missing = sum(map(math.isnan, found))
        if missing == len(found):
            raise DataError(f"{table.name}: the column {name} has no values")
        if missing:
            notes.append(
                f"Column {name}: {missing} of {len(found)} are missing and are taken to be as the last "
                "one before them."
            )
        return self._filled(found, self._order(table, []))

    def _filled(self, values: list[float], order: list[int]) -> list[float]:
        """Each gap as the last value before it in time; before the first value, that one."""
        last = next(values[row] for row in order if not math.isnan(values[row]))
        filled = list(values)
        for row in order:
            last = last if math.isnan(values[row]) else values[row]
            filled[row] = last
        return filled

    def _order(self, table: Table, notes: list[str]) -> list[int]:
        """The rows in order of time; rows of the same time as they stand."""
        rows = range(len(table.lines))
        if not self.time:
            return list(rows)
        times = self._times(table)
        order = sorted(rows, key=times.__getitem__)
        if order != list(rows):
            notes.append(f"The rows were put in order of {self.time}.")
        return order

    def _times(self, table: Table) -> list[float]:
        texts = table.columns[self.time]
        for row, text in enumerate(texts):
            if is_missing(text):
                raise DataError(f"{table.at(row)}: {self.time} says no time; fill it")
        values = [number(text, self.decimal == "comma") for text in texts]
        known = [value for value in values if value is not None]
        if len(known) == len(values):
            return known
        dates = read_dates(texts)
        if dates is None:
            strange = next(text for text, v in zip(texts, values, strict=True) if v is None)
            raise DataError(
                f"{table.name}: {self.time} should hold numbers or dates, but holds {shown(strange)}"
            )
        return [
            one.day.toordinal() + (0.0 if math.isnan(one.hour) else one.hour / _HOURS)
            for one in dates
            if one is not None
        ]

    def _check_size(self, count: int, inputs: int, targets: int) -> None:
        size = count * (self.window * inputs + self.horizon * targets) * _NUMBER_BYTES
        if size > MOST_BYTES:
            least = -(-size * self.stride // MOST_BYTES)
            raise DataError(
                f"{count:,} windows of {self.window:,} rows take {size / 1e9:.1f} GB, more than "
                f"{MOST_BYTES / 1e9:.1f} GB; a stride of {least:,} or more fits"
            )


SOURCES: tuple[type[DataSource], ...] = (TimeSeries,)
