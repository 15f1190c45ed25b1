"""How far a figure may be off because only so many samples were seen."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

LEVEL = 95  # per cent
RESAMPLES = 200
_Z = 1.959963984540054  # of the normal distribution at 97.5 %

Floats = npt.NDArray[np.float64]
Statistic = Callable[[npt.NDArray[np.int64]], float]


def share(right: int, of: int) -> dict[str, float]:
    """Return a share with its 95 % interval as ``value``, ``low`` and ``high``.

    Wilson's score interval, which stays within 0 and 1 and holds for few samples and shares near
    either end (E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference,
    1927).

    Args:
        right: How many are counted.
        of: How many there are, at least 1.
    """
    value = right / of
    square = _Z * _Z
    middle = (value + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * math.sqrt(value * (1 - value) / of + square / (4 * of * of))
    return {
        "value": value,
        "low": min(value, max(0.0, middle - half)),
        "high": max(value, min(1.0, middle + half)),
    }


def resampled(statistic: Statistic, samples: int) -> dict[str, float] | None:
    """Return the 95 % percentile interval of a statistic under resampling, ``low`` and ``high``.

    B. Efron, Bootstrap Methods: Another Look at the Jackknife, 1979; 200 resamples, always the same.

    Args:
        statistic: Gives the figure for chosen samples, by their numbers.
        samples: How many there are.

    Returns:
        None where the statistic is not defined for the resamples, or for fewer than 2 samples.
    """
    if samples < 2:
        return None
    draw = np.random.RandomState(0)
    found = [statistic(draw.randint(0, samples, samples)) for _ in range(RESAMPLES)]
    if not np.isfinite(found).all():
        return None
    low, high = np.percentile(found, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
    return {"low": float(low), "high": float(high)}
