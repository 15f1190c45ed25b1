"""A plot of growing curves, drawn in the time of a frame however many points they have.

Painted by hand: of a million points only the least and largest value in each column of pixels is drawn,
and what does not change between two frames is kept as a picture.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.style import mix
from netbuilder.editor.widgets import axis

if TYPE_CHECKING:
    from netbuilder.editor.training.series import Series

FRAME = 33  # ms between two pictures at least
_SHARE = 0.005  # of a core that drawing a growing curve may take: the training needs the rest
SMOOTH_BELOW = 400  # points; above, antialiasing costs more than it shows
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 12.0, 8.0, 24.0
_ZOOM = 1.25
_COLUMNS = 400  # stretches of a curve at most
_CALM = 4.0  # px between least and largest, up to which smooth edges cost little
_BAND = 14.0  # px; narrower epochs would be a pattern, not bands
_NEAR = 0.02  # of the width; a curve that ends farther away has no value at the cursor
_LEAST = 4.0  # steps that are shown at most enlarged


@dataclass(frozen=True, slots=True)
class Line:
    """A curve of a plot.

    Attributes:
        label: What the reading calls it; empty for one that is not read.
        series: Its points.
        colour: As ``#rrggbb``.
        width: In px.
        strength: How opaque it is, 0 to 1.
        marked: Whether every point gets a dot, where there is room.
        dashed: Whether it is drawn in dashes.
    """

    label: str
    series: Series
    colour: str
    width: float = 1.0
    strength: float = 1.0
    marked: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The part of the plane that is shown; of a logarithmic axis, the logarithms.

    Attributes:
        left: The first step.
        right: The last step.
        low: The least value.
        high: The largest value.
        area: Where it is drawn.
    """

    left: float
    right: float
    low: float
    high: float
    area: QRectF

    def x(self, value: float) -> float:
        """Where a step is, in px."""
        share = (value - self.left) / (self.right - self.left)
        return self.area.left() + share * self.area.width()

    def y(self, value: Any) -> Any:
        """Where a value is, in px."""
        share = (value - self.low) / (self.high - self.low)
        return self.area.bottom() - share * self.area.height()

    def step(self, x: float) -> float:
        """The step at a place in px."""
        share = (x - self.area.left()) / max(self.area.width(), 1.0)
        return self.left + share * (self.right - self.left)


