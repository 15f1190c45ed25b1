"""Whether a network does better than simpler models, sample by sample."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from netbuilder.data.arrays import Array

MOST_SAMPLES = 10_000  # more change the figures by little, and fits take minutes
_NORMAL = 1.96  # 95 % of a normal distribution lie within so many deviations
_SEED = 0

Floats = npt.NDArray[np.float64]


def scored_places(count: int) -> npt.NDArray[np.int64]:
    """Return which of a split's samples models are scored on, in order: all, or 10,000 of them."""
    if count <= MOST_SAMPLES:
        return np.arange(count, dtype=np.int64)
    drawn = np.random.RandomState(_SEED).choice(count, MOST_SAMPLES, replace=False)
    return np.sort(drawn).astype(np.int64)


def errors_of(said: Array, right: Array, task: str) -> Floats:
    """Return for each sample whether it was missed, 0 or 1, or its squared error.

    Args:
        said: Predicted classes or numbers, samples first.
        right: The answers, of as many values.
        task: ``classification``, ``binary`` or ``regression``.
    """
    said, right = said.reshape(len(said), -1), right.reshape(len(right), -1)
    if task == "regression":
        squares: Floats = np.square(said.astype(np.float64) - right.astype(np.float64)).mean(1)
        return squares
    missed: Floats = (said != right).any(1).astype(np.float64)
    return missed


def verdict(
    found: Sequence[Mapping[str, Any]], errors: Sequence[float], task: str
) -> dict[str, Any]:
    """Say whether a network beats the best of the models, sample by sample.

    Both saw the same samples, so the differences are taken in pairs, which tells more than two
    figures do. Source: https://en.wikipedia.org/wiki/Paired_difference_test

    Args:
        found: What ``baselines`` gave.
        errors: The network's, one for each sample of the same split; see ``errors_of``.
        task: ``classification``, ``binary`` or ``regression``.

    Returns:
        ``status``: ``beats``, ``even`` (the difference may be chance) or ``below``; empty where
        there is nothing to compare with; ``sentence``; ``against``: the best model's name;
        ``network`` and ``baseline``: accuracy, or the mean squared error, on those samples;
        ``difference``: how much better the network is; ``margin``: half the width of its 95 %
        interval.
    """
    scored = [one for one in found if one["metrics"]]
    if not scored or not len(errors):
        sentence = "There is no simpler model to compare the network with."
        return {"status": "", "sentence": sentence, "against": ""}
    best = min(scored, key=lambda one: float(np.mean(one["errors"])))
    theirs = np.asarray(best["errors"], np.float64)
    ours = np.asarray(errors, np.float64)[scored_places(len(errors))]
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} errors of the network, but {len(theirs)} of {best['name']}")
    gain = theirs - ours
    difference = float(gain.mean())
    margin = _NORMAL * float(gain.std(ddof=1)) / math.sqrt(len(gain)) if len(gain) > 1 else math.inf
    status = "even" if abs(difference) <= margin else "beats" if difference > 0 else "below"
    regression = task == "regression"
    network, baseline = float(ours.mean()), float(theirs.mean())
    return {
        "status": status,
        "sentence": _sentence(status, str(best["model"]), network, baseline, margin, regression),
        "against": best["name"],
        "network": network if regression else 1 - network,
        "baseline": baseline if regression else 1 - baseline,
        "difference": difference,
        "margin": margin if math.isfinite(margin) else None,
    }


def _sentence(
    status: str, model: str, ours: float, theirs: float, margin: float, regression: bool
) -> str:
    verb = {"beats": "beats", "below": "does not beat"}.get(status, "does not clearly beat")
    if regression:
        figures = f"mean squared error {ours:.4g} against {theirs:.4g}"
        about = f"{theirs - ours:+.3g} ± {margin:.2g}, positive is better"
    else:
        figures = f"accuracy {1 - ours:.2%} against {1 - theirs:.2%}"
        about = f"{100 * (theirs - ours):+.2f} ± {100 * margin:.2f} points"
    if not math.isfinite(margin):
        about = "one sample says nothing of chance"
    return f"The network {verb} {model}: {figures} ({about})."
