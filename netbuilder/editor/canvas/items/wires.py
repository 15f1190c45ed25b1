"""All wires of a graph, drawn by one item, with the shapes that flow where there is room for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from netbuilder.app.picture_wires import LABEL_HEIGHT, LABEL_SIZE
from netbuilder.app.theme import text_width
from netbuilder.editor.canvas.geometry import Curve, Places, grown
from netbuilder.editor.canvas.items.node import Sheet
from netbuilder.editor.canvas.painting import FULL, draw_label
from netbuilder.graph.model import Endpoint

WIDTH = 1.75
THICK = 3.0
REACH = 4.0  # px beside a wire that its thick form may use
LABELS = 0.6  # from this zoom on, shapes are written

_SOME = 24  # wires that are drawn as curves
_CLOSE = 1.5  # from this zoom on, straight lines would show
_MANY = 220  # wires that are drawn smoothly while things move
_SMOOTH = 3000  # wires that are drawn smoothly from far
_SHARES = (0.5, 0.42, 0.58, 0.34, 0.66)
_APART = 5.0


@dataclass(eq=False, slots=True)
class Wire:
    """A wire as it is drawn.

    Attributes:
        target: The input it leads to, which names it.
        source: The output it comes from.
        curve: Where it lies.
        colour: The name of its colour; empty for the usual one.
        wrong: Whether what flows does not fit.
        dashed: Whether one of its ends is bypassed.
        text: The shape that flows.
    """

    target: Endpoint
    source: Endpoint
    curve: Curve
    colour: str
    wrong: bool
    dashed: bool
    text: str


class Land(Sheet, Protocol):
    """What the wires need to know of the scene."""

    nodes: Places[str]
    wires: Places[Endpoint]
    moving: bool
    labels: bool

    def wire(self, target: Endpoint) -> Wire:
        """The wire that leads to an input."""

    def fan(self, source: Endpoint) -> Iterable[Endpoint]:
        """The inputs an output leads to, in order."""


class WiresItem(QGraphicsRectItem):
    """Draws all wires of a graph.

    Args:
        land: The scene.
        room: The rectangle of the whole scene.
    """

    def __init__(self, land: Land, room: QRectF) -> None:
        super().__init__(room)
        self.setPen(Qt.PenStyle.NoPen)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._land = land
        self._strong: set[Endpoint] = set()
        self._drop: Endpoint | None = None
        self._all: dict[tuple[str, bool], QPainterPath] | None = None
        self._labels: dict[Endpoint, tuple[Endpoint, QRectF] | None] = {}
        self._label_rooms: Places[Endpoint] = Places()

    def wires_changed(self, room: QRectF) -> None:
        """Draw anew where wires came, went or moved."""
        self._all = None
        self.update(grown(room, REACH))

    def forget_all(self) -> None:
        """Look at all wires and find places for all shapes again."""
        self._all = None
        self._labels.clear()
        self._label_rooms.clear()

    def forget_labels(self, room: QRectF) -> None:
        """Find places for the shapes of wires near a rectangle again."""
        if not self._labels:
            return
        land = self._land
        for target in land.wires.near(grown(room, 24)):
            self._forget(land.wire(target).source)

    def forget_label(self, source: Endpoint) -> None:
        """Find a place for the shape of one output again."""
        self._forget(source)

    def strengthen(self, targets: set[Endpoint]) -> None:
        """Draw these wires thicker, and no others."""
        for target in targets ^ self._strong:
            if target in self._land.wires:
                self.update(grown(self._land.wires.rect(target), REACH))
        self._strong = targets

    def set_drop(self, target: Endpoint | None) -> None:
        """Show that a card would be put into this wire."""
        for one in {self._drop, target} - {None}:
            if one is not None and one in self._land.wires:
                self.update(grown(self._land.wires.rect(one), REACH))
        self._drop = target

    def label_at(self, source: Endpoint) -> QRectF | None:
        """Return where the shape of an output stands, if it has found a place."""
        found = self._labels.get(source)
        return found[1] if found else None

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the wires in the exposed rectangle."""
        land = self._land
        exposed: QRectF = option.exposedRect  # type: ignore[attr-defined]
        near = land.wires.near(grown(exposed, REACH))
        if land.zoom < FULL and len(near) > _MANY:
            self._draw_far(painter, smooth=not land.moving and len(land.wires) <= _SMOOTH)
            near &= self._special()
        painter.setRenderHint(
            QPainter.RenderHint.Antialiasing, not (land.moving and len(near) > _MANY)
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        wires = [land.wire(target) for target in near]
        if len(wires) <= _SOME:
            self._draw_curves(painter, wires, 0.0 if land.zoom < FULL else WIDTH)
        elif FULL <= land.zoom < _CLOSE:
            self._draw_lines(painter, wires)
        else:
            # A pen of one pixel is drawn several times quicker than any other.
            thin = land.zoom < FULL or land.moving
            self._draw_curves(painter, wires, 0.0 if thin else WIDTH)
        if land.labels and land.zoom >= LABELS:
            self._draw_labels(painter, wires, exposed)

    def _draw_curves(self, painter: QPainter, wires: Iterable[Wire], width: float) -> None:
        for wire in sorted(
            wires, key=lambda wire: (wire.target in self._strong, wire.wrong, wire.target)
        ):
            painter.setPen(self._pen(wire, width))
            painter.drawPath(wire.curve.path)

    def _draw_lines(self, painter: QPainter, wires: Iterable[Wire]) -> None:
        """Draw many wires: straight lines without round ends take a fifth of the time of a curve."""
        special = self._special()
        plain: dict[str, list[QLineF]] = {}
        others = []
        for wire in wires:
            if wire.dashed or wire.wrong or wire.target in special:
                others.append(wire)
            else:
                plain.setdefault(wire.colour, []).extend(wire.curve.lines)
        ink = self._land.ink
        for colour, lines in sorted(plain.items()):
            pen = QPen(ink.colour(colour or ink.theme.tertiary), WIDTH)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLines(lines)
        self._draw_curves(painter, others, WIDTH)

    def _special(self) -> set[Endpoint]:
        return self._strong | ({self._drop} if self._drop else set())

    def _pen(self, wire: Wire, width: float) -> QPen:
        theme = self._land.ink.theme
        name = theme.error if wire.wrong else wire.colour or theme.tertiary
        strong = wire.target in self._strong
        if wire.target == self._drop:
            name = theme.accent
        elif strong and not wire.wrong:
            name = theme.accent if not wire.colour else wire.colour
        special = strong or wire.target == self._drop
        pen = QPen(self._land.ink.colour(name), THICK if special else width)
        if special and self._land.zoom < 1:
            pen.setWidthF(min(THICK / self._land.zoom, 14))
        if wire.dashed:
            pen.setDashPattern([4, 3])
        return pen

    def _draw_far(self, painter: QPainter, *, smooth: bool) -> None:
        """Draw all wires in a few strokes; from far, only their colours tell them apart."""
        if self._all is None:
            self._all = {}
            for target in self._land.wires:
                wire = self._land.wire(target)
                key = wire.colour, wire.wrong
                path = self._all.get(key)
                if path is None:
                    path = self._all[key] = QPainterPath()
                path.addPath(wire.curve.path)
        ink, theme = self._land.ink, self._land.ink.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for (colour, wrong), path in sorted(self._all.items(), key=lambda item: item[0][1]):
            tone: QColor = ink.colour(theme.error if wrong else colour or theme.tertiary)
            painter.setPen(QPen(tone, 0))
            painter.drawPath(path)

    def _draw_labels(self, painter: QPainter, wires: list[Wire], exposed: QRectF) -> None:
        ink = self._land.ink
        for source in dict.fromkeys(wire.source for wire in wires):
            if source not in self._labels:
                if self._land.moving:
                    continue
                self._labels[source] = self._placed(source)
            found = self._labels[source]
            if found is not None and found[1].intersects(exposed):
                draw_label(painter, ink, found[1], self._land.wire(found[0]).text)

    def _placed(self, source: Endpoint) -> tuple[Endpoint, QRectF] | None:
        """Find a place for a shape where it covers nothing: on the first wire that has room."""
        for target in self._land.fan(source):
            if target not in self._land.wires:
                continue
            wire = self._land.wire(target)
            room = self._free(wire) if wire.text else None
            if room is not None:
                self._label_rooms.put(source, room)
                return target, room
        return None

    def _free(self, wire: Wire) -> QRectF | None:
        width = text_width(wire.text, LABEL_SIZE) + 10
        points = wire.curve.points
        for share in _SHARES:
            at = points[round(share * (len(points) - 1))]
            room = QRectF(at.x() - width / 2, at.y() - LABEL_HEIGHT / 2, width, LABEL_HEIGHT)
            # Ports stand out of their cards, so a shape keeps away from them.
            wide = room.adjusted(-_APART - 3, -_APART, _APART + 3, _APART)
            if not self._land.nodes.near(wide) and not self._label_rooms.near(room):
                return room
        return None

    def _forget(self, source: Endpoint) -> None:
        found = self._labels.pop(source, None)
        if found is not None:
            self._label_rooms.take(source)
            self.update(grown(found[1], 2))
