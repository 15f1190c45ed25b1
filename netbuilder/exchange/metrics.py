"""Measure predictions: accuracy, F1 and AUROC of classes, errors of numbers.

The exported training script takes this file along, so it imports torch alone.
"""

import math

import torch
from torch import Tensor


def measure(task: str, prediction: Tensor, target: Tensor) -> dict[str, float]:
    """Return the metrics of a task by name; those that are not defined are left out.

    Args:
        task: ``classification``, ``binary`` or ``regression``.
        prediction: Scores of classes along the second axis, scores of yes, or numbers.
        target: The classes, 1 or 0, or numbers.
    """
    if task == "classification":
        found = measure_classes(prediction, target)
    elif task == "binary":
        found = measure_yes_or_no(prediction, target)
    else:
        found = measure_numbers(prediction, target)
    values = {name: float(value) for name, value in found.items()}
    return {name: value for name, value in values.items() if math.isfinite(value)}


def measure_classes(prediction: Tensor, target: Tensor) -> dict[str, Tensor]:
    """Return accuracy, and F1 and AUROC as means over the classes."""
    count = prediction.shape[1]
    if count < 2 or ((target < 0) | (target >= count)).any():
        return {}
    label = prediction.argmax(1)
    found = {
        "accuracy": (label == target).sum().float() / target.numel(),
        "f1": f1([(label == c, target == c) for c in range(count)]),
    }
    occurring = torch.bincount(target.flatten(), minlength=count) > 0
    if occurring.all():
        scores = prediction.softmax(1).movedim(1, -1).reshape(-1, count)
        truth = target.flatten()
        areas = [auroc(scores[:, c], truth == c) for c in range(count)]
        found["auroc"] = torch.stack(areas).mean()
    return found


def measure_yes_or_no(prediction: Tensor, target: Tensor) -> dict[str, Tensor]:
    """Return accuracy, F1 and AUROC of scores that say yes above 0."""
    if not ((target == 0) | (target == 1)).all():
        return {}
    score, truth = prediction.sigmoid().flatten(), target.flatten() == 1
    label = score > 0.5
    found = {
        "accuracy": (label == truth).sum().float() / truth.numel(),
        "f1": f1([(label, truth)]),
    }
    if truth.any() and not truth.all():
        found["auroc"] = auroc(score, truth)
    return found


def measure_numbers(prediction: Tensor, target: Tensor) -> dict[str, Tensor]:
    """Return the mean squared and absolute error and, of two or more samples, R2."""
    count = len(target)
    prediction, target = prediction.reshape(count, -1), target.reshape(count, -1)
    error = prediction - target
    found = {"mse": error.square().mean(), "mae": error.abs().mean()}
    if count >= 2 and target.numel():
        spread = (target - target.mean(0)).square().sum(0)
        found["r2"] = (1 - error.square().sum(0) / spread).mean()
    return found


def f1(pairs: list[tuple[Tensor, Tensor]]) -> Tensor:
    """Return the mean F1 of (said, true) pairs; one that neither says is left out."""
    values = []
    for said, true in pairs:
        hits, either = (said & true).sum(), said.sum() + true.sum()
        if either > 0:
            values.append(2 * hits / either)
    return torch.stack(values).mean() if values else torch.tensor(0.0)


def auroc(score: Tensor, true: Tensor) -> Tensor:
    """Return how often a true sample scores above another one; ties count half."""
    _, place, count = torch.unique(score, return_inverse=True, return_counts=True)
    last = count.cumsum(0)
    rank = (last - (count - 1) / 2).double()[place]
    positive = true.sum().double()
    negative = len(true) - positive
    area: Tensor = rank[true].sum() - positive * (positive + 1) / 2
    return area.div(positive * negative).float()
