"""Makes sanity tests of a document in a process beside the editor, and tells what they find."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from netbuilder.app.diagnosing import MODULE, question_of
from netbuilder.editor.beside import Beside, last_words
from netbuilder.editor.tab import Tab
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.sanity.finding import Finding


class Diagnosing(QObject):
    """The tests of one document at a time.

    Attributes:
        progressed: The name of the running test, and the share of it that is done.
        found: What a test says.
        ended: All is done, or nothing could be tested; then a sentence says why.
    """

    progressed = Signal(str, float)
    found = Signal(object)  # Finding
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._trouble = ""
        self._left = False
        self._process = Beside(self)
        self._process.said.connect(self._on_said)
        self._process.failed.connect(self._on_not_started)
        self._process.ended.connect(self._on_ended)

    @property
    def running(self) -> bool:
        """Whether tests are being made."""
        return self._process.running

    def start(self, tab: Tab) -> str:
        """Begin with the tests of a document; return a sentence where that cannot be."""
        if self.running:
            return "Tests are running already."
        if not tab.report.ok:
            return "The network has errors; mend them first. Problems lists them."
        try:
            asked = question_of(tab.network, tab.session.folder)
        except NetBuilderError as error:
            text = str(error)
            return f"{text[:1].upper()}{text[1:]}."
        self._trouble = ""
        self._process.start(MODULE)
        self._process.ask(asked)
        return ""

    def cancel(self) -> None:
        """Make no more tests."""
        self._process.cancel()

    def leave(self) -> None:
        """End the process and itself with it; nobody waits for it any more."""
        self._left = True
        if self.running:
            self._process.cancel()
        else:
            self.deleteLater()

    def _on_said(self, said: dict[str, Any]) -> None:
        if self._left:
            return
        if "error" in said:
            self._trouble = str(said["error"])
        elif "finding" in said:
            self.found.emit(Finding.from_plain(said["finding"]))
        elif "test" in said:
            self.progressed.emit(str(said["test"]), float(said["share"]))

    def _on_not_started(self, text: str) -> None:
        self._end(f"The tests cannot be started: {text}")

    def _on_ended(self, code: int, complained: str) -> None:
        if code and not self._process.cancelled and not self._trouble:
            self._trouble = f"The tests ended unexpectedly: {last_words(complained, code)}"
        self._end("" if self._process.cancelled else self._trouble)

    def _end(self, sentence: str) -> None:
        if self._left:
            self.deleteLater()
        else:
            self.ended.emit(sentence)
