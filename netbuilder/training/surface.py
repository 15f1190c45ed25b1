"""What a network with two numbers going in says over the plane of them: its decision surface.

The plane is a grid of cells around the samples; of each cell the class and how sure the network is, or
the number that comes out, goes into a small file as one byte. Nothing is drawn from the random
generators of the training, and nothing of the network is changed.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from netbuilder.codegen.source import Source
from netbuilder.data.applying import undone
from netbuilder.training.answers import Reading, probabilities, readings
from netbuilder.training.evaluate import Precision, judged

SIZE = 64  # cells along each side
MARGIN = 0.08  # of the samples' extent, at each side
MOST_SAMPLES = 400  # of a split; more would hide what is below them
_MOST_CLASSES = 255

Samples = Mapping[str, Sequence[Tensor]]


@dataclass(frozen=True)
class _Plane:
    """Where the cells are.

    Attributes:
        left: The least value of each coordinate, as the network gets it.
        span: The width of each.
    """

    left: Tensor
    span: Tensor

    def centres(self) -> Tensor:
        """The middle of each cell, the uppermost row first: (cells, 2)."""
        steps = (torch.arange(SIZE, dtype=torch.float64) + 0.5) / SIZE
        up, across = torch.meshgrid(steps.flip(0), steps, indexing="ij")
        return self.left + torch.stack((across, up), -1).reshape(-1, 2) * self.span

    def diagonal(self) -> Tensor:
        """The middles of the cells from the lower left to the upper right corner: (cells, 2)."""
        steps = (torch.arange(SIZE, dtype=torch.float64) + 0.5) / SIZE
        return self.left + steps[:, None] * self.span


class Surface:
    """Draws the decision surface of a network as it is.

    Args:
        model: The network.
        source: What was generated from the graph; ``can_draw`` says whether it fits.
        preprocessing: What was done to the data.
        splits: Inputs and targets of ``train`` and ``val``; the latter may be empty.
        precision: Makes the context of a forward pass.
    """

    def __init__(
        self,
        model: nn.Module,
        source: Source,
        preprocessing: Mapping[str, Any],
        splits: Samples,
        precision: Precision,
    ) -> None:
        self._model = model
        self._precision = precision
        self._preprocessing = preprocessing
        self._place, self._reading = _told(source, preprocessing)
        inputs = splits["train"][0]
        self._plane = _plane(inputs.double().cpu())
        self._cells = self._plane.centres().to(inputs.device, inputs.dtype)
        field = source.inputs[0].field
        names = tuple(preprocessing["columns"].get(field, ()))
        axes = undone(self._plane.diagonal().numpy(), field, preprocessing)
        self._fixed = {
            "size": SIZE,
            "names": names if len(names) == 2 else (f"{field}[0]", f"{field}[1]"),
            "axes": [[_short(value) for value in axes[:, place].tolist()] for place in (0, 1)],
            "kind": self._reading.kind,
        }
        self._samples = _samples(source, self._reading, self._plane, splits)

    def draw(self) -> dict[str, Any]:
        """Return the surface as JSON data.

        ``size``: cells along each side; ``names`` and ``axes`` of the coordinates, in their own units;
        ``kind``: ``classes``, ``binary`` or ``numbers``; ``classes``: their names; ``cells``: the class
        of each cell and ``shades``: from 0 to 255, how sure the network is of it or how large the
        number is between ``low`` and ``high``, in base64, the uppermost row first; ``samples``: across
        and up as shares of the sides, the class or number, and 1 for samples of the validation.
        """
        values = self._outputs()
        if self._reading.kind == "numbers":
            return self._fixed | self._numbers(values)
        chances = probabilities(self._reading, values).reshape(len(values), -1)
        if self._reading.kind == "binary":
            chances = torch.cat((1 - chances, chances), 1)
        sure, classes = chances.nan_to_num().max(1)
        known = self._reading.classes
        count = chances.shape[1]
        return self._fixed | {
            "classes": known if len(known) == count else [str(n) for n in range(count)],
            "cells": _packed(classes.numpy()),
            "shades": _packed(((sure - 1 / count) * 255 / (1 - 1 / count)).numpy()),
            "samples": self._samples,
        }

    def _numbers(self, values: Tensor) -> dict[str, Any]:
        reading = self._reading
        said = undone(values.double().cpu().numpy(), reading.target, self._preprocessing)
        own: npt.NDArray[np.float64] = np.nan_to_num(said.reshape(-1))
        target = np.array([[value] for *_, value, _ in self._samples])
        told = undone(target, reading.target, self._preprocessing).reshape(-1)
        ends = np.concatenate((own, told)) if reading.target else own
        low, high = float(ends.min()), float(ends.max())
        samples = [
            [across, up, _short(value), part]
            for (across, up, _, part), value in zip(self._samples, told.tolist(), strict=True)
        ]
        return {
            "low": _short(low),
            "high": _short(high),
            "shades": _packed(255 * (own - low) / ((high - low) or 1.0)),
            "samples": samples,
        }

    def _outputs(self) -> Tensor:
        """What the network says of all cells, in the mode in which it is judged."""
        model, device = self._model, self._cells.device
        devices = [device] if device.type == "cuda" else []
        with (
            judged(model),
            torch.random.fork_rng(devices),
            torch.inference_mode(),
            self._precision(),
        ):
            found = model(self._cells)
        chosen: Tensor = found[self._place] if isinstance(found, tuple | list) else found
        return chosen.float()


def can_draw(source: Source, preprocessing: Mapping[str, Any]) -> bool:
    """Whether two numbers go into a network, and a class or a number comes out that can be told."""
    if len(source.inputs) != 1 or source.inputs[0].shape != (2,) or not source.outputs:
        return False
    if not source.inputs[0].dtype.startswith("float"):
        return False
    place, reading = _told(source, preprocessing)
    shape = source.outputs[place].shape[1:]
    if reading.kind == "classes":
        return len(shape) == 1 and isinstance(shape[0], int) and 2 <= shape[0] <= _MOST_CLASSES
    return shape in ((), (1,))


def _told(source: Source, preprocessing: Mapping[str, Any]) -> tuple[int, Reading]:
    """The output to draw and how it is read: the first that a loss scores, or the first."""
    found = list(enumerate(readings(source, preprocessing)))
    return next((one for one in found if one[1].loss), found[0])


def _plane(inputs: Tensor) -> _Plane:
    fine = inputs[inputs.isfinite().all(1)]
    if not len(fine):
        return _Plane(torch.zeros(2, dtype=torch.float64), torch.ones(2, dtype=torch.float64))
    low, high = fine.amin(0), fine.amax(0)
    span = torch.where(high > low, high - low, 1.0)
    return _Plane(low - MARGIN * span, span * (1 + 2 * MARGIN))


def _samples(source: Source, reading: Reading, plane: _Plane, splits: Samples) -> list[list[float]]:
    """Samples from all over each split: across and up as shares, class or number, 1 for validation."""
    fields = [argument.field for argument in source.targets]
    found: list[list[float]] = []
    for part, split in enumerate(("train", "val")):
        if not splits[split]:
            continue
        every = max(1, -(-len(splits[split][0]) // MOST_SAMPLES))
        inputs, *targets = (tensor[::every].double().cpu() for tensor in splits[split])
        places = (inputs - plane.left) / plane.span
        answers = torch.zeros(len(inputs), dtype=torch.float64)
        if reading.target in fields:
            target = targets[fields.index(reading.target)]
            if target.numel() == len(inputs):
                answers = target.reshape(-1)
        found += [
            [_short(across), _short(up), _short(value), part]
            for (across, up), value in zip(places.tolist(), answers.tolist(), strict=True)
            if math.isfinite(across + up + value)
        ]
    return found


def _packed(values: npt.NDArray[Any]) -> str:
    return base64.b64encode(np.clip(values, 0, 255).astype(np.uint8).tobytes()).decode("ascii")


def _short(value: float) -> float:
    """As many digits as a picture shows."""
    return float(f"{value:.5g}")
