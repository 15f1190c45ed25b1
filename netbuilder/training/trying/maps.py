"""What a node gives for one sample, as a small picture."""

from __future__ import annotations

import base64
import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

MOST_TILES = 16  # channels side by side
TILE = 28  # px at most, of a channel
LONGEST = 96  # px at most, of a matrix
GAP = 1  # px between channels


def picture_of(output: Tensor) -> dict[str, Any] | None:
    """Return an output of one sample as a grey picture.

    Channels of an image stand side by side, at most 16 of them; a sequence of vectors is a matrix, a
    vector a row of its numbers, wrapped. The least number is black, the largest white.

    Args:
        output: (1, ...).

    Returns:
        ``width``, ``height``, ``values`` (a byte a pixel, base64) and ``shown``, how many channels
        or numbers there are and are shown; None where there is nothing to draw.
    """
    values = output.detach()[0].float().cpu()
    if values.numel() < 2 or not bool(torch.isfinite(values).all()):
        return None
    total = len(values) if values.dim() > 2 else values.numel()
    if values.dim() > 2:
        planes = values.reshape(len(values), -1, values.shape[-1])[:MOST_TILES]
        grid = _tiled(_smaller(planes, TILE))
        shown = len(planes)
    else:
        matrix = values if values.dim() == 2 else _wrapped(values.reshape(-1))
        grid = _smaller(matrix[None], LONGEST)[0]
        shown = total
    low, high = grid.nan_to_num(math.inf).min(), grid.nan_to_num(-math.inf).max()
    scaled = (grid - low) / (high - low) * 255 if high > low else torch.zeros_like(grid)
    pixels = scaled.nan_to_num(0.0).round().clamp(0, 255).to(torch.uint8)
    return {
        "width": pixels.shape[1],
        "height": pixels.shape[0],
        "values": base64.b64encode(pixels.numpy().tobytes()).decode("ascii"),
        "shown": [shown, total],
    }


def _smaller(planes: Tensor, most: int) -> Tensor:
    """Planes whose longer side has at most so many pixels; those of small ones stay as they are."""
    longest = max(planes.shape[-2:])
    if longest <= most:
        return planes
    height, width = (max(1, round(side * most / longest)) for side in planes.shape[-2:])
    return functional.adaptive_avg_pool2d(planes[None], (height, width))[0]


def _tiled(planes: Tensor) -> Tensor:
    """Planes in rows, as square as possible, with a gap of NaN between them."""
    count, height, width = planes.shape
    across = math.ceil(math.sqrt(count * height / width)) if height < width else count
    across = max(1, min(count, across if count > 4 else count, 8))
    down = -(-count // across)
    grid = torch.full((down * (height + GAP) - GAP, across * (width + GAP) - GAP), math.nan)
    for number, plane in enumerate(planes):
        top = number // across * (height + GAP)
        left = number % across * (width + GAP)
        grid[top : top + height, left : left + width] = plane
    return grid


def _wrapped(values: Tensor) -> Tensor:
    """Numbers in rows, as square as possible; what is missing in the last row is NaN."""
    count = values.numel()
    across = count if count <= 16 else math.ceil(math.sqrt(count * 2))
    down = -(-count // across)
    grid = torch.full((down * across,), math.nan)
    grid[:count] = values
    return grid.reshape(down, across)
