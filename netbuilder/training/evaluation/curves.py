"""Curves over the threshold: receiver operating characteristic, precision and recall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from netbuilder.training.evaluation.scores import ClassScores, Floats, Ints

MOST_CLASSES = 20  # have curves of their own; more would cover each other
MOST_POINTS = 200
STEPS = 100  # of the threshold from 0 to 1


def curves(scores: ClassScores, names: Sequence[str]) -> dict[str, Any]:
    """Return ``roc`` and ``precision_recall``, each a curve a class against all others.

    A class that never occurs, or always, has none. Of two classes the second one's is shown.

    Args:
        scores: Scores of a split.
        names: Of the classes.

    Returns:
        For each curve ``name``, ``area`` (for precision and recall the average precision), ``x`` and
        ``y``, at most 200 points.
    """
    from sklearn.metrics import (
        average_precision_score,
        precision_recall_curve,
        roc_auc_score,
        roc_curve,
    )

    truth = scores.truth[scores.kept]
    numbers = [1] if scores.classes == 2 else range(min(scores.classes, MOST_CLASSES))
    roc, precise = [], []
    for number in numbers:
        own = truth == number
        if not own.any() or own.all():
            continue
        score = _against_all(scores.logits, number)
        name = names[number]
        false, true, _ = roc_curve(own, score)
        area = float(roc_auc_score(own, score))
        roc.append({"name": name, "area": area, **_thinned(false, true)})
        precision, recall, _ = precision_recall_curve(own, score)
        mean = float(average_precision_score(own, score))
        precise.append({"name": name, "area": mean, **_thinned(recall[::-1], precision[::-1])})
    return {"roc": roc, "precision_recall": precise}


def thresholds(scores: ClassScores) -> dict[str, Any]:
    """Return what every threshold on the probability of class 1 would give, 0 to 1 in 100 steps.

    Returns:
        ``threshold``, and the counts ``true_positive``, ``false_positive``, ``true_negative`` and
        ``false_negative`` at each: class 1 is said from the threshold on.
    """
    probability = np.where(scores.said == 1, scores.confidence, 1 - scores.confidence)
    steps = np.arange(STEPS + 1) / STEPS
    positive, negative = (np.sort(probability[scores.truth == c]) for c in (1, 0))
    missed = np.searchsorted(positive, steps, side="left")
    spared = np.searchsorted(negative, steps, side="left")
    return {
        "threshold": steps.tolist(),
        "true_positive": (len(positive) - missed).tolist(),
        "false_positive": (len(negative) - spared).tolist(),
        "true_negative": spared.tolist(),
        "false_negative": missed.tolist(),
    }


def _against_all(logits: Floats, number: int) -> Floats:
    """The log-odds of a class: ordered as its probability is, without ties where that is 1."""
    others = np.delete(logits, number, axis=1)
    top = others.max(1)
    rest = top + np.log(np.exp(others - top[:, None]).sum(1))
    return logits[:, number] - rest  # type: ignore[no-any-return]


def _thinned(x: Floats, y: Floats) -> dict[str, list[float]]:
    """At most so many points, evenly along the curve's length, both ends included."""
    chosen: Ints = np.arange(len(x))
    if len(x) > MOST_POINTS:
        along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
        wanted = np.linspace(0.0, along[-1], MOST_POINTS)
        chosen = np.unique(np.searchsorted(along, wanted).clip(0, len(x) - 1))
        chosen[-1] = len(x) - 1
    return {"x": [round(v, 6) for v in x[chosen]], "y": [round(v, 6) for v in y[chosen]]}
