"""A person at the window: mouse, wheel and keys as the platform would deliver them.

Events go to native windows, not to widgets: popups and modal dialogs take them, grabs hold, and
dragging between widgets works, as it does under somebody's hands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise

import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QWheelEvent,
    QWindow,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT = Qt.MouseButton.LeftButton
MIDDLE = Qt.MouseButton.MiddleButton
RIGHT = Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
_STEPS = 6
_held: deque[QWidget] = deque(maxlen=8)
_PACE = 30  # ms between two steps of a drag


def handle(widget: QWidget) -> QWindow:
    """The native window a widget is in."""
    top = widget.window()
    # What Python calls a native window lasts only as long as what it calls the widget over it.
    _held.append(top)
    window = top.windowHandle()
    assert window is not None, f"{widget} is not on the screen"
    return window


def spot(widget: QWidget, at: QPoint | None = None) -> QPoint:
    """A place in a widget, by default its middle, as a place in its window."""
    return widget.mapTo(widget.window(), widget.rect().center() if at is None else at)


def move(widget: QWidget, at: QPoint | None = None) -> None:
    """Move the mouse to a place in a widget."""
    QTest.mouseMove(handle(widget), spot(widget, at))


def is_there(widget: QWidget) -> bool:
    """Whether a widget is still on the screen: a menu goes away when it is clicked."""
    if not shiboken6.isValid(widget):
        return False
    _held.append(widget.window())
    return _held[-1].windowHandle() is not None


def tap(widget: QWidget, key: Qt.Key | str, keys: Qt.KeyboardModifier = NONE) -> None:
    """Press a key in the window of a widget and let it go, unless the window went away meanwhile."""
    QTest.keyPress(handle(widget), key, keys)
    if is_there(widget):
        QTest.keyRelease(handle(widget), key, keys)


def click(
    widget: QWidget,
    at: QPoint | None = None,
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    """Go there and click."""
    press(widget, at, button, keys)
    if is_there(widget):
        release(widget, at, button, keys)


def double_click(widget: QWidget, at: QPoint | None = None) -> None:
    """Click twice."""
    click(widget, at)
    if is_there(widget):
        QTest.mouseDClick(handle(widget), LEFT, NONE, spot(widget, at))


def press(
    widget: QWidget,
    at: QPoint | None = None,
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    """Go there and hold a button down; the window comes to the front, as desktops do it."""
    top = widget.window()
    if not top.isActiveWindow() and QApplication.activePopupWidget() is None:
        top.activateWindow()
        QTest.qWaitForWindowActive(top, 1000)
    move(widget, at)
    QTest.mousePress(handle(widget), button, keys, spot(widget, at))


def release(
    widget: QWidget,
    at: QPoint | None = None,
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    """Let the button go."""
    QTest.mouseRelease(handle(widget), button, keys, spot(widget, at))


def drag(
    widget: QWidget,
    places: Sequence[QPoint],
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    """Press at the first place, go through the others in small steps, and let go at the last."""
    window = handle(widget)
    # What is dragged may move, a splitter does: the way is fixed before.
    spots = [spot(widget, place) for place in places]
    press(widget, places[0], button, keys)
    for start, end in pairwise(spots):
        for step in range(1, _STEPS + 1):
            if is_there(widget):
                QTest.mouseMove(window, start + (end - start) * step / _STEPS)
    if is_there(widget):
        QTest.mouseRelease(window, button, keys, spots[-1])


def wheel(
    widget: QWidget, at: QPoint | None = None, notches: int = 1, keys: Qt.KeyboardModifier = NONE
) -> None:
    """Turn the wheel; up is positive."""
    place = widget.rect().center() if at is None else at
    event = QWheelEvent(
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def front() -> QWidget | None:
    """The window that takes keys: a popup, a dialog that is open, or the active window."""
    return (
        QApplication.activePopupWidget()
        or QApplication.activeModalWidget()
        or QApplication.activeWindow()
        or _next_window()
    )


def _next_window() -> QWidget | None:
    """Give the keys to the window that is left, as window managers do when one closes."""
    shown = [top for top in QApplication.topLevelWidgets() if top.isVisible()]
    for top in shown:
        top.activateWindow()
        if QTest.qWaitForWindowActive(top, 1000):
            return top
    return None


def keys(text: str, widget: QWidget | None = None) -> None:
    """Press a shortcut in Qt's portable text, such as ``Ctrl+Shift+Z``."""
    combination = QKeySequence.fromString(text)[0]
    target = widget or front()
    assert target is not None, f"no window takes {text}"
    tap(target, combination.key(), combination.keyboardModifiers())


def write(text: str, widget: QWidget | None = None) -> None:
    """Type a text."""
    target = widget or front()
    assert target is not None, f"no window takes {text!r}"
    for letter in text:
        if is_there(target):
            tap(target, letter)


def carry(source: QWidget, at: QPoint, target: QWidget, to: QPoint) -> None:
    """Drag what lies in one widget onto another, with the data it gives out.

    The offscreen platform knows no dragging of data: there, what is dragged is handed over as soon
    as the drag begins. Elsewhere the mouse goes the way.
    """
    goes = _hand_over if QGuiApplication.platformName() == "offscreen" else _go_along

    def execute(drag: QDrag, *actions: Qt.DropAction) -> Qt.DropAction:
        return goes(drag, target, to, lambda: original(drag, *actions))

    original, QDrag.exec = QDrag.exec, execute  # type: ignore[method-assign,assignment]
    try:
        press(source, at)
        # Begins the drag, which has a main loop of its own until the button is let go.
        for step in (4, 12, 24):
            move(source, at + QPoint(step, 0))
        release(source, at)
    finally:
        QDrag.exec = original  # type: ignore[method-assign]


def _hand_over(
    drag: QDrag, target: QWidget, to: QPoint, loop: Callable[[], Qt.DropAction]
) -> Qt.DropAction:
    drop(target, to, drag.mimeData())
    return Qt.DropAction.CopyAction


def _go_along(
    drag: QDrag, target: QWidget, to: QPoint, loop: Callable[[], Qt.DropAction]
) -> Qt.DropAction:
    """Move to the target while the drag's own main loop runs, and let go there."""
    steps: list[Callable[[], None]] = [
        lambda: move(target, to + QPoint(-3, -3)),
        lambda: move(target, to),
        lambda: release(target, to),
        QDrag.cancel,  # nothing took it: the caller misses what it should have brought
    ]
    timer = QTimer()
    timer.timeout.connect(lambda: steps.pop(0)() if steps else None)
    timer.start(_PACE)
    try:
        return loop()
    finally:
        timer.stop()


def drop(widget: QWidget, at: QPoint, data: QMimeData, *, leave: bool = False) -> None:
    """Drag data over a widget and drop them there, as another program would."""
    action = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(at, action, data, LEFT, NONE)
    QApplication.sendEvent(widget, enter)
    QApplication.sendEvent(widget, QDragMoveEvent(at, action, data, LEFT, NONE))
    if leave or not enter.isAccepted():
        QApplication.sendEvent(widget, QDragLeaveEvent())
    else:
        QApplication.sendEvent(widget, QDropEvent(QPointF(at), action, data, LEFT, NONE))
