"""Random events on the whole window, drawn from a seed, and what must hold whatever was done."""

from __future__ import annotations

import random
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import qt_person as person
from PySide6.QtCore import QEventLoop, QMimeData, QObject, QPoint, QPointF, QRectF, Qt, QTimer, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from netbuilder.app.commands import COMMANDS
from netbuilder.app.examples import SUFFIX
from netbuilder.editor.tab import Tab
from netbuilder.editor.window import MainWindow
from netbuilder.files.documents import load, save
from netbuilder.files.format import dumps

EVERY = 100  # events between two looks at everything
_REMEMBERED = 60
_DEEP = 250  # undo steps; a document with more is closed, or going back takes most of the time
_NODES = 400
_PATIENCE = 60  # ms that an event may take before a menu or a drag is thought to wait
_EVERYTHING = QRectF(-1e7, -1e7, 2e7, 2e7)
_MODIFIERS = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
)
_BUTTONS = (person.LEFT, person.LEFT, person.LEFT, person.LEFT, person.MIDDLE, person.RIGHT)
_KEYS = (
    *(Qt.Key(code) for code in range(Qt.Key.Key_A, Qt.Key.Key_Z + 1)),
    *(Qt.Key(code) for code in range(Qt.Key.Key_0, Qt.Key.Key_9 + 1)),
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down) * 3,
    *(Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Space)
    * 3,
    *(Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Menu),
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_F1, Qt.Key.Key_F2, Qt.Key.Key_Period),
)
_HARMLESS = (Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_Z)
# Training would start processes for every press of a key; it has tests of its own. What a person
# closes on purpose is closed by the monkey itself.
_NEVER = {"run.train", "run.resume", "file.quit", "view.full_screen"}
_ALT = Qt.KeyboardModifier.AltModifier
_TEXTS = ("", "conv", "relu", "3", "-1", "1e9", "(3, 3)", "dim * 2", "<b>x</b>", "a b", "../..")


