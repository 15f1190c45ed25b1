"""How good a network is that says numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from netbuilder.training.evaluation.intervals import resampled

MOST_POINTS = 2_000
MOST_OUTPUTS = 32  # have figures of their own
MOST_SHOWN = 24
BINS = 31

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def of_numbers(said: Floats, truth: Floats, names: Sequence[str]) -> dict[str, Any]:
    """Return everything there is to say of the numbers of a split, as JSON data.

    Args:
        said: What the network says, (samples, numbers).
        truth: What is right, (samples, numbers).
        names: What the numbers are called; their places where too few are named.

    Returns:
        ``kind``, ``elements``, the figures ``mse``, ``rmse``, ``mae``, ``median_error`` and ``r2``
        over all numbers, ``intervals`` of rmse, mae and r2; ``outputs``, the same figures by number;
        ``points`` of the true and the said value (at most 2,000, evenly over the samples); ``residuals``
        (``edges`` and ``counts`` of said less true); ``most_wrong`` samples.
    """
    samples, width = truth.shape
    error = said - truth
    named = [*names[:width], *(str(place) for place in range(len(names), width))]
    found: dict[str, Any] = {
        "kind": "regression",
        "elements": samples,
        **_figures(error, truth),
        "intervals": _intervals(error, truth),
        "outputs": [
            {"name": named[place], **_figures(error[:, place, None], truth[:, place, None])}
            for place in range(min(width, MOST_OUTPUTS))
        ],
        "points": _points(said, truth),
        "residuals": _histogram(error),
    }
    size = np.sqrt((error * error).mean(1))
    order = np.argsort(-size, kind="stable")[:MOST_SHOWN]
    found["most_wrong"] = [{"place": int(n), "error": float(size[n])} for n in order]
    return found


def _figures(error: Floats, truth: Floats) -> dict[str, float | None]:
    mse = float((error * error).mean())
    return {
        "mse": mse,
        "rmse": math.sqrt(mse),
        "mae": float(np.abs(error).mean()),
        "median_error": float(np.median(np.abs(error))),
        "r2": explained(error, truth),
    }


def explained(error: Floats, truth: Floats) -> float | None:
    """Return R2, the mean over the numbers of what of their variance is explained.

    Args:
        error: (samples, numbers).
        truth: (samples, numbers).

    Returns:
        None where some number does not vary, or for one sample.
    """
    spread = ((truth - truth.mean(0)) ** 2).sum(0)
    if len(truth) < 2 or not (spread > 0).all():
        return None
    return float((1 - (error * error).sum(0) / spread).mean())


def _intervals(error: Floats, truth: Floats) -> dict[str, Any]:
    square, size = (error * error).mean(1), np.abs(error).mean(1)

    def r2(chosen: Ints) -> float:
        value = explained(error[chosen], truth[chosen])
        return math.nan if value is None else value

    return {
        "rmse": resampled(lambda chosen: math.sqrt(square[chosen].mean()), len(truth)),
        "mae": resampled(lambda chosen: float(size[chosen].mean()), len(truth)),
        "r2": resampled(r2, len(truth)),
    }


def _points(said: Floats, truth: Floats) -> dict[str, list[Any]]:
    samples, width = truth.shape
    each = max(1, MOST_POINTS // width)
    chosen = np.unique(np.linspace(0, samples - 1, min(samples, each)).astype(np.int64))
    shown = min(width, MOST_POINTS)
    return {
        "place": np.repeat(chosen, shown).tolist(),
        "truth": _short(truth[chosen, :shown]),
        "said": _short(said[chosen, :shown]),
    }


def _histogram(error: Floats) -> dict[str, list[Any]]:
    """Residuals in even bins around 0; what is beyond the outermost per mille is in the last ones."""
    reach = float(np.quantile(np.abs(error), 0.999)) or 1.0
    edges = np.linspace(-reach, reach, BINS + 1)
    counts, _ = np.histogram(error.clip(-reach, reach), edges)
    return {"edges": _short(edges), "counts": counts.tolist()}


def _short(values: Floats) -> list[float]:
    return [float(f"{value:.6g}") for value in values.reshape(-1)]
