"""What is open: the tabs, which of them is shown, and what all parts of the window share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from netbuilder.app.preferences import Preferences
from netbuilder.app.project import known_fields
from netbuilder.app.session import Session
from netbuilder.editor.look import Look
from netbuilder.editor.looking import Looking
from netbuilder.editor.tab import Tab
from netbuilder.editor.tasks import Tasks
from netbuilder.graph.document import Change
from netbuilder.graph.model import Network

if TYPE_CHECKING:
    from netbuilder.check.fields import Fields
    from netbuilder.editor.actions import Actions
    from netbuilder.editor.custom_nodes import CustomNodes
    from netbuilder.editor.training.runs import Runs
    from netbuilder.graph.delta import Delta


class Workspace(QObject):
    """The open documents.

    Signals of the tab that is shown are passed on, so that a panel connects once; each carries the
    tab as its first argument.

    Attributes:
        preferences: The settings of the program.
        look: The theme in force.
        tasks: Work beside the main loop.
        looking: Looks at data, in a process beside the editor.
        actions: The commands; the window sets it.
        runs: The trainings; the window sets it.
        custom_nodes: The person's own node types; the window sets it.
        tabs: The open documents, in the order of the tab bar.
        current: The one that is shown, or None on the start page.
    """

    opened = Signal(object)  # Tab
    closed = Signal(object)  # Tab
    switched = Signal()  # another tab is shown, or none
    changed = Signal(object, object, object)  # Tab, Change, Delta
    checked = Signal(object, object)  # Tab, Report
    selected = Signal(object)  # Tab
    entered = Signal(object)  # Tab
    stated = Signal(object)  # Tab; any tab, not only the shown one
    retyped = Signal()  # node types were read again, or others are trusted
    made = Signal(str)  # the id of a node type that the person just made
    said = Signal(str, str)  # a sentence for the person: "info", "warning" or "error", and the text

    def __init__(self, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.preferences = preferences
        self.look = Look(preferences, self)
        self.tasks = Tasks(self)
        self.looking = Looking(self)
        self.actions: Actions | None = None
        self.runs: Runs | None = None
        self.custom_nodes: CustomNodes | None = None
        self.tabs: list[Tab] = []
        self.current: Tab | None = None

    def open(self, session: Session) -> Tab:
        """Show a document in a tab of its own; one whose file is open already is only shown."""
        for tab in self.tabs:
            if session.path is not None and tab.session.path == session.path:
                self.show(tab)
                return tab
        tab = Tab(session, self)
        tab.changed.connect(self._on_changed)
        tab.checked.connect(self._on_checked)
        tab.selected.connect(self._on_selected)
        tab.entered.connect(self._on_entered)
        tab.stated.connect(self._on_stated)
        tab.refused.connect(self._on_refused)
        self.tabs.append(tab)
        self.opened.emit(tab)
        self.show(tab)
        self.read_fields(tab)
        return tab

    def open_path(self, path: Path) -> Tab:
        """Open a file.

        Raises:
            FileError: It cannot be read or is not a network.
        """
        path = path.absolute()
        for tab in self.tabs:
            if tab.session.path == path:
                self.show(tab)
                return tab
        direction = self.preferences.settings.direction
        return self.open(Session.open(path, direction))

    def show(self, tab: Tab | None) -> None:
        """Show a tab, or the start page."""
        if tab is not self.current:
            self.current = tab
            self.switched.emit()

    def close(self, tab: Tab) -> None:
        """Close a tab, saved or not; the neighbour is shown."""
        index = self.tabs.index(tab)
        self.tabs.remove(tab)
        tab.close()
        if tab is self.current:
            self.current = None
            self.show(self.tabs[min(index, len(self.tabs) - 1)] if self.tabs else None)
            if self.current is None:
                self.switched.emit()
        self.closed.emit(tab)
        tab.deleteLater()

    def read_fields(self, tab: Tab) -> None:
        """Find out in the background what the document's data hold; then it is checked again."""
        network, folder = tab.network, tab.session.folder

        def work() -> tuple[Network, Fields | None, str]:
            return network, *known_fields(network, folder)

        self.tasks.submit(tab, "fields", work, lambda found: self._take_fields(tab, *found))

    def _take_fields(self, tab: Tab, network: Network, fields: Fields | None, trouble: str) -> None:
        if tab in self.tabs and tab.network.data is network.data:
            tab.set_fields(fields, trouble)

    def _on_changed(self, change: Change, different: Delta) -> None:
        tab = self._sender()
        if "data" in different.properties:
            self.read_fields(tab)
        if tab is self.current:
            self.changed.emit(tab, change, different)

    def _on_checked(self, report: object) -> None:
        if self._sender() is self.current:
            self.checked.emit(self.current, report)

    def _on_selected(self) -> None:
        if self._sender() is self.current:
            self.selected.emit(self.current)

    def _on_entered(self) -> None:
        if self._sender() is self.current:
            self.entered.emit(self.current)

    def _on_stated(self) -> None:
        self.stated.emit(self._sender())

    def _on_refused(self, sentence: str) -> None:
        self.said.emit("warning", sentence)

    def _sender(self) -> Tab:
        tab = self.sender()
        assert isinstance(tab, Tab)
        return tab
