"""The legend of the heat on the canvas: from nothing to the most there is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from netbuilder.editor.canvas.heat import opacity_at
from netbuilder.editor.look import Look

_BAR = 72
_GAP = 6


class HeatScale(QWidget):
    """A bar from the coolest to the hottest, with a figure at both ends."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.low, self.high = "", ""
        look.changed.connect(self.update)

    def put(self, low: str, high: str) -> None:
        """Show these figures at the ends."""
        self.low, self.high = low, high
        self.setAccessibleName(f"Heat from {low} to {high}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The bar with both figures, as high as the choosers beside it."""
        metrics = self.fontMetrics()
        texts = metrics.horizontalAdvance(self.low) + metrics.horizontalAdvance(self.high)
        return QSize(texts + _BAR + 2 * _GAP, 32)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As much as it needs."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bar as cards look, and the figures."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        start = self.fontMetrics().horizontalAdvance(self.low) + _GAP
        bar = QRectF(start, self.height() / 2 - 5, _BAR, 10)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for share in (0.0, 1.0):
            colour = QColor(theme.error)
            colour.setAlphaF(opacity_at(share))
            gradient.setColorAt(share, colour)
        painter.setPen(QColor(theme.line))
        painter.setBrush(QColor(theme.card))
        painter.drawRoundedRect(bar, 3, 3)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 3, 3)
        painter.setPen(QColor(theme.secondary))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), int(middle | Qt.AlignmentFlag.AlignLeft), self.low)
        right = self.rect().adjusted(round(bar.right()) + _GAP, 0, 0, 0)
        painter.drawText(right, int(middle | Qt.AlignmentFlag.AlignLeft), self.high)
        painter.end()
