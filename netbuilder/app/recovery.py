"""Copies of what is being edited, for the start after a crash; the named file is never written.

Every open document has a journal in the recovery folder: first the whole network, then what each edit
changed. A journal is removed when its document is closed. One that is left over, and whose process
is gone, is offered at the next start.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netbuilder.app.session import UNTITLED, Session
from netbuilder.app.unplaced import placed
from netbuilder.files.atomic import Fs, sweep
from netbuilder.files.documents import load
from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps, loads
from netbuilder.files.journal import Journal, Record, is_running, records, this_process
from netbuilder.files.patches import patch, patched
from netbuilder.graph.delta import changes_nothing
from netbuilder.graph.document import Change
from netbuilder.graph.model import Network
from netbuilder.graph.values import FormatError
from netbuilder.node_api.errors import NetBuilderError

_log = logging.getLogger(__name__)
_SYSTEM = Fs()

SUFFIX = ".journal"
VERSION = 1
# A journal may grow to this before it is begun anew, or to so many times the whole network.
LARGE = 2**18
TIMES_WHOLE = 4
# So many earlier values of a leftover are kept for undo, fewer of a large network.
MOST_STEPS = 200
_STEP_NODES = 200_000
_TEMPORARY = f"{SUFFIX}.nbtmp-"

Stamp = tuple[int, int, int]


class Recovery:
    """The recovery folder.

    Args:
        folder: Where the journals are.
        fs: The system calls.
    """

    def __init__(self, folder: Path, fs: Fs = _SYSTEM) -> None:
        self._folder = folder
        self._fs = fs

    def watch(self, session: Session) -> Watcher:
        """Begin to keep copies of a document; one that is not saved is written at once.

        So a recovered document has its new copy before the old one is discarded.
        """
        watcher = Watcher(session, self._new_path(), self._fs)
        if watcher.pending:
            try:
                watcher.flush()
            except (OSError, NetBuilderError) as error:
                _log.warning("no copy of %s could be kept: %s", session.name, error)
        return watcher

    def leftovers(self) -> list[Leftover]:
        """Return what a crash left behind, oldest first; what holds nothing new is removed."""
        found = []
        for path in self._journals():
            try:
                leftover = _leftover(path)
            except (OSError, NetBuilderError) as error:
                _log.warning("a copy for recovery cannot be read: %s", error)
                continue
            if leftover is not None:
                found.append(leftover)
        return found

    def _new_path(self) -> Path:
        return self._folder / f"{time.time_ns():020}-{secrets.token_hex(4)}{SUFFIX}"

    def _journals(self) -> list[Path]:
        try:
            names = sorted(path.name for path in self._folder.iterdir())
        except OSError:
            return []
        for name in names:
            if name.startswith(".") and _TEMPORARY in name:
                sweep(self._folder / (name[1:].partition(_TEMPORARY)[0] + SUFFIX))
        return [self._folder / name for name in names if name.endswith(SUFFIX)]


class Watcher:
    """Keeps copies of one document.

    ``flush`` may be called from a thread, as it reads values that never change; everything else
    belongs to the thread that edits.
    """

    def __init__(self, session: Session, path: Path, fs: Fs = _SYSTEM) -> None:
        self._session = session
        self._journal = Journal(path, fs)
        self._lock = threading.Lock()
        self._label = ""
        self._written: Network | None = None  # what the journal's records lead to
        self._seen: tuple[Network, bool, Path | None] = self._state()
        self._stamp = _stamp(session.path)
        self._whole = 0
        self._discarded = False
        self._owes_whole = not session.document.is_clean
        session.document.changed.append(self._on_changed)

    @property
    def pending(self) -> bool:
        """Whether the document has changed, or was saved, since it was written last."""
        if self._discarded:
            return False
        if self._owes_whole:
            return True
        network, clean, path = self._state()
        if self._written is None and clean:
            return False  # All of it is on the disk.
        return network is not self._seen[0] or (clean, path) != self._seen[1:]

    def flush(self) -> None:
        """Write the present value; one that was written already costs nothing.

        Raises:
            OSError: It could not be written; the next one that can be is written whole.
            FileError: As above.
        """
        with self._lock:
            if not self._discarded and self.pending:
                self._write(*self._state())

    def _write(self, network: Network, clean: bool, path: Path | None) -> None:
        if not self._session.changed_on_disk:
            self._stamp = _stamp(path)
        before = None if self._owes_whole else self._written
        empty = _is_empty(network)
        if before is None and empty and self._journal.size:
            return  # What the journal holds is more than nothing.
        change = None
        # What was emptied is not begun anew: the journal still has what was there before.
        if before is not None and (empty or not self._is_large):
            change = patch(before, network)
        facts = self._facts(clean, path)
        self._owes_whole = True  # until this is through
        if change is None or not self._appended({**facts, "change": change}):
            self._journal.restart([{**facts, "whole": dumps(network)}])
            self._whole = self._journal.size
        self._owes_whole = False
        self._written = network
        self._seen = network, clean, path

    def _appended(self, record: Record) -> bool:
        """Add a record; False where somebody removed the journal."""
        try:
            self._journal.append(record)
        except FileNotFoundError:
            return False
        return True

    @property
    def _is_large(self) -> bool:
        """Whether the journal has grown so much that it is begun anew."""
        return self._journal.size > max(LARGE, TIMES_WHOLE * self._whole)

    def discard(self) -> None:
        """Stop, and remove the copies: the document was closed."""
        changed = self._session.document.changed
        if self._on_changed in changed:
            changed.remove(self._on_changed)
        self._discarded = True
        with self._lock:
            self._journal.remove()

    def _facts(self, clean: bool, path: Path | None) -> dict[str, Any]:
        return {
            "version": VERSION,
            "owner": this_process(),
            "path": str(path.absolute()) if path else "",
            "name": self._session.name,
            "stamp": self._stamp,
            "clean": clean,
            "label": self._label,
            "time": time.time(),
        }

    def _state(self) -> tuple[Network, bool, Path | None]:
        document = self._session.document
        return document.network, document.is_clean, self._session.path

    def _on_changed(self, change: Change) -> None:
        self._label = change.label


@dataclass(frozen=True)
class Leftover:
    """What a crash left behind of one document.

    Attributes:
        journal: The file it is in.
        path: The document's file; None for one that was never saved.
        name: What people called it.
        time: When it was written last, in seconds since 1970.
        steps: What was done, in words, and what the document was then; the last is the newest.
        stamp: What the document's file was like when it was opened or saved last.
    """

    journal: Path
    path: Path | None
    name: str
    time: float
    steps: tuple[tuple[str, Network], ...]
    stamp: Stamp | None

    @property
    def network(self) -> Network:
        """The document as it was last."""
        return self.steps[-1][1]

    def session(self, taken: Container[Path | None] = ()) -> Session:
        """Return it as an open document that is not saved; undo leads back through its edits.

        A file that was changed or removed in the meantime is left alone: the document then has a
        name, but no file, so that saving asks where to.

        Args:
            taken: Files that are open already; of these too the document is one beside the file.
        """
        saved = self._saved() if self.path not in taken else None
        name = self.name if self.path is None or saved is not None else f"{self.name} (recovered)"
        path = self.path if saved is not None else None
        session = Session(saved, path, name)
        for label, network in self.steps:
            session.document.do(label or "Recovered edits", _always(network))
        session.document.seal()
        return session

    def discard(self) -> None:
        """Remove it; the document itself is elsewhere by now."""
        Journal(self.journal).remove()

    def _saved(self) -> Network | None:
        if self.path is None or self.stamp is None or _stamp(self.path) != self.stamp:
            return None
        try:
            return placed(load(self.path))
        except FileError:
            return None


def _always(network: Network) -> Callable[[Network], Network]:
    return lambda _: network


def _leftover(path: Path) -> Leftover | None:
    """Read a journal; None for one that is in use, or has nothing that is not in the document."""
    found = records(path)
    facts = next((record for record in reversed(found) if record is not None), None)
    if facts is not None and is_running(facts.get("owner"), time.time() - _moment(facts)):
        return None
    if facts is not None and facts.get("version") != VERSION:
        return None  # The version of the program that wrote it will want it.
    steps = _steps(found)
    leftover = _said(path, facts, steps) if facts is not None and steps else None
    if leftover is None or _holds_nothing_new(leftover, facts or {}):
        Journal(path).remove()
        return None
    return leftover


def _moment(facts: Record) -> float:
    moment = facts.get("time")
    return float(moment) if isinstance(moment, int | float) else 0.0


def _said(path: Path, facts: Record, steps: Sequence[tuple[str, Network]]) -> Leftover:
    said, name = facts.get("path"), facts.get("name")
    return Leftover(
        path,
        Path(said) if isinstance(said, str) and said else None,
        name if isinstance(name, str) and name else UNTITLED,
        _moment(facts),
        tuple(steps),
        _stamp_of(facts.get("stamp")),
    )


def _steps(found: Sequence[Record | None]) -> list[tuple[str, Network]]:
    """The values that the records lead to; behind a damaged one, from the next whole one on.

    Where the last value is empty and an earlier one is not, that one counts: nobody misses an empty
    graph, and it may be the crash itself that made it.
    """
    steps: list[tuple[str, Network]] = []
    now: Network | None = None
    for record in found:
        now = _next(record, now)
        if record is None or now is None:
            continue
        if steps and _is_empty(now) and _is_empty(steps[-1][1]):
            steps.pop()
        label = record.get("label")
        steps.append((label if isinstance(label, str) else "", now))
        del steps[: -max(10, min(MOST_STEPS, _STEP_NODES // (1 + len(now.graph.nodes))))]
    if steps and _is_empty(steps[-1][1]):
        steps.pop()
    return steps


def _next(record: Record | None, now: Network | None) -> Network | None:
    if record is None:
        return None
    try:
        whole = record.get("whole")
        if isinstance(whole, str):
            return loads(whole)
        return patched(now, record.get("change")) if now is not None else None
    except (FileError, FormatError) as error:
        _log.warning("a record of a copy for recovery is no network: %s", error)
        return None


def _holds_nothing_new(leftover: Leftover, facts: Mapping[str, Any]) -> bool:
    """Whether the last value was saved, or is what the document's file holds."""
    if facts.get("clean") is True:
        return True
    if leftover.path is None:
        return False
    try:
        return changes_nothing(load(leftover.path), leftover.network)
    except FileError:
        return False


def _is_empty(network: Network) -> bool:
    return not network.groups and not network.graph.nodes and not network.graph.notes


def _stamp(path: Path | None) -> Stamp | None:
    if path is None:
        return None
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def _stamp_of(value: Any) -> Stamp | None:
    if isinstance(value, list) and len(value) == 3 and all(isinstance(n, int) for n in value):
        return value[0], value[1], value[2]
    return None
