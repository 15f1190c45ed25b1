"""How much each number of a sample counts for a score; all of it on plain functions of tensors."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import torch
from torch import Tensor

Score = Callable[[Sequence[Tensor]], Tensor]
"""From inputs with some samples to a number each, (samples,)."""
Told = Callable[[float], None]
Window = tuple[slice, ...]

STEPS = (64, 256, 1024)  # points of the integral; more are taken where fewer do not add up
CLOSE = 0.01  # by how much the sum may miss the difference of the scores
MOST_WINDOWS = 4_096
_BATCH_VALUES = 2**22  # numbers of the inputs that are fed at once
_MOST_BATCH = 64


@dataclass(frozen=True)
class Integrated:
    """Integrated gradients.

    Attributes:
        values: One tensor an input, of its shape.
        difference: The score of the sample less that of the baseline, which the values add up to.
        steps: At how many points the gradient was taken.
    """

    values: list[Tensor]
    difference: float
    steps: int

    @property
    def total(self) -> float:
        """The sum of all values."""
        return math.fsum(float(value.double().sum()) for value in self.values)


def gradients(score: Score, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Return the gradient of a score by its inputs, which hold one sample; 0 where it has no part."""
    given = [tensor.detach().clone().requires_grad_() for tensor in inputs]
    # Copies, which a network may change in place; what asks for its gradient may not be.
    total = score([tensor.clone() for tensor in given]).sum()
    found = torch.autograd.grad(total, given, allow_unused=True)
    return [
        torch.zeros_like(tensor) if gradient is None else gradient
        for tensor, gradient in zip(given, found, strict=True)
    ]


def integrated_gradients(
    score: Score, inputs: Sequence[Tensor], baselines: Sequence[Tensor], told: Told
) -> Integrated:
    """Return the gradients along the way from a baseline to a sample, times the way.

    Their sum is the difference of the two scores; where it misses that by more than 1 %, more points
    are taken.

    Args:
        score: What is explained.
        inputs: One sample.
        baselines: What counts as nothing, of the same shapes.
        told: Gets the share that is done.

    Source: Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks"
    """
    with torch.no_grad():
        difference = float(score(inputs)) - float(score(baselines))
    found = Integrated([], difference, 0)
    for number, steps in enumerate(STEPS, 1):
        found = Integrated(_integral(score, inputs, baselines, steps), difference, steps)
        told(number / len(STEPS))
        if abs(found.total - difference) <= CLOSE * abs(difference) + 1e-6:
            break
    return found


def _integral(
    score: Score, inputs: Sequence[Tensor], baselines: Sequence[Tensor], steps: int
) -> list[Tensor]:
    """Gauss-Legendre quadrature, which takes few points where a gradient bends smoothly."""
    points, weights = np.polynomial.legendre.leggauss(steps)
    ways = [x - b for x, b in zip(inputs, baselines, strict=True)]
    sums = [torch.zeros_like(x, dtype=torch.float64) for x in inputs]
    size = _batch(inputs)
    for start in range(0, steps, size):
        at = [torch.as_tensor(part[start : start + size]) for part in (points, weights)]
        found = gradients(
            score,
            [
                b + way * _along((at[0] + 1) / 2, way)
                for b, way in zip(baselines, ways, strict=True)
            ],
        )
        for total, gradient in zip(sums, found, strict=True):
            total += (gradient.double() * _along(at[1] / 2, total)).sum(0, keepdim=True)
    return [(total * way.double()).to(way.dtype) for total, way in zip(sums, ways, strict=True)]


def _along(values: Tensor, like: Tensor) -> Tensor:
    """A number a sample, lined up with tensors of samples."""
    return values.to(like.device, like.dtype).reshape(-1, *[1] * (like.ndim - 1))


def occlusion(
    score: Score,
    inputs: Sequence[Tensor],
    baselines: Sequence[Tensor],
    windows: Sequence[Sequence[Window]],
    told: Told,
) -> list[Tensor]:
    """Return how much a score falls when parts of a sample are covered, on average over the windows.

    Args:
        score: What is explained.
        inputs: One sample; whole numbers may be covered too.
        baselines: What covers, of the same shapes.
        windows: For each input the parts to cover, one after the other; slices behind the batch axis.
        told: Gets the share that is done.

    Source: Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks"
    """
    size, total, done = _batch(inputs), sum(map(len, windows)), 0
    found = []
    with torch.no_grad():
        whole = score(inputs).double()
        for place, (x, cover) in enumerate(zip(inputs, baselines, strict=True)):
            drops = torch.zeros(x.shape, dtype=torch.float64, device=x.device)
            counts = torch.zeros_like(drops)
            for start in range(0, len(windows[place]), size):
                some = windows[place][start : start + size]
                fed = [tensor.repeat(len(some), *[1] * (tensor.ndim - 1)) for tensor in inputs]
                for row, window in enumerate(some):
                    fed[place][_at(row, window)] = cover[_at(0, window)]
                for window, drop in zip(some, whole - score(fed).double(), strict=True):
                    drops[_at(0, window)] += drop
                    counts[_at(0, window)] += 1
                done += len(some)
                told(done / total)
            found.append((drops / counts.clamp(min=1)).to(torch.float32))
    return found


def _at(sample: int, window: Window) -> Any:
    return (sample, *window)


def windows_of(shape: Sequence[int], size: int = 0) -> list[Window]:
    """Return the parts of a sample that are covered one after the other.

    Args:
        shape: Of one sample. Of images, channels first, squares are covered in all channels, half a
            square apart; of sequences of rows, each row; of rows, each number.
        size: Edge of a square in pixels; by default an eighth of the image, or more where there
            would be too many.
    """
    if len(shape) < 3:
        edges = shape[:1]
        count = math.prod(edges)
        step = math.ceil(count / MOST_WINDOWS)
        return [(slice(at, at + step),) for at in range(0, count, step)] if edges else [()]
    spatial = shape[1:]
    edge = size or max(1, min(spatial) // 8)
    while math.prod(len(_starts(length, edge)) for length in spatial) > MOST_WINDOWS:
        edge += 1
    starts = [_starts(length, edge) for length in spatial]
    return [(slice(None), *(slice(at, at + edge) for at in corner)) for corner in product(*starts)]


def _starts(length: int, edge: int) -> list[int]:
    """Where windows begin along an axis, so that the last one ends with it."""
    last = max(0, length - edge)
    return sorted({*range(0, last, max(1, edge // 2)), last})


def _batch(inputs: Sequence[Tensor]) -> int:
    values = sum(tensor.numel() for tensor in inputs)
    return max(1, min(_MOST_BATCH, _BATCH_VALUES // max(1, values)))
