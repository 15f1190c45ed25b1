"""The panel that lists what the check found."""

from __future__ import annotations

from collections import Counter
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from netbuilder.check.diagnostics import Diagnostic, Fix
from netbuilder.editor.panels.problem_list import ProblemList, ProblemModel
from netbuilder.editor.panels.problem_places import command_of, path_of
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace

_KINDS = {"error": "Errors", "warning": "Warnings", "info": "Advice"}
_HIDDEN = "problems.hidden"


class Problems(QWidget):
    """What the check found, the worst first; a click shows the node, a button takes a fix.

    Attributes:
        problem_counts_changed: Told with the numbers of errors, warnings and pieces of advice.
    """

    problem_counts_changed = Signal(int, int, int)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problems")
        self.setAccessibleName("Problems")
        self._workspace = workspace
        self._shown: tuple[Diagnostic, ...] | None = None
        self.counts = (0, 0, 0)
        self._filters: dict[str, QToolButton] = {}
        self.list = ProblemList(workspace.look, self)
        self.model = ProblemModel(self)
        self.list.setModel(self.model)
        self.list.wanted.connect(self.go)
        self.list.fix_wanted.connect(self.fix)
        self._lay_out()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        workspace.switched.connect(self._later)
        workspace.checked.connect(self._later)
        workspace.look.changed.connect(self.list.viewport().update)

    def refresh(self) -> None:
        """Show the present state; the chosen row stays chosen."""
        self._soon.stop()
        tab = self._workspace.current
        found = tab.report.diagnostics if tab else ()
        self._count(found)
        if not self.isVisible():
            return
        hidden = self._hidden()
        shown = tuple(
            sorted((d for d in found if d.severity not in hidden), key=lambda d: _rank(d.severity))
        )
        if shown != self._shown:
            row = self.list.currentIndex().row()
            self._shown = shown
            self.model.put(shown)
            if shown and row >= 0:
                self.list.setCurrentIndex(self.model.index(min(row, len(shown) - 1), 0))
        self.list.setVisible(bool(shown))
        self._empty.setVisible(not shown)
        self._empty.setText(_said(opened=tab is not None, found=bool(found)))

    def go(self, found: Diagnostic) -> None:
        """Show where a problem is."""
        tab, actions = self._workspace.current, self._workspace.actions
        if tab is None:
            return
        path = path_of(tab.network, found)
        if path:
            tab.reveal(path)
        elif found.where.node or found.where.group:
            self._workspace.said.emit(
                "info", f"The group {found.where.group} has no instance in which it could be shown."
            )
        elif command_of(found) and actions is not None:
            actions.run(command_of(found))
        else:
            tab.select()

    def fix(self, fix: Fix) -> None:
        """Take a fix, as one step."""
        tab = self._workspace.current
        if tab is not None:
            tab.do(f"Fix: {fix.title}", fix.edit, origin="problems")

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what happened while it was not seen."""
        super().showEvent(event)
        self.refresh()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(8, 4, 8, 4)
        line.setSpacing(4)
        hidden = self._hidden()
        for severity, title in _KINDS.items():
            button = QToolButton(self)
            button.setProperty("role", "quiet")
            button.setProperty("severity", severity)
            button.setText(title)
            button.setCheckable(True)
            button.setChecked(severity not in hidden)
            introduce(button, title, f"Show or hide {title.lower()}.", f"filter_{severity}")
            button.clicked.connect(self._on_filter)
            line.addWidget(button)
            self._filters[severity] = button
        line.addStretch(1)
        self._empty = Wrapped("", "secondary", self)
        self._empty.setObjectName("no_problems")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self.list, 1)
        column.addWidget(self._empty, 1)

    def _count(self, found: tuple[Diagnostic, ...]) -> None:
        number = Counter(one.severity for one in found)
        counts = number["error"], number["warning"], number["info"]
        for severity, button in self._filters.items():
            count = number[severity]  # type: ignore[index]  # the keys are the severities
            button.setText(f"{_KINDS[severity]}  {count:,}" if count else _KINDS[severity])
            button.setAccessibleName(f"{_KINDS[severity]}, {count}")
            # One kind alone needs no choice, unless it is hidden.
            hidden = not all(one.isChecked() for one in self._filters.values())
            button.setVisible(count > 0 and (len(number) > 1 or hidden))
        if counts != self.counts:
            self.counts = counts
            self.problem_counts_changed.emit(*counts)

    def _hidden(self) -> list[Any]:
        said = self._workspace.preferences.recall(_HIDDEN, [])
        return said if isinstance(said, list) else []

    def _on_filter(self) -> None:
        hidden = [s for s, button in self._filters.items() if not button.isChecked()]
        self._workspace.preferences.remember(_HIDDEN, hidden or None)
        self.refresh()

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()


def _rank(severity: str) -> int:
    return list(_KINDS).index(severity)


def _said(*, opened: bool, found: bool) -> str:
    if not opened:
        return "Open a document to see what the check says of it."
    if found:
        return "Nothing of the kinds that are shown. Turn the others on above."
    return "No problems. The check runs after every edit."
