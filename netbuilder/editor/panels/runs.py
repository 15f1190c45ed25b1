"""The list of runs: which there are, how they ended, which are drawn, and what can be done with each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSignalBlocker,
    Qt,
    QTimer,
    QUrl,
)
from PySide6.QtGui import QDesktopServices, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QStackedLayout,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor.style import colours
from netbuilder.editor.training.run_table import (
    NOTE,
    PIN,
    RUN,
    STARTED,
    TAGS,
    RunTable,
    Wanted,
    state_word,
)
from netbuilder.editor.training.run_view import RunView
from netbuilder.editor.training.words import short_name
from netbuilder.editor.widgets.search_field import SearchField
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace

if TYPE_CHECKING:
    from netbuilder.editor.training.runs import Runs

_WIDTHS = (200, 96, 84, 150, 110, 90, 46, 130)
_EVERY_STATE, _EVERY_TAG = "Every state", "Every tag"


class RunsPanel(QWidget):
    """Runs in the folder beside the document, the newest first.

    The check box draws a run behind the shown one; choosing a row, by a double-click or Enter, shows it.
    Tags and notes are written in their cells; a click on the star keeps a run before the others.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs_panel")
        self.setAccessibleName("Runs")
        runs = workspace.runs
        assert runs is not None, "the window makes the runs before its panels"
        self._workspace = workspace
        self._runs: Runs = runs
        self._stack = QStackedLayout(self)
        self._empty = self._nothing()
        self._content = QWidget(self)
        self.model = RunTable(runs, workspace.look, self)
        self.search = SearchField(workspace.look, "Find a run", self._content)
        self.state = self._choice("Every state", "Show only runs in this state", "runs_state")
        self.tag = self._choice("Every tag", "Show only runs with this tag", "runs_tag")
        self.pinned = QCheckBox("Pinned", self._content)
        self.count = QLabel(self._content)
        self.table = self._table()
        self.buttons = {
            "show": self._button(
                "Show Curves", self._on_show, "Show the curves of this run  Enter"
            ),
            "resume": self._button("Resume", self._on_resume, "Go on from its last checkpoint"),
            "graph": self._button(
                "Open Graph", self._on_graph, "Open the network of this run in a tab of its own"
            ),
            "compare": self._button(
                "Compare",
                self._on_compare,
                "Tell what differs between two runs; choose the second with Ctrl held",
            ),
            "folder": self._button("Open Folder", self._on_folder, "Show the files of this run"),
            "delete": self._button(
                "Delete",
                self._on_delete,
                "Move this run to the folder .trash beside the runs; can be taken back  Delete",
            ),
        }
        self.regret = QWidget(self._content)
        self.keep = QPushButton("Undo", self.regret)
        self._regret_text = QLabel(self.regret)
        self._lay_out()
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self.model.tick)
        runs.changed.connect(self._on_changed)
        runs.state_changed.connect(self._on_changed)
        workspace.look.changed.connect(self._tint)
        self._tint()

    def refresh(self) -> None:
        """Show what there is now."""
        there = bool(self._runs.all)
        self._stack.setCurrentWidget(self._content if there else self._empty)
        self._fill()
        if self.isVisible() and self._runs.active_runs():
            self._clock.start()
        else:
            self._clock.stop()

    @property
    def chosen(self) -> RunView | None:
        """The run of the current row."""
        return self.model.view(self.table.currentIndex())

    @property
    def selected(self) -> list[RunView]:
        """The runs of the selected rows, as they stand in the table."""
        indexes = self.table.selectionModel().selectedRows()
        views = (self.model.view(index) for index in sorted(indexes, key=QModelIndex.row))
        return [view for view in views if view is not None]

    def choose(self, run: RunView) -> None:
        """Make a run's row the current one."""
        row = self.model.row_of(run)
        if row >= 0:
            self._make_current(row)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look for runs that were made elsewhere."""
        super().showEvent(event)
        self._runs.refresh()
        self.refresh()

    def hideEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Count no seconds while nobody looks."""
        self._clock.stop()
        super().hideEvent(event)  # type: ignore[arg-type]

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter shows the run of the row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_show()
        else:
            super().keyPressEvent(event)

    # The rows.

    def _on_changed(self) -> None:
        if self.isVisible():
            self.refresh()

    def _fill(self) -> None:
        if self.table.state() == QAbstractItemView.State.EditingState:
            return  # what is typed must not lose its row; it is shown when that is done
        chosen = self.chosen
        views = self._runs.all
        self._offer(views)
        self.model.update()
        if not self.table.currentIndex().isValid() and self.model.rowCount():
            row = self.model.row_of(chosen) if chosen is not None else -1
            self._make_current(max(row, 0))
        everything = sum(not self._runs.is_leaving(view) for view in views)
        there = self.model.rowCount()
        self.count.setText(
            f"{there:,} of {everything:,} runs" if there < everything else f"{there:,} runs"
        )
        self._show_buttons()
        self._show_regret()

    def _make_current(self, row: int) -> None:
        self.table.selectionModel().setCurrentIndex(
            self.model.index(row, RUN),
            QItemSelectionModel.SelectionFlag.ClearAndSelect
            | QItemSelectionModel.SelectionFlag.Rows,
        )

    def _offer(self, views: list[RunView]) -> None:
        """Offer the states and tags that there are."""
        states = sorted({state_word(view) for view in views})
        tags = sorted({tag for view in views for tag in view.notes.tags})
        for box, first, words in (
            (self.state, _EVERY_STATE, states),
            (self.tag, _EVERY_TAG, tags),
        ):
            chosen = box.currentText()
            rows = [first, *words]
            if rows != [box.itemText(row) for row in range(box.count())]:
                with QSignalBlocker(box):
                    box.clear()
                    box.addItems(rows)
                    box.setCurrentIndex(max(0, box.findText(chosen)))
                self._on_wanted()
        self.tag.setVisible(bool(tags))

    def _on_wanted(self) -> None:
        state = self.state.currentText() if self.state.currentIndex() > 0 else ""
        tag = self.tag.currentText() if self.tag.currentIndex() > 0 else ""
        wanted = Wanted(self.search.text(), state, tag, self.pinned.isChecked())
        if self.model.want(wanted):
            self._fill()

    def _on_stepped(self, by: int) -> None:
        row = self.table.currentIndex().row() + by
        if self.model.rowCount():
            self._make_current(min(max(row, 0), self.model.rowCount() - 1))

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == PIN:
            self._on_pin()

    def _on_double(self, index: QModelIndex) -> None:
        if index.column() in (TAGS, NOTE):
            self.table.edit(index)
        elif index.column() != PIN:
            self._on_show()

    # What can be done.

    def _show_buttons(self) -> None:
        view = self.chosen
        self.buttons["show"].setEnabled(view is not None and view is not self._runs.shown)
        self.buttons["resume"].setEnabled(
            view is not None and view.resumable and self._runs.active is None
        )
        self.buttons["graph"].setEnabled(view is not None and view.state.state != "damaged")
        self.buttons["compare"].setEnabled(len(self.selected) == 2)
        self.buttons["folder"].setEnabled(view is not None)
        quiet = [view for view in self.selected if not view.is_active]
        self.buttons["delete"].setEnabled(bool(quiet))

    def _show_regret(self) -> None:
        leaving = [view for view in self._runs.all if self._runs.is_leaving(view)]
        self.regret.setVisible(bool(leaving))
        names = ", ".join(short_name(view.name) for view in leaving)
        self._regret_text.setText(f"Deleted {names}.")

    def _on_show(self) -> None:
        if self.chosen is not None:
            self._runs.show(self.chosen)
            if self._workspace.actions is not None:
                self._workspace.actions.run("view.training")

    def _on_resume(self) -> None:
        if self.chosen is not None:
            self._runs.show(self.chosen)
            self._runs.resume()

    def _on_folder(self) -> None:
        if self.chosen is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.chosen.path)))

    def _on_graph(self) -> None:
        if self.chosen is not None:
            self._runs.open_graph(self.chosen)

    def _on_weights(self) -> None:
        if self.chosen is not None:
            self._runs.weights_wanted.emit(self.chosen)

    def _on_recipe(self) -> None:
        if self.chosen is not None:
            self._runs.copy_recipe(self.chosen)

    def _on_pin(self) -> None:
        view = self.chosen
        if view is not None:
            self._runs.say_of(view, replace(view.notes, pinned=not view.notes.pinned))

    def _on_tags(self) -> None:
        self._edit(TAGS)

    def _on_note(self) -> None:
        self._edit(NOTE)

    def _edit(self, column: int) -> None:
        at = self.table.currentIndex()
        if at.isValid():
            index = at.siblingAtColumn(column)
            self.table.scrollTo(index)
            self.table.edit(index)

    def _on_compare(self) -> None:
        if len(self.selected) == 2:
            from netbuilder.editor.dialogs.run_compare import RunCompareDialog

            first, second = self.selected
            RunCompareDialog(self._workspace, first, second, self.window()).show()

    def _on_delete(self) -> None:
        for view in self.selected:
            self._runs.delete(view)

    def _on_keep(self) -> None:
        for view in self._runs.all:
            self._runs.keep(view)

    def _on_menu(self, at: QPoint) -> None:
        view = self.model.view(self.table.indexAt(at))
        if view is None:
            return
        menu = QMenu(self)
        menu.setObjectName("run_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for button in self.buttons.values():
            action = menu.addAction(button.text())
            action.setEnabled(button.isEnabled())
            action.triggered.connect(button.click)
        menu.addSeparator()
        menu.addAction("Start from These Weights\N{HORIZONTAL ELLIPSIS}", self._on_weights)
        menu.addAction("Copy Recipe to Document", self._on_recipe)
        menu.addSeparator()
        menu.addAction("Unpin" if view.notes.pinned else "Pin", self._on_pin)
        menu.addAction("Edit Tags", self._on_tags)
        menu.addAction("Edit Note", self._on_note)
        menu.popup(self.table.viewport().mapToGlobal(at))

    # How it looks.

    def _tint(self) -> None:
        found = colours(self._workspace.look.theme)
        self.buttons["delete"].setStyleSheet(
            f"QPushButton:enabled {{ color: {found['error_text']} }}"
        )
        # One band over the whole row, not a rounded box a cell.
        self.table.setStyleSheet("QTreeView::item { border-radius: 0; }")
        self.refresh()

    def _table(self) -> QTreeView:
        table = QTreeView(self._content)
        table.setObjectName("runs_table")
        table.setAccessibleName("List of runs")
        table.setModel(self.model)
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAllColumnsShowFocus(True)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = table.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        header.moveSection(PIN, 0)  # the first column to Qt is the one with the check box
        table.sortByColumn(STARTED, Qt.SortOrder.DescendingOrder)
        table.setSortingEnabled(True)
        table.selectionModel().currentChanged.connect(self._show_buttons)
        table.selectionModel().selectionChanged.connect(self._show_buttons)
        table.clicked.connect(self._on_clicked)
        table.doubleClicked.connect(self._on_double)
        table.customContextMenuRequested.connect(self._on_menu)
        table.itemDelegate().closeEditor.connect(self._fill)
        for key, slot in ((Qt.Key.Key_Delete, self._on_delete), (Qt.Key.Key_F2, self._on_note)):
            shortcut = QShortcut(QKeySequence(key), table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(slot)
        return table

    def _choice(self, name: str, tip: str, object_name: str) -> QComboBox:
        box = QComboBox(self._content)
        introduce(box, name, tip, object_name)
        box.addItem(name)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return box

    def _button(self, text: str, slot: object, tip: str) -> QPushButton:
        button = QPushButton(text, self._content)
        button.setObjectName("runs_" + text.lower().replace(" ", "_"))
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setProperty("role", "small")
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        self._regret_text.setTextFormat(Qt.TextFormat.PlainText)
        self._regret_text.setProperty("role", "secondary")
        self.keep.setObjectName("runs_undo")
        self.keep.setAccessibleName("Undo the deletion")
        self.keep.setToolTip("Keep the run")
        self.keep.setProperty("role", "small")
        self.keep.clicked.connect(self._on_keep)
        regret = QHBoxLayout(self.regret)
        regret.setContentsMargins(0, 0, 0, 0)
        regret.setSpacing(8)
        regret.addWidget(self._regret_text)
        regret.addWidget(self.keep)
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 8)
        row.setSpacing(4)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.regret)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._filters())
        column.addWidget(self.table, 1)
        column.addLayout(row)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._content)

    def _filters(self) -> QHBoxLayout:
        self.search.setObjectName("runs_search")
        self.search.setMaximumWidth(280)
        introduce(self.pinned, "Pinned", "Show only pinned runs", "runs_pinned")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        self.count.setProperty("role", "secondary")
        self.search.textChanged.connect(self._on_wanted)
        self.search.stepped.connect(self._on_stepped)
        self.search.taken.connect(self._on_show)
        self.state.currentIndexChanged.connect(self._on_wanted)
        self.tag.currentIndexChanged.connect(self._on_wanted)
        self.pinned.toggled.connect(self._on_wanted)
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        for widget in (self.state, self.tag, self.pinned):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.count)
        return row

    def _nothing(self) -> QWidget:
        empty = QWidget(self)
        label = QLabel(
            "No runs yet. Every training is kept here, with its curves and weights.", empty
        )
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", "secondary")
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setWordWrap(True)
        column = QVBoxLayout(empty)
        column.addWidget(label)
        return empty
