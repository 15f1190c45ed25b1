"""Moving nodes, frames and notes; a lone node that is dropped on a wire goes into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent

from netbuilder.editor.canvas.changing import Positions, moved, spliced
from netbuilder.editor.canvas.gestures.gesture import Drag
from netbuilder.editor.canvas.ports import insert_ports, is_loose
from netbuilder.editor.canvas.snapping import Snapping
from netbuilder.editor.canvas.standing import chosen_positions
from netbuilder.editor.tab import Selection
from netbuilder.graph.model import Endpoint

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

_REACH = 16.0  # px on the screen from a card's middle to a wire that it may go into


class Move(Drag):
    """What is selected follows the mouse, and snaps to the grid and to its neighbours.

    Args:
        canvas: Where.
        at: Where the button was pressed.
        event: The press.
        clicked: What a click selects, where the press did not select it already.
    """

    def __init__(
        self, canvas: Canvas, at: QPointF, event: QMouseEvent, clicked: Selection | None = None
    ) -> None:
        super().__init__(canvas, at, event)
        self._clicked = clicked
        self._starts = Positions()
        self._edge: Endpoint | None = None
        self._ports: tuple[str, str] | None = None

    def begin(self) -> None:
        """Note where everything is."""
        self._starts = chosen_positions(self.canvas)
        graph = self.tab.graph
        # What taking back leads to: the places as the document had them.
        self._first = Positions(
            {name: graph.nodes[name].position for name in self._starts.nodes},
            {name: graph.frames[name].position for name in self._starts.frames},
            {name: graph.notes[name].position for name in self._starts.notes},
        )
        self._snapping = Snapping(self.canvas, self._starts)
        self._lone = self._lone_node()
        self.canvas.set_moving(True)

    def follow(self, at: QPointF, event: QMouseEvent) -> None:
        """Move there, as far as the grid and the neighbours like."""
        delta = at - self.start
        dx, dy = delta.x(), delta.y()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.canvas.overlay.set_guides(())
        else:
            dx, dy = self._snapping.snap(dx, dy)
        self._put(self._starts.by(dx, dy))
        if self._lone:
            self._seek_edge()

    def end(self, at: QPointF, event: QMouseEvent) -> None:
        """Leave everything there, and put a lone node into the wire below it."""
        edge, ports, group = self._edge, self._ports, self.tab.group
        if edge is not None and ports is not None:
            node = self._lone
            self.tab.do(
                f"Insert {node}",
                lambda network: spliced(network, edge, node, ports, group),
                merge=self.merge,
            )
        self.abandon()

    def click(self, at: QPointF, event: QMouseEvent) -> None:
        """One of several that are selected was clicked: now it alone is."""
        if self._clicked is not None:
            now = self._clicked
            self.tab.select(now.nodes, now.edges, now.frames, now.notes)

    def cancel(self) -> None:
        """Put everything back."""
        if self.dragging:
            self._put(self._first)
        self.abandon()

    def _put(self, places: Positions) -> None:
        group = self.tab.group
        self.tab.do(self._label(), lambda network: moved(network, places, group), merge=self.merge)

    def _label(self) -> str:
        names = [*self._starts.nodes, *self._starts.frames, *self._starts.notes]
        if len(names) == 1:
            return f"Move {names[0]}"
        return f"Move {len(names)} cards"

    def _lone_node(self) -> str:
        """The one node that is moved, where no wire holds it."""
        if len(self._starts) != 1 or len(self._starts.nodes) != 1:
            return ""
        name = next(iter(self._starts.nodes))
        return name if is_loose(self.tab.graph, name) else ""

    def _seek_edge(self) -> None:
        """Find the wire below the node that it would go into, and light it up."""
        card = self.canvas.card(self._lone)
        if card is None:
            return
        middle = QRectF(card.x, card.y, card.width, card.height).center()
        edge = self.canvas.edge_near(middle, _REACH / self.canvas.zoom)
        if edge != self._edge:
            self._edge = edge
            self._ports = insert_ports(self.tab, edge, self._lone) if edge else None
            self.canvas.overlay.set_drop_edge(edge if self._ports else None)

    def abandon(self) -> None:
        """Leave everything where it is."""
        self.tab.seal()
        self.canvas.overlay.set_guides(())
        self.canvas.overlay.set_drop_edge(None)
        self.canvas.set_moving(False)
