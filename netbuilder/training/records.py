"""What a run measured, step by step: fixed-size binary records appended to one file.

The file starts with a header: 8 bytes of magic, the length of a JSON text as 4 bytes, the text. It
names the losses and metrics. Records follow, all of one size, little-endian, each with a checksum:

    kind u8 . epoch u32 . step u64 . batch u32 . samples u32 . seen u64 . monotonic f64 . time f64 .
    loss f64 . learning_rate f64 . gradient_norm f64 . one f64 a loss . one f64 a metric . crc32

A record is whole or it is not there: a torn one at the end is ignored, and cut off when the run
goes on. Readers need neither numpy nor torch, hold no lock and may come and go.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from netbuilder.node_api.errors import NetBuilderError

MAGIC = b"NBRECRD1"
STEP, EPOCH, VALIDATION = 1, 2, 3
KINDS = {STEP: "step", EPOCH: "epoch", VALIDATION: "validation"}
NAN = math.nan

_LENGTH = struct.Struct("<I")
_FIXED = "<B3xIQIIQddddd"
# Where the two clocks lie in a record: they differ between two runs that are otherwise the same.
_CLOCKS = slice(struct.calcsize("<B3xIQIIQ"), struct.calcsize("<B3xIQIIQdd"))


class RecordsError(NetBuilderError):
    """A file that does not hold records."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What the values of a record are called.

    Attributes:
        losses: The names of the losses.
        metrics: The names of the metrics of a validation.
        validation: Whether there is a validation after every epoch; it may have no metrics.
    """

    losses: tuple[str, ...]
    metrics: tuple[str, ...] = ()
    validation: bool = True

    @property
    def layout(self) -> struct.Struct:
        """The layout of a record without its checksum."""
        return struct.Struct(f"{_FIXED}{len(self.losses) + len(self.metrics)}d")

    @property
    def size(self) -> int:
        """Bytes a record."""
        return self.layout.size + _LENGTH.size

    def header(self) -> bytes:
        """The first bytes of the file."""
        text = json.dumps(asdict(self)).encode("ascii")
        return MAGIC + _LENGTH.pack(len(text)) + text


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes:
        kind: ``step``; ``epoch`` for means over an epoch's training steps; ``validation``.
        epoch: The epoch, counted from 1.
        step: Steps done in all.
        batch: Batches done in the epoch.
        samples: Samples that went into the values.
        seen: Training samples seen in all.
        monotonic: The worker's monotonic clock, s; for durations within one process.
        time: Seconds since 1970, UTC.
        loss: The sum of the losses.
        learning_rate: Of the step.
        gradient_norm: Norm of all gradients together before clipping; NaN where not measured.
        losses: By name.
        metrics: By name; in validations alone, and only those that are defined.
    """

    kind: str
    epoch: int
    step: int
    batch: int
    samples: int
    seen: int
    monotonic: float
    time: float
    loss: float
    learning_rate: float
    gradient_norm: float
    losses: dict[str, float]
    metrics: dict[str, float]

    def to_plain(self) -> dict[str, Any]:
        """The record as JSON data; what is not finite becomes None."""
        plain: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, dict):
                plain[name] = {key: _finite(number) for key, number in value.items()}
            else:
                plain[name] = _finite(value) if isinstance(value, float) else value
        return plain


class RecordWriter:
    """Appends records to a file.

    Args:
        path: The file; it is made when it is not there.
        schema: What values a record holds.
        keep: Bytes of an existing file to keep; what follows is cut off. 0 starts anew.

    Raises:
        OSError: The file cannot be written.
    """

    def __init__(self, path: Path, schema: Schema, keep: int = 0) -> None:
        self._layout = schema.layout
        self._width = len(schema.losses) + len(schema.metrics)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        try:
            os.ftruncate(self._fd, keep)
            os.lseek(self._fd, 0, os.SEEK_END)
            self.offset = keep
            if not keep:
                self._write(schema.header())
        except OSError:
            os.close(self._fd)
            raise

    def pack(self, head: Sequence[Any], values: Sequence[float]) -> bytes:
        """Return the bytes of a record.

        Args:
            head: kind, epoch, step, batch, samples, seen, monotonic, time, loss, learning_rate,
                gradient_norm.
            values: The losses, then the metrics; missing ones at the end become NaN.
        """
        missing = self._width - len(values)
        body = self._layout.pack(*head, *values, *(NAN,) * missing)
        return body + _LENGTH.pack(zlib.crc32(body))

    def append(self, records: Iterable[bytes]) -> None:
        """Write records in one go.

        Raises:
            OSError: Not all could be written; none of them is in the file then.
        """
        self._write(b"".join(records))

    def sync(self) -> None:
        """Wait until everything written is on the disk."""
        os.fsync(self._fd)

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError:
            # A nearly full disk takes a part: cut it off, so that the next record starts in its place.
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self.offset)
                os.lseek(self._fd, self.offset, os.SEEK_SET)
            raise
        self.offset += len(data)


