"""A person at the window: mouse, wheel and keys as the platform would deliver them.

Events go to native windows, not to widgets: popups and modal dialogs take them, grabs hold, and
dragging between widgets works, as it does under somebody's hands.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import shiboken6
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QWheelEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT = Qt.MouseButton.LeftButton
MIDDLE = Qt.MouseButton.MiddleButton
RIGHT = Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
_STEPS = 6


def handle(widget: QWidget) -> QWindow:
    """The native window a widget is in."""
    window = widget.window().windowHandle()
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
    return shiboken6.isValid(widget) and widget.window().windowHandle() is not None


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
    """Go there and hold a button down."""
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
    )


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
