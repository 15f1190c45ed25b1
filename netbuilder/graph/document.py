"""An open network with its history; the only thing here that changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from netbuilder.graph.delta import changes_nothing
from netbuilder.graph.model import Graph, Network

T = TypeVar("T")

_CAP = 64 * 2**20
# Measured: a dict of a thousand nodes takes 37 kB, a node with its parameters some hundred bytes.
_BYTES_OF_ENTRY = 48
_BYTES_OF_STEP = 1024


@dataclass(frozen=True, slots=True)
class Change:
    """That a document has another value now.

    Attributes:
        before: The value it had.
        after: The value it has.
        label: What was done, in words: ``Move 3 nodes``; for undo and redo, what was undone or redone.
        origin: Who did it, so that a view can skip its own echo; empty for nobody in particular.
    """

    before: Network
    after: Network
    label: str
    origin: str = ""


@dataclass(slots=True)
class _Step:
    label: str
    before: Network
    after: Network
    merge: str
    size: int


class Document:
    """An open network: edits go through ``do``, and every one can be undone.

    Args:
        network: What was opened.
        cap: How much memory old versions may take, in bytes, by a rough count; the oldest go first.

    Attributes:
        changed: Called with each ``Change``, in order.
    """

    def __init__(self, network: Network | None = None, cap: int = _CAP) -> None:
        self.changed: list[Callable[[Change], None]] = []
        self._network = network or Network()
        self._saved = self._network
        self._cap = cap
        self._done: deque[_Step] = deque()
        self._undone: list[_Step] = []
        self._waiting: deque[Change] = deque()
        self._telling = False

    @property
    def network(self) -> Network:
        """The present value."""
        return self._network

    @property
    def is_clean(self) -> bool:
        """Whether the present value is the saved one."""
        return self._network is self._saved

    @property
    def undo_labels(self) -> tuple[str, ...]:
        """What can be undone, the last thing first."""
        return tuple(step.label for step in reversed(self._done))

    @property
    def redo_labels(self) -> tuple[str, ...]:
        """What can be redone, the next thing first."""
        return tuple(step.label for step in reversed(self._undone))

    @overload
    def do(
        self, label: str, edit: Callable[[Network], Network], merge: str = "", origin: str = ""
    ) -> None: ...
    @overload
    def do(
        self,
        label: str,
        edit: Callable[[Network], tuple[Network, T]],
        merge: str = "",
        origin: str = "",
    ) -> T: ...
    def do(
        self,
        label: str,
        edit: Callable[[Network], Network] | Callable[[Network], tuple[Network, Any]],
        merge: str = "",
        origin: str = "",
    ) -> Any:
        """Do an edit; one that changes nothing is not recorded.

        Args:
            label: What it is, in words, for the menu.
            edit: A pure function; it may return something else behind the network.
            merge: Edits in a row with the same key that is not empty become one step, such as all of a
                drag; ``seal`` ends the row.
            origin: Who does it.

        Returns:
            What the edit returned behind the network, or None.

        Raises:
            Exception: Whatever the edit raises; the document is then as it was.
        """
        result = edit(self._network)
        after, returned = result if isinstance(result, tuple) else (result, None)
        before = self._network
        if changes_nothing(before, after):
            return returned
        last = self._done[-1] if self._done else None
        if last is not None and merge and last.merge == merge and not self._undone:
            last.after, last.label = after, label
            if changes_nothing(last.before, after):
                # There and back again: the step is gone, and so is the difference from before it.
                after = last.before
                self._done.pop()
        else:
            self._done.append(_Step(label, before, after, merge, _size(before, after)))
            self._undone.clear()
            self._forget()
        self._become(Change(before, after, label, origin))
        return returned

    def undo(self, origin: str = "") -> bool:
        """Go back one step; return whether there was one."""
        return self.go(len(self._done) - 1, origin)

    def redo(self, origin: str = "") -> bool:
        """Go forward one step that was undone; return whether there was one."""
        return self.go(len(self._done) + 1, origin)

    def go(self, state: int, origin: str = "") -> bool:
        """Go to another state of the history at once; return whether it is another one.

        Args:
            state: How many of the known steps are done there, from 0; beyond the ends it is the end.
            origin: Who asks for it.
        """
        before, stood, label = self._network, len(self._done), ""
        while len(self._done) > max(state, 0):
            step = self._done.pop()
            self._undone.append(step)
            self._network, label = step.before, step.label
        while self._undone and len(self._done) < state:
            step = self._undone.pop()
            step.merge = ""
            self._done.append(step)
            self._network, label = step.after, step.label
        if len(self._done) == stood:
            return False
        self._become(Change(before, self._network, label, origin))
        return True

    def seal(self) -> None:
        """Let the next edit be a step of its own, whatever its merge key; the mouse was released."""
        if self._done:
            self._done[-1].merge = ""

    def mark_saved(self) -> None:
        """Say that the present value is on the disk."""
        self._saved = self._network
        self.seal()

    def _become(self, change: Change) -> None:
        """Take the new value and tell; a change made while telling is told after this one."""
        self._network = change.after
        self._waiting.append(change)
        if self._telling:
            return
        self._telling = True
        try:
            while self._waiting:
                told = self._waiting.popleft()
                for call in tuple(self.changed):
                    call(told)
        finally:
            self._telling = False
            self._waiting.clear()

    def _forget(self) -> None:
        """Drop the oldest steps above the cap; the last one always stays."""
        total = sum(step.size for step in self._done)
        while total > self._cap and len(self._done) > 1:
            total -= self._done.popleft().size


def _size(before: Network, after: Network) -> int:
    """About how many bytes a step keeps alive: the mappings that are not shared."""
    size = _BYTES_OF_STEP
    kept = {id(graph) for _, graph in after.graphs()}
    for _, graph in before.graphs():
        if id(graph) not in kept:
            size += _BYTES_OF_ENTRY * _unshared(graph, after)
    return size


def _unshared(graph: Graph, after: Network) -> int:
    others = [other for _, other in after.graphs()]
    entries = 0
    for name in ("nodes", "edges", "frames", "notes"):
        part = getattr(graph, name)
        if not any(getattr(other, name) is part for other in others):
            entries += len(part)
    return entries
