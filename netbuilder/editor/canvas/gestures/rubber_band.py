"""Selecting with a rectangle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QMouseEvent

from netbuilder.editor.canvas.gestures.gesture import Drag
from netbuilder.editor.tab import Selection

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas


class RubberBand(Drag):
    """Selects all nodes, frames and notes that a rectangle holds or touches.

    Args:
        canvas: Where.
        at: Where the button was pressed.
        event: The press.
        adds: Whether what is selected stays so.
        frame: The frame that was pressed, which a click selects; empty for none.
    """

    def __init__(
        self, canvas: Canvas, at: QPointF, event: QMouseEvent, *, adds: bool, frame: str = ""
    ) -> None:
        super().__init__(canvas, at, event)
        self._adds = adds
        self._frame = frame
        self._before = self.tab.selection
        self._kept = self._before if adds else Selection()

    def follow(self, at: QPointF, event: QMouseEvent) -> None:
        """Select what the rectangle touches."""
        rect = QRectF(self.start, at).normalized()
        canvas, kept = self.canvas, self._kept
        canvas.overlay.set_rubber(rect)
        self.tab.select(
            kept.nodes | canvas.nodes_in(rect),
            kept.edges,
            kept.frames | canvas.frames_in(rect),
            kept.notes | canvas.notes_in(rect),
        )

    def end(self, at: QPointF, event: QMouseEvent) -> None:
        """Take the rectangle away."""
        self.canvas.overlay.set_rubber(None)

    def click(self, at: QPointF, event: QMouseEvent) -> None:
        """A click beside everything selects nothing, or the frame it is in."""
        if self._frame and self._adds:
            now = self._before
            self.tab.select(now.nodes, now.edges, now.frames ^ {self._frame}, now.notes)
        elif self._frame:
            self.tab.select(frames=[self._frame])
        elif not self._adds:
            self.tab.select()

    def cancel(self) -> None:
        """Select what was selected before."""
        self.abandon()
        before = self._before
        self.tab.select(before.nodes, before.edges, before.frames, before.notes)

    def abandon(self) -> None:
        """Take the rectangle away."""
        self.canvas.overlay.set_rubber(None)
