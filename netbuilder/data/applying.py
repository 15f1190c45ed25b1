"""What was learnt of the training samples, done to others: gaps filled, steps done, numbers standardized."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from netbuilder.data.arrays import Array
from netbuilder.data.learnt import done as step_done
from netbuilder.data.learnt import taken_back
from netbuilder.data.scaling import channel_shape, fill, gaps, standardized
from netbuilder.data.source import DataError


def applied(arrays: Mapping[str, Array], preprocessing: Mapping[str, Any]) -> dict[str, Array]:
    """Return samples as the network was trained on them.

    Args:
        arrays: By field, as the source gives them: (samples, *shape), NaN where a number is missing.
        preprocessing: What ``Prepared.preprocessing`` says.

    Raises:
        DataError: A number is missing, of a field whose training samples had no gaps.
    """
    done = dict(arrays)
    for name, values in arrays.items():
        means = preprocessing["impute"].get(name)
        if means is not None:
            done[name] = fill(values, np.array(means, np.float64).reshape(values.shape[1:]))
        elif gaps(values):
            sample = int(np.flatnonzero(np.isnan(values.reshape(len(values), -1)).any(1))[0]) + 1
            raise DataError(
                f"a number of {name} is missing in sample {sample}, but no training sample missed "
                "one, so nothing stands in for it; fill it or leave that sample out"
            )
        for step in _steps(name, preprocessing):
            done[name] = step_done(done[name], step)
        learnt = preprocessing["standardize"].get(name)
        if learnt is not None:
            mean, deviation = np.array(learnt["mean"]), np.array(learnt["std"])
            done[name] = standardized(done[name], mean, deviation)
    return done


def undone(values: Array, name: str, preprocessing: Mapping[str, Any]) -> Array:
    """Return predicted numbers of a field in its own unit, where they were scaled.

    Args:
        values: (samples, *shape).
        name: The field.
        preprocessing: What ``Prepared.preprocessing`` says.
    """
    own = values
    learnt = preprocessing["standardize"].get(name)
    if learnt is not None:
        shape = channel_shape(values.ndim)
        mean, deviation = (np.array(learnt[key]).reshape(shape) for key in ("mean", "std"))
        own = values.astype(np.float64) * deviation + mean
    for step in reversed(_steps(name, preprocessing)):
        own = taken_back(own, step)
    return own


def unit(name: str, preprocessing: Mapping[str, Any]) -> float | None:
    """Return how much 1 is in the own unit of a field of one number; None where it was not scaled.

    A field whose logarithm was taken has no such unit either: 1 is more for large numbers.

    Args:
        name: The field.
        preprocessing: What ``Prepared.preprocessing`` says.
    """
    learnt = preprocessing["standardize"].get(name)
    scales = [learnt["std"]] if learnt else []
    for step in _steps(name, preprocessing):
        if "scale" not in step:
            return None
        scales.append(step["scale"])
    if not scales or any(len(scale) != 1 for scale in scales):
        return None
    return math.prod(float(scale[0]) for scale in scales)


def _steps(name: str, preprocessing: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The learnt steps of a field; runs of older versions have none."""
    return [step for step in preprocessing.get("steps", ()) if step["field"] == name]
