"""Whatever raises in the program is logged and told once in the window, which stays usable."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QPointF,
    QRectF,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QGraphicsItem, QWidget

from netbuilder.editor.hooks import Hooks
from netbuilder.files.format import dumps

if TYPE_CHECKING:
    from netbuilder.editor.window import MainWindow


class PlantedError(Exception):
    """Raised on purpose."""


def _fail(*_: object) -> None:
    raise PlantedError("planted")


class Wild(QWidget):
    """Raises in every method that Qt calls."""

    told = Signal()

    def __init__(self, where: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.where = where
        self.setGeometry(0, 0, 40, 40)

    def paintEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if self.where == "paint":
            _fail()

    def mousePressEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        _fail()

    def event(self, event: QEvent) -> bool:
        if self.where == "event" and event.type() == QEvent.Type.User:
            _fail()
        return super().event(event)

    @Slot()
    def slot(self) -> None:
        _fail()


class WildFilter(QObject):
    """Raises for what another object gets."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.User:
            _fail()
        return False


class WildItem(QGraphicsItem):
    """Raises when it is drawn."""

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        return QRectF(0, 0, 4000, 4000)

    def paint(self, *_: object) -> None:
        _fail()


class Undying:
    def __del__(self) -> None:
        _fail()


Clean = Callable[[], object]


def _slot(window: MainWindow) -> Clean:
    wild = Wild("slot", window)
    wild.told.connect(wild.slot)
    wild.told.emit()
    return wild.deleteLater


def _action(window: MainWindow) -> Clean:
    action = QAction("a", window)
    action.triggered.connect(_fail)
    action.trigger()
    return action.deleteLater


def _paint(window: MainWindow) -> Clean:
    wild = Wild("paint", window)
    wild.show()
    return wild.deleteLater


def _event(window: MainWindow) -> Clean:
    wild = Wild("event", window)
    QCoreApplication.postEvent(wild, QEvent(QEvent.Type.User))
    return wild.deleteLater


def _press(window: MainWindow) -> Clean:
    wild = Wild("press", window)
    at, left = QPointF(3, 3), Qt.MouseButton.LeftButton
    kind, none = QEvent.Type.MouseButtonPress, Qt.KeyboardModifier.NoModifier
    QCoreApplication.postEvent(wild, QMouseEvent(kind, at, at, left, left, none))
    return wild.deleteLater


def _timer(window: MainWindow) -> Clean:
    timer = QTimer(window)
    timer.setSingleShot(True)
    timer.timeout.connect(_fail)
    timer.start(0)
    return timer.deleteLater


def _item(window: MainWindow) -> Clean:
    scene, item = window.canvas.scene(), WildItem()
    scene.addItem(item)
    return lambda: scene.removeItem(item)


def _thread(window: MainWindow) -> Clean:
    thread = threading.Thread(target=_fail)
    thread.start()
    return thread.join


def _unraisable(window: MainWindow) -> Clean:
    Undying()
    return print


def _task(window: MainWindow) -> Clean:
    window.workspace.tasks.submit(window, "planted", _fail, print)
    return print


def _task_done(window: MainWindow) -> Clean:
    window.workspace.tasks.submit(window, "planted", int, _fail)
    return print


def _command(window: MainWindow) -> Clean:
    window.actions_.bind({"help.about": _fail})
    window.actions_.action("help.about").trigger()
    return print


def _filter(window: MainWindow) -> Clean:
    there = WildFilter(window)
    window.installEventFilter(there)
    QCoreApplication.postEvent(window, QEvent(QEvent.Type.User))
    return lambda: window.removeEventFilter(there)


def _listener(window: MainWindow) -> Clean:
    heard = window.workspace.preferences.changed
    heard.append(_fail)
    window.actions_.action("view.grid").trigger()
    return lambda: heard.remove(_fail)


PLACES = (
    *(_slot, _action, _paint, _event, _press, _timer, _item, _thread, _unraisable),
    *(_task, _task_done, _command, _filter, _listener),
)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__.strip("_"))
def test_it_reaches_the_log_and_a_notice(place, whole_window, guard, qtbot, caplog) -> None:
    """Nothing is only printed; the document is as it was, and work goes on."""
    window = whole_window
    hooks = Hooks(window)
    hooks.install()
    hooks.faulted.connect(window.on_fault)
    window.files.open_example("iris_mlp")
    before = dumps(window.workspace.current.network)
    try:
        with caplog.at_level(logging.ERROR, "netbuilder"):
            clean = place(window)
            qtbot.waitUntil(lambda: "PlantedError" in caplog.text)
            qtbot.waitUntil(lambda: "PlantedError" in window.notice.text)
    finally:
        clean()
        qtbot.wait(0)
        hooks.remove()
    assert window.notice.isVisible()
    assert dumps(window.workspace.current.network) == before
    assert window.actions_.run("edit.select_all")
    assert guard.forgive("PlantedError")


def test_a_fault_with_every_frame_is_told_once(whole_window, guard, qtbot) -> None:
    """A row of faults is all in the log, but the window says so once in a while."""
    hooks, told = Hooks(whole_window), []
    hooks.faulted.connect(told.append)
    hooks.install()
    try:
        for _ in range(50):
            _action(whole_window)
    finally:
        hooks.remove()
    assert len(told) == 1
    assert len(guard.forgive("PlantedError")) == 50
