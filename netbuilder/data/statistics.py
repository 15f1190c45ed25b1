"""What the columns of data hold, in figures: for people to look at, and for the rules that lint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from netbuilder.data.arrays import Array
from netbuilder.data.prepare import SPLITS, Prepared

MOST_COLUMNS = 256  # are told one by one
BINS = 16


@dataclass(frozen=True, slots=True)
class Column:
    """One number of a field over the training samples.

    Attributes:
        field: The field.
        place: Which number of a flattened sample, from 0.
        name: What people call it.
        count: Samples.
        missing: Those without a value, before anything stands in for it.
        distinct: Different values.
        mean: Of the values that there are; 0 where there are none.
        deviation: Their standard deviation.
        low: The least.
        quarter: A quarter of the values is below.
        median: Half of the values is below.
        three_quarters: Three quarters of the values are below.
        high: The largest.
        histogram: How many values lie in each of 16 even bins from low to high.
    """

    field: str
    place: int
    name: str
    count: int
    missing: int
    distinct: int
    mean: float
    deviation: float
    low: float
    quarter: float
    median: float
    three_quarters: float
    high: float
    histogram: tuple[int, ...]

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Column:
        """Return what ``to_plain`` wrote."""
        return cls(**{**plain, "histogram": tuple(plain["histogram"])})


def columns_of(values: Array, field: str, names: Sequence[str]) -> list[Column]:
    """Return the figures of each number of a field; of wide fields, of the first ones.

    Args:
        values: The training samples, (samples, *shape); what is missing is NaN.
        field: The field.
        names: The names of its columns, as far as they have any.
    """
    table = values.reshape(len(values), -1)
    width = table.shape[1]
    return [
        _column(table[:, place], field, place, _name(field, place, names, width))
        for place in range(min(width, MOST_COLUMNS))
    ]


def class_balance(prepared: Prepared) -> dict[str, dict[str, dict[str, int]]]:
    """Return how many samples of each class each split has: {field: {class: {split: samples}}}."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for name, field in prepared.fields.items():
        if field.role != "target" or not field.classes:
            continue
        counts = {}
        for split in SPLITS:
            part = prepared.splits[split]
            codes = part[name].reshape(-1).astype(np.int64) if part else np.zeros(0, np.int64)
            known = codes[(codes >= 0) & (codes < len(field.classes))]
            counts[split] = np.bincount(known, minlength=len(field.classes))
        found[name] = {
            str(label): {split: int(counts[split][number]) for split in SPLITS}
            for number, label in enumerate(field.classes)
        }
    return found


def _name(field: str, place: int, names: Sequence[str], width: int) -> str:
    if place < len(names):
        return str(names[place])
    return field if width == 1 else f"{field} {place + 1}"


def _column(values: Array, field: str, place: int, name: str) -> Column:
    wide: npt.NDArray[np.float64] = values.astype(np.float64)
    known = wide[np.isfinite(wide)]
    missing = len(wide) - len(known)
    if not len(known):
        nothing = (0.0,) * 7
        return Column(field, place, name, len(wide), missing, 0, *nothing, (0,) * BINS)
    low, quarter, median, three_quarters, high = np.percentile(known, (0, 25, 50, 75, 100))
    bins, _ = np.histogram(known, BINS, (low, high if high > low else low + 1))
    return Column(
        field,
        place,
        name,
        len(wide),
        missing,
        int(np.unique(known).size),
        float(known.mean()),
        float(known.std()),
        float(low),
        float(quarter),
        float(median),
        float(three_quarters),
        float(high),
        tuple(int(count) for count in bins),
    )
