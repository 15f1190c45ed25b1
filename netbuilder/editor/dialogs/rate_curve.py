"""The curve of the learning-rate finder: the loss over the logarithm of the rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from netbuilder.editor.look import ui_font

_HEIGHT = 150
_OVER = 1.25  # times the first loss are shown; what diverges leaves at the top
_LINE = 16  # px of a line of text


class RateCurve(QWidget):
    """The smoothed loss while the rate rises, with the suggestion and the recipe's own rate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: list[tuple[float, float]] = []
        self._suggested: float | None = None
        self._mine = 0.0
        self.setObjectName("rate_curve")
        self.setAccessibleName("Loss over the learning rate")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)

    def put(
        self, points: Sequence[tuple[float, float]], suggested: float | None, mine: float
    ) -> None:
        """Show a curve.

        Args:
            points: (learning rate, loss), rates above 0 and rising.
            suggested: The rate that is suggested, if any is.
            mine: The recipe's.
        """
        self._points = [point for point in points if point[0] > 0]
        self._suggested, self._mine = suggested, mine
        said = f"Suggested {suggested:.2g}. " if suggested else ""
        self.setAccessibleDescription(f"{said}The recipe has {mine:.3g}.")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as there is room."""
        return QSize(320, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the curve, its axis, and where the two rates are."""
        if len(self._points) < 2:
            return
        palette = QGuiApplication.palette()
        quiet = palette.color(QPalette.ColorRole.PlaceholderText)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(11))
        area = QRectF(self.rect()).adjusted(1, 2 * _LINE + 2, -1, -_LINE - 4)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(quiet)
        self._write_decades(painter, area)
        accent = palette.color(QPalette.ColorRole.Link)
        self._mark(painter, area, self._mine, "recipe", quiet, Qt.PenStyle.DashLine, 1)
        if self._suggested:
            self._mark(painter, area, self._suggested, "suggested", accent, Qt.PenStyle.SolidLine)
        painter.setClipRect(area.adjusted(-1, -1, 1, 1))
        painter.setPen(QPen(accent, 1.8))
        painter.drawPolyline(QPolygonF(self._drawn(area)))
        painter.end()

    def _drawn(self, area: QRectF) -> list[QPointF]:
        losses = [loss for _, loss in self._points]
        low = min(losses)
        high = max(losses[0] * _OVER, low + 1e-12)
        return [
            QPointF(
                self._across(area, rate),
                area.bottom() - (loss - low) / (high - low) * area.height(),
            )
            for rate, loss in self._points
        ]

    def _across(self, area: QRectF, rate: float) -> float:
        first, last = math.log10(self._points[0][0]), math.log10(self._points[-1][0])
        share = (math.log10(max(rate, 1e-30)) - first) / max(last - first, 1e-9)
        return area.left() + min(max(share, 0.0), 1.0) * area.width()

    def _write_decades(self, painter: QPainter, area: QRectF) -> None:
        first = math.ceil(math.log10(self._points[0][0]) - 1e-6)
        last = math.floor(math.log10(self._points[-1][0]) + 1e-6)
        for power in range(first, last + 1):
            x = self._across(area, 10.0**power)
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 3))
            self._write(painter, f"{10.0**power:g}", x, area.bottom() + 4)

    def _mark(
        self,
        painter: QPainter,
        area: QRectF,
        rate: float,
        word: str,
        colour: QColor,
        style: Qt.PenStyle,
        line: int = 0,
    ) -> None:
        """Draw a line down from a word; the two words stand on lines of their own."""
        x = self._across(area, rate)
        painter.setPen(QPen(colour, 1.2, style))
        painter.drawLine(QPointF(x, (line + 1) * _LINE), QPointF(x, area.bottom()))
        painter.setPen(colour)
        self._write(painter, f"{word} {rate:.3g}", x, line * _LINE)

    def _write(self, painter: QPainter, text: str, x: float, y: float) -> None:
        """Write a text around a place, inside of the picture."""
        wide = painter.fontMetrics().horizontalAdvance(text) + 2
        left = min(max(x - wide / 2, 0.0), self.width() - wide)
        painter.drawText(QRectF(left, y, wide, _LINE), int(Qt.AlignmentFlag.AlignCenter), text)
