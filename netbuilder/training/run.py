"""A run's folder: what lies where, its status, and the lock that says whether a worker is at it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from netbuilder.codegen.source import Source
from netbuilder.files.atomic import write_atomic
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.recipe import Recipe

State = Literal["queued", "running", "paused", "stopping", "done", "stopped", "failed"]
STATES: tuple[State, ...] = get_args(State)
ENDED = ("done", "stopped", "failed")


class RunError(NetBuilderError):
    """A run that cannot be made, read or continued."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the worker said last.

    Attributes:
        state: Where the run stands.
        step: Steps done when it was said.
        epoch: The epoch then, counted from 1; 0 before the first.
        total_steps: Steps in all; 0 while unknown.
        total_epochs: Epochs in all.
        cause: For ``failed`` and a run that ended early: a sentence.
        checkpoint: The step of the newest checkpoint; -1 while there is none.
        pid: The worker's process id; 0 when there is none.
        time: When it was said, seconds since 1970, UTC.
        commands: Bytes of the command file that were dealt with.
        out_of_memory_kills: The kernel's count of processes it killed for memory, at the start.
    """

    state: State = "queued"
    step: int = 0
    epoch: int = 0
    total_steps: int = 0
    total_epochs: int = 0
    cause: str = ""
    checkpoint: int = -1
    pid: int = 0
    time: float = 0.0
    commands: int = 0
    out_of_memory_kills: int = 0


class RunFolder:
    """The paths in a run's folder, and the plain data in its files.

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.graph = self.path / "graph.netgraph"
        self.recipe_file = self.path / "recipe.json"
        self.data_file = self.path / "data.json"
        self.source_file = self.path / "source.json"
        self.model = self.path / "model.py"
        # Weights of another run to start from, and which of them were taken over.
        self.initial_weights = self.path / "initial.safetensors"
        self.transplant = self.path / "transplant.json"
        self.environment = self.path / "environment.json"
        self.records = self.path / "records.bin"
        self.events = self.path / "events.jsonl"
        self.commands = self.path / "commands"
        self.checkpoints = self.path / "checkpoints"
        self.log = self.path / "log.txt"
        self.status_file = self.path / "status.json"
        self.result_file = self.path / "result.json"
        self.lock_file = self.path / "lock"
        # Room that is given up when the disk is full, so that the failure itself can be written down.
        self.reserve = self.path / "reserve"
        # Touched by whoever looks at the layers; the worker measures them while it is fresh.
        self.watched = self.path / "watched"
        self.activity = self.path / "activity.json"
        # What a network with two numbers going in says over their plane, while somebody looks.
        self.surface = self.path / "surface.json"
        # What the worker takes of the machine, measured every other second.
        self.usage = self.path / "usage.json"
        # What TensorBoard reads, where it is wanted.
        self.tensorboard = self.path / "tensorboard"

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.path.name

    def exists(self) -> bool:
        """Whether the folder holds a run."""
        return self.recipe_file.is_file() and self.source_file.is_file()

    def require(self) -> None:
        """Refuse a folder that holds no run.

        Raises:
            RunError: It does not.
        """
        if not self.exists():
            raise RunError(
                f"{self.path} holds no training run: it has no recipe.json and source.json"
            )

    def recipe(self) -> Recipe:
        """The recipe.

        Raises:
            RunError: The file cannot be read.
            RecipeError: It has problems.
        """
        return Recipe.from_plain(read_json(self.recipe_file))

    def data(self) -> dict[str, Any]:
        """The data: ``settings``, ``folder``; once a worker was there ``fingerprint``, ``preprocessing``."""
        return read_json(self.data_file)

    def source(self) -> Source:
        """The generated source with what the program knows of it.

        Raises:
            RunError: A file is missing or damaged.
        """
        plain = read_json(self.source_file)
        try:
            return Source.from_plain({**plain, "text": self.model.read_text(encoding="utf-8")})
        except OSError as error:
            raise RunError(f"{self.model}: cannot be read: {error.strerror or error}") from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RunError(
                f"{self.source_file}: not the description of a source: {error}"
            ) from error

    def status(self) -> Status:
        """What the worker said last; a new run is ``queued``."""
        if not self.status_file.exists():
            return Status()
        plain = read_json(self.status_file)
        known = {field.name for field in fields(Status)}
        if plain.get("state") not in STATES:
            raise RunError(
                f"{self.status_file}: its state is {plain.get('state')!r}, which is none"
            )
        return Status(**{name: value for name, value in plain.items() if name in known})

    def write_status(self, status: Status) -> None:
        """Write down where the run stands."""
        write_json(self.status_file, asdict(status))

    def result(self) -> dict[str, Any] | None:
        """What came out; None while the run has not ended."""
        return read_json(self.result_file) if self.result_file.exists() else None

    def event_list(self) -> list[dict[str, Any]]:
        """Everything that happened, oldest first; a torn last line is left out."""
        return read_events(self.events, 0)[0]

    def best_weights(self) -> Path | None:
        """The file of the best epoch's weights, of the newest ones before there is a best; or None."""
        try:
            latest = (self.checkpoints / "LATEST").read_text(encoding="ascii").strip()
            state = read_json(self.checkpoints / latest / "state.json").get("state", {})
        except (OSError, RunError):
            return None
        folder = self.checkpoints / (state.get("best") or latest)
        return folder / "model.safetensors"

    def weights_note(self) -> str:
        """Say of which step the best weights are, where the run became NaN; empty otherwise."""
        weights, failure = self.best_weights(), (self.result() or {}).get("failure") or {}
        if weights is None or failure.get("kind") != "not_finite":
            return ""
        kind, _, step = weights.parent.name.partition("-")
        which = "of the best epoch, reached at" if kind == "best" else "of"
        return (
            f"a value became NaN or infinite at step {failure.get('step')}; these are the weights "
            f"{which} step {step}"
        )

    def is_active(self) -> bool:
        """Whether a worker holds the run; a process id alone would not prove it."""
        if not self.lock_file.exists():
            return False
        try:
            with self.hold(shared=True):
                return False
        except RunError:
            return True

    @contextmanager
    def hold(self, *, patience: float = 0.0, shared: bool = False) -> Iterator[None]:
        """Hold the run's lock; the system lets go of it when the process dies, however it dies.

        Args:
            patience: Seconds to try: somebody who only asks may hold it for a moment.
            shared: Whether others may hold it as well, as those who only ask may.

        Raises:
            RunError: Another process holds it.
        """
        until = time.monotonic() + patience
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            while not _lock(descriptor, shared):
                if time.monotonic() >= until:
                    raise RunError(
                        f"{self.path} is being trained by another process (see its status.json); "
                        "stop that one first"
                    )
                time.sleep(0.01)
            yield
        finally:
            os.close(descriptor)


