"""The window that lets a training start from the weights of a run: which are kept is told before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor.dialogs.document_dialog import DocumentDialog
from netbuilder.editor.icons import icon
from netbuilder.editor.tab import Tab
from netbuilder.editor.training.run_table import best_text, state_word
from netbuilder.editor.training.run_view import RunView
from netbuilder.editor.training.words import short_name
from netbuilder.editor.weight_fitting import WeightFitting
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.room import open_at
from netbuilder.editor.widgets.tips import introduce, tip
from netbuilder.editor.workspace import Workspace
from netbuilder.graph.model import Network
from netbuilder.training.weight_fit import NodeFit, Shape

if TYPE_CHECKING:
    from netbuilder.editor.training.runs import Runs

_WIDTHS = (190, 120)
_MARKS = {"kept": "check", "partly kept": "minus", "new": "plus", "left behind": "close"}
_COMPARING = "Comparing the weights with the network\N{HORIZONTAL ELLIPSIS}"
_NO_RUNS = "No run lies beside this document yet. Train once; its weights can be kept from then on."
_ERRORS = "The network has errors; mend them first. Problems lists them."


class StartFromDialog(DocumentDialog):
    """Trains the shown document from the weights of a run, where name and shape are the same.

    Attributes:
        runs: The runs to choose from.
        table: What becomes of the weights, a row a node; a double-click shows the node.
        sentence: The same in short, or why it is not known.
        train: The button that starts the training.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, "Start from Weights", parent)
        self.setObjectName("start_from_dialog")
        open_at(self, 680, 520)
        assert workspace.runs is not None, "the window makes the runs before its dialogs"
        self._runs: Runs = workspace.runs
        self._asked: tuple[Network, Path] | None = None
        self._rows: tuple[NodeFit, ...] | None = None
        self._trouble = ""
        # It outlives the window for as long as its process takes to end.
        self.fitting = WeightFitting(workspace.tasks, workspace)
        self.fitting.found.connect(self._on_found)
        self.fitting.failed.connect(self._on_failed)
        self.finished.connect(self.fitting.leave)
        self.runs = Combo(self.content)
        introduce(self.runs, "Run", "The run whose best weights are kept.", "start_from_run")
        self.runs.currentIndexChanged.connect(self.later)
        self.sentence = Wrapped("", "", self.content)
        self.sentence.setObjectName("start_from_sentence")
        self.table = self._table()
        self.train = QPushButton("Train", self.content)
        self.train.setProperty("role", "primary")
        about = (
            "Train the shown network from these weights; what is new begins as the seed gives it."
        )
        introduce(self.train, "Train", about, "start_from_train")
        self.train.clicked.connect(self._on_train)
        self._lay_out()
        self._runs.changed.connect(self.later)
        self._runs.state_changed.connect(self.later)
        workspace.look.changed.connect(self._show_rows)

    def choose(self, run: RunView) -> None:
        """Choose a run."""
        self._offer()
        self.runs.setCurrentIndex(max(0, self.runs.findData(str(run.path))))

    @property
    def chosen(self) -> RunView | None:
        """The chosen run."""
        path = self.runs.currentData()
        return next((view for view in self._runs.all if str(view.path) == path), None)

    def fill(self, tab: Tab) -> None:
        """Offer the runs there are, and ask anew where the network or the run is another one."""
        if self.tab is not tab:
            self.runs.clear()
        self._offer()
        view = self.chosen
        wanted = (tab.network, view.path) if view is not None and tab.report.ok else None
        if wanted is None or view is None:
            self._asked, self._rows = None, None
            self._trouble = _NO_RUNS if view is None else _ERRORS
        elif self._asked is None or self._asked[0] is not wanted[0] or self._asked[1] != wanted[1]:
            self._asked, self._trouble = wanted, ""
            self._rows = None
            self.fitting.ask(tab.network, view.folder)
        self._show_rows()

    def _offer(self) -> None:
        views = [view for view in self._runs.all if not self._runs.is_leaving(view)]
        rows = [(_title(view), str(view.path)) for view in views]
        known = [(self.runs.itemText(i), self.runs.itemData(i)) for i in range(self.runs.count())]
        if rows == known:
            return
        shown = self._runs.shown
        wanted = self.runs.currentData() or (str(shown.path) if shown is not None else "")
        with QSignalBlocker(self.runs):
            self.runs.clear()
            for text, path in rows:
                self.runs.addItem(text, path)
            self.runs.setCurrentIndex(max(0, self.runs.findData(wanted)) if rows else -1)

    def _on_found(self, rows: tuple[NodeFit, ...]) -> None:
        self._rows, self._trouble = rows, ""
        self._show_rows()

    def _on_failed(self, sentence: str) -> None:
        self._rows, self._trouble = None, sentence
        self._show_rows()

    def _show_rows(self) -> None:
        rows, theme = self._rows or (), self.workspace.look.theme
        colours = {"kept": theme.ok, "new": theme.accent, "left behind": theme.tertiary}
        self.table.clear()
        for row in rows:
            item = QTreeWidgetItem(self.table, [row.node, row.word, _detail(row)])
            item.setIcon(1, icon(_MARKS[row.word], colours.get(row.word, theme.warning)))
            item.setToolTip(0, tip(row.node))
            item.setToolTip(2, tip(_detail(row)))
        self.table.setVisible(bool(rows))
        self._gap.setVisible(not rows)
        self.sentence.setText(self._trouble or (_summary(rows) if rows else _COMPARING))
        busy = self._runs.starting or self._runs.active is not None
        if busy and rows:
            self.sentence.setText(f"{_summary(rows)} A training is running; stop it first.")
        kept = any(row.fit.kept for row in rows)
        self.runs.setEnabled(self.runs.count() > 0)
        self.train.setEnabled(kept and not busy)

    def _on_train(self) -> None:
        view, tab = self.chosen, self.tab
        if view is not None and tab is not None:
            self.accept()
            self._runs.train(tab, view.folder)

    def _on_row(self, item: QTreeWidgetItem) -> None:
        if self.tab is not None:
            self.tab.reveal(item.text(0))

    def _table(self) -> QTreeWidget:
        table = QTreeWidget(self.content)
        about = "What becomes of the weights of each node; a double-click shows the node."
        introduce(table, "Weights by node", about, "start_from_nodes")
        table.setHeaderLabels(["Node", "Becomes", "Weights"])
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAllColumnsShowFocus(True)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # One band over the whole row, not a rounded box a cell.
        table.setStyleSheet("QTreeView::item { border-radius: 0; }")
        table.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        table.itemActivated.connect(self._on_row)
        return table

    def _lay_out(self) -> None:
        about = Wrapped(
            "The best weights of the run are kept where name and shape are the same.",
            "secondary",
            self.content,
        )
        label = Plain("Weights of", "", self.content)
        label.setBuddy(self.runs)
        choice = QHBoxLayout()
        choice.setSpacing(12)
        choice.addWidget(label)
        choice.addWidget(self.runs, 1)
        cancel = QPushButton("Cancel", self.content)
        introduce(cancel, "Cancel", "Close this window; nothing is trained.", "start_from_cancel")
        cancel.clicked.connect(self.reject)
        cancel.setAutoDefault(False)
        self.train.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self.train)
        self._gap = QWidget(self.content)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(10)
        column.addWidget(about)
        column.addLayout(choice)
        column.addWidget(self.table, 1)
        column.addWidget(self.sentence)
        column.addWidget(self._gap, 1)
        column.addLayout(foot)