class Plot(QWidget):
    """Curves over the steps of a training.

    The wheel enlarges at the cursor, dragging moves, a double-click shows everything again; with the
    keyboard, the arrows move the reading and plus, minus and Home do the same as the wheel.
    """

    read = Signal(float)  # the step under the cursor; NaN when it left

    def __init__(self, look: Look, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setObjectName(name)
        self.setAccessibleName(f"Plot of {name}")
        self.setToolTip(
            "Wheel enlarges, dragging moves, a double-click shows everything; arrow keys read values"
        )
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(160, 96)
        self._lines: tuple[Line, ...] = ()
        self._last = 0.0
        self._total = 0.0
        self._epoch_steps = 0.0
        self._best: float | None = None
        self._is_log = False
        self._zoomed: tuple[float, float] | None = None
        self._dragged: tuple[float, float, float] | None = None
        self._cursor: float | None = None
        self._part: Part | None = None
        self._picture = QPixmap()
        self._dirty = True
        self._drawn = 0.0
        self._cost = 0.0  # seconds of this thread for the last picture
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._redraw)
        look.changed.connect(self._redraw)

    # What is shown.

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The size it likes to have."""
        return QSize(380, 180)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The curves, the backmost first."""
        return self._lines

    @property
    def is_log(self) -> bool:
        """Whether values are drawn by their logarithms."""
        return self._is_log

    @property
    def is_zoomed(self) -> bool:
        """Whether only a part is shown."""
        return self._zoomed is not None

    @property
    def cursor_step(self) -> float | None:
        """The step that is read; None when there is none."""
        return self._cursor

    def set_lines(
        self,
        lines: Sequence[Line],
        *,
        last: float = 0.0,
        total: float = 0.0,
        epoch_steps: float = 0.0,
        best: float | None = None,
    ) -> None:
        """Show curves.

        Args:
            lines: The backmost first.
            last: The step the axis reaches at least, so that plots side by side agree.
            total: Steps there will be; the axis goes no further.
            epoch_steps: Steps of an epoch, for the bands; 0 for none.
            best: The step of the best epoch.
        """
        self._lines = tuple(lines)
        self._last, self._total, self._epoch_steps, self._best = last, total, epoch_steps, best
        self.refresh()

    def set_log(self, on: bool) -> None:
        """Draw values by their logarithms, or as they are."""
        if on != self._is_log:
            self._is_log = on
            self._redraw()

    def reset(self) -> None:
        """Show everything."""
        self._zoomed = None
        self._redraw()

    def refresh(self) -> None:
        """Draw anew soon: curves have grown."""
        self._dirty, self._part = True, None
        if self.isVisible() and not self._later.isActive():
            pause = max(FRAME, 1000 * self._cost / _SHARE)
            self._later.start(max(0, round(pause - 1000 * (time.monotonic() - self._drawn))))

    def read_at(self, step: float | None) -> None:
        """Show the values at a step; None shows none."""
        if step != self._cursor:
            self._cursor = step
            self.update()

    def reading(self) -> tuple[str, list[tuple[str, str, float]]]:
        """The step that is read in words, and label, colour and value of each curve there."""
        if self._cursor is None:
            return "", []
        rows, where = [], None
        part = self.part()
        near = _NEAR * (part.right - part.left)
        for line in self._lines:
            point = line.series.at(self._cursor) if line.label else None
            if point is None or not math.isfinite(point[1]):
                continue
            ends = float(line.series.x[0]) - near, float(line.series.x[-1]) + near
            if ends[0] <= self._cursor <= ends[1]:
                rows.append((line.label, line.colour, point[1]))
                where = point[0] if where is None else where
        step = self._cursor if where is None else where
        words = f"step {step:,.0f}"
        if self._epoch_steps:
            words += f", epoch {max(1, math.ceil(step / self._epoch_steps)):,}"
        return words, rows

    # The plane.

    def _extent(self) -> tuple[float, float]:
        """The steps there are to see."""
        ends = (float(line.series.x[-1]) for line in self._lines if len(line.series))
        last = max((self._last, *ends))
        right = axis.rounded_up(max(last, 1.0))
        if self._total:
            right = min(right, max(self._total, last))
        return 0.0, max(right, _LEAST)

    def part(self) -> Part:
        """The part of the plane that is shown now."""
        # Asked for several times a frame; to find the values takes as long as to draw them.
        if self._part is None:
            left, right = self._zoomed or self._extent()
            low, high = self._values(left, right)
            area = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
            self._part = Part(left, right, low, high, area)
        return self._part

    def _values(self, left: float, right: float) -> tuple[float, float]:
        """The values to make room for; single outliers of a faint curve are not waited for."""
        nothing = (-1.0, 0.0) if self._is_log else (0.0, 1.0)
        if not self._lines:
            return nothing
        import numpy as np  # long imported by whoever read the line's values, in a task

        lows, highs = [], []
        for line in self._lines:
            _, least, most = line.series.thinned(left, right, 256, beyond=0)
            least, most = self._scaled(least), self._scaled(most)
            fine = np.isfinite(least) & np.isfinite(most)
            if fine.any():
                faint = line.strength < 0.6 and fine.sum() > 20
                lows.append(_ranked(least[fine], 0.01 if faint else 0.0))
                highs.append(_ranked(most[fine], 0.98 if faint else 1.0))
        if not lows:
            return nothing
        low, high = min(lows), max(highs)
        room = (high - low) * 0.06 or max(abs(high) * 0.1, 1e-6)
        if not self._is_log and low >= 0 and low - room < 0:
            return 0.0, high + room
        return low - room, high + room

    def _scaled(self, values: Any) -> Any:
        if not self._is_log:
            return values
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values > 0, np.log10(values), np.nan)

    # Drawing.

    def _redraw(self) -> None:
        self._dirty, self._part = True, None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Draw for the new size."""
        self._dirty, self._part = True, None
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Show the kept picture, and the reading over it."""
        ratio = self.devicePixelRatioF()
        if self._dirty or self._picture.devicePixelRatio() != ratio:
            self._draw(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._cursor is not None:
            self._draw_reading(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._look.theme.accent)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _draw(self, ratio: float) -> None:
        size = self.size() * ratio
        if self._picture.size() != size:
            self._picture = QPixmap(size)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(QColor(self._look.theme.panel))
        self._dirty = False
        self._drawn, begin = time.monotonic(), time.thread_time()
        part = self.part()
        painter = QPainter(self._picture)
        painter.setFont(ui_font(11))
        self._draw_bands(painter, part)
        self._draw_values(painter, part)
        self._draw_steps(painter, part)
        painter.setClipRect(part.area.adjusted(-4, -4, 4, 4))
        for line in self._lines:
            self._draw_line(painter, part, line)
        self._draw_best(painter, part)
        painter.end()
        self._cost = time.thread_time() - begin

    def _draw_bands(self, painter: QPainter, part: Part) -> None:
        width = self._epoch_steps
        if not width or part.area.width() * width / (part.right - part.left) < _BAND:
            return
        colour = QColor(self._look.theme.raised)
        first = max(0, math.floor(part.left / width))
        for epoch in range(first, math.ceil(part.right / width)):
            if epoch % 2:
                left = max(part.x(epoch * width), part.area.left())
                right = min(part.x((epoch + 1) * width), part.area.right())
                painter.fillRect(
                    QRectF(left, part.area.top(), right - left, part.area.height()), colour
                )

    def _draw_values(self, painter: QPainter, part: Part) -> None:
        theme = self._look.theme
        most = max(2, int(part.area.height() / 34))
        if self._is_log:
            found = axis.decades(10**part.low, 10**part.high, most)
            places = [math.log10(value) for value in found]
            texts = [axis.label(value, value) for value in found]
        else:
            places = axis.marks(part.low, part.high, most)
            step = places[1] - places[0] if len(places) > 1 else 0.0
            texts = [axis.label(value, step) for value in places]
        for place, text in zip(places, texts, strict=True):
            y = round(part.y(place)) + 0.5
            painter.setPen(QPen(QColor(theme.line), 0))
            painter.drawLine(QPointF(part.area.left(), y), QPointF(part.area.right(), y))
            painter.setPen(QColor(theme.secondary))
            box = QRectF(0, y - 8, part.area.left() - 8, 16)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, flags, text)

    def _draw_steps(self, painter: QPainter, part: Part) -> None:
        painter.setPen(QColor(self._look.theme.secondary))
        # Epochs where there are some to count, else steps.
        epochs = self._epoch_steps if (part.right - part.left) > 2 * self._epoch_steps else 0.0
        unit = epochs or 1.0
        found = axis.marks(part.left / unit, part.right / unit, max(2, int(part.area.width() / 80)))
        found = [value for value in found if value == round(value)]
        metrics = QFontMetricsF(painter.font())
        word = "epoch" if epochs else "step"
        room = part.area.right() - metrics.horizontalAdvance(word) - 8
        top = part.area.bottom() + 6
        for value in found:
            text = f"{value:,.0f}"
            width = metrics.horizontalAdvance(text)
            left = max(part.x(value * unit) - width / 2, part.area.left() - 4)
            if left + width < room:
                painter.drawText(QPointF(left, top + metrics.ascent()), text)
        painter.drawText(QPointF(room + 8, top + metrics.ascent()), word)

    def _draw_line(self, painter: QPainter, part: Part, line: Line) -> None:
        columns = min(max(16, int(part.area.width() / 1.5)), _COLUMNS)
        x, low, high = line.series.thinned(part.left, part.right, columns)
        if not len(x):
            return
        # Mixed rather than let through: blending takes Qt several times as long.
        colour = QColor(mix(self._look.theme.panel, line.colour, line.strength))
        if low is high:
            self._draw_points(painter, part, line, colour, self._points(part, x, low))
        else:
            self._draw_band(painter, part, line, colour, (x, low, high))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_points(
        self, painter: QPainter, part: Part, line: Line, colour: QColor, points: list[QPointF]
    ) -> None:
        """Points as they are, joined by lines."""
        smooth = len(points) < (SMOOTH_BELOW if line.strength == 1 else SMOOTH_BELOW / 2)
        pen = QPen(colour, line.width if smooth else 1.0)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin if smooth else Qt.PenJoinStyle.BevelJoin)
        if line.dashed:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        painter.drawPolyline(QPolygonF(points))
        if len(points) == 1 or (line.marked and len(points) * 9 < part.area.width()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for point in points:
                painter.drawEllipse(point, 2.5, 2.5)

    def _draw_band(
        self,
        painter: QPainter,
        part: Part,
        line: Line,
        colour: QColor,
        found: tuple[Any, Any, Any],
    ) -> None:
        """Too many points for lines: what lies between the least and the largest is filled.

        Lines up and down in every column would take a hundred times longer.
        """
        x, low, high = found
        # At least as thick as a line, where least and largest are the same.
        upper, lower = (
            self._points(part, x, high, -line.width / 2),
            self._points(part, x, low, line.width / 2),
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        calm = sum(a.y() - b.y() for a, b in zip(lower, upper, strict=True)) < _CALM * len(upper)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, calm)
        painter.drawPolygon(QPolygonF(upper + lower[::-1]))

    def _points(self, part: Part, x: Any, y: Any, shift: float = 0.0) -> list[QPointF]:
        import numpy as np

        across = part.area.left() + (x - part.left) * (part.area.width() / (part.right - part.left))
        # Far outside nothing is seen, but a painter's arithmetic overflows.
        far = 10 * part.area.height()
        down = np.clip(part.y(self._scaled(y)), -far, far) + shift
        fine = np.isfinite(down)
        return list(map(QPointF, across[fine].tolist(), down[fine].tolist()))

    def _draw_best(self, painter: QPainter, part: Part) -> None:
        if self._best is None or not part.left <= self._best <= part.right:
            return
        pen = QPen(QColor(self._look.theme.secondary), 1)
        pen.setDashPattern([2, 3])
        painter.setPen(pen)
        x = round(part.x(self._best)) + 0.5
        painter.drawLine(QPointF(x, part.area.top()), QPointF(x, part.area.bottom()))

    def _draw_reading(self, painter: QPainter) -> None:
        words, rows = self.reading()
        if not rows or self._cursor is None:
            return
        from netbuilder.editor.training.words import figure

        theme, part = self._look.theme, self.part()
        x = part.x(self._cursor)
        if not part.area.left() <= x <= part.area.right():
            return
        painter.setPen(QPen(QColor(theme.tertiary), 1))
        painter.drawLine(QPointF(x, part.area.top()), QPointF(x, part.area.bottom()))
        painter.setFont(ui_font(11))
        metrics = QFontMetricsF(painter.font())
        texts = [(f"{label}  {figure(value)}", colour) for label, colour, value in rows]
        width = max(
            [metrics.horizontalAdvance(words)]
            + [metrics.horizontalAdvance(t) + 14 for t, _ in texts]
        )
        height = metrics.height()
        box = QRectF(x + 10, part.area.top() + 2, width + 16, height * (1 + len(texts)) + 12)
        if box.right() > self.width():
            box.moveRight(x - 10)
        box.moveLeft(max(box.left(), 0.0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(box, 6, 6)
        at = QPointF(box.left() + 8, box.top() + 6 + metrics.ascent())
        painter.setPen(QColor(theme.secondary))
        painter.drawText(at, words)
        for text, colour in texts:
            at += QPointF(0, height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawEllipse(QPointF(at.x() + 4, at.y() - metrics.ascent() / 2 + 1), 3.5, 3.5)
            painter.setPen(QColor(theme.text))
            painter.drawText(at + QPointF(14, 0), text)

    # Hands.

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Enlarge at the cursor."""
        turned = event.angleDelta().y() / 120 or event.pixelDelta().y() / 60
        if turned:
            self._enlarge(_ZOOM**turned, self.part().step(event.position().x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to move the picture."""
        if event.button() == Qt.MouseButton.LeftButton and self._zoomed:
            self._dragged = (event.position().x(), *self._zoomed)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Read values, or move the picture."""
        part = self.part()
        x = event.position().x()
        if self._dragged is not None:
            begin, left, right = self._dragged
            moved = (x - begin) / max(part.area.width(), 1) * (right - left)
            self._zoom_to(left - moved, right - moved)
        inside = part.area.adjusted(-2, -_TOP, 2, _BOTTOM).contains(event.position())
        step = part.step(x) if inside else math.nan
        self.read_at(None if math.isnan(step) else step)
        self.read.emit(step)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End moving the picture."""
        self._dragged = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Show everything."""
        self._dragged = None
        self.reset()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """End reading."""
        self.read_at(None)
        self.read.emit(math.nan)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Read and enlarge by keys."""
        part = self.part()
        middle = self._cursor if self._cursor is not None else (part.left + part.right) / 2
        column = (part.right - part.left) / 40
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                way = 1 if event.key() == Qt.Key.Key_Right else -1
                step = min(max(middle + way * column, part.left), part.right)
                self.read_at(step)
                self.read.emit(step)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._enlarge(_ZOOM, middle)
            case Qt.Key.Key_Minus:
                self._enlarge(1 / _ZOOM, middle)
            case Qt.Key.Key_Home:
                self.reset()
            case _:
                super().keyPressEvent(event)

    def _enlarge(self, factor: float, step: float) -> None:
        left, right = self._zoomed or self._extent()
        self._zoom_to(step - (step - left) / factor, step + (right - step) / factor)

    def _zoom_to(self, left: float, right: float) -> None:
        begin, end = self._extent()
        width = max(right - left, _LEAST)
        if width >= end - begin:
            self._zoomed = None
        else:
            left = min(max(left, begin), end - width)
            self._zoomed = (left, left + width)
        self._redraw()


def _ranked(values: Any, share: float) -> float:
    """The value that a share of all values does not exceed; a tenth of what a percentile costs."""
    import numpy as np

    place = round(share * (len(values) - 1))
    return float(np.partition(values, place)[place])
