"""The small map in the corner: the whole graph, and which part of it is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QWidget

from netbuilder.editor.canvas.geometry import grown
from netbuilder.editor.canvas.hits import box_of
from netbuilder.editor.canvas.painting import block_colour

if TYPE_CHECKING:
    from netbuilder.editor.canvas.scene import Scene
    from netbuilder.editor.canvas.view import Canvas

SIZE = QSize(160, 92)
_INSET = 8.0
_LEAST = 2.5  # px a card is large at least
_ROUNDED = 0.02  # from this scale on, cards have round corners
_PAUSE = 120  # ms between two drawings while things move


class Minimap(QWidget):
    """Shows the whole graph small; a click or a drag in it brings the view there.

    Args:
        scene: The scene.
        canvas: The view.

    Attributes:
        wanted: Whether the settings want it.
    """

    panned = Signal(QPointF)  # the point of the scene that is to be in the middle

    def __init__(self, scene: Scene, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._scene = scene
        self._canvas = canvas
        self._picture: QPixmap | None = None
        self._place = QTransform()
        self.wanted = True
        self.setObjectName("minimap")
        self.setAccessibleName("Map of the graph")
        self.setToolTip("The whole graph. Click or drag to look elsewhere.")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.resize(SIZE)
        self._later = QTimer(self, singleShot=True, interval=_PAUSE)
        self._later.timeout.connect(self._on_later)

    def redraw(self) -> None:
        """Draw the cards anew, soon."""
        if self.isVisible() and not self._later.isActive():
            self._later.start()
        elif not self.isVisible():
            self._picture = None

    def to_map(self) -> QTransform:
        """Return how the scene is brought onto the map."""
        extent = grown(self._scene.extent(), 40)
        room = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        scale = min(room.width() / extent.width(), room.height() / extent.height(), 0.2)
        move = room.center() - extent.center() * scale
        return QTransform(scale, 0, 0, scale, move.x(), move.y())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the map and the part that is seen."""
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatioF() != ratio:
            self._place = self.to_map()
            self._picture = self._drawn(ratio)
        ink, theme = self._scene.ink, self._scene.ink.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(ink.colour(theme.line), 1))
        painter.setBrush(ink.colour(theme.panel, 0.94))
        painter.drawRoundedRect(body, 6, 6)
        painter.drawPixmap(0, 0, self._picture)
        painter.setClipRect(body.adjusted(2, 2, -2, -2))
        seen = self._place.mapRect(self._canvas.shown_rect())
        # The whole graph in view is told by a line at the border of the map, too.
        seen = seen.intersected(body.adjusted(3, 3, -3, -3))
        painter.setPen(QPen(ink.colour(theme.accent), 1.25))
        painter.setBrush(ink.colour(theme.accent, 0.08))
        painter.drawRoundedRect(seen, 2, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Look there."""
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Look along with the mouse."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def _go(self, event: QMouseEvent) -> None:
        self.panned.emit(self.to_map().inverted()[0].map(event.position()))
        event.accept()

    def _on_later(self) -> None:
        self._picture = None
        self.update()

    def _drawn(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        place, ink = self._place, self._scene.ink
        for frame in self._scene.frames.values():
            painter.setBrush(QColor(ink.colour(ink.theme.tertiary, 0.25)))
            painter.drawRoundedRect(place.mapRect(box_of(frame)), 2, 2)
        large = place.m11() > _ROUNDED
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, large)
        for colour, rects in self._by_colour(place).items():
            painter.setBrush(QColor(colour))
            if large:
                for rect in rects:
                    painter.drawRoundedRect(rect, 2, 2)
            else:
                painter.drawRects(rects)
        painter.end()
        return picture

    def _by_colour(self, place: QTransform) -> dict[str, list[QRectF]]:
        ink, nodes = self._scene.ink, self._scene.nodes
        scale, dx, dy = place.m11(), place.dx(), place.dy()
        found: dict[str, list[QRectF]] = {}
        for name, card in self._scene.faces.items():
            wrong = card.severity == "error"
            colour = ink.theme.error if wrong else block_colour(ink, card).name()
            x, y = nodes.corner(name)
            # A card so small that it would vanish is drawn larger.
            width, height = max(card.width * scale, _LEAST), max(card.height * scale, _LEAST)
            rect = QRectF(x * scale + dx, y * scale + dy, width, height)
            found.setdefault(colour, []).append(rect)
        return found
