"""How many samples each part of the split has, as a bar with its figures."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QGuiApplication,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from netbuilder.editor.look import ui_font

_HEIGHT = 34
_BAR = 8
_STRENGTHS = (1.0, 0.55, 0.28)


class SplitBar(QWidget):
    """Training, validation and test, each as wide as it is large."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sizes: dict[str, int] = {}
        self.setObjectName("split_bar")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)

    def put(self, sizes: Mapping[str, int]) -> None:
        """Show how many samples each part has."""
        self._sizes = dict(sizes)
        said = ", ".join(f"{part} {size:,}" for part, size in sizes.items())
        self.setAccessibleName("Sizes of the split")
        self.setAccessibleDescription(said)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as there is room."""
        return QSize(280, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bar, and the figures under it."""
        total = sum(self._sizes.values())
        if not total:
            return
        palette = QGuiApplication.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QPainterPath()
        whole.addRoundedRect(QRectF(0, 0, self.width(), _BAR), 4, 4)
        painter.setClipPath(whole)
        left = 0.0
        for size, strength in zip(self._sizes.values(), _STRENGTHS, strict=False):
            wide = self.width() * size / total
            colour = QColor(palette.color(QPalette.ColorRole.Link))
            colour.setAlphaF(strength)
            painter.fillRect(QRectF(left, 0, max(wide - 2, 0), _BAR), colour)
            left += wide
        painter.setClipping(False)
        self._draw_figures(painter, palette)
        painter.end()

    def _draw_figures(self, painter: QPainter, palette: QPalette) -> None:
        font = ui_font(12)
        painter.setFont(font)
        x = 0
        for part, size in self._sizes.items():
            for text, role in ((f"{part} ", "PlaceholderText"), (f"{size:,}", "Text")):
                wide = QFontMetrics(font).horizontalAdvance(text)
                painter.setPen(palette.color(getattr(QPalette.ColorRole, role)))
                place = QRectF(x, _BAR + 6, wide + 4, _HEIGHT - _BAR - 6)
                painter.drawText(place, int(Qt.AlignmentFlag.AlignTop), text)
                x += wide
            x += 16
