"""The inspector: everything about what is selected, and where it is set."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from netbuilder.app.commands import COMMANDS
from netbuilder.editor.panels.inspector_card import CardPage
from netbuilder.editor.panels.inspector_document import DocumentPage
from netbuilder.editor.panels.inspector_group import GroupPage
from netbuilder.editor.panels.inspector_many import ManyPage
from netbuilder.editor.panels.inspector_node import NodePage
from netbuilder.editor.panels.inspector_page import Page
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.workspace import Workspace

_RENAME = "edit.rename"


class Inspector(QWidget):
    """The panel at the right.

    It follows the shown document, and does so only while it is seen.

    Attributes:
        help_wanted: The page of the selected node's type is wanted.
    """

    help_wanted = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAccessibleName("Inspector")
        self._workspace = workspace
        self._pages: dict[type[Page], Page] = {}
        self._page: Page | None = None
        self._runs: object | None = None
        self._lay_out()
        # One refresh for all that an edit tells: changed, checked and selected.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        workspace.switched.connect(self._later)
        workspace.checked.connect(self._later)
        workspace.selected.connect(self._later)
        workspace.entered.connect(self._later)

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._page

    def refresh(self) -> None:
        """Show the present state."""
        self._soon.stop()
        if not self.isVisible():
            return
        self._listen()
        tab = self._workspace.current
        self._empty.setVisible(tab is None)
        if tab is None:
            self._show(None)
            return
        page = self._page_for(tab)
        page.fill(tab)
        self._show(page)

    def rename(self) -> None:
        """Let the name of what is shown be typed here."""
        self.refresh()
        if self._page is not None:
            self._page.rename()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take the key that renames on the canvas; its shortcut does not reach here."""
        actions = self._workspace.actions
        keys = actions.keys(_RENAME) if actions is not None else COMMANDS[_RENAME].keys
        if QKeySequence(event.keyCombination()) in [QKeySequence(one) for one in keys]:
            self.rename()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what happened while it was not seen."""
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Do nothing more while it is not seen."""
        super().hideEvent(event)
        self._soon.stop()

    def _lay_out(self) -> None:
        self._area = QScrollArea(self)
        self._area.setObjectName("inspector_area")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._holder = QWidget()
        self._holder.setObjectName("scrolled")
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(14, 14, 14, 14)
        self._column.setSpacing(0)
        self._empty = Wrapped("Open a document to see what it is made of.", "secondary")
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        self._area.setWidget(self._holder)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)
        self.setMinimumWidth(220)

    def _page_for(self, tab: Tab) -> Page:
        chosen = tab.selection
        if len(chosen.nodes) == 1:
            return self._made(NodePage)
        if chosen.nodes:
            return self._made(ManyPage)
        if chosen.frames or chosen.notes:
            return self._made(CardPage)
        return self._made(GroupPage if tab.group else DocumentPage)

    def _made(self, kind: type[Page]) -> Page:
        if kind not in self._pages:
            page = self._pages[kind] = kind(self._workspace, self._holder)
            page.help_wanted.connect(self.help_wanted)
            page.hide()
            self._column.insertWidget(self._column.count() - 1, page)
        return self._pages[kind]

    def _show(self, page: Page | None) -> None:
        if page is not self._page:
            if self._page is not None:
                self._page.hide()
            self._page = page
            self._area.verticalScrollBar().setValue(0)
        if page is not None:
            page.show()

    def _listen(self) -> None:
        """Follow the trainings from when there are any."""
        runs = self._workspace.runs
        if runs is not None and runs is not self._runs:
            self._runs = runs
            runs.live.connect(self._on_live)
            runs.changed.connect(self._on_live)

    def _on_live(self) -> None:
        tab, page = self._workspace.current, self._page
        if self.isVisible() and tab is not None and isinstance(page, NodePage) and page.tab is tab:
            page.put_live(tab)

    def _later(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()
