"""An explained image: the sample, and beside it what speaks for what is said and against it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.training.words import figure

_GAP = 12.0
_FOOT = 22.0
_HINT = "Red speaks for it, blue against it. The pointer reads pixels."


class HeatView(QWidget):
    """Two pictures side by side; the pixel under the pointer is told below them."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._found: Mapping[str, Any] = {}
        self._images: list[QImage] = []
        self._mouse: QPointF | None = None
        self.setObjectName("explained_image")
        self.setAccessibleName("Explained image")
        self.setToolTip(
            "The sample, and what the network goes by: red speaks for it, blue against it"
        )
        self.setMouseTracking(True)
        self.setMinimumSize(180, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.update)

    def put(self, found: Mapping[str, Any]) -> None:
        """Show what ``pictures`` of the worker's answer holds."""
        self._found = found
        size = found["width"], found["height"]
        self._images = [_image(found[name], *size) for name in ("sample", "heat")]
        counts = found["counts"]
        most = max(range(len(counts)), key=lambda place: abs(counts[place]))
        self.setAccessibleDescription(f"What counts most is {self._told(most)}")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Two squares."""
        return QSize(420, 220)

    def rect_of(self, number: int) -> QRectF:
        """Where a picture is drawn: 0 is the sample, 1 what was found."""
        if not self._images:
            return QRectF()
        room = QRectF(0, 0, (self.width() - _GAP) / 2, self.height() - _FOOT)
        size = (
            self._images[0].size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        )
        return QRectF(number * (size.width() + _GAP), 0, size.width(), size.height())

    @property
    def reading(self) -> str:
        """What is said of the pixel under the pointer, or what the colours mean."""
        if self._mouse is None or not self._images:
            return _HINT
        for number in range(2):
            rect = self.rect_of(number)
            if rect.contains(self._mouse):
                across = (self._mouse.x() - rect.left()) / rect.width()
                down = (self._mouse.y() - rect.top()) / rect.height()
                column = min(int(across * self._found["width"]), self._found["width"] - 1)
                row = min(int(down * self._found["height"]), self._found["height"] - 1)
                return self._told(row * self._found["width"] + column)
        return _HINT

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tell the pixel."""
        self._mouse = event.position()
        self.update()

    def leaveEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Tell what the colours mean."""
        self._mouse = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the pictures with square pixels."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setFont(ui_font(11))
        for number, image in enumerate(self._images):
            rect = self.rect_of(number)
            painter.drawImage(rect, image)
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(QColor(theme.secondary))
        below = QRectF(0, self.rect_of(0).bottom() + 2, self.width(), _FOOT - 2)
        cut = QFontMetricsF(painter.font()).elidedText(
            self.reading, Qt.TextElideMode.ElideRight, below.width()
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, cut)
        painter.end()

    def _told(self, place: int) -> str:
        row, column = divmod(place, self._found["width"])
        step, count = self._found["step"], self._found["counts"][place]
        sign = "+" if count > 0 else ""
        return f"row {row * step}, column {column * step}: {sign}{figure(count)}"


def _image(text: str, width: int, height: int) -> QImage:
    data = base64.b64decode(text)
    made = QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return made.copy()  # a QImage does not keep the bytes alive
