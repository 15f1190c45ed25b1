"""Frames and notes on the canvas."""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from netbuilder.app.picture_cards import LINE_SIZE
from netbuilder.app.theme import GROUP_COLOUR, fitted, wrapped
from netbuilder.editor.canvas.items.node import Sheet
from netbuilder.editor.canvas.painting import BLOCK
from netbuilder.graph.model import Frame, Note

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_LINE = 16.0
_FRAME_RADIUS = 12.0
_NOTE_RADIUS = 6.0
_NEAR = 0.6  # from this zoom on, the title of a frame stands inside
_LARGEST = 64
_ABOVE = 90.0


class BoxItem(QGraphicsRectItem):
    """What frames and notes have in common.

    Args:
        sheet: What it is drawn with.
        box: Where it lies.
    """

    def __init__(self, sheet: Sheet, box: Frame | Note) -> None:
        super().__init__()
        self.setPen(Qt.PenStyle.NoPen)
        self._sheet = sheet
        self._selected = False
        width, height = box.size
        # Room above, where the title of a frame stands from far.
        self.setRect(QRectF(-3, -3 - _ABOVE, width + 6, height + 6 + _ABOVE))
        self.setPos(*box.position)

    def set_selected(self, selected: bool) -> None:
        """Show whether it is selected."""
        if selected != self._selected:
            self._selected = selected
            self.update()

    def _corner(self, painter: QPainter, size: tuple[float, float], colour: QPen) -> None:
        """Show where the size is changed."""
        painter.setPen(colour)
        width, height = size
        for step in (5.0, 9.0):
            painter.drawLine(
                QPointF(width - 4 - step, height - 4), QPointF(width - 4, height - 4 - step)
            )


class FrameItem(BoxItem):
    """A coloured rectangle with a title.

    Args:
        sheet: What it is drawn with.
        frame: What it shows.
    """

    def __init__(self, sheet: Sheet, frame: Frame) -> None:
        super().__init__(sheet, frame)
        self.setZValue(-20)
        self.frame = frame

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the frame."""
        ink, frame = self._sheet.ink, self.frame
        name = frame.colour if _COLOUR.match(frame.colour) else GROUP_COLOUR
        width, height = frame.size
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(ink.colour(name, 0.1))
        pen = QPen(ink.colour(name, 0.5), 1.25)
        if self._selected:
            pen = QPen(ink.colour(ink.theme.accent), 2)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(0, 0, width, height), _FRAME_RADIUS, _FRAME_RADIUS)
        zoom = self._sheet.zoom
        self._title(painter, zoom, name)
        if zoom >= BLOCK:
            self._corner(painter, frame.size, QPen(ink.colour(name, 0.6), 1))

    def _title(self, painter: QPainter, zoom: float, name: str) -> None:
        """Write the title: inside, and from far above the frame, larger, where no card is."""
        ink, width = self._sheet.ink, self.frame.size[0]
        near = zoom >= _NEAR
        size = LINE_SIZE if near else min(round(LINE_SIZE * 0.85 / zoom), _LARGEST)
        room = width - 28 if near else width
        title = fitted(self.frame.title, max(room, 0), size) if self.frame.title else ""
        # The tint alone would be too faint to read; a third of the way to it is not.
        tone = ink.mixed(ink.theme.text, name, 0.35)
        at = QPointF(14, 9 + size * 1.05) if near else QPointF(2, -size * 0.4)
        ink.write(painter, at, title, tone, size, strong=True)


class NoteItem(BoxItem):
    """A piece of text.

    Args:
        sheet: What it is drawn with.
        note: What it shows.
    """

    def __init__(self, sheet: Sheet, note: Note) -> None:
        super().__init__(sheet, note)
        self.setZValue(5)
        self.note = note

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the note."""
        ink, note = self._sheet.ink, self.note
        theme = ink.theme
        width, height = note.size
        tinted = bool(_COLOUR.match(note.colour))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(
            ink.mixed(theme.canvas, note.colour, 0.2) if tinted else ink.colour(theme.note)
        )
        pen = QPen(ink.colour(note.colour if tinted else theme.note_line), 1)
        if self._selected:
            pen = QPen(ink.colour(theme.accent), 2)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(0, 0, width, height), _NOTE_RADIUS, _NOTE_RADIUS)
        if self._sheet.zoom < BLOCK:
            return
        most = int((height - 12) // _LINE)
        for i, text in enumerate(wrapped(note.text, width - 24, LINE_SIZE, most)):
            at = QPointF(12, 20 + _LINE * i)
            ink.write(painter, at, text, ink.colour(theme.text), LINE_SIZE)
        self._corner(painter, note.size, QPen(ink.colour(theme.secondary, 0.6), 1))
