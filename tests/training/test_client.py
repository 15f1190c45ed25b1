"""Starting, watching and steering a worker; how its death is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from training_runs import BODIES, make_run, source

from netbuilder.codegen.source import Source
from netbuilder.graph.model import Network
from netbuilder.training import client
from netbuilder.training.client import Event, Worker, death, run_state, start, watch
from netbuilder.training.control import Commands, send
from netbuilder.training.records import Record
from netbuilder.training.run import RunError, RunFolder, Status, list_runs

LONG: dict[str, Any] = {"epochs": 100_000, "checkpoint_every": 200}


def wait_for(condition: Any, what: str, seconds: float = 60.0) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.02)


def is_in(run: RunFolder, state: str) -> Any:
    return lambda: run_state(run).state == state


@pytest.fixture
def long_run(tmp_path: Path) -> Any:
    """A run whose worker is at work; it is ended after the test."""
    run = make_run(tmp_path / "run", **LONG)
    worker = start(run)
    wait_for(lambda: run_state(run).step > 0, "the first step")
    yield worker
    if worker.process.poll() is None:
        worker.kill()
        worker.wait()


def test_a_new_run_waits(tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs" / "a")
    make_run(tmp_path / "runs" / "b")
    (tmp_path / "runs" / "other").mkdir()
    assert [found.name for found in list_runs(tmp_path / "runs")] == ["a", "b"]
    assert list_runs(tmp_path / "nothing") == []
    state = run_state(run)
    assert (state.state, state.active, state.resumable) == ("queued", False, False)
    assert state.to_plain()["status"]["total_epochs"] == 4
    assert run.source() == source(*BODIES["mlp"])


def test_a_run_needs_an_empty_folder_and_a_loss(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a")
    with pytest.raises(RunError, match="is not empty"):
        make_run(tmp_path / "a")
    plain = {name: getattr(run.source(), name) for name in Source.__dataclass_fields__}
    with pytest.raises(RunError, match="no loss node"):
        client.create_run(
            tmp_path / "b", Network(), Source(**{**plain, "losses": ()}), folder=tmp_path
        )
    with pytest.raises(RunError, match="holds no training run"):
        start(RunFolder(tmp_path / "c"))


def test_a_run_is_watched_from_start_to_end(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", epochs=3)
    seen = list(watch(run, start(run)))
    steps = [item.step for item in seen if isinstance(item, Record) and item.kind == "step"]
    assert steps == list(range(1, 37))
    kinds = [item.kind for item in seen if isinstance(item, Event)]
    assert kinds == ["start", "checkpoint", "checkpoint", "finished"]
    assert run_state(run).sentence == "finished after 3 epochs (36 steps)"
    assert len([item for item in watch(run) if isinstance(item, Record)]) == 42
    assert list(watch(run, from_start=False)) == []
    with pytest.raises(RunError, match="has finished"):
        start(run)


@pytest.mark.slow
def test_pause_resume_checkpoint_and_stop(long_run: Worker) -> None:
    run = long_run.run
    client.pause(run)
    wait_for(is_in(run, "paused"), "the pause")
    step = run_state(run).step
    assert run.status().checkpoint == step
    time.sleep(0.3)
    assert run_state(run).step == step
    client.resume(run)
    wait_for(lambda: run_state(run).step > step, "steps after the pause")
    assert run_state(run).state == "running"
    assert run_state(run).sentence.startswith("training at step")
    events = len(run.event_list())
    client.checkpoint_now(run)
    wait_for(lambda: len(run.event_list()) > events, "the checkpoint")
    with pytest.raises(RunError, match="being trained already"):
        start(run)
    second = subprocess.run(
        [sys.executable, "-m", "netbuilder.training.worker", str(run.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "is being trained by another process" in second.stderr
    client.stop(run)
    assert long_run.wait() == 0
    state = run_state(run)
    assert state.state == "stopped"
    assert state.resumable
    assert state.sentence.startswith("stopped on demand at step")
    result = run.result()
    assert result is not None
    assert result["why"] == "stopped"
    assert result["test"]["samples"] == 60
    with pytest.raises(RunError, match="no worker that could pause"):
        client.pause(run)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGTERM"])
def test_a_dead_worker_is_told_with_its_signal(long_run: Worker, name: str) -> None:
    run = long_run.run
    number = getattr(signal, name)
    os.kill(long_run.process.pid, number)
    code = long_run.wait()
    state = run_state(run)
    if name == "SIGTERM":
        assert (code, state.state) == (0, "stopped")
        assert "stopped on demand" in state.sentence
    else:
        assert code == -number
        assert state.state == "failed"
        assert f"the worker died: {name} at step {state.step}" in state.sentence
        assert f"last checkpoint at step {state.status.checkpoint}" in state.sentence
        assert "resume with" in state.sentence
    assert state.resumable
    if name == "SIGSEGV":
        assert "Segmentation fault" in run.log.read_text()


@pytest.mark.slow
def test_somebody_else_sees_the_death_too(long_run: Worker) -> None:
    """One who did not start the worker: no exit code, but the lock is free."""
    run = RunFolder(long_run.run.path)
    os.kill(long_run.process.pid, signal.SIGKILL)
    long_run.process.wait()
    assert run.status().state == "running"
    state = run_state(run)
    assert state.state == "lost"
    assert "died without a word" in state.sentence
    assert state.resumable
    assert not list(watch(run, from_start=False))


def test_a_process_id_alone_proves_nothing(tmp_path: Path) -> None:
    """The id in the status may be another process's by now: this one's, here."""
    run = make_run(tmp_path / "run")
    run.write_status(Status(state="running", pid=os.getpid(), step=5))
    state = run_state(run)
    assert not state.active
    assert state.state == "lost"
    with run.hold():
        assert run_state(run).state == "running"
        with pytest.raises(RunError, match="another process"), run.hold():
            pass
    assert not run.is_active()


def test_deaths_in_words() -> None:
    assert death(-9) == "the worker died: SIGKILL"
    assert death(-11) == "the worker died: SIGSEGV"
    assert death(3) == "the worker ended with exit code 3"
    assert "exit code" not in death(-77)


def test_commands_come_whole_and_once(tmp_path: Path) -> None:
    path = tmp_path / "commands"
    commands = Commands(path, 0)
    assert commands.poll() == []
    send(path, "pause")
    send(path, "resume")
    assert commands.poll() == ["pause", "resume"]
    assert commands.poll() == []
    with path.open("ab") as file:
        file.write(b"nonsense\nsto")
    assert commands.poll() == []
    with path.open("ab") as file:
        file.write(b"p\n")
    assert commands.poll() == ["stop"]
    assert Commands(path, commands.offset).poll() == []


def test_a_worker_that_cannot_begin_says_why(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", data={"source": "csv", "params": {"path": "gone.csv"}})
    assert start(run).wait() == 1
    state = run_state(run)
    assert state.state == "failed"
    assert "gone.csv" in state.sentence
    usage = subprocess.run(
        [sys.executable, "-m", "netbuilder.training.worker"], capture_output=True, check=False
    )
    assert usage.returncode == 2
