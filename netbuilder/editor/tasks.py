"""Work beside the main loop: the only place that owns threads, joined before the program ends."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from netbuilder.editor.sweeping import Sweeping


class Tasks(QObject):
    """Runs functions in a few threads and tells their results in the main thread.

    A task holds no widget: it gets plain values and returns one. ``done`` and ``failed`` must be
    methods of a QObject, so that they are forgotten when it dies; of tasks with the same owner and
    key only the newest is told.
    """

    _ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="netbuilder")
        self._newest: dict[tuple[int, str], Future[Any]] = {}
        self._alive: dict[int, bool] = {}
        self._ended.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._closed = False
        self._sweeping = Sweeping(self)

    def submit(
        self,
        owner: QObject,
        key: str,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Run ``work`` in a thread; then call ``done`` with its value, or ``failed`` with its exception.

        Args:
            owner: Who asks; nothing is told once it is destroyed.
            key: What it is about; a newer task of the same key makes an older one's result stale.
            work: What to do, without touching any QObject.
            done: Called in the main thread.
            failed: Called in the main thread; without it, it is told as any other fault of the program.
        """
        if self._closed:
            return
        mark = id(owner)
        if mark not in self._alive:
            self._alive[mark] = True
            owner.destroyed.connect(lambda: self._forget(mark))
        future = self._pool.submit(work)
        self._newest[mark, key] = future

        def ended(future: Future[Any]) -> None:
            if not self._closed:
                self._ended.emit((mark, key, future, done, failed))

        future.add_done_callback(ended)

    def close(self) -> None:
        """Drop what has not begun and wait for what has."""
        self._closed = True
        self._newest.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._sweeping.close()

    def _forget(self, mark: int) -> None:
        self._alive.pop(mark, None)
        for key in [key for key in self._newest if key[0] == mark]:
            del self._newest[key]

    def _tell(self, ended: tuple[int, str, Future[Any], Any, Any]) -> None:
        mark, key, future, done, failed = ended
        if self._newest.get((mark, key)) is not future or future.cancelled():
            return
        del self._newest[mark, key]
        error = future.exception()
        if error is None:
            done(future.result())
        elif failed is not None and isinstance(error, Exception):
            failed(error)
        else:
            # The hook that sees faults in slots logs this one too, and tells it in the window.
            sys.excepthook(type(error), error, error.__traceback__)
