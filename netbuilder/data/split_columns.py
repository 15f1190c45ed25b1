"""A column that says which samples belong together, which came first, or which part they are in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from netbuilder.data.dates import read_dates
from netbuilder.data.source import DataError, Dataset

if TYPE_CHECKING:
    from netbuilder.data.settings import DataSettings

Ints = npt.NDArray[np.int64]

_SPELLED = {
    "train": ("train", "training", "learn"),
    "val": ("val", "valid", "validation", "dev", "development"),
    "test": ("test", "testing", "eval", "evaluation", "holdout"),
}
_PARTS = {word: part for part, words in _SPELLED.items() for word in words}
_HOURS = 24
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Column:
    """A column of the samples.

    Attributes:
        name: Its name.
        texts: What it says of each sample; empty where it says nothing.
    """

    name: str
    texts: Sequence[str]

    @classmethod
    def of(cls, settings: DataSettings, dataset: Dataset, folder: Path) -> Column:
        """Return the column that the split names.

        Args:
            settings: The settings of the data.
            dataset: The samples of the source.
            folder: Where relative paths start.

        Raises:
            DataError: There is no such column.
        """
        return cls.named(settings.split.column, settings, dataset, folder, "the split")

    @classmethod
    def named(
        cls, name: str, settings: DataSettings, dataset: Dataset, folder: Path, who: str
    ) -> Column:
        """Return a column by its name.

        Args:
            name: Its name.
            settings: The settings of the data.
            dataset: The samples of the source.
            folder: Where relative paths start.
            who: What names it, for messages.

        Raises:
            DataError: There is no such column.
        """
        texts = settings.source.texts_of(name, folder)
        if texts is not None:
            return cls(name, texts)
        known: list[str] = []
        for field, columns in dataset.columns.items():
            if name in columns:
                values = dataset.arrays[field][:, columns.index(name)]
                return cls(name, [_text(value) for value in values.tolist()])
            known += columns
        for field, about in dataset.fields.items():
            if not about.shape:
                if field == name:
                    return cls(name, [_text(value) for value in dataset.arrays[field].tolist()])
                known.append(field)
        listed = f"; they have: {', '.join(known[:20])}" if known else ""
        raise DataError(f"the samples have no column {name}, which {who} names{listed}")

    def require(self) -> None:
        """Refuse a column that says nothing of some sample.

        Raises:
            DataError: It says nothing of one.
        """
        for number, text in enumerate(self.texts):
            if not text.strip():
                raise DataError(
                    f"the split is by {self.name}, but of sample {number + 1} that column says nothing; "
                    "fill it, or leave that row out of the file"
                )


def groups_of(column: Column) -> Ints:
    """Return the number of the group of each sample, (samples,).

    Raises:
        DataError: There is a sample without a group, or one group alone.
    """
    column.require()
    names = {name: number for number, name in enumerate(dict.fromkeys(column.texts))}
    if len(names) < 2:
        raise DataError(
            f"the split is by groups of {column.name}, but that is {column.texts[0]} everywhere"
        )
    return np.array([names[text] for text in column.texts], np.int64)


def times_of(column: Column) -> npt.NDArray[np.float64]:
    """Return a number that grows with the time of each sample, (samples,).

    Raises:
        DataError: The column holds neither numbers nor dates.
    """
    column.require()
    try:
        values = [float(text) for text in column.texts]
    except ValueError:
        dates = read_dates(column.texts)
        if dates is None:
            example = next(text for text in column.texts if not _is_number(text))
            raise DataError(
                f"the split is by time, but {column.name} holds neither numbers nor dates: {example}"
            ) from None
        values = [
            one.day.toordinal() + (0.0 if math.isnan(one.hour) else one.hour / _HOURS)
            for one in dates
            if one is not None
        ]
    if not np.isfinite(values).all():
        raise DataError(f"the split is by time, but {column.name} holds numbers without an order")
    return np.array(values, np.float64)


def parts_of(column: Column) -> dict[str, Ints]:
    """Return the indices of the samples of each part, in their order.

    Raises:
        DataError: The column says something else than a part.
    """
    column.require()
    said = [_PARTS.get(text.strip().lower(), "") for text in column.texts]
    strange = {text: None for text, part in zip(column.texts, said, strict=True) if not part}
    if strange:
        seen = ", ".join(list(strange)[:_MOST_SHOWN])
        raise DataError(
            f"the split is by the column {column.name}, which should say train, val or test, but says: {seen}"
        )
    parts = np.array(said)
    return {part: np.flatnonzero(parts == part).astype(np.int64) for part in _SPELLED}


def _text(value: float) -> str:
    return "" if isinstance(value, float) and math.isnan(value) else f"{value:.9g}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
