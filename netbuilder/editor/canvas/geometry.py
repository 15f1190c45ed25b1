"""Where things lie on the canvas: a grid to find what is near, and the curves of the wires."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from math import floor, hypot
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath

K = TypeVar("K", bound=Hashable)

CELL = 512.0  # px of the scene
_MANY = 64  # cells; what covers more is looked at in every search
_TOO_MANY = [(0, 0)] * (_MANY + 1)
_NOTHING: frozenset[Any] = frozenset()
_Sides = tuple[float, float, float, float]
_STEPS = 16
_OVER = 0.35  # px
_FAR = 900_000.0  # px of the scene
_LEAST = 36.0  # px that a curve reaches out of its port
_BACK = 90.0


class Places(Generic[K]):
    """Finds what lies near a place without looking at everything: rectangles by key, in a grid."""

    def __init__(self) -> None:
        self._rects: dict[K, QRectF] = {}
        # Plain numbers beside the rectangles: asking Qt for each side takes ten times as long.
        self._sides: dict[K, _Sides] = {}
        self._cells: dict[tuple[int, int], set[K]] = {}
        self._large: set[K] = set()

    def __len__(self) -> int:
        return len(self._rects)

    def __contains__(self, key: K) -> bool:
        return key in self._rects

    def __iter__(self) -> Iterator[K]:
        return iter(self._rects)

    def rect(self, key: K) -> QRectF:
        """Return where something lies.

        Raises:
            KeyError: It is not here.
        """
        return self._rects[key]

    def corner(self, key: K) -> tuple[float, float]:
        """Return the upper left corner of something.

        Raises:
            KeyError: It is not here.
        """
        return self._sides[key][:2]

    def put(self, key: K, rect: QRectF) -> None:
        """Say where something lies; what was said before about it is forgotten."""
        if key in self._rects:
            self.take(key)
        sides = self._sides[key] = _sides(rect)
        self._rects[key] = rect
        cells = _cells(sides)
        if len(cells) > _MANY:
            self._large.add(key)
            return
        for cell in cells:
            found = self._cells.get(cell)
            if found is None:
                self._cells[cell] = {key}
            else:
                found.add(key)

    def take(self, key: K) -> None:
        """Forget something; it need not be here."""
        if self._rects.pop(key, None) is None:
            return
        cells = _cells(self._sides.pop(key))
        if len(cells) > _MANY:
            self._large.discard(key)
            return
        for cell in cells:
            found = self._cells[cell]
            found.discard(key)
            if not found:
                del self._cells[cell]

    def clear(self) -> None:
        """Forget everything."""
        for table in (self._rects, self._sides, self._cells, self._large):
            table.clear()

    def near(self, rect: QRectF) -> set[K]:
        """Return what touches a rectangle."""
        left, top, right, bottom = _sides(rect)
        sides = self._sides
        cells = _cells((left, top, right, bottom), len(self._cells))
        keys: Iterable[K] = sides
        if cells is not _TOO_MANY:
            found = set(self._large)
            for cell in cells:
                found |= self._cells.get(cell, _NOTHING)
            keys = found
        return {
            key
            for key in keys
            if (own := sides[key])[0] <= right
            and left <= own[2]
            and own[1] <= bottom
            and top <= own[3]
        }

    def extent(self) -> QRectF:
        """Return the rectangle around everything; an empty one for nothing."""
        if not self._sides:
            return QRectF()
        left, top, right, bottom = zip(*self._sides.values(), strict=True)
        x, y = min(left), min(top)
        return QRectF(x, y, max(right) - x, max(bottom) - y)


class Curve:
    """A wire from an output to an input.

    Args:
        start: The output.
        end: The input.
    """

    __slots__ = ("_lines", "_points", "box", "controls", "end", "path", "start")

    def __init__(self, start: QPointF, end: QPointF) -> None:
        self.start, self.end = start, end
        across = end.x() - start.x()
        reach = max(across * 0.5, _LEAST) if across >= 0 else min(_BACK - across * 0.25, 240.0)
        if abs(across) + abs(end.y() - start.y()) < _LEAST:  # two dots beside each other
            reach = abs(across) * 0.5
        self.controls = (
            QPointF(start.x() + reach, start.y()),
            QPointF(end.x() - reach, end.y()),
        )
        self.path = QPainterPath(start)
        self.path.cubicTo(*self.controls, end)
        self.box = self.path.controlPointRect()
        self._points: tuple[QPointF, ...] = ()
        self._lines: list[QLineF] = []

    @property
    def points(self) -> tuple[QPointF, ...]:
        """Points along the curve, close enough for tests of distance."""
        if not self._points:
            (a, d), (b, c) = (self.start, self.end), self.controls
            self._points = tuple(_point(a, b, c, d, i / _STEPS) for i in range(_STEPS + 1))
        return self._points

    @property
    def lines(self) -> list[QLineF]:
        """Straight lines that look like the curve at about 100%.

        Each reaches a little over its ends, so that no seam shows between two of them.
        """
        if not self._lines:
            for polygon in self.path.toSubpathPolygons():
                points = polygon.toList()
                self._lines += map(_overlapping, points[:-1], points[1:])
        return self._lines

    def distance(self, at: QPointF) -> float:
        """Return how far a point is from the curve."""
        points = self.points
        return min(_distance(at, points[i], points[i + 1]) for i in range(_STEPS))

    def crosses(self, line: QLineF) -> bool:
        """Whether a straight line crosses the curve."""
        points = self.points
        return any(
            line.intersects(QLineF(points[i], points[i + 1]))[0]
            == QLineF.IntersectionType.BoundedIntersection
            for i in range(_STEPS)
        )


def bounded(place: tuple[float, float]) -> tuple[float, float]:
    """Return where a card is shown: what a document puts very far away lies at a border."""
    x, y = place
    return min(max(float(x), -_FAR), _FAR), min(max(float(y), -_FAR), _FAR)


def grown(rect: QRectF, by: float) -> QRectF:
    """Return a rectangle larger by so much on every side."""
    return rect.adjusted(-by, -by, by, by)


def around(rects: Iterable[QRectF]) -> QRectF:
    """Return the rectangle around all; an empty one for none."""
    found = list(rects)
    if not found:
        return QRectF()
    left, top = min(r.left() for r in found), min(r.top() for r in found)
    right, bottom = max(r.right() for r in found), max(r.bottom() for r in found)
    return QRectF(left, top, right - left, bottom - top)


def segments(points: Sequence[QPointF]) -> Iterator[QLineF]:
    """Yield the lines between points in a row."""
    for i in range(len(points) - 1):
        yield QLineF(points[i], points[i + 1])


def _point(a: QPointF, b: QPointF, c: QPointF, d: QPointF, t: float) -> QPointF:
    u = 1 - t
    p, q, r, s = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return QPointF(
        p * a.x() + q * b.x() + r * c.x() + s * d.x(), p * a.y() + q * b.y() + r * c.y() + s * d.y()
    )


def _overlapping(a: QPointF, b: QPointF) -> QLineF:
    ax, ay, bx, by = a.x(), a.y(), b.x(), b.y()
    dx, dy = bx - ax, by - ay
    length = hypot(dx, dy)
    share = _OVER / length if length else 0.0
    return QLineF(ax - dx * share, ay - dy * share, bx + dx * share, by + dy * share)


def _distance(at: QPointF, a: QPointF, b: QPointF) -> float:
    dx, dy = b.x() - a.x(), b.y() - a.y()
    length = dx * dx + dy * dy
    share = ((at.x() - a.x()) * dx + (at.y() - a.y()) * dy) / length if length else 0.0
    share = min(max(share, 0.0), 1.0)
    return hypot(at.x() - a.x() - share * dx, at.y() - a.y() - share * dy)


def _sides(rect: QRectF) -> _Sides:
    return rect.left(), rect.top(), rect.right(), rect.bottom()


def _cells(sides: _Sides, most: int = _MANY) -> list[tuple[int, int]]:
    """The cells that a rectangle covers; one mark for all where they are more than so many."""
    left, top, right, bottom = (floor(side / CELL) for side in sides)
    if (right - left + 1) * (bottom - top + 1) > max(most, _MANY):
        return _TOO_MANY
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
