"""The list of runs: which there are, how they ended, which are drawn, and what can be done with each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QIcon, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor.icons import icon
from netbuilder.editor.style import colours
from netbuilder.editor.training.chart import OVERLAYS
from netbuilder.editor.training.run_view import RunView
from netbuilder.editor.training.words import NOTHING, STATES, duration, figure, short_name, when
from netbuilder.editor.workspace import Workspace

if TYPE_CHECKING:
    from netbuilder.editor.training.runs import Runs

_COLUMNS = ("Run", "State", "Epochs", "Best", "Started", "Took")
_WIDTHS = (220, 110, 90, 170, 120)
_MARKS = {
    "done": "check",
    "failed": "error",
    "lost": "error",
    "damaged": "error",
    "paused": "pause",
    "stopped": "stop",
    "running": "play",
    "queued": "play",
    "stopping": "play",
}
_PATH = Qt.ItemDataRole.UserRole


class RunsPanel(QWidget):
    """Runs in the folder beside the document, the newest first.

    The check box draws a run behind the shown one; choosing a row, by a double-click or Enter, shows it.
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
        self.table = self._table()
        self.buttons = {
            "show": self._button(
                "Show Curves", self._on_show, "Show the curves of this run  Enter"
            ),
            "resume": self._button("Resume", self._on_resume, "Go on from its last checkpoint"),
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
        self._clock.timeout.connect(self._fill)
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
        item = self.table.currentItem()
        return self._view(item) if item is not None else None

    def choose(self, run: RunView) -> None:
        """Make a run's row the current one."""
        for item in self._items():
            if item.data(0, _PATH) == str(run.path):
                self.table.setCurrentItem(item)

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
        views = [view for view in self._runs.all if not self._runs.is_leaving(view)]
        chosen = self.table.currentItem()
        path = chosen.data(0, _PATH) if chosen is not None else ""
        with QSignalBlocker(self.table):
            while self.table.topLevelItemCount() > len(views):
                self.table.takeTopLevelItem(self.table.topLevelItemCount() - 1)
            for number, view in enumerate(views):
                item = self.table.topLevelItem(number)
                if item is None:
                    item = QTreeWidgetItem()
                    self.table.addTopLevelItem(item)
                self._write(item, view)
                if item.data(0, _PATH) == path:
                    self.table.setCurrentItem(item)
            first = self.table.topLevelItem(0)
            if self.table.currentItem() is None and first is not None:
                self.table.setCurrentItem(first)
        self._show_buttons()
        self._show_regret()

    def _write(self, item: QTreeWidgetItem, view: RunView) -> None:
        theme = self._workspace.look.theme
        state = view.state.state
        shown = view is self._runs.shown
        best = view.best
        took = view.ended - view.began if view.began else None
        if view.is_active and view.began:
            took = time.time() - view.began
        texts = (
            short_name(view.name),
            STATES.get(state, state),
            f"{min(view.epoch, view.total_epochs):,} of {view.total_epochs:,}",
            f"{best.metric} {figure(best.value)} @ {best.epoch:,}" if best else NOTHING,
            when(view.began, time.time()),
            duration(took),
        )
        item.setData(0, _PATH, str(view.path))
        for column, text in enumerate(texts):
            if item.text(column) != text:
                item.setText(column, text)
        overlays = self._runs.overlaid
        overlaid = view in overlays
        drawn = OVERLAYS[overlays.index(view) % len(OVERLAYS)] if overlaid else ""
        item.setIcon(0, icon("dot", drawn) if drawn else QIcon())
        item.setCheckState(0, Qt.CheckState.Checked if overlaid else Qt.CheckState.Unchecked)
        colour = (
            theme.error
            if _MARKS.get(state) == "error"
            else theme.accent
            if view.is_active
            else theme.secondary
        )
        item.setIcon(1, icon(_MARKS.get(state, "dot"), colour))
        font = item.font(0)
        font.setBold(shown)
        item.setFont(0, font)
        item.setToolTip(
            0, f"{view.name}\n{'Shown. ' if shown else ''}Check to draw it behind the shown run"
        )
        item.setToolTip(1, view.cause)

    def _items(self) -> list[QTreeWidgetItem]:
        found = (self.table.topLevelItem(row) for row in range(self.table.topLevelItemCount()))
        return [item for item in found if item is not None]

    def _view(self, item: QTreeWidgetItem) -> RunView | None:
        path = item.data(0, _PATH)
        return next((view for view in self._runs.all if str(view.path) == path), None)

    def _on_checked(self, item: QTreeWidgetItem, column: int) -> None:
        view = self._view(item)
        if column == 0 and view is not None:
            self._runs.overlay(view, item.checkState(0) == Qt.CheckState.Checked)

    # What can be done.

    def _show_buttons(self) -> None:
        view = self.chosen
        self.buttons["show"].setEnabled(view is not None and view is not self._runs.shown)
        self.buttons["resume"].setEnabled(
            view is not None and view.resumable and self._runs.active is None
        )
        self.buttons["folder"].setEnabled(view is not None)
        self.buttons["delete"].setEnabled(view is not None and not view.is_active)

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

    def _on_delete(self) -> None:
        if self.chosen is not None:
            self._runs.delete(self.chosen)

    def _on_keep(self) -> None:
        for view in self._runs.all:
            self._runs.keep(view)

    def _on_menu(self, at: QPoint) -> None:
        if self.table.itemAt(at) is None:
            return
        menu = QMenu(self)
        menu.setObjectName("run_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for button in self.buttons.values():
            action = menu.addAction(button.text())
            action.setEnabled(button.isEnabled())
            action.triggered.connect(button.click)
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

    def _table(self) -> QTreeWidget:
        table = QTreeWidget(self._content)
        table.setObjectName("runs_table")
        table.setAccessibleName("List of runs")
        table.setHeaderLabels(list(_COLUMNS))
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAllColumnsShowFocus(True)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = table.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        table.itemChanged.connect(self._on_checked)
        table.currentItemChanged.connect(self._show_buttons)
        table.itemDoubleClicked.connect(self._on_show)
        table.customContextMenuRequested.connect(self._on_menu)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), table)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._on_delete)
        return table

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
        column.addWidget(self.table, 1)
        column.addLayout(row)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._content)

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
