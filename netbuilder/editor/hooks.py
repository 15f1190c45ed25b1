"""Exceptions and Qt's own messages come to one place: the log, and one notice in the window."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

_log = logging.getLogger("netbuilder.editor")
_QUIET = 5.0  # s between two notices: a fault that comes with every frame must not bury the window


class Hooks(QObject):
    """Catches what Qt would print and swallow.

    Attributes:
        faulted: Told in the main thread, at most every few seconds, with a sentence.
    """

    faulted = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last = 0.0
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        self._handler: object = None
        self._crash: TextIO | None = None

    def install(self, crash_file: Path | None = None) -> None:
        """Put the hooks in place.

        Args:
            crash_file: Where the stack of a hard crash goes.
        """
        sys.excepthook = self._exception
        threading.excepthook = self._thread_exception
        sys.unraisablehook = self._unraisable
        self._handler = qInstallMessageHandler(self._qt_message)
        if crash_file is not None:
            crash_file.parent.mkdir(parents=True, exist_ok=True)
            self._crash = crash_file.open("w", encoding="utf-8")
            faulthandler.enable(self._crash)

    def remove(self) -> None:
        """Put back what was there before."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        qInstallMessageHandler(self._handler)
        if self._crash is not None:
            faulthandler.disable()
            self._crash.close()
            self._crash = None

    def _exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        _log.error("something went wrong", exc_info=(kind, error, trace))
        self._tell(error)

    def _thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _unraisable(self, args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            self._exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _tell(self, error: BaseException) -> None:
        now = time.monotonic()
        if now - self._last > _QUIET:
            self._last = now
            self.faulted.emit(
                f"Something went wrong in the program ({type(error).__name__}: {error}); "
                "the document is as it was, and the log says more."
            )

    def _qt_message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if text.startswith("This plugin does not support"):
            return  # what a platform without windows says to every window
        level = {
            QtMsgType.QtDebugMsg: logging.DEBUG,
            QtMsgType.QtInfoMsg: logging.INFO,
            QtMsgType.QtWarningMsg: logging.WARNING,
        }.get(kind, logging.ERROR)
        logging.getLogger("netbuilder.qt").log(level, "%s", text)
