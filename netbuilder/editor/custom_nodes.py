"""A person's own node types in the editor: read again when they are saved, trusted when asked, run to see their shapes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from netbuilder.app.custom_nodes import (
    Stranger,
    new_node,
    own_folder,
    remember_trust,
    remembered_trust,
    strangers,
)
from netbuilder.catalogue.catalogue import PackProblem
from netbuilder.catalogue.folders import node_files, resolved, set_trusted, trusted
from netbuilder.catalogue.packs import reread, standard_catalogue
from netbuilder.editor.probing import Probing
from netbuilder.editor.workspace import Workspace

_ASKED = "asked_nodes"  # among what the preferences remember
_SETTLE = 150  # ms: editors write a file in several steps


class CustomNodes(QObject):
    """The folders that are trusted, watched; and what is made of them in every open document.

    Attributes:
        trust_wanted: The shown document needs node types of a folder that nobody was asked about yet.
    """

    trust_wanted = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        kept = workspace.preferences.recall(_ASKED, [])
        self._asked: list[str] = kept if isinstance(kept, list) else []
        self._told: tuple[PackProblem, ...] = ()
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._on_disk)
        self._watcher.fileChanged.connect(self._on_disk)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE)
        self._settle.timeout.connect(self.reload)
        self._ask_soon = QTimer(self)
        self._ask_soon.setSingleShot(True)
        self._ask_soon.setInterval(0)
        self._ask_soon.timeout.connect(self._ask)
        self.probing = Probing(workspace, self)
        self._take_trust()
        if trusted():
            self._told = standard_catalogue().problems
        self._watch()
        self._ask_soon.start()
        workspace.switched.connect(self._on_switched)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the commands do."""
        return {"graph.reload_nodes": self.reload_all, "graph.forget_trust": self.forget}

    def enabled(self) -> dict[str, Callable[[], bool]]:
        """When they can be given."""
        return dict.fromkeys(self.handlers(), _any_trusted)

    def folders(self) -> list[Path]:
        """Where a new node can be kept: the person's own folder, and one beside the shown document."""
        found = [own_folder(self._workspace.preferences)]
        tab = self._workspace.current
        if tab is not None and tab.session.path is not None:
            found.append(resolved(tab.session.path.parent / "nodes"))
        return list(dict.fromkeys(found))

    def strangers(self) -> tuple[Stranger, ...]:
        """The folders that are not trusted: of the shown document, and the person's own with files in it."""
        tab = self._workspace.current
        found = strangers(tab.network, standard_catalogue()) if tab is not None else ()
        own = own_folder(self._workspace.preferences)
        files = tuple(node_files(own))
        if not files or own in trusted() or any(one.folder == own for one in found):
            return found
        return (*found, Stranger(own, (), files))

    def trust(self, folder: Path) -> None:
        """Let the code of a folder run from now on, and remember that."""
        preferences = self._workspace.preferences
        remember_trust(preferences, (*remembered_trust(preferences), folder))
        self.reload()

    def forget(self) -> None:
        """Trust no folder any more, and ask anew about those that are needed."""
        preferences = self._workspace.preferences
        remember_trust(preferences, ())
        preferences.remember(_ASKED, None)
        self._asked = []
        set_trusted(())
        self.reload()
        self._workspace.said.emit("info", "No custom nodes are trusted any more.")
        self._ask_soon.start()

    def leave(self, folder: Path) -> None:
        """Do not ask about a folder again by itself; the command still does."""
        self._asked = list(dict.fromkeys((*self._asked, str(folder))))
        self._workspace.preferences.remember(_ASKED, self._asked)

    def make(self, folder: Path, name: str) -> Path:
        """Write a new node type and open its file in the system's editor; the folder is trusted with that.

        Raises:
            FileError: It could not be made; the text is a sentence.
        """
        path = new_node(folder, name, standard_catalogue())
        self.trust(folder)
        self._workspace.made.emit(path.stem)
        self._workspace.said.emit(
            "info", f"{path.name} is among the layers; saving it reads it again."
        )
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        return path

    def reload_all(self) -> None:
        """Read all files again, on demand."""
        count = sum(len(node_files(folder)) for folder in trusted())
        self.reload()
        if not self._told:
            files = f"{count} file{'' if count == 1 else 's'} of custom nodes"
            self._workspace.said.emit(
                "info", f"{files} {'was' if count == 1 else 'were'} read again."
            )

    def reload(self) -> None:
        """Read all files again, and check what is open with what is in them now."""
        self._settle.stop()
        self._take_trust()
        reread()
        problems = standard_catalogue().problems
        self._watch()
        for tab in self._workspace.tabs:
            tab.check_again()
        self._workspace.retyped.emit()
        new = [one for one in problems if one not in self._told]
        self._told = problems
        if new:
            self._workspace.said.emit("error", f"{new[0].message} ({new[0].pack})")

    def shut(self) -> None:
        """Stop watching and running."""
        self._settle.stop()
        self._ask_soon.stop()
        self.probing.close()

    def _take_trust(self) -> None:
        # A folder that is gone is nothing to complain of in every document.
        folders = (*trusted(), *remembered_trust(self._workspace.preferences))
        set_trusted(folder for folder in folders if folder.is_dir())

    def _watch(self) -> None:
        there = {*self._watcher.directories(), *self._watcher.files()}
        wanted = {str(folder) for folder in trusted() if folder.is_dir()}
        # Files that others take something from, too: a name with _ in front.
        wanted |= {str(path) for folder in trusted() for path in folder.glob("*.py")}
        if there - wanted:
            self._watcher.removePaths(sorted(there - wanted))
        if wanted - there:
            self._watcher.addPaths(sorted(wanted - there))

    def _on_disk(self, _path: str) -> None:
        self._settle.start()

    def _on_switched(self) -> None:
        self._ask_soon.start()

    def _ask(self) -> None:
        if any(str(one.folder) not in self._asked for one in self.strangers()):
            self.trust_wanted.emit()


def _any_trusted() -> bool:
    return bool(trusted())
