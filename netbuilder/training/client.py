"""The side of a run that starts, watches and steers its worker; it never imports torch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from netbuilder.codegen.source import Source
from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps
from netbuilder.graph.model import Network
from netbuilder.training.control import Command, send, size
from netbuilder.training.memory import out_of_memory_kills
from netbuilder.training.recipe import Recipe
from netbuilder.training.records import Record, RecordReader, RecordsError, last_record
from netbuilder.training.run import (
    ENDED,
    RunError,
    RunFolder,
    Status,
    list_runs,
    read_events,
    write_json,
)
from netbuilder.training.warm import WarmWorker

__all__ = [
    "Event",
    "RunState",
    "Worker",
    "checkpoint_now",
    "create_run",
    "list_runs",
    "pause",
    "resume",
    "run_state",
    "start",
    "stop",
    "stop_after_epoch",
    "watch",
]

POLL = 0.05  # s between two looks; the eye sees no difference to an event
GRACE = 5.0  # s a worker gets to write its checkpoint before a harder signal


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a run.

    Attributes:
        kind: ``start``, ``resumed``, ``checkpoint``, ``best``, ``paused``, ``running``, ``warning``,
            ``early_stop``, ``nan``, ``stopped``, ``finished`` or ``failed``.
        time: Seconds since 1970, UTC.
        values: What belongs to it, such as ``step``.
    """

    kind: str
    time: float
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunState:
    """Where a run stands, the death of its worker considered.

    Attributes:
        state: ``queued``, ``running``, ``paused``, ``stopping``, ``done``, ``stopped`` (on demand),
            ``failed``, or ``lost`` when the worker ended without a word.
        sentence: The same for people, with the way on where there is one.
        status: What the worker said last.
        active: Whether a worker is at it.
        step: The step of the last record.
        resumable: Whether starting it again goes on from a checkpoint.
    """

    state: str
    sentence: str
    status: Status
    active: bool
    step: int
    resumable: bool

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)


