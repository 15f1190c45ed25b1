"""A small picture of how values are spread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

_HEIGHT = 52


class Histogram(QWidget):
    """Bars, the highest as high as there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setObjectName("histogram")

    def put(self, counts: Sequence[float]) -> None:
        """Show how many values fall into each part of their range."""
        counts = tuple(max(float(count), 0.0) for count in counts)
        if counts != self._counts:
            self._counts = counts
            peak = counts.index(max(counts)) + 1 if counts else 0
            self.setAccessibleName("Histogram of the outputs")
            self.setAccessibleDescription(f"{len(counts)} bars, the highest is bar {peak}")
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as there is room."""
        return QSize(160, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bars."""
        top = max(self._counts, default=0.0)
        if not top:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colour = QColor(QGuiApplication.palette().color(QPalette.ColorRole.Link))
        colour.setAlphaF(0.75)
        painter.setBrush(colour)
        step = self.width() / len(self._counts)
        for index, count in enumerate(self._counts):
            height = max(count / top * self.height(), 1.5)
            bar = QRectF(index * step, self.height() - height, max(step - 1.5, 1.0), height)
            painter.drawRoundedRect(bar, 1, 1)
        painter.end()
