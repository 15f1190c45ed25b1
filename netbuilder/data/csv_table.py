"""Reading a table of texts from a CSV file; what is wrong is said with its line."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from netbuilder.data.files import open_data
from netbuilder.data.source import DataError

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
MOST_BYTES = 512 * 2**20  # the rows are Python texts while they are sorted out, some ten times that
_SNIFFED_ROWS = 100
_SNIFFED_CHARACTERS = 65_536


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes:
        name: The name of the file, for messages.
        columns: By column name, the text of each row, without spaces around it.
        lines: The line of the file each row begins on, counted from 1; of a file without lines, the row.
        counted: What is counted, ``line`` or ``row``.
        numeric: Columns of numbers that were not read, since only their kind was asked for.
    """

    name: str
    columns: dict[str, list[str]]
    lines: list[int]
    counted: str = "line"
    numeric: frozenset[str] = frozenset()

    def at(self, row: int) -> str:
        """Where a row stands, for a message."""
        return f"{self.name}, {self.counted} {self.lines[row]}"


def read_table(path: Path, delimiter: str, encoding: str, header: bool) -> Table:
    """Read a CSV file; empty lines are skipped.

    Args:
        path: The file.
        delimiter: ``auto`` or a word of ``DELIMITERS``.
        encoding: A name of a Python codec.
        header: Whether the first row names the columns; else they are ``column_1``, ``column_2``...

    Raises:
        DataError: It cannot be read, or is not a table.
    """
    text = _text(path, encoding)
    sign = _sniff(text) if delimiter == "auto" else DELIMITERS[delimiter]
    rows = _rows(path.name, text, sign)
    _, first = next(rows, (0, []))
    if not first:
        raise DataError(f"{path.name} is empty; a table with a row of column names was expected")
    names = _names(path.name, first) if header else _numbered(len(first))
    table = Table(path.name, {name: [] for name in names}, [])
    columns = list(table.columns.values())
    if not header:
        rows = _rows(path.name, text, sign)
    for line, row in rows:
        if len(row) != len(names):
            raise DataError(
                f"{path.name}, line {line}: {_count(len(row), 'value')}, "
                f"but the first row has {_count(len(names), 'column')}"
            )
        table.lines.append(line)
        for column, value in zip(columns, row, strict=True):
            column.append(value.strip())
    if not table.lines:
        raise DataError(f"{path.name} has a row of column names, but no rows of values")
    return table


def _text(path: Path, encoding: str) -> str:
    with open_data(path) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise DataError(
            f"{path.name} is larger than the {MOST_BYTES // 2**20} MiB that a CSV file may have"
        )
    if b"\0" in data and encoding != "utf-16":
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise DataError(
            f"{path.name}, line {line}: a zero byte, so this is no text, or one in utf-16; "
            "check the file and the encoding"
        )
    try:
        # A byte order mark at the start is no part of the first column's name.
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path.name}, line {line}: the byte 0x{data[error.start]:02x} is not {encoding} text; "
            "set the encoding to the one the file was written in, often cp1252"
        ) from error


def _rows(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not empty, with the line it begins on."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        skipinitialspace=True,
        strict=True,
    )
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise DataError(
                f"{name}, line {line}: the quotation marks of the row that begins here do not "
                f"match ({error})"
            ) from error
        if row is None:
            return
        if row:
            yield line, row


def _sniff(text: str) -> str:
    """Return the delimiter with which most rows have the same number of columns, more than one."""
    sample = text[:_SNIFFED_CHARACTERS]
    if len(text) > len(sample):
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, most = ",", (0.0, 0)
    for delimiter in DELIMITERS.values():
        widths: Counter[int] = Counter()
        try:
            rows = islice(_rows("", sample, delimiter), _SNIFFED_ROWS)
            widths.update(len(row) for _, row in rows)
        except DataError:
            continue
        wide = [(count, width) for width, count in widths.items() if width > 1]
        if wide:
            count, width = max(wide)
            score = (count / widths.total(), width)
            if score > most:
                best, most = delimiter, score
    return best


def _names(file: str, row: list[str]) -> list[str]:
    names = [name.strip() or f"column_{number}" for number, name in enumerate(row, 1)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(
            f"{file}, line 1: {len([n for n in names if n == twice[0]])} columns are named "
            f"{twice[0]}; give each a name of its own, or set header to false"
        )
    return names


def _numbered(count: int) -> list[str]:
    return [f"column_{number}" for number in range(1, count + 1)]


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
