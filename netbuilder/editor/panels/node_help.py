"""The window with the page of the selected node's type."""

from __future__ import annotations

import json
from urllib.parse import unquote

from PySide6.QtCore import QSize, QTimer, QUrl
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from netbuilder.app.curves import plot
from netbuilder.app.theme import CATEGORY_COLOURS, GROUP_COLOUR, UNKNOWN_COLOUR, Theme
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.editor.icons import rendered
from netbuilder.editor.look import Look
from netbuilder.editor.node_icons import SIDE, ink_of, node_icon
from netbuilder.editor.panels.node_pages import (
    CURVE,
    ICON,
    LINK,
    page_of_group,
    page_of_type,
    page_of_unknown,
)
from netbuilder.editor.style import colours
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace

_NOTHING = (
    "<h2>Help on nodes</h2><p>Select a node to read what it does, what it takes and what its "
    "parameters mean.</p>"
)
_SHEET = """
h2 {{ font-size: 18px; font-weight: 600; margin-bottom: 0; }}
p.head {{ font-size: 12px; font-weight: 600; color: {secondary}; margin-top: 14px; margin-bottom: 2px; }}
p {{ margin-top: 4px; margin-bottom: 4px; }}
p.quiet {{ color: {secondary}; margin-top: 0; }}
th {{ font-size: 11px; font-weight: normal; color: {secondary}; }}
td {{ border-top: 1px solid {line}; }}
a {{ color: {accent}; text-decoration: none; }}
code {{ font-family: monospace; font-size: 12px; }}
"""


class _Browser(QTextBrowser):
    """Shows a page; its pictures are drawn here in the theme's colours, and no others are loaded."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 - Qt's name
        """Draw the picture of an address; nothing else is brought in."""
        address, theme = unquote(QUrl(name).toString()), self._look.theme
        if address.startswith(ICON):
            return self._icon(address.removeprefix(ICON), theme)
        if address.startswith(CURVE):
            return self._plot(address.removeprefix(CURVE), theme)
        return None

    def _icon(self, key: str, theme: Theme) -> QImage:
        found = standard_catalogue().get(key)
        colour = CATEGORY_COLOURS.get(found.category, UNKNOWN_COLOUR) if found else GROUP_COLOUR
        ratio = self.devicePixelRatioF()
        side = QSize(SIDE, SIDE)
        return node_icon(key, ink_of(colour, theme)).pixmap(side, ratio).toImage()

    def _plot(self, said: str, theme: Theme) -> QImage:
        key, _, values = said.partition("?")
        node = standard_catalogue().types[key](json.loads(values))
        return rendered(plot(node, theme), self.devicePixelRatioF())


class NodeHelp(QDialog):
    """Follows the selection, so it can stay open beside the canvas."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("node_help")
        self.setWindowTitle("Help on nodes")
        self.setModal(False)
        self.resize(560, 640)
        self._workspace = workspace
        self._shown = ""
        self.browser = _Browser(workspace.look, self)
        self.browser.setObjectName("node_help_page")
        self.browser.setAccessibleName("Help page")
        # Offline and inert: pages are made here, and their links lead to other pages only.
        self.browser.setOpenLinks(False)
        self.browser.anchorClicked.connect(self._on_link)
        # It fills its window, whose edge is frame enough.
        self.browser.setStyleSheet("QTextBrowser { border: 0; border-radius: 0; padding: 0; }")
        self.browser.document().setDocumentMargin(16)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.browser)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        workspace.switched.connect(self._later)
        workspace.checked.connect(self._later)
        workspace.selected.connect(self._later)
        workspace.look.changed.connect(self._on_look)

    def refresh(self) -> None:
        """Show the page of what is selected; without a selection the last page stays."""
        self._soon.stop()
        if not self.isVisible():
            return
        tab = self._workspace.current
        page = _page(tab) if tab is not None else ""
        if page and page != self._shown:
            self._put(page)
        elif not self._shown:
            self._put(_NOTHING)

    def show_type(self, type_id: str) -> None:
        """Show the page of a node type, whatever is selected."""
        catalogue = standard_catalogue()
        found = catalogue.get(type_id)
        self._put(page_of_type(found, catalogue) if found else page_of_unknown(type_id))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what happened while it was not seen."""
        super().showEvent(event)
        self.refresh()

    def _put(self, page: str) -> None:
        self._shown = page
        document = self.browser.document()
        document.setDefaultStyleSheet(_SHEET.format(**colours(self._workspace.look.theme)))
        self.browser.setHtml(page)
        self.browser.verticalScrollBar().setValue(0)

    def _on_link(self, address: QUrl) -> None:
        text = address.toString()
        if text.startswith(LINK):
            self.show_type(text.removeprefix(LINK))

    def _on_look(self) -> None:
        if self._shown:
            self._put(self._shown)

    def _later(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()


def _page(tab: Tab) -> str:
    """The page of the selected node, or of the group one is in; empty where there is none."""
    if len(tab.selection.nodes) != 1:
        group = tab.network.groups.get(tab.group)
        return page_of_group(group) if group and not tab.selection else ""
    (name,) = tab.selection.nodes
    node = tab.graph.nodes[name]
    record = tab.run.records.get(name) if tab.run else None
    if node.group:
        group = tab.network.groups.get(node.group)
        return page_of_group(group, record) if group else page_of_unknown(node.group)
    found = standard_catalogue().get(node.type)
    return (
        page_of_type(found, standard_catalogue(), record) if found else page_of_unknown(node.type)
    )
