"""What was learnt of the training samples, done to others: gaps filled, numbers standardized."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from netbuilder.data.arrays import Array
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
        learnt = preprocessing["standardize"].get(name)
        if learnt is not None:
            mean, deviation = np.array(learnt["mean"]), np.array(learnt["std"])
            done[name] = standardized(done[name], mean, deviation)
    return done


def undone(values: Array, name: str, preprocessing: Mapping[str, Any]) -> Array:
    """Return predicted numbers of a field in its own unit, where it was standardized.

    Args:
        values: (samples, *shape).
        name: The field.
        preprocessing: What ``Prepared.preprocessing`` says.
    """
    learnt = preprocessing["standardize"].get(name)
    if learnt is None:
        return values
    shape = channel_shape(values.ndim)
    mean, deviation = (np.array(learnt[key]).reshape(shape) for key in ("mean", "std"))
    own: Array = values.astype(np.float64) * deviation + mean
    return own
