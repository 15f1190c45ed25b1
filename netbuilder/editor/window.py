"""The main window: it puts the parts together and holds no truth of its own.

The parts are imported where they are put in, so that the bare window is on the screen before them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor import style
from netbuilder.editor.docks import Dock

if TYPE_CHECKING:
    from netbuilder.app.preferences import Preferences
    from netbuilder.check.diagnostics import Diagnostic
    from netbuilder.editor.canvas.view import Canvas
    from netbuilder.editor.tab import Tab
    from netbuilder.editor.workspace import Workspace

_BOTTOM = (
    ("problems", "Problems", "problems", "Problems"),
    ("training", "Training", "training", "TrainingPanel"),
    ("runs", "Runs", "runs", "RunsPanel"),
    ("evaluation", "Evaluation", "evaluation", "EvaluationPanel"),
    ("code", "Code", "code", "CodePanel"),
    ("cost", "Cost", "cost", "CostPanel"),
    ("log", "Log", "log", "LogPanel"),
    ("history", "History", "history", "HistoryPanel"),
)
_SIZE = QSize(1440, 900)
_LAYOUT = 3  # raised when docks change, so that an old layout is not forced on new ones


class MainWindow(QMainWindow):
    """The editor's window: bare at first, then furnished.

    Args:
        workspace: What is open; the window becomes its owner. Without it the window stays bare
            until ``furnish`` is called.

    Attributes:
        painted: Told once, when the window has been drawn for the first time.
    """

    painted = Signal()

    def __init__(self, workspace: Workspace | None = None) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("NetBuilder")
        self.setAcceptDrops(True)
        self.setDockOptions(
            QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.GroupedDragging
        )
        self.resize(_SIZE)
        self.is_furnished = False
        self._was_painted = False
        self._canvases: dict[Tab, Canvas] = {}
        if workspace is not None:
            self.furnish(workspace)

    def furnish(self, workspace: Workspace) -> None:
        """Put everything in; it takes what is imported for it, a good half second at the start."""
        from netbuilder.editor.actions import Actions
        from netbuilder.editor.custom_nodes import CustomNodes
        from netbuilder.editor.files import Files
        from netbuilder.editor.icons import icon
        from netbuilder.editor.training.runs import Runs
        from netbuilder.editor.windows import Windows

        workspace.setParent(self)
        self.workspace = workspace
        self.setWindowIcon(icon("logo", workspace.look.theme.accent))
        self._dress()
        workspace.actions = self.actions_ = Actions(workspace, self)
        workspace.runs = self.runs = Runs(workspace)
        self.runs.setParent(self)
        workspace.custom_nodes = self.custom_nodes = CustomNodes(workspace)
        self.custom_nodes.setParent(self)
        self.files = Files(workspace, self)
        self.windows = Windows(workspace, self)
        self._refresh_later = QTimer(self)
        self._refresh_later.setSingleShot(True)
        self._refresh_later.timeout.connect(self._refresh)
        self._build()
        self._bind()
        self._connect()
        if not self.isVisible():
            self.place(workspace.preferences)
        self._restore_layout()
        self._on_switched()
        self.is_furnished = True

    # What there is.

    def canvas_of(self, tab: Tab) -> Canvas:
        """Return the canvas of an open document."""
        return self._canvases[tab]

    @property
    def canvas(self) -> Canvas | None:
        """The canvas that is shown."""
        tab = self.workspace.current
        return self._canvases.get(tab) if tab else None

    def dock(self, name: str) -> Dock:
        """Return a dock by its name: palette, inspector, or one at the bottom, such as problems."""
        return self._docks[name]

    def bring(self, name: str) -> QWidget:
        """Show a panel in front and return it."""
        self._docks[name].bring()
        return self._docks[name].require()

    # How it is put together.

    def _build(self) -> None:
        from netbuilder.editor.notices import Notice
        from netbuilder.editor.panels.start_page import StartPage
        from netbuilder.editor.status_bar import StatusBar
        from netbuilder.editor.tab_bar import TabStrip
        from netbuilder.editor.top_bar import TopBar

        workspace = self.workspace
        self.top_bar = TopBar(workspace, self.actions_, self)
        self.setMenuWidget(self.top_bar)
        self._centre = QWidget(self)
        self._centre.setObjectName("centre")
        self.strip = TabStrip(workspace, self._centre)
        self._stack = QStackedWidget(self._centre)
        self.start_page = StartPage(workspace, self._stack)
        self._stack.addWidget(self.start_page)
        column = QVBoxLayout(self._centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(self._centre)
        self.notice = Notice(workspace.look, self._centre)
        self.status = StatusBar(workspace, self)
        self.setStatusBar(self.status)
        self._docks: dict[str, Dock] = {}
        self._add("palette", "Layers", "palette", "Palette", Qt.DockWidgetArea.LeftDockWidgetArea)
        self._add(
            "inspector",
            "Inspector",
            "inspector",
            "Inspector",
            Qt.DockWidgetArea.RightDockWidgetArea,
        )
        for name, title, module, kind in _BOTTOM:
            self._add(name, title, module, kind, Qt.DockWidgetArea.BottomDockWidgetArea)
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
            (Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea),
        ):
            self.setCorner(corner, area)
        self.setTabPosition(Qt.DockWidgetArea.BottomDockWidgetArea, QTabWidget.TabPosition.North)
        self._arrange()
        self._factory = self.saveState(_LAYOUT)

    def _add(self, name: str, title: str, module: str, kind: str, area: Qt.DockWidgetArea) -> None:
        def make(parent: QWidget) -> QWidget:
            found: Callable[[Workspace, QWidget], QWidget] = getattr(
                import_module(f"netbuilder.editor.panels.{module}"), kind
            )
            return found(self.workspace, parent)

        dock = Dock(name, title, make, self)
        dock.made.connect(self.windows.on_panel)
        self._docks[name] = dock
        self.addDockWidget(area, dock)

    def _arrange(self) -> None:
        bottom = [self._docks[name] for name, *_ in _BOTTOM]
        for one, other in pairwise(bottom):
            self.tabifyDockWidget(one, other)
        bottom[0].raise_()
        self.resizeDocks(
            [self._docks["palette"], self._docks["inspector"]],
            [206, 278],
            Qt.Orientation.Horizontal,
        )
        self.resizeDocks([bottom[0]], [250], Qt.Orientation.Vertical)

    def _bind(self) -> None:
        from netbuilder.editor.canvas.canvas_commands import CanvasCommands

        canvas = CanvasCommands(self.workspace, self.canvas_of)
        self._canvas_commands = canvas
        canvas.details_wanted.connect(self._on_details)
        for part in (canvas, self.files, self.windows, self.runs, self.custom_nodes):
            self.actions_.bind(
                part.handlers(),
                part.enabled() if hasattr(part, "enabled") else None,
                part.checked() if hasattr(part, "checked") else None,
            )

    def _connect(self) -> None:
        workspace = self.workspace
        workspace.opened.connect(self._on_opened)
        workspace.closed.connect(self._on_closed)
        workspace.switched.connect(self._on_switched)
        for signal in (
            workspace.changed,
            workspace.checked,
            workspace.selected,
            workspace.entered,
            workspace.stated,
        ):
            signal.connect(self._on_anything)
        workspace.said.connect(self.notice.say)
        workspace.look.changed.connect(self.restyle)
        self.strip.close_wanted.connect(self.files.close)
        self.start_page.opened.connect(self.files.open_text)
        self.start_page.example.connect(self.files.open_example)
        self.start_page.new.connect(self.files.new)
        self.status.problems_clicked.connect(self._on_problems)
        self.status.zoom_clicked.connect(self._on_zoom_clicked)
        self.runs.state_changed.connect(self._on_anything)
        self.runs.changed.connect(self._on_anything)
        self.runs.refused.connect(self._on_refused)
        self.runs.data_missing.connect(self.windows.on_data_missing)
        self.runs.loss_missing.connect(self.windows.on_loss_missing)
        self.runs.weights_wanted.connect(self.windows.on_weights_wanted)
        self.runs.live.connect(self._on_live)
        self.custom_nodes.trust_wanted.connect(self.windows.ask_trust)

    # What happens.

    def restyle(self) -> None:
        """Take the theme's colours."""
        self._dress()
        self.actions_.tint()

    def _dress(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            style.apply(application, self.workspace.look.theme)

    def _on_opened(self, tab: Tab) -> None:
        from netbuilder.editor.canvas.hands import Hands
        from netbuilder.editor.canvas.view import Canvas

        canvas = Canvas(tab, self.workspace, self._stack)
        canvas.hands = Hands(canvas)
        self.actions_.serve(canvas)
        canvas.zoomed.connect(self._on_zoomed)
        self._canvases[tab] = canvas
        self._stack.addWidget(canvas)

    def _on_closed(self, tab: Tab) -> None:
        canvas = self._canvases.pop(tab)
        self._stack.removeWidget(canvas)
        canvas.deleteLater()
        self._on_anything()

    def _on_switched(self) -> None:
        canvas = self.canvas
        self._stack.setCurrentWidget(canvas or self.start_page)
        self.strip.setVisible(bool(self.workspace.tabs))
        self.status.setVisible(canvas is not None)
        for dock in self._docks.values():
            dock.setVisible(canvas is not None and dock.objectName() not in self._hidden)
        if canvas is not None:
            canvas.setFocus()
            self.status.set_zoom(canvas.zoom)
        self._refresh()

    def _on_anything(self) -> None:
        # Many signals come with one edit; asking all commands once afterwards is enough.
        self._refresh_later.start(0)

    def _refresh(self) -> None:
        self.actions_.refresh()
        self.top_bar.refresh()
        tab = self.workspace.current
        name = f"{tab.session.name}[*] - NetBuilder" if tab else "NetBuilder"
        self.setWindowTitle(name)
        self.setWindowModified(bool(tab and not tab.session.document.is_clean))
        if tab is not None:
            found = sum(one.severity != "info" for one in tab.report.diagnostics)
            self._docks["problems"].setWindowTitle(f"Problems  {found}" if found else "Problems")

    def _on_zoomed(self, zoom: float) -> None:
        if self.sender() is self.canvas:
            self.status.set_zoom(zoom)

    def _on_details(self) -> None:
        self.show_dock("inspector", True)
        inspector = self.bring("inspector")
        field = inspector.nextInFocusChain()
        while field is not None and field is not inspector:
            takes = field.isVisible() and bool(field.focusPolicy() & Qt.FocusPolicy.TabFocus)
            if takes and inspector.isAncestorOf(field):
                field.setFocus(Qt.FocusReason.TabFocusReason)
                return
            field = field.nextInFocusChain()

    def _on_problems(self) -> None:
        self.bring("problems")

    def _on_zoom_clicked(self) -> None:
        self.actions_.run("view.zoom_reset")

    def _on_refused(self, found: list[Diagnostic]) -> None:
        self.bring("problems")
        errors = sum(one.severity == "error" for one in found)
        self.notice.say(
            "warning",
            f"{errors} error{'s' if errors != 1 else ''} must be mended before it can be trained.",
        )

    def _on_live(self, run: object) -> None:
        canvas, tab = self.canvas, self.workspace.current
        if canvas is None or tab is None or self.runs.moved_on(tab):
            return
        activity = getattr(run, "activity", {})
        for node in tab.graph.nodes:
            one = activity.get(tab.path + node)
            if one is not None:
                canvas.set_live(node, one.history)

    def open_last(self) -> None:
        """Open what a crash left behind, or else the files of last time."""
        self.files.recover()
        if not self.workspace.tabs and self.workspace.preferences.settings.reopen:
            self.files.reopen()

    def on_fault(self, sentence: str) -> None:
        """Say that something went wrong in the program; before there is a place for it, the log has it."""
        if self.is_furnished:
            self.notice.say("error", sentence)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Lead from a panel back to the canvas by Escape."""
        canvas = self.canvas if self.is_furnished else None
        if event.key() == Qt.Key.Key_Escape and canvas is not None:
            canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def breathe(self) -> None:
        """Nothing; that the main loop comes by is enough for Python to see signals."""

    # Layout, files and the end.

    def reset_layout(self) -> None:
        """Put all panels back in their places."""
        self._hidden.clear()
        self.restoreState(self._factory, _LAYOUT)
        self._arrange()
        self._on_switched()

    def show_dock(self, name: str, shown: bool) -> None:
        """Show or hide a dock, and keep that."""
        dock = self._docks[name]
        (self._hidden.discard if shown else self._hidden.add)(dock.objectName())
        dock.setVisible(shown)

    def place(self, preferences: Preferences) -> None:
        """Put the window where it was last time, as large as it was."""
        kept = _kept(preferences).get("geometry")
        if isinstance(kept, str):
            self.restoreGeometry(QByteArray.fromBase64(kept.encode()))

    def _restore_layout(self) -> None:
        kept = _kept(self.workspace.preferences)
        self._hidden: set[str] = {str(name) for name in kept.get("hidden", ())}
        if isinstance(kept.get("state"), str):
            self.restoreState(QByteArray.fromBase64(kept["state"].encode()), _LAYOUT)

    def _keep_layout(self) -> None:
        if self.workspace.current is None:
            return  # the docks are hidden on the start page; that is no layout anybody chose
        self.workspace.preferences.remember(
            "window",
            {
                "geometry": self.saveGeometry().toBase64().toStdString(),
                "state": self.saveState(_LAYOUT).toBase64().toStdString(),
                "hidden": sorted(self._hidden),
            },
        )

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Ask about what is not saved or still training; then put everything away."""
        if not self.is_furnished:
            event.accept()
            return
        if not self.windows.may_close():
            event.ignore()
            return
        self._keep_layout()
        self.files.shut()
        self.runs.shut()
        self.custom_nodes.shut()
        self.workspace.looking.close()
        self.workspace.tasks.close()
        self._refresh_later.stop()
        self.workspace.look.close()
        event.accept()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Look whether files changed on the disk when the window comes to the front."""
        super().changeEvent(event)
        is_activation = event.type() == QEvent.Type.ActivationChange
        if is_activation and self.is_furnished and self.isActiveWindow():
            self.files.look_at_disk()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the ground, and tell the first time."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take network files."""
        if self._dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open network files that are dropped on the window."""
        for path in self._dropped(event):
            self.files.open_text(str(path))
        event.acceptProposedAction()

    def _dropped(self, event: QDropEvent) -> list[Path]:
        from netbuilder.app.examples import SUFFIX

        if not self.is_furnished:
            return []
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        return [path for path in paths if path.suffix == SUFFIX]


def _kept(preferences: Preferences) -> dict[str, Any]:
    kept = preferences.recall("window", {})
    return kept if isinstance(kept, dict) else {}
