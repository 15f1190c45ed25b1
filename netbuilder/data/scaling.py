"""Figures of the training samples that gaps are filled and numbers scaled by."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from netbuilder.data.arrays import Array
from netbuilder.data.source import DataError
from netbuilder.data.streamed import is_streamed

Floats = npt.NDArray[np.float64]


def gaps(values: Array) -> bool:
    """Whether numbers are missing; of those that are streamed none is."""
    if is_streamed(values):
        return False
    return values.dtype.kind == "f" and bool(np.isnan(values).any())


def training_means(values: Array) -> Floats:
    """Return the mean of each number of a sample over the samples that have it; NaN where none has.

    Args:
        values: The training samples, (samples, *shape).
    """
    known = ~np.isnan(values)
    total = np.where(known, values, 0).sum(0, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        mean: Floats = total / known.sum(0)
    return mean


def check_complete(stand_ins: Floats, name: str) -> None:
    """Check that something stands in for every number.

    Args:
        stand_ins: What does, (*shape).
        name: The field, for the message.

    Raises:
        DataError: Of some number no training sample has a value.
    """
    lacking = np.flatnonzero(np.isnan(stand_ins))
    if len(lacking):
        raise DataError(
            f"number {int(lacking[0]) + 1} of the field {name} is missing in every training sample, "
            "so nothing can stand in for it; leave that column out"
        )


def fill(values: Array, means: Floats) -> Array:
    """Return the samples with the means in place of what is missing."""
    return np.where(np.isnan(values), means, values).astype(values.dtype)


def moments(values: Array) -> tuple[Floats, Floats]:
    """Return mean and standard deviation; where all samples agree, the deviation is 1.

    Args:
        values: The training samples, (samples, *shape). With three or more axes a sample, the first
            is the channel and has its own moments; with two or one, the last; with none, all.

    Returns:
        Two arrays of one axis.
    """
    axes = _other_axes(values.ndim)
    wide = values.astype(np.float64)
    deviation = wide.std(axis=axes)
    # Compared exactly: the sum behind a mean may round, and 1e-17 would be divided by.
    same = wide.max(axis=axes) == wide.min(axis=axes)
    return np.atleast_1d(wide.mean(axis=axes)), np.atleast_1d(np.where(same, 1.0, deviation))


def range_of(values: Array) -> tuple[Floats, Floats]:
    """Return the smallest number and the distance to the largest, 1 where all agree; axes as in ``moments``."""
    axes = _other_axes(values.ndim)
    wide = values.astype(np.float64)
    least = wide.min(axis=axes)
    return np.atleast_1d(least), _divisor(wide.max(axis=axes) - least)


def quartiles(values: Array) -> tuple[Floats, Floats]:
    """Return the median and the distance of the quartiles, 1 where it is 0; axes as in ``moments``."""
    axes = _other_axes(values.ndim)
    low, median, high = np.quantile(values.astype(np.float64), (0.25, 0.5, 0.75), axis=axes)
    return np.atleast_1d(median), _divisor(high - low)


def standardized(values: Array, mean: Floats, deviation: Floats) -> Array:
    """Return the samples with the mean taken off, over the deviation; float32."""
    shape = channel_shape(values.ndim)
    scaled = (values.astype(np.float64) - mean.reshape(shape)) / deviation.reshape(shape)
    return scaled.astype(np.float32)


def channel_shape(ndim: int) -> tuple[int, ...]:
    """The shape that lines moments up with samples of so many axes, the first one included."""
    return tuple(-1 if ndim > 1 and axis == _channel(ndim) else 1 for axis in range(ndim))


def _divisor(distance: Floats) -> Floats:
    return np.atleast_1d(np.where(distance == 0, 1.0, distance))


def _channel(ndim: int) -> int:
    return 1 if ndim >= 4 else ndim - 1


def _other_axes(ndim: int) -> tuple[int, ...]:
    return tuple(axis for axis in range(ndim) if ndim == 1 or axis != _channel(ndim))
