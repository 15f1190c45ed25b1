"""Evaluates runs in a process beside the editor, and tells what it writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from netbuilder.editor.beside import Beside, last_words

_MODULE = "netbuilder.training.evaluation.worker"


class Evaluating(QObject):
    """The evaluation of one run at a time.

    Attributes:
        run: The run's folder; that of the last evaluation while none is made.
        split: The split it is measured on.
        staged: What is being done, in a few words.
        written: The report of the run says more than before.
        ended: All is done, or it could not be; then a sentence says why.
    """

    staged = Signal(str)
    written = Signal()
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run, self.split = Path(), ""
        self._trouble = ""
        self._process = Beside(self)
        self._process.said.connect(self._on_said)
        self._process.failed.connect(self._on_not_started)
        self._process.ended.connect(self._on_ended)

    @property
    def running(self) -> bool:
        """Whether a run is being evaluated."""
        return self._process.running

    def start(self, run: Path, split: str, *, baselines: bool) -> None:
        """Evaluate a run.

        Args:
            run: Its folder.
            split: ``train``, ``val`` or ``test``.
            baselines: Whether simpler models are fitted too.
        """
        self.run, self.split = run, split
        self._trouble = ""
        self._process.start(_MODULE)
        self._process.ask({"run": str(run), "split": split, "baselines": baselines})

    def cancel(self) -> None:
        """Stop."""
        self._process.cancel()

    def _on_said(self, said: dict[str, Any]) -> None:
        if "stage" in said:
            self.staged.emit(str(said["stage"]))
        elif "written" in said:
            self.written.emit()
        elif "error" in said:
            text = str(said["error"])
            self._trouble = f"{text[:1].upper()}{text[1:]}."

    def _on_not_started(self, text: str) -> None:
        self.ended.emit(f"The evaluation cannot be started: {text}")

    def _on_ended(self, code: int, complained: str) -> None:
        if self._process.cancelled:
            self.ended.emit("The evaluation was stopped.")
            return
        if code and not self._trouble:
            self._trouble = f"The evaluation ended unexpectedly: {last_words(complained, code)}"
        self.ended.emit(self._trouble)
