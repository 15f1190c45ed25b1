"""A card on the canvas: one item that draws all that belongs to a node."""

from __future__ import annotations

from math import ceil
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from netbuilder.app.picture_cards import Card
from netbuilder.editor.canvas.items.prints import Print, Prints
from netbuilder.editor.canvas.painting import (
    CALM,
    Ink,
    Mood,
    draw_face,
    draw_plate,
    opacity_of,
    plate_key,
    room_in,
    room_of,
)

# While zooming, a picture of about the right size will do.
_CLOSE = (0.6, 1.7)


class Sheet(Protocol):
    """What all items of a scene draw with."""

    ink: Ink
    zoom: float
    moving: bool
    prints: Prints


class NodeItem(QGraphicsRectItem):
    """A node's card; its rectangle is the room the card may draw in.

    A rectangle item, so that Qt finds its bounds without asking Python.

    Args:
        sheet: What it is drawn with.
        card: What stands on it, at the origin.
        parent: The item that holds all cards.

    Attributes:
        card: What stands on it, at the origin.
        mood: What else shows.
    """

    def __init__(self, sheet: Sheet, card: Card, parent: QGraphicsItem) -> None:
        super().__init__(room_of(card), parent)
        self._sheet = sheet
        self.card = card
        self.mood = CALM

    def show_card(self, card: Card) -> None:
        """Show something else."""
        if card == self.card:
            return
        if (card.width, card.height) != (self.card.width, self.card.height):
            self.setRect(room_of(card))
        self.card = card
        self._redraw()

    def show_mood(self, mood: Mood) -> None:
        """Show another state."""
        if mood == self.mood:
            return
        if mood.selected != self.mood.selected:
            self.setZValue(1.0 if mood.selected else 0.0)
        self.mood = mood
        self._redraw()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Put down the card's picture; draw it first where there is none, or one for another zoom."""
        ratio = painter.device().devicePixelRatioF()
        scale = self._sheet.zoom * ratio
        found = self._sheet.prints.get(self.card.id)
        if found is not None and found.scale != scale:
            close = _CLOSE[0] <= found.scale / scale <= _CLOSE[1]
            if self._sheet.moving and close:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                size = found.pixmap.size()
                room = QRectF(0, 0, size.width() / found.scale, size.height() / found.scale)
                room.moveTopLeft(found.corner)
                painter.drawPixmap(room, found.pixmap, QRectF(found.pixmap.rect()))
                return
            found = None
        if found is None:
            found = self._printed(scale)
        # On whole pixels, so that text stays sharp.
        before = painter.worldTransform()
        at = before.map(found.corner) * ratio
        painter.setWorldTransform(QTransform.fromScale(1 / ratio, 1 / ratio))
        painter.drawPixmap(QPointF(round(at.x()), round(at.y())), found.pixmap)
        painter.setWorldTransform(before)

    def _printed(self, scale: float) -> Print:
        room = room_in(self.card, self.mood)
        plate = self._plate(scale, room)
        opacity = opacity_of(self.card, self.mood)
        pixmap = QPixmap(plate)  # painting on it makes it a copy
        if opacity < 1:
            pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if opacity < 1:
            painter.setOpacity(opacity)
            painter.drawPixmap(0, 0, plate)
        _onto(painter, scale, room)
        draw_face(painter, self._sheet.ink, self.card, self.mood)
        painter.end()
        made = Print(pixmap, scale, room.topLeft())
        self._sheet.prints.put(self.card.id, made)
        return made

    def _plate(self, scale: float, room: QRectF) -> QPixmap:
        """What lies under the text; cards of one size share it."""
        key = (scale, room.x(), *plate_key(self.card, self.mood))
        found = self._sheet.prints.get(key)
        if found is not None:
            return found.pixmap
        pixmap = QPixmap(ceil(room.width() * scale), ceil(room.height() * scale))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _onto(painter, scale, room)
        draw_plate(painter, self._sheet.ink, self.card, self.mood)
        painter.end()
        self._sheet.prints.put(key, Print(pixmap, scale, room.topLeft()))
        return pixmap

    def _redraw(self) -> None:
        self._sheet.prints.drop(self.card.id)
        self.update()


def _onto(painter: QPainter, scale: float, room: QRectF) -> None:
    painter.scale(scale, scale)
    painter.translate(-room.topLeft())
