"""TensorBoard's files: read back by TensorBoard where it is installed, and by the format's own rules."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from training_runs import make_run

from netbuilder.training.event_file import opening, scalars
from netbuilder.training.records import read_records
from netbuilder.training.run import RunError, RunFolder
from netbuilder.training.tensorboard import FILE, TensorBoardFiles

Train = Callable[[RunFolder], dict[str, Any]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    from netbuilder.training.session import train_run

    run = make_run(tmp_path_factory.mktemp("runs") / "run", gradient_norm_every=3)
    with run.hold():
        train_run(run)
    return run


@pytest.fixture
def copied(trained: RunFolder, tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "copy")
    run.path.mkdir()
    run.records.write_bytes(trained.records.read_bytes())
    return run


# The format once more, bit by bit and value by value.


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> int:
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def frames(data: bytes) -> Iterator[bytes]:
    while data:
        (size,) = struct.unpack("<Q", data[:8])
        assert struct.unpack("<I", data[8:12])[0] == masked(data[:8])
        body = data[12 : 12 + size]
        assert struct.unpack("<I", data[12 + size : 16 + size])[0] == masked(body)
        yield body
        data = data[16 + size :]


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The numbers and values of the fields of a protocol buffer."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            value |= (data[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if data[at - 1] < 0x80:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            size = {1: 8, 5: 4}.get(key & 7) or varint()
            yield key >> 3, data[at : at + size]
            at += size


def events(path: Path) -> list[tuple[float, int, dict[str, float]]]:
    """Time, step and values of each event behind the first, which tells the version."""
    first, *rest = frames(path.read_bytes())
    assert dict(fields(first))[3] == b"brain.Event:2"
    found = []
    for body in rest:
        event = dict(fields(body))
        assert set(event) == {1, 2, 5}
        values = [dict(fields(value)) for number, value in fields(event[5]) if number == 1]
        named = {v[1].decode(): struct.unpack("<f", v[2])[0] for v in values}
        found.append((struct.unpack("<d", event[1])[0], event[2], named))
    return found


def test_the_checksum_is_the_one_of_the_format() -> None:
    """The check value of CRC-32C, as in the catalogue of such checksums."""
    assert crc32c(b"123456789") == 0xE3069283


def test_every_step_and_validation_is_there(copied: RunFolder) -> None:
    files = TensorBoardFiles(copied)
    files.update()
    files.close()
    records = read_records(copied.records)
    assert files.written == len(records)
    steps = [record for record in records if record.kind == "step"]
    train = [event for event in events(copied.tensorboard / "train" / FILE) if "loss" in event[2]]
    assert len(train) == len(steps) > 20
    for (time, step, values), record in zip(train, steps, strict=True):
        assert (time, step) == (record.time, record.step)
        assert values["loss"] == pytest.approx(record.loss, rel=1e-6)
        assert values["learning_rate"] == pytest.approx(record.learning_rate, rel=1e-6)
        assert ("gradient_norm" in values) is not math.isnan(record.gradient_norm)
    measured = [event[2]["gradient_norm"] for event in train if "gradient_norm" in event[2]]
    assert 0 < len(measured) < len(train)
    means = [e for e in events(copied.tensorboard / "train" / FILE) if "epoch_mean_loss" in e[2]]
    assert len(means) == 4
    judged = [record for record in records if record.kind == "validation"]
    for (_, step, values), record in zip(
        events(copied.tensorboard / "val" / FILE), judged, strict=True
    ):
        assert step == record.step
        assert values == pytest.approx({"loss": record.loss, **record.metrics}, rel=1e-6)


def test_files_that_grow_read_as_those_of_a_whole_run(copied: RunFolder) -> None:
    whole = copied.records.read_bytes()
    files = TensorBoardFiles(copied)
    files.update()
    files.close()
    before = (copied.tensorboard / "train" / FILE).read_bytes()
    files = TensorBoardFiles(copied)
    for part in range(1, 8):
        copied.records.write_bytes(whole[: len(whole) * part // 7])
        files.update()
    files.close()
    assert (copied.tensorboard / "train" / FILE).read_bytes() == before
    steps = [step for _, step, _ in events(copied.tensorboard / "train" / FILE)]
    assert steps == sorted(steps)


def test_tensorboard_reads_them(copied: RunFolder) -> None:
    accumulating = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    files = TensorBoardFiles(copied)
    files.update()
    files.close()
    records = read_records(copied.records)
    for name, kind in (("train", "step"), ("val", "validation")):
        read = accumulating.EventAccumulator(
            str(copied.tensorboard / name), {accumulating.SCALARS: 0}
        )
        read.Reload()
        wanted = [(r.step, r.time, r.loss) for r in records if r.kind == kind]
        found = [(e.step, e.wall_time, e.value) for e in read.Scalars("loss")]
        assert [one[:2] for one in found] == [one[:2] for one in wanted]
        assert [v for *_, v in found] == pytest.approx([v for *_, v in wanted], rel=1e-6)
    assert "accuracy" in read.Tags()["scalars"]


def test_steps_of_any_length_and_values_of_any_kind() -> None:
    steps = np.array([0, 1, 127, 128, 16383, 16384, 2**31, 2**40, 2**56 - 1])
    values = np.array([1e300, math.inf, -0.0, 1.5, math.nan, -math.inf, 2, 3, 4])[:, None]
    data = opening(1.0) + scalars(steps.astype(float), steps, ["größe/a"], values)
    _, *rest = frames(data)
    found = [dict(fields(body)) for body in rest]
    assert [event[2] for event in found] == [step for step in steps.tolist() if step != 16383]
    value = dict(fields(dict(fields(found[0][5]))[1]))
    assert value[1].decode() == "größe/a"
    assert struct.unpack("<f", value[2])[0] == math.inf


def test_nothing_measured_is_nothing_written() -> None:
    nothing = np.full((2, 1), math.nan)
    assert scalars(np.zeros(2), np.arange(2), ["a"], nothing) == b""


def test_several_losses_are_told_apart(tmp_path: Path) -> None:
    from netbuilder.training.records import NAN, STEP, RecordWriter, Schema

    run = RunFolder(tmp_path)
    writer = RecordWriter(run.records, Schema(("a", "b"), ("mae",)))
    head = (STEP, 1, 1, 1, 4, 4, 0.0, 1.0, 5.0, 0.1, NAN)
    writer.append([writer.pack(head, [2.0, 3.0])])
    writer.close()
    files = TensorBoardFiles(run)
    files.update()
    files.close()
    ((_, _, values),) = events(run.tensorboard / "train" / FILE)
    assert values == pytest.approx({"loss": 5.0, "a": 2.0, "b": 3.0, "learning_rate": 0.1})


def test_a_place_that_cannot_be_written_is_told(copied: RunFolder) -> None:
    copied.tensorboard.write_text("a file")
    with pytest.raises(RunError, match="TensorBoard's files cannot be written"):
        TensorBoardFiles(copied).update()


def test_a_run_without_records_has_no_files(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    TensorBoardFiles(run).update()
    assert not run.tensorboard.exists()
