"""Runs the nodes that do not say what flows out, in a process beside the editor, and has it checked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from netbuilder.app.probing import MODULE, PATIENCE, written
from netbuilder.codegen.probe import Probe, own_code_trouble
from netbuilder.editor.beside import Beside, last_words
from netbuilder.editor.workspace import Workspace
from netbuilder.node_api.probing import PROBES, WAITING, Key

_IDLE = 60_000  # ms after which the process, which holds torch, is let go


class Probing(QObject):
    """Answers what the check asks, a batch at a time."""

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._waiting: list[tuple[Key, Probe]] = []
        self._process = Beside(self)
        self._process.said.connect(self._on_said)
        self._process.failed.connect(self._fail)
        self._process.ended.connect(self._on_ended)
        self._soon = _timer(self, 0, self._next)
        self._idle = _timer(self, _IDLE, self._process.close_questions)
        self._patience = _timer(self, round(PATIENCE * 1000), self._process.kill)
        for signal in (workspace.opened, workspace.checked, workspace.switched):
            signal.connect(self._later)

    @property
    def busy(self) -> bool:
        """Whether something is being found out."""
        return bool(self._waiting)

    def close(self) -> None:
        """End the process; nothing is answered any more."""
        for timer in (self._soon, self._idle, self._patience):
            timer.stop()
        self._waiting.clear()
        self._process.stop_now()

    def _later(self) -> None:
        self._soon.start()

    def _next(self) -> None:
        if self._waiting or not PROBES.asked:
            return
        self._waiting = list(written(PROBES.asked).items())
        if not self._waiting:
            self._check_again()
            return
        self._idle.stop()
        self._patience.start()
        if not self._process.running:
            self._process.start(MODULE)
        for _, probe in self._waiting:
            self._process.ask(probe.to_plain())

    def _on_said(self, plain: dict[str, Any]) -> None:
        if not self._waiting:
            return
        key, probe = self._waiting.pop(0)
        PROBES.answer(key, probe.answer(plain))
        self._patience.start()
        if not self._waiting:
            self._patience.stop()
            self._idle.start()
            self._check_again()

    def _on_ended(self, code: int, complained: str) -> None:
        self._fail(last_words(complained, code))

    def _fail(self, said: str) -> None:
        """Answer that nothing can be found out; the next question begins anew."""
        self._idle.stop()
        self._patience.stop()
        lost, self._waiting = self._waiting, []
        for key, probe in lost:
            PROBES.answer(key, own_code_trouble(probe.question.node, said))
        if lost:
            self._check_again()

    def _check_again(self) -> None:
        for tab in self._workspace.tabs:
            if any(one.code == WAITING for one in tab.report.diagnostics):
                tab.check_again()
        self._later()


def _timer(owner: QObject, interval: int, slot: Callable[[], object]) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(interval)
    timer.timeout.connect(slot)
    return timer
