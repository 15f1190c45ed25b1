"""The dots behind the cards."""

from __future__ import annotations

from math import floor

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsView

from netbuilder.editor.canvas.geometry import grown
from netbuilder.editor.canvas.painting import Ink

STEP = 24.0  # px of the scene between two dots
_LEAST = 16.0  # px of the screen between two dots; nearer ones are left out
_HIGH = 4


class Grid:
    """Draws the canvas behind the cards: one row of dots is made, and put down row by row.

    Attributes:
        visible: Whether there are dots.
    """

    def __init__(self) -> None:
        self.visible = True
        self._row: QPixmap | None = None
        self._made_for: tuple[float, int, float] = (0.0, 0, 0.0)

    def forget(self) -> None:
        """Make the row anew: the colours are others."""
        self._row = None

    def draw(self, painter: QPainter, rect: QRectF, view: QGraphicsView, ink: Ink) -> None:
        """Draw the part behind a rectangle of the scene."""
        # A little more than asked for: rounding must not leave a line out.
        edge = 1.0 / view.transform().m11()
        painter.fillRect(grown(rect, edge), ink.colour(ink.theme.canvas))
        if not self.visible:
            return
        scale = view.transform().m11()
        apart = STEP * scale
        while apart < _LEAST:
            apart *= 2
        width = view.viewport().width()
        row = self._dots(apart, width, view.devicePixelRatioF(), ink)
        exposed = view.viewportTransform().mapRect(rect)
        origin = view.viewportTransform().map(QPointF(0, 0))
        left = origin.x() - apart * floor(origin.x() / apart) - apart
        first = floor((exposed.top() - _HIGH - origin.y()) / apart)
        painter.save()
        painter.resetTransform()
        y = origin.y() + first * apart
        while y < exposed.bottom() + _HIGH:
            painter.drawPixmap(QPointF(round(left), round(y - _HIGH / 2)), row)
            y += apart
        painter.restore()

    def _dots(self, apart: float, width: int, ratio: float, ink: Ink) -> QPixmap:
        if self._row is not None and self._made_for == (apart, width, ratio):
            return self._row
        self._made_for = apart, width, ratio
        total = width + 2 * apart
        row = QPixmap(round(total * ratio), round(_HIGH * ratio))
        row.setDevicePixelRatio(ratio)
        row.fill(Qt.GlobalColor.transparent)
        painter = QPainter(row)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink.colour(ink.theme.dot))
        for i in range(int(total / apart) + 1):
            painter.drawEllipse(QPointF(round(i * apart) + 0.0, _HIGH / 2), 1.1, 1.1)
        painter.end()
        self._row = row
        return row
