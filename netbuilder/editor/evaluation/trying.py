"""Tries things on a run in a process beside the editor; of questions that pile up the newest counts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from netbuilder.editor.beside import Beside, last_words

_MODULE = "netbuilder.training.trying.worker"
_IDLE = 120_000  # ms after which the process, which holds the network and its data, is let go


class Trying(QObject):
    """One run at a time.

    Attributes:
        ready: What the network takes, as ``Bench.inputs`` says.
        answered: What it said; see ``netbuilder.training.trying.worker``.
        failed: A sentence why there is no answer.
    """

    ready = Signal(list)
    answered = Signal(object)  # Qt would sort the keys of a dict
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = Path()
        self._number = 0
        self._waiting: Mapping[str, Any] | None = None
        self._busy = False
        self._restart = False
        self._process = Beside(self)
        self._process.said.connect(self._on_said)
        self._process.failed.connect(self._on_not_started)
        self._process.ended.connect(self._on_ended)
        self._idle = QTimer(self, singleShot=True, interval=_IDLE)
        self._idle.timeout.connect(self.stop)

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process.running

    def open(self, run: Path) -> None:
        """Load a run, in place of another one."""
        if run == self._run and self.running:
            return
        self._run, self._waiting = run, None
        if self.running:
            self._restart = True
            self._process.cancel()
        else:
            self._start()

    def ask(self, question: Mapping[str, Any]) -> None:
        """Ask for an answer; the process is started again if it was let go."""
        self._waiting = question
        self._idle.start()
        if not self.running:
            self._start()
        elif not self._busy:
            self._send()

    def stop(self) -> None:
        """End the process."""
        self._idle.stop()
        self._waiting = None
        self._process.cancel()

    def _start(self) -> None:
        self._busy = True  # until it is ready
        self._restart = False
        self._idle.start()
        self._process.start(_MODULE, [str(self._run)])

    def _send(self) -> None:
        question, self._waiting = self._waiting, None
        self._busy = question is not None
        if question is not None:
            self._number += 1
            self._process.ask({"id": self._number, **question})

    def _on_said(self, said: dict[str, Any]) -> None:
        if self._restart:
            return
        if "ready" in said:
            self.ready.emit(said["ready"])
            self._send()
            return
        if "error" in said:
            text = str(said["error"])
            self.failed.emit(f"{text[:1].upper()}{text[1:]}.")
        elif said.get("id") == self._number:
            self.answered.emit(said)
        self._send()

    def _on_not_started(self, text: str) -> None:
        self._busy = False
        self.failed.emit(f"The network cannot be tried: {text}")

    def _on_ended(self, code: int, complained: str) -> None:
        self._busy = False
        if self._restart:
            self._start()
        elif code and not self._process.cancelled:
            said = last_words(complained, code)
            self.failed.emit(f"The network cannot be tried: {said}")
