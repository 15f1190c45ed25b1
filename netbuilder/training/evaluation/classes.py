"""How good a network is that names classes: of whole samples, of pixels or of tokens."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from netbuilder.training.evaluation.calibration import calibration
from netbuilder.training.evaluation.curves import curves, thresholds
from netbuilder.training.evaluation.intervals import share
from netbuilder.training.evaluation.scores import ClassScores, Floats, Ints

TOP = (1, 3, 5, 10)
MOST_MATRIX = 1_000  # classes
MOST_LISTED = 100_000  # samples of which each has its line
MOST_SHOWN = 24  # samples that are most wrong, or least sure


def of_classes(scores: ClassScores, names: Sequence[str], held_back: ClassScores | None) -> Any:
    """Return everything there is to say of the scores of a split, as JSON data.

    Args:
        scores: The scores.
        names: What the classes are called; numbers where too few are named.
        held_back: The scores of the validation split, which a temperature is fitted on; None where
            there is none, or where this is it.

    Returns:
        ``kind`` and ``unit``, ``elements``, ``left_out``, ``classes`` (names), ``accuracy`` with its
        interval, ``balanced_accuracy``, ``top`` by the number of guesses, ``loss_bits`` (mean negative
        log-likelihood in bits), ``averages`` and ``per_class`` (precision, recall, F1; also IoU and
        Dice), ``confusion`` (rows are what is right), ``roc`` and ``precision_recall`` curves,
        ``calibration``, ``thresholds`` of two classes; of tokens ``perplexity``; of whole samples
        ``samples``, ``most_wrong``, ``least_sure`` and ``suspects``, whose targets may be wrong; of
        parts ``worst`` samples.
    """
    count = len(scores.truth)
    classes = [*names[: scores.classes], *map(str, range(len(names), scores.classes))]
    found: dict[str, Any] = {
        "kind": "binary" if scores.binary else "classification",
        "unit": scores.unit,
        "elements": count,
        "left_out": scores.left_out,
        "classes": classes,
    }
    if not count:
        return found
    right = int((scores.said == scores.truth).sum())
    matrix = confusion(scores.truth, scores.said, scores.classes)
    bits = -np.log2(np.maximum(scores.right, np.finfo(np.float64).tiny))
    found |= {
        "accuracy": share(right, count),
        "top": _top(scores),
        "loss_bits": float(bits.mean()),
        **_of_matrix(matrix, classes),
        **curves(scores, classes),
        "calibration": calibration(scores, held_back),
    }
    if scores.unit == "token":
        found["perplexity"] = float(2 ** min(bits.mean(), 1000))
    if scores.classes == 2:
        found["thresholds"] = thresholds(scores)
    if scores.unit == "sample":
        found |= _of_samples(scores)
    else:
        found["worst"] = _worst(scores)
    return found


def confusion(truth: Ints, said: Ints, classes: int) -> Ints:
    """Return how often each class was said of each, (classes, classes); rows are what is right."""
    flat = np.bincount(truth * classes + said, minlength=classes * classes)
    return flat.reshape(classes, classes)


def _top(scores: ClassScores) -> dict[str, float]:
    """How often the right class is among the first guesses; all classes always hold it."""
    numbers = [k for k in TOP if k < scores.classes]
    return {str(k): float((scores.rank < k).mean()) for k in numbers}


def _of_matrix(matrix: Ints, names: Sequence[str]) -> dict[str, Any]:
    hits = np.diag(matrix).astype(np.float64)
    support, predicted = matrix.sum(1), matrix.sum(0)
    figures = {
        "precision": _over(hits, predicted),
        "recall": _over(hits, support),
        "f1": _over(2 * hits, support + predicted),
        "iou": _over(hits, support + predicted - hits),
    }
    there = support > 0
    # A class that is neither there nor said has no figure, so it is in no average.
    known = (support + predicted) > 0
    plain = {name: np.where(np.isnan(values), 0.0, values) for name, values in figures.items()}
    averages = {
        "macro": {name: float(values[known].mean()) for name, values in plain.items()},
        "weighted": {
            name: float((values * support).sum() / support.sum()) for name, values in plain.items()
        },
    }
    per_class = [
        {
            "name": names[number],
            "support": int(support[number]),
            "predicted": int(predicted[number]),
            **{name: _plain(values[number]) for name, values in figures.items()},
        }
        for number in range(len(names))
    ]
    return {
        "balanced_accuracy": float(figures["recall"][there].mean()),
        "averages": averages,
        "per_class": per_class,
        "confusion": matrix.tolist() if len(names) <= MOST_MATRIX else None,
    }


def _over(part: Floats | Ints, whole: Floats | Ints) -> Floats:
    """A ratio; NaN where there is nothing to divide by."""
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _of_samples(scores: ClassScores) -> dict[str, Any]:
    """Each sample in a line of columns, and the ones to look at first."""
    listed = len(scores.truth) <= MOST_LISTED
    wrong = np.flatnonzero(scores.said != scores.truth)
    by_error = wrong[np.lexsort((wrong, scores.right[wrong]))]
    by_doubt = np.argsort(scores.margin, kind="stable")
    shown = slice(None) if listed else np.union1d(by_error[:MOST_SHOWN], by_doubt[:MOST_SHOWN])
    return {
        "samples": {
            "place": scores.sample[shown].tolist(),
            "truth": scores.truth[shown].tolist(),
            "said": scores.said[shown].tolist(),
            "confidence": _short(scores.confidence[shown]),
            "right": _short(scores.right[shown]),
        },
        "most_wrong": scores.sample[by_error[:MOST_SHOWN]].tolist(),
        "least_sure": scores.sample[by_doubt[:MOST_SHOWN]].tolist(),
        "suspects": scores.sample[suspects(scores)[:MOST_SHOWN]].tolist(),
    }


def suspects(scores: ClassScores) -> Ints:
    """Return the elements whose target may be wrong, the most suspicious first.

    Those that are called another class, as surely as samples of that class are on average (C. Northcutt
    et al., Confident Learning: Estimating Uncertainty in Dataset Labels, 2021).
    """
    count = np.bincount(scores.truth, minlength=scores.classes)
    total = np.bincount(scores.truth, scores.right, minlength=scores.classes)
    usual = np.where(count > 0, total / np.maximum(count, 1), np.inf)
    odd = (scores.said != scores.truth) & (scores.confidence >= usual[scores.said])
    found = np.flatnonzero(odd)
    lead = scores.confidence[found] - scores.right[found]
    return found[np.argsort(-lead, kind="stable")]


def _worst(scores: ClassScores) -> list[dict[str, Any]]:
    """Samples by the share of their pixels or tokens that are right, least first."""
    count = np.bincount(scores.sample)
    right = np.bincount(scores.sample, scores.said == scores.truth)
    shares = _over(right, count)
    order = [int(number) for number in np.argsort(shares, kind="stable") if count[number]]
    return [{"place": number, "right": float(shares[number])} for number in order[:MOST_SHOWN]]


def _short(values: Floats) -> list[float]:
    """Six digits say enough of a probability, and make a file half as long."""
    return [float(f"{value:.6g}") for value in values]
