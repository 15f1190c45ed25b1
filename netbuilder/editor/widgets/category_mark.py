"""The icon of a node's type in the colour of its category."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from netbuilder.editor.look import Look
from netbuilder.editor.node_icons import SIDE, ink_of, paint_node_icon


class CategoryMark(QWidget):
    """An icon that says what a node is, and by its colour of what category."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._key = self._colour = ""
        self.setFixedSize(SIDE, SIDE)
        look.changed.connect(self.update)

    def put(self, key: str, colour: str, category: str) -> None:
        """Show an icon; the category's name is said to screen readers and in the tool tip."""
        self._key, self._colour = key, colour
        self.setAccessibleName(category)
        self.setToolTip(category)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        painter = QPainter(self)
        ink = ink_of(self._colour, self._look.theme)
        paint_node_icon(painter, QRectF(self.rect()), self._key, ink)
        painter.end()
