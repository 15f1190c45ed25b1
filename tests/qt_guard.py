"""Watches a test of the editor for what Qt and Python would print, swallow or leave behind.

Nobody may pass by accident: an exception in a slot is only printed by Qt, a thread or a timer that
outlives its test makes a later test crash, and a Qt warning is the first sign of a dead object.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import (
    QAbstractAnimation,
    QCoreApplication,
    QEvent,
    QObject,
    QThread,
    QThreadPool,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication, QIconEngine
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

_WAIT = 5.0  # s for threads and children that are about to end

# What Qt says on this platform without anything being wrong, and why it may.
HARMLESS = (
    # The offscreen platform has no window manager that could be asked.
    r"^This plugin does not support (propagateSizeHints|raise|grabbing the keyboard)",
    r"^This plugin does not support setting window (opacity|masks)",
    # QTest tells what no widget took; random events hit places where nothing listens.
    r'^Mouse event "\w+" not accepted by receiving widget',
    r"^Mouse event at .* occurs outside target window",
    # A machine without a font of that name gets another one.
    r"^Populating font family aliases took",
)


class Guard:
    """What happened in one test.

    Attributes:
        faults: What was swallowed or warned about, each as text.
    """

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._started: weakref.WeakKeyDictionary[QTimer, str] = weakref.WeakKeyDictionary()
        self._shots: list[tuple[float, str]] = []
        self._before = _standing()

    def forgive(self, pattern: str) -> list[str]:
        """Take out the faults that match, which a test made on purpose, and return them."""
        found = [text for text in self.faults if re.search(pattern, text)]
        self.faults = [text for text in self.faults if text not in found]
        return found

    @contextmanager
    def watching(self) -> Iterator[Guard]:
        """Watch what is done inside; the caller looks at ``troubles`` afterwards."""
        handler = _Logged(self.faults)
        hooks = _hooks()
        sys.excepthook = self._exception
        threading.excepthook = self._in_thread
        sys.unraisablehook = self._unraisable
        logging.getLogger().addHandler(handler)
        qt_before = qInstallMessageHandler(self._qt_message)
        start, single_shot = QTimer.start, QTimer.singleShot
        QTimer.start = self._start(start)  # type: ignore[method-assign]
        QTimer.singleShot = self._single_shot(single_shot)  # type: ignore[assignment]
        try:
            yield self
        finally:
            QTimer.start, QTimer.singleShot = start, single_shot  # type: ignore[method-assign]
            qInstallMessageHandler(qt_before)
            logging.getLogger().removeHandler(handler)
            sys.excepthook, threading.excepthook, sys.unraisablehook = hooks

    def troubles(self) -> list[str]:
        """Let what is dying die, then return everything that is wrong."""
        settle()
        return [*self.faults, *self._left()]

    def _left(self) -> Iterator[str]:
        before = self._before
        for thread in _outliving(before.threads):
            yield f"the thread {thread.name!r} still runs"
        for child in _outliving_children(before.children):
            yield f"the process {child} still runs: {_command(child)}"
        if not QThreadPool.globalInstance().waitForDone(int(_WAIT * 1000)):
            yield "the global QThreadPool still works"
        for widget in QApplication.topLevelWidgets():
            if shiboken6.getCppPointer(widget)[0] not in before.windows:
                yield f"the top-level widget {_named(widget)} is still there"
        yield from self._left_timers()
        yield from _left_objects()
        if QApplication.overrideCursor() is not None:
            yield "the cursor is still overridden"
        if any(isinstance(getattr(hook, "__self__", None), QObject) for hook in _hooks()):
            yield "the exception hooks were not put back"

    def _left_timers(self) -> Iterator[str]:
        for timer, place in self._started.items():
            if shiboken6.isValid(timer) and timer.isActive():
                yield f"a QTimer started at {place} still runs"
        now = time.monotonic()
        for due, place in self._shots:
            if due > now:
                yield f"QTimer.singleShot at {place} outlives the test and has no QObject to die with"

    def _start(self, original: Callable[..., None]) -> Callable[..., None]:
        def start(timer: QTimer, *args: Any, **kwargs: Any) -> None:
            self._started[timer] = _place()
            original(timer, *args, **kwargs)

        return start

    def _single_shot(self, original: Callable[..., None]) -> Callable[..., None]:
        def single_shot(msec: int, *args: Any, **kwargs: Any) -> None:
            if len(args) > 1:
                # This form of PySide6 drops what the function raises, and calls of later timers with it.
                self.faults.append(f"QTimer.singleShot with a context at {_place()}")
            # A method of a QObject is forgotten with it.
            if msec > 0 and not isinstance(getattr(args[-1], "__self__", None), QObject):
                self._shots.append((time.monotonic() + msec / 1000, _place()))
            original(msec, *args, **kwargs)

        return single_shot

    def _exception(self, kind: object, error: BaseException, trace: object) -> None:
        """Qt calls this for what a slot or an override of a virtual method raised."""
        text = "".join(traceback.format_exception(error))
        sys.stderr.write(text)
        self.faults.append(f"swallowed: {text}")

    def _unraisable(self, args: Any) -> None:
        text = "".join(traceback.format_exception(args.exc_value))
        self.faults.append(f"unraisable in {args.object!r}: {text}")

    def _in_thread(self, args: Any) -> None:
        text = "".join(traceback.format_exception(args.exc_value))
        self.faults.append(f"in thread {args.thread}: {text}")

    def _qt_message(self, kind: QtMsgType, context: object, text: str) -> None:
        if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg):
            return
        if not any(re.search(pattern, text) for pattern in HARMLESS):
            self.faults.append(f"Qt says: {text}")


class _Logged(logging.Handler):
    """Collects what the program's own hooks caught, and Qt's messages that they passed to the log."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.name == "netbuilder.qt":
            if not any(re.search(pattern, text) for pattern in HARMLESS):
                self._faults.append(f"Qt says: {text}")
        elif record.levelno >= logging.ERROR and record.name.partition(".")[0] == "netbuilder":
            error = record.exc_info[1] if record.exc_info else None
            more = "".join(traceback.format_exception(error)) if error else ""
            self._faults.append(f"logged: {text}\n{more}")


