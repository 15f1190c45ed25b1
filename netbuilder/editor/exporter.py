"""An export in a process of its own, so that the editor never loads torch."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from netbuilder.catalogue.folders import trusted
from netbuilder.editor.beside import Beside, last_words
from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps
from netbuilder.graph.model import Network

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
        self._process = Beside(self)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._said: dict[str, Any] = {}
        self._process.said.connect(self._on_said)
        self._process.failed.connect(self._on_not_started)
        self._process.ended.connect(self._on_ended)

    @property
    def running(self) -> bool:
        """Whether an export is under way."""
        return self._process.running

    @property
    def pid(self) -> int:
        """The process; 0 when there is none."""
        return self._process.pid

    def export_network(self, network: Network, folder: Path, to: str, out: Path) -> None:
        """Export a document as it is now, saved or not, with fresh weights.

        Args:
            network: The document.
            folder: Its folder, where relative paths of its data start.
            to: ``python``, ``onnx``, ``pt2`` or ``torchscript``.
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
        # The other process runs no code of a person's own but what this one may.
        trust = [part for one in trusted() for part in ("--trust-nodes", str(one))]
        self._start([str(copy), "--folder", str(folder), *trust], to, out)

    def export_run(
        self, run: Path, to: str, out: Path, *, with_preprocessing: bool = False
    ) -> None:
        """Export a run with its best weights, an ONNX file also with what prepares its inputs."""
        inside = ["--with-preprocessing"] if with_preprocessing else []
        self._start([str(run), *inside], to, out)

    def cancel(self) -> None:
        """Ask the export to end; it is killed if it does not."""
        self._process.cancel()

    def stop_now(self) -> None:
        """End the export before the program ends; what it says is told no more."""
        self._process.stop_now()

    def _start(self, what: list[str], to: str, out: Path) -> None:
        self._said = {}
        arguments = ["export", *what, "--to", to, "-o", str(out), "--json"]
        self._process.start("netbuilder", arguments)
        self._process.close_questions()

    def _on_said(self, plain: dict[str, Any]) -> None:
        self._said = plain  # the last one counts; libraries may print before it

    def _on_not_started(self, text: str) -> None:
        self._clear()
        self.failed.emit(f"The export could not be started: {text}", {})
        self.ended.emit()

    def _on_ended(self, code: int, complained: str) -> None:
        self._clear()
        if not self._process.cancelled:
            self._tell(self._said, complained, code)
        self.ended.emit()

    def _tell(self, plain: dict[str, Any], complained: str, code: int) -> None:
        if "outputs" in plain:
            self.done.emit(plain)
        elif "error" in plain:
            self.failed.emit(str(plain["error"]), plain)
        elif code == _INTERRUPTED:
            self.failed.emit("The export was interrupted.", {})
        else:
            said = last_words(complained, code)
            self.failed.emit(f"The export ended without a report: {said}", {"log": complained})

    def _clear(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
