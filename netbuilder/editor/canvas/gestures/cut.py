"""Cutting wires with a stroke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from netbuilder.editor.canvas.changing import disconnected
from netbuilder.editor.canvas.gestures.gesture import Drag

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas


class Cut(Drag):
    """Every wire that the stroke crosses is cut.

    Args:
        canvas: Where.
        at: Where the button was pressed.
        event: The press.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas, at: QPointF, event: QMouseEvent) -> None:
        super().__init__(canvas, at, event)
        self._points = [at]

    def follow(self, at: QPointF, event: QMouseEvent) -> None:
        """Draw the stroke on."""
        self._points.append(at)
        self.canvas.overlay.set_cut(self._points)

    def end(self, at: QPointF, event: QMouseEvent) -> None:
        """Cut what was crossed."""
        self._points.append(at)
        self.canvas.overlay.set_cut(None)
        edges = self.canvas.edges_crossing(self._points)
        if edges:
            group = self.tab.group
            label = "Cut a wire" if len(edges) == 1 else f"Cut {len(edges)} wires"
            self.tab.do(label, lambda network: disconnected(network, edges, group))

    def abandon(self) -> None:
        """Cut nothing."""
        self.canvas.overlay.set_cut(None)
