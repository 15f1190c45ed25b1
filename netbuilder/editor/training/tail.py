"""What a run says, read beside the main loop in slices: state, records, events, activity."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.editor.training.plane import Plane
from netbuilder.files.documents import load
from netbuilder.files.errors import FileError
from netbuilder.graph.model import Network
from netbuilder.graph.semantics import semantic_hash
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.client import RunState, Worker, list_runs, run_state
from netbuilder.training.recipe import FREE, Recipe
from netbuilder.training.run import RunError, RunFolder, Status, read_events, read_json
from netbuilder.training.run_notes import RunNotes, read_notes
from netbuilder.training.usage import Usage, read_usage

if TYPE_CHECKING:
    from netbuilder.training.columns import ColumnReader, Columns
    from netbuilder.training.tensorboard import TensorBoardFiles

_log = logging.getLogger(__name__)

_SLICE = 20_000  # records at a time: taking them in is a part of a frame
_STATE_EVERY = 0.5  # s between two looks at the status and the lock
_TOUCH_EVERY = 3.0  # s; the worker takes it that nobody watches after ten


@dataclass(frozen=True, slots=True)
class Facts:
    """What does not change about a run.

    Attributes:
        title: The title of its network.
        recipe: How it is trained.
        meaning: The hash of what is trained; empty where the graph cannot be read.
    """

    title: str
    recipe: Recipe
    meaning: str


@dataclass(frozen=True, slots=True)
class Overview:
    """A run in a line.

    Attributes:
        path: Its folder.
        state: Where it stands.
        facts: What does not change.
        result: What came out; None while it has not ended.
        began: When it was started first, seconds since 1970; 0 while not.
        ended: When it was heard of last.
        notes: What people say of it.
    """

    path: Path
    state: RunState
    facts: Facts
    result: dict[str, Any] | None
    began: float
    ended: float
    notes: RunNotes


@dataclass(frozen=True, slots=True)
class News:
    """What came since the last look.

    Attributes:
        state: Where it stands; None if nobody looked this time.
        columns: New records.
        more: Whether there are more to read at once.
        events: What happened.
        activity: What the layers did in the last step that was measured; None without news.
        surface: What the network says over the plane of its two inputs; None without news.
        usage: What the worker takes of the machine; None without news.
        result: What came out, once it has ended.
        ended: Whether the worker that this program started has ended.
    """

    state: RunState | None
    columns: Columns | None
    more: bool
    events: list[dict[str, Any]]
    activity: dict[str, Any] | None
    surface: Plane | None
    usage: Usage | None
    result: dict[str, Any] | None
    ended: bool


class Tail:
    """Reads a run as it grows; to be used by one thread at a time.

    Args:
        run: The run.
        worker: Its process if this program started it.

    Attributes:
        worker: The same.
        watched: Whether somebody looks at its layers.
        boards: Whether files for TensorBoard are kept up with it.
    """

    def __init__(self, run: RunFolder, worker: Worker | None = None) -> None:
        self.run = run
        self.worker = worker
        self.watched = False
        self.boards = False
        self._board: TensorBoardFiles | None = None
        self._boardless = False
        self._reader: ColumnReader | None = None
        self._events = 0
        self._stamps: dict[Path, int] = {}
        self._state_due = 0.0
        self._touch_due = 0.0

    def read(self) -> News:
        """Return what is new.

        Raises:
            NetBuilderError: The folder cannot be read.
            OSError: The same.
        """
        # numpy takes a moment to import, which the main loop must not spend.
        from netbuilder.training.columns import ColumnReader

        if self._reader is None:
            self._reader = ColumnReader(self.run.records)
        now = time.monotonic()
        if self.watched and now >= self._touch_due:
            self._touch_due = now + _TOUCH_EVERY
            with suppress(OSError):
                self.run.watched.touch()
        found, self._events = read_events(self.run.events, self._events)
        ended = self.worker is not None and self.worker.poll() is not None
        state = None
        if ended or found or now >= self._state_due:
            self._state_due = now + _STATE_EVERY
            state = run_state(self.run)
        # Read after the state was asked, so that an ended run has said everything.
        late, self._events = read_events(self.run.events, self._events)
        columns, more = self._reader.read(_SLICE)
        result = self.run.result() if state is not None and not state.active else None
        self._keep_board(going=not ended and (state is None or state.active))
        usage = read_usage(self.run) if self._is_new(self.run.usage) else None
        return News(
            state,
            columns,
            more,
            [*found, *late],
            self._layers(),
            self._surface(),
            usage,
            result,
            ended,
        )

    def _keep_board(self, *, going: bool) -> None:
        """Write what is new for TensorBoard too; files that cannot be written end no watching."""
        from netbuilder.training.tensorboard import TensorBoardFiles

        try:
            if self.boards and not self._boardless:
                self._board = self._board or TensorBoardFiles(self.run)
                self._board.update()
        except NetBuilderError as error:
            _log.warning("%s", error)
            self._boardless = True  # once is enough
        if self._board is not None and not (self.boards and going and not self._boardless):
            self._board.close()
            self._board = None

    def _layers(self) -> dict[str, Any] | None:
        if not self._is_new(self.run.activity):
            return None
        try:
            return read_json(self.run.activity)
        except RunError:
            return None

    def _surface(self) -> Plane | None:
        if not self._is_new(self.run.surface):
            return None
        with suppress(RunError, KeyError, TypeError, ValueError):
            return Plane.from_plain(read_json(self.run.surface))
        return None

    def _is_new(self, path: Path) -> bool:
        """Whether a file that is replaced now and then is another one than at the look before."""
        try:
            stamp = path.stat().st_mtime_ns
        except OSError:
            return False
        known = self._stamps.get(path)
        self._stamps[path] = stamp
        return stamp != known


def survey(folder: Path) -> list[Overview]:
    """Return the runs in a folder; one that is damaged hides no other."""
    return [overview(run) for run in list_runs(folder)]


def overview(run: RunFolder) -> Overview:
    """Return a run in a line."""
    try:
        state = run_state(run)
        result = None if state.active else run.result()
        events = run.event_list()
        times = [float(event.get("time", 0.0)) for event in events]
        return Overview(
            run.path,
            state,
            facts(run),
            result,
            times[0] if times else state.status.time,
            times[-1] if times else state.status.time,
            read_notes(run),
        )
    except (NetBuilderError, OSError, ValueError, TypeError) as error:
        status = Status(state="failed", cause=str(error))
        broken = RunState("damaged", str(error), status, False, 0, False)
        return Overview(run.path, broken, Facts("", Recipe(), ""), None, 0.0, 0.0, RunNotes())


def facts(run: RunFolder) -> Facts:
    """Return what does not change about a run.

    Raises:
        NetBuilderError: The folder cannot be read.
    """
    try:
        network = load(run.graph)
    except FileError:
        return Facts("", run.recipe(), "")
    return Facts(network.title, run.recipe(), meaning(network))


def meaning(network: Network) -> str:
    """Return the hash of what is trained; what changes no number is left out."""
    recipe = {name: value for name, value in network.recipe.items() if name not in FREE}
    return semantic_hash(replace(network, recipe=recipe))
