"""TensorBoard's event files: scalars of many steps at once, in numpy.

An event file is a row of TFRecords (length, checksum of the length, data, checksum of the data), each
with one protocol buffer ``Event`` in it (tensorboard/compat/proto/event.proto and summary.proto). The
package that defines them writes step by step, which takes a hundred times as long, and needs a dozen
packages; of its format only what scalars need is written here. What is written depends on the values
alone: the same steps give the same bytes, however many come at a time.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

_TIME, _STEP, _VERSION, _SUMMARY = b"\x09", b"\x10", b"\x1a", b"\x2a"  # of an Event
_VALUE = b"\x0a"  # of a Summary
_TAG, _SCALAR = b"\x0a", b"\x15"  # of a Summary.Value
_CASTAGNOLI = 0x82F63B78
_MASK = 0xA282EAD8


def opening(time: float) -> bytes:
    """Return the first record of a file, which says what it is.

    Args:
        time: Seconds since 1970, UTC.
    """
    version = b"brain.Event:2"
    event = _TIME + struct.pack("<d", time) + _VERSION + _varint(len(version)) + version
    return _framed(np.frombuffer(event, np.uint8)[None]).tobytes()


def scalars(
    times: npt.NDArray[np.float64],
    steps: npt.NDArray[np.int64],
    tags: Sequence[str],
    values: npt.NDArray[np.float64],
) -> bytes:
    """Return an event for each step.

    Args:
        times: Seconds since 1970, UTC, of shape (N,).
        steps: Not negative, of shape (N,).
        tags: What the values are called, K of them.
        values: Of shape (N, K); NaN where nothing was measured, which is left out.
    """
    known = ~np.isnan(values)
    kept = known.any(axis=1)
    times, steps, values, known = times[kept], steps[kept], values[kept], known[kept]
    if not len(times):
        return b""
    # Events with the same values and as many digits of the step have the same length: written as one.
    kinds, kind_of = np.unique(
        np.column_stack((_digits(steps), known)), axis=0, return_inverse=True
    )
    kind_of = kind_of.reshape(-1)
    parts = []
    for number, (digits, *measured) in enumerate(kinds):
        rows = np.flatnonzero(kind_of == number)
        columns = [place for place, is_known in enumerate(measured) if is_known]
        names = [tags[place].encode("utf-8") for place in columns]
        found = _events(times[rows], steps[rows], int(digits), names, values[rows][:, columns])
        parts.append((rows, _framed(found)))
    sizes = np.empty(len(times), np.int64)
    for rows, part in parts:
        sizes[rows] = part.shape[1]
    begins = np.cumsum(sizes) - sizes
    out = np.empty(int(sizes.sum()), np.uint8)
    for rows, part in parts:
        out[begins[rows][:, None] + np.arange(part.shape[1])] = part
    return out.tobytes()


def _events(
    times: npt.NDArray[np.float64],
    steps: npt.NDArray[np.int64],
    digits: int,
    names: Sequence[bytes],
    values: npt.NDArray[np.float64],
) -> Bytes:
    """Events of one length: a template, filled in."""
    summary, places = b"", []
    for name in names:
        value = _TAG + _varint(len(name)) + name + _SCALAR
        summary += _VALUE + _varint(len(value) + 4) + value
        places.append(len(summary))
        summary += bytes(4)
    head = _TIME + bytes(8) + _STEP + bytes(digits) + _SUMMARY + _varint(len(summary))
    template = np.frombuffer(head + summary, np.uint8)
    rows = np.tile(template, (len(times), 1))
    rows[:, 1:9] = _columns(times.astype("<f8"))
    begin = 9 + len(_STEP)
    more = np.full(digits, 0x80)
    more[-1] = 0
    shifted = steps[:, None] >> (7 * np.arange(digits))
    rows[:, begin : begin + digits] = (shifted & 0x7F) | more
    with np.errstate(over="ignore"):
        short = values.astype("<f4")
    for number, place in enumerate(places):
        at = len(head) + place
        rows[:, at : at + 4] = _columns(np.ascontiguousarray(short[:, number]))
    return rows


def _framed(rows: Bytes) -> Bytes:
    """Records of one length, with their checksums."""
    length = np.frombuffer(struct.pack("<Q", rows.shape[1]), np.uint8)[None]
    front = np.tile(np.hstack((length, _checksum(length))), (len(rows), 1))
    return np.hstack((front, rows, _checksum(rows)))


def _checksum(rows: Bytes) -> Bytes:
    """The masked CRC-32C of each row, as columns."""
    crc = np.full(len(rows), 0xFFFFFFFF, np.uint32)
    for column in rows.T:
        crc = _TABLE[(crc ^ column) & 0xFF] ^ (crc >> np.uint32(8))
    crc = ~crc
    turned = (crc >> np.uint32(15)) | (crc << np.uint32(17))
    return _columns((turned + np.uint32(_MASK)).astype("<u4"))


def _columns(values: npt.NDArray[np.generic]) -> Bytes:
    """Numbers as their bytes, a row each."""
    return values.view(np.uint8).reshape(len(values), -1)


def _digits(steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many bytes a variable-length number takes, seven bits in each."""
    found = np.ones(len(steps), np.int64)
    for digits in range(1, 9):
        found += steps >= 1 << (7 * digits)
    return found


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))


def _table() -> npt.NDArray[np.uint32]:
    found = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        found = np.where(found & 1, (found >> 1) ^ np.uint32(_CASTAGNOLI), found >> 1)
    return found.astype(np.uint32)


_TABLE = _table()
