"""Samples of a file that a network was not trained on, read into the fields that it was trained on.

Tables are read by the names of their columns, which may stand in any order; images are brought to the
size of the training images; arrays hold the numbers as the source gives them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from netbuilder.check.fields import Field
from netbuilder.data.array_files import ArrayFiles
from netbuilder.data.arrays import Array
from netbuilder.data.csv_file import CsvFile
from netbuilder.data.csv_table import Table, read_table
from netbuilder.data.dates import date_part, is_ambiguous, parted_name, read_dates
from netbuilder.data.images import read_images
from netbuilder.data.new_windows import TEXTS, series_windows, text_windows
from netbuilder.data.npy import read_headers
from netbuilder.data.parquet_table import read_parquet
from netbuilder.data.picture_files import ENDINGS
from netbuilder.data.source import DataError, DataSource
from netbuilder.data.table_columns import (
    LARGEST,
    MISSING_CLASS,
    OTHER_CLASS,
    bucket,
    is_missing,
    number,
    shown,
)
from netbuilder.data.table_source import TableSource
from netbuilder.data.time_series import TimeSeries

if TYPE_CHECKING:
    import numpy.typing as npt

MOST_VALUES = 2**28  # 1 GiB as float32
_NAMED = 10  # columns that a message names
_PARQUET = (".parquet", ".pq")
_SIGN = " = "  # between a column and its class, in the names of columns of 0 and 1


@dataclass(frozen=True)
class NewSamples:
    """Samples as the source of the training gives them, before gaps are filled and numbers scaled.

    Attributes:
        arrays: By field, (samples, *shape).
        names: Where each sample is from: a file, with the line in a table.
        notes: Sentences on what was left out.
    """

    arrays: Mapping[str, Array]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trained:
    """What samples have to be like.

    Attributes:
        source: The source that the network was trained on.
        fields: Returns its fields; asked only for what is no table, since files may be gone.
        preprocessing: What ``Prepared.preprocessing`` says.
        wanted: The fields that the network takes.
    """

    source: DataSource
    fields: Callable[[], Mapping[str, Field]]
    preprocessing: Mapping[str, Any]
    wanted: Sequence[str]


def read_samples(path: Path, trained: Trained) -> NewSamples:
    """Read a table, a folder of images or one image, or arrays.

    Args:
        path: A text or Parquet file with a table, of a series too; a text, where the network takes tokens; a PNG or JPEG file, or a folder of them; an ``.npy`` file with
            the samples of the one field that is wanted, or an ``.npz`` with an array a field.
        trained: What they have to be like.

    Raises:
        DataError: It cannot be read, or does not fit what the network was trained on.
    """
    if not path.exists():
        raise DataError(f"{path} does not exist")
    ending = path.suffix.lower()
    if path.is_dir() or ending in ENDINGS:
        return _images(path, trained)
    if ending in (".npy", ".npz"):
        return _arrays(path, trained)
    if isinstance(trained.source, TimeSeries):
        return _series(path, trained.source, trained)
    if ending in TEXTS and not isinstance(trained.source, TableSource):
        return _text(path, trained)
    return _table(path, trained)


def _text(path: Path, trained: Trained) -> NewSamples:
    field = _only(trained, f"{path} holds a text, but")
    vocabulary = trained.preprocessing.get("vocabulary", {}).get(field.name)
    if vocabulary is None:
        raise DataError(f"{path} holds a text, but {field.name} takes no tokens of one")
    tokenizer = trained.preprocessing.get("tokenizer", {}).get(field.name, "")
    values, names = text_windows(path, vocabulary, tokenizer, math.prod(field.shape))
    return NewSamples({field.name: values}, tuple(names))


def _series(path: Path, source: TimeSeries, trained: Trained) -> NewSamples:
    field = _only(trained, f"{path} holds a series, but")
    values, names, notes = series_windows(path, source)
    if values.shape[2] != field.shape[1]:
        raise DataError(
            f"{path} has {values.shape[2]} columns of numbers beside the time, but the network was trained on "
            f"{field.shape[1]}; leave the others out"
        )
    return NewSamples({field.name: values}, tuple(names), tuple(notes))


def _table(path: Path, trained: Trained) -> NewSamples:
    source = trained.source
    if path.suffix.lower() in _PARQUET:
        table, comma = read_parquet(path, ()), False
    else:
        csv = source if isinstance(source, CsvFile) else CsvFile()
        table, comma = read_table(path, csv.delimiter, csv.encoding, csv.header), csv.comma
    reader = _Reader(table, comma, trained)
    arrays = {name: reader.field(name) for name in dict.fromkeys(trained.wanted)}
    if reader.lacking:
        lacking = list(dict.fromkeys(reader.lacking))
        verb = "the column" if len(lacking) == 1 else "the columns"
        raise DataError(
            f"{table.name} lacks {verb} {_listed(lacking)}, which the network was trained on; "
            f"it has: {_listed(list(table.columns))}"
        )
    return NewSamples(arrays, tuple(f"{table.name}:{line}" for line in table.lines))


class _Reader:
    """Turns the columns of a table into fields, and collects the names of those that it lacks."""

    def __init__(self, table: Table, comma: bool, trained: Trained) -> None:
        self._table, self._comma, self._trained = table, comma, trained
        self.lacking: list[str] = []

    def field(self, name: str) -> Array:
        """Return the samples of a field; what is in it does not count where columns lack."""
        known = self._trained.preprocessing
        # Other sources may cut windows from named columns, or have a class at every place.
        if isinstance(self._trained.source, TableSource):
            # One that became one-hot has names of columns as well: those of what is fed.
            if name in known["classes"]:
                return self._codes(name, known["classes"][name])
            return self._row(known["columns"][name])
        field = self._trained.fields()[name]
        shape = field.shape
        if len(shape) > 1 or (shape and field.classes):
            sizes = " x ".join(map(str, shape))
            raise DataError(
                f"{self._table.name} is a table, but a sample of {name} is {sizes} "
                f"{'tokens' if field.classes else 'numbers'}; give a folder of images or an .npy file"
            )
        if field.classes:
            return self._codes(name, field.classes)
        if name in known["columns"]:
            return self._row(known["columns"][name])
        names = [f"{name}_{number}" for number in range(1, shape[0] + 1)] if shape else [name]
        row = self._row(names)
        return row if shape else row[:, 0]

    def _row(self, names: Sequence[str]) -> npt.NDArray[np.float32]:
        values = np.zeros((len(self._table.lines), len(names)), np.float32)
        hot: dict[str, dict[str, int]] = {}
        for place, name in enumerate(names):
            if name in self._table.columns:
                values[:, place] = self._numbers(name)
            elif (part := self._date_part(name)) is not None:
                values[:, place] = part
            elif _SIGN in name:
                column, text = self._parted(name)
                hot.setdefault(column, {})[text] = place
            else:
                self.lacking.append((parted_name(name) or (name,))[0])
        for column, places in hot.items():
            if column in self._table.columns:
                at = self._places(column, places)
                values[np.arange(len(values)), at] = 1
            else:
                self.lacking.append(column)
        return values

    def _date_part(self, name: str) -> list[float] | None:
        """The numbers that are named after a part of dates; None for another name."""
        column, part = parted_name(name) or ("", "")
        source = self._trained.source
        if column not in self._table.columns or not isinstance(source, TableSource):
            return None
        texts = ["" if is_missing(text) else text for text in self._table.columns[column]]
        if not any(texts):
            return [math.nan] * len(texts)
        dates = read_dates(texts, source.date_order)
        if dates is None:
            raise DataError(
                f"{self._table.name}: the column {column} holds more than dates, on which the network "
                "was trained there; write all as 2020-03-31"
            )
        if source.date_order == "auto" and is_ambiguous(texts):
            raise DataError(
                f"{self._table.name}: the dates of {column} can be read with the day or the month "
                "first; write them as 2020-03-31"
            )
        return date_part(dates, part)

    def _parted(self, name: str) -> tuple[str, str]:
        """The column and the class that a column of 0 and 1 is named after; both may hold the sign."""
        parts = name.split(_SIGN)
        for end in range(1, len(parts)):
            column = _SIGN.join(parts[:end])
            if column in self._table.columns:
                return column, _SIGN.join(parts[end:])
        return parts[0], _SIGN.join(parts[1:])

    def _codes(self, field: str, classes: Sequence[str]) -> npt.NDArray[np.int64]:
        column = field
        while column not in self._table.columns and column.endswith("_column"):
            column = column.removesuffix("_column")  # so named where a field has its name already
        if column not in self._table.columns:
            self.lacking.append(field)
            return np.zeros(len(self._table.lines), np.int64)
        places = {text: place for place, text in enumerate(classes)}
        return np.array(self._places(column, places), np.int64)

    def _places(self, column: str, places: Mapping[str, int]) -> list[int]:
        """The place of each row's class."""
        found = []
        others = places.get(OTHER_CLASS)
        source = self._trained.source
        if isinstance(source, TableSource) and column in source.hashed:
            return [
                places[f"#{bucket(text, source.buckets)}"] for text in self._table.columns[column]
            ]
        for row, text in enumerate(self._table.columns[column]):
            known = places.get(MISSING_CLASS if is_missing(text) else text, others)
            if known is None:
                what = "empty" if is_missing(text) else shown(text)
                raise DataError(
                    f"{self._table.at(row)}: {column} is {what}, which no training sample "
                    f"was; known are: {_listed(list(places))}"
                )
            found.append(known)
        return found

    def _numbers(self, column: str) -> list[float]:
        found = []
        for row, text in enumerate(self._table.columns[column]):
            value = math.nan if is_missing(text) else number(text, self._comma)
            if value is None or abs(value) > LARGEST:
                raise DataError(
                    f"{self._table.at(row)}: {column} is {shown(text)}, but the network was "
                    "trained on numbers there"
                )
            found.append(value)
        return found


