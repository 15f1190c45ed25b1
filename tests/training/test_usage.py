"""What a worker takes of the machine: measured now and then, read by whoever watches."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from training_runs import make_run

from netbuilder.training import usage
from netbuilder.training.run import RunFolder
from netbuilder.training.usage import Meter, Usage, device_memory, read_usage

Train = Callable[[RunFolder], dict[str, Any]]


def test_a_training_tells_its_memory_and_processors(tmp_path: Path, train: Train) -> None:
    run = make_run(tmp_path / "run", epochs=1)
    assert read_usage(run) is None
    before = time.time()
    train(run)
    found = read_usage(run)
    assert found is not None
    assert before <= found.time <= time.time()
    assert 50e6 < found.memory <= found.peak_memory < 1e12
    assert 0 < found.cpu < found.processors + 1
    assert 1 <= found.processors <= (os.cpu_count() or 1)
    assert (found.device_memory, found.device_total) == (0, 0)


def test_processors_are_of_the_time_since_the_look_before(tmp_path: Path) -> None:
    """This thread alone is at work, so what is measured is what it did."""
    run = RunFolder(tmp_path)
    meter = Meter(run, lambda: (3, 8))
    begin, busy = time.monotonic(), time.process_time()
    while time.process_time() - busy < 0.2:
        pass
    meter.measure(begin + 2 * (time.process_time() - busy))
    found = read_usage(run)
    assert found is not None
    assert found.cpu == pytest.approx(0.5, rel=0.1)
    assert (found.device_memory, found.device_total) == (3, 8)
    meter.measure(begin + 100)
    later = read_usage(run)
    assert later is not None
    assert later.cpu < 0.01


def test_looks_lie_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, times = RunFolder(tmp_path), list[float]()
    meter = Meter(run)
    monkeypatch.setattr(meter, "measure", times.append)
    for tenth in range(50):
        meter.look(1000 + tenth / 10)
    assert times == [1000, 1000 + usage.INTERVAL, 1000 + 2 * usage.INTERVAL]


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    Meter(RunFolder(tmp_path / "nowhere")).measure(time.monotonic())


@pytest.mark.parametrize("text", ["", "[]", '{"memory": [1]}', "{"])
def test_a_damaged_file_says_nothing(tmp_path: Path, text: str) -> None:
    run = RunFolder(tmp_path)
    run.usage.write_text(text)
    assert read_usage(run) in (None, Usage())


def test_what_later_versions_add_is_left_out(tmp_path: Path) -> None:
    run, found = RunFolder(tmp_path), Usage(1.0, 2, 3, 0.5, 4)
    run.usage.write_text(json.dumps({**found.to_plain(), "disk": 9}))
    assert read_usage(run) == found == replace(found)


def test_only_an_accelerator_has_memory_of_its_own() -> None:
    assert device_memory(torch.device("cpu")) is None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an accelerator")
def test_the_most_that_tensors_took_of_the_accelerator_is_told() -> None:
    device = torch.device("cuda")
    ask = device_memory(device)
    assert ask is not None
    torch.cuda.reset_peak_memory_stats(device)
    room = torch.empty(100_000_000, dtype=torch.uint8, device=device)
    taken, total = ask()
    assert room.numel() <= taken < total
