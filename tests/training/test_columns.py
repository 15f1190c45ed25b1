"""Records read as columns say the same as records read one by one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from netbuilder.training.columns import ColumnReader
from netbuilder.training.records import (
    EPOCH,
    NAN,
    STEP,
    VALIDATION,
    RecordsError,
    RecordWriter,
    Schema,
    read_records,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "records.bin"
    writer = RecordWriter(path, Schema(("a", "b"), ("accuracy",)))
    for step in range(1, 31):
        kind = VALIDATION if step % 10 == 0 else EPOCH if step % 10 == 9 else STEP
        metrics = [0.5] if kind == VALIDATION else []
        head = (kind, step // 10, step, 1, 16, 16 * step, 0.1 * step, time.time(), 1 / step)
        writer.append([writer.pack((*head, 0.01, NAN), [1 / step, 2.0, *metrics])])
    writer.close()
    return path


def test_columns_say_what_records_say(path: Path) -> None:
    columns, more = ColumnReader(path).read()
    assert columns is not None
    assert not more
    assert columns.schema == Schema(("a", "b"), ("accuracy",))
    records = read_records(path)
    assert columns.rows["step"].tolist() == [record.step for record in records]
    assert columns.rows["loss"].tolist() == [record.loss for record in records]
    assert columns.rows["seen"].tolist() == [record.seen for record in records]
    assert columns.rows["time"].tolist() == [record.time for record in records]
    assert columns.rows["values"][:, 1].tolist() == [2.0] * 30
    assert columns.rows["values"][9, 2] == 0.5


def test_they_come_in_slices_and_only_once(path: Path) -> None:
    reader = ColumnReader(path)
    sizes = []
    more = True
    while more:
        columns, more = reader.read(12)
        assert columns is not None
        sizes.append(len(columns.rows))
    assert sizes == [12, 12, 6]
    assert reader.read() == (None, False)


def test_a_torn_or_damaged_record_is_not_there(path: Path, tmp_path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-5])
    reader = ColumnReader(path)
    columns, _ = reader.read()
    assert columns is not None
    assert len(columns.rows) == 29
    path.write_bytes(data)
    columns, _ = reader.read()
    assert columns is not None
    assert columns.rows["step"].tolist() == [30]
    spoiled = bytearray(data)
    spoiled[-200] ^= 1
    path.write_bytes(bytes(spoiled))
    columns, more = ColumnReader(path).read()
    assert columns is not None
    assert len(columns.rows) < 30
    assert not more
    assert ColumnReader(tmp_path / "none").read() == (None, False)
    path.write_bytes(b"something else")
    with pytest.raises(RecordsError):
        ColumnReader(path).read()
