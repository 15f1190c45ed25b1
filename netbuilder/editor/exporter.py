"""An export in a process of its own, so that the editor never loads torch."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QCoreApplication,
    QObject,
    QProcess,
    QProcessEnvironment,
    QTimer,
    Signal,
)

from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps
from netbuilder.graph.model import Network

_GRACE = 3000  # ms an export gets to clear its half-written files away
_AT_THE_END = 2000  # ms the program waits for it when it ends itself
_INTERRUPTED = 130


class Exporter(QObject):
    """Runs ``netbuilder export`` and tells what it says; one export at a time.

    Attributes:
        done: The report as plain data; also of an export whose verification failed.
        failed: Why there is none: a sentence, and what the command said besides.
        ended: The process is gone; comes after the two above, or alone after ``cancel``.
    """

    done = Signal(object)
    failed = Signal(str, object)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._cancelled = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_GRACE)
        self._patience.timeout.connect(self.kill)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.stop_now)

    @property
    def running(self) -> bool:
        """Whether an export is under way."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """The process; 0 when there is none."""
        return int(self._process.processId()) if self._process else 0

    def export_network(self, network: Network, folder: Path, to: str, out: Path) -> None:
        """Export a document as it is now, saved or not, with fresh weights.

        Args:
            network: The document.
            folder: Its folder, where relative paths of its data start.
            to: ``python`` or ``onnx``.
            out: The file or folder to write.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="netbuilder-export-")
        copy = Path(self._folder.name) / f"{out.stem}.netgraph"
        try:
            copy.write_text(dumps(network), encoding="utf-8", newline="\n")
        except (OSError, FileError) as error:
            self._clear()
            self.failed.emit(f"No copy of the document could be written: {error}", {})
            self.ended.emit()
            return
        self._start([str(copy), "--folder", str(folder)], to, out)

    def export_run(self, run: Path, to: str, out: Path) -> None:
        """Export a run with its best weights."""
        self._start([str(run)], to, out)

    def cancel(self) -> None:
        """Ask the export to end; it is killed if it does not."""
        if self._process is None or self._cancelled:
            return
        self._cancelled = True
        self._patience.start()
        self._interrupt()

    def kill(self) -> None:
        """End the export and what it started at once."""
        if self._process is None:
            return
        self._cancelled = True
        self._signal_group("SIGKILL")
        self._process.kill()

    def stop_now(self) -> None:
        """End the export before the program ends; nothing is told any more."""
        process = self._process
        if process is None:
            return
        self._cancelled = True
        self._interrupt()
        if not process.waitForFinished(_AT_THE_END):
            self.kill()
            process.waitForFinished(_AT_THE_END)

    def _start(self, what: list[str], to: str, out: Path) -> None:
        assert self._process is None, "one export at a time"
        self._cancelled = False
        process = QProcess(self)
        process.setProcessEnvironment(_environment())
        if sys.platform != "win32":
            # A session of its own, so that what the export starts can be ended with it, by its id.
            process.setUnixProcessParameters(QProcess.UnixProcessFlag.CreateNewSession)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        self._process = process
        arguments = ["-m", "netbuilder", "export", *what, "--to", to, "-o", str(out), "--json"]
        process.start(sys.executable, arguments)
        process.closeWriteChannel()

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

    def _on_error(self, error: QProcess.ProcessError) -> None:
        process = self._process
        if process is not None and error == QProcess.ProcessError.FailedToStart:
            text = process.errorString()
            self._clear()
            self.failed.emit(f"The export could not be started: {text}", {})
            self.ended.emit()

    def _on_finished(self) -> None:
        process = self._process
        if process is None:
            return
        said = bytes(process.readAllStandardOutput().data()).decode(errors="replace")
        complained = bytes(process.readAllStandardError().data()).decode(errors="replace")
        code, cancelled = process.exitCode(), self._cancelled
        self._clear()
        if not cancelled:
            self._tell(_plain(said), complained, code)
        self.ended.emit()

    def _tell(self, plain: dict[str, Any], complained: str, code: int) -> None:
        if "outputs" in plain:
            self.done.emit(plain)
        elif "error" in plain:
            self.failed.emit(str(plain["error"]), plain)
        elif code == _INTERRUPTED:
            self.failed.emit("The export was interrupted.", {})
        else:
            lines = complained.strip().splitlines() or [f"exit code {code}"]
            self.failed.emit(f"The export ended without a report: {lines[-1]}", {"log": complained})

    def _clear(self) -> None:
        self._patience.stop()
        if self._process is not None:
            self._process.deleteLater()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONIOENCODING", "utf-8")
    return environment


def _plain(text: str) -> dict[str, Any]:
    """The JSON object on the last line; libraries may print before it."""
    for line in reversed(text.splitlines()):
        with suppress(ValueError):
            found = json.loads(line)
            if isinstance(found, dict):
                return found
    return {}
