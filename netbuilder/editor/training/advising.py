"""Tells what the layers of a watched training say is wrong, beside what the check finds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from netbuilder.app.training_advice import Advisor
from netbuilder.editor.tab import Tab
from netbuilder.editor.training.run_view import RunView

if TYPE_CHECKING:
    from netbuilder.check.diagnostics import Diagnostic
    from netbuilder.editor.training.runs import Runs
    from netbuilder.editor.workspace import Workspace


class Advising(QObject):
    """Keeps the advice of the shown run at the document that it trains, and at no other."""

    def __init__(self, runs: Runs, workspace: Workspace) -> None:
        super().__init__(runs)
        self._runs, self._workspace = runs, workspace
        self._told: dict[Tab, tuple[Path, tuple[Diagnostic, ...]]] = {}
        self._advisors: dict[Path, Advisor] = {}
        runs.live.connect(self._on_live)
        runs.changed.connect(self._on_changed)
        runs.state_changed.connect(self._on_state)
        workspace.changed.connect(self._on_changed)
        workspace.closed.connect(self._on_closed)

    def _on_live(self, view: RunView) -> None:
        tab = self._workspace.current
        if tab is None or view is not self._runs.shown or self._runs.moved_on(tab):
            return
        advisor = self._advisors.setdefault(view.path, Advisor())
        self._tell(tab, view.path, advisor.take(tab.report, view.measured))

    def _on_changed(self) -> None:
        """Take back what was told of another run, or of what the document was before."""
        tab, shown = self._workspace.current, self._runs.shown
        if tab is None or tab not in self._told:
            return
        if shown is None or shown.path != self._told[tab][0] or self._runs.moved_on(tab):
            self._tell(tab, self._told[tab][0], ())

    def _on_state(self, view: RunView) -> None:
        if not view.is_active:
            self._advisors.pop(view.path, None)

    def _on_closed(self, tab: Tab) -> None:
        self._told.pop(tab, None)

    def _tell(self, tab: Tab, path: Path, found: tuple[Diagnostic, ...]) -> None:
        before = self._told[tab][1] if tab in self._told else ()
        if found:
            self._told[tab] = (path, found)
        else:
            self._told.pop(tab, None)
        if found != before:
            tab.set_advice(found)