class Worker:
    """The process that trains a run.

    Attributes:
        run: The run.
    """

    def __init__(self, run: RunFolder, process: subprocess.Popen[bytes]) -> None:
        self.run = run
        self.process = process

    def poll(self) -> int | None:
        """The exit code, or None while it runs; a death is written down at the run."""
        code = self.process.poll()
        if code is not None:
            _write_death(self.run, code)
        return code

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code.

        Raises:
            subprocess.TimeoutExpired: It took longer.
        """
        code = self.process.wait(timeout)
        _write_death(self.run, code)
        return code

    def stop(self, grace: float = GRACE) -> int:
        """Stop the training; harder after each ``grace`` seconds, and the whole group at the end."""
        send(self.run.commands, "stop")
        with suppress(subprocess.TimeoutExpired):
            return self.wait(grace)
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            return self.wait(grace)
        self.kill()
        return self.wait()

    def leave(self) -> None:
        """Let it go on without this program, which does not wait for it any more."""
        # Without a word Python warns that somebody forgot the process.
        if self.process.poll() is None:
            self.process.returncode = 0

    def kill(self) -> None:
        """End the worker and its children at once."""
        if sys.platform == "win32":
            self.process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def create_run(
    path: Path, network: Network, source: Source, recipe: Recipe | None = None, *, folder: Path
) -> RunFolder:
    """Make the folder of a new run; nothing is trained yet.

    Args:
        path: The folder; it must not exist, or be empty.
        network: What is trained; the run keeps a copy.
        source: What was generated from it.
        recipe: How; by default as the network says.
        folder: Where relative paths of the data start: the document's folder.

    Raises:
        RunError: The folder holds something, or cannot be made.
        RecipeError: The network's recipe has problems.
    """
    run = RunFolder(path)
    recipe = recipe or Recipe.from_plain(network.recipe)
    if not source.losses:
        raise RunError("the network has no loss node, so there is nothing to train; add one")
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise RunError(f"{path} is not empty; give the run a folder of its own")
        run.checkpoints.mkdir()
        run.graph.write_text(dumps(network), encoding="utf-8")
        run.model.write_text(source.text, encoding="utf-8")
        write_json(run.source_file, source.to_plain())
        write_json(run.data_file, {"settings": thaw(network.data), "folder": str(folder.resolve())})
        write_json(run.recipe_file, recipe.to_plain())
        run.write_status(Status(time=time.time(), total_epochs=recipe.epochs))
    except FileError as error:
        raise RunError(f"the run cannot be made: {error}") from error
    except OSError as error:
        raise RunError(f"{path}: the run cannot be made: {error.strerror or error}") from error
    return run


def start(run: RunFolder, warm: WarmWorker | None = None) -> Worker:
    """Start the worker of a run; it goes on from the newest checkpoint if there is one.

    Args:
        run: The run.
        warm: A worker that waits; it takes the run if it can.

    Raises:
        RunError: It is being trained already, has finished, or cannot be started.
    """
    run.require()
    if run.is_active():
        raise RunError(f"{run.path} is being trained already")
    status = run.status()
    if status.state == "done" and not _stopped_early(run):
        raise RunError(f"{run.path} has finished: {status.cause or 'all epochs are trained'}")
    # Commands meant for an earlier worker are not for this one.
    status = replace(
        status, state="queued", cause="", pid=0, time=time.time(), commands=size(run.commands)
    )
    run.write_status(replace(status, out_of_memory_kills=out_of_memory_kills()))
    waiting = warm.take(run.path) if warm else None
    if waiting is not None:
        return Worker(run, waiting)
    try:
        with run.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "netbuilder.training.worker", str(run.path)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        raise RunError(f"the worker cannot be started: {error.strerror or error}") from error
    return Worker(run, process)


def watch(
    run: RunFolder, worker: Worker | None = None, *, from_start: bool = True, poll: float = POLL
) -> Iterator[Record | Event]:
    """Yield records and events as they come, until no worker is at the run any more.

    Args:
        run: The run.
        worker: Its process if this program started it: its end then is seen at once, with its cause.
        from_start: Whether to begin with what lies there already.
        poll: Seconds between two looks.
    """
    reader = RecordReader(run.records)
    offset = 0
    if not from_start:
        reader.skip()
        _, offset = read_events(run.events, 0)
    while True:
        # Asked first and read after: what a worker wrote last is then always seen.
        going = worker.poll() is None if worker else run.is_active()
        found, offset = read_events(run.events, offset)
        records = reader.read()
        yield from records
        for event in found:
            yield Event(str(event.pop("event", "")), float(event.pop("time", 0.0)), event)
        if records:
            continue
        if not going:
            return
        time.sleep(poll)


def run_state(run: RunFolder) -> RunState:
    """Return where a run stands; a worker that died without a word is found out here."""
    status = run.status()
    active = run.is_active()
    if not active:
        status = run.status()  # it may have ended between the two looks
    step, epoch = _last_step(run)
    if step > status.step:  # the status is written at checkpoints, records at every step
        status = replace(status, epoch=epoch)
    step = max(status.step, step)
    resumable = not active and status.checkpoint >= 0 and _can_go_on(run)
    if active or status.state in ENDED or status.state == "queued":
        state: str = status.state
        sentence = _sentence(status, step)
    else:
        state = "lost"
        sentence = f"the worker died without a word at step {step}; its log.txt may say more"
    if resumable and state not in ("done", "stopped"):
        sentence += f"; last checkpoint at step {status.checkpoint}, resume with: netbuilder train --resume {run.path}"
    return RunState(state, sentence, status, active, step, resumable)


def pause(run: RunFolder) -> None:
    """Pause after the current step; a checkpoint is written."""
    _command(run, "pause")


def resume(run: RunFolder) -> None:
    """Go on after a pause."""
    _command(run, "resume")


def stop(run: RunFolder) -> None:
    """Stop after the current step; a checkpoint is written and the best weights are tested."""
    _command(run, "stop")


def stop_after_epoch(run: RunFolder) -> None:
    """Stop at the end of the current epoch."""
    _command(run, "stop_after_epoch")


def checkpoint_now(run: RunFolder) -> None:
    """Write a checkpoint after the current step."""
    _command(run, "checkpoint")


def thaw(value: Any) -> Any:
    """Return read-only mappings and tuples as plain JSON data."""
    if hasattr(value, "items"):
        return {key: thaw(item) for key, item in value.items()}
    return [thaw(item) for item in value] if isinstance(value, list | tuple) else value


def _command(run: RunFolder, command: Command) -> None:
    run.require()
    if not run.is_active() and run.status().state != "queued":
        raise RunError(f"{run.path} has no worker that could {command.replace('_', ' ')}")
    send(run.commands, command)


def _stopped_early(run: RunFolder) -> bool:
    """Whether there is something left to train; damaged results count as none."""
    if not run.result_file.exists():
        return True
    with suppress(RunError):
        return bool((run.result() or {}).get("why") not in ("finished", "early_stop"))
    return True


def _can_go_on(run: RunFolder) -> bool:
    """Whether going on from the checkpoint may end otherwise: what became NaN would do so again."""
    if not _stopped_early(run):
        return False
    with suppress(RunError):
        failure = (run.result() or {}).get("failure") or {}
        return bool(failure.get("kind") != "not_finite")
    return True


def _last_step(run: RunFolder) -> tuple[int, int]:
    """Return the step and the epoch of the last record; zeros where there is none."""
    with suppress(RecordsError):
        record = last_record(run.records)
        return (record.step, record.epoch) if record else (0, 0)
    return 0, 0


def _sentence(status: Status, step: int) -> str:
    where = f"step {step}" + (f" of {status.total_steps}" if status.total_steps else "")
    match status.state:
        case "queued":
            return "waiting for a worker"
        case "running":
            return f"training at {where}, epoch {status.epoch} of {status.total_epochs}"
        case "paused":
            return f"paused at {where}"
        case "stopping":
            return f"stopping at {where}"
        case "done" | "stopped":
            return status.cause or f"finished after {where}"
    return status.cause or f"failed at {where}"


def _write_death(run: RunFolder, code: int) -> None:
    """Write down why a worker ended that did not say so itself."""
    status = run.status()
    if status.state in ENDED:
        return
    step = max(status.step, _last_step(run)[0])
    cause = f"{death(code, status.out_of_memory_kills)} at step {step}"
    try:
        with run.hold():  # if another worker took over meanwhile, the run is its own to describe
            run.write_status(
                replace(status, state="failed", cause=cause, step=step, pid=0, time=time.time())
            )
    except RunError:
        return


def death(code: int, kills_before: int = -1) -> str:
    """Say how a process ended, from its exit code.

    Args:
        code: As ``subprocess`` gives it: a negative one is a signal.
        kills_before: The kernel's count of processes killed for memory when it started.
    """
    if code >= 0:
        return f"the worker ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if name == "SIGKILL" and 0 <= kills_before < out_of_memory_kills():
        return "the worker was killed for lack of memory (SIGKILL by the kernel; a smaller batch_size needs less)"
    return f"the worker died: {name}"
