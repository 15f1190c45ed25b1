"""PNG and JPEG files that are decoded when their turn comes; needs Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from netbuilder.data.arrays import Array
from netbuilder.data.images import pixels_of
from netbuilder.data.picture_files import RefusedError, headed, opened, require_pillow
from netbuilder.data.source import DataError
from netbuilder.data.streamed import Streamed, identity_of


@dataclass(frozen=True)
class Looked:
    """Files whose heads were looked at.

    Attributes:
        kept: Those that are images, each with its label.
        refused: For each of the others, which it is and why.
    """

    kept: list[tuple[Path, int]]
    refused: list[str]


def looked_at(files: Sequence[tuple[Path, int]]) -> Looked:
    """Look at the head of each file; what is behind it is not decoded.

    Raises:
        DataError: Pillow is not installed.
    """
    require_pillow()
    found = Looked([], [])
    for path, label in files:
        try:
            with headed(path):
                found.kept.append((path, label))
        except RefusedError as error:
            found.refused.append(f"{path.parent.name}/{path.name} ({error})")
    return found


@dataclass(frozen=True)
class ImageStream:
    """Images of one size, read one by one.

    Attributes:
        files: The files.
        size: Height and width in pixels.
        colour: ``rgb`` or ``grey``.
        fit: What is done to other proportions.
        scale: Whether bytes are divided by 255.
    """

    files: Sequence[Path]
    size: tuple[int, int]
    colour: str
    fit: str
    scale: bool

    def array(self) -> Streamed:
        """Return them as an array, (images, channels, height, width), float32."""
        shape = (3 if self.colour == "rgb" else 1, *self.size)
        named = [(f"{path.parent.name}/{path.name}", path.stat().st_size) for path in self.files]
        places = np.arange(len(self.files), dtype=np.int64)
        return Streamed(self.read, places, shape, np.dtype(np.float32), identity_of(named))

    def read(self, place: int) -> Array:
        """Read one.

        Raises:
            DataError: It cannot be read any more.
        """
        path = self.files[place]
        try:
            with opened(path) as image:
                pixels = pixels_of(image, self.size, self.colour, self.fit).astype(np.float32)
        except RefusedError as error:
            raise DataError(
                f"{path} cannot be read ({error}), though it could when the training began or its head is "
                "sound; mend it, or take it out and start a new run"
            ) from error
        if self.scale:
            pixels /= 255
        return pixels
