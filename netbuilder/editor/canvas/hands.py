"""What the canvas does with mouse, wheel, keys and drops: each press begins a gesture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)

from netbuilder.editor.canvas.asking import Asking
from netbuilder.editor.canvas.context import Menus
from netbuilder.editor.canvas.drifting import Drifting
from netbuilder.editor.canvas.dropping import Dropping
from netbuilder.editor.canvas.gestures.connect import Connect
from netbuilder.editor.canvas.gestures.cut import Cut
from netbuilder.editor.canvas.gestures.gesture import Gesture
from netbuilder.editor.canvas.gestures.move import Move
from netbuilder.editor.canvas.gestures.pan import Pan
from netbuilder.editor.canvas.gestures.resize import Resize
from netbuilder.editor.canvas.gestures.rubber_band import RubberBand
from netbuilder.editor.canvas.keyboard import Keyboard
from netbuilder.editor.canvas.laying_out import LayingOut
from netbuilder.editor.canvas.naming import Naming
from netbuilder.editor.canvas.placing import put_reroute
from netbuilder.editor.canvas.ports import Loose
from netbuilder.editor.tab import Selection
from netbuilder.graph.model import Endpoint

if TYPE_CHECKING:
    from netbuilder.editor.canvas.hits import Hit
    from netbuilder.editor.canvas.view import Canvas

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_NOTCH = 120.0  # what a wheel says for one step
_PER_NOTCH = 1.15


class Hands(QObject):
    """Takes the canvas's events.

    Args:
        canvas: Where; it owns this.

    Attributes:
        asking: The search box.
        naming: The field for names, titles and notes.
        laying_out: What lays out the graph.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._tab = canvas.tab
        self._gesture: Gesture | None = None
        self._space = False
        self._at_work = False
        self._keyboard = Keyboard(canvas)
        self._menus = Menus(canvas)
        self._dropping = Dropping(canvas)
        self._drifting = Drifting(canvas)
        self._drifting.drifted.connect(self._on_drifted)
        self._last: QMouseEvent | None = None  # where the mouse was dragged last
        self.asking = Asking(canvas)
        self.naming = Naming(canvas)
        self.laying_out = LayingOut(canvas)
        canvas.installEventFilter(self)
        self._tab.entered.connect(self._on_entered)
        self._tab.changed.connect(self._on_changed)

    @property
    def busy(self) -> bool:
        """Whether a gesture is going on."""
        return self._gesture is not None

    def cancel(self) -> bool:
        """Take the gesture back that is going on; return whether there was one."""
        gesture = self._let_go()
        if gesture is None:
            return False
        gesture.cancel()
        self._show_cursor()
        return True

    # The mouse.

    def press(self, event: QMouseEvent, at: QPointF) -> None:
        """Begin a gesture."""
        self.naming.finish()
        if self._gesture is not None:
            if event.buttons() != event.button():
                return  # another button is held already
            self._abandon()  # its release went to somebody else
        self._drifting.begin(event.position())
        self._gesture = self._begin(event, at)
        self._show_cursor()

    def move(self, event: QMouseEvent, at: QPointF) -> None:
        """Follow with the gesture."""
        if self._gesture is not None:
            self._at_work = True
            try:
                self._gesture.move(at, event)
            finally:
                self._at_work = False
        if self._gesture is not None and self._gesture.scrolls:
            self._last = event.clone()
            self._drifting.follow(event.position())

    def release(self, event: QMouseEvent, at: QPointF) -> None:
        """End the gesture."""
        if event.buttons() & (
            Qt.MouseButton.LeftButton | Qt.MouseButton.MiddleButton | Qt.MouseButton.RightButton
        ):
            return  # another button is still held
        gesture = self._let_go()
        if gesture is not None:
            gesture.release(at, event)
            self._show_cursor()

    def double_click(self, event: QMouseEvent, at: QPointF) -> None:
        """Enter, rename, reroute or add, by what is there."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.cancel()
        hit = self._canvas.hit(at)
        if hit.kind in ("nothing", "frame"):
            self.asking.add(at)
        elif hit.kind == "edge" and hit.edge is not None:
            put_reroute(self._canvas, hit.edge, at)
        elif hit.kind == "frame_title":
            self.naming.start("frame", hit.id)
        elif hit.kind == "note":
            self.naming.start("note", hit.id)
        elif hit.kind in ("node", "badge"):
            self._open(hit.node)

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; a touchpad's two fingers, or Shift, pan."""
        self.naming.finish()
        pixels, angle = event.pixelDelta(), event.angleDelta()
        control = bool(event.modifiers() & _CONTROL)
        if _is_touchpad(event) and not control:
            if pixels.isNull():  # X11 has eighths of a degree only
                self._canvas.pan_by(angle.x() / 4, angle.y() / 4)
            else:
                self._canvas.pan_by(pixels.x(), pixels.y())
        elif event.modifiers() & _SHIFT:
            self._canvas.pan_by((angle.y() or angle.x()) / 2, 0)
        elif angle.y():
            factor = _PER_NOTCH ** (angle.y() / _NOTCH)
            self._canvas.zoom_by(factor, event.position().toPoint())
        event.accept()

    def context(self, event: QContextMenuEvent, at: QPointF) -> None:
        """Offer what can be done here."""
        if self.busy or event.modifiers() & _CONTROL:
            return  # Ctrl and the right button cut wires
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        if keyboard:
            self._menus.show_selection()
            return
        hit = self._canvas.hit(at)
        if hit.kind in ("nothing", "frame"):
            self.asking.add(at, more=True)
            return
        self._select_for_menu(hit)
        self._menus.show_at(event.globalPos())

    # Keys.

    def key_press(self, event: QKeyEvent) -> bool:
        """Take a key; return whether it was one for the canvas."""
        if event.key() == Qt.Key.Key_Escape and self.cancel():
            return True
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            if not event.isAutoRepeat():
                self._space = True
                self._show_cursor()
            return True
        return self._keyboard.press(event)

    def key_release(self, event: QKeyEvent) -> bool:
        """Take the release of a key; return whether it was one for the canvas."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            was, self._space = self._space, False
            self._show_cursor()
            return was
        return self._keyboard.release(event)

    # Drops.

    def drag_enter(self, event: QDragEnterEvent) -> None:
        """Take what comes from the palette."""
        self._dropping.enter(event)
        self._drifting.begin(event.position())

    def drag_move(self, event: QDragMoveEvent, at: QPointF | None = None) -> None:
        """Show where it would come."""
        self._dropping.move(event, at)
        if self._dropping.is_on:
            self._drifting.follow(event.position())

    def drag_leave(self, event: QDragLeaveEvent) -> None:
        """Forget it."""
        self._drifting.stop()
        self._dropping.leave()

    def drop(self, event: QDropEvent, at: QPointF | None = None) -> None:
        """Put it there."""
        self._drifting.stop()
        self._dropping.drop(event, at)
        self._canvas.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take Esc before a shortcut does while a gesture goes on; let go when the focus goes."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and self.busy:
                event.accept()
                return True
        elif event.type() == QEvent.Type.FocusOut:
            self._drifting.stop()  # the release may go to somebody else
            if self._space:
                self._space = False
                self._show_cursor()
        return super().eventFilter(watched, event)

    def _begin(self, event: QMouseEvent, at: QPointF) -> Gesture | None:
        button = event.button()
        if button == Qt.MouseButton.MiddleButton:
            return Pan(self._canvas, event)
        if button == Qt.MouseButton.RightButton:
            control = bool(event.modifiers() & _CONTROL)
            return Cut(self._canvas, at, event) if control else None
        if button != Qt.MouseButton.LeftButton:
            return None
        if self._space:
            return Pan(self._canvas, event)
        return self._left(event, at, self._canvas.hit(at))

    def _left(self, event: QMouseEvent, at: QPointF, hit: Hit) -> Gesture | None:
        adds = bool(event.modifiers() & (_SHIFT | _CONTROL))
        canvas = self._canvas
        if hit.kind == "port":
            return self._connect(event, at, hit)
        if hit.kind == "frame_corner":
            return Resize(canvas, at, event, "frame", hit.id)
        if hit.kind == "note_corner":
            return Resize(canvas, at, event, "note", hit.id)
        if hit.kind in ("nothing", "frame"):
            return RubberBand(canvas, at, event, adds=adds, frame=hit.id)
        meant = _selection_of(hit)
        if adds:
            self._toggle(meant)
            return Move(canvas, at, event) if _holds(self._tab.selection, meant) else None
        if _holds(self._tab.selection, meant):
            clicked = meant
        else:
            clicked = None
            self._select(meant)
        return None if hit.kind == "edge" else Move(canvas, at, event, clicked)

    def _connect(self, event: QMouseEvent, at: QPointF, hit: Hit) -> Gesture:
        end = Endpoint(hit.node, hit.port)
        source = self._tab.graph.edges.get(end) if hit.side == "in" else None
        if source is not None and event.modifiers() & _SHIFT:
            loose = Loose(source, is_output=True, moved=end)
        else:
            loose = Loose(end, is_output=hit.side == "out")
        return Connect(self._canvas, at, event, loose, self.asking.end_wire)

    def _open(self, node: str) -> None:
        if not self._tab.enter(node):
            self.naming.start("node", node)

    def _select(self, chosen: Selection) -> None:
        self._tab.select(chosen.nodes, chosen.edges, chosen.frames, chosen.notes)

    def _toggle(self, meant: Selection) -> None:
        now = self._tab.selection
        self._tab.select(
            now.nodes ^ meant.nodes,
            now.edges ^ meant.edges,
            now.frames ^ meant.frames,
            now.notes ^ meant.notes,
        )

    def _select_for_menu(self, hit: Hit) -> None:
        """What is clicked is selected, unless it is part of the selection."""
        meant = _selection_of(hit)
        if not _holds(self._tab.selection, meant):
            self._select(meant)

    def _on_changed(self) -> None:
        # An undo in the middle of a drag: what is dragged may be gone.
        if not self._at_work:
            self._abandon()

    def _abandon(self) -> None:
        gesture = self._let_go()
        if gesture is not None:
            gesture.abandon()
            self._show_cursor()

    def _let_go(self) -> Gesture | None:
        """Forget the gesture that is going on, and return it."""
        self._drifting.stop()
        gesture, self._gesture, self._last = self._gesture, None, None
        return gesture

    def _on_drifted(self) -> None:
        """The view moved below the mouse: what is dragged goes along."""
        if self._last is not None:
            self.move(self._last, self._canvas.map_to_scene(self._last.position()))
        else:
            self._dropping.drifted()

    def _on_entered(self) -> None:
        self._abandon()
        self.naming.finish()
        self.asking.close()

    def _show_cursor(self) -> None:
        view = self._canvas.viewport()
        if self._gesture is not None and self._gesture.cursor is not None:
            view.setCursor(self._gesture.cursor)
        elif self._space:
            view.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            view.unsetCursor()


def _is_touchpad(event: QWheelEvent) -> bool:
    """Whether two fingers scrolled; a wheel has no phases and is no pad."""
    device = event.pointingDevice()
    pad = device is not None and device.type() == QInputDevice.DeviceType.TouchPad
    return pad or event.phase() != Qt.ScrollPhase.NoScrollPhase


def _selection_of(hit: Hit) -> Selection:
    if hit.kind in ("node", "badge", "reroute", "port"):
        return Selection(nodes=frozenset({hit.node}))
    if hit.edge is not None:
        return Selection(edges=frozenset({hit.edge}))
    if hit.kind.startswith("frame"):
        return Selection(frames=frozenset({hit.id}))
    return Selection(notes=frozenset({hit.id}))


def _holds(whole: Selection, part: Selection) -> bool:
    return bool(part) and (
        part.nodes <= whole.nodes
        and part.edges <= whole.edges
        and part.frames <= whole.frames
        and part.notes <= whole.notes
    )
