"""What the outputs of a network say: classes with their probabilities, yes or no, or numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from netbuilder.codegen.source import Loss, Result, Source
from netbuilder.data.applying import undone

Kind = Literal["classes", "binary", "numbers"]

MOST_PROBABILITIES = 100  # classes of which each has its probability told
_PROBABILITIES = ("bce_loss",)  # losses on probabilities; others that say yes or no take scores
_SLACK = 1e-3

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """How an output is read.

    Attributes:
        output: Its name.
        kind: ``classes``: a score a class along axis 1; ``binary``: a score for yes, each number by
            itself; ``numbers``: as they are.
        classes: Names of the classes, or of no and yes; empty where they have none.
        target: The field that it answers to; empty where that is not known.
        names: Names of the numbers of a sample, where it has several.
        loss: The id of the loss that scores it; empty where none does so directly.
    """

    output: str
    kind: Kind
    classes: tuple[str, ...] = ()
    target: str = ""
    names: tuple[str, ...] = ()
    loss: str = ""


@dataclass(frozen=True)
class Said:
    """What an output says of some samples.

    Attributes:
        columns: A name for each column.
        rows: A row of texts and numbers a sample.
    """

    columns: tuple[str, ...]
    rows: list[list[str | float]]


def readings(source: Source, preprocessing: Mapping[str, Any]) -> tuple[Reading, ...]:
    """Return how each output of a network is read, in order.

    Args:
        source: The network.
        preprocessing: What ``Prepared.preprocessing`` says of its data.
    """
    losses = {loss.output: loss for loss in source.losses if loss.output}
    return tuple(_reading(output, losses, preprocessing) for output in source.outputs)


def _reading(
    output: Result, losses: Mapping[str, Loss], preprocessing: Mapping[str, Any]
) -> Reading:
    loss = losses.get(output.name)
    target = loss.target if loss else output.classes_from
    classes = tuple(preprocessing["classes"].get(target, ()))
    names = tuple(preprocessing["columns"].get(target, ()))
    task = loss.task if loss else ""
    kind: Kind = "numbers"
    if task == "classification" or (not task and _scores(output, classes)):
        kind = "classes"
    elif task == "binary" or (not task and len(classes) == 2):
        kind = "binary"
    return Reading(output.name, kind, classes, target, names, loss.type if loss else "")


def _scores(output: Result, classes: Sequence[str]) -> bool:
    return len(classes) > 0 and len(output.shape) > 1 and output.shape[1] == len(classes)


def said(reading: Reading, values: Tensor, preprocessing: Mapping[str, Any]) -> Said:
    """Return what an output says, a row a sample.

    Args:
        reading: How it is read.
        values: The output, samples first.
        preprocessing: What ``Prepared.preprocessing`` says of its data.
    """
    if reading.kind == "classes" and values.ndim > 1:
        return _classes(reading, probabilities(reading, values))
    if reading.kind == "binary":
        return _binary(reading, probabilities(reading, values))
    numbers = undone(values.double().cpu().numpy(), reading.target, preprocessing)
    flat = numbers.reshape(len(numbers), -1)
    return Said(_named(reading, flat.shape[1], "predicted"), flat.tolist())


def probabilities(reading: Reading, values: Tensor) -> Tensor:
    """Return the probabilities that an output of classes, or of yes and no, stands for.

    Args:
        reading: How it is read.
        values: The output, samples first; classes along axis 1.
    """
    values = values.double().cpu()
    if reading.kind == "binary":
        within = not reading.loss and bool(((values >= 0) & (values <= 1)).all())
        return values if within or reading.loss in _PROBABILITIES else values.sigmoid()
    if not reading.loss:
        total = (values.sum(1) - 1).abs().max() if len(values) else torch.tensor(0.0)
        if bool((values >= 0).all()) and float(total) < _SLACK:
            return values  # a softmax stands behind what the loss scores
    return values.softmax(1)  # which leaves logarithms of probabilities what they are


def _classes(reading: Reading, chances: Tensor) -> Said:
    count = chances.shape[1]
    best = chances.argmax(1)
    rows: list[list[str | float]]
    if chances.ndim > 2:
        flat = best.reshape(len(best), -1)
        rows = [[_class(reading.classes, place) for place in row] for row in flat.tolist()]
        return Said(_named(reading, flat.shape[1], "predicted"), rows)
    rows = [
        [_class(reading.classes, place), chance]
        for place, chance in zip(best.tolist(), chances.amax(1).tolist(), strict=True)
    ]
    columns = ["predicted", "probability"]
    if count <= MOST_PROBABILITIES:
        columns += [f"p({_class(reading.classes, place)})" for place in range(count)]
        for row, every in zip(rows, chances.tolist(), strict=True):
            row.extend(every)
    return Said(tuple(columns), rows)


def _binary(reading: Reading, chances: Tensor) -> Said:
    flat = chances.reshape(len(chances), -1)
    classes = reading.classes if len(reading.classes) == 2 else ("0", "1")
    if flat.shape[1] > 1:
        return Said(_named(reading, flat.shape[1], "p"), flat.tolist())
    rows: list[list[str | float]] = [
        [classes[chance > 0.5], chance] for chance in flat[:, 0].tolist()
    ]
    return Said(("predicted", f"p({classes[1]})"), rows)


def _class(classes: Sequence[str], place: int) -> str:
    return classes[place] if place < len(classes) else str(place)


def _named(reading: Reading, count: int, word: str) -> tuple[str, ...]:
    """The names of the numbers of a sample."""
    if count == 1:
        return (word,)
    names = reading.names if len(reading.names) == count else range(1, count + 1)
    return tuple(f"{word}({name})" for name in names)
