"""What all gestures have in common."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

# px on the screen that the mouse may tremble before a press becomes a drag.
THRESHOLD = 4.0

_numbers = count(1)


def next_merge() -> str:
    """Return a key by which the edits of one gesture become one step, and no other's."""
    return f"gesture {next(_numbers)}"


class Gesture:
    """Something a press began; it ends with the release, or is taken back.

    Args:
        canvas: Where.

    Attributes:
        cursor: How the pointer looks meanwhile; None for as it is.
    """

    cursor: Qt.CursorShape | None = None

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.tab = canvas.tab
        self.merge = next_merge()

    @property
    def scrolls(self) -> bool:
        """Whether the view moves on while the mouse is at its edge."""
        return False

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        """The mouse moved to a point of the scene."""

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        """The button was released."""

    def cancel(self) -> None:
        """Take everything back."""
        self.abandon()

    def abandon(self) -> None:
        """Stop here: the document went another way meanwhile. What was drawn goes."""


class Drag(Gesture):
    """A gesture that begins once the mouse has moved far enough; until then it is a click.

    Args:
        canvas: Where.
        at: Where the button was pressed, in the scene.
        event: The press.
    """

    def __init__(self, canvas: Canvas, at: QPointF, event: QMouseEvent) -> None:
        super().__init__(canvas)
        self.start = at
        self._pressed = event.position()
        self.dragging = False

    @property
    def scrolls(self) -> bool:
        """Whether it is dragged: what is beside the view can be reached, too."""
        return self.dragging

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        """Begin once the mouse is far enough away, then follow it."""
        if not self.dragging:
            if (event.position() - self._pressed).manhattanLength() < THRESHOLD:
                return
            self.dragging = True
            self.begin()
        self.follow(at, event)

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        """End the drag; one that never began was a click."""
        if self.dragging:
            self.end(at, event)
        else:
            self.click(at, event)

    def begin(self) -> None:
        """The mouse was moved far enough."""

    def follow(self, at: QPointF, event: QMouseEvent) -> None:
        """The mouse is at another point."""

    def end(self, at: QPointF, event: QMouseEvent) -> None:
        """The button was released after a drag."""

    def click(self, at: QPointF, event: QMouseEvent) -> None:
        """The button was released where it was pressed."""
