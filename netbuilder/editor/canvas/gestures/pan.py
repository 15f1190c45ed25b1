"""Moving the view with the hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from netbuilder.editor.canvas.gestures.gesture import Gesture

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas


class Pan(Gesture):
    """The canvas follows the mouse.

    Args:
        canvas: Where.
        event: The press.
    """

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, canvas: Canvas, event: QMouseEvent) -> None:
        super().__init__(canvas)
        self._last = event.position()
        canvas.set_moving(True)

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        """Follow; on the screen, because the scene moves along."""
        step = event.position() - self._last
        self._last = event.position()
        self.canvas.pan_by(step.x(), step.y())

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        """Draw carefully again."""
        self.canvas.set_moving(False)

    def abandon(self) -> None:
        """Stay here; where one looks is not part of the document."""
        self.canvas.set_moving(False)
