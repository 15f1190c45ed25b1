"""The steps that can be undone and redone, in order; a click goes to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QShowEvent
from PySide6.QtWidgets import QLabel, QListView, QVBoxLayout, QWidget

from netbuilder.editor.icons import icon
from netbuilder.editor.look import Look
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace

BEGINNING = "Beginning"

_Index = QModelIndex | QPersistentModelIndex


class Steps(QAbstractListModel):
    """The states a document has been in, oldest first, and which of them holds."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.labels: tuple[str, ...] = ()
        self.now = 0

    def show(self, labels: Sequence[str], now: int) -> None:
        """Show these states; ``now`` counts from 0."""
        self.beginResetModel()
        self.labels, self.now = tuple(labels), now
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's name
        """How many states there are."""
        return 0 if parent.isValid() else len(self.labels)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a row shows."""
        row = index.row()
        if not 0 <= row < len(self.labels):
            return None
        theme = self._look.theme
        if role == Qt.ItemDataRole.DisplayRole:
            return self.labels[row]
        if role == Qt.ItemDataRole.DecorationRole:
            here = row == self.now
            return icon(
                "chevron_right" if here else "dot", theme.accent if here else theme.tertiary
            )
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(theme.secondary if row > self.now else theme.text)
        if role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold if row == self.now else QFont.Weight.Normal)
            font.setItalic(row > self.now)
            return font
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.labels[row]}, {_standing(row, self.now)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return "This is shown now." if row == self.now else f"Go {_way(row, self.now)}."
        return None


class HistoryPanel(QWidget):
    """Every step of the shown document, the present one marked; a click or Enter goes there."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workspace = workspace
        self._stale = True
        self._empty = QLabel("Steps that can be undone are listed here.", self)
        self._empty.setProperty("role", "secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setObjectName("history_empty")
        self.steps = Steps(workspace.look, self)
        self.list = QListView(self)
        introduce(
            self.list,
            "History",
            "Every step of this document; click one to go there.  Ctrl+Z, Ctrl+Shift+Z",
            "history_list",
        )
        self.list.setModel(self.steps)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.clicked.connect(self._on_chosen)
        self.list.activated.connect(self._on_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self._empty, 1)
        column.addWidget(self.list, 1)
        for signal in (workspace.switched, workspace.changed):
            signal.connect(self._on_changed)
        workspace.look.changed.connect(self._on_changed)

    def refresh(self) -> None:
        """Show the steps as they are now."""
        self._stale = False
        tab = self._workspace.current
        labels, now = states_of(tab) if tab else ((), 0)
        self.list.setVisible(len(labels) > 1)
        self._empty.setVisible(len(labels) <= 1)
        self.steps.show(labels, now)
        if labels:
            here = self.steps.index(now)
            self.list.setCurrentIndex(here)
            self.list.scrollTo(here)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what happened while it was hidden."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _on_changed(self) -> None:
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def _on_chosen(self, index: QModelIndex) -> None:
        tab = self._workspace.current
        if tab is not None and index.isValid():
            tab.go(index.row())


def states_of(tab: Tab) -> tuple[tuple[str, ...], int]:
    """Return what each state of a document came of, oldest first, and which of them holds."""
    document = tab.session.document
    undo, redo = document.undo_labels, document.redo_labels
    return (BEGINNING, *reversed(undo), *redo), len(undo)


def _way(row: int, now: int) -> str:
    count = abs(row - now)
    return f"{count} step{'' if count == 1 else 's'} {'back' if row < now else 'forward'}"


def _standing(row: int, now: int) -> str:
    return "shown now" if row == now else _way(row, now)
