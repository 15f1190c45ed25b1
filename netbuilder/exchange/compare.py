"""Numbers of two implementations of one network against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What two correct implementations may differ by, relative to the largest number: they add the same
# terms in another order, so some hundred times the spacing of the dtype.
RELATIVE = {"float64": 1e-11, "float32": 1e-5, "float16": 1e-2}


def tolerance(expected: NDArray[Any]) -> float:
    """Return the largest absolute difference to let pass; integers must be equal."""
    relative = RELATIVE.get(expected.dtype.name, 0.0)
    magnitudes = np.abs(expected[np.isfinite(expected)]) if relative else expected[:0]
    return relative * max(1.0, float(magnitudes.max(initial=0.0)))


def max_abs_diff(expected: NDArray[Any], actual: NDArray[Any]) -> float:
    """Return the largest absolute difference; infinite where shapes or non-finite places differ."""
    if expected.shape != actual.shape:
        return float("inf")
    if expected.size == 0:
        return 0.0
    a, b = expected.astype(np.float64), actual.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        difference = np.where(same, 0.0, np.abs(a - b))
    return float(np.where(np.isnan(difference), np.inf, difference).max())


def same_numbers(expected: NDArray[Any], actual: NDArray[Any]) -> bool:
    """Whether two arrays hold the same numbers up to tolerance, in whatever layout."""
    if expected.size != actual.size:
        return False
    flat = np.sort(expected, axis=None), np.sort(actual, axis=None)
    return max_abs_diff(*flat) <= tolerance(expected)
