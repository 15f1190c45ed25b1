"""The panel that lists what the check found."""

from __future__ import annotations

from collections import Counter
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from netbuilder.check.diagnostics import Diagnostic, Fix
from netbuilder.check.findings import listed
from netbuilder.editor.panels.problem_list import ProblemList, ProblemModel
from netbuilder.editor.panels.problem_places import command_of, path_of
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.graph.model import Network

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
        self._shown: tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]] | None = None
        self.counts = (0, 0, 0)
        self._filters: dict[str, QToolButton] = {}
        self.list = ProblemList(workspace.look, self)
        self.model = ProblemModel(self)
        self.list.setModel(self.model)
        self.list.wanted.connect(self.go)
        self.list.fix_wanted.connect(self.fix)
        self.list.ignore_wanted.connect(self.ignore)
        self.list.heed_wanted.connect(self.heed)
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
        ignored = tab.report.ignored if tab else ()
        self._count(found)
        self._count_ignored(len(ignored))
        if not self.isVisible():
            return
        hidden = self._hidden()
        shown = tuple(
            sorted((d for d in found if d.severity not in hidden), key=lambda d: _rank(d.severity))
        )
        quiet = ignored if self._ignored.isChecked() else ()
        if (shown, quiet) != self._shown:
            row = self.list.currentIndex().row()
            self._shown = shown, quiet
            self.model.put(shown, quiet)
            count = self.model.rowCount()
            if count and row >= 0:
                self.list.setCurrentIndex(self.model.index(min(row, count - 1), 0))
        self.list.setVisible(bool(shown or quiet))
        self._empty.setVisible(not shown and not quiet)
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

    def ignore(self, found: Diagnostic, here: bool) -> None:
        """Ask not to be told any more: at the nodes of a finding, or in the whole document."""
        tab = self._workspace.current
        if tab is None:
            return
        nodes = found.nodes if here else ()
        where = f"at {listed(nodes)}" if here else "in this document"
        tab.do(
            f"Ignore {found.code} {where}",
            lambda n: edits.ignore(n, found.code, nodes, found.where.group if here else ""),
            origin="problems",
        )

    def heed(self, found: Diagnostic) -> None:
        """Ask to be told again, of these nodes and in the document."""
        tab = self._workspace.current
        if tab is None:
            return

        def edit(network: Network) -> Network:
            network = edits.ignore(network, found.code, ignored=False)
            if not found.nodes:
                return network
            group = found.where.group
            return edits.ignore(network, found.code, found.nodes, group, ignored=False)

        tab.do(f"Heed {found.code}", edit, origin="problems")

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
        self._ignored = QToolButton(self)
        self._ignored.setProperty("role", "quiet")
        self._ignored.setCheckable(True)
        about = "Show or hide what this document asks not to be told."
        introduce(self._ignored, "Ignored", about, "filter_ignored")
        self._ignored.clicked.connect(self.refresh)
        self._ignored.hide()
        line.addWidget(self._ignored)
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

    def _count_ignored(self, count: int) -> None:
        self._ignored.setText(f"Ignored  {count:,}")
        self._ignored.setAccessibleName(f"Ignored, {count}")
        self._ignored.setVisible(count > 0)
        if not count:
            self._ignored.setChecked(False)

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
