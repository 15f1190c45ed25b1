"""All cards at once, as blocks: how a large graph looks from far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from netbuilder.app.picture_cards import Card
from netbuilder.editor.canvas.geometry import Places
from netbuilder.editor.canvas.items.node import Sheet
from netbuilder.editor.canvas.moods import Moods
from netbuilder.editor.canvas.painting import block_colour


class Crowd(Sheet, Protocol):
    """What the blocks need to know of the scene."""

    nodes: Places[str]

    @property
    def faces(self) -> Mapping[str, Card]:
        """The cards by node."""

    @property
    def moods(self) -> Moods:
        """The states of the cards."""


class BlocksItem(QGraphicsRectItem):
    """Draws every card as a block, one call for all of a colour.

    Args:
        crowd: The scene.
        room: The rectangle of the whole scene.
    """

    def __init__(self, crowd: Crowd, room: QRectF) -> None:
        super().__init__(room)
        self.setPen(Qt.PenStyle.NoPen)
        self.setZValue(10)
        self.setVisible(False)
        self._crowd = crowd
        self._rects: dict[str, dict[str, QRectF]] | None = None
        self._colour_of: dict[str, str] = {}

    def forget(self) -> None:
        """Look at all cards again."""
        self._rects = None

    def touch(self, names: Iterable[str]) -> None:
        """Look at these cards again: they came, went, moved or have another colour."""
        if self._rects is None:
            return
        for name in names:
            old = self._colour_of.pop(name, None)
            if old is not None:
                del self._rects[old][name]
            self._put(self._rects, name)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the blocks."""
        crowd = self._crowd
        if self._rects is None:
            self._rects, self._colour_of = {}, {}
            for name in crowd.faces:
                self._put(self._rects, name)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, rects in self._rects.items():
            if rects:
                painter.setBrush(QColor(colour))
                painter.drawRects(list(rects.values()))
        self._draw_marks(painter)

    def _draw_marks(self, painter: QPainter) -> None:
        """What is wrong, selected or dimmed must be seen from far, too."""
        crowd, theme = self._crowd, self._crowd.ink.theme
        edge = 2.0 / crowd.zoom
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for name, card in crowd.faces.items():
            if card.severity:
                colour = theme.error if card.severity == "error" else theme.warning
                self._mark(painter, crowd.nodes.rect(name), colour, edge)
        for name, mood in crowd.moods.changed.items():
            if mood.selected:
                self._mark(painter, crowd.nodes.rect(name), theme.accent, edge)
            elif mood.dimmed:
                painter.fillRect(crowd.nodes.rect(name), crowd.ink.colour(theme.canvas, 0.65))

    def _mark(self, painter: QPainter, rect: QRectF, colour: str, edge: float) -> None:
        tone = self._crowd.ink.colour(colour)
        outer = rect.adjusted(-edge, -edge, edge, edge)
        painter.fillRect(QRectF(outer.left(), outer.top(), outer.width(), edge), tone)
        painter.fillRect(QRectF(outer.left(), rect.bottom(), outer.width(), edge), tone)
        painter.fillRect(QRectF(outer.left(), rect.top(), edge, rect.height()), tone)
        painter.fillRect(QRectF(rect.right(), rect.top(), edge, rect.height()), tone)

    def _put(self, rects: dict[str, dict[str, QRectF]], name: str) -> None:
        card = self._crowd.faces.get(name)
        if card is None or name not in self._crowd.nodes:
            return
        colour = block_colour(self._crowd.ink, card).name()
        rects.setdefault(colour, {})[name] = self._crowd.nodes.rect(name)
        self._colour_of[name] = colour
