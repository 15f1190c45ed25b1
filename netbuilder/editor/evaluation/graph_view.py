"""A small graph of points, lines or bars over two axes, with the values under the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from netbuilder.app.theme import CATEGORY_COLOURS
from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.training.words import figure
from netbuilder.editor.widgets.axis import label, marks

COLOURS = tuple(
    CATEGORY_COLOURS[name]
    for name in ("Convolution", "Activation", "Normalization", "Arithmetic", "Pooling", "Attention")
)
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 12.0, 24.0, 34.0
_REACH = 24.0  # px from the mouse within which a point is told
_DOT = 2.6


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn in one colour.

    Attributes:
        name: What it is called.
        x: Across; for bars their left edges, and the right edge of the last.
        y: Up, as many as ``x``; for bars one less.
        kind: How it is drawn.
        colour: ``#rrggbb``; empty for the next of a row of colours.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    kind: Literal["line", "steps", "dots", "bars"] = "line"
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its title and what it reaches over; ends that are equal are spread."""

    title: str
    low: float = 0.0
    high: float = 1.0

    @property
    def span(self) -> float:
        """How far it reaches."""
        return self.high - self.low or 1.0


class GraphView(QWidget):
    """A graph.

    Attributes:
        series: What is drawn.
    """

    def __init__(self, look: Look, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._title = title
        self._across, self._up = Axis(""), Axis("")
        self._diagonal = False
        self._mouse: QPointF | None = None
        self.series: tuple[Series, ...] = ()
        self.setObjectName(title.lower().replace(" ", "_"))
        self.setAccessibleName(title)
        self.setMouseTracking(True)
        self.setMinimumSize(180, 140)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.update)

    def put(
        self, series: Sequence[Series], across: Axis, up: Axis, *, diagonal: bool = False
    ) -> None:
        """Show other values.

        Args:
            series: What is drawn, in this order.
            across: The axis below.
            up: The axis at the left.
            diagonal: Whether a quiet line is drawn where both axes say the same, from corner to corner.
        """
        self.series = tuple(series)
        self._across, self._up, self._diagonal = across, up, diagonal
        self.setAccessibleDescription(", ".join(one.name for one in series))
        self.update()

    def colour(self, number: int) -> str:
        """The colour of a series."""
        return self.series[number].colour or COLOURS[number % len(COLOURS)]

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """About as wide as high."""
        return QSize(300, 240)

    def told(self) -> str:
        """What is said of the point under the mouse; empty where there is none."""
        near = self._nearest()
        if near is None:
            return ""
        series, number = near
        x, y = series.x[number], series.y[number]
        name = f"{series.name}: " if series.name else ""
        if series.kind == "bars":
            return f"{name}{figure(x)} to {figure(series.x[number + 1])}: {figure(y)}"
        return (
            f"{name}{self._across.title.lower()} {figure(x)}, {self._up.title.lower()} {figure(y)}"
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tell the nearest value."""
        self._mouse = event.position()
        self.update()

    def leaveEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Tell nothing."""
        self._mouse = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(11))
        self._draw_axes(painter)
        painter.save()
        painter.setClipRect(self._room().adjusted(-3, -3, 3, 3))
        if self._diagonal:
            painter.setPen(QPen(QColor(theme.tertiary), 1, Qt.PenStyle.DashLine))
            painter.drawLine(self._room().bottomLeft(), self._room().topRight())
        for number, series in enumerate(self.series):
            self._draw(painter, series, QColor(self.colour(number)))
        self._draw_near(painter)
        painter.restore()
        painter.setFont(ui_font(12))
        painter.setPen(QColor(theme.secondary))
        said = self.told() or self._title
        head = QRectF(_LEFT - 38, 0, self.width() - _LEFT + 30, _TOP - 4)
        cut = QFontMetricsF(painter.font()).elidedText(
            said, Qt.TextElideMode.ElideRight, head.width()
        )
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, cut)
        if not self.told():
            self._draw_legend(painter)
        painter.end()

    # Places.

    def _room(self) -> QRectF:
        return QRectF(
            _LEFT, _TOP, self.width() - _LEFT - _RIGHT, max(self.height() - _TOP - _BOTTOM, 1.0)
        )

    def _at(self, x: float, y: float) -> QPointF:
        room = self._room()
        return QPointF(
            room.left() + (x - self._across.low) / self._across.span * room.width(),
            room.bottom() - (y - self._up.low) / self._up.span * room.height(),
        )

    def _nearest(self) -> tuple[Series, int] | None:
        mouse = self._mouse
        if mouse is None:
            return None
        found: tuple[float, Series, int] | None = None
        for series in self.series:
            for number, y in enumerate(series.y):
                x = series.x[number]
                if series.kind == "bars":
                    x = (x + series.x[number + 1]) / 2
                    away = abs(self._at(x, y).x() - mouse.x())
                else:
                    away = (self._at(x, y) - mouse).manhattanLength()
                if away <= _REACH and (found is None or away < found[0]):
                    found = away, series, number
        return found[1:] if found else None

    # Drawing.

    def _draw_axes(self, painter: QPainter) -> None:
        theme, room = self._look.theme, self._room()
        quiet, line = QColor(theme.secondary), QColor(theme.line)
        metrics = QFontMetricsF(painter.font())
        rows = marks(self._up.low, self._up.high, max(2, int(room.height() // 36)))
        for value in rows:
            y = self._at(0, value).y()
            painter.setPen(line)
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(quiet)
            where = QRectF(0, y - 9, _LEFT - 6, 18)
            text = label(value, rows[1] - rows[0] if len(rows) > 1 else 1.0)
            painter.drawText(
                where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text
            )
        columns = marks(self._across.low, self._across.high, max(2, int(room.width() // 44)))
        for value in columns:
            text = label(value, columns[1] - columns[0] if len(columns) > 1 else 1.0)
            wide = metrics.horizontalAdvance(text)
            x = min(self._at(value, 0).x() - wide / 2, self.width() - wide - 1)
            painter.drawText(QPointF(x, room.bottom() + 14), text)
        painter.drawText(
            QRectF(room.left(), room.bottom() + 17, room.width(), 16),
            Qt.AlignmentFlag.AlignCenter,
            self._across.title,
        )

    def _draw(self, painter: QPainter, series: Series, colour: QColor) -> None:
        if series.kind == "bars":
            colour.setAlphaF(0.75)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for number, y in enumerate(series.y):
                low, high = self._at(series.x[number], 0), self._at(series.x[number + 1], y)
                bar = QRectF(QPointF(low.x() + 0.75, high.y()), QPointF(high.x() - 0.75, low.y()))
                painter.drawRoundedRect(bar, 1.5, 1.5)
        elif series.kind == "dots":
            colour.setAlphaF(0.6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for x, y in zip(series.x, series.y, strict=True):
                painter.drawEllipse(self._at(x, y), _DOT, _DOT)
        else:
            painter.setPen(QPen(colour, 1.8))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            points = [self._at(x, y) for x, y in zip(series.x, series.y, strict=True)]
            if series.kind == "steps":
                points = _stepped(points)
            painter.drawPolyline(QPolygonF(points))

    def _draw_legend(self, painter: QPainter) -> None:
        """Which colour is which, at the right of the title; too many names are left to the mouse."""
        named = [(n, one.name) for n, one in enumerate(self.series) if one.name]
        metrics = QFontMetricsF(painter.font())
        wide = sum(metrics.horizontalAdvance(name) + 22 for _, name in named)
        x = self.width() - _RIGHT - wide
        if x < _LEFT - 38 + metrics.horizontalAdvance(self._title) + 12:
            return
        for number, name in named:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.colour(number)))
            painter.drawEllipse(QPointF(x + 12, (_TOP - 4) / 2), 4, 4)
            painter.setPen(QColor(self._look.theme.secondary))
            room = metrics.horizontalAdvance(name)
            place = QRectF(x + 20, 0, room + 1, _TOP - 4)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)
            x += room + 22

    def _draw_near(self, painter: QPainter) -> None:
        near = self._nearest()
        if near is None or near[0].kind == "bars":
            return
        series, number = near
        painter.setBrush(QColor(self._look.theme.panel))
        painter.setPen(QPen(QColor(self._look.theme.text), 1.5))
        painter.drawEllipse(self._at(series.x[number], series.y[number]), 4, 4)


def _stepped(points: Sequence[QPointF]) -> list[QPointF]:
    """Points joined by level lines, each as high as the point it leads to."""
    found = list(points[:1])
    for before, after in pairwise(points):
        found += [QPointF(before.x(), after.y()), after]
    return found
