"""Whether probabilities are what they say, and the temperature that would make them so."""

from __future__ import annotations

from typing import Any

import numpy as np

from netbuilder.training.evaluation.scores import ClassScores, Floats, Ints

BINS = 15
_COLDEST, _HOTTEST = 0.05, 20.0


def calibration(scores: ClassScores, held_back: ClassScores | None) -> dict[str, Any]:
    """Return the calibration of the class that is said.

    The error is the mean distance of confidence and accuracy over 15 even bins, weighted by what lies
    in them; temperature scaling divides the scores by one number, fitted on other samples (C. Guo et
    al., On Calibration of Modern Neural Networks, 2017).

    Args:
        scores: Scores of a split.
        held_back: Those the temperature is fitted on, or None.

    Returns:
        ``bins`` (``low``, ``high``, ``count``, and where there are any ``confidence``, ``accuracy``),
        ``error``, ``largest_error``; ``temperature`` and ``error_scaled`` where one can be fitted.
    """
    right = scores.said == scores.truth
    bins, error, largest = _binned(scores.confidence, right)
    found: dict[str, Any] = {"bins": bins, "error": error, "largest_error": largest}
    temperature = None if held_back is None else _temperature(held_back)
    if temperature is not None:
        scaled = _confidence(scores.logits / temperature)
        _, after, _ = _binned(scaled, right[scores.kept])
        found |= {"temperature": temperature, "error_scaled": after}
    return found


def _temperature(scores: ClassScores) -> float | None:
    """The temperature for scores; None where all are right or wrong, and nothing would be cold enough."""
    right = scores.said[scores.kept] == scores.truth[scores.kept]
    if right.all() or not right.any():
        return None
    return fitted_temperature(scores.logits, scores.truth[scores.kept])


def fitted_temperature(logits: Floats, truth: Ints) -> float:
    """Return the temperature of least negative log-likelihood, within 0.05 and 20.

    Args:
        logits: (elements, classes).
        truth: Right classes, (elements,).
    """
    from scipy.optimize import minimize_scalar

    own = logits[np.arange(len(truth)), truth]

    def mean_loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        top = scaled.max(1)
        total = top + np.log(np.exp(scaled - top[:, None]).sum(1))
        return float((total - own / np.exp(log_temperature)).mean())

    bounds = (float(np.log(_COLDEST)), float(np.log(_HOTTEST)))
    found = minimize_scalar(mean_loss, bounds=bounds, method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))


def _confidence(logits: Floats) -> Floats:
    """The highest probability of each row."""
    top = logits.max(1, keepdims=True)
    return 1 / np.exp(logits - top).sum(1)  # type: ignore[no-any-return]


def _binned(confidence: Floats, right: Any) -> tuple[list[dict[str, Any]], float, float]:
    number = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    count = np.bincount(number, minlength=BINS)
    sums = np.bincount(number, confidence, minlength=BINS)
    hits = np.bincount(number, right, minlength=BINS)
    bins: list[dict[str, Any]] = []
    gaps = np.zeros(BINS)
    for place in range(BINS):
        one: dict[str, Any] = {"low": place / BINS, "high": (place + 1) / BINS}
        one["count"] = int(count[place])
        if count[place]:
            one["confidence"] = float(sums[place] / count[place])
            one["accuracy"] = float(hits[place] / count[place])
            gaps[place] = abs(one["confidence"] - one["accuracy"])
        bins.append(one)
    return bins, float((gaps * count).sum() / count.sum()), float(gaps.max())
