"""The decision surface of the shown run: classes as colours, how sure as strength, the samples on top."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from netbuilder.app.theme import CATEGORY_COLOURS, Theme
from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.style import mix
from netbuilder.editor.training.plane import Plane
from netbuilder.editor.training.words import figure

WIDTH = 196
_EDGE, _HEAD, _FOOT = 12.0, 32.0, 22.0
_UNSURE, _SURE = 0.08, 0.48  # how strong a class's colour is where the network is unsure and sure
_LEVELS = 32
_RADIUS = 3.2
_FEW, _CROWD = 30, 150  # samples up to which marks are larger, and above which smaller
_MARKS = 5


class SurfaceView(QWidget):
    """A square picture of the plane; the pointer, or the arrow keys, read what the network says there."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._plane: Plane | None = None
        self._image = QImage()
        self._marks = QPixmap()
        self._marks_of: tuple[object, ...] = ()
        self._place: tuple[float, float] | None = None
        self.setObjectName("decision_surface")
        self.setAccessibleName("Decision surface")
        self.setToolTip(
            "What the network says over the plane of its two inputs; filled marks are samples of the "
            "training, hollow ones of the validation; arrow keys read values"
        )
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMaximumWidth(WIDTH)
        look.changed.connect(self._tint)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The size it likes to have."""
        return QSize(WIDTH, 220)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Nothing: a surface gives way, it keeps no window from becoming narrow."""
        return QSize(0, 0)

    @property
    def plane(self) -> Plane | None:
        """What is shown."""
        return self._plane

    @property
    def reading(self) -> str:
        """What is read at the pointer; empty where nothing is."""
        if self._plane is None or self._place is None:
            return ""
        return self._plane.reading(*self._place)

    def show_plane(self, plane: Plane | None) -> None:
        """Show a surface; None shows nothing."""
        if plane is not self._plane:
            self._plane = plane
            self._tint()

    @property
    def area(self) -> QRectF:
        """Where the plane is drawn."""
        side = min(self.width() - 2 * _EDGE, self.height() - _HEAD - _FOOT)
        side = max(side, 1.0)
        return QRectF((self.width() - side) / 2, _HEAD, side, side)

    # Drawing.

    def _tint(self) -> None:
        plane = self._plane
        self._image = _picture(plane, self._look.theme) if plane else QImage()
        self.setAccessibleDescription(self._words())
        self.update()

    def _words(self) -> str:
        plane = self._plane
        if plane is None:
            return ""
        said = ", ".join(plane.classes) or f"{figure(plane.low)} to {figure(plane.high)}"
        return f"after epoch {plane.epoch:,}: {said}"

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the plane, its samples, and what is read."""
        plane, theme, area = self._plane, self._look.theme, self.area
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if plane is not None:
            self._draw_head(painter, plane, theme)
            painter.save()
            clip = QPainterPath()
            clip.addRoundedRect(area, 6, 6)
            painter.setClipPath(clip)
            painter.drawImage(area, self._image)
            painter.drawPixmap(area.topLeft(), self._samples(plane, area.width()))
            painter.restore()
            self._draw_foot(painter, plane, theme, area)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _samples(self, plane: Plane, side: float) -> QPixmap:
        """The samples, drawn anew when they, their room or the colours are others."""
        ratio, theme = self.devicePixelRatioF(), self._look.theme
        ends = (plane.low, plane.high)
        key = (plane.samples, ends, plane.classes, side, ratio, theme)
        if key != self._marks_of:
            self._marks_of = key
            self._marks = _marks(plane, theme, side, ratio)
        return self._marks

    def _draw_head(self, painter: QPainter, plane: Plane, theme: Theme) -> None:
        painter.setFont(ui_font(13))
        painter.setPen(QColor(theme.text))
        box = QRectF(_EDGE, 8, self.width() - 2 * _EDGE, 20)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeft, "surface")
        painter.setFont(ui_font(12))
        painter.setPen(QColor(theme.secondary))
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, f"epoch {plane.epoch:,}")

    def _draw_foot(self, painter: QPainter, plane: Plane, theme: Theme, area: QRectF) -> None:
        painter.setFont(ui_font(11))
        painter.setPen(QColor(theme.secondary))
        box = QRectF(_EDGE, area.bottom() + 4, self.width() - 2 * _EDGE, _FOOT - 6)
        middle = Qt.AlignmentFlag.AlignVCenter
        if self._place is not None:
            at = QPointF(
                area.left() + self._place[0] * area.width(),
                area.bottom() - self._place[1] * area.height(),
            )
            text, metrics = self.reading, QFontMetricsF(painter.font())
            if metrics.horizontalAdvance(text) > box.width():
                text = plane.reading(*self._place, named=False)
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignHCenter, text)
            painter.setPen(QPen(QColor(theme.text), 1))
            painter.drawLine(at - QPointF(5, 0), at + QPointF(5, 0))
            painter.drawLine(at - QPointF(0, 5), at + QPointF(0, 5))
        elif plane.classes:
            _draw_legend(painter, plane, theme, box)
        else:
            text = f"{figure(plane.low)} to {figure(plane.high)}"
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignHCenter, text)

    # Hands.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Read at the pointer."""
        area, at = self.area, event.position()
        inside = area.contains(at)
        share = (at.x() - area.left()) / area.width(), (area.bottom() - at.y()) / area.height()
        self._read_at(share if inside else None)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """End reading."""
        self._read_at(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move the reading by a cell."""
        ways = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        way = ways.get(Qt.Key(event.key()))
        if way is None or self._plane is None:
            super().keyPressEvent(event)
            return
        across, up = self._place or (0.5, 0.5)
        cell = 1 / self._plane.size
        self._read_at(
            (min(max(across + way[0] * cell, 0.0), 1.0), min(max(up + way[1] * cell, 0.0), 1.0))
        )

    def _read_at(self, place: tuple[float, float] | None) -> None:
        if place != self._place:
            self._place = place
            self.update()


def class_colour(theme: Theme, number: int) -> str:
    """The colour of a class; marks tell the classes apart as well."""
    names = ("Arithmetic", "Normalization", "Pooling", "Attention", "Recurrent", "Regularization")
    colours = (theme.accent, theme.warning, *(CATEGORY_COLOURS[name] for name in names))
    return colours[number % len(colours)]


def _picture(plane: Plane, theme: Theme) -> QImage:
    """A pixel a cell."""
    count = max(len(plane.classes), 1)
    span = _SURE - _UNSURE
    strengths = [_UNSURE + span * level / (_LEVELS - 1) for level in range(_LEVELS)]
    table = [
        [
            QColor(mix(theme.panel, class_colour(theme, number), strength))
            .rgb()
            .to_bytes(4, "little")
            for strength in strengths
        ]
        for number in range(count)
    ]
    cells = plane.cells or bytes(len(plane.shades))
    levels = 256 // _LEVELS
    data = b"".join(
        table[cell][shade // levels] for cell, shade in zip(cells, plane.shades, strict=True)
    )
    image = QImage(data, plane.size, plane.size, 4 * plane.size, QImage.Format.Format_RGB32)
    return image.copy()  # the bytes are Python's


def _marks(plane: Plane, theme: Theme, side: float, ratio: float) -> QPixmap:
    """The samples as a picture: each kind of mark is drawn once and stamped, which is ten times as fast.

    Args:
        plane: Whose samples.
        theme: The colours.
        side: Of the picture, in px.
        ratio: Pixels of the screen a px.
    """
    picture = _clear(side, ratio)
    count = len(plane.samples)
    radius = _RADIUS * (1.5 if count <= _FEW else 1.0 if count <= _CROWD else 0.7)
    size = 2 * math.ceil(2 * radius)
    span = (plane.high - plane.low) or 1.0
    stamps: dict[tuple[int, bool], QPixmap] = {}
    painter = QPainter(picture)
    for across, up, value, judged in plane.samples:
        number = int(value) if plane.classes else round((value - plane.low) / span * _LEVELS)
        stamp = stamps.get((number, judged))
        if stamp is None:
            stamp = stamps[number, judged] = _clear(size, ratio)
            shape = number if plane.classes else 0
            share = number / _LEVELS
            colour = (
                class_colour(theme, number)
                if plane.classes
                else mix(theme.panel, theme.accent, share)
            )
            one = QPainter(stamp)
            one.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle = QPointF(size / 2, size / 2)
            _draw_mark(one, theme, middle, (shape, colour, radius), hollow=judged)
            one.end()
        at = QPointF(across * side - size / 2, (1 - up) * side - size / 2)
        painter.drawPixmap(at, stamp)
    painter.end()
    return picture


def _clear(side: float, ratio: float) -> QPixmap:
    """A square picture that nothing is on."""
    pixels = math.ceil(side * ratio)
    picture = QPixmap(pixels, pixels)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def _draw_mark(
    painter: QPainter, theme: Theme, at: QPointF, mark: tuple[int, str, float], *, hollow: bool
) -> None:
    """A class's mark: round, square, a triangle, a diamond, a hexagon, and so on again."""
    number, colour, radius = mark
    painter.setPen(QPen(QColor(colour if hollow else theme.panel), 1.2 if hollow else 0.8))
    painter.setBrush(QColor(theme.panel if hollow else colour))
    corners = (0, 4, 3, 4, 6)[number % _MARKS]
    if not corners:
        painter.drawEllipse(at, radius, radius)
        return
    turn = math.pi / 4 if number % _MARKS == 1 else math.pi / 2
    painter.drawPolygon(
        [
            at + QPointF(math.cos(angle), -math.sin(angle)) * (1.2 * radius)
            for angle in (turn + 2 * math.pi * corner / corners for corner in range(corners))
        ]
    )


def _draw_legend(painter: QPainter, plane: Plane, theme: Theme, box: QRectF) -> None:
    """The marks with the names of their classes, as many as there is room for."""
    metrics = QFontMetricsF(painter.font())
    left = box.left()
    for number, name in enumerate(plane.classes):
        width = metrics.horizontalAdvance(name)
        if left + width + 12 > box.right():
            painter.setPen(QColor(theme.secondary))
            painter.drawText(QPointF(left, box.center().y() + metrics.ascent() / 2 - 1), "…")
            break
        middle = QPointF(left + 4, box.center().y())
        _draw_mark(
            painter, theme, middle, (number, class_colour(theme, number), _RADIUS), hollow=False
        )
        painter.setPen(QColor(theme.secondary))
        painter.drawText(QPointF(left + 12, box.center().y() + metrics.ascent() / 2 - 1), name)
        left += width + 24
