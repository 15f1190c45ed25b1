"""Explains what runs say, in a process beside the editor that keeps the network loaded for a while."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from netbuilder.editor.beside import Beside, last_words

_MODULE = "netbuilder.training.explaining.worker"
_IDLE = 60_000  # ms after which the process, which holds torch and the data, is let go


class Question(NamedTuple):
    """What is asked of a run.

    Attributes:
        run: Its folder.
        loss: The loss whose output is explained.
        sample: A sample's place in the source of the data.
        method: A method of ``METHODS``; empty to ask what each column is worth.
        target: A class; empty for what the network says.
        split: The split that columns are shuffled in.
    """

    run: str
    loss: str
    sample: int = 0
    method: str = ""
    target: str = ""
    split: str = ""

    def plain(self) -> dict[str, Any]:
        """What the process is asked."""
        if not self.method:
            return {"run": self.run, "importance": self.split}
        return {**self._asdict(), "pictures": True}


class Explaining(QObject):
    """One question after the other; the newest that waits counts.

    Attributes:
        progressed: The share of the work on the question that is done.
        found: The question, and what was found, as ``attribute`` or ``importance`` gives it.
        failed: The question, and a sentence why nothing can be said.
    """

    progressed = Signal(float)
    found = Signal(object, object)
    failed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = Beside(self)
        self._process.said.connect(self._on_said)
        self._process.failed.connect(self._on_not_started)
        self._process.ended.connect(self._on_ended)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(_IDLE)
        self._idle.timeout.connect(self._on_idle)
        self._asked: Question | None = None
        self._waiting: Question | None = None
        self._number = 0
        self._leaving = False  # it was told that nothing more is asked, but is still there

    @property
    def working(self) -> bool:
        """Whether a question is being answered."""
        return self._asked is not None

    def ask(self, question: Question) -> None:
        """Ask; an older question that still waits is taken back."""
        self._waiting = question
        self._next()

    def close(self) -> None:
        """End the process; what was asked is not answered."""
        self._idle.stop()
        self._asked = self._waiting = None
        self._process.stop_now()

    def _next(self) -> None:
        if self._asked is not None or self._leaving:
            return
        if self._waiting is None:
            if self._process.running:
                self._idle.start()
            return
        self._idle.stop()
        self._asked, self._waiting = self._waiting, None
        self._number += 1
        if not self._process.running:
            self._process.start(_MODULE)
        self._process.ask({"id": self._number, **self._asked.plain()})

    def _on_said(self, said: dict[str, Any]) -> None:
        asked = self._asked
        if asked is None or said.get("id") != self._number:
            return
        if "share" in said:
            self.progressed.emit(float(said["share"]))
            return
        self._asked = None
        if "found" in said:
            self.found.emit(asked, said["found"])
        else:
            text = str(said["error"])
            self.failed.emit(asked, f"{text[:1].upper()}{text[1:]}.")
        self._next()

    def _on_not_started(self, text: str) -> None:
        self._give_up(f"The explanation cannot be started: {text}")

    def _on_idle(self) -> None:
        self._leaving = True
        self._process.close_questions()

    def _on_ended(self, code: int, complained: str) -> None:
        self._idle.stop()
        self._leaving = False
        self._give_up(f"The explanation ended unexpectedly: {last_words(complained, code)}")
        self._next()

    def _give_up(self, sentence: str) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            self.failed.emit(asked, sentence)
