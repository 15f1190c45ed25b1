"""The panel that says what every node costs, whether training fits, and warms the canvas by it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSignalBlocker, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QSpinBox,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.costs import COLUMN, COLUMNS, Table, fits_text, table_of
from netbuilder.check.fits import LARGEST_BATCH, OPTIMIZERS, PRECISIONS, Plan, plan_of
from netbuilder.check.machine import free_memory
from netbuilder.check.report import Report
from netbuilder.editor.canvas.heat import Warmth
from netbuilder.editor.panels.cost_table import CostModel
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.flow import Flow
from netbuilder.editor.widgets.heat_scale import HeatScale
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace

_PAUSE = 120  # ms after the last edit; figures are read between edits, not during them
_OFF = ""
_HEAT = "cost.heat"
_WIDTHS = {
    "node": 104,
    "type": 114,
    "shape": 108,
    "parameters": 92,
    "activations": 94,
    "field": 110,
}
_WIDTH = 75


class CostPanel(QWidget):
    """What every node costs, in a table that is sorted by any column.

    Figures are worked out beside the main loop, and only while the panel is seen.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cost")
        self.setAccessibleName("Cost")
        self._workspace = workspace
        self._wanted: dict[str, str | int] = {}
        self._shown: Table | None = None
        self._seen = False
        self.model = CostModel(self)
        self.table = QTableView(self)
        self.batch, self.precision, self.optimizer = QSpinBox(self), Combo(self), Combo(self)
        self.heat = Combo(self)
        self.scale = HeatScale(workspace.look, self)
        self.said = Wrapped("", "secondary", self)
        self._make_table()
        self._make_choosers()
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE)
        self._soon.timeout.connect(self.refresh)
        workspace.switched.connect(self._on_switched)
        workspace.checked.connect(self._later)
        workspace.selected.connect(self._on_selected)
        workspace.entered.connect(self._warm)

    def refresh(self) -> None:
        """Work out the figures of what is shown now."""
        self._soon.stop()
        tab = self._workspace.current
        if tab is None or not self._seen:
            return
        report = tab.report
        wanted = dict(self._wanted)

        def work() -> tuple[Tab, Report, Plan, Table, str]:
            meant = plan_of(report.cost, report.network.recipe)
            plan = replace(meant, **wanted)  # type: ignore[arg-type]  # by the choosers' names
            sentence = fits_text(report.cost, plan, free_memory())
            return tab, report, meant, table_of(report, plan), sentence

        self._workspace.tasks.submit(self, "cost", work, self._on_done)

    def set_seen(self, seen: bool) -> None:
        """Catch up when it comes to the front; the heat goes away with its legend."""
        self._seen = seen
        if seen:
            self.refresh()
        else:
            self._cool()

    # What happens.

    def _on_done(self, found: tuple[Tab, Report, Plan, Table, str]) -> None:
        tab, report, meant, table, sentence = found
        if tab is not self._workspace.current or not self._seen:
            return
        self._shown = table
        self._show_plan(meant, table.plan)
        self.model.put(table)
        has_cache = any(row.texts["cache"] for row in table.rows)
        self.table.setColumnHidden(COLUMNS.index(COLUMN["cache"]), not has_cache)
        self.said.setText(sentence)
        self._on_selected()
        self._warm()
        if report is not tab.report:
            self._later()

    def _later(self) -> None:
        if self._seen:
            self._soon.start()

    def _on_switched(self) -> None:
        self._cool()
        self._wanted.clear()
        self._shown = None
        self.model.put(None)
        self.said.setText("")
        self._later()

    def _on_row(self, now: QModelIndex) -> None:
        tab, path = self._workspace.current, self.model.path(now.row())
        if tab is not None and path and path != self._selected_path():
            tab.reveal(path)

    def _on_selected(self) -> None:
        """Choose the row of the selected node, without being led there by it."""
        row = self.model.row_of(self._selected_path())
        chooser = self.table.selectionModel()
        blocked = QSignalBlocker(chooser)
        if row < 0:
            chooser.clear()
        elif row != self.table.currentIndex().row() or not chooser.hasSelection():
            index = self.model.index(row, 0)
            flags = QItemSelectionModel.SelectionFlag
            chooser.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.table.scrollTo(index)
        blocked.unblock()
        self.table.viewport().update()

    def _selected_path(self) -> str:
        tab = self._workspace.current
        nodes = tab.selection.nodes if tab else frozenset()
        return f"{tab.path}{next(iter(nodes))}" if tab and len(nodes) == 1 else ""

    def _on_batch(self, value: int) -> None:
        self._wanted["batch"] = value
        self._later()

    def _on_precision(self) -> None:
        self._choose("precision", self.precision)

    def _on_optimizer(self) -> None:
        self._choose("optimizer", self.optimizer)

    def _choose(self, name: str, box: Combo) -> None:
        self._wanted[name] = str(box.currentData())
        self.refresh()

    def _on_heat(self) -> None:
        self._workspace.preferences.remember(_HEAT, self.heat.currentData() or None)
        self._warm()

    # The heat.

    def _warm(self) -> None:
        """Show the heat on the shown graph."""
        column = str(self.heat.currentData() or _OFF)
        tab = self._workspace.current
        if not self._seen or not column or tab is None or self._shown is None:
            self._cool()
            return
        start, rows = tab.path, self._shown.rows
        here = {
            row.path[len(start) :]: (row.amounts[column], row.texts[column])
            for row in rows
            if row.path.startswith(start) and "/" not in row.path[len(start) :]
        }
        numbers = {name: amount for name, (amount, _) in here.items() if amount}
        most = max(numbers.values(), default=0.0)
        hottest = next((name for name, amount in numbers.items() if amount == most), "")
        tab.set_heat(
            {name: Warmth(amount / most, here[name][1]) for name, amount in numbers.items()}
        )
        self.scale.put("0", here[hottest][1] if hottest else "0")
        self.scale.setVisible(bool(numbers))

    def _cool(self) -> None:
        for tab in self._workspace.tabs:
            tab.set_heat({})
        self.scale.hide()

    # How it is put together.

    def _show_plan(self, meant: Plan, plan: Plan) -> None:
        """Show what the figures are for; what the recipe says is marked."""
        blocked = QSignalBlocker(self.batch)
        if not self.batch.hasFocus():
            self.batch.setValue(plan.batch)
        blocked.unblock()
        for box, now, recipe in (
            (self.precision, plan.precision, meant.precision),
            (self.optimizer, plan.optimizer, meant.optimizer),
        ):
            for i in range(box.count()):
                name = str(box.itemData(i))
                box.setItemText(i, f"{name} (recipe)" if name == recipe else name)
            box.setCurrentIndex(box.findData(now))

    def _make_table(self) -> None:
        table = self.table
        introduce(table, "Cost by node", "A click shows the node; on a title, sorts.", "cost_table")
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        # One band over the whole row, not a rounded box a cell.
        table.setStyleSheet("QTableView::item { border-radius: 0; }")
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setStretchLastSection(True)
        for place, column in enumerate(COLUMNS):
            table.setColumnWidth(place, _WIDTHS.get(column.id, _WIDTH))
        header.setSortIndicator(-1, header.sortIndicatorOrder())
        table.setSortingEnabled(True)
        table.selectionModel().currentRowChanged.connect(self._on_row)

    def _make_choosers(self) -> None:
        about = "Samples in a batch, for the figures of memory; the recipe's at first."
        introduce(self.batch, "Batch", about, "cost_batch")
        self.batch.setRange(1, LARGEST_BATCH)
        self.batch.setKeyboardTracking(False)
        self.batch.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.batch.valueChanged.connect(self._on_batch)
        introduce(
            self.precision,
            "Precision",
            "Numbers of the forward pass, for the figures of memory.",
            "cost_precision",
        )
        introduce(
            self.optimizer,
            "Optimizer",
            "What the optimizer keeps counts as memory.",
            "cost_optimizer",
        )
        for box, names in ((self.precision, PRECISIONS), (self.optimizer, tuple(OPTIMIZERS))):
            for name in names:
                box.addItem(name, name)
        self.precision.activated.connect(self._on_precision)
        self.optimizer.activated.connect(self._on_optimizer)
        introduce(
            self.heat, "Heat", "Colour the cards by a column, with its figure on each.", "cost_heat"
        )
        self.heat.addItem("off", _OFF)
        for column in COLUMNS:
            if column.heats:
                self.heat.addItem(column.title.lower().replace("flops", "FLOPs"), column.id)
        kept = self._workspace.preferences.recall(_HEAT, _OFF)
        self.heat.setCurrentIndex(max(self.heat.findData(kept if kept in COLUMN else _OFF), 0))
        self.heat.activated.connect(self._on_heat)
        self.scale.hide()

    def _lay_out(self) -> None:
        line = Flow(spacing=4)
        above = QHBoxLayout()
        above.setContentsMargins(8, 4, 8, 4)
        above.addLayout(line, 1)
        for title, box, width in (
            ("Batch", self.batch, 80),
            ("Precision", self.precision, 128),
            ("Optimizer", self.optimizer, 150),
            ("Heat", self.heat, 128),
        ):
            pair = QWidget(self)
            beside = QHBoxLayout(pair)
            beside.setContentsMargins(0, 0, 10, 0)
            beside.setSpacing(6)
            beside.addWidget(Plain(title, "secondary", pair))
            box.setFixedWidth(width)
            beside.addWidget(box)
            pair.setFixedHeight(32)
            line.addWidget(pair)
        line.addWidget(self.scale)
        self.said.setObjectName("cost_fits")
        below = QHBoxLayout()
        below.setContentsMargins(10, 5, 10, 7)
        below.addWidget(self.said, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(above)
        column.addWidget(self.table, 1)
        column.addLayout(below)
