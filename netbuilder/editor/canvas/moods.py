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
        hovered: The card the pointer is over; empty for none.
        linked: The cards that share weights with it.
    """

    def __init__(self, show: Callable[[str, Mood], None]) -> None:
        self.edge: Endpoint | None = None
        self.changed: dict[str, Mood] = {}
        self._show = show
        self._selected: frozenset[str] = frozenset()
        self._running: frozenset[str] = frozenset()
        self.hovered = ""
        self._port: tuple[str, str] | None = None
        self.linked: frozenset[str] = frozenset()
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
        self.hovered, self._port, self.linked = "", None, frozenset()
        self._live.clear()
        self._fitting = None

    def forget(self, node: str) -> None:
        """Forget a node that is gone."""
        self.changed.pop(node, None)
        self._live.pop(node, None)
        if node == self.hovered:
            self.hovered, self._port = "", None

    def select(self, nodes: Iterable[str]) -> None:
        """Show these as selected, and no others."""
        old, self._selected = self._selected, frozenset(nodes)
        self._refresh(old ^ self._selected)

    def run(self, nodes: Iterable[str]) -> None:
        """Show these as being worked on, and no others."""
        old, self._running = self._running, frozenset(nodes)
        self._refresh(old ^ self._running)

    def hover(
        self,
        node: str,
        port: tuple[str, str] | None = None,
        linked: frozenset[str] = frozenset(),
    ) -> None:
        """Show the card and the port the pointer is over, and the cards it shares weights with."""
        old = self.hovered
        if (old, self._port, self.linked) != (node, port, linked):
            touched = {old, node} | (self.linked ^ linked)
            self.hovered, self._port, self.linked = node, port, linked
            self._refresh(touched - {""})

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
                node == self.hovered,
                self._port if node == self.hovered else None,
                node in self._running,
                self._fitting.get(node, frozenset()) if self._fitting is not None else None,
                self._live.get(node, ()),
                node in self.linked,
            )
            if mood == self.of(node):
                continue
            if mood == CALM:
                self.changed.pop(node, None)
            else:
                self.changed[node] = mood
            self._show(node, mood)
