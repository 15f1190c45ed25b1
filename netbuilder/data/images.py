"""Reading PNG and JPEG files as arrays of bytes, all of one size; needs Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from netbuilder.data.picture_files import RefusedError, fitted, opened, require_pillow

if TYPE_CHECKING:
    from PIL.Image import Image

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Images:
    """Images that were read.

    Attributes:
        pixels: Bytes, (images, channels, height, width).
        kept: Which of the files they are, by their place.
        refused: For each of the others, which it is and why.
    """

    pixels: Bytes
    kept: tuple[int, ...]
    refused: tuple[str, ...]


def read_images(files: Sequence[Path], size: tuple[int, int], colour: str, fit: str) -> Images:
    """Read images and bring them to one size.

    Args:
        files: PNG and JPEG files; the content decides which.
        size: Height and width in pixels.
        colour: ``rgb`` or ``grey``.
        fit: What is done to other proportions: ``crop``, ``pad`` or ``stretch``.

    Raises:
        DataError: Pillow is not installed.
    """
    require_pillow()
    pixels = np.zeros((len(files), 3 if colour == "rgb" else 1, *size), np.uint8)
    kept: list[int] = []
    refused: list[str] = []
    for number, path in enumerate(files):
        try:
            pixels[len(kept)] = _read(path, size, colour, fit)
        except RefusedError as error:
            refused.append(f"{path.parent.name}/{path.name} ({error})")
        else:
            kept.append(number)
    return Images(pixels[: len(kept)], tuple(kept), tuple(refused))


def _read(path: Path, size: tuple[int, int], colour: str, fit: str) -> Bytes:
    with opened(path) as image:
        return pixels_of(image, size, colour, fit)


def pixels_of(image: Image, size: tuple[int, int], colour: str, fit: str) -> Bytes:
    """Return the bytes of an image, (channels, height, width); the arguments are ``read_images``'s."""
    values = np.asarray(fitted(_toned(image, colour), size, fit), np.uint8)
    return values[None] if values.ndim == 2 else values.transpose(2, 0, 1)


def _toned(image: Image, colour: str) -> Image:
    from PIL import Image as Images

    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would clip to 255
        high = np.asarray(image).astype(np.int64) >> 8
        image = Images.fromarray(high.clip(0, 255).astype(np.uint8))
    return image.convert("RGB" if colour == "rgb" else "L")
