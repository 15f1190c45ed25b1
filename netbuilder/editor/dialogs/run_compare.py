"""The window that tells what differs between two runs: what came out, recipe, data and graph."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.run_compare import Pair, RunComparison, compare_runs
from netbuilder.editor.training.run_view import RunView
from netbuilder.editor.training.words import NOTHING, short_name
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace

_SIZE = (640, 520)
_WIDTHS = (250, 180)


class RunCompareDialog(QDialog):
    """Two runs side by side. Of recipe, data and graph only what differs is told; figures always.

    Attributes:
        table: The differences, in groups.
        sentence: What is so while the table says nothing.
    """

    def __init__(
        self, workspace: Workspace, first: RunView, second: RunView, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("run_compare")
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        names = short_name(first.name), short_name(second.name)
        self.setWindowTitle(f"Compare {names[0]} and {names[1]}")
        self.resize(*_SIZE)
        self._notes: dict[str, Pair] = {
            "pinned": (first.notes.pinned, second.notes.pinned),
            "tags": (_tags(first), _tags(second)),
            "note": (first.notes.note, second.notes.note),
        }
        self.sentence = Wrapped("Reading both runs.", "secondary", self)
        self.table = QTreeWidget(self)
        introduce(self.table, "Differences", "What differs between the two runs", "run_differences")
        self.table.setHeaderLabels(["", *names])
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # One band over the whole row, not a rounded box a cell.
        self.table.setStyleSheet("QTreeView::item { border-radius: 0; }")
        self.table.setUniformRowHeights(True)
        self.table.setAllColumnsShowFocus(True)
        header = self.table.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        layout = QVBoxLayout(self)
        layout.addWidget(self.sentence)
        layout.addWidget(self.table, 1)
        workspace.tasks.submit(
            self,
            "compare",
            partial(compare_runs, first.folder, second.folder),
            self._on_compared,
            self._on_failed,
        )

    def _on_compared(self, found: RunComparison) -> None:
        self.sentence.setText(_summary(found))
        said = {name: pair for name, pair in self._notes.items() if pair[0] != pair[1]}
        known = {name: pair for name, pair in found.metrics.items() if pair != (None, None)}
        self._add("Results", known)
        self._add("Recipe", found.recipe)
        self._add("Data", found.data)
        self._add("Graph", _graph(found))
        self._add("Notes", said)

    def _on_failed(self, error: Exception) -> None:
        self.sentence.setText(f"The runs cannot be compared: {error}")

    def _add(self, title: str, pairs: Any) -> None:
        """A group of rows; what differs first, in bold as well."""
        if not pairs:
            return
        group = QTreeWidgetItem(self.table, [title])
        group.setFirstColumnSpanned(True)
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        for name, (one, other) in sorted(pairs.items(), key=_equal):
            texts = [str(name), _text(one), _text(other)]
            row = QTreeWidgetItem(group, texts)
            for place, text in enumerate(texts):
                row.setToolTip(place, text)
            if one != other:
                font = row.font(1)
                font.setBold(True)
                row.setFont(1, font)
                row.setFont(2, font)
        group.setExpanded(True)


def _equal(row: tuple[str, Pair]) -> bool:
    return bool(row[1][0] == row[1][1])


def _graph(found: RunComparison) -> dict[str, Pair]:
    """A row for each node or input that differs, with a word on either side."""
    graph = found.graph
    kinds = (
        (graph.added, ("not there", "+ added")),
        (graph.removed, ("there", "\N{MINUS SIGN} removed")),
        (graph.changed, ("as it was", "changed")),
    )
    rows: dict[str, Pair] = {node: words for nodes, words in kinds for node in nodes}
    return rows | {f"input {end}": ("as it was", "from elsewhere") for end in graph.rewired}


def _summary(found: RunComparison) -> str:
    counts = {"recipe": len(found.recipe), "data": len(found.data), "graph": len(_graph(found))}
    if not any(counts.values()):
        return "Recipe, data and graph are the same."
    same = [name for name, count in counts.items() if not count]
    differ = [f"{name} in {count:,}" for name, count in counts.items() if count]
    tail = f"; the same: {', '.join(same)}" if same else ""
    return f"Different: {', '.join(differ)}{tail}."


def _tags(view: RunView) -> str:
    return ", ".join(view.notes.tags)


def _text(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
