"""What the windows that stay open beside the canvas have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from netbuilder.app.commands import COMMANDS
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.workspace import Workspace


class DocumentDialog(QDialog):
    """A window that follows the shown document; what is set in it holds at once and can be undone.

    Attributes:
        workspace: What is open.
        tab: The document it was filled from.
    """

    def __init__(self, workspace: Workspace, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.tab: Tab | None = None
        self._title = title
        self.setWindowTitle(title)
        self.setModal(False)
        self.setProperty("role", "panel")
        self._empty = Wrapped("Open a document first.", "secondary", self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.content = QWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._empty)
        column.addWidget(self.content)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        workspace.switched.connect(self.later)
        workspace.checked.connect(self.later)
        self._bind("edit.undo", self._undo)
        self._bind("edit.redo", self._redo)

    def fill(self, tab: Tab) -> None:
        """Show the present state of a document."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Show the present state."""
        self._soon.stop()
        if not self.isVisible():
            return
        tab = self.workspace.current
        self._empty.setVisible(tab is None)
        self.content.setVisible(tab is not None)
        self.setWindowTitle(f"{self._title} \N{EM DASH} {tab.session.name}" if tab else self._title)
        if tab is not None:
            self.fill(tab)
        self.tab = tab

    def do(self, label: str, edit: Callable[[Any], Any], merge: str = "") -> None:
        """Do an edit of the document that is shown."""
        if self.tab is not None:
            self.tab.do(label, edit, merge=merge, origin=self.objectName())

    def seal(self) -> None:
        """Let the next edit be a step of its own."""
        if self.tab is not None and self.tab in self.workspace.tabs:
            self.tab.seal()

    def later(self) -> None:
        """Refresh once for all that an edit tells."""
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what happened while it was not seen."""
        super().showEvent(event)
        self.refresh()

    def _bind(self, command: str, slot: Callable[[], None]) -> None:
        """Let a command's shortcuts work here too; those of the main window do not reach here."""
        actions = self.workspace.actions
        for keys in actions.keys(command) if actions else COMMANDS[command].keys:
            QShortcut(QKeySequence(keys), self).activated.connect(slot)

    def _undo(self) -> None:
        if self.tab is not None:
            self.tab.undo()

    def _redo(self) -> None:
        if self.tab is not None:
            self.tab.redo()


def scrolled(name: str, margins: int = 16) -> tuple[QScrollArea, QVBoxLayout]:
    """Return an area that scrolls, with the layout of what is in it."""
    area = QScrollArea()
    area.setObjectName(name)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    holder = QWidget()
    holder.setObjectName("scrolled")
    column = QVBoxLayout(holder)
    column.setContentsMargins(margins, margins, margins, margins)
    column.setSpacing(6)
    area.setWidget(holder)
    return area, column
