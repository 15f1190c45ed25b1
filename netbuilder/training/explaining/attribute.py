"""Explains what a run's network says of one sample: a number for each number that it was given."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from netbuilder.codegen.source import Argument
from netbuilder.data.applying import undone
from netbuilder.training.answers import readings, said
from netbuilder.training.evaluate import SPLITS
from netbuilder.training.evaluation.assess import Subject
from netbuilder.training.explaining.aim import Aim, aim_of
from netbuilder.training.explaining.attributions import (
    Told,
    gradients,
    integrated_gradients,
    occlusion,
    windows_of,
)
from netbuilder.training.explaining.grad_cam import grad_cam
from netbuilder.training.explaining.methods import METHODS, Asked
from netbuilder.training.explaining.way_in import WayIn, fed_by, run, ways_in
from netbuilder.training.run import RunError
from netbuilder.training.tensors import to_tensors
from netbuilder.training.trace import node_of

_KNOWN = 10_000  # training samples that a mean is taken of


@dataclass(frozen=True)
class _Case:
    """A sample with what is explained of it."""

    subject: Subject
    aim: Aim
    inputs: list[Tensor]
    baselines: list[Tensor]
    asked: Asked
    told: Told


def attribute(subject: Subject, asked: Asked, told: Told) -> dict[str, Any]:
    """Explain what a network says of a sample.

    What counts as nothing is the mean of the training samples for a row of numbers, black for an
    image, the vector 0 for a token, and for a class the most frequent one.

    Args:
        subject: The run.
        asked: What is asked.
        told: Gets the share that is done, 0 to 1.

    Returns:
        Plain data: ``method``; ``sample``; ``split``, which has it; ``output``; ``target``, what is
        explained, ``score``, its score before any softmax or sigmoid, and ``probability`` or None;
        ``said``, the class or number that the network says, and ``right``, the right one, where it
        is one; ``inputs``, for each its
        ``name``, ``field``, ``shape``, ``columns``, and flat ``values`` in the unit of the data
        and ``attributions``, none for ``grad_cam``; ``map`` with ``node``, ``shape`` and
        ``values`` for ``grad_cam``; ``adds_up`` with ``total``, ``difference`` and ``steps`` for
        ``integrated_gradients``.

    Raises:
        RunError: There is no such sample, method, output or class, or the method does not suit the
            network.
    """
    if asked.method not in METHODS:
        raise RunError(f"there is no method {asked.method}; there are: {', '.join(METHODS)}")
    source = subject.source
    if not (source.inputs and source.outputs):
        raise RunError("the network has no Input or no Output node, so there is nothing to explain")
    split, place = _place(subject, asked.sample)
    inputs = _inputs(subject, split, slice(place, place + 1))
    model = subject.model.eval()
    with _differentiable(subject.device):
        with torch.no_grad():
            outputs = run(model, inputs)
        aim = aim_of(
            readings(source, subject.prepared.preprocessing), outputs, asked.output, asked.target
        )
        case = _Case(subject, aim, inputs, _baselines(subject), asked, told)
        found, more = _explained(case)
    return {
        "method": asked.method,
        "sample": asked.sample,
        "split": split,
        "output": aim.reading.output,
        "target": aim.name,
        "score": float(aim.score(outputs)[0]),
        "probability": aim.probability(outputs),
        "said": _said(subject, aim, outputs),
        "right": _right(subject, aim, split, place),
        "inputs": [
            _told(subject, argument, given, values, (split, place))
            for argument, given, values in zip(source.inputs, inputs, found, strict=True)
        ],
        **more,
    }


def _place(subject: Subject, sample: int) -> tuple[str, int]:
    """The split that has a sample, and its place there."""
    for split in SPLITS:
        found = np.flatnonzero(np.asarray(subject.prepared.indices[split]) == sample)
        if len(found):
            return split, int(found[0])
    parts = [part for part in subject.prepared.indices.values() if len(part)]
    largest = max(int(np.max(part)) for part in parts)
    some = ", of which some are in no split" if sum(map(len, parts)) <= largest else ""
    raise RunError(f"no split has a sample {sample}; samples go from 0 to {largest}{some}")


def _inputs(subject: Subject, split: str, part: slice) -> list[Tensor]:
    """What the network takes of some samples."""
    arrays = {name: values[part] for name, values in subject.prepared.splits[split].items()}
    return to_tensors(arrays, subject.source.inputs, subject.device)


def _differentiable(device: torch.device) -> AbstractContextManager[Any]:
    """The library cuDNN has no gradient of recurrent layers outside training."""
    return torch.backends.cudnn.flags(enabled=False) if device.type == "cuda" else nullcontext()


def _explained(case: _Case) -> tuple[list[Tensor | None], dict[str, Any]]:
    """What was found for each input, and what there is to say beside it."""
    model, aim, method = case.subject.model, case.aim, case.asked.method
    if method == "occlusion":
        windows = [windows_of(tensor.shape[1:], case.asked.window) for tensor in case.inputs]
        covered = occlusion(
            lambda x: aim.score(run(model, x)), case.inputs, case.baselines, windows, case.told
        )
        return list(covered), {}
    if method == "grad_cam":
        nodes = set(case.subject.source.lines.values())
        seen = grad_cam(
            model,
            lambda: aim.score(run(model, case.inputs)),
            case.inputs,
            lambda name: node_of(f"{name}.weight", nodes) or name,
            case.asked.node,
        )
        plain = {
            "node": seen.node,
            "shape": list(seen.values.shape),
            "values": _plain(seen.values),
        }
        return [None] * len(case.inputs), {"map": plain}
    ways = ways_in(model, case.subject.source.inputs, case.inputs)
    with fed_by(ways) as fed:
        found, more = _by_gradient(case, ways, lambda values: aim.score(fed(model, values)))
    return [way.per_number(one) for way, one in zip(ways, found, strict=True)], more


def _by_gradient(
    case: _Case, ways: Sequence[WayIn], score: Any
) -> tuple[list[Tensor], dict[str, Any]]:
    values = [way.values for way in ways]
    if case.asked.method == "integrated_gradients":
        baselines = [
            torch.zeros_like(way.values) if way.table is not None else baseline
            for way, baseline in zip(ways, case.baselines, strict=True)
        ]
        found = integrated_gradients(score, values, baselines, case.told)
        adds_up = {"total": found.total, "difference": found.difference, "steps": found.steps}
        return found.values, {"adds_up": adds_up}
    slopes = gradients(score, values)
    if case.asked.method == "saliency":
        return [slope.abs() for slope in slopes], {}
    return [slope * value for slope, value in zip(slopes, values, strict=True)], {}


def _baselines(subject: Subject) -> list[Tensor]:
    """For each input what counts as nothing, as one sample."""
    found = []
    for some in _inputs(subject, "train", slice(_KNOWN)):
        if some.ndim > 2:
            found.append(torch.zeros_like(some[:1]))
        elif some.is_floating_point():
            found.append(some.double().mean(0, keepdim=True).to(some.dtype))
        elif some.ndim == 1:
            found.append(some.mode(0, keepdim=True).values)
        else:
            found.append(torch.zeros_like(some[:1]))
    return found


def _told(
    subject: Subject,
    argument: Argument,
    given: Tensor,
    found: Tensor | None,
    where: tuple[str, int],
) -> dict[str, Any]:
    """An input with what was found for it; ``where`` is the split and the place of the sample."""
    split, place = where
    field = argument.field or argument.name
    preprocessing = subject.prepared.preprocessing
    own = undone(
        subject.prepared.splits[split][field][place : place + 1], field, preprocessing
    ).reshape(-1)
    columns = list(preprocessing["columns"].get(field, ()))
    classes = preprocessing["classes"].get(field)
    if classes and not columns:  # tokens, of which each place has one
        columns = [f"{at}: {classes[code]}" for at, code in enumerate(own.astype(int).tolist())]
    # The shape that says more: an image may be fed flat, and a row as an image.
    own_shape = subject.prepared.splits[split][field].shape[1:]
    shape = max(own_shape, tuple(map(int, given.shape[1:])), key=len)
    return {
        "name": argument.name,
        "field": field,
        "shape": list(shape),
        "columns": columns if len(columns) == len(own) else [],
        "values": _plain(torch.as_tensor(own)),
        "attributions": [] if found is None else _plain(found),
    }


def _said(subject: Subject, aim: Aim, outputs: Sequence[Tensor]) -> str | float | None:
    """The class that an output says, or its number, in the unit of the data."""
    told = said(aim.reading, outputs[aim.place], subject.prepared.preprocessing)
    if aim.reading.kind == "numbers":
        return float(told.rows[0][aim.number])
    return told.rows[0][0] if told.columns[0] == "predicted" else None


def _right(subject: Subject, aim: Aim, split: str, place: int) -> str | float | None:
    values = subject.prepared.splits[split].get(aim.reading.target)
    if values is None or values[place].size != 1:
        return None
    value = values[place].reshape(-1)[0].item()
    classes = aim.reading.classes
    if classes and float(value).is_integer() and 0 <= int(value) < len(classes):
        return classes[int(value)]
    own = undone(values[place : place + 1], aim.reading.target, subject.prepared.preprocessing)
    return float(own.reshape(-1)[0])


def _plain(values: Tensor) -> list[float]:
    """Flat, in six digits, which say enough and make a short file."""
    return [float(f"{value:.6g}") for value in values.detach().double().cpu().flatten().tolist()]
