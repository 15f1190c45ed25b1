"""Making a frame or a note larger or smaller by its corner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from netbuilder.editor.canvas.gestures.gesture import Drag
from netbuilder.editor.canvas.snapping import on_grid
from netbuilder.graph import edits
from netbuilder.graph.model import Network

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

Size = tuple[float, float]
LEAST: dict[str, Size] = {"frame": (96.0, 64.0), "note": (80.0, 40.0)}


class Resize(Drag):
    """The lower right corner follows the mouse.

    Args:
        canvas: Where.
        at: Where the button was pressed.
        event: The press.
        kind: ``frame`` or ``note``.
        name: Its id.
    """

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(
        self,
        canvas: Canvas,
        at: QPointF,
        event: QMouseEvent,
        kind: Literal["frame", "note"],
        name: str,
    ) -> None:
        super().__init__(canvas, at, event)
        self._kind = kind
        self._name = name
        graph = self.tab.graph
        card = graph.frames[name] if kind == "frame" else graph.notes[name]
        self._size, self._position = card.size, card.position

    def follow(self, at: QPointF, event: QMouseEvent) -> None:
        """Put the corner there."""
        delta = at - self.start
        x = self._position[0] + self._size[0] + delta.x()
        y = self._position[1] + self._size[1] + delta.y()
        if not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            x, y = on_grid(self.canvas, x, y)
        least = LEAST[self._kind]
        self._put((max(least[0], x - self._position[0]), max(least[1], y - self._position[1])))

    def end(self, at: QPointF, event: QMouseEvent) -> None:
        """Leave it so."""
        self.abandon()

    def click(self, at: QPointF, event: QMouseEvent) -> None:
        """A click on the corner selects what it belongs to."""
        if self._kind == "frame":
            self.tab.select(frames=[self._name])
        else:
            self.tab.select(notes=[self._name])

    def cancel(self) -> None:
        """Give it the size it had."""
        if self.dragging:
            self._put(self._size)
        self.abandon()

    def abandon(self) -> None:
        """Leave it so."""
        self.tab.seal()

    def _put(self, size: Size) -> None:
        kind, name, group = self._kind, self._name, self.tab.group
        self.tab.do(
            f"Resize {name}",
            lambda network: resized(network, kind, name, size, group),
            merge=self.merge,
        )


def resized(network: Network, kind: str, name: str, size: Size, group: str) -> Network:
    """Give a frame or a note another size.

    Raises:
        EditError: There is none of that name.
    """
    set_card = edits.set_frame if kind == "frame" else edits.set_note
    return set_card(network, name, group, size=size)
