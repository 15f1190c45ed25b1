"""All shortcuts, from the table of commands, which can be changed, and all gestures of the canvas."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor.dialogs.key_editor import KeyEditor
from netbuilder.editor.dialogs.key_table import KeyTable
from netbuilder.editor.dialogs.shortcuts_list import Line, LinePainter, Lines, lines_of
from netbuilder.editor.widgets.room import open_at
from netbuilder.editor.widgets.search_field import SearchField
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace


class ShortcutsDialog(QDialog):
    """The list of shortcuts; what is changed holds at once.

    Args:
        workspace: What is open.
        parent: The window.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._table = KeyTable(workspace.preferences)
        self.setObjectName("shortcuts")
        self.setWindowTitle("Shortcuts")
        open_at(self, 760, 640)
        self._build()
        workspace.look.changed.connect(self._on_look)
        self._fill()
        self.field.setFocus()

    def _build(self) -> None:
        look = self._workspace.look
        self.field = SearchField(look, "Find a command, a key or a gesture", self)
        self.lines = Lines(self)
        self.list = QListView(self)
        self.list.setObjectName("shortcut_list")
        self.list.setAccessibleName("Commands")
        self.list.setModel(self.lines)
        self.list.setItemDelegate(LinePainter(look, self.lines, self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setStyleSheet("background: transparent;")
        self.editor = KeyEditor(self._table, self)
        self.reset_all = QPushButton("Restore all", self)
        self.reset_all.setProperty("role", "quiet")
        self.reset_all.setAutoDefault(False)
        introduce(self.reset_all, "Restore all", "Give all commands their own keys.", "reset_all")
        close = QPushButton("Close", self)
        close.setAutoDefault(False)
        introduce(close, "Close", "Close the list; what was changed holds already.", "close")
        foot = QHBoxLayout()
        foot.addWidget(self.reset_all)
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.editor)
        column.addLayout(foot)
        self.field.textChanged.connect(self._on_typed)
        self.field.stepped.connect(self._on_stepped)
        self.field.taken.connect(self.editor.record)
        self.field.left.connect(self.reject)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.list.doubleClicked.connect(self._on_double_clicked)
        self.editor.changed.connect(self._on_changed)
        self.reset_all.clicked.connect(self._on_reset_all)
        close.clicked.connect(self.accept)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to record on Enter in the list."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.list.hasFocus():
            self.editor.record()
        else:
            super().keyPressEvent(event)

    def choose(self, command: str) -> None:
        """Show a command and edit its keys."""
        index = self.lines.find(command)
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def _fill(self) -> None:
        now = self.list.currentIndex()
        before = self.lines.lines[now.row()].command if now.isValid() else ""
        self.lines.show(lines_of(self._table, self.field.text()))
        self.reset_all.setEnabled(self._table.any_changed)
        if before and self.lines.find(before).isValid():
            self.choose(before)
        else:
            self._step_to(0, 1)

    def _step_to(self, at: int, way: int) -> None:
        """Choose the next command from a row on; headings are passed by."""
        lines = self.lines.lines
        while 0 <= at < len(lines) and lines[at].is_heading:
            at += way
        if 0 <= at < len(lines):
            self.list.selectionModel().setCurrentIndex(
                self.lines.index(at), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            self.list.scrollTo(self.lines.index(at))
        elif not lines:
            self.editor.put("")

    def _on_typed(self) -> None:
        self._fill()

    def _on_stepped(self, by: int) -> None:
        self._step_to(self.list.currentIndex().row() + by, 1 if by > 0 else -1)

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self._edit(self.lines.lines[index.row()])

    def _edit(self, line: Line) -> None:
        self.editor.put(line.command)
        if not line.command:
            self.editor.show_fixed(line.title, line.sentence)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if not self.lines.lines[index.row()].is_heading:
            self.editor.record()

    def _on_changed(self) -> None:
        self._fill()
        if self._workspace.actions is not None:
            self._workspace.actions.reload_shortcuts()

    def _on_reset_all(self) -> None:
        self._table.reset_all()
        self._on_changed()
        now = self.list.currentIndex()
        if now.isValid():
            self._edit(self.lines.lines[now.row()])

    def _on_look(self) -> None:
        self.list.viewport().update()
