"""Opening PNG and JPEG files; what cannot be read is refused with the reason. Needs Pillow."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from netbuilder.data.source import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 2**26  # of one file; more is a mistake or an attack: 8192 x 8192
ENDINGS = (".png", ".jpg", ".jpeg")
_FORMATS = ("PNG", "JPEG")
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, OverflowError, struct.error, zlib.error)


class RefusedError(Exception):
    """An image that is left out; the text says why."""


def require_pillow() -> None:
    """Say before the first file whether Pillow is there.

    Raises:
        DataError: It is not installed.
    """
    try:
        import PIL  # noqa: F401 - only whether it is there
    except ModuleNotFoundError as error:
        raise DataError(
            "reading PNG and JPEG images takes Pillow, which is not installed; install it with: "
            'pip install "netbuilder[images]"'
        ) from error


@contextmanager
def opened(path: Path) -> Iterator[Image]:
    """Open an image, turned upright; also what goes wrong while it is used is a reason.

    Raises:
        RefusedError: It is no image, damaged, or too large.
    """
    from PIL import ImageOps

    with headed(path) as image:
        upright = ImageOps.exif_transpose(image)
        upright.format = image.format
        yield upright


@contextmanager
def headed(path: Path) -> Iterator[Image]:
    """Open an image of which nothing but the head is read as yet.

    Raises:
        RefusedError: It is no image, damaged, or too large.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        # A large one is refused below, by its size. Put back would be what another thread has put there.
        warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
        with Image.open(path, formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise RefusedError(_too_large(f"is {image.width:,} x {image.height:,}"))
            yield image
    except Image.DecompressionBombError as error:
        raise RefusedError(_too_large("has far more")) from error
    except UnidentifiedImageError as error:
        raise RefusedError("neither PNG nor JPEG") from error
    except _DAMAGED as error:
        raise RefusedError(f"damaged: {error}") from error


def fitted(image: Image, size: tuple[int, int], fit: str, *, nearest: bool = False) -> Image:
    """Bring an image to one size.

    Args:
        image: The image.
        size: Height and width in pixels.
        fit: What is done to other proportions: ``crop``, ``pad`` or ``stretch``.
        nearest: Take the nearest pixel and mix none, as for classes.
    """
    from PIL import Image as Images
    from PIL import ImageOps

    wanted = (size[1], size[0])
    how = Images.Resampling.NEAREST if nearest else Images.Resampling.BILINEAR
    if image.size == wanted:
        return image
    if fit == "stretch":
        return image.resize(wanted, how)
    return ImageOps.fit(image, wanted, how) if fit == "crop" else ImageOps.pad(image, wanted, how)


def _too_large(what: str) -> str:
    return f"{what} pixels, and at most {MOST_PIXELS:,} are taken"