def list_runs(folder: Path) -> list[RunFolder]:
    """Return the runs in a folder, in the order of their names."""
    if not folder.is_dir():
        return []
    found = (path for path in sorted(folder.iterdir()) if path.is_dir())
    runs = (RunFolder(path) for path in found if not path.name.startswith("."))
    return [run for run in runs if run.exists()]


def append_event(path: Path, kind: str, values: Mapping[str, Any]) -> None:
    """Append one line to the file of events: its kind, the time, and values."""
    line = json.dumps({"event": kind, "time": time.time(), **values}) + "\n"
    with path.open("ab") as file:
        file.write(line.encode("utf-8"))


def read_events(path: Path, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Return the events after an offset and the offset after them; a torn last line stays unread."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], offset
    lines = data[: data.rfind(b"\n") + 1]
    events = []
    for line in lines.splitlines():
        # A line that was cut by a crash in the middle of the file says nothing; the others do.
        with suppress(ValueError):
            events.append(json.loads(line))
    return events, offset + len(lines)


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises:
        RunError: The file is missing, or holds something else.
    """
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise RunError(f"{path}: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise RunError(f"{path}: holds a {type(value).__name__}, but a JSON object was expected")
    return value


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object so that readers see the old one or the new one."""
    write_atomic(path, (json.dumps(value, indent=1) + "\n").encode("utf-8"))


def write_fleeting(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object that soon is another one: replaced, but worth nothing after a power cut.

    Raises:
        OSError: It cannot be written.
    """
    work = path.with_suffix(".tmp")
    work.write_text(json.dumps(value), encoding="ascii")
    work.replace(path)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, shared: bool) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(descriptor: int, shared: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
