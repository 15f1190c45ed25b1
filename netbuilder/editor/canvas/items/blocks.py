"""All cards at once, as blocks: how a graph looks from far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from netbuilder.app.picture_cards import Card
from netbuilder.editor.canvas.geometry import Places, grown
from netbuilder.editor.canvas.items.node import Sheet
from netbuilder.editor.canvas.moods import Moods
from netbuilder.editor.canvas.painting import (
    BLOCK,
    RADIUS,
    block_colour,
    draw_block,
    draw_block_title,
)

_EDGE = 2.5  # px on the screen that marks are wide
_MANY = 400  # blocks; while more of them move, titles and round corners are left out


class Crowd(Sheet, Protocol):
    """What the blocks need to know of the scene."""

    nodes: Places[str]
    moods: Moods

    @property
    def faces(self) -> Mapping[str, Card]:
        """The cards by node."""


class BlocksItem(QGraphicsRectItem):
    """Draws every card as a block: with its title, or farther out one call for all of a colour.

    Args:
        crowd: The scene.
        room: The rectangle of the whole scene.
    """

    def __init__(self, crowd: Crowd, room: QRectF) -> None:
        super().__init__(room)
        self.setPen(Qt.PenStyle.NoPen)
        self.setFlag(QGraphicsRectItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
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

    def update_at(self, rect: QRectF) -> None:
        """Draw anew where a card is."""
        if self.isVisible():
            self.update(grown(rect, 2 * _EDGE / self._crowd.zoom))

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the blocks."""
        exposed: QRectF = option.exposedRect  # type: ignore[attr-defined]
        if self._crowd.zoom < BLOCK:
            self._draw_plain(painter)
        else:
            self._draw_titled(painter, exposed)
        self._draw_marks(painter, exposed)

    def _draw_plain(self, painter: QPainter) -> None:
        if self._rects is None:
            self._rects, self._colour_of = {}, {}
            for name in self._crowd.faces:
                self._put(self._rects, name)
        few = len(self._crowd.faces) <= _MANY
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, few)
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, rects in self._rects.items():
            painter.setBrush(QColor(colour))
            if few:
                for rect in rects.values():
                    painter.drawRoundedRect(rect, RADIUS, RADIUS)
            elif rects:
                painter.drawRects(list(rects.values()))

    def _draw_titled(self, painter: QPainter, exposed: QRectF) -> None:
        crowd, ink = self._crowd, self._crowd.ink
        seen = sorted(crowd.nodes.near(exposed), key=lambda name: crowd.moods.of(name).selected)
        quick = crowd.moving and len(seen) > _MANY
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not quick)
        for name in seen:
            card, rect = crowd.faces[name], crowd.nodes.rect(name)
            if card.kind == "group" and not quick:
                painter.setPen(Qt.PenStyle.NoPen)
                draw_block(painter, ink, card, rect.translated(7, -7))
            if quick:
                painter.setPen(Qt.PenStyle.NoPen)
            else:
                pen = QPen(ink.mixed(ink.theme.card, card.colour, 0.62), 2)
                if card.bypass or card.kind == "unknown":
                    pen.setDashPattern([4, 3])
                painter.setPen(pen)
            draw_block(painter, ink, card, rect, plain=quick)
            if not quick and card.kind != "reroute":
                draw_block_title(painter, ink, card, rect)

    def _draw_marks(self, painter: QPainter, exposed: QRectF) -> None:
        """What is wrong, selected or dimmed must be seen from far, too."""
        crowd, theme = self._crowd, self._crowd.ink.theme
        near = grown(exposed, 2 * _EDGE / crowd.zoom)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for name, card in crowd.faces.items():
            if card.severity and (rect := crowd.nodes.rect(name)).intersects(near):
                self._mark(
                    painter, rect, theme.error if card.severity == "error" else theme.warning
                )
        for name, mood in crowd.moods.changed.items():
            if name not in crowd.nodes:
                continue
            rect = crowd.nodes.rect(name)
            if mood.selected:
                self._mark(painter, rect, theme.accent)
            elif mood.dimmed:
                painter.fillRect(rect, crowd.ink.colour(theme.canvas, 0.65))
            elif mood.hovered:
                self._mark(painter, rect, theme.tertiary)

    def _mark(self, painter: QPainter, rect: QRectF, colour: str) -> None:
        pen = QPen(self._crowd.ink.colour(colour), _EDGE / self._crowd.zoom)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(grown(rect, _EDGE / 2 / self._crowd.zoom), 12, 12)

    def _put(self, rects: dict[str, dict[str, QRectF]], name: str) -> None:
        card = self._crowd.faces.get(name)
        if card is None or name not in self._crowd.nodes:
            return
        colour = block_colour(self._crowd.ink, card).name()
        rects.setdefault(colour, {})[name] = self._crowd.nodes.rect(name)
        self._colour_of[name] = colour
