"""Find a node anywhere in the document and go there."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from netbuilder.editor.dialogs.node_search import found_nodes
from netbuilder.editor.dialogs.picker import Choice, Picker
from netbuilder.editor.workspace import Workspace


class FindDialog(Picker):
    """Finds nodes by name, type or the value of a parameter, in all graphs of the document.

    Attributes:
        went: A node was found and is shown now.
    """

    went = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, "Find a node by name, type or parameter", parent)
        self.setObjectName("find")
        self.setAccessibleName("Find a node")
        workspace.switched.connect(self.reject)
        workspace.changed.connect(self._on_changed)

    def choices(self, typed: str) -> list[Choice]:
        """Return the nodes that fit."""
        tab = self.workspace.current
        if tab is None:
            return []
        return [
            Choice(
                one.path,
                one.name,
                " \N{MIDDLE DOT} ".join(part for part in (one.type, one.values) if part),
                one.place,
                one.colour,
                one.places,
            )
            for one in found_nodes(tab.network, typed)
        ]

    def take(self, choice: Choice) -> None:
        """Show the node."""
        tab = self.workspace.current
        if tab is not None:
            tab.reveal(choice.key)
            self.went.emit()

    def hint(self, choice: Choice) -> str:
        """Return where the node is."""
        where = f"in {choice.side}" if choice.side else "in the main graph"
        return f"{choice.key}, {where}. Enter shows it."

    def nothing(self, typed: str) -> str:
        """Return what is said where nothing fits."""
        if not typed.strip():
            return "There are no nodes in this document yet."
        return f"No node fits “{typed.strip()}”. Try a part of its name, its type or a value."

    def _on_changed(self) -> None:
        if self.isVisible():
            self.refill()
