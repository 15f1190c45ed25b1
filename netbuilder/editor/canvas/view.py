"""The canvas: shows the graph of one document, and hands what the person does to the gestures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPixmapCache,
    QResizeEvent,
    QShowEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QGestureEvent,
    QGraphicsView,
    QPinchGesture,
    QToolTip,
    QWidget,
)

from netbuilder.app.arrange import Point
from netbuilder.app.graph_pair import Marks
from netbuilder.app.picture_cards import Card
from netbuilder.editor.canvas import hits
from netbuilder.editor.canvas.empty import EmptyState, FocusRing
from netbuilder.editor.canvas.geometry import around, segments
from netbuilder.editor.canvas.glide import CardGlide, ViewGlide
from netbuilder.editor.canvas.grid import Grid
from netbuilder.editor.canvas.hits import Hit, Side
from netbuilder.editor.canvas.listening import Listening
from netbuilder.editor.canvas.minimap import Minimap
from netbuilder.editor.canvas.overlay import Overlay
from netbuilder.editor.canvas.painting import FULL
from netbuilder.editor.canvas.scene import Scene
from netbuilder.editor.canvas.speaking import spoken
from netbuilder.editor.canvas.tips import tip_of
from netbuilder.editor.tab import Tab
from netbuilder.graph.model import Endpoint

if TYPE_CHECKING:
    from netbuilder.check.report import Report
    from netbuilder.editor.canvas.hands import Hands
    from netbuilder.editor.workspace import Workspace
    from netbuilder.graph.delta import Delta
    from netbuilder.graph.document import Change

LEAST_ZOOM, MOST_ZOOM = 0.05, 4.0
_STEP = 1.15
_MARGIN = 56  # px that framing leaves around
_SETTLE = 140  # ms without a movement until all is drawn well again
_PIXMAPS = 96 * 1024  # kB that drawn cards may take
_APART = 12  # px between the corner and the map


class Canvas(QGraphicsView):
    """Shows the graph of one document.

    Args:
        tab: The document.
        workspace: What is open.
        parent: Its owner.

    Attributes:
        tab: The document.
        workspace: What is open.
        overlay: What is drawn over the cards while hands are at work.
        hands: What takes mouse, keys, wheel and drops; None for only zoom and pan.
    """

    zoomed = Signal(float)

    def __init__(self, tab: Tab, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tab = tab
        self.workspace = workspace
        self.hands: Hands | None = None
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), _PIXMAPS))
        self._stage = Scene(tab, workspace.look.theme, self)
        self.overlay: Overlay = self._stage.overlay
        self._grid = Grid()
        self._held: QPointF | None = None
        self._mouse: QPointF | None = None
        self._kept_moving = False
        self._shown = False
        self._views: dict[tuple[str, ...], tuple[float, QPointF]] = {}
        self._trail = tab.trail
        self._set_up()
        self._minimap = Minimap(self._stage, self)
        self._empty = EmptyState(workspace, self)
        self._ring = FocusRing(workspace.look, self)
        self._cards_glide = CardGlide(self._stage, self)
        self._view_glide = ViewGlide(self)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle.timeout.connect(self._on_settled)
        self._minimap.panned.connect(self.centre_at)
        tab.changed.connect(self._on_changed)
        tab.checked.connect(self._on_checked)
        tab.entered.connect(self._on_entered)
        tab.selected.connect(self._on_selected)
        tab.pointed.connect(self._on_pointed)
        workspace.look.changed.connect(self._on_look)
        self._listening = Listening(workspace.preferences.changed, self, "on_setting")
        self.destroyed.connect(self._listening.stop)
        self._take_settings()
        self._stage.rebuild()
        self._after_follow()

    def _set_up(self) -> None:
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas")
        self.setScene(self._stage)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)

    # What lies where

    def hit(self, at: QPointF) -> Hit:
        """Return what lies under a point of the scene."""
        return hits.hit(self._stage, at, self.zoom, dots=self.zoom >= FULL)

    def card(self, node: str) -> Card | None:
        """Return the card of a node where it lies now; None for a node that is not shown."""
        return self._stage.card(node)

    def rect_of(self, nodes: Iterable[str]) -> QRectF:
        """Return the rectangle around some cards; an empty one for none."""
        known = self._stage.nodes
        return around(known.rect(name) for name in nodes if name in known)

    def nodes_in(self, rect: QRectF) -> frozenset[str]:
        """Return the nodes whose cards touch a rectangle."""
        return frozenset(self._stage.nodes.near(rect.normalized()))

    def frames_in(self, rect: QRectF) -> frozenset[str]:
        """Return the frames that lie within a rectangle."""
        return hits.inside(self._stage.frames, rect.normalized())

    def notes_in(self, rect: QRectF) -> frozenset[str]:
        """Return the notes that lie within a rectangle."""
        return hits.inside(self._stage.notes, rect.normalized())

    def nearest_port(self, at: QPointF, reach: float, side: Side = "") -> Hit | None:
        """Return the nearest port within reach; with a side, only inputs or only outputs."""
        return hits.nearest_port(self._stage, at, reach, side)

    def edge_near(self, at: QPointF, reach: float) -> Endpoint | None:
        """Return the input that the nearest wire within reach leads to."""
        return hits.edge_near(self._stage, at, reach)

    def edges_crossing(self, points: Sequence[QPointF]) -> list[Endpoint]:
        """Return the inputs whose wires a line of points crosses."""
        found: dict[Endpoint, None] = {}
        for line in segments(points):
            for target in sorted(self._stage.wires.near(QRectF(line.p1(), line.p2()).normalized())):
                if self._stage.wire(target).curve.crosses(line):
                    found[target] = None
        return list(found)

    # Who wants the shape of the pointer asks the viewport, which has it.
    def cursor(self) -> QPointF:  # type: ignore[override]
        """Return where the mouse is in the scene, or the middle of what is seen."""
        middle = QRectF(self.viewport().rect()).center()
        return self.map_to_scene(self._mouse if self._mouse is not None else middle)

    def map_to_scene(self, at: QPointF) -> QPointF:
        """Return the point of the scene under a point of the screen, exactly."""
        return self.viewportTransform().inverted()[0].map(at)

    # Zoom and pan

    @property
    def zoom(self) -> float:
        """How large the scene is shown; 1 is 100%."""
        return self._stage.zoom

    def zoom_by(self, factor: float, at: QPoint | None = None) -> None:
        """Zoom; the point of the screen stays where it is, by default the middle."""
        self.set_zoom(self.zoom * factor, at)

    def set_zoom(self, zoom: float, at: QPoint | None = None) -> None:
        """Zoom to a size; the point of the screen stays where it is, by default the middle."""
        zoom = min(max(zoom, LEAST_ZOOM), MOST_ZOOM)
        pin = QPointF(at) if at is not None else QRectF(self.viewport().rect()).center()
        under = self.map_to_scene(pin)
        if zoom != self.zoom:
            self._stage.set_zoom(zoom)
            self.setTransform(QTransform.fromScale(zoom, zoom))
            self.stir()
        self._put(under, pin)
        self.zoomed.emit(zoom)

    def pan_by(self, dx: float, dy: float) -> None:
        """Move what is shown by px of the screen."""
        middle = QRectF(self.viewport().rect()).center()
        self.stir()
        self._put(self.map_to_scene(middle), middle + QPointF(dx, dy))

    def frame_nodes(self, ids: Iterable[str]) -> None:
        """Show these nodes as large as they fit, at most at 100%."""
        self._frame(self.rect_of(ids))

    def frame_all(self) -> None:
        """Show everything as large as it fits, at most at 100%."""
        self._frame(self._stage.extent())

    def centre_on(self, node: str) -> None:
        """Bring a node into the middle, smoothly where things may move."""
        rect = self.rect_of([node])
        if rect.isNull():
            return
        middle = rect.center()
        if self.workspace.look.motion and self.isVisible():
            self._view_glide.run(self.centre(), middle)
        else:
            self.centre_at(middle)

    def centre(self) -> QPointF:
        """Return the point of the scene in the middle."""
        return self.map_to_scene(QRectF(self.viewport().rect()).center())

    def centre_at(self, at: QPointF) -> None:
        """Bring a point of the scene into the middle."""
        self.stir()
        self._put(at, QRectF(self.viewport().rect()).center())

    def shown_rect(self) -> QRectF:
        """Return the part of the scene that is seen."""
        return self.viewportTransform().inverted()[0].mapRect(QRectF(self.viewport().rect()))

    # Looks

    def set_moving(self, moving: bool) -> None:
        """Draw quickly while something moves, and well afterwards."""
        self._kept_moving = moving
        if moving:
            self._settle.stop()
            self._stage.set_moving(True)
        else:
            self._settle.start()

    def stir(self) -> None:
        """Draw quickly until nothing has moved for a moment."""
        self._stage.set_moving(True)
        if not self._kept_moving:
            self._settle.start()

    def animate_moves(self, before: Mapping[str, Point]) -> None:
        """Let cards glide from where they were to where the document says, if things may move."""
        if self.workspace.look.motion and self.isVisible():
            self._cards_glide.run(before)

    def set_live(self, node: str, points: Sequence[float]) -> None:
        """Show a node's latest activity as a spark line; none takes it away."""
        if node in self._stage.nodes:
            self._stage.moods.live(node, points)

    def mark_running(self, nodes: Iterable[str]) -> None:
        """Show these nodes as being worked on, and no others."""
        self._stage.moods.run(name for name in nodes if name in self._stage.nodes)

    def set_marks(self, marks: Marks) -> None:
        """Mark what differs from another graph, until another one is entered."""
        self._stage.set_marks(marks)

    # Following

    def _on_changed(self, _: Change, different: Delta) -> None:
        self._cards_glide.stop()
        self._stage.follow(different)
        if self._stage.reached_many:
            self.stir()
        self._after_follow()

    def _on_checked(self, _: Report) -> None:
        if self._stage.refresh():  # after an edit it was shown with the edit
            self._after_follow()

    def _on_entered(self) -> None:
        self._views[self._trail] = self.zoom, self.centre()
        self._trail = self.tab.trail
        self._cards_glide.stop()
        self._view_glide.stop()
        self._stage.rebuild()
        self._after_follow()
        known = self._views.get(self._trail)
        if known is None:
            self.frame_all()
        else:
            self.set_zoom(known[0])
            self.centre_at(known[1])

    def _on_selected(self) -> None:
        self._stage.show_selection()
        self.setAccessibleDescription(spoken(self))

    def _on_pointed(self, node: str) -> None:
        self.centre_on(node)

    def _on_look(self) -> None:
        self._stage.set_theme(self.workspace.look.theme)
        self._grid.forget()
        self._minimap.redraw()
        self.viewport().update()

    def on_setting(self, name: str) -> None:
        """Take a setting that was changed."""
        if name in ("grid", "minimap", "edge_labels"):
            self._take_settings()

    def _take_settings(self) -> None:
        settings = self.workspace.preferences.settings
        self._stage.set_labels(bool(settings.edge_labels))
        self._grid.visible = bool(settings.grid)
        self._minimap.wanted = bool(settings.minimap)
        self._arrange()
        self.viewport().update()

    def _after_follow(self) -> None:
        graph = self._stage.graph
        self._empty.setVisible(not (graph.nodes or graph.frames or graph.notes))
        self._minimap.redraw()
        self._arrange()
        self.setAccessibleDescription(spoken(self))

    def _on_settled(self) -> None:
        if not self._kept_moving:
            self._stage.set_moving(False)

    def _put(self, point: QPointF, pin: QPointF) -> None:
        """Bring a point of the scene under a point of the screen."""
        step = self.viewportTransform().map(point) - pin
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(step.x()))
        down.setValue(down.value() + round(step.y()))
        self._minimap.update()
        self._after_pan()

    def _after_pan(self) -> None:
        if self.overlay.wire is None:
            self.overlay.set_port_name(None)

    def _frame(self, rect: QRectF) -> None:
        self._view_glide.stop()
        room = self.viewport().rect()
        if rect.isNull():
            self.set_zoom(1.0)
            self.centre_at(QPointF(0, 0))
            return
        width = max(room.width() - 2 * _MARGIN, 40)
        height = max(room.height() - 2 * _MARGIN, 40)
        zoom = min(width / max(rect.width(), 1), height / max(rect.height(), 1), 1.0)
        self.set_zoom(zoom)
        self.centre_at(rect.center())

    def _arrange(self) -> None:
        room = self.viewport().geometry()
        self._minimap.setVisible(self._minimap.wanted and bool(self._stage.faces))
        size = self._minimap.size()
        corner = room.bottomRight() - QPoint(size.width() + _APART, size.height() + _APART)
        self._minimap.move(corner)
        self._empty.place(room)
        self._ring.setGeometry(room)

    # Events

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:  # noqa: N802 - Qt's name
        """Draw the canvas and its grid."""
        self._grid.draw(painter, QRectF(rect), self, self._stage.ink)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Show the whole graph the first time."""
        super().showEvent(event)
        if not self._shown:
            self._shown = True
            self.frame_all()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the middle in the middle."""
        old = event.oldSize()
        super().resizeEvent(event)
        if old.isValid():
            new = event.size()
            across, down = self.horizontalScrollBar(), self.verticalScrollBar()
            across.setValue(across.value() - (new.width() - old.width()) // 2)
            down.setValue(down.value() - (new.height() - old.height()) // 2)
        self._arrange()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take tool tips and pinches."""
        kind = event.type()
        if kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            return self._show_tip(event)
        if kind == QEvent.Type.Gesture and isinstance(event, QGestureEvent):
            return self._pinch(event)
        if kind == QEvent.Type.NativeGesture and isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_by(1 + event.value(), event.position().toPoint())
                return True
        elif kind == QEvent.Type.Leave:
            self._mouse = None
            self._hover(Hit())
        return bool(super().viewportEvent(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin a gesture."""
        self._ring.hide()
        self._mouse = event.position()
        if self.hands is not None:
            self.hands.press(event, self.map_to_scene(event.position()))
        elif event.button() == Qt.MouseButton.MiddleButton:
            self._held = event.position()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Follow with the gesture, or show what the pointer is over."""
        self._mouse = event.position()
        at = self.map_to_scene(event.position())
        if not event.buttons():
            self._hover(self.hit(at))
        if self.hands is not None:
            self.hands.move(event, at)
        elif self._held is not None:
            step = event.position() - self._held
            self._held = event.position()
            self.pan_by(step.x(), step.y())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End the gesture."""
        self._held = None
        at = self.map_to_scene(event.position())
        if self.hands is not None:
            self.hands.release(event, at)
        if not event.buttons():
            self._hover(self.hit(at))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Open what is there."""
        if self.hands is not None:
            self.hands.double_click(event, self.map_to_scene(event.position()))
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom or pan."""
        if self.hands is not None:
            self.hands.wheel(event)
        else:
            factor = _STEP ** (event.angleDelta().y() / 120)
            self.zoom_by(factor, event.position().toPoint())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Give a key to the hands."""
        if self.hands is None or not self.hands.key_press(event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Give the release of a key to the hands."""
        if self.hands is None or not self.hands.key_release(event):
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offer what can be done here."""
        if self.hands is not None:
            self.hands.context(event, self.map_to_scene(QPointF(event.pos())))
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """See whether something can be dropped."""
        if self.hands is not None:
            self.hands.drag_enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802 - Qt's name
        """Show where it would be dropped."""
        self._mouse = event.position()
        if self.hands is not None:
            self.hands.drag_move(event, self.map_to_scene(event.position()))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """Forget it."""
        if self.hands is not None:
            self.hands.drag_leave(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Take it."""
        if self.hands is not None:
            self.hands.drop(event, self.map_to_scene(event.position()))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show that keys come here, if a key brought the focus."""
        super().focusInEvent(event)
        by_key = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        self._ring.setVisible(by_key)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Keys go elsewhere."""
        super().focusOutEvent(event)
        self._ring.hide()

    def _hover(self, hit: Hit) -> None:
        on_node = hit.kind in ("node", "badge", "port", "reroute")
        port = (hit.port, hit.side) if hit.kind == "port" else None
        self._stage.set_hover(hit.node if on_node else "", port, hit.edge)
        card = self.card(hit.node) if port else None
        dots: Mapping[str, Any] = (card.ins if hit.side == "in" else card.outs) if card else {}
        dot = dots.get(hit.port)
        far = self.zoom < FULL
        if dot is None or card is None or card.kind == "reroute":
            self.overlay.set_port_name(None)
        elif far or not dot.named:
            colour = dot.colour if far else ""  # from far, ports are drawn on hover only
            self.overlay.set_port_name(QPointF(dot.x, dot.y), dot.name, hit.side, colour)
        else:
            self.overlay.set_port_name(None)

    def _show_tip(self, event: QHelpEvent) -> bool:
        found = self.hit(self.map_to_scene(QPointF(event.pos())))
        reason = ""
        if found.kind == "port":
            reason = self.overlay.reason(found.node, found.port, found.side)
        text = tip_of(self._stage, found, reason)
        if text:
            QToolTip.showText(event.globalPos(), text, self.viewport())
        else:
            QToolTip.hideText()
        return True

    def _pinch(self, event: QGestureEvent) -> bool:
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(pinch, QPinchGesture):
            return False
        middle = self.viewport().mapFromGlobal(pinch.centerPoint().toPoint())
        self.zoom_by(pinch.scaleFactor(), middle)
        event.accept(pinch)
        return True
