"""The window that tells what differs between two runs: what came out, recipe, data and graph."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.graph_pair import graph_sides
from netbuilder.app.run_compare import Pair, RunComparison, compare_runs
from netbuilder.editor.training.graph_pair import GraphPair
from netbuilder.editor.training.pair_chart import PairChart
from netbuilder.editor.training.run_view import RunView
from netbuilder.editor.training.words import NOTHING, short_name
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.room import open_at
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace

if TYPE_CHECKING:
    from netbuilder.editor.training.runs import Runs

_ABOUT = "What differs between the two runs; a click on a node or an input shows it in the graphs."
_GRAPH = "Graph"
_INPUT = "input "  # before the name of an input; no node has such a name
_GRAPHS = 1  # the page
_SIZE = (1240, 760)
_LEFT = 450  # px of the table
_WIDTHS = (200, 112)


class RunCompareDialog(QDialog):
    """Two runs side by side. Of recipe, data and graph only what differs is told; figures always.

    Attributes:
        table: The differences, in groups.
        sentence: What is so while the table says nothing.
        charts: Loss and metric of both runs.
        graphs: The graphs of both runs, with what differs marked.
        pages: Whether curves or graphs are shown.
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
        open_at(self, *_SIZE)
        self._pair = first, second
        assert workspace.runs is not None, "the window makes the runs before its dialogs"
        self._runs: Runs = workspace.runs
        self._notes: dict[str, Pair] = {
            "pinned": (first.notes.pinned, second.notes.pinned),
            "tags": (_tags(first), _tags(second)),
            "note": (first.notes.note, second.notes.note),
        }
        self.sentence = Wrapped("Reading both runs.", "secondary", self)
        self.table = QTreeWidget(self)
        introduce(self.table, "Differences", _ABOUT, "run_differences")
        self.table.setHeaderLabels(["", *names])
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # One band over the whole row, not a rounded box a cell.
        self.table.setStyleSheet("QTreeView::item { border-radius: 0; }")
        self.table.setUniformRowHeights(True)
        self.table.setAllColumnsShowFocus(True)
        self.table.itemClicked.connect(self._on_row)
        self.table.itemActivated.connect(self._on_row)
        header = self.table.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        self.charts = tuple(
            PairChart(workspace, name, self._pair, self) for name in ("loss", "metric")
        )
        self.graphs = GraphPair(workspace, names, self)
        self.pages = QTabBar(self)
        self._lay_out()
        self._runs.moved.connect(self._on_moved)
        self._runs.read_along(self._pair)
        self.finished.connect(self._on_finished)
        workspace.tasks.submit(
            self,
            "compare",
            partial(compare_runs, first.folder, second.folder),
            self._on_compared,
            self._on_failed,
        )
        workspace.tasks.submit(
            self,
            "graphs",
            partial(graph_sides, first.folder, second.folder),
            self.graphs.put,
            self._on_failed,
        )

    def _lay_out(self) -> None:
        curves = QWidget(self)
        column = QVBoxLayout(curves)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for chart in self.charts:
            column.addWidget(chart, 1)
        introduce(self.pages, "Pages", "Curves or graphs of both runs.", "compare_pages")
        self.pages.setDrawBase(False)
        self.pages.setExpanding(False)
        for title in ("Curves", "Graphs"):
            self.pages.addTab(title)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(curves)
        self._stack.addWidget(self.graphs)
        self.pages.currentChanged.connect(self._stack.setCurrentIndex)
        right = QWidget(self)
        side = QVBoxLayout(right)
        side.setContentsMargins(12, 0, 0, 0)
        side.setSpacing(8)
        side.addWidget(self.pages)
        side.addWidget(self._stack, 1)
        self._halves = QSplitter(Qt.Orientation.Horizontal, self)
        self._halves.setObjectName("compare_halves")
        self._halves.setChildrenCollapsible(False)
        self._halves.addWidget(self.table)
        self._halves.addWidget(right)
        self._halves.setStretchFactor(1, 1)
        self._halves.setSizes([_LEFT, self.width() - _LEFT])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.setSpacing(10)
        layout.addWidget(self.sentence)
        layout.addWidget(self._halves, 1)

    def _on_moved(self, run: RunView) -> None:
        if run in self._pair:
            for chart in self.charts:
                chart.refresh()

    def _on_row(self, row: QTreeWidgetItem) -> None:
        """Show the node that a row is about."""
        place = row.data(0, Qt.ItemDataRole.UserRole)
        if place is not None:
            self.pages.setCurrentIndex(_GRAPHS)
            self.graphs.jump(*place)

    def _on_finished(self) -> None:
        self._runs.read_no_longer(self._pair)
        self.graphs.close_tabs()

    def _on_compared(self, found: RunComparison) -> None:
        self.sentence.setText(_summary(found))
        said = {name: pair for name, pair in self._notes.items() if pair[0] != pair[1]}
        known = {name: pair for name, pair in found.metrics.items() if pair != (None, None)}
        self._add("Results", known)
        self._add("Recipe", found.recipe)
        self._add("Data", found.data)
        self._add(_GRAPH, _graph(found))
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
            if title == _GRAPH:
                row.setData(0, Qt.ItemDataRole.UserRole, _node_of(str(name)))
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
        (graph.changed, ("as it was", "~ changed")),
    )
    rows: dict[str, Pair] = {node: words for nodes, words in kinds for node in nodes}
    return rows | {f"{_INPUT}{end}": ("as it was", "from elsewhere") for end in graph.rewired}


def _node_of(name: str) -> tuple[str, str]:
    """The definition and the node that a row is about."""
    path = name.removeprefix(_INPUT)
    if path != name:
        path = path.rpartition(".")[0]
    group, _, node = path.rpartition("/")
    return group, node


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
