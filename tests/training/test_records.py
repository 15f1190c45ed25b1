"""Records: whole or not there, tailed while they are written, compared without clocks."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.training.records import (
    EPOCH,
    STEP,
    VALIDATION,
    RecordReader,
    RecordsError,
    RecordWriter,
    Schema,
    clockless,
    last_record,
    read_records,
    whole,
)

SCHEMA = Schema(("loss_1", "loss_2"), ("accuracy",))


def head(step: int, kind: int = STEP, clock: float = 0.0) -> tuple[Any, ...]:
    return (kind, 1, step, step, 32, 32 * step, clock, clock, 0.5 + step, 0.01, math.nan)


def write(path: Path, steps: range, clock: float = 0.0) -> RecordWriter:
    writer = RecordWriter(path, SCHEMA)
    writer.append(writer.pack(head(step, clock=clock), (0.25, 0.25 + step)) for step in steps)
    return writer


def test_what_is_written_is_read(tmp_path: Path) -> None:
    writer = write(tmp_path / "r", range(1, 4))
    writer.append([writer.pack(head(3, EPOCH), (1.0, 2.0))])
    writer.append([writer.pack(head(3, VALIDATION), (1.0, 2.0, 0.75))])
    writer.close()
    records = read_records(tmp_path / "r")
    assert [record.kind for record in records] == ["step"] * 3 + ["epoch", "validation"]
    assert records[1].step == 2
    assert records[1].losses == {"loss_1": 0.25, "loss_2": 2.25}
    assert records[1].metrics == {}
    assert records[4].metrics == {"accuracy": 0.75}
    assert records[1].to_plain()["gradient_norm"] is None
    assert last_record(tmp_path / "r") == records[4] or math.isnan(records[4].gradient_norm)


def test_reading_needs_neither_torch_nor_numpy(tmp_path: Path) -> None:
    write(tmp_path / "r", range(1, 4)).close()
    code = (
        "import sys; from pathlib import Path; from netbuilder.training.records import read_records;"
        "import netbuilder.training.client;"
        f"assert len(read_records(Path({str(tmp_path / 'r')!r}))) == 3;"
        "print([m for m in ('torch', 'numpy', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@given(cut=st.integers(0, 400))
def test_a_torn_end_is_left_out(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("cut") / "r"
    write(path, range(1, 5)).close()
    data = path.read_bytes()
    start = len(SCHEMA.header())
    left = max(0, len(data) - cut)
    path.write_bytes(data[:left])
    kept = max(0, left - start) // SCHEMA.size
    assert [record.step for record in read_records(path)] == list(range(1, kept + 1))


def test_a_flipped_bit_ends_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "r"
    writer = write(path, range(1, 5))
    writer.close()
    data = bytearray(path.read_bytes())
    assert whole(path, len(data))
    data[len(SCHEMA.header()) + 2 * SCHEMA.size + 20] ^= 1
    path.write_bytes(data)
    assert len(read_records(path)) == 2
    assert not whole(path, len(data))
    assert whole(path, len(SCHEMA.header()) + 2 * SCHEMA.size)


def test_a_reader_sees_every_record_once_though_the_run_went_back(tmp_path: Path) -> None:
    path = tmp_path / "r"
    reader = RecordReader(path)
    assert reader.read() == []
    writer = write(path, range(1, 6))
    writer.close()
    seen = reader.read()
    keep = len(SCHEMA.header()) + 2 * SCHEMA.size
    writer = RecordWriter(path, SCHEMA, keep=keep)
    assert reader.read() == []
    for step in range(3, 9):
        writer.append([writer.pack(head(step), (0.25, 0.25 + step))])
        seen += reader.read()
    writer.close()
    assert [record.step for record in seen] == list(range(1, 9))


def test_a_reader_begins_behind_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "r"
    reader = RecordReader(path)
    reader.skip()
    assert reader.read() == []
    writer = write(path, range(1, 6))
    reader.skip()
    assert reader.read() == []
    packed = writer.pack(head(6), (0.25, 6.25))
    writer.append([packed[:20]])
    later = RecordReader(path)
    later.skip()
    writer.append([packed[20:]])
    writer.close()
    assert [record.step for record in reader.read()] == [6]
    assert [record.step for record in later.read()] == [6]


def test_clocks_are_left_out_of_the_comparison(tmp_path: Path) -> None:
    write(tmp_path / "a", range(1, 4), clock=1.0).close()
    write(tmp_path / "b", range(1, 4), clock=2.0).close()
    write(tmp_path / "c", range(2, 5), clock=1.0).close()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()
    assert clockless(tmp_path / "a") == clockless(tmp_path / "b")
    assert clockless(tmp_path / "a") != clockless(tmp_path / "c")


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(b"PNG and more")
    with pytest.raises(RecordsError, match="not a file of training records"):
        read_records(tmp_path / "r")


def test_half_a_write_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r"
    writer = write(path, range(1, 3))
    size = path.stat().st_size
    real = os.write
    calls = []

    def full(descriptor: int, data: memoryview) -> int:
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[:10])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        writer.append([writer.pack(head(3), (1.0, 1.0))])
    assert path.stat().st_size == size
    monkeypatch.setattr(os, "write", real)
    writer.append([writer.pack(head(3), (1.0, 1.0))])
    writer.close()
    assert [record.step for record in read_records(path)] == [1, 2, 3]
