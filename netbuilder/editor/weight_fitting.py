"""Asks a process beside the editor which weights of a run a document would take over."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from netbuilder.app.weight_fitting import MODULE, FitQuestion, fit_question
from netbuilder.editor.beside import Beside, last_words
from netbuilder.editor.tasks import Tasks
from netbuilder.graph.model import Network
from netbuilder.training.run import RunFolder
from netbuilder.training.weight_fit import NodeFit, WeightFit


class WeightFitting(QObject):
    """One question at a time; of several the newest is answered.

    Attributes:
        found: The fits of the nodes, a tuple of them.
        failed: A sentence why there is no answer.
    """

    found = Signal(object)  # tuple[NodeFit, ...]
    failed = Signal(str)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._number = 0
        self._question: FitQuestion | None = None
        self._left = False
        self._process = Beside(self)
        self._process.said.connect(self._on_said)
        self._process.failed.connect(self._on_not_started)
        self._process.ended.connect(self._on_ended)

    def ask(self, network: Network, run: RunFolder) -> None:
        """Ask what a sound network would take over from a run."""
        self._question = None
        self._number += 1
        work = partial(fit_question, network, run)
        self._tasks.submit(self, "question", work, self._on_question, self._on_failed)

    def leave(self) -> None:
        """End the process and itself with it; nobody waits for it any more."""
        self._left = True
        if self._process.running:
            self._process.cancel()
        else:
            self.deleteLater()

    def _on_question(self, question: FitQuestion) -> None:
        if self._left:
            return
        self._question = question
        if not self._process.running:
            self._process.start(MODULE)
        self._process.ask({"id": self._number, **question.plain})

    def _on_said(self, said: dict[str, Any]) -> None:
        if self._left or self._question is None or said.get("id") != self._number:
            return
        if "error" in said:
            self._fail(str(said["error"]))
            return
        rows: tuple[NodeFit, ...] = self._question.answer(WeightFit.from_plain(said["fit"]))
        self._question = None
        self.found.emit(rows)

    def _on_failed(self, error: Exception) -> None:
        self._fail(str(error))

    def _on_not_started(self, text: str) -> None:
        self._fail(f"the process that compares them cannot be started: {text}")

    def _on_ended(self, code: int, complained: str) -> None:
        if self._left:
            self.deleteLater()
        elif self._question is not None:
            self._fail(f"the process that compares them ended: {last_words(complained, code)}")

    def _fail(self, text: str) -> None:
        self._question = None
        if not self._left:
            self.failed.emit(f"{text[:1].upper()}{text[1:]}.")
