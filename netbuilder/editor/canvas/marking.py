"""Marks on cards and wires that two graphs do not share; a sign and a word stand beside the colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from netbuilder.app.graph_pair import Mark, Marks
from netbuilder.app.picture_cards import SMALL_SIZE
from netbuilder.app.theme import Theme
from netbuilder.editor.canvas.geometry import Curve, Places
from netbuilder.editor.canvas.painting import FULL, RADIUS, Ink
from netbuilder.graph.model import Endpoint

SIGNS: Mapping[Mark, str] = {"added": "+", "removed": "\N{MINUS SIGN}", "changed": "~"}
_GAP = 4.0  # px between a card and the ring around it
_RING = 2.5  # px
_WIRE = 3.5  # px
_PLATE = 17.0  # px high
_LEAST = 0.75  # of their size on the screen that signs keep when all is seen from far
_DASHES = (3.0, 2.0)


class Marked(Protocol):
    """What the marks need to know of the scene."""

    ink: Ink
    zoom: float
    nodes: Places[str]

    def curve(self, target: Endpoint) -> Curve | None:
        """Return where a wire lies."""


def colour_of(mark: Mark, theme: Theme) -> str:
    """Return the colour of a mark."""
    return {"added": theme.ok, "removed": theme.error, "changed": theme.warning}[mark]


class MarksItem(QGraphicsRectItem):
    """Draws the marks over cards and wires.

    Args:
        scene: The scene.
        room: The rectangle of the whole scene.
        marks: What differs in the shown graph.
    """

    def __init__(self, scene: Marked, room: QRectF, marks: Marks) -> None:
        super().__init__(room)
        self.setPen(Qt.PenStyle.NoPen)
        self.setFlag(QGraphicsRectItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(15)
        self._scene, self._marks = scene, marks

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the wires first, so that cards and their signs stay readable."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        around = _PLATE * self._scale
        exposed: QRectF = option.exposedRect  # type: ignore[attr-defined]
        seen = exposed.adjusted(-4 * around, -around, 4 * around, around)  # with their words
        for target, mark in self._marks.wires.items():
            curve = self._scene.curve(target)
            # A straight wire has no height, and Qt says that nothing meets such a rectangle.
            if curve is not None and curve.box.adjusted(-1, -1, 1, 1).intersects(seen):
                self._draw_wire(painter, curve, mark)
        for name, mark in self._marks.nodes.items():
            rect = self._scene.nodes.rect(name) if name in self._scene.nodes else QRectF()
            if rect.intersects(seen):
                self._draw_ring(painter, rect, mark)

    @property
    def _scale(self) -> float:
        """How much larger things are drawn where all is seen from far."""
        return max(1.0, _LEAST / self._scene.zoom)

    def _pen(self, mark: Mark, width: float) -> QPen:
        ink = self._scene.ink
        pen = QPen(ink.colour(colour_of(mark, ink.theme)), width * self._scale)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if mark == "removed":
            pen.setDashPattern(_DASHES)
        return pen

    def _draw_wire(self, painter: QPainter, curve: Curve, mark: Mark) -> None:
        painter.setPen(self._pen(mark, _WIRE))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(curve.path)
        middle = curve.points[len(curve.points) // 2]
        self._draw_plate(painter, middle, mark, SIGNS[mark])

    def _draw_ring(self, painter: QPainter, rect: QRectF, mark: Mark) -> None:
        gap = _GAP * self._scale
        room = rect.adjusted(-gap, -gap, gap, gap)
        painter.setPen(self._pen(mark, _RING))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(room, RADIUS + gap, RADIUS + gap)
        text = f"{SIGNS[mark]} {mark}" if self._scene.zoom >= FULL else SIGNS[mark]
        left = room.left() + self._width(text) / 2 + RADIUS
        self._draw_plate(painter, QPointF(left, room.top()), mark, text)

    def _width(self, text: str) -> float:
        width = self._scene.ink.width(text, SMALL_SIZE, strong=True) + 10
        return max(width, _PLATE) * self._scale

    def _draw_plate(self, painter: QPainter, middle: QPointF, mark: Mark, text: str) -> None:
        """A sign on a plate of its own, readable whatever lies below."""
        ink, scale = self._scene.ink, self._scale
        width, height = self._width(text), _PLATE * scale
        plate = QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)
        painter.setPen(QPen(ink.colour(colour_of(mark, ink.theme)), 1.5 * scale))
        painter.setBrush(ink.body)
        painter.drawRoundedRect(plate, height / 2, height / 2)
        size = SMALL_SIZE * scale
        at = QPointF(middle.x(), middle.y() + size * 0.36)
        ink.write(painter, at, text, ink.colour(ink.theme.text), size, strong=True, anchor="middle")
