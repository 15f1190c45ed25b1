"""Panels, dialogs and questions of the main window, and the commands that show them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from netbuilder.editor.canvas.placing import Spot, offer_of, place
from netbuilder.editor.data_advising import DataAdvising
from netbuilder.editor.panels.inspector import Inspector
from netbuilder.editor.panels.palette import Palette
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace

if TYPE_CHECKING:
    from netbuilder.editor.tour import Tour
    from netbuilder.editor.training.run_view import RunView
    from netbuilder.editor.window import MainWindow

_SWITCHES = ("minimap", "grid", "snap", "edge_labels")
_PANELS = ("problems", "training", "runs", "evaluation", "code", "cost", "log", "history")
_BOTTOM = "problems"
_FIND = "edit.find"
_TRUST = "graph.trust_nodes"
# Dialogs by command: module and class below netbuilder.editor.
_DIALOGS = {
    "file.settings": ("dialogs.settings", "SettingsDialog"),
    "file.export": ("dialogs.export", "ExportDialog"),
    _FIND: ("dialogs.find", "FindDialog"),
    "graph.new_node": ("dialogs.new_node", "NewNodeDialog"),
    _TRUST: ("dialogs.trust_nodes", "TrustNodesDialog"),
    "run.data": ("dialogs.data", "DataDialog"),
    "run.recipe": ("dialogs.recipe", "RecipeDialog"),
    "run.train_from": ("dialogs.start_from", "StartFromDialog"),
    "run.diagnose": ("dialogs.diagnose", "DiagnoseDialog"),
    "help.commands": ("dialogs.command_palette", "CommandPalette"),
    "help.shortcuts": ("dialogs.shortcuts", "ShortcutsDialog"),
    "help.about": ("dialogs.about", "AboutDialog"),
}
_NEED_DOCUMENT = (
    "file.export",
    _FIND,
    "run.data",
    "run.recipe",
    "run.train_from",
    "run.diagnose",
    "help.node",
)


class Windows(QObject):
    """What the View and Help menus do, and every dialog."""

    def __init__(self, workspace: Workspace, window: MainWindow) -> None:
        super().__init__(window)
        self._workspace, self._window = workspace, window
        self._open: dict[str, QWidget] = {}
        self._data_advising = DataAdvising(workspace, self)
        self._tour: Tour | None = None
        self._sure = False

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the commands do."""
        found: dict[str, Callable[[], object]] = {
            f"view.{name}": self._switch(name) for name in _SWITCHES
        }
        found |= {f"view.{name}": self._bring(name) for name in _PANELS}
        found |= {command: self._dialog(command) for command in _DIALOGS}
        found |= {
            "view.palette": self._toggle("palette"),
            "view.inspector": self._toggle("inspector"),
            "view.dock": self._toggle_bottom,
            "view.theme": self._switch_theme,
            "view.full_screen": self._full_screen,
            "view.reset_layout": self._window.reset_layout,
            "help.node": self._help,
            "help.tour": self.tour,
        }
        return found

    def enabled(self) -> dict[str, Callable[[], bool]]:
        """When they can be given."""
        shown = (f"view.{name}" for name in (*_PANELS, "palette", "inspector", "dock"))
        found: dict[str, Callable[[], bool]] = dict.fromkeys(
            (*_NEED_DOCUMENT, *shown), self._is_open
        )
        return {**found, _TRUST: self._has_strangers}

    def checked(self) -> dict[str, Callable[[], bool]]:
        """Which of them are on."""
        found: dict[str, Callable[[], bool]] = {
            f"view.{name}": self._is_on(name) for name in _SWITCHES
        }
        found |= {f"view.{name}": self._is_shown(name) for name in ("palette", "inspector")}
        found |= {
            "view.dock": self._is_bottom_shown,
            "view.full_screen": self._window.isFullScreen,
        }
        return found

    def show(self, command: str) -> QWidget:
        """Show the dialog of a command; one that is open comes to the front."""
        there = self._open.get(command)
        if there is None:
            module, kind = _DIALOGS[command]
            found = import_module(f"netbuilder.editor.{module}")
            made = getattr(found, kind)(self._workspace, self._window)
            self._open[command] = there = made
            if command == _FIND:
                made.went.connect(self._on_found)
            if isinstance(there, QDialog):
                there.finished.connect(self._on_finished)
        there.show()
        there.raise_()
        there.activateWindow()
        return there

    def tour(self) -> None:
        """Begin the tour."""
        if self._tour is None:
            from netbuilder.editor.tour import Tour

            self._tour = Tour(self._workspace, self._window)
        self._tour.start()

    def on_panel(self, panel: QWidget) -> None:
        """Connect a panel that was just made."""
        if isinstance(panel, Palette):
            panel.chosen.connect(self._on_chosen)
        elif isinstance(panel, Inspector):
            panel.help_wanted.connect(self._help)

    def on_data_missing(self, tab: Tab) -> None:
        """Ask what a network is trained on."""
        self._workspace.show(tab)
        self._workspace.said.emit("info", "Choose the data to train on, then press Train again.")
        self.show("run.data")

    def on_loss_missing(self, tab: Tab) -> None:
        """Say that a network needs a loss."""
        self._workspace.show(tab)
        self._workspace.said.emit(
            "warning",
            "There is nothing to train towards: add a Target and a loss, such as CrossEntropy, and connect them.",
        )

    def on_weights_wanted(self, run: RunView) -> None:
        """Tell which weights of a run the shown document would keep, and offer to train."""
        from netbuilder.editor.dialogs.start_from import StartFromDialog

        dialog = self.show("run.train_from")
        assert isinstance(dialog, StartFromDialog)
        dialog.choose(run)

    def ask_trust(self) -> None:
        """Ask whether the code that the shown document needs may run."""
        self.show(_TRUST)

    def sure(self) -> None:
        """Let the window close without a question; whoever calls this has asked already."""
        self._sure = True

    def may_close(self) -> bool:
        """Whether the window may close now; otherwise a question is open that closes it later."""
        if self._sure:
            return True
        dirty = [t.session.name for t in self._workspace.tabs if not t.session.document.is_clean]
        active = self._window.runs.active_runs()
        if not dirty and not active:
            return True
        if "close" in self._open:
            self._open["close"].raise_()
            return False
        box = QMessageBox(self._window)
        box.setObjectName("quit_question")
        box.setWindowTitle("Close NetBuilder")
        box.setTextFormat(box.textFormat().PlainText)
        if dirty:
            box.setText(f"Changes are not saved: {', '.join(dirty)}.")
        else:
            box.setText("A training is running.")
        box.setInformativeText(
            "The training can go on in the background; the next start shows it again."
            if active
            else "Discarding them cannot be undone."
        )
        if dirty:
            box.addButton("Save all and close", QMessageBox.ButtonRole.AcceptRole)
            box.addButton("Discard and close", QMessageBox.ButtonRole.DestructiveRole)
        elif active:
            box.addButton("Keep running", QMessageBox.ButtonRole.AcceptRole)
        if active:
            box.addButton("Stop and close", QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setEscapeButton(stay)
        box.finished.connect(self._on_close_answer)
        self._open["close"] = box
        box.open()
        return False

    def _on_close_answer(self) -> None:
        box = self._open.pop("close")
        assert isinstance(box, QMessageBox)
        pressed = box.clickedButton()
        text = pressed.text().replace("&", "") if pressed else "Cancel"
        box.deleteLater()
        if text == "Cancel":
            return
        if text.startswith("Save") and not self._window.files.save_all():
            return
        if text.startswith("Stop"):
            self._window.runs.stop_all()
            if any(not tab.session.document.is_clean for tab in self._workspace.tabs):
                self.may_close()
                return
        self.sure()
        self._window.close()

    def _on_chosen(self, entry: str) -> None:
        """Add what was chosen in the palette in the middle of the canvas."""
        canvas, offer = self._window.canvas, offer_of(entry)
        if canvas is not None and offer is not None:
            middle = canvas.mapToScene(canvas.viewport().rect().center())
            place(canvas, offer, Spot(middle))
            canvas.setFocus()

    def _on_found(self) -> None:
        """Let the keys act on the node that was found."""
        canvas = self._window.canvas
        if canvas is not None:
            canvas.setFocus()

    def _help(self) -> None:
        from netbuilder.editor.panels.node_help import NodeHelp

        there = self._open.get("help.node")
        if there is None:
            there = self._open["help.node"] = NodeHelp(self._workspace, self._window)
        there.show()
        there.raise_()

    def _dialog(self, command: str) -> Callable[[], object]:
        return lambda: self.show(command)

    def _on_finished(self) -> None:
        gone = self.sender()
        for command, dialog in list(self._open.items()):
            if dialog is gone:
                del self._open[command]
                dialog.deleteLater()

    def _bring(self, name: str) -> Callable[[], object]:
        def bring() -> None:
            self._window.show_dock(name, True)
            self._window.bring(name)

        return bring

    def _toggle(self, name: str) -> Callable[[], object]:
        return lambda: self._window.show_dock(name, not self._window.dock(name).isVisible())

    def _toggle_bottom(self) -> None:
        shown = not self._is_bottom_shown()
        for name in _PANELS:
            self._window.show_dock(name, shown)
        if shown:
            self._window.bring(_BOTTOM)

    def _is_bottom_shown(self) -> bool:
        return any(not self._window.dock(name).isHidden() for name in _PANELS)

    def _is_shown(self, name: str) -> Callable[[], bool]:
        return lambda: not self._window.dock(name).isHidden()

    def _switch(self, name: str) -> Callable[[], object]:
        preferences = self._workspace.preferences
        return lambda: preferences.set(name, not getattr(preferences.settings, name))

    def _is_on(self, name: str) -> Callable[[], bool]:
        return lambda: bool(getattr(self._workspace.preferences.settings, name))

    def _switch_theme(self) -> None:
        self._workspace.preferences.set(
            "theme", "light" if self._workspace.look.is_dark else "dark"
        )

    def _full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def _is_open(self) -> bool:
        return self._workspace.current is not None

    def _has_strangers(self) -> bool:
        nodes = self._workspace.custom_nodes
        return nodes is not None and bool(nodes.strangers())
