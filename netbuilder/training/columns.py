"""Many records at once, as columns: what curves of a million steps are made of."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from netbuilder.training.records import Schema, read_schema


class Columns(NamedTuple):
    """Records in the order of the file.

    Attributes:
        schema: What the values are called.
        rows: One entry a record: ``kind``, ``epoch``, ``step``, ``seen``, ``monotonic``, ``time``,
            ``loss``, ``learning_rate``, ``gradient_norm``, and ``values``: losses, then metrics.
    """

    schema: Schema
    rows: npt.NDArray[Any]


class ColumnReader:
    """Reads records as they appear, as ``records.RecordReader`` does, without an object for each.

    Args:
        path: The file; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._schema: Schema | None = None
        self._offset = 0

    def read(self, limit: int = 50_000) -> tuple[Columns | None, bool]:
        """Return the records that came since the last call, and whether there are more.

        Args:
            limit: The most that are returned.

        Raises:
            RecordsError: This is not a file of records.
        """
        try:
            with self._path.open("rb") as file:
                if self._schema is None:
                    self._schema, self._offset = read_schema(file.read(1 << 20), self._path)
                    if self._schema is None:
                        return None, False
                schema = self._schema
                file.seek(self._offset)
                data = file.read(limit * schema.size)
                end = file.seek(0, os.SEEK_END)
        except FileNotFoundError:
            return None, False
        count = _whole(data, schema)
        if not count:
            return None, False
        self._offset += count * schema.size
        rows = np.frombuffer(data, _dtype(schema), count)
        return Columns(schema, rows), count == limit and end > self._offset


def _whole(data: bytes, schema: Schema) -> int:
    """How many records there are up to the first that is torn or damaged."""
    size, body = schema.size, schema.layout.size
    view = memoryview(data)
    crc32, from_bytes = zlib.crc32, int.from_bytes
    for start in range(0, len(data) - size + 1, size):
        middle = start + body
        if crc32(view[start:middle]) != from_bytes(view[middle : middle + 4], "little"):
            return start // size
    return len(data) // size


def _dtype(schema: Schema) -> np.dtype[Any]:
    values = len(schema.losses) + len(schema.metrics)
    return np.dtype(
        [
            ("kind", "u1"),
            ("gap", "V3"),
            ("epoch", "<u4"),
            ("step", "<u8"),
            ("batch", "<u4"),
            ("samples", "<u4"),
            ("seen", "<u8"),
            ("monotonic", "<f8"),
            ("time", "<f8"),
            ("loss", "<f8"),
            ("learning_rate", "<f8"),
            ("gradient_norm", "<f8"),
            ("values", "<f8", (values,)),
            ("crc", "<u4"),
        ]
    )
