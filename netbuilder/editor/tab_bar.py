"""The strip above the canvas: a tab for each open document, and the way into the shown group."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QToolButton, QWidget

from netbuilder.editor.canvas.breadcrumb import Breadcrumb
from netbuilder.editor.icons import icon
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace


class TabStrip(QWidget):
    """The tabs of the open documents, with the breadcrumb at the right.

    Attributes:
        close_wanted: Told with the tab a person wants to close.
    """

    close_wanted = Signal(object)  # Tab

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workspace = workspace
        self._bar = QTabBar(self)
        self._bar.setObjectName("documents")
        self._bar.setAccessibleName("Open documents")
        self._bar.setExpanding(False)
        self._bar.setMovable(True)
        self._bar.setDocumentMode(True)
        self._bar.setUsesScrollButtons(True)
        self.breadcrumb = Breadcrumb(workspace, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self._bar, 1)
        row.addWidget(self.breadcrumb)
        self._bar.currentChanged.connect(self._on_current)
        self._bar.tabMoved.connect(self._on_moved)
        workspace.opened.connect(self._on_opened)
        workspace.closed.connect(self._on_closed)
        workspace.switched.connect(self._on_switched)
        workspace.stated.connect(self._on_stated)
        workspace.look.changed.connect(self._tint)
        self._following = False

    def _on_opened(self, tab: Tab) -> None:
        self._following = True
        index = self._bar.addTab("")
        button = QToolButton(self._bar)
        button.setProperty("role", "tiny")
        button.setIconSize(QSize(12, 12))
        button.clicked.connect(self._on_close)
        self._bar.setTabButton(index, QTabBar.ButtonPosition.RightSide, button)
        self._following = False
        self._on_stated(tab)
        self._tint()

    def _on_closed(self, tab: Tab) -> None:
        # The tab is gone from the list already: the index is that of the first that does not fit.
        self._following = True
        for index in range(self._bar.count()):
            if self._bar.tabData(index) == id(tab):
                self._bar.removeTab(index)
                break
        self._following = False
        self._on_switched()

    def _on_switched(self) -> None:
        tab = self._workspace.current
        if tab in self._workspace.tabs:
            self._following = True
            self._bar.setCurrentIndex(self._workspace.tabs.index(tab))
            self._following = False

    def _on_stated(self, tab: Tab) -> None:
        index = self._workspace.tabs.index(tab)
        clean = tab.session.document.is_clean
        # An ampersand would become a shortcut.
        self._bar.setTabText(index, tab.session.name.replace("&", "&&") + ("" if clean else " •"))
        self._bar.setTabToolTip(
            index,
            f"{tab.session.path or 'not saved to a file yet'}{'' if clean else ', unsaved changes'}",
        )
        self._bar.setTabData(index, id(tab))
        button = self._bar.tabButton(index, QTabBar.ButtonPosition.RightSide)
        if button is not None:
            button.setAccessibleName(f"Close {tab.session.name}")
            button.setToolTip(f"Close {tab.session.name}  Ctrl+W")

    def _on_current(self, index: int) -> None:
        if not self._following and 0 <= index < len(self._workspace.tabs):
            self._workspace.show(self._workspace.tabs[index])

    def _on_moved(self, here: int, there: int) -> None:
        tabs = self._workspace.tabs
        tabs.insert(there, tabs.pop(here))

    def _on_close(self) -> None:
        button = self.sender()
        for index in range(self._bar.count()):
            if self._bar.tabButton(index, QTabBar.ButtonPosition.RightSide) is button:
                self.close_wanted.emit(self._workspace.tabs[index])
                return

    def _tint(self) -> None:
        for index in range(self._bar.count()):
            button = self._bar.tabButton(index, QTabBar.ButtonPosition.RightSide)
            if isinstance(button, QToolButton):
                button.setIcon(icon("close", self._workspace.look.theme.secondary))
