"""NumPy's files, ``.npy`` and ``.npz``: a header that says type and sizes, then the numbers.

The header is read here and not by numpy, so what a file has is known without numpy, and a pickle is
never loaded. The numbers are read piece by piece, so a file that promises more than it holds costs no
memory. Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import ast
import lzma
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from netbuilder.data.files import open_data
from netbuilder.data.source import DataError

MOST_VALUES = 2**30  # of one array; 4 GiB once they are float32
_MOST_ARRAYS = 1000
_MOST_AXES = 8
_LONGEST_HEADER = 10_000  # as numpy has it: longer ones take a parser too long
_PIECE = 2**16  # values that are read at once
_MAGIC = b"\x93NUMPY"

# How the struct module reads a kind and a number of bytes.
_FORMATS = {
    "b1": "?",
    "i1": "b",
    "i2": "h",
    "i4": "i",
    "i8": "q",
    "u1": "B",
    "u2": "H",
    "u4": "I",
    "u8": "Q",
    "f2": "e",
    "f4": "f",
    "f8": "d",
}
_TYPE = re.compile(r"([<>|=])?([a-zA-Z])(\d*)\Z", re.ASCII)
_REFUSED = {
    "O": "Python objects, which cannot be read without running what the file says",
    "U": "texts",
    "S": "texts",
    "c": "complex numbers",
    "M": "dates",
    "m": "spans of time",
}
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error, NotImplementedError),
    RuntimeError,  # what zipfile raises where a password is needed
)


@dataclass(frozen=True)
class Header:
    """What a file says of an array.

    Attributes:
        name: The name of the file, and of the array in it, for messages.
        dtype: numpy's name of the type, such as ``f4``.
        order: ``<`` where the lowest byte comes first, ``>`` where the highest does.
        shape: The sizes of its axes; samples first.
        fortran: Whether the first axis is the one that runs fastest.
    """

    name: str
    dtype: str
    order: str
    shape: tuple[int, ...]
    fortran: bool

    @property
    def item_size(self) -> int:
        """Bytes of a number."""
        return int(self.dtype[1:])

    @property
    def whole(self) -> bool:
        """Whether it holds whole numbers."""
        return self.dtype[0] in "biu"


def read_headers(path: Path) -> dict[str, Header]:
    """Return what a file says of its arrays, by their names; that of an ``.npy`` file is empty.

    Raises:
        DataError: It cannot be read, or is no such file.
    """
    with open_data(path) as file, _sound(path):
        if not _zipped(path, file):
            return {"": _header(path.name, file)}
        with zipfile.ZipFile(file) as archive:
            found = {}
            for entry in _arrays(path, archive):
                with archive.open(entry) as member:
                    name = entry.removesuffix(".npy")
                    found[name] = _header(f"{name} of {path.name}", cast("BinaryIO", member))
            return found


def read_values(path: Path, name: str) -> Iterator[tuple[Header, bytes]]:
    """Yield the bytes of an array in pieces of whole numbers.

    Args:
        path: The file.
        name: The array's, as ``read_headers`` gives it.

    Raises:
        DataError: It cannot be read, is no such file, or is longer or shorter than it says.
    """
    with open_data(path) as file, _sound(path):
        if not _zipped(path, file):
            yield from _pieces(path.name, file)
            return
        with zipfile.ZipFile(file) as archive, archive.open(f"{name}.npy") as member:
            yield from _pieces(f"{name} of {path.name}", cast("BinaryIO", member))


def numbers(header: Header, piece: bytes) -> tuple[float, ...]:
    """Return the numbers of a piece, without numpy."""
    count = len(piece) // header.item_size
    return struct.unpack(f"{header.order}{count}{_FORMATS[header.dtype]}", piece)


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    """Turn what a damaged archive raises into a sentence."""
    try:
        yield
    except _DAMAGED as error:
        raise DataError(f"{path.name} is damaged or locked: {error}") from error


def _zipped(path: Path, file: BinaryIO) -> bool:
    start = file.read(len(_MAGIC))
    file.seek(0)
    if start == _MAGIC:
        return False
    if start.startswith(b"PK"):
        return True
    raise DataError(
        f"{path.name} is neither an .npy nor an .npz file: it begins with the bytes "
        f"{start.hex(' ') or 'of nothing'}; numpy.save and numpy.savez write such files"
    )


def _arrays(path: Path, archive: zipfile.ZipFile) -> list[str]:
    entries = [entry for entry in archive.namelist() if entry.endswith(".npy")]
    if not entries:
        raise DataError(f"{path.name} is a zip archive without arrays; numpy.savez writes them")
    if len(entries) > _MOST_ARRAYS:
        raise DataError(
            f"{path.name} has {len(entries):,} arrays, but at most {_MOST_ARRAYS:,} were expected"
        )
    twice = [entry for entry in entries if entries.count(entry) > 1]
    if twice:
        raise DataError(f"{path.name} has several arrays named {twice[0].removesuffix('.npy')}")
    return entries


def _pieces(name: str, file: BinaryIO) -> Iterator[tuple[Header, bytes]]:
    header = _header(name, file)
    left = wanted = math.prod(header.shape) * header.item_size
    sizes = " x ".join(map(str, header.shape))
    while left:
        size = min(_PIECE * header.item_size, left)
        piece = file.read(size)
        left -= len(piece)
        if len(piece) < size:  # files and members of an archive give all they have
            raise DataError(
                f"{name} is cut off: its header promises {sizes} values ({wanted} bytes), "
                f"but {wanted - left} bytes follow"
            )
        yield header, piece
    if file.read(1):  # which also checks the sum over a member of an archive
        raise DataError(
            f"{name} goes on after the {sizes} values ({wanted} bytes) that its header promises"
        )


def _header(name: str, file: BinaryIO) -> Header:
    start = file.read(len(_MAGIC) + 2)
    if not start.startswith(_MAGIC) or len(start) < len(_MAGIC) + 2:
        raise DataError(f"{name} is no array: it begins with {start.hex(' ') or 'nothing'}")
    version = start[-2]
    if version not in (1, 2, 3):
        raise DataError(f"{name} is of version {version} of the format, but 1 to 3 are known")
    width = 2 if version == 1 else 4
    length = int.from_bytes(file.read(width), "little")
    if length > _LONGEST_HEADER:
        raise DataError(
            f"{name} has a header of {length:,} bytes, more than the {_LONGEST_HEADER:,} that "
            "arrays of numbers take"
        )
    text = file.read(length)
    if len(text) < length:
        raise DataError(f"{name} is cut off: its header is not complete")
    try:
        told = ast.literal_eval(text.decode("utf-8" if version == 3 else "latin-1").strip())
        kind, fortran, shape = told["descr"], told["fortran_order"], told["shape"]
        whole = isinstance(shape, tuple) and all(type(size) is int for size in shape)
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError) as error:
        raise DataError(f"{name} has a header that cannot be read") from error
    if not whole or not isinstance(fortran, bool):
        raise DataError(f"{name} has a header that cannot be read")
    dtype, order = _type(name, kind)
    _check_shape(name, shape)
    return Header(name, dtype, order, shape, fortran)


def _type(name: str, kind: object) -> tuple[str, str]:
    """Numpy's name of a type without the order of bytes, and that order."""
    if isinstance(kind, (list, tuple)):
        raise DataError(f"{name} holds records of several values; save each as an array of its own")
    match = _TYPE.match(kind) if isinstance(kind, str) else None
    if match is None:
        raise DataError(f"{name} has a header that cannot be read")
    order, letter, size = match[1], match[2], match[3]
    if letter + size not in _FORMATS:
        what = _REFUSED.get(letter, f"values of the type {kind}")
        raise DataError(f"{name} holds {what}; save numbers of 1 to 8 bytes")
    return letter + size, ">" if order == ">" else "<"


def _check_shape(name: str, shape: tuple[int, ...]) -> None:
    sizes = " x ".join(map(str, shape))
    if len(shape) > _MOST_AXES:
        raise DataError(f"{name} has {len(shape)} axes, but at most {_MOST_AXES} were expected")
    if any(size < 0 for size in shape):
        raise DataError(f"{name} has a header that cannot be read: its sizes are {sizes}")
    if 0 in shape:
        raise DataError(f"{name} holds nothing: its sizes are {sizes}")
    if math.prod(shape) > MOST_VALUES:
        raise DataError(
            f"{name} promises {sizes} values, more than the {MOST_VALUES} that are taken"
        )
