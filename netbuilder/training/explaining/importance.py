"""What each column of the inputs is worth: how much worse the network is with its values shuffled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from netbuilder.codegen.source import Argument, Loss
from netbuilder.data.dates import parted_name
from netbuilder.data.verdict import scored_places
from netbuilder.training.evaluate import SPLITS, evaluate, in_precision
from netbuilder.training.evaluation.assess import Subject
from netbuilder.training.explaining.attributions import Told
from netbuilder.training.metrics import Scored
from netbuilder.training.run import RunError

REPEATS = 5
MOST_COLUMNS = 1_000
_SIGN = " = "  # between a column and its class, in the names of columns of 0 and 1
_NORMAL = 1.96  # 95 % of a normal distribution lie within so many deviations

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Column:
    """What is shuffled together: one column, or all that were made from one category or date.

    Attributes:
        name: Its name.
        field: The field that has it.
        places: Which numbers of a sample; None for all.
    """

    name: str
    field: str
    places: tuple[int, ...] | None


def importance(subject: Subject, split: str, told: Told, repeats: int = REPEATS) -> dict[str, Any]:
    """Shuffle the columns of a split one after the other, and tell how much worse the network is.

    A category that became columns of 0 and 1 is shuffled as one, and so is a date. Columns that say the
    same stand in for each other, so that each seems worth little.

    Args:
        subject: The run.
        split: ``train``, ``val`` or ``test``.
        told: Gets the share that is done, 0 to 1.
        repeats: How often each column is shuffled.

    Returns:
        Plain data: ``split``, ``samples`` (at most 10,000), ``repeats``, and by loss ``metric``
        (``accuracy`` or ``r2``), ``value`` of it and ``columns``, the most important first: ``name``,
        ``field``, ``importance``, by how much the metric falls, and ``low`` and ``high``, its 95 %
        interval over the samples.

    Raises:
        RunError: There is no such split, nothing in it, no loss that says right or wrong, or too
            many columns.

    Source: Breiman 2001, "Random Forests"; as ``sklearn.inspection.permutation_importance``
    """
    if split not in SPLITS:
        raise RunError(f"there is no split {split}; there are: {', '.join(SPLITS)}")
    if repeats < 1:
        raise RunError(f"each column is to be shuffled {repeats} times, but at least 1 is needed")
    whole = subject.tensors(split)
    if not whole:
        raise RunError(f"the split {split} of {subject.run.path} is empty")
    at = torch.as_tensor(scored_places(len(whole[0])), device=subject.device)
    tensors = [tensor[at] for tensor in whole]
    losses = [loss for loss in subject.source.losses if loss.task]
    if not losses:
        raise RunError(
            "the network has no loss that tells right from wrong, so nothing is measured"
        )
    columns = _columns(subject, tensors)
    before = _errors(subject, losses, tensors)
    sums = {loss.name: np.zeros((len(columns), len(at))) for loss in losses}
    random = np.random.RandomState(subject.recipe.seed)
    for number, column in enumerate(columns):
        for _ in range(repeats):
            order = torch.as_tensor(random.permutation(len(at)), device=subject.device)
            shuffled = _shuffled(subject.source.inputs, tensors, column, order)
            for name, errors in _errors(subject, losses, shuffled).items():
                sums[name][number] += (errors - before[name]) / repeats
        told((number + 1) / len(columns))
    found = {x.name: _worth(x, columns, sums[x.name], before[x.name]) for x in losses}
    return {"split": split, "samples": len(at), "repeats": repeats, "losses": found}


def _columns(subject: Subject, tensors: Sequence[Tensor]) -> list[_Column]:
    """What can be shuffled by itself: the named columns of rows, and other fields as a whole."""
    found: dict[tuple[str, str], list[int]] = {}
    fields: dict[str, _Column] = {}
    named = subject.prepared.preprocessing["columns"]
    for argument, tensor in zip(subject.source.inputs, tensors, strict=False):
        field = argument.field or argument.name
        names = named.get(field, ())
        if len(names) != tensor[0].numel():
            fields[field] = _Column(field, field, None)
            continue
        for place, name in enumerate(names):
            places = found.setdefault((field, _category(name, names)), [])
            if place not in places:  # two Inputs may take one field
                places.append(place)
    columns = [_Column(name, field, tuple(places)) for (field, name), places in found.items()]
    columns += fields.values()
    if len(columns) > MOST_COLUMNS:
        raise RunError(
            f"the inputs have {len(columns):,} columns, more than the {MOST_COLUMNS:,} that are "
            "shuffled one after the other"
        )
    return columns


def _category(name: str, names: Sequence[str]) -> str:
    """The column that a column of 0 and 1, or a part of a date, was made from; else the name itself."""
    date = parted_name(name)
    if date is not None:
        return date[0]
    before, sign, _ = name.partition(_SIGN)
    together = [other for other in names if other.startswith(before + _SIGN)]
    return before if sign and len(together) > 1 else name


def _shuffled(
    arguments: Sequence[Argument], tensors: Sequence[Tensor], column: _Column, order: Tensor
) -> list[Tensor]:
    """Inputs and targets, with a column in another order."""
    found = list(tensors)
    for place, argument in enumerate(arguments):
        if (argument.field or argument.name) != column.field:
            continue
        whole = tensors[place]
        if column.places is None:
            found[place] = whole[order]
            continue
        flat = whole.reshape(len(whole), -1).clone()
        places = torch.as_tensor(column.places, device=whole.device)
        flat[:, places] = flat[order][:, places]
        found[place] = flat.reshape(whole.shape)
    return found


def _errors(
    subject: Subject, losses: Sequence[Loss], tensors: Sequence[Tensor]
) -> dict[str, Floats]:
    """For each sample what its loss's metric lacks to 1, by loss."""
    recipe = subject.recipe
    precision = in_precision(recipe, subject.device)
    found = evaluate(subject.model, tensors, recipe.batch_size, precision)
    return {loss.name: _error(loss.task, found.scored[loss.name]) for loss in losses}


def _error(task: str, pair: Scored) -> Floats:
    prediction, target = pair
    if task == "regression":
        right = target.double().reshape(len(target), -1)
        spread = right.var(0, unbiased=False)
        errors = (prediction.double().reshape(right.shape) - right) ** 2
        errors /= torch.where(spread > 0, spread, 1.0)
    elif task == "binary":
        errors = ((prediction > 0) != (target > 0.5).reshape(prediction.shape)).double()
    else:
        said = prediction.argmax(1) if prediction.ndim > target.ndim else prediction
        errors = (said != target).double()
    return errors.reshape(len(errors), -1).mean(1).cpu().numpy()


def _worth(loss: Loss, columns: Sequence[_Column], worse: Floats, before: Floats) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for column, drops in zip(columns, worse, strict=True):
        mean = float(drops.mean())
        margin = _NORMAL * float(drops.std(ddof=1)) / math.sqrt(len(drops)) if len(drops) > 1 else 0
        span = {"low": mean - margin, "high": mean + margin}
        rows.append({"name": column.name, "field": column.field, "importance": mean, **span})
    rows.sort(key=lambda row: -row["importance"])
    value = 1 - float(before.mean())
    metric = "r2" if loss.task == "regression" else "accuracy"
    return {"metric": metric, "value": value, "columns": rows}
