"""Reading PNG and JPEG files as arrays of bytes, all of one size; needs Pillow."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from netbuilder.data.source import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

Bytes = npt.NDArray[np.uint8]

MOST_PIXELS = 2**26  # of one file; more is a mistake or an attack: 8192 x 8192
_FORMATS = ("PNG", "JPEG")
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, OverflowError, struct.error, zlib.error)


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


class _RefusedError(Exception):
    """An image that is left out; the text says why."""


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
    try:
        import PIL  # noqa: F401 - whether it is there, said before the first file
    except ModuleNotFoundError as error:
        raise DataError(
            "reading PNG and JPEG images takes Pillow, which is not installed; install it with: "
            'pip install "netbuilder[images]"'
        ) from error
    pixels = np.zeros((len(files), 3 if colour == "rgb" else 1, *size), np.uint8)
    kept: list[int] = []
    refused: list[str] = []
    for number, path in enumerate(files):
        try:
            pixels[len(kept)] = _read(path, size, colour, fit)
        except _RefusedError as error:
            refused.append(f"{path.parent.name}/{path.name} ({error})")
        else:
            kept.append(number)
    return Images(pixels[: len(kept)], tuple(kept), tuple(refused))


def _read(path: Path, size: tuple[int, int], colour: str, fit: str) -> Bytes:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a large one is refused below, by its size
            with Image.open(path, formats=_FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _RefusedError(_too_large(f"is {image.width:,} x {image.height:,}"))
                upright = ImageOps.exif_transpose(image)
                made = _fitted(_toned(upright, colour), size, fit)
    except Image.DecompressionBombError as error:
        raise _RefusedError(_too_large("has far more")) from error
    except UnidentifiedImageError as error:
        raise _RefusedError("neither PNG nor JPEG") from error
    except _DAMAGED as error:
        raise _RefusedError(f"damaged: {error}") from error
    values = np.asarray(made, np.uint8)
    return values[None] if values.ndim == 2 else values.transpose(2, 0, 1)


def _toned(image: Image, colour: str) -> Image:
    from PIL import Image as Images

    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would clip to 255
        high = np.asarray(image).astype(np.int64) >> 8
        image = Images.fromarray(high.clip(0, 255).astype(np.uint8))
    return image.convert("RGB" if colour == "rgb" else "L")


def _fitted(image: Image, size: tuple[int, int], fit: str) -> Image:
    from PIL import Image as Images
    from PIL import ImageOps

    wanted, how = (size[1], size[0]), Images.Resampling.BILINEAR
    if image.size == wanted:
        return image
    if fit == "stretch":
        return image.resize(wanted, how)
    return ImageOps.fit(image, wanted, how) if fit == "crop" else ImageOps.pad(image, wanted, how)


def _too_large(what: str) -> str:
    return f"{what} pixels, and at most {MOST_PIXELS:,} are taken"