def _title(view: RunView) -> str:
    return f"{short_name(view.name)} \N{MIDDLE DOT} {state_word(view)} \N{MIDDLE DOT} {best_text(view)}"


def _summary(rows: tuple[NodeFit, ...]) -> str:
    """How many weights are kept, new and left behind."""
    kept = sum(len(row.fit.kept) for row in rows)
    new = sum(len(row.fit.new) + len(row.fit.reshaped) for row in rows)
    left = sum(len(row.fit.left) for row in rows)
    if not kept:
        return (
            f"None of the run's weights fits: {new:,} would be new. Train without them, or choose "
            "another run."
        )
    parts = [f"{kept:,} of {kept + new:,} weights are kept"]
    if new:
        parts.append(f"{new:,} {'is' if new == 1 else 'are'} new")
    if left:
        parts.append(f"{left:,} of the run {'is' if left == 1 else 'are'} left behind")
    return f"{', '.join(parts)}."


def _detail(row: NodeFit) -> str:
    """The weights of a node in words; where all of them are kept, their names alone."""
    fit = row.fit
    kept, new, left = (_names(names) for names in (fit.kept, fit.new, fit.left))
    if row.word == "kept" and not left:
        return kept
    shapes = {
        _last(name): f"{_last(name)} {_shape(one)} \N{RIGHTWARDS ARROW} {_shape(other)}"
        for name, (one, other) in fit.reshaped.items()
    }
    parts = list(shapes.values())
    if new:
        parts.append(new if row.word == "new" and not shapes else f"{new} new")
    if kept:
        parts.append(f"{kept} kept")
    if left:
        parts.append(left if row.word == "left behind" else f"{left} left behind")
    return "; ".join(parts)


def _names(names: tuple[str, ...]) -> str:
    """Names without their nodes; those of a group's repeats are the same."""
    return ", ".join(dict.fromkeys(map(_last, names)))


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _shape(shape: Shape) -> str:
    return "\N{MULTIPLICATION SIGN}".join(map(str, shape)) or "one number"