class Monkey(QObject):
    """Does random things at a window.

    Menus and drags have a main loop of their own and come back only when they are over. While one
    waits, a second timer acts in it, drawn from numbers of its own, so that the rest replays.

    Args:
        window: The window.
        seed: What everything is drawn from.
        folder: Where file dialogs lead.
        look: Called after every event; it raises where something is wrong.
    """

    def __init__(
        self, window: MainWindow, seed: int, folder: Path, look: Callable[[], None]
    ) -> None:
        super().__init__()
        self.window, self.folder = window, folder
        self.done: deque[str] = deque(maxlen=_REMEMBERED)
        self.error: BaseException | None = None
        self._rng = random.Random(seed)
        self._inner = random.Random(seed + 1)
        self._left = 0
        self._look = look
        # A crash of the process leaves what led to it.
        self._file_of_events = (folder.parent / "events.txt").open("w", buffering=1)
        self._loop = QEventLoop(self)
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._tick)
        self._waiting = QTimer(self)
        self._waiting.setInterval(_PATIENCE)
        self._waiting.timeout.connect(self._act_inside)
        self._acts = (
            (self._key, 30),
            (self._click, 16),
            (self._drag, 12),
            (self._move, 8),
            (self._command, 12),
            (self._wheel, 6),
            (self._double_click, 5),
            (self._write, 4),
            (self._clipboard, 2),
            (self._drop, 3),
            (self._resize, 1),
            (self._open, 1),
            (self._settle, 4),
        )

    def run(self, events: int) -> None:
        """Do so many events; a failure of a look is raised with the last events and the seed."""
        self._left = events
        self._next.start(0)
        self._loop.exec()
        self._file_of_events.close()
        if self.error is not None:
            told = "\n".join(self.done)
            raise AssertionError(f"after these events:\n{told}\n{self.error}") from self.error

    def _tick(self) -> None:
        if self._left <= 0 or self.error is not None:
            self._loop.quit()
            return
        self._left -= 1
        self._waiting.start()
        acts, weights = zip(*self._acts, strict=True)
        try:
            with _deaf_to_ends():
                self._rng.choices(acts, weights)[0]()
            self._look()
            if self._left % EVERY == 0:
                self._calm()
                self.check()
        except Exception as error:  # noqa: BLE001 - raised by run, outside of the loops of Qt
            self.error = error
        self._waiting.stop()
        self._next.start(0)

    def _act_inside(self) -> None:
        """Do something in a menu that is open, or let go of what is dragged."""
        with _deaf_to_ends():
            self._act_in(_popup())

    def _act_in(self, popup: QWidget | None) -> None:
        if popup is None:
            QTest.mouseRelease(person.handle(self.window), person.LEFT)
            person.tap(self.window, Qt.Key.Key_Escape)
        elif self._inner.random() < 0.3:
            popup.close()
        elif self._inner.random() < 0.6:
            key = self._inner.choice((Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return))
            person.tap(popup, key)
        else:
            size = popup.size()
            at = self._inner.randrange(size.width()), self._inner.randrange(size.height())
            person.click(popup, QPoint(*at))

    def _note(self, text: str) -> None:
        self.done.append(text)
        self._file_of_events.write(f"{self._left} {text}\n")

    # Where things are done.

    def _target(self) -> QWidget:
        """The window in front."""
        return _popup() or QApplication.activeModalWidget() or self.window

    def _place(self) -> tuple[QWidget, QPoint]:
        """A visible place; most often one on the canvas, or on something else that does something."""
        top = self._target()
        canvas = self.window.canvas
        if top is self.window and canvas is not None and self._rng.random() < 0.55:
            return canvas.viewport(), self._on_canvas()
        shown = [
            w for w in top.findChildren(QWidget) if w.isVisible() and w.width() > 2 < w.height()
        ]
        shown = [w for w in shown if w.window() is top and top.rect().intersects(_in(w, top))] or [
            top
        ]
        widget = self._rng.choice(shown)
        at = QPoint(self._rng.randrange(widget.width()), self._rng.randrange(widget.height()))
        return widget, _inside(widget, at)

    def _on_canvas(self) -> QPoint:
        """Some place on the canvas; two of three times at a card or at one of its ports."""
        canvas = self.window.canvas
        assert canvas is not None
        size = canvas.viewport().size()
        nodes = list(canvas.tab.graph.nodes)
        if nodes and self._rng.random() < 0.66:
            card = canvas.card(self._rng.choice(nodes))
            if card is not None:
                rect = canvas.rect_of([card.id])
                ends = (rect.left(), rect.center().x(), rect.right())
                at = canvas.mapFromScene(
                    QPointF(self._rng.choice(ends), self._rng.uniform(rect.top(), rect.bottom()))
                )
                if canvas.viewport().rect().contains(at):
                    return at
        return QPoint(self._rng.randrange(size.width()), self._rng.randrange(size.height()))

    # What is done.

    def _key(self) -> None:
        key, keys = self._rng.choice(_KEYS), self._rng.choice(_MODIFIERS)
        target = self._target()
        if target is not self.window and (key not in _HARMLESS or keys & _ALT or _popup()):
            # QTest presses and releases Ctrl and its like one by one, in a window that may be gone.
            # Alt alone closes a menu.
            keys = person.NONE
        if key == Qt.Key.Key_Q and keys:
            return
        self._note(f"key {key.name} {keys}")
        person.tap(target, key, keys)

    def _write(self) -> None:
        text = self._rng.choice(_TEXTS)
        self._note(f"write {text!r}")
        person.write(text, self._target())

    def _click(self) -> None:
        widget, at = self._place()
        button, keys = self._rng.choice(_BUTTONS), self._rng.choice(_MODIFIERS)
        self._note(f"click {_name(widget)} {at.toTuple()} {button.name} {keys}")
        person.click(widget, at, button, keys)

    def _double_click(self) -> None:
        widget, at = self._place()
        self._note(f"double click {_name(widget)} {at.toTuple()}")
        person.double_click(widget, at)

    def _move(self) -> None:
        widget, at = self._place()
        self._note(f"move {_name(widget)} {at.toTuple()}")
        person.move(widget, at)

    def _drag(self) -> None:
        widget, start = self._place()
        end = self._on_canvas() if self._is_canvas(widget) else start + self._jump()
        end = _inside(widget, end)
        button, keys = self._rng.choice(_BUTTONS), self._rng.choice(_MODIFIERS)
        self._note(f"drag {_name(widget)} {start.toTuple()} {end.toTuple()} {button.name} {keys}")
        person.drag(widget, [start, _inside(widget, start + QPoint(7, 5)), end], button, keys)

    def _is_canvas(self, widget: QWidget) -> bool:
        canvas = self.window.canvas
        return canvas is not None and widget is canvas.viewport()

    def _jump(self) -> QPoint:
        return QPoint(self._rng.randint(-400, 400), self._rng.randint(-300, 300))

    def _wheel(self) -> None:
        widget, at = self._place()
        notches, keys = self._rng.choice((-3, -1, 1, 3)), self._rng.choice(_MODIFIERS)
        self._note(f"wheel {_name(widget)} {at.toTuple()} {notches} {keys}")
        person.wheel(widget, at, notches, keys)

    def _command(self) -> None:
        if self._target() is not self.window:
            return
        name = self._rng.choice(sorted(set(COMMANDS) - _NEVER))
        self._note(f"command {name}")
        self.window.actions_.run(name)

    def _clipboard(self) -> None:
        text = self._rng.choice(_TEXTS)
        self._note(f"clipboard {text!r}")
        QGuiApplication.clipboard().setText(text)

    def _drop(self) -> None:
        """Drag a layer, a file or anything else over the canvas, and drop it or go away again."""
        canvas = self.window.canvas
        if canvas is None or self._target() is not self.window:
            return
        data, what = QMimeData(), self._rng.choice(("relu", "conv2d", "group:none", "file", "text"))
        if what == "file":
            data.setUrls([QUrl.fromLocalFile(str(self._file()))])
        elif what == "text":
            data.setText("nothing of ours")
        else:
            data.setData("application/x-netbuilder-node", what.encode())
        at = self._on_canvas()
        self._note(f"drop {what} {at.toTuple()}")
        person.drop(canvas.viewport(), at, data, leave=self._rng.random() < 0.2)

    def _resize(self) -> None:
        width, height = self._rng.randint(700, 1700), self._rng.randint(500, 1100)
        self._note(f"resize {width} {height}")
        self.window.resize(width, height)

    def _open(self) -> None:
        self._note("open an example")
        if self._target() is self.window and len(self.window.workspace.tabs) < 6:
            self.window.files.open_example(
                self._rng.choice(("iris_mlp", "digits_cnn", "two_inputs_two_losses"))
            )

    def _settle(self) -> None:
        """Let time pass, so that timers and animations come by."""
        self._note("wait")
        QTest.qWait(self._rng.choice((0, 5, 20)))

    def _calm(self) -> None:
        """Close popups and dialogs, let go of everything, and keep documents small."""
        for _ in range(20):
            widget = _popup() or QApplication.activeModalWidget()
            if widget is None:
                break
            widget.close()
            QTest.qWait(0)
        canvas = self.window.canvas
        if canvas is not None:
            QTest.mouseRelease(person.handle(self.window), person.LEFT)
            person.tap(self.window, Qt.Key.Key_Escape)
        workspace = self.window.workspace
        for tab in list(workspace.tabs):
            if len(tab.session.document.undo_labels) > _DEEP or _size(tab) > _NODES:
                workspace.close(tab)
        if not workspace.tabs:
            self.window.files.new()

    def _file(self) -> Path:
        return self.folder / f"{self._rng.choice('abc')}{SUFFIX}"

    # What must hold.

    def check(self) -> None:
        """Look at everything that must hold at any time.

        Raises:
            AssertionError: It does not.
        """
        for tab in self.window.workspace.tabs:
            check_tab(tab, self.folder)
            check_scene(self.window, tab)