class RecordReader:
    """Reads records as they appear; the file need not exist yet.

    A run that goes on from a checkpoint cuts the file and writes the same records again. A reader that
    was ahead waits until the file has grown past its place, so it sees every record once.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.schema: Schema | None = None
        self._offset = 0

    def read(self, limit: int = 100_000) -> list[Record]:
        """Return the records that came since the last call, at most ``limit``.

        Raises:
            RecordsError: This is not a file of records.
        """
        try:
            with self.path.open("rb") as file:
                if self.schema is None:
                    self.schema, self._offset = read_schema(file.read(1 << 20), self.path)
                    if self.schema is None:
                        return []
                file.seek(self._offset)
                data = file.read(limit * self.schema.size)
        except FileNotFoundError:
            return []
        records = []
        for body in _bodies(data, self.schema):
            records.append(_record(body, self.schema))
            self._offset += self.schema.size
        return records

    def skip(self) -> None:
        """Leave out what is there, without a look at each record.

        Raises:
            RecordsError: This is not a file of records.
        """
        try:
            with self.path.open("rb") as file:
                self.schema, start = read_schema(file.read(1 << 20), self.path)
                if self.schema is not None:
                    size = self.schema.size
                    whole = (file.seek(0, os.SEEK_END) - start) // size
                    self._offset = start + whole * size
        except FileNotFoundError:
            return


def read_schema(data: bytes, path: Path) -> tuple[Schema | None, int]:
    """Return the schema at the start of a file and where its records begin; None if incomplete.

    Raises:
        RecordsError: This is not a file of records.
    """
    if data[: len(MAGIC)] != MAGIC[: len(data)]:
        raise RecordsError(f"{path}: not a file of training records (it starts with {data[:8]!r})")
    start = len(MAGIC) + _LENGTH.size
    if len(data) < start:
        return None, 0
    (length,) = _LENGTH.unpack(data[len(MAGIC) : start])
    if len(data) < start + length:
        return None, 0
    try:
        plain = json.loads(data[start : start + length])
        losses, metrics = tuple(plain["losses"]), tuple(plain["metrics"])
        # Older runs do not say; they had metrics wherever they had a validation.
        schema = Schema(losses, metrics, plain.get("validation", bool(metrics)))
    except (ValueError, KeyError, TypeError) as error:
        raise RecordsError(f"{path}: the header of the training records is damaged") from error
    return schema, start + length


def read_records(path: Path) -> list[Record]:
    """Return every whole record of a file."""
    reader = RecordReader(path)
    records: list[Record] = []
    while more := reader.read():
        records += more
    return records


def clockless(path: Path) -> bytes:
    """Return the records of a file with clocks and checksums left out, to compare two runs."""
    data = path.read_bytes()
    schema, start = read_schema(data, path)
    if schema is None:
        return b""
    bodies = _bodies(data[start:], schema)
    return b"".join(body[: _CLOCKS.start] + body[_CLOCKS.stop :] for body in bodies)


def last_record(path: Path) -> Record | None:
    """Return the last whole record of a file without reading the others; None if there is none.

    Raises:
        RecordsError: This is not a file of records.
    """
    try:
        with path.open("rb") as file:
            schema, start = read_schema(file.read(1 << 20), path)
            if schema is None:
                return None
            count = (file.seek(0, os.SEEK_END) - start) // schema.size
            while count > 0:
                count -= 1
                file.seek(start + count * schema.size)
                if bodies := _bodies(file.read(schema.size), schema):
                    return _record(bodies[0], schema)
    except FileNotFoundError:
        pass
    return None


def whole(path: Path, offset: int) -> bool:
    """Whether the file holds whole, undamaged records up to ``offset``."""
    try:
        data = path.read_bytes()[:offset]
        schema, start = read_schema(data, path)
    except (OSError, RecordsError):
        return False
    if schema is None or len(data) < offset:
        return False
    return start + len(_bodies(data[start:], schema)) * schema.size == offset


def _bodies(data: bytes, schema: Schema) -> list[bytes]:
    """Cut data into records, up to the first that is torn or damaged."""
    size, body_size = schema.size, schema.layout.size
    bodies = []
    for start in range(0, len(data) - size + 1, size):
        body = data[start : start + body_size]
        (check,) = _LENGTH.unpack_from(data, start + body_size)
        if zlib.crc32(body) != check:
            break
        bodies.append(body)
    return bodies


def _record(body: bytes, schema: Schema) -> Record:
    kind, epoch, step, batch, samples, seen, *rest = schema.layout.unpack(body)
    monotonic, time, loss, rate, norm, *values = rest
    count = len(schema.losses)
    losses = dict(zip(schema.losses, values[:count], strict=True))
    found = zip(schema.metrics, values[count:], strict=True)
    metrics = {name: value for name, value in found if value == value}
    name = KINDS.get(kind, f"kind {kind}")
    return Record(
        name, epoch, step, batch, samples, seen, monotonic, time, loss, rate, norm, losses, metrics
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
