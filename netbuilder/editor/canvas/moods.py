"""What is true of cards besides what stands on them: selected, hovered, running, fitting a wire."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from netbuilder.editor.canvas.painting import CALM, Mood, by_node
from netbuilder.graph.model import Endpoint


class Moods:
    """Puts together the state of every card; calm cards are not kept.

    Args:
        show: Called with a node and its state when that has become another.

    Attributes:
        edge: The wire the pointer is over.
        changed: The states of cards that are not calm, by node.
    """

    def __init__(self, show: Callable[[str, Mood], None]) -> None:
        self.edge: Endpoint | None = None
        self.changed: dict[str, Mood] = {}
        self._show = show
        self._selected: frozenset[str] = frozenset()
        self._running: frozenset[str] = frozenset()
        self._hovered = ""
        self._port: tuple[str, str] | None = None
        self._live: dict[str, tuple[float, ...]] = {}
        self._fitting: dict[str, frozenset[tuple[str, str]]] | None = None

    def of(self, node: str) -> Mood:
        """Return the state of a card."""
        return self.changed.get(node, CALM)

    def clear(self) -> None:
        """Forget everything; another graph is shown."""
        self.edge = None
        self.changed.clear()
        self._selected, self._running = frozenset(), frozenset()
        self._hovered, self._port = "", None
        self._live.clear()
        self._fitting = None

    def forget(self, node: str) -> None:
        """Forget a node that is gone."""
        self.changed.pop(node, None)
        self._live.pop(node, None)
        if node == self._hovered:
            self._hovered, self._port = "", None

    def select(self, nodes: Iterable[str]) -> None:
        """Show these as selected, and no others."""
        old, self._selected = self._selected, frozenset(nodes)
        self._refresh(old ^ self._selected)

    def run(self, nodes: Iterable[str]) -> None:
        """Show these as being worked on, and no others."""
        old, self._running = self._running, frozenset(nodes)
        self._refresh(old ^ self._running)

    def hover(self, node: str, port: tuple[str, str] | None = None) -> None:
        """Show the card and the port the pointer is over."""
        old = self._hovered
        if (old, self._port) != (node, port):
            self._hovered, self._port = node, port
            self._refresh({old, node} - {""})

    def live(self, node: str, points: Sequence[float]) -> None:
        """Show a node's latest activity; none takes it away."""
        if points:
            self._live[node] = tuple(points)
        else:
            self._live.pop(node, None)
        self._refresh([node])

    def fit(self, fits: Mapping[tuple[str, str, str], str] | None, nodes: Collection[str]) -> None:
        """Show which ports a dragged wire may go into."""
        self._fitting = by_node(fits, nodes) if fits is not None else None
        self._refresh(nodes)

    def _refresh(self, nodes: Iterable[str]) -> None:
        for node in nodes:
            mood = Mood(
                node in self._selected,
                node == self._hovered,
                self._port if node == self._hovered else None,
                node in self._running,
                self._fitting.get(node, frozenset()) if self._fitting is not None else None,
                self._live.get(node, ()),
            )
            if mood == self.of(node):
                continue
            if mood == CALM:
                self.changed.pop(node, None)
            else:
                self.changed[node] = mood
            self._show(node, mood)
