"""Metrics by the task of each loss, computed by torchmetrics over a whole split at once.

torchmetrics costs a second and a half to import, so it is imported at the first validation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from netbuilder.codegen.source import Loss
from netbuilder.training.recipe import Recipe

# The exact area under the curve sorts the scores of every class; beyond this many it is left out.
AUROC_LIMIT = 20_000_000
CLASSES_LIMIT = 1_000

Scored = tuple[Tensor, Tensor]


def metric_names(losses: Sequence[Loss], recipe: Recipe) -> tuple[str, ...]:
    """The names of a validation's metrics: ``accuracy``, or ``loss_1.accuracy`` with several losses."""
    return tuple(
        prefixed(losses, loss, name)
        for loss in _measured(losses)
        for name in _kinds(loss, losses, recipe)
    )


def prefixed(losses: Sequence[Loss], loss: Loss, name: str) -> str:
    """The full name of a metric of a loss."""
    return f"{loss.name}.{name}" if len(losses) > 1 else name


def validation_metrics(
    losses: Sequence[Loss], scored: Mapping[str, Scored], recipe: Recipe
) -> dict[str, float]:
    """Return the metrics that are recorded after an epoch; what is not defined is left out.

    Args:
        losses: The losses.
        scored: The predictions and targets of a whole split by the name of the loss; losses without
            metrics have none.
        recipe: What it names as its metric is computed even if it is slow.
    """
    values: dict[str, float] = {}
    for loss in _measured(losses):
        found = _measure(loss.task, *scored[loss.name], _kinds(loss, losses, recipe))
        values.update({prefixed(losses, loss, name): value for name, value in found.items()})
    return values


def all_metrics(losses: Sequence[Loss], scored: Mapping[str, Scored]) -> dict[str, Any]:
    """Return every metric of a split, with the confusion matrix of each classification.

    Args:
        losses: The losses.
        scored: The predictions and targets of a whole split by the name of the loss; losses without
            metrics have none.
    """
    values: dict[str, Any] = {}
    for loss in _measured(losses):
        found: dict[str, Any] = _measure(loss.task, *scored[loss.name], _ALL[loss.task])
        matrix = _confusion(loss.task, *scored[loss.name])
        if matrix is not None:
            found["confusion_matrix"] = matrix
        values.update({prefixed(losses, loss, name): value for name, value in found.items()})
    return values


_ALL = {
    "classification": ("accuracy", "f1", "auroc"),
    "binary": ("accuracy", "f1", "auroc"),
    "regression": ("mse", "mae", "r2"),
}


def _measured(losses: Sequence[Loss]) -> list[Loss]:
    """Those losses that there is more to say of than their value."""
    return [loss for loss in losses if loss.task]


def _kinds(loss: Loss, losses: Sequence[Loss], recipe: Recipe) -> tuple[str, ...]:
    """What is measured after every epoch: a curve for each of many classes only if asked for."""
    kinds = _ALL[loss.task]
    if loss.task == "classification" and recipe.metric != prefixed(losses, loss, "auroc"):
        return tuple(kind for kind in kinds if kind != "auroc")
    return kinds


def _measure(
    task: str, prediction: Tensor, target: Tensor, kinds: Sequence[str]
) -> dict[str, float]:
    if task == "regression":
        found = _regression(prediction, target)
    elif task == "binary":
        found = _binary(prediction, target, kinds)
    else:
        found = _classification(prediction, target, kinds)
    values = {name: float(value) for name, value in found.items()}
    return {name: value for name, value in values.items() if math.isfinite(value)}


def _classification(prediction: Tensor, target: Tensor, kinds: Sequence[str]) -> dict[str, Tensor]:
    from torchmetrics.functional import classification as tm

    labels, classes = _said(prediction, target)
    if classes < 2 or not _are_classes(target, classes):
        return {}
    options: dict[str, Any] = {"num_classes": classes, "validate_args": False}
    found = {
        "accuracy": tm.multiclass_accuracy(labels, target, average="micro", **options),
        "f1": tm.multiclass_f1_score(labels, target, average="macro", **options),
    }
    scores = prediction.is_floating_point() and prediction.numel() <= AUROC_LIMIT
    if "auroc" in kinds and scores and _all_occur(target, classes):
        found["auroc"] = tm.multiclass_auroc(prediction.softmax(1), target, **options)
    return found


def _said(prediction: Tensor, target: Tensor) -> tuple[Tensor, int]:
    """The class of the highest score and how many classes there are; whole numbers are such classes.

    Classes that were neither said nor right change no figure, so the highest one gives their number.
    """
    if prediction.is_floating_point():
        return prediction.argmax(1), prediction.shape[1]
    return prediction, int(torch.maximum(prediction.max(), target.max())) + 1


def _binary(prediction: Tensor, target: Tensor, kinds: Sequence[str]) -> dict[str, Tensor]:
    from torchmetrics.functional import classification as tm

    if not ((target == 0) | (target == 1)).all():
        return {}
    # torchmetrics takes scores within 0 and 1 for probabilities, so they are made such here.
    scores, labels = prediction.sigmoid().flatten(), target.long().flatten()
    found = {
        "accuracy": tm.binary_accuracy(scores, labels, validate_args=False),
        "f1": tm.binary_f1_score(scores, labels, validate_args=False),
    }
    if "auroc" in kinds and scores.numel() <= AUROC_LIMIT and _all_occur(labels, 2):
        found["auroc"] = tm.binary_auroc(scores, labels, validate_args=False)
    return found


def _regression(prediction: Tensor, target: Tensor) -> dict[str, Tensor]:
    from torchmetrics.functional import regression as tm

    samples = len(target)
    prediction, target = prediction.reshape(samples, -1), target.reshape(samples, -1)
    found = {
        "mse": tm.mean_squared_error(prediction, target),
        "mae": tm.mean_absolute_error(prediction, target),
    }
    if samples >= 2 and target.numel():
        found["r2"] = tm.r2_score(prediction, target)
    return found


def _confusion(task: str, prediction: Tensor, target: Tensor) -> list[list[int]] | None:
    """Rows are what is right, columns what was said; None where there are no classes."""
    from torchmetrics.functional import classification as tm

    if task == "binary" and ((target == 0) | (target == 1)).all():
        scores, labels = prediction.sigmoid().flatten(), target.long().flatten()
        matrix = tm.binary_confusion_matrix(scores, labels, validate_args=False)
    elif task == "classification":
        labels, classes = _said(prediction, target)
        if not 2 <= classes <= CLASSES_LIMIT or not _are_classes(target, classes):
            return None
        matrix = tm.multiclass_confusion_matrix(
            labels, target, num_classes=classes, validate_args=False
        )
    else:
        return None
    return matrix.tolist()


def _are_classes(target: Tensor, classes: int) -> bool:
    return bool(((target >= 0) & (target < classes)).all())


def _all_occur(target: Tensor, classes: int) -> bool:
    return bool((torch.bincount(target.flatten(), minlength=classes) > 0).all())
