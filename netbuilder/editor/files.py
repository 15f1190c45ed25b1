"""Documents and their files: new, open, save, close, recent ones, copies for recovery."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from netbuilder.app.examples import SUFFIX, example
from netbuilder.app.recovery import Recovery, Watcher
from netbuilder.app.session import UNTITLED, Session
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import load
from netbuilder.files.errors import FileError
from netbuilder.training.run import RunFolder

_FILTER = f"Networks (*{SUFFIX})"
_RECENT = 12
_LOOK = 2000  # ms between two looks at the files of the open documents


class Files(QObject):
    """What the File menu does."""

    def __init__(self, workspace: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self._workspace, self._window = workspace, window
        self._recovery = Recovery(workspace.preferences.folder / "recovery")
        self._watchers: dict[Tab, Watcher] = {}
        self._asked: set[Tab] = set()
        self._wanted: Tab | None = None
        self._then: Callable[[], None] | None = None
        self._flush = QTimer(self)
        self._flush.timeout.connect(self.keep_copies)
        self._flush.start(self._interval())
        self._disk = QTimer(self)
        self._disk.timeout.connect(self.look_at_disk)
        self._disk.start(_LOOK)
        workspace.opened.connect(self._on_opened)
        workspace.closed.connect(self._on_closed)
        workspace.preferences.changed.append(self._on_setting)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the commands do."""
        return {
            "file.new": self.new,
            "file.new_from": self.start_page,
            "file.open": self.ask_open,
            "file.start_page": self.start_page,
            "file.save": self.save,
            "file.save_as": self.ask_save,
            "file.close": self.close,
            "file.next_tab": self.next_tab,
            "file.previous_tab": self.previous_tab,
            "file.quit": self._window.close,
            "edit.undo": self._undo,
            "edit.redo": self._redo,
        }

    def enabled(self) -> dict[str, Callable[[], bool]]:
        """When they can be given."""
        some = self._is_open
        return {
            "file.save": some,
            "file.save_as": some,
            "file.close": some,
            "file.next_tab": some,
            "file.previous_tab": some,
            "edit.undo": self._can_undo,
            "edit.redo": self._can_redo,
        }

    # Open

    def new(self) -> None:
        """Open an empty document."""
        taken = {tab.session.name for tab in self._workspace.tabs}
        name, number = UNTITLED, 2
        while name in taken:
            name, number = f"{UNTITLED}-{number}", number + 1
        self._workspace.open(Session(name=name))

    def start_page(self) -> None:
        """Show the start page; the documents stay open."""
        self._workspace.show(None)

    def open_example(self, name: str) -> None:
        """Open a copy of an example."""
        self._workspace.open(Session(example(name), name=name))

    def open_text(self, path: str) -> None:
        """Open a file; what is wrong with it is said."""
        try:
            tab = self._workspace.open_path(Path(path))
        except FileError as error:
            self._workspace.said.emit("error", str(error))
            self.forget(path)
            return
        self._recent(tab)

    def ask_open(self) -> None:
        """Let the person choose a file."""
        dialog = QFileDialog(self._window, "Open a network", self._last_folder(), _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def forget(self, path: str) -> None:
        """Take a file off the list of recent ones."""
        kept = [one for one in self.recent() if one != path]
        self._workspace.preferences.remember("recent", kept)

    def recent(self) -> list[str]:
        """The files opened or saved last, newest first."""
        kept = self._workspace.preferences.recall("recent", [])
        return [one for one in kept if isinstance(one, str)] if isinstance(kept, list) else []

    # Save

    def save(self) -> None:
        """Save the shown document; one without a file asks for it."""
        tab = self._workspace.current
        if tab is None:
            return
        if tab.session.path is None:
            self.ask_save()
        else:
            self._save(tab, None)

    def ask_save(self, tab: Tab | None = None, then: Callable[[], None] | None = None) -> None:
        """Let the person choose the file; ``then`` is called once it is saved."""
        tab = tab or self._workspace.current
        if tab is None:
            return
        self._wanted, self._then = tab, then
        session = tab.session
        start = session.path or Path(self._last_folder()) / (session.name + SUFFIX)
        dialog = QFileDialog(self._window, f"Save {session.name}", str(start), _FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(start.name)
        dialog.fileSelected.connect(self._on_target)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _save(self, tab: Tab, path: Path | None) -> bool:
        if path is None and tab.session.changed_on_disk:
            self._ask_about(tab)
            return False
        try:
            tab.session.save(path)
        except FileError as error:
            self._workspace.said.emit("error", str(error))
            return False
        tab.stated.emit()
        self._recent(tab)
        self._workspace.said.emit("info", f"Saved {tab.session.path}")
        return True

    def save_all(self) -> bool:
        """Save every changed document; one without a file asks for it, and False comes back."""
        for tab in self._workspace.tabs:
            if tab.session.document.is_clean:
                continue
            if tab.session.path is None:
                self._workspace.show(tab)
                self.ask_save(tab)
                return False
            if not self._save(tab, None):
                return False
        return True

    # Close

    def close(self, tab: Tab | None = None) -> None:
        """Close a document; unsaved changes are asked about."""
        tab = tab or self._workspace.current
        if tab is None:
            return
        if tab.session.document.is_clean:
            self._workspace.close(tab)
            return
        self._workspace.show(tab)
        self._wanted = tab
        box = QMessageBox(
            QMessageBox.Icon.NoIcon,
            "Close",
            "",
            QMessageBox.StandardButton.Save
            | QMessageBox.StandardButton.Discard
            | QMessageBox.StandardButton.Cancel,
            self._window,
        )
        box.setObjectName("close_question")
        box.setTextFormat(box.textFormat().PlainText)
        box.setText(f"{tab.session.name} has changes that are not saved.")
        box.setInformativeText("Discarding them cannot be undone.")
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        box.finished.connect(self._on_close_answer)
        box.finished.connect(box.deleteLater)
        box.open()

    def _on_close_answer(self, answer: int) -> None:
        tab = self._wanted
        if tab is None or tab not in self._workspace.tabs:
            return
        if answer == QMessageBox.StandardButton.Discard:
            self._workspace.close(tab)
        elif answer == QMessageBox.StandardButton.Save:
            if tab.session.path is None:
                self.ask_save(tab, self._close_wanted)
            elif self._save(tab, None):
                self._workspace.close(tab)

    def _close_wanted(self) -> None:
        if self._wanted in self._workspace.tabs:
            self._workspace.close(self._wanted)

    # Tabs

    def next_tab(self) -> None:
        """Show the next document."""
        self._step(1)

    def previous_tab(self) -> None:
        """Show the document before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        tabs, now = self._workspace.tabs, self._workspace.current
        if tabs:
            at = tabs.index(now) + by if now in tabs else 0
            self._workspace.show(tabs[at % len(tabs)])

    # What changed on the disk

    def look_at_disk(self) -> None:
        """Ask about files that somebody else has changed."""
        tab = self._workspace.current
        if tab is not None and tab not in self._asked and tab.session.changed_on_disk:
            path = tab.session.path
            if path is not None and path.exists():
                self._ask_about(tab)

    def _ask_about(self, tab: Tab) -> None:
        self._asked.add(tab)
        self._wanted = tab
        box = QMessageBox(self._window)
        box.setObjectName("disk_question")
        box.setWindowTitle("Changed on the disk")
        box.setTextFormat(box.textFormat().PlainText)
        box.setText(f"{tab.session.path} was changed by another program.")
        clean = tab.session.document.is_clean
        box.setInformativeText(
            "Reload takes what is on the disk."
            + ("" if clean else " Your unsaved changes would be lost.")
            + " Keep leaves it, and saving goes over it."
        )
        reload = box.addButton("Reload", QMessageBox.ButtonRole.AcceptRole)
        keep = box.addButton("Keep mine", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(reload if clean else keep)
        box.setEscapeButton(keep)
        box.finished.connect(self._on_disk_answer)
        box.finished.connect(box.deleteLater)
        box.open()

    def _on_disk_answer(self) -> None:
        box, tab = self.sender(), self._wanted
        if tab is None or tab not in self._workspace.tabs or not isinstance(box, QMessageBox):
            return
        self._asked.discard(tab)
        pressed = box.clickedButton()
        if pressed is None or pressed.text().replace("&", "") != "Reload":
            tab.session.keep_mine()
            return
        path = tab.session.path
        assert path is not None
        try:
            direction = self._workspace.preferences.settings.direction
            session = Session.open(path, direction)
        except FileError as error:
            self._workspace.said.emit("error", str(error))
            tab.session.keep_mine()
            return
        self._workspace.close(tab)
        self._workspace.open(session)

    # Copies for recovery

    def keep_copies(self) -> None:
        """Write what was edited since the last time to the recovery folder, beside the main loop.

        What is open is kept as well: if the program dies, the next one shows it and its trainings.
        """
        self._remember()
        for tab, watcher in self._watchers.items():
            if watcher.pending:
                self._workspace.tasks.submit(
                    tab, "recovery", watcher.flush, self._on_kept, self._on_not_kept
                )

    def recover(self) -> None:
        """Open what a crash left behind, with the edits made last; nothing named is written over."""
        for leftover in self._recovery.leftovers():
            # A file that is open already, or left behind twice, must not swallow what was recovered.
            session = leftover.session({tab.session.path for tab in self._workspace.tabs})
            self._workspace.open(session)
            self._workspace.said.emit(
                "warning",
                f"{session.name} was not closed properly; it is open with its last edits, not saved yet.",
            )
            leftover.discard()

    def shut(self) -> None:
        """Keep which files are open for the next start; the copies are not needed any more."""
        self._flush.stop()
        self._disk.stop()
        changed = self._workspace.preferences.changed
        if self._on_setting in changed:
            changed.remove(self._on_setting)
        self._remember()
        for watcher in self._watchers.values():
            watcher.discard()
        self._watchers.clear()

    def _remember(self) -> None:
        """Keep which files are open, and which trainings would go on without the window."""
        tabs = [tab for tab in self._workspace.tabs if tab.session.path is not None]
        shown = self._workspace.current
        self._workspace.preferences.remember(
            "open",
            {
                "files": [str(tab.session.path) for tab in tabs],
                "shown": str(shown.session.path) if shown in tabs and shown else "",
                "training": self._left_training(),
            },
        )

    def reopen(self) -> None:
        """Open the files of last time."""
        kept = self._workspace.preferences.recall("open", {})
        files = kept.get("files", []) if isinstance(kept, dict) else []
        for path in files:
            if isinstance(path, str) and Path(path).is_file():
                self.open_text(path)
        left = kept.get("training") if isinstance(kept, dict) else None
        for name, path in left.items() if isinstance(left, dict) else ():
            # Its training may still go on, or have ended meanwhile; the run has a copy of the graph.
            with suppress(FileError):
                self._workspace.open(Session(load(RunFolder(str(path)).graph), name=name))
        for tab in self._workspace.tabs:
            if str(tab.session.path) == kept.get("shown"):
                self._workspace.show(tab)

    def _left_training(self) -> dict[str, str]:
        """The runs of documents without a file that go on without the window, by name."""
        runs = self._workspace.runs
        unsaved = [tab for tab in self._workspace.tabs if tab.session.path is None]
        found = {tab.session.name: runs.left_behind(tab) for tab in unsaved} if runs else {}
        return {name: str(view.path) for name, view in found.items() if view is not None}

    def _on_opened(self, tab: Tab) -> None:
        self._watchers[tab] = self._recovery.watch(tab.session)

    def _on_closed(self, tab: Tab) -> None:
        watcher = self._watchers.pop(tab, None)
        if watcher is not None:
            watcher.discard()
        self._asked.discard(tab)

    def _on_kept(self, _: object) -> None:
        """Nothing to say: it is where it should be."""

    def _on_not_kept(self, error: Exception) -> None:
        self._workspace.said.emit("warning", f"No copy for recovery could be kept: {error}")

    def _on_setting(self, name: str) -> None:
        if name == "autosave":
            self._flush.start(self._interval())

    def _interval(self) -> int:
        return self._workspace.preferences.settings.autosave * 1000

    # Small things

    def _recent(self, tab: Tab) -> None:
        path = str(tab.session.path)
        kept = [path, *(one for one in self.recent() if one != path)]
        self._workspace.preferences.remember("recent", kept[:_RECENT])

    def _last_folder(self) -> str:
        tab = self._workspace.current
        if tab is not None and tab.session.path is not None:
            return str(tab.session.folder)
        recent = self.recent()
        return str(Path(recent[0]).parent) if recent else str(Path.cwd())

    def _on_chosen(self, paths: list[str]) -> None:
        for path in paths:
            self.open_text(path)

    def _on_target(self, path: str) -> None:
        tab, then = self._wanted, self._then
        self._then = None
        if tab in self._workspace.tabs and tab is not None and self._save(tab, Path(path)) and then:
            then()

    def _is_open(self) -> bool:
        return self._workspace.current is not None

    def _can_undo(self) -> bool:
        tab = self._workspace.current
        return tab is not None and bool(tab.session.document.undo_labels)

    def _can_redo(self) -> bool:
        tab = self._workspace.current
        return tab is not None and bool(tab.session.document.redo_labels)

    def _undo(self) -> None:
        if self._workspace.current is not None:
            self._workspace.current.undo()

    def _redo(self) -> None:
        if self._workspace.current is not None:
            self._workspace.current.redo()
