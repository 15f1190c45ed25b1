"""A wash over the cards by what their nodes cost, with the figure on each: colour never stands alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from netbuilder.app.picture_cards import SMALL_SIZE
from netbuilder.editor.canvas.geometry import Places
from netbuilder.editor.canvas.painting import BLOCK, FULL, RADIUS, Ink

COOLEST, HOTTEST = 0.06, 0.46  # how opaque the wash is
_PILL = 16.0  # px high
_MARGIN = 6.0  # px beside the figure
_SIZES = (30.0, 26.0, 22.0, 18.0, 14.0)  # px of figures on cards that are seen from far


@dataclass(frozen=True, slots=True)
class Warmth:
    """How hot a node is.

    Attributes:
        share: From 0 to 1.
        text: The figure that stands on the card.
    """

    share: float
    text: str


_COLD = Warmth(0.0, "")


class Heated(Protocol):
    """What the heat needs to know of the scene."""

    ink: Ink
    zoom: float
    nodes: Places[str]


def opacity_at(share: float) -> float:
    """Return how opaque the wash is for a share from 0 to 1."""
    return COOLEST + (HOTTEST - COOLEST) * share


class HeatItem(QGraphicsRectItem):
    """Draws the heat over all cards, whatever lies below.

    Args:
        scene: The scene.
        room: The rectangle of the whole scene.
    """

    def __init__(self, scene: Heated, room: QRectF) -> None:
        super().__init__(room)
        self.setPen(Qt.PenStyle.NoPen)
        self.setFlag(QGraphicsRectItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(20)
        self.setVisible(False)
        self._scene = scene
        self._warmth: Mapping[str, Warmth] = {}

    def put(self, warmth: Mapping[str, Warmth]) -> None:
        """Show how hot these nodes of the shown graph are; none takes the heat away."""
        self._warmth = warmth
        self.setVisible(bool(warmth))
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the wash and the figures of what is seen."""
        scene = self._scene
        exposed: QRectF = option.exposedRect  # type: ignore[attr-defined]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for name in scene.nodes.near(exposed.adjusted(-_PILL, -_PILL, _PILL, _PILL)):
            warmth, rect = self._warmth.get(name, _COLD), scene.nodes.rect(name)
            if scene.zoom < FULL:
                # Blocks have colours of their own, which would be taken for heat.
                painter.setPen(scene.ink.rule)
                painter.setBrush(scene.ink.body)
                painter.drawRoundedRect(rect, RADIUS, RADIUS)
            if not warmth.text:
                continue
            self._wash(painter, rect, warmth.share)
            if scene.zoom >= FULL:
                self._write(painter, rect, warmth.text)
            elif scene.zoom >= BLOCK:
                self._write_large(painter, rect, warmth.text)

    def _wash(self, painter: QPainter, rect: QRectF, share: float) -> None:
        """Tint the card and leave its text: dark text stays as dark, and light text as light."""
        ink, modes = self._scene.ink, QPainter.CompositionMode
        is_dark = ink.colour(ink.theme.card).lightnessF() < 0.5
        neutral = "#000000" if is_dark else "#ffffff"
        mode = modes.CompositionMode_Screen if is_dark else modes.CompositionMode_Multiply
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink.mixed(neutral, ink.theme.error, opacity_at(share)))
        painter.setCompositionMode(mode)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        painter.setCompositionMode(modes.CompositionMode_SourceOver)

    def _write_large(self, painter: QPainter, rect: QRectF, text: str) -> None:
        """The figure in the middle of a card that is seen from far."""
        ink = self._scene.ink
        room = rect.width() - 2 * _MARGIN
        size = next((s for s in _SIZES if ink.width(text, s, strong=True) <= room), _SIZES[-1])
        at = QPointF(rect.center().x(), rect.center().y() + size * 0.36)
        colour = ink.colour(ink.theme.text)
        ink.write(painter, at, text, colour, size, strong=True, anchor="middle")

    def _write(self, painter: QPainter, rect: QRectF, text: str) -> None:
        """The figure, in a small plate on the upper edge of the card."""
        ink = self._scene.ink
        theme = ink.theme
        width = ink.width(text, SMALL_SIZE, strong=True) + 2 * _MARGIN
        plate = QRectF(rect.left() + 10, rect.top() - _PILL / 2 + 1, width, _PILL)
        painter.setPen(ink.colour(theme.error))
        painter.setBrush(ink.body)
        painter.drawRoundedRect(plate, _PILL / 2, _PILL / 2)
        at = QPointF(plate.left() + _MARGIN, plate.bottom() - 4.5)
        ink.write(painter, at, text, ink.colour(theme.text), SMALL_SIZE, strong=True)