@contextmanager
def _deaf_to_ends() -> Iterator[None]:
    """Pass over that what is under the hand went away, as a menu does when it is clicked."""
    try:
        yield
    except RuntimeError as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        if "already deleted" not in str(error) or last.filename not in (__file__, person.__file__):
            raise


def check_tab(tab: Tab, folder: Path) -> None:
    """The check is of this value, it can be saved, and history leads back and forth."""
    network, document = tab.network, tab.session.document
    assert tab.report.network is network
    assert tab.selection.nodes <= set(tab.graph.nodes)
    target = folder / f"check{SUFFIX}"
    save(network, target)
    now = dumps(network)
    assert dumps(load(target)) == now, "the file says something else"
    steps, trail = len(document.undo_labels), tab.trail
    while tab.session.document.undo_labels:
        tab.undo()
    first = dumps(tab.network)
    for _ in range(steps):
        tab.redo()
    assert dumps(tab.network) == now, "undoing and doing again leads elsewhere"
    for _ in range(steps):
        tab.undo()
    assert dumps(tab.network) == first, "undoing twice leads elsewhere"
    for _ in range(steps):
        tab.redo()
    for name in trail:
        tab.enter(name)


def check_scene(window: MainWindow, tab: Tab) -> None:
    """The canvas shows the nodes, frames and notes that are there, and no others."""
    canvas, graph = window.canvas_of(tab), tab.graph
    assert canvas.nodes_in(_EVERYTHING) == set(graph.nodes)
    assert canvas.frames_in(_EVERYTHING) == set(graph.frames)
    assert canvas.notes_in(_EVERYTHING) == set(graph.notes)
    for name in graph.nodes:
        assert canvas.card(name) is not None, f"{name} has no card"


class FileDialogs:
    """Answers file dialogs with files of a folder, or not at all, without showing them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._rng = folder, random.Random(seed)
        self.asked = 0

    def answer(self, dialog: QFileDialog) -> None:
        """Stand in for ``QFileDialog.open``: the person has chosen, or has not."""
        self.asked += 1
        path = str(self._folder / f"{self._rng.choice('abc')}{SUFFIX}")
        if self._rng.random() < 0.3:
            dialog.rejected.emit()
            dialog.finished.emit(0)
            return
        dialog.fileSelected.emit(path)
        dialog.filesSelected.emit([path])
        dialog.accepted.emit()
        dialog.finished.emit(1)


def _popup() -> QWidget | None:
    return QApplication.activePopupWidget()


def _size(tab: Tab) -> int:
    return sum(len(graph.nodes) for _, graph in tab.network.graphs())


def _in(widget: QWidget, top: QWidget) -> QRectF:
    return QRectF(widget.rect().translated(widget.mapTo(top, QPoint()))).toAlignedRect()


def _inside(widget: QWidget, at: QPoint) -> QPoint:
    """The nearest place that is in the window; only some of a scrolled widget is."""
    room = widget.window().rect()
    place = widget.mapTo(widget.window(), at)
    place = QPoint(min(max(place.x(), 0), room.right()), min(max(place.y(), 0), room.bottom()))
    return widget.mapFrom(widget.window(), place)


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()!r}"
