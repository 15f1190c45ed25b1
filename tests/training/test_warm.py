"""A worker that waits takes a run at once, and ends with whoever started it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.kill_training import difference
from training_runs import make_run

from netbuilder.training.client import run_state, start
from netbuilder.training.warm import WarmWorker


@pytest.fixture
def warm() -> Iterator[WarmWorker]:
    made = WarmWorker()
    yield made
    made.close()


def test_a_warm_worker_trains_the_same(tmp_path: Path, warm: WarmWorker) -> None:
    warm.start()
    assert warm.is_waiting
    run, cold = make_run(tmp_path / "warm"), make_run(tmp_path / "cold")
    worker = start(run, warm)
    assert not warm.is_waiting
    assert worker.wait(120) == 0, run.log.read_text()
    assert start(cold).wait(120) == 0
    assert difference(run, cold) == ""
    assert run_state(run).state == "done"


def test_a_warm_worker_writes_to_the_log_of_its_run(tmp_path: Path, warm: WarmWorker) -> None:
    warm.start()
    run = make_run(tmp_path / "run", data={"source": "csv", "params": {"path": "gone.csv"}})
    assert start(run, warm).wait(120) == 1
    assert "gone.csv" in run_state(run).sentence
    assert "gone.csv" in run.log.read_text()


def test_one_that_died_is_no_trouble(tmp_path: Path, warm: WarmWorker) -> None:
    warm.start()
    assert warm._process is not None
    warm._process.kill()
    warm._process.wait()
    assert not warm.is_waiting
    run = make_run(tmp_path / "run", epochs=1)
    assert start(run, warm).wait(120) == 0
    assert run_state(run).state == "done"


def test_it_ends_when_its_program_does() -> None:
    command = [sys.executable, "-m", "netbuilder.training.worker", "--wait"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")


def test_closing_does_not_wait_for_the_import(warm: WarmWorker) -> None:
    warm.start()
    begin = time.monotonic()
    warm.close()
    assert time.monotonic() - begin < 1.0
    assert not warm.is_waiting