def _images(path: Path, trained: Trained) -> NewSamples:
    field = _only(trained, f"{path} holds images, but")
    shape = field.shape
    if len(shape) != 3 or shape[0] not in (1, 3) or field.classes:
        sizes = " x ".join(map(str, shape)) or "one value"
        raise DataError(f"{path} holds images, but a sample of {field.name} is {sizes}")
    files = _image_files(path)
    _check_memory(path, len(files) * math.prod(shape))
    fit = getattr(trained.source, "fit", "crop")
    read = read_images(files, (shape[1], shape[2]), "rgb" if shape[0] == 3 else "grey", fit)
    if not read.kept:
        raise DataError(f"no image can be read: {_listed(list(read.refused))}")
    values = read.pixels.astype(np.float32)
    if getattr(trained.source, "scale", True):
        values /= 255
    base = path if path.is_dir() else path.parent
    names = tuple(files[number].relative_to(base).as_posix() for number in read.kept)
    notes = tuple(f"{refused} is left out" for refused in read.refused)
    return NewSamples({field.name: values}, names, notes)


def _image_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in ENDINGS
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if not found:
        raise DataError(f"{path} has no images ({', '.join(ENDINGS)})")
    return found


def _arrays(path: Path, trained: Trained) -> NewSamples:
    names = list(read_headers(path))
    wanted = dict.fromkeys(trained.wanted)
    if names == [""]:
        field = _only(trained, f"{path} holds one array, but")
        places = {field.name: ""}
    else:
        lacking = [name for name in wanted if name not in names]
        if lacking:
            raise DataError(
                f"{path} has no array named {_listed(lacking)}, which the network takes; it has: "
                f"{_listed(names)}"
            )
        places = {name: name for name in wanted}
    fields = trained.fields()
    source = trained.source
    if not isinstance(source, ArrayFiles):  # bytes of images are divided where the training did so
        source = ArrayFiles({"scale": getattr(source, "scale", False)})
    arrays = {name: source.samples(path, at, fields[name]) for name, at in places.items()}
    counts = {name: len(values) for name, values in arrays.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{count} of {name}" for name, count in counts.items())
        raise DataError(f"{path} has different numbers of samples: {told}")
    count = next(iter(counts.values()))
    return NewSamples(arrays, tuple(f"{path.name}[{number}]" for number in range(count)))


def _only(trained: Trained, what: str) -> Field:
    """The one field that the network takes."""
    names = list(dict.fromkeys(trained.wanted))
    if len(names) > 1:
        raise DataError(
            f"{what} the network takes {len(names)} fields: {', '.join(names)}; give an .npz file "
            "with an array for each"
        )
    return trained.fields()[names[0]]


def _check_memory(path: Path, values: int) -> None:
    if values > MOST_VALUES:
        raise DataError(
            f"{path} holds {values:,} values, more than the {MOST_VALUES:,} that are read at once; "
            "split it into several folders"
        )


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
