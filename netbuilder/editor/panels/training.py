"""The curves of the shown run, and how it stands."""

from __future__ import annotations

import shlex
from contextlib import closing
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.commands import COMMANDS
from netbuilder.editor.icons import icon
from netbuilder.editor.training.chart import Chart
from netbuilder.editor.training.curve_file import write_table
from netbuilder.editor.training.run_card import RunCard
from netbuilder.editor.training.run_view import RunView
from netbuilder.editor.training.surface_view import SurfaceView
from netbuilder.editor.workspace import Workspace
from netbuilder.training.run import RunFolder

_SPARE = 40  # px of curve that are left at least when a surface stands beside them
_PAUSE = 250  # ms after the last edit before the graph is compared with the run


class TrainingPanel(QWidget):
    """Two plots and a column of figures; a word of advice where nothing was trained yet."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training_panel")
        self.setAccessibleName("Training")
        runs = workspace.runs
        assert runs is not None, "the window makes the runs before its panels"
        self._workspace, self._runs = workspace, runs
        self._content = QWidget(self)
        self._empty = QWidget(self)
        self.left = Chart(workspace, "loss", self._content)
        self.right = Chart(workspace, "metric", self._content)
        self.surface = SurfaceView(workspace.look, self._content)
        self.card = RunCard(workspace, runs, self._content)
        self._dividers: list[QFrame] = []
        self._stack = QStackedLayout(self)
        self._fill_empty()
        self._fill_content()
        self._tint()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._content)
        self._compare = QTimer(self)
        self._compare.setSingleShot(True)
        self._compare.timeout.connect(self._show_card)
        self._connect()
        self.refresh()

    @property
    def charts(self) -> tuple[Chart, Chart]:
        """The plots, from left to right."""
        return self.left, self.right

    @property
    def is_empty(self) -> bool:
        """Whether there is no run to show."""
        return self._stack.currentWidget() is self._empty

    def refresh(self) -> None:
        """Show the run that is to be shown now."""
        run = self._runs.shown
        self._stack.setCurrentWidget(self._content if run else self._empty)
        if run is None:
            self._show_empty()
            return
        for chart in self.charts:
            chart.show_runs(run, self._runs.overlaid)
            chart.fill_figures()
        self._show_card()
        self._show_surface()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show the surface where there is room beside the curves."""
        super().resizeEvent(event)
        self._show_surface()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what happened meanwhile."""
        super().showEvent(event)
        self.refresh()

    def _connect(self) -> None:
        runs, workspace = self._runs, self._workspace
        runs.changed.connect(self._on_runs)
        runs.moved.connect(self._on_moved)
        runs.state_changed.connect(self._on_moved)
        runs.live.connect(self._on_live)
        workspace.changed.connect(self._on_edit)
        workspace.look.changed.connect(self._tint)
        for chart in self.charts:
            chart.numbers_wanted.connect(self._save_numbers)
            chart.board_wanted.connect(self._write_board)
            chart.told.connect(workspace.said)
        self.left.plot.read.connect(self._on_read)
        self.right.plot.read.connect(self._on_read)

    def _on_train(self) -> None:
        self._runs.train()

    def _on_runs(self) -> None:
        if self.isVisible():
            self.refresh()

    def _on_moved(self, run: RunView) -> None:
        if not self.isVisible():
            return
        if run is self._runs.shown:
            self._show_card()
        elif run not in self._runs.overlaid:
            return
        for chart in self.charts:
            chart.refresh()
            chart.fill_figures()

    def _on_live(self, run: RunView) -> None:
        if self.isVisible() and run is self._runs.shown:
            self._show_surface()

    def _show_surface(self) -> None:
        run = self._runs.shown
        plane = run.surface if run else None
        # The surface asks for no width of its own, so this is the same whether it is shown or not.
        needed = self._content.minimumSizeHint().width() + self.surface.sizeHint().width() + _SPARE
        shown = plane is not None and self.width() >= needed
        self.surface.show_plane(plane)
        self.surface.setVisible(shown)
        self._dividers[-1].setVisible(shown)

    def _on_edit(self) -> None:
        if self.isVisible():
            self._compare.start(_PAUSE)

    def _on_read(self, step: float) -> None:
        """Read both plots at the same step."""
        for chart in self.charts:
            chart.plot.read_at(step if step == step else None)

    def _show_card(self) -> None:
        run, tab = self._runs.shown, self._workspace.current
        if run is not None and tab is not None:
            self.card.show_run(run, moved_on=self._runs.moved_on(tab))

    def _show_empty(self) -> None:
        starting = self._runs.starting
        self._headline.setText("Starting…" if starting else "Nothing trained yet")
        actions = self._workspace.actions
        keys = actions.keys("run.train") if actions else COMMANDS["run.train"].keys
        key = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
        way = f"Press {key} to train" if key else "Train"
        self._advice.setText(
            "The worker gets the network and its data."
            if starting
            else f"{way} this network. Loss, metrics and what the layers do appear here as it learns."
        )
        self.train.setVisible(not starting)
        self.train.setEnabled(self._workspace.current is not None and self._runs.active is None)

    def _save_numbers(self, name: str) -> None:
        run = self._runs.shown
        if run is not None:
            self._path = Path(name)
            self._workspace.tasks.submit(
                self,
                "numbers",
                partial(write_table, self._path, run.columns()),
                self._on_saved,
                self._on_unsaved,
            )

    def _on_saved(self, nothing: object) -> None:
        self._workspace.said.emit("info", f"Saved {self._path.name}.")

    def _on_unsaved(self, error: Exception) -> None:
        self._workspace.said.emit("error", str(error))

    def _write_board(self) -> None:
        run = self._runs.shown
        if run is None:
            return
        if run.is_active and self._workspace.preferences.settings.tensorboard:
            self._say_board(run.folder)  # they are kept up as it trains
            return
        self._workspace.tasks.submit(
            self, "board", partial(_board, run.folder), self._say_board, self._on_unsaved
        )

    def _say_board(self, run: RunFolder) -> None:
        self._workspace.said.emit(
            "info", f"Written. To look at it: tensorboard --logdir {shlex.quote(str(run.path))}"
        )

    def _fill_empty(self) -> None:
        self._mark = QLabel(self._empty)
        self._headline, self._advice = QLabel(self._empty), QLabel(self._empty)
        self._headline.setProperty("role", "title")
        self._advice.setProperty("role", "secondary")
        for label in (self._headline, self._advice):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self.train = QPushButton("Train", self._empty)
        self.train.setObjectName("train_first")
        self.train.setAccessibleName("Train")
        self.train.setToolTip(COMMANDS["run.train"].sentence)
        self.train.setProperty("role", "primary")
        self.train.clicked.connect(self._on_train)
        column = QVBoxLayout(self._empty)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(8)
        column.addStretch(1)
        for part in (self._mark, self._headline, self._advice, self.train):
            stretched = part is self._advice
            column.addWidget(
                part, 0, Qt.AlignmentFlag(0) if stretched else Qt.AlignmentFlag.AlignHCenter
            )
        column.addStretch(1)

    def _fill_content(self) -> None:
        row = QHBoxLayout(self._content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for chart in self.charts:
            row.addWidget(chart, 1)
            line = QFrame(self._content)
            line.setFixedWidth(1)
            self._dividers.append(line)
            row.addWidget(line)
        row.addWidget(self.surface)
        self._dividers.append(QFrame(self._content))
        self._dividers[-1].setFixedWidth(1)
        row.addWidget(self._dividers[-1])
        row.addWidget(self.card)

    def _tint(self) -> None:
        theme = self._workspace.look.theme
        self._mark.setPixmap(icon("play", theme.tertiary).pixmap(24, 24))
        for line in self._dividers:
            line.setStyleSheet(f"background: {theme.line}; border: 0")


def _board(run: RunFolder) -> RunFolder:
    """Write the files for TensorBoard, beside the main loop."""
    from netbuilder.training.tensorboard import TensorBoardFiles

    with closing(TensorBoardFiles(run)) as files:
        files.update()
    return run
