"""What is drawn over the cards while hands are at work: rubber band, dragged wire, cut, guides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from netbuilder.app.picture_cards import SMALL_SIZE
from netbuilder.editor.canvas.geometry import Curve, around, grown
from netbuilder.editor.canvas.painting import PORT

if TYPE_CHECKING:
    from netbuilder.editor.canvas.scene import Scene
    from netbuilder.graph.model import Endpoint

_AROUND = 10.0  # px on the screen that pens and dots may use around what is drawn


class Overlay(QGraphicsRectItem):
    """Draws what lies over all cards; it takes no part in hits.

    Args:
        scene: The scene.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.setPen(Qt.PenStyle.NoPen)
        self.setZValue(100)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._scene = scene
        self._rubber: QRectF | None = None
        self._wire: tuple[QPointF, QPointF, str, bool | None] | None = None
        self._cut: list[QPointF] = []
        self._guides: list[QLineF] = []
        self._port: tuple[QPointF, str, str, str] | None = None
        self._fits: dict[tuple[str, str, str], str] | None = None

    def set_rubber(self, rect: QRectF | None) -> None:
        """Show a rubber band, or none."""
        self._rubber = rect.normalized() if rect is not None else None
        self._changed()

    def set_wire(
        self,
        start: QPointF | None,
        end: QPointF | None = None,
        colour: str = "",
        fits: bool | None = None,
    ) -> None:
        """Show a wire that is being dragged, or none.

        Args:
            start: The output it comes from, or will; None for no wire.
            end: Where it goes.
            colour: Of what flows; empty for the usual one.
            fits: Whether it may end where it is now; None over nothing.
        """
        self._wire = (start, end, colour, fits) if start is not None and end is not None else None
        self._changed()

    def set_cut(self, points: Sequence[QPointF] | None) -> None:
        """Show a line that cuts wires, or none."""
        self._cut = list(points or ())
        self._changed()

    def set_guides(self, lines: Sequence[QLineF]) -> None:
        """Show what moved cards are in line with."""
        self._guides = list(lines)
        self._changed()

    def set_fits(self, fits: Mapping[tuple[str, str, str], str] | None) -> None:
        """Light up the ports a dragged wire may go into, and dim the others.

        Args:
            fits: By node, port and side: empty where it fits, else why not; None for no wire.
        """
        self._fits = dict(fits) if fits is not None else None
        self._scene.set_fits(self._fits)

    def set_drop_edge(self, edge: Endpoint | None) -> None:
        """Show that a card would be put into a wire."""
        self._scene.set_drop(edge)

    def set_port_name(
        self, at: QPointF | None, name: str = "", side: str = "", colour: str = ""
    ) -> None:
        """Show the name of a port beside it, or none.

        Args:
            at: Where the port is; None for no name.
            name: Its name.
            side: Whether it is an input or an output: ``in`` or ``out``.
            colour: Of the port, where it is shown with its name; empty where its card shows it.
        """
        port = (at, name, side, colour) if at is not None and name else None
        if port != self._port:
            self._port = port
            self._changed()

    def reason(self, node: str, port: str, side: str) -> str:
        """Return why a dragged wire does not fit a port; empty where it does or none is dragged."""
        return self._fits.get((node, port, side), "") if self._fits else ""

    @property
    def rubber(self) -> QRectF | None:
        """The rubber band."""
        return self._rubber

    @property
    def wire(self) -> tuple[QPointF, QPointF, str, bool | None] | None:
        """The dragged wire: from, to, colour, whether it fits."""
        return self._wire

    @property
    def guides(self) -> Sequence[QLineF]:
        """The guides."""
        return tuple(self._guides)

    @property
    def cut(self) -> Sequence[QPointF]:
        """The points of the cutting line."""
        return tuple(self._cut)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw it all."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_guides(painter)
        self._draw_rubber(painter)
        self._draw_wire(painter)
        self._draw_cut(painter)
        self._draw_port(painter)

    def _changed(self) -> None:
        self.update()  # where it was
        self.setRect(self._room())
        self.update()

    def _room(self) -> QRectF:
        parts = [] if self._rubber is None else [self._rubber]
        if self._wire:
            parts.append(Curve(self._wire[0], self._wire[1]).box)
        if self._cut:
            parts.append(around(QRectF(p, p) for p in self._cut))
        parts += [QRectF(line.p1(), line.p2()).normalized() for line in self._guides]
        if self._port:
            parts.append(self._port_room(self._port[0]))
        return grown(around(parts), _AROUND / self._scene.zoom) if parts else QRectF()

    def _draw_guides(self, painter: QPainter) -> None:
        pen = QPen(self._scene.ink.colour(self._scene.ink.theme.accent, 0.8), 1)
        pen.setCosmetic(True)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawLines(self._guides)

    def _draw_rubber(self, painter: QPainter) -> None:
        if self._rubber is None:
            return
        ink = self._scene.ink
        pen = QPen(ink.colour(ink.theme.accent, 0.9), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(ink.colour(ink.theme.accent, 0.12))
        painter.drawRect(self._rubber)

    def _draw_wire(self, painter: QPainter) -> None:
        if self._wire is None:
            return
        ink, theme = self._scene.ink, self._scene.ink.theme
        start, end, colour, fits = self._wire
        tone = ink.colour(theme.error if fits is False else colour or theme.accent)
        pen = QPen(tone, 2.25 / min(self._scene.zoom, 1.0))
        if fits is False:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(Curve(start, end).path)
        radius = (6.0 if fits else 4.0) / min(self._scene.zoom, 1.0)
        painter.setBrush(tone if fits else ink.body)
        painter.drawEllipse(end, radius, radius)

    def _draw_cut(self, painter: QPainter) -> None:
        if len(self._cut) < 2:
            return
        path = QPainterPath(self._cut[0])
        for point in self._cut[1:]:
            path.lineTo(point)
        pen = QPen(self._scene.ink.colour(self._scene.ink.theme.error), 1.5)
        pen.setCosmetic(True)
        pen.setDashPattern([5, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _draw_port(self, painter: QPainter) -> None:
        if self._port is None:
            return
        at, name, side, colour = self._port
        ink, theme = self._scene.ink, self._scene.ink.theme
        painter.save()
        painter.translate(at)
        scale = self._port_scale()
        painter.scale(scale, scale)
        if colour:
            painter.setPen(QPen(ink.colour(colour), 2))
            painter.setBrush(ink.body)
            painter.drawEllipse(QPointF(), PORT, PORT)
        pill = self._pill(name, side)
        painter.setPen(QPen(ink.colour(theme.card_line), 1))
        painter.setBrush(ink.colour(theme.raised))
        painter.drawRoundedRect(pill, 6, 6)
        middle = QPointF(pill.center().x(), pill.center().y() + 4)
        ink.write(painter, middle, name, ink.colour(theme.text), SMALL_SIZE, anchor="middle")
        painter.restore()

    def _port_scale(self) -> float:
        """How much larger a port's name is drawn than the scene, so that it can be read from far."""
        return 1 / min(self._scene.zoom, 1.0)

    def _port_room(self, at: QPointF) -> QRectF:
        assert self._port is not None
        scale = self._port_scale()
        pill = grown(self._pill(*self._port[1:3]), 2)
        room = QRectF(pill.topLeft() * scale, pill.size() * scale).translated(at)
        return room.united(grown(QRectF(at, at), 2 * PORT * scale))

    def _pill(self, name: str, side: str) -> QRectF:
        """Where a port's name stands beside the port."""
        width = self._scene.ink.width(name, SMALL_SIZE) + 14
        return QRectF(-12 - width if side == "in" else 12, -30, width, 20)
