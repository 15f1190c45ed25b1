"""The IDX format, MNIST's: a header of sizes, then the numbers; gzipped or not.

The header is checked before anything is read after it, and the numbers are read piece by piece, so a
file that promises more than it holds costs no memory. Source: http://yann.lecun.com/exdb/mnist
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from netbuilder.data.files import open_data
from netbuilder.data.source import DataError

# By the code in the header: numpy's name and how the struct module reads it; all big-endian.
TYPES = {0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"}
FORMATS = {"u1": "B", "i1": "b", "i2": "h", "i4": "i", "f4": "f", "f8": "d"}
MOST_VALUES = 2**30  # 4 GiB once they are float32
_MOST_AXES = 8
_PIECE = 2**20


@dataclass(frozen=True)
class Header:
    """What a file says of itself.

    Attributes:
        name: The name of the file, for messages.
        dtype: numpy's name of the type of a number.
        shape: The sizes of its axes; samples first.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def item_size(self) -> int:
        """Bytes of a number."""
        return struct.calcsize(FORMATS[self.dtype])


def read_header(path: Path) -> Header:
    """Return what a file says of itself, without reading the numbers.

    Raises:
        DataError: It cannot be read, or is no such file.
    """
    with _opened(path) as file:
        return _header(path.name, file)


def read_idx(path: Path) -> tuple[Header, bytearray]:
    """Return what a file says of itself, and the bytes of its numbers.

    Raises:
        DataError: It cannot be read, is no such file, or is longer or shorter than it says.
    """
    with _opened(path) as file:
        header = _header(path.name, file)
        wanted = math.prod(header.shape) * header.item_size
        data = bytearray()
        while len(data) <= wanted and (piece := file.read(min(_PIECE, wanted + 1 - len(data)))):
            data += piece
    sizes = " x ".join(map(str, header.shape))
    if len(data) < wanted:
        raise DataError(
            f"{path.name} is cut off: its header promises {sizes} values ({wanted} bytes), "
            f"but {len(data)} bytes follow"
        )
    if len(data) > wanted:
        raise DataError(
            f"{path.name} goes on after the {sizes} values ({wanted} bytes) that its header promises"
        )
    return header, data


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacked if it is gzipped; the content decides, not the name."""
    with open_data(path) as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not packed:
            yield file
            return
        try:
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield cast("BinaryIO", unpacked)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(f"{path.name} is gzipped, but damaged: {error}") from error


def _header(name: str, file: BinaryIO) -> Header:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES:
        raise DataError(
            f"{name} is no IDX file: it begins with the bytes {magic.hex(' ') or 'of nothing'}, but "
            "00 00, a type from 08 to 0e and the number of axes were expected"
        )
    axes = magic[3]
    if not 1 <= axes <= _MOST_AXES:
        raise DataError(f"{name} has {axes} axes, but 1 to {_MOST_AXES} were expected")
    sizes = file.read(4 * axes)
    if len(sizes) < 4 * axes:
        raise DataError(f"{name} is cut off: its header of {axes} sizes is not complete")
    shape = struct.unpack(f">{axes}I", sizes)
    if 0 in shape:
        raise DataError(f"{name} holds nothing: its sizes are {' x '.join(map(str, shape))}")
    if math.prod(shape) > MOST_VALUES:
        raise DataError(
            f"{name} promises {' x '.join(map(str, shape))} values, more than the {MOST_VALUES} "
            "that are taken"
        )
    return Header(name, TYPES[magic[2]], shape)
