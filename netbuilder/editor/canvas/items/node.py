"""A card on the canvas: one item that draws all that belongs to a node."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from netbuilder.app.picture_cards import Card
from netbuilder.editor.canvas.painting import CALM, Ink, Mood, draw_card, room_of


class Sheet(Protocol):
    """What all items of a scene draw with."""

    ink: Ink
    zoom: float


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
        self.setPen(Qt.PenStyle.NoPen)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
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
        self.update()

    def show_mood(self, mood: Mood) -> None:
        """Show another state."""
        if mood == self.mood:
            return
        if mood.selected != self.mood.selected:
            self.setZValue(1.0 if mood.selected else 0.0)
        self.mood = mood
        self.update()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Draw the card."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_card(painter, self._sheet.ink, self.card, self.mood, self._sheet.zoom)
