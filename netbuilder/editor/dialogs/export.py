"""Export: the document as Python, a project, ONNX or a picture, verified and told readably."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.figures import counted
from netbuilder.app.run_choices import RunChoice, run_choices
from netbuilder.check.report import Report
from netbuilder.editor.dialogs.export_form import ExportForm
from netbuilder.editor.dialogs.export_formats import (
    FORMATS,
    WITH_WEIGHTS,
    Format,
    format_of,
    target,
)
from netbuilder.editor.dialogs.export_report import (
    Outcome,
    OutcomeCard,
    outcome_of,
    outcome_of_failure,
    outcome_of_pictures,
)
from netbuilder.editor.exporter import Exporter
from netbuilder.editor.pictures import Drawn, Wanted, write_pictures
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.graph.model import Network

_WIDTH = 580
_KEY = "export"


class ExportDialog(QDialog):
    """What to write and where to; the work is done beside the editor, which stays usable."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_dialog")
        self.setModal(False)
        self._workspace = workspace
        self._tab: Tab | None = None
        self._drawing = False
        self._closing = False
        self._trained = False  # whether the export under way is of a run
        self._since = QElapsedTimer()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._show_time)
        self._fit_later = QTimer(self)  # labels know their height once they are laid out
        self._fit_later.setSingleShot(True)
        self._fit_later.timeout.connect(self._fit)
        self.exporter = Exporter(self)
        self.form = ExportForm(self)
        self.card = OutcomeCard(workspace.look, self)
        self._build()
        self._connect()
        kept = workspace.preferences.recall(_KEY, {})
        self._kept: dict[str, Any] = kept if isinstance(kept, dict) else {}
        self.theme_default()
        self.formats.setCurrentIndex(FORMATS.index(format_of(str(self._kept.get("format")))))
        self.show_tab()

    @property
    def format(self) -> Format:
        """The chosen format."""
        return FORMATS[max(0, self.formats.currentIndex())]

    @property
    def busy(self) -> bool:
        """Whether an export is under way."""
        return self.exporter.running or self._drawing

    def theme_default(self) -> None:
        """Offer pictures in the theme of the editor first."""
        at = self.form.theme.findData("dark" if self._workspace.look.is_dark else "light")
        self.form.theme.setCurrentIndex(at)

    def show_tab(self) -> None:
        """Take the shown document for what is to be exported."""
        if self.busy:
            return
        tab = self._workspace.current
        if tab is not self._tab:
            self._tab = tab
            self.card.hide()
            self.form.show_runs(())
            if tab is not None:
                name = tab.session.name
                folder = self._kept.get("folder") or str(tab.session.folder)
                kind = self.form.picture_kind
                self.form.target.setText(str(target(self.format, kind, Path(folder), name)))
        self._show_graphs()
        self._find_runs()
        self._refresh()

    # Doing it

    def start(self) -> None:
        """Export what is chosen."""
        tab = self._tab
        if tab is None or self.busy or not self._may():
            return
        path = self.form.path
        self._remember(path)
        self.card.hide()
        self._since.start()
        self._second.start()
        run = self.form.run
        if self.format.id == "picture":
            self._drawing = True
            work = _drawing(tab.report, self.form.wanted(), path)
            self._workspace.tasks.submit(self, "picture", work, self._on_drawn, self._on_not_drawn)
        elif run is not None:
            self._trained = True
            inside = self.form.with_preprocessing
            self.exporter.export_run(run.path, self.format.to, path, with_preprocessing=inside)
        else:
            self._trained = False
            folder = tab.session.folder
            self.exporter.export_network(tab.network, folder, self.format.to, path)
        self._refresh()

    def cancel(self) -> None:
        """Give the export up."""
        self.exporter.cancel()
        self._refresh()

    def done(self, result: int) -> None:
        """Close; an export under way is given up first, and the dialog closes when it is gone."""
        if self.exporter.running:
            self._closing = True
            self.exporter.cancel()
            self.hide()
            return
        self._second.stop()
        self._fit_later.stop()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Close as by the button."""
        event.ignore()
        self.done(QDialog.DialogCode.Rejected)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Show what is there now."""
        super().showEvent(event)
        self._closing = False
        self.show_tab()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """End an export with the window, so that no process is left behind."""
        if event.type() == QEvent.Type.Hide and not event.spontaneous():
            self.exporter.stop_now()
        return super().eventFilter(watched, event)

    # What came of it

    def _on_done(self, plain: dict[str, Any]) -> None:
        self._tell(outcome_of(plain, trained=self._trained))

    def _on_failed(self, sentence: str, plain: dict[str, Any]) -> None:
        self._tell(outcome_of_failure(sentence, plain))

    def _on_ended(self) -> None:
        self._second.stop()
        if self._closing:
            self._closing = False
            super().done(QDialog.DialogCode.Rejected)
            return
        self.show_tab()

    def _on_drawn(self, drawn: tuple[Drawn, ...]) -> None:
        self._drawing = False
        self._tell(outcome_of_pictures(drawn, self.form.picture_kind))
        self._on_ended()

    def _on_not_drawn(self, error: Exception) -> None:
        self._drawing = False
        self._tell(outcome_of_failure(str(error), {}))
        self._on_ended()

    def _tell(self, outcome: Outcome) -> None:
        self.card.tell(outcome)
        self.form.set_written(outcome.path)
        if not self.isVisible():
            level = "info" if outcome.level == "ok" else "error"
            self._workspace.said.emit(level, outcome.title)

    def _on_folder(self) -> None:
        path = Path(self.card.outcome.path)
        folder = path if path.is_dir() else path.parent
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.card.outcome.path)
        self._workspace.said.emit("info", "The path is copied.")

    def _on_node(self, path: str) -> None:
        tab = self._tab
        if tab in self._workspace.tabs and tab is not None:
            self._workspace.show(tab)
            tab.reveal(path)

    def _on_problems(self) -> None:
        if self._workspace.actions is not None:
            self._workspace.actions.run("view.problems")
        if self.card.isVisible() and self.card.outcome.node:
            self._on_node(self.card.outcome.node)

    # What is shown

    def _on_format(self) -> None:
        self.form.show_format(self.format)
        self._sentence.setText(self.format.sentence)
        self.card.hide()
        self._refresh()

    def _on_checked(self) -> None:
        if self.isVisible():
            self._show_graphs()
            self._find_runs()
            self._refresh()

    def _show_graphs(self) -> None:
        tab = self._tab
        if tab is None:
            return
        titles = [("", tab.network.title or tab.session.name)]
        titles += [(id, group.title or id) for id, group in tab.network.groups.items()]
        shown = next((one for one in titles if one[0] == tab.group), titles[0])
        self.form.show_graphs(shown, titles)

    def _find_runs(self) -> None:
        tab = self._tab
        if tab is None or not self.isVisible():
            return
        work = _finding(self._runs_folder(tab), tab.network, tab.session.name)
        self._workspace.tasks.submit(self, "runs", work, self._on_runs)

    def _runs_folder(self, tab: Tab) -> Path:
        preferences = self._workspace.preferences
        if tab.session.path is None:
            return preferences.folder / "runs"
        return tab.session.folder / preferences.settings.runs

    def _on_runs(self, runs: tuple[RunChoice, ...]) -> None:
        view = self._workspace.runs.shown if self._workspace.runs is not None else None
        if not self.busy:
            self.form.show_runs(runs, view.path if view is not None else None)

    def _may(self) -> bool:
        return not self.form.trouble and not self._errors()

    def _errors(self) -> int:
        """How many errors of the network are in the way of what is chosen."""
        tab = self._tab
        if tab is None or self.format.id == "picture" or self.form.run is not None:
            return 0
        return sum(found.severity == "error" for found in tab.report.diagnostics)

    def _refresh(self) -> None:
        tab, busy, errors = self._tab, self.busy, self._errors()
        self.setWindowTitle(f"Export {tab.session.name}" if tab else "Export")
        self.formats.setEnabled(not busy and tab is not None)
        self.form.setEnabled(not busy and tab is not None)
        self._progress_box.setVisible(busy)
        self._cancel.setVisible(self.exporter.running)
        self._start.setVisible(not busy)
        self._start.setEnabled(tab is not None and self._may())
        self._blocked_card.setVisible(bool(errors) and not busy)
        if errors:
            runs = self.format.id in WITH_WEIGHTS and self.form.weights.count() > 1
            other = "choose a trained run" if runs else "take a picture"
            them = "it" if errors == 1 else "them"
            self._blocked.setText(
                f"The network has {counted(errors, 'error')}. Mend {them}, or {other}."
            )
        self._show_time()
        self._fit_later.start(0)

    def _show_time(self) -> None:
        seconds = self._since.elapsed() // 1000 if self._since.isValid() and self.busy else 0
        doing = "Drawing" if self._drawing else "Exporting and verifying"
        self._doing.setText(f"{doing}…  {seconds} s" if seconds else f"{doing}…")

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(_WIDTH, layout.totalHeightForWidth(_WIDTH))

    def _remember(self, path: Path) -> None:
        self._kept = {"format": self.format.id, "folder": str(path.parent)}
        self._workspace.preferences.remember(_KEY, self._kept)

    # How it is put together

    def _build(self) -> None:
        self.formats = QTabBar(self)
        introduce(self.formats, "Format", "What to write.", "export_formats")
        self.formats.setDrawBase(False)
        self.formats.setExpanding(False)
        for one in FORMATS:
            self.formats.addTab(one.title)
        self._sentence = self._label("export_sentence")
        self._build_blocked()
        self._doing = self._label("export_doing")
        self._progress = QProgressBar(self)
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        introduce(self._progress, "Progress", "The export is under way.", "export_progress")
        self._progress_box = QWidget(self)
        working = QVBoxLayout(self._progress_box)
        working.setContentsMargins(0, 0, 0, 0)
        working.setSpacing(8)
        working.addWidget(self._doing)
        working.addWidget(self._progress)
        self._close = self._button("Close", "Close this window.  Esc", "export_close")
        self._cancel = self._button("Cancel", "Give this export up.", "export_cancel")
        self._start = self._button(
            "Export", "Write it, and compare it with the network.  Enter", "export_start"
        )
        self._start.setProperty("role", "primary")
        self._start.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self._close, self._cancel, self._start):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.formats)
        column.addWidget(self._sentence)
        column.addWidget(self.form)
        column.addWidget(self._blocked_card)
        column.addWidget(self._progress_box)
        column.addWidget(self.card)
        column.addStretch(1)
        column.addLayout(buttons)
        self.setFixedWidth(_WIDTH)

    def _build_blocked(self) -> None:
        self._blocked_card = QFrame(self)
        self._blocked_card.setProperty("role", "error")
        self._blocked = self._label("export_blocked", "")
        show = self._button(
            "Show problems", "Show what is wrong with the network.  Ctrl+1", "export_blocked_show"
        )
        show.setProperty("role", "small")
        show.clicked.connect(self._on_problems)
        row = QHBoxLayout(self._blocked_card)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._blocked, 1)
        row.addWidget(show)

    def _connect(self) -> None:
        self.formats.currentChanged.connect(self._on_format)
        self.form.changed.connect(self._refresh)
        self._start.clicked.connect(self.start)
        self._cancel.clicked.connect(self.cancel)
        self._close.clicked.connect(self.reject)
        self.exporter.done.connect(self._on_done)
        self.exporter.failed.connect(self._on_failed)
        self.exporter.ended.connect(self._on_ended)
        self.card.folder_wanted.connect(self._on_folder)
        self.card.copy_wanted.connect(self._on_copy)
        self.card.node_wanted.connect(self._on_node)
        self.card.problems_wanted.connect(self._on_problems)
        workspace = self._workspace
        workspace.switched.connect(self.show_tab)
        workspace.checked.connect(self._on_checked)
        workspace.entered.connect(self._on_checked)
        if workspace.runs is not None:
            workspace.runs.state_changed.connect(self._find_runs)
        window = self.parentWidget()
        if window is not None:
            window.window().installEventFilter(self)

    def _label(self, name: str, role: str = "secondary") -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        if role:
            label.setProperty("role", role)
        return label

    def _button(self, text: str, sentence: str, name: str) -> QPushButton:
        button = QPushButton(text, self)
        introduce(button, text, sentence, name)
        button.setAutoDefault(False)
        return button


def _drawing(report: Report, wanted: Wanted, path: Path) -> Callable[[], tuple[Drawn, ...]]:
    def work() -> tuple[Drawn, ...]:
        return write_pictures(report, wanted, path)

    return work


def _finding(folder: Path, network: Network, stem: str) -> Callable[[], tuple[RunChoice, ...]]:
    def work() -> tuple[RunChoice, ...]:
        return run_choices(folder, network, stem)

    return work
