"""An explained image as a PNG file: the sample, and beside it what speaks for and against."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from netbuilder.training.run import RunError

WIDTH = 256  # px a picture is at least wide; pixels of the sample are shown as squares
LARGEST = 192  # px shown of a picture in the editor
_GAP = 8  # px between the two
_FOR, _AGAINST = (202, 0, 32), (5, 113, 176)  # red and blue that colour-blind people tell apart

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]


def picture(report: Mapping[str, Any]) -> bytes:
    """Return a PNG file of what ``attribute`` found: red speaks for, blue against, the more the stronger.

    Raises:
        RunError: No input is an image.
    """
    found = _first(report)
    if found is None:
        shapes = (f"{x['name']} is {' x '.join(map(str, x['shape']))}" for x in report["inputs"])
        raise RunError(
            f"a picture takes an image, but {', '.join(shapes)}; write a .json file instead"
        )
    sample, heat, _ = found
    factor = max(1, -(-WIDTH // heat.shape[1]))
    parts = [_large(part, factor) for part in (_shown(sample), _over(sample, heat))]
    gap = np.full((parts[0].shape[0], _GAP, 3), 255, np.uint8)
    return png(np.concatenate([parts[0], gap, parts[1]], axis=1))


def pictures(report: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the sample and what was found of it as pictures, in plain data; None for no image.

    Returns:
        ``width`` and ``height`` in pixels, at most 192, of larger ones every so many; ``sample`` and
        ``heat``, bytes of red, green and blue in base64; ``counts``, what each pixel counts, row by
        row; ``step``, of how many pixels one is shown.
    """
    found = _first(report)
    if found is None:
        return None
    sample, heat, most = found
    step = max(1, -(-max(heat.shape) // LARGEST))
    sample, heat = sample[:, ::step, ::step], heat[::step, ::step]
    height, width = heat.shape
    return {
        "width": width,
        "height": height,
        "step": step,
        "sample": base64.b64encode(_shown(sample).tobytes()).decode("ascii"),
        "heat": base64.b64encode(_over(sample, heat).tobytes()).decode("ascii"),
        "counts": [float(f"{value:.4g}") for value in (heat * most).flatten().tolist()],
    }


def _first(report: Mapping[str, Any]) -> tuple[Floats, Floats, float] | None:
    """The first image: it, what its pixels do from -1 to 1, and what 1 stands for."""
    return next((found for x in report["inputs"] if (found := _heat(report, x)) is not None), None)


def _heat(
    report: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[Floats, Floats, float] | None:
    shape = tuple(given["shape"])
    if len(shape) != 3:
        return None
    sample = np.array(given["values"], np.float64).reshape(shape)
    if "map" in report:
        if tuple(report["map"]["shape"]) != shape[1:]:
            return None
        heat = np.array(report["map"]["values"], np.float64).reshape(shape[1:])
    else:
        values = np.array(given["attributions"], np.float64).reshape(shape)
        heat = values.max(0) if report["method"] == "saliency" else values.sum(0)
    most = float(np.abs(heat).max()) or 1.0
    return sample, heat / most, most


def _shown(sample: Floats) -> Bytes:
    low, high = sample.min(), sample.max()
    scaled = (sample - low) / (high - low) if high > low else np.zeros_like(sample)
    if len(scaled) != 3:
        scaled = np.repeat(scaled.mean(0, keepdims=True), 3, axis=0)
    whole: Bytes = np.round(scaled * 255).astype(np.uint8).transpose(1, 2, 0)
    return whole


def _over(sample: Floats, heat: Floats) -> Bytes:
    """The pale sample, with colour where it counts."""
    pale = 160 + 95 / 255 * _shown(sample).mean(2, keepdims=True)
    colour = np.where(heat[..., None] > 0, np.array(_FOR), np.array(_AGAINST))
    share = np.sqrt(np.abs(heat))[..., None]
    mixed: Bytes = np.round(pale * (1 - share) + colour * share).astype(np.uint8)
    return mixed


def _large(pixels: Bytes, factor: int) -> Bytes:
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)


def png(pixels: Bytes) -> bytes:
    """Return a PNG file of pixels (height, width, 3).

    Source: https://www.w3.org/TR/png-3/
    """
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(pixels))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
