"""What the steps of a preprocessing learn of the training samples, as plain data, and doing it to others.

A learnt step is an object with ``step`` and ``field`` and what numpy needs to do it again:

* ``shift`` and ``scale`` for those that are affine, x to (x - shift) / scale, a value for each number of a row or
  channel of an image;
* ``places`` for ``log``: the numbers of a row that are changed, absent for all;
* ``classes``, how many, for ``one_hot``; ``ranks``, by code, for ``ordinal``; ``height`` and ``width`` for ``resize``,
  with the height and width ``from`` which, and whether the ``nearest`` pixel is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from netbuilder.check.fields import Field
from netbuilder.data.arrays import Array
from netbuilder.data.scaling import (
    Floats,
    channel_shape,
    moments,
    quartiles,
    range_of,
    standardized,
)
from netbuilder.data.source import DataError
from netbuilder.data.steps import (
    Impute,
    Log,
    MinMax,
    NumberStep,
    OneHot,
    Ordinal,
    Resize,
    Robust,
    Standardize,
    Step,
)

MOST_VALUES = 2**30  # 4 GiB as float32

Plain = dict[str, Any]


def learn(step: Step, train: Array, field: Field, columns: Sequence[str]) -> Plain:
    """Return what a step learns.

    Args:
        step: Any but ``Impute``, which ``stand_ins`` is for.
        train: The training samples of its field, as the steps before left them, (samples, *field.shape).
        field: What they are.
        columns: The names of the numbers of a row; empty where they have none.

    Raises:
        DataError: It names a column that is not there, or makes more values than fit in memory.
    """
    plain: Plain = {"step": step.id, "field": step.field}
    if isinstance(step, OneHot):
        values = train.size * len(field.classes)
        if values > MOST_VALUES:
            raise DataError(
                f"one_hot makes {values:,} numbers of {step.field}, more than the {MOST_VALUES:,} that are "
                "kept; an Embedding takes the codes as they are"
            )
        return {**plain, "classes": len(field.classes)}
    if isinstance(step, Ordinal):
        return {**plain, "ranks": step.ranks(field)}
    if isinstance(step, Resize):
        size = {"height": step.height, "width": step.width}
        whole = train.dtype.kind != "f"
        return {**plain, **size, "from": list(train.shape[-2:]), "nearest": whole}
    assert isinstance(step, NumberStep)
    places = places_of(step, columns)
    if isinstance(step, Log):
        return {**plain, "places": places} if step.columns else plain
    shift, scale = _affine(step, train)
    if step.columns:
        others = np.setdiff1d(np.arange(len(shift)), places)
        shift[others], scale[others] = 0.0, 1.0
    return {**plain, "shift": shift.tolist(), "scale": scale.tolist()}


def done(values: Array, learnt: Mapping[str, Any]) -> Array:
    """Return samples after a step.

    Args:
        values: (samples, *shape).
        learnt: What ``learn`` returned.
    """
    if "shift" in learnt:
        return standardized(values, np.array(learnt["shift"]), np.array(learnt["scale"]))
    if learnt["step"] == OneHot.id:
        return np.take(np.eye(learnt["classes"], dtype=np.float32), values.astype(np.int64), axis=0)
    if learnt["step"] == Ordinal.id:
        return np.take(np.array(learnt["ranks"], np.float32), values.astype(np.int64))
    if learnt["step"] == Resize.id:
        return _resized(values, learnt)
    wide = values.astype(np.float64)
    return _in_places(values, np.sign(wide) * np.log1p(np.abs(wide)), learnt).astype(np.float32)


def taken_back(values: Array, learnt: Mapping[str, Any]) -> Array:
    """Return numbers as they were before a step, as float64; sizes and one-hot stay as they are."""
    if "shift" in learnt:
        shape = channel_shape(values.ndim)
        shift, scale = (np.array(learnt[key]).reshape(shape) for key in ("shift", "scale"))
        own: Array = values.astype(np.float64) * scale + shift
        return own
    if learnt["step"] == Ordinal.id:
        codes = np.argsort(learnt["ranks"])
        return codes[np.clip(np.rint(values), 0, len(codes) - 1).astype(np.int64)]
    if learnt["step"] == Log.id:
        wide = values.astype(np.float64)
        return _in_places(wide, np.sign(wide) * np.expm1(np.abs(wide)), learnt)
    return values


def stand_ins(step: Impute, train: Array, means: Floats, columns: Sequence[str]) -> Floats:
    """Return what stands in for missing numbers, the means where the step says nothing.

    Args:
        step: The step.
        train: The training samples, (samples, *shape).
        means: What stands in so far, (*shape); NaN for a number that no training sample has.
        columns: The names of the numbers of a row.

    Raises:
        DataError: It names a column that is not there.
    """
    if step.by == "constant":
        wanted = np.full(means.shape, step.value)
    elif step.by == "mean":
        wanted = means
    else:
        flat = train.reshape(len(train), -1)
        figure: Callable[[Array], float] = _median if step.by == "median" else _most_frequent
        found = [figure(known) if len(known) else np.nan for known in map(_known, flat.T)]
        wanted = np.array(found, np.float64).reshape(means.shape)
    places = places_of(step, columns)
    if not step.columns:
        return wanted
    filled = means.copy()
    filled[places] = wanted[places]
    return filled


def places_of(step: NumberStep, columns: Sequence[str]) -> list[int]:
    """Return the places of the columns that a step names.

    Raises:
        DataError: It names one that is not there.
    """
    for name in step.columns:
        if name not in columns:
            there = ", ".join(columns[:20]) or "no names of columns"
            raise DataError(
                f"the step {step.id} names the column {name}, but {step.field} has: {there}"
            )
    return sorted(columns.index(name) for name in dict.fromkeys(step.columns))


def interpolation(size: int, wanted: int) -> Floats:
    """Return the weights that make one axis of an image longer or shorter, (wanted, size).

    Each new pixel is a mean of old ones, weighted by a triangle as wide as a new pixel, and at least two old ones:
    bilinear interpolation with antialiasing, as ``torch.nn.functional.interpolate(mode="bilinear",
    antialias=True)`` does it.
    """
    ratio = size / wanted
    reach = max(ratio, 1.0)
    centres = (np.arange(wanted) + 0.5) * ratio
    distance = np.abs(np.arange(size) + 0.5 - centres[:, None]) / reach
    weights = np.clip(1 - distance, 0, None)
    whole: Floats = weights / weights.sum(1, keepdims=True)
    return whole


def nearest(size: int, wanted: int) -> npt.NDArray[np.int64]:
    """Return the old place that each new one of an axis is taken from."""
    places: npt.NDArray[np.int64] = ((np.arange(wanted) + 0.5) * size / wanted).astype(np.int64)
    return places


def _affine(step: NumberStep, train: Array) -> tuple[Floats, Floats]:
    if isinstance(step, Standardize):
        return moments(train)
    if isinstance(step, Robust):
        return quartiles(train)
    assert isinstance(step, MinMax)
    least, span = range_of(train)
    scale = span / (step.high - step.low)
    return least - step.low * scale, scale


def _in_places(values: Array, changed: Array, learnt: Mapping[str, Any]) -> Array:
    if "places" not in learnt:
        return changed
    mixed = values.astype(np.float64)
    mixed[:, learnt["places"]] = changed[:, learnt["places"]]
    return mixed


def _resized(values: Array, learnt: Mapping[str, Any]) -> Array:
    height, width, (rows, columns) = learnt["height"], learnt["width"], learnt["from"]
    if learnt["nearest"]:
        return values[..., nearest(rows, height), :][..., nearest(columns, width)]
    wide = interpolation(rows, height) @ values.astype(np.float64) @ interpolation(columns, width).T
    return wide.astype(values.dtype)


def _known(values: Array) -> Array:
    return values[~np.isnan(values)]


def _median(values: Array) -> float:
    return float(np.median(values.astype(np.float64)))


def _most_frequent(values: Array) -> float:
    """The number that is there most often; of several the smallest."""
    different, counts = np.unique(values, return_counts=True)
    return float(different[counts.argmax()])
