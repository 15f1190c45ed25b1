"""The small angle that says that something opens."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

_SIDE = 20


class ChevronButton(QAbstractButton):
    """A button inside of a field, at its right end, that opens a menu."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(_SIDE, _SIDE)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the angle, and a ring while it has the focus."""
        painter = QPainter(self)
        middle = QPointF(self.width() / 2, self.height() / 2)
        draw_chevron(painter, middle, down=True, strong=self.underMouse())
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QGuiApplication.palette().color(QPalette.ColorRole.Link), 1))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 4, 4)
        painter.end()


def draw_chevron(painter: QPainter, middle: QPointF, *, down: bool, strong: bool = False) -> None:
    """Draw the angle in the theme's quiet colour, pointing down or to the right."""
    role = QPalette.ColorRole.Text if strong else QPalette.ColorRole.PlaceholderText
    pen = QPen(QGuiApplication.palette().color(role), 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    ends = [(-3.0, -1.5), (0.0, 1.5), (3.0, -1.5)] if down else [(-1.5, -3), (1.5, 0), (-1.5, 3)]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    painter.drawPolyline([middle + QPointF(x, y) for x, y in ends])
    painter.restore()
