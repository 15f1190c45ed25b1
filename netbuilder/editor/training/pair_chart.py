"""A figure of two runs over their steps, in one plot."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from netbuilder.editor.training.chart import OVERLAYS, Legend
from netbuilder.editor.training.plot import Line, Plot
from netbuilder.editor.training.run_view import RunView
from netbuilder.editor.training.words import short_name
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace

# The second run is dashed as well, so that no eye has to tell the colours apart.
_DASHES = ("\N{BOX DRAWINGS LIGHT HORIZONTAL}", "\N{BOX DRAWINGS LIGHT DOUBLE DASH HORIZONTAL}")
_BEHIND = 0.4  # how opaque the training curve is behind that of the validation


class PairChart(QWidget):
    """A plot of two runs with the choice of the figure above it.

    Of a run it draws what its validations said, with the smoothed training behind; where one of both is
    missing, the other alone.

    Args:
        workspace: What is open.
        name: What it is called: ``loss`` or ``metric``.
        runs: The two runs.

    Attributes:
        figure: The choice of the figure.
        legend: Which curve is whose, with its last value.
        plot: The curves.
    """

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        runs: tuple[RunView, RunView],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"compared_{name}")
        self._workspace, self._name, self._runs = workspace, name, runs
        self._chosen = ""  # by hand; what is plotted by itself may change as more is read
        self.figure = Combo(self)
        introduce(self.figure, f"Plotted: {name}", "Which figure is plotted.", f"pair_{name}")
        self.figure.setMinimumContentsLength(12)
        self.figure.activated.connect(self._on_figure)
        self.legend = Legend(workspace, self)
        self.plot = Plot(workspace.look, f"pair_plot_{name}", self)
        self.log = QToolButton(self)
        self.log.setText("log")
        self.log.setCheckable(True)
        self.log.setProperty("role", "quiet")
        self.log.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        about = "Logarithmic axis: equal factors get equal room."
        introduce(self.log, "Logarithmic axis", about, f"pair_{name}_log")
        self.log.toggled.connect(self.plot.set_log)
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 8, 0)
        head.setSpacing(8)
        head.addWidget(self.figure)
        head.addWidget(self.legend, 1)
        head.addWidget(self.log)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        workspace.look.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what the runs have now."""
        self._offer()
        name = self.figure.currentText()
        lines: list[Line] = []
        rows: list[tuple[str, str, float | None]] = []
        for number, run in enumerate(self._runs):
            mine = self._lines(run, name, second=bool(number))
            lines += mine
            label = f"{_DASHES[number]} {short_name(run.name)}"
            last = float(mine[-1].series.y[-1]) if mine else None
            rows.append((label, self._colour(second=bool(number)), last))
        self.legend.set_rows(rows)
        first, second = self._runs
        same = first.epoch_steps == second.epoch_steps
        self.plot.set_lines(
            lines,
            last=max(run.step for run in self._runs),
            epoch_steps=first.epoch_steps if same else 0.0,
        )

    def _colour(self, *, second: bool) -> str:
        return OVERLAYS[0] if second else self._workspace.look.theme.accent

    def _lines(self, run: RunView, name: str, *, second: bool) -> list[Line]:
        curves = run.curves.get(name)
        if curves is None:
            return []
        colour, label = self._colour(second=second), short_name(run.name)
        train = curves.smooth if len(curves.smooth) else curves.raw
        if not len(curves.validation):
            return [Line(label, train, colour, 1.6, dashed=second)] if len(train) else []
        lines = [Line("", train, colour, 1.2, _BEHIND, dashed=second)] if len(train) else []
        return [*lines, Line(label, curves.validation, colour, 1.8, marked=True, dashed=second)]

    def _offer(self) -> None:
        """Offer every figure that one of the runs measured."""
        names = list(dict.fromkeys(name for run in self._runs for name in run.figures))
        if names == [self.figure.itemText(row) for row in range(self.figure.count())]:
            return
        wanted = self._chosen or self._first(names)
        with QSignalBlocker(self.figure):
            self.figure.clear()
            self.figure.addItems(names)
            self.figure.setCurrentIndex(max(0, self.figure.findText(wanted)) if names else -1)

    def _first(self, names: Sequence[str]) -> str:
        metric = next((run.metric for run in self._runs if run.metric in names), "")
        return "loss" if self._name == "loss" else metric

    def _on_figure(self) -> None:
        self._chosen = self.figure.currentText()
        self.plot.reset()
        self.refresh()
