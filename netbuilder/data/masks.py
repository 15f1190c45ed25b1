"""Masks as images: the values of their pixels, and the classes these stand for. Needs Pillow.

A grey pixel has its brightness as value, one of a palette its number in it, a coloured one a text such
as ``#ff8000``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from netbuilder.data.picture_files import RefusedError, fitted, opened, require_pillow
from netbuilder.data.source import DataError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image

    Codes = npt.NDArray[np.uint8]

MOST_CLASSES = 256
_COLOUR = 1 << 24  # above all greys, so that black and #000001 differ from 0 and 1


def parse_value(text: str) -> int:
    """Return the number of a value: a grey as it is, a colour above all greys.

    Raises:
        DataError: It is neither.
    """
    try:
        if text.startswith("#") and len(text) == 7:
            return _of_colour(*(int(text[place : place + 2], 16) for place in (1, 3, 5)))
        if text.isascii() and text.isdigit() and int(text) < 2**16:
            return int(text)
    except ValueError:
        pass
    raise DataError(
        f"mask_values names {text!r}, but a brightness from 0 to 65535 or a colour such as #ff8000 was "
        "expected"
    )


def shown_value(value: int) -> str:
    """Return the text of a value."""
    return f"#{value - _COLOUR:06x}" if value >= _COLOUR else str(value)


def values_in(masks: Sequence[Path]) -> tuple[int, ...]:
    """Return all values in masks, sorted; those that cannot be read are passed over.

    Raises:
        DataError: There are more than can be classes, a mask is a JPEG, whose values are not exact, or
            Pillow is not installed.
    """
    require_pillow()
    found: set[int] = set()
    for path in masks:
        try:
            stat = path.stat()
            held = _values_of(path, stat.st_mtime_ns, stat.st_size)
        except (OSError, RefusedError):
            continue  # told when the samples are read
        if held is None:
            raise DataError(
                f"{path.name} is a JPEG, whose compression changes values; name the values of the "
                "classes in mask_values, such as 0 and 255, and each pixel takes the nearest"
            )
        found |= held
        if len(found) > MOST_CLASSES:
            raise DataError(
                f"the masks up to {path.name} have {len(found):,} different values, more than the "
                f"{MOST_CLASSES} that can be classes; one value a class was expected"
            )
    return tuple(sorted(found))


@lru_cache(maxsize=2**16)
def _values_of(path: Path, changed: int, size: int) -> frozenset[int] | None:
    with opened(path) as image:
        if image.format == "JPEG":
            return None
        plain = _plain(image)
        counted = plain.getcolors(2**16) or plain.getcolors(plain.width * plain.height)
    colours = [colour for _, colour in counted or ()]
    if plain.mode == "RGB":
        return frozenset(_of_colour(*colour) for colour in colours if isinstance(colour, tuple))
    return frozenset(int(value) for value in colours if not isinstance(value, tuple))


def mask_codes(image: Image, values: Sequence[int], size: tuple[int, int], fit: str) -> Codes:
    """Return the class of each pixel, (height, width).

    Args:
        image: The mask.
        values: The value of each class, in order; pixels of a JPEG take the nearest.
        size: Height and width in pixels it is brought to; what is padded is of the first class.
        fit: ``crop``, ``pad`` or ``stretch``.

    Raises:
        RefusedError: It has a value of no class.
    """
    import numpy as np
    from PIL import Image as Images

    codes = _nearest(image, values) if image.format == "JPEG" else _exact(image, values)
    made = fitted(Images.fromarray(codes), size, fit, nearest=True)
    return np.asarray(made, np.uint8)


def _exact(image: Image, values: Sequence[int]) -> Codes:
    import numpy as np

    plain = np.asarray(_plain(image)).astype(np.int64)
    if plain.ndim == 3:
        red, green, blue = plain[..., 0], plain[..., 1], plain[..., 2]
        grey = (red == green) & (green == blue)
        plain = np.where(grey, red, _COLOUR + (red << 16) + (green << 8) + blue)
    codes = np.zeros(plain.shape, np.uint8)
    known = np.zeros(plain.shape, bool)
    for code, value in enumerate(values):
        here = plain == value
        codes[here] = code
        known |= here
    if not known.all():
        raise RefusedError(f"has the value {shown_value(int(plain[~known][0]))}, which is no class")
    return codes


def _nearest(image: Image, values: Sequence[int]) -> Codes:
    import numpy as np

    pixels = np.asarray(image.convert("RGB")).astype(np.int64)
    best = np.full(pixels.shape[:2], np.iinfo(np.int64).max)
    codes = np.zeros(pixels.shape[:2], np.uint8)
    for code, value in enumerate(values):
        colour = (value >> 16 & 255, value >> 8 & 255, value & 255)
        of = colour if value >= _COLOUR else (value, value, value)
        distance = ((pixels - np.array(of)) ** 2).sum(2)
        nearer = distance < best
        codes[nearer] = code
        best = np.minimum(best, distance)
    return codes


def _plain(image: Image) -> Image:
    """An image of values: of a palette's numbers, greys, or colours."""
    if image.mode in ("L", "P"):
        return image
    if image.mode in ("1", "LA"):
        return image.convert("L")
    return image.convert("I" if image.mode.startswith("I") else "RGB")


def _of_colour(red: int, green: int, blue: int) -> int:
    return red if red == green == blue else _COLOUR + (red << 16) + (green << 8) + blue
