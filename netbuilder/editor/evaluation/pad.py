"""A pad to draw a small picture on, as large as the network takes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from netbuilder.editor.look import Look

_SIDE = 160
_BRUSH = 0.09  # of the longer side
_SOFT = 0.75  # px beyond the brush where it fades


class Pad(QWidget):
    """A picture of pixels: the left button draws, the right one wipes; an image file can be dropped.

    Attributes:
        changed: Another picture is there.
        refused: An image file cannot be read; a sentence.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._shape = (1, 8, 8)
        self._low, self._high = 0.0, 1.0
        self._planes: list[list[list[float]]] = []
        self._last: QPointF | None = None
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(96, 96)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.CrossCursor)
        look.changed.connect(self.update)

    def set_size(self, shape: Sequence[int], low: float, high: float) -> None:
        """Take pictures of another size.

        Args:
            shape: (height, width) or (channels, height, width).
            low: What black is.
            high: What white is.
        """
        channels, height, width = (1, *shape) if len(shape) == 2 else tuple(shape)
        self._shape = (channels, height, width)
        self._flat = len(shape) == 2
        self._low, self._high = low, high if high > low else low + 1
        self.clear()

    def clear(self) -> None:
        """Wipe everything."""
        channels, height, width = self._shape
        self._planes = [[[0.0] * width for _ in range(height)] for _ in range(channels)]
        self.update()

    def put(self, values: Sequence[Any]) -> None:
        """Show a picture as the data have it, nested lists."""
        planes = [values] if self._flat else values
        span = self._high - self._low
        self._planes = [
            [[(float(v or 0.0) - self._low) / span for v in row] for row in plane]
            for plane in planes
        ]
        self.update()

    def values(self) -> list[Any]:
        """The picture as the data have it, nested lists."""
        span = self._high - self._low
        planes = [
            [[self._low + value * span for value in row] for row in plane] for plane in self._planes
        ]
        return planes[0] if self._flat else planes

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A square."""
        return QSize(_SIDE, _SIDE)

    # What a person does.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin a stroke."""
        self._last = None
        self._stroke(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go on with it."""
        if event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton):
            self._stroke(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Delete wipes everything."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
            self.changed.emit()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Read an image file."""
        path = next(url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile())
        event.acceptProposedAction()
        image = QImage(path)
        if image.isNull():
            self.refused.emit(f"{path} is no image that can be read; PNG and JPEG are.")
            return
        self.take(image)

    def take(self, image: QImage) -> None:
        """Show an image, made as large as the network takes it."""
        channels, height, width = self._shape
        scaled = image.scaled(
            QSize(width, height),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        colours = [[scaled.pixelColor(x, y) for x in range(width)] for y in range(height)]
        parts: list[Callable[[QColor], float]] = [QColor.redF, QColor.greenF, QColor.blueF]
        if channels == 1:
            parts = [QColor.lightnessF]
        self._planes = [[[part(c) for c in row] for row in colours] for part in parts]
        self.update()
        self.changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the pixels as squares."""
        painter = QPainter(self)
        painter.drawImage(self._room(), self._image())
        painter.setPen(
            QPen(QColor(self._look.theme.accent if self.hasFocus() else self._look.theme.line))
        )
        painter.drawRect(self._room().adjusted(0, 0, -1, -1))
        painter.end()

    # Inside.

    def _image(self) -> QImage:
        channels, height, width = self._shape
        planes = self._planes if channels == 3 else [self._planes[0]] * 3
        image = QImage(width, height, QImage.Format.Format_RGB32)
        for y in range(height):
            for x in range(width):
                red, green, blue = (min(max(round(plane[y][x] * 255), 0), 255) for plane in planes)
                image.setPixel(x, y, 0xFF000000 | red << 16 | green << 8 | blue)
        return image

    def _room(self) -> QRectF:
        _, height, width = self._shape
        scale = min(self.width() / width, self.height() / height)
        return QRectF(0, 0, width * scale, height * scale)

    def _stroke(self, event: QMouseEvent) -> None:
        room = self._room()
        _, _, width = self._shape
        scale = room.width() / width
        at = QPointF(event.position().x() / scale, event.position().y() / scale)
        ink = 0.0 if event.buttons() & Qt.MouseButton.RightButton else 1.0
        start = self._last or at
        away = at - start
        steps = max(1, math.ceil(math.hypot(away.x(), away.y()) * 2))
        for step in range(1, steps + 1):
            share = step / steps
            self._dab(QPointF(start.x() + away.x() * share, start.y() + away.y() * share), ink)
        self._last = at
        self.update()
        self.changed.emit()

    def _dab(self, at: QPointF, ink: float) -> None:
        _, height, width = self._shape
        radius = max(height, width) * _BRUSH
        reach = math.ceil(radius + _SOFT)
        for y in range(max(0, int(at.y()) - reach), min(height, int(at.y()) + reach + 1)):
            for x in range(max(0, int(at.x()) - reach), min(width, int(at.x()) + reach + 1)):
                away = math.hypot(x + 0.5 - at.x(), y + 0.5 - at.y())
                share = min(max((radius + _SOFT - away) / _SOFT, 0.0), 1.0)
                for plane in self._planes:
                    old = plane[y][x]
                    plane[y][x] = max(old, share) if ink else old * (1 - share)
