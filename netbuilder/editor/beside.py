"""A process of this program beside the editor: what loads torch or numpy, or takes long, runs there."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from PySide6.QtCore import (
    QCoreApplication,
    QObject,
    QProcess,
    QProcessEnvironment,
    QTimer,
    Signal,
)

_GRACE = 3000  # ms it gets to clear away what is half done
_AT_THE_END = 2000  # ms the program waits for it when it ends itself


class Beside(QObject):
    """Runs a module of this program and tells what it says; one process at a time.

    What it prints is read line by line; lines that are JSON objects are passed on, and whatever else
    libraries print is dropped.

    Attributes:
        cancelled: Whether the process was told to end, now or the last time.
        said: An object that it printed on a line.
        failed: It could not be started; the system's words.
        ended: It is gone: the exit code, and what it complained of.
    """

    said = Signal(object)  # Qt would sort the keys of a dict
    failed = Signal(str)
    ended = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._rest = b""
        self.cancelled = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_GRACE)
        self._patience.timeout.connect(self.kill)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.stop_now)

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """The process; 0 when there is none."""
        return int(self._process.processId()) if self._process else 0

    def start(self, module: str, arguments: Sequence[str] = ()) -> None:
        """Start ``python -m module``; ``ask`` and ``close_questions`` write to it."""
        assert self._process is None, "one process at a time"
        self.cancelled, self._rest = False, b""
        process = QProcess(self)
        process.setProcessEnvironment(_environment())
        if sys.platform != "win32":
            # A session of its own, so that what it starts can be ended with it, by its id.
            process.setUnixProcessParameters(QProcess.UnixProcessFlag.CreateNewSession)
        process.readyReadStandardOutput.connect(self._on_output)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        self._process = process
        process.start(sys.executable, ["-m", module, *arguments])

    def ask(self, question: Mapping[str, Any]) -> None:
        """Write an object on a line of its own to the process."""
        if self._process is not None:
            self._process.write(json.dumps(question).encode("ascii") + b"\n")

    def close_questions(self) -> None:
        """Say that nothing more is asked."""
        if self._process is not None:
            self._process.closeWriteChannel()

    def cancel(self) -> None:
        """Ask the process to end; it is killed if it does not."""
        if self._process is None or self.cancelled:
            return
        self.cancelled = True
        self._patience.start()
        self._interrupt()

    def kill(self) -> None:
        """End the process and what it started at once."""
        if self._process is None:
            return
        self.cancelled = True
        self._signal_group("SIGKILL")
        self._process.kill()

    def stop_now(self) -> None:
        """End the process before the program ends."""
        process = self._process
        if process is None:
            return
        self.cancelled = True
        self._interrupt()
        if not process.waitForFinished(_AT_THE_END):
            self.kill()
            process.waitForFinished(_AT_THE_END)

    def _interrupt(self) -> None:
        # An interrupt lets it clear its half-written files away, which a harder signal would not.
        if not self._signal_group("SIGINT") and self._process is not None:
            self._process.terminate()

    def _signal_group(self, name: str) -> bool:
        pid = self.pid
        if sys.platform == "win32" or not pid:
            return False
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, getattr(signal, name))
        return True

    def _on_output(self) -> None:
        if self._process is None:
            return
        self._rest += bytes(self._process.readAllStandardOutput().data())
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            self._tell(line)

    def _tell(self, line: bytes) -> None:
        with suppress(ValueError):
            found = json.loads(line)
            if isinstance(found, dict):
                self.said.emit(found)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        process = self._process
        if process is not None and error == QProcess.ProcessError.FailedToStart:
            text = process.errorString()
            self._clear()
            self.failed.emit(text)

    def _on_finished(self) -> None:
        process = self._process
        if process is None:
            return
        self._on_output()
        self._tell(self._rest)
        complained = bytes(process.readAllStandardError().data()).decode(errors="replace")
        code = process.exitCode()
        self._clear()
        self.ended.emit(code, complained)

    def _clear(self) -> None:
        self._patience.stop()
        if self._process is not None:
            self._process.deleteLater()
            self._process = None


def last_words(complained: str, code: int) -> str:
    """Return the last line of what a process complained of, or its exit code."""
    return (complained.strip().splitlines() or [f"exit code {code}"])[-1]


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONIOENCODING", "utf-8")
    return environment
