"""The panel that says how good a trained network is: figures, curves, samples, groups, simpler models."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor.evaluation.evaluating import Evaluating
from netbuilder.editor.evaluation.explain_page import ExplainPage
from netbuilder.editor.evaluation.page import Page, Shown
from netbuilder.editor.evaluation.pages import PAGES
from netbuilder.editor.evaluation.predict_page import PredictPage
from netbuilder.editor.evaluation.try_page import TryPage
from netbuilder.editor.looking import Data
from netbuilder.editor.training.run_view import RunView
from netbuilder.editor.training.words import short_name
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.labels import Cut, Plain, Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.evaluation.report import is_current, read_report
from netbuilder.training.run import RunFolder

if TYPE_CHECKING:
    from netbuilder.editor.training.runs import Runs

_PAGES: tuple[type[Page], ...] = (*PAGES, TryPage, ExplainPage, PredictPage)
_SPLITS = {"test": "test", "val": "validation", "train": "training"}
_NO_RUN = "Train a network first; then this says how good it is, where it is wrong, and whether simpler models do as well."
_NOT_YET = (
    "Not evaluated on this split yet. Evaluate runs the best weights over it, in a few seconds."
)


class EvaluationPanel(QWidget):
    """The evaluation of the shown run, made in a process beside the editor."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evaluation")
        self.setAccessibleName("Evaluation")
        runs = workspace.runs
        assert runs is not None, "the window makes the runs before its panels"
        self._workspace = workspace
        self._runs: Runs = runs
        self._seen = False
        self._run: RunView | None = None
        self._report: dict[str, Any] | None = None
        self._shown: Shown | None = None
        self._trouble = ""
        self.evaluating = Evaluating(self)
        self.evaluating.staged.connect(self._on_staged)
        self.evaluating.written.connect(self._read)
        self.evaluating.ended.connect(self._on_ended)
        self.run_name = Cut("", "title", self)
        self.split, self.loss = Combo(self), Combo(self)
        self.button = QPushButton("Evaluate", self)
        self.models = QPushButton("Simpler Models", self)
        self.progress = QProgressBar(self)
        self.stage = Plain("", "secondary", self)
        self.list = QListWidget(self)
        self.pages = QStackedWidget(self)
        self.said = Wrapped(_NO_RUN, "secondary", self)
        self._make_head()
        self._make_pages()
        self._lay_out()
        runs.changed.connect(self._on_runs)
        runs.state_changed.connect(self._on_runs)
        workspace.look.changed.connect(self._show)
        self._show()

    def set_seen(self, seen: bool) -> None:
        """Catch up when it comes to the front."""
        self._seen = seen
        if seen:
            self._on_runs()

    def page(self, title: str) -> Page:
        """Show a page and return it."""
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.text() == title and not item.isHidden():
                self.list.setCurrentRow(row)
        found = self.pages.currentWidget()
        assert isinstance(found, Page)
        return found

    # What happens.

    def _on_runs(self) -> None:
        """Follow the run that is shown in Training and Runs."""
        if not self._seen:
            return
        run = self._runs.shown
        if run is not self._run:
            self._run = run
            self._report, self._trouble = None, ""
            self._show()
        self._read()

    def _read(self) -> None:
        run, split = self._run, str(self.split.currentData())
        if run is None:
            self._show()
            return
        folder = RunFolder(run.path)
        self._workspace.tasks.submit(
            self, "report", _reading(folder, split), self._on_read, self._on_unreadable
        )

    def _on_read(self, found: tuple[str, str, dict[str, Any] | None, bool, Data]) -> None:
        path, split, report, current, data = found
        if self._run is None or path != str(self._run.path) or split != self.split.currentData():
            return
        self._report = report
        self._put_losses(report)
        loss = str(self.loss.currentData() or "")
        self._shown = None
        if report is not None and loss in report["details"]:
            self._shown = Shown(path, report, loss, data.text, data.folder, current)
        self._show()

    def _on_unreadable(self, error: Exception) -> None:
        if not isinstance(error, NetBuilderError):
            raise error
        self._report = self._shown = None
        self._trouble = str(error)
        self._show()

    def _on_split(self) -> None:
        self._report, self._shown, self._trouble = None, None, ""
        self._show()
        self._read()

    def _on_evaluate(self) -> None:
        if self.evaluating.running:
            self.evaluating.cancel()
            self._show_head()
        else:
            self._start(baselines=False)

    def _on_models(self) -> None:
        self._start(baselines=True)

    def _start(self, *, baselines: bool) -> None:
        if self._run is not None and not self.evaluating.running:
            self._trouble = ""
            self.stage.setText("Starting")
            split = str(self.split.currentData())
            self.evaluating.start(self._run.path, split, baselines=baselines)
            self._show()

    def _on_staged(self, stage: str) -> None:
        self.stage.setText(stage)

    def _on_ended(self, trouble: str) -> None:
        self.stage.setText("")
        self._trouble = trouble
        self._show()

    def _on_page(self, row: int) -> None:
        if row >= 0:
            self.pages.setCurrentIndex(row)
            self._fill()

    # What is shown.

    def _show(self) -> None:
        self._show_head()
        shown = self._shown
        has = shown is not None
        self.list.setVisible(has)
        self.pages.setVisible(has)
        if shown is None:
            self.said.setText(self._sentence())
        elif self._trouble:
            self.said.setText(self._trouble)
        self.said.setVisible(not has or bool(self._trouble))
        if shown is not None:
            self._offer(shown)
            self._fill()

    def _sentence(self) -> str:
        if self._trouble:
            return self._trouble
        if self._run is None:
            return _NO_RUN
        if self.evaluating.running:
            return "The figures come in a moment."
        if self._report is not None:
            return "The losses of this network have no classes or numbers that could be measured."
        return _NOT_YET

    def _show_head(self) -> None:
        running, run = self.evaluating.running, self._run
        self.run_name.setText(short_name(run.name) if run is not None else "")
        self.button.setText("Cancel" if running else "Evaluate")
        self.button.setEnabled(run is not None)
        self.models.setEnabled(run is not None and not running)
        self.progress.setVisible(running)
        self.stage.setVisible(running)
        self.split.setEnabled(run is not None and not running)

    def _offer(self, shown: Shown) -> None:
        """List the pages that there is something on."""
        for row, page in enumerate(_PAGES):
            self.list.item(row).setHidden(not page.suits(shown))
        row = self.list.currentRow()
        if row < 0 or self.list.item(row).isHidden():
            self.list.setCurrentRow(0)

    def _fill(self) -> None:
        """Fill the page that is shown; the others wait until they are."""
        page = self.pages.currentWidget()
        if self._shown is not None and isinstance(page, Page) and page.suits(self._shown):
            page.put(self._shown)

    def _put_losses(self, report: dict[str, Any] | None) -> None:
        names = list(report["details"]) if report is not None else []
        before = self.loss.currentData()
        with QSignalBlocker(self.loss):
            self.loss.clear()
            for name in names:
                self.loss.addItem(name, name)
            self.loss.setCurrentIndex(max(self.loss.findData(before), 0) if names else -1)
        self.loss.setVisible(len(names) > 1)

    # How it is put together.

    def _make_head(self) -> None:
        introduce(self.split, "Split", "The samples the network is measured on.", "evaluate_on")
        for split, title in _SPLITS.items():
            self.split.addItem(f"{title} split", split)
        self.split.setFixedWidth(140)
        self.split.activated.connect(self._on_split)
        introduce(self.loss, "Loss", "The loss whose figures are shown.", "evaluated_loss")
        self.loss.setFixedWidth(140)
        self.loss.activated.connect(self._read)
        self.loss.hide()
        about = "Run the best weights of the shown run over the split, or stop doing so."
        introduce(self.button, "Evaluate", about, "evaluate")
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self._on_evaluate)
        about = (
            "Evaluate, and fit five simpler models on the same split: does the network beat them?"
        )
        introduce(self.models, "Simpler models", about, "evaluate_models")
        self.models.clicked.connect(self._on_models)
        self.progress.setAccessibleName("Evaluating")
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedSize(90, 4)
        introduce(self.list, "Pages", "Sides of the evaluation.", "evaluation_pages")

    def _make_pages(self) -> None:
        for kind in _PAGES:
            self.list.addItem(QListWidgetItem(kind.title))
            self.pages.addWidget(kind(self._workspace, self.pages))
        self.list.setFixedWidth(132)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._on_page)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 12, 6)
        head.setSpacing(8)
        head.addWidget(self.run_name, 1)
        head.addWidget(self.stage)
        head.addWidget(self.progress)
        for widget in (self.loss, self.split, self.models, self.button):
            head.addWidget(widget)
        self.said.setContentsMargins(12, 8, 12, 8)
        body = QHBoxLayout()
        body.setContentsMargins(4, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.list)
        body.addWidget(self.pages, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.said)
        column.addLayout(body, 1)


def _reading(
    folder: RunFolder, split: str
) -> Callable[[], tuple[str, str, dict[str, Any] | None, bool, Data]]:
    """What reads the report of a run on a split, with the data that its samples are from."""

    def read() -> tuple[str, str, dict[str, Any] | None, bool, Data]:
        report = read_report(folder, split)
        told = folder.data()
        data = Data.of(told["settings"], told["folder"])
        current = report is not None and is_current(folder, report)
        return str(folder.path), split, report, current, data

    return read