class _Standing:
    """What was there before the test."""

    def __init__(self) -> None:
        self.threads = set(threading.enumerate())
        self.children = _children()
        self.windows = {shiboken6.getCppPointer(w)[0] for w in QApplication.topLevelWidgets()}


def _hooks() -> tuple[Callable[..., Any], ...]:
    return sys.excepthook, threading.excepthook, sys.unraisablehook


def _standing() -> _Standing:
    # What is older than the test is out of sight of the collector, and so of the look at the end.
    gc.collect()
    gc.freeze()
    return _Standing()


def settle() -> None:
    """Deliver what is posted, deferred deletions too, until garbage is gone."""
    QToolTip.hideText()
    clipboard = QGuiApplication.clipboard()
    if clipboard.ownsClipboard():
        clipboard.clear()
    for _ in range(3):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
    gc.collect()


def _outliving(before: set[threading.Thread]) -> list[threading.Thread]:
    end = time.monotonic() + _WAIT
    late = [t for t in threading.enumerate() if t not in before]
    for thread in late:
        thread.join(max(0.0, end - time.monotonic()))
    return [thread for thread in late if thread.is_alive()]


def _children() -> set[int]:
    """The processes this one started, by any of its threads; nothing is known off Linux."""
    found: set[int] = set()
    for path in Path("/proc/self/task").glob("*/children"):
        try:
            found.update(int(word) for word in path.read_text().split())
        except OSError:
            continue  # the thread ended meanwhile
    return found


def _outliving_children(before: set[int]) -> list[int]:
    end = time.monotonic() + _WAIT
    while True:
        left = [child for child in _children() - before if not _is_dead(child)]
        if not left or time.monotonic() > end:
            return left
        threading.Event().wait(0.02)


def _is_dead(pid: int) -> bool:
    """Whether it ended; who waits for it later is another question."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return "it ended"


def _left_objects() -> Iterator[str]:
    """Objects of Qt made in this test that are alive and ought not to be."""
    for thing in gc.get_objects():
        if not isinstance(thing, shiboken6.Shiboken.Object) or not shiboken6.isValid(thing):
            continue
        if isinstance(thing, QThread) and thing.isRunning() and thing is not _main_thread():
            yield f"a QThread still runs: {thing!r}"
        elif isinstance(thing, QAbstractAnimation) and _runs(thing):
            yield f"an animation still runs: {thing!r}"
        elif isinstance(thing, QIconEngine):
            continue  # icons are kept for the next menu, as many as there are names and colours
        elif type(thing).__module__.partition(".")[0] == "netbuilder":
            yield f"{_named(thing)} is still alive; its holders: {_holders(thing)}"


def _runs(animation: QAbstractAnimation) -> bool:
    return animation.state() == QAbstractAnimation.State.Running


def _main_thread() -> QThread:
    application = QCoreApplication.instance()
    assert application is not None
    return application.thread()


def _named(thing: object) -> str:
    kind = f"{type(thing).__module__}.{type(thing).__qualname__}"
    if isinstance(thing, QWidget):
        return f"{kind} {thing.objectName()!r} {thing.windowTitle()!r}"
    return kind


def _holders(thing: object) -> str:
    here = sys._getframe()
    found = [
        f"{type(holder).__qualname__} {str(holder)[:120]}"
        for holder in gc.get_referrers(thing)
        if holder is not here and not isinstance(holder, list)
    ]
    return "; ".join(found[:4]) or "none but C++"


def _place() -> str:
    for frame in reversed(traceback.extract_stack()):
        if frame.filename != __file__:
            return f"{os.path.relpath(frame.filename)}:{frame.lineno}"
    return "?"
