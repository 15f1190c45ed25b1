"""The pages of the evaluation panel; each shows one side of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from netbuilder.editor.dialogs.document_dialog import scrolled
from netbuilder.editor.evaluation.closer_pages import MasksPage, TokensPage
from netbuilder.editor.evaluation.confusion_grid import ConfusionGrid
from netbuilder.editor.evaluation.graph_view import COLOURS, Axis, GraphView, Series
from netbuilder.editor.evaluation.page import Page, Shown
from netbuilder.editor.evaluation.sample_strip import MOST, SampleStrip
from netbuilder.editor.evaluation.words import (
    at_threshold,
    class_rows,
    group_rows,
    key_figures,
    model_rows,
    output_rows,
    percent,
    remarks,
    units_of,
)
from netbuilder.editor.icons import icon
from netbuilder.editor.training.words import figure
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.figure_rows import FigureRows
from netbuilder.editor.widgets.figure_table import FigureTable
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.node_api.axes import counted

_MARK = 16
_ARROW = "\N{RIGHTWARDS ARROW}"
_FEW = 10  # samples in a bin; fewer say little of how often it is right
_ICONS = {"ok": "check", "warning": "warning", "error": "error", "info": "info"}


class OverviewPage(Page):
    """The key figures, and what to know before trusting them."""

    title = "Overview"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.figures = FigureRows()
        self.figures.setObjectName("evaluation_figures")
        self.remarks: list[tuple[str, str]] = []
        self._said = QVBoxLayout()
        self._said.setSpacing(8)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.figures)
        column.addStretch(1)
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addLayout(self._said)
        beside.addStretch(1)
        area, inside = scrolled("overview_area")
        inside.setContentsMargins(0, 0, 8, 0)
        line = QHBoxLayout()
        line.setSpacing(28)
        line.addWidget(left, 2)
        line.addWidget(right, 3)
        inside.addLayout(line)
        self.line.addWidget(area)

    def put(self, shown: Shown) -> None:
        """Show the figures, and a line for each remark."""
        self.figures.put(key_figures(shown.found))
        self.remarks = remarks(shown.report, shown.loss, is_current=shown.is_current)
        if shown.report.get("baselines") is None:
            hint = "Press Simpler Models to see whether the network beats them on the same split."
            self.remarks.insert(0, ("info", hint))
        while self._said.count():
            widget = self._said.takeAt(0).widget()
            if widget is not None:
                widget.deleteLater()
        for mark, sentence in self.remarks:
            self._said.addWidget(self._remark(mark, sentence))

    def _remark(self, mark: str, sentence: str) -> QWidget:
        theme = self._workspace.look.theme
        colours = {"ok": theme.ok, "warning": theme.warning, "error": theme.error}
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        sign = QLabel(row)
        sign.setPixmap(icon(_ICONS[mark], colours.get(mark, theme.secondary)).pixmap(_MARK, _MARK))
        sign.setFixedWidth(_MARK)
        line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        said = Wrapped(sentence, "", row)
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line.addWidget(said, 1)
        return row


class ClassesPage(Page):
    """Each class, or each number, in a line."""

    title = "Classes"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.table = FigureTable("Figures by class", "A click on a head sorts.", self)
        self.line.addWidget(self.table)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether there are several."""
        return bool(shown.found.get("per_class")) or len(shown.found.get("outputs", ())) > 1

    def put(self, shown: Shown) -> None:
        """Fill the table."""
        regression = shown.found["kind"] == "regression"
        self.table.put(*(output_rows if regression else class_rows)(shown.found))


class ConfusionPage(Page):
    """What was said of what is right, and the samples of a cell."""

    title = "Confusion"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._shown: Shown | None = None
        self.grid = ConfusionGrid(workspace.look, self)
        self.strip = SampleStrip(workspace, "confusion_samples", self)
        self.grid.chosen.connect(self._on_cell)
        self.line.addWidget(self.grid, 3)
        self.line.addWidget(self.strip, 4)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether there is a matrix."""
        return bool(shown.found.get("confusion"))

    def put(self, shown: Shown) -> None:
        """Show the matrix; the samples of the chosen cell are found again."""
        self._shown = shown
        self.grid.put(shown.found["classes"], shown.found["confusion"])
        if self.grid.cell is not None:
            self._on_cell(*self.grid.cell)
        else:
            self.strip.clear("Choose a cell to see its samples.")

    def _on_cell(self, row: int, column: int) -> None:
        shown = self._shown
        if shown is None:
            return
        names, count = shown.found["classes"], shown.found["confusion"][row][column]
        units = counted(count, str(shown.found["unit"]))
        title = f"{units} of {names[row]} called {names[column]}"
        samples = shown.found.get("samples")
        if samples is None:
            self.strip.clear(f"{title}.")
            return
        there = zip(samples["place"], samples["truth"], samples["said"], strict=True)
        places = [place for place, truth, said in there if (truth, said) == (row, column)]
        if len(places) > MOST:
            title += f", the first {MOST}"
        self.strip.put(title, shown.places(places), said_of(shown.found))


class CurvesPage(Page):
    """Receiver operating characteristic, and precision against recall."""

    title = "Curves"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.roc = GraphView(workspace.look, "ROC: hits against false alarms", self)
        self.precise = GraphView(workspace.look, "Precision against recall", self)
        self.table = FigureTable(
            "Areas",
            "The areas under the curves, each class against all others; that under precision and "
            "recall is the average precision.",
            self,
        )
        self.table.setMinimumWidth(216)
        self.line.addWidget(self.roc, 3)
        self.line.addWidget(self.precise, 3)
        self.line.addWidget(self.table, 2)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether there are curves: two classes occur at least."""
        return bool(shown.found.get("roc"))

    def put(self, shown: Shown) -> None:
        """Draw the curves; the class one of few is drawn first."""
        found = shown.found
        share = Axis("False alarms"), Axis("Hits")
        self.roc.put([_curve(one) for one in found["roc"]], *share, diagonal=True)
        precise = [_curve(one, "steps") for one in found["precision_recall"]]
        self.precise.put(precise, Axis("Recall"), Axis("Precision"))
        areas = {one["name"]: one["area"] for one in found["precision_recall"]}
        rows = [
            [one["name"], figure(one["area"]), figure(areas[one["name"]])] for one in found["roc"]
        ]
        self.table.put(["Class", "ROC", "Precision"], rows)


class CalibrationPage(Page):
    """Whether the confidence is what it says."""

    title = "Calibration"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.graph = GraphView(workspace.look, "Accuracy against confidence", self)
        self.counts = GraphView(workspace.look, "How many are so sure", self)
        self.said = Wrapped("", "", self)
        self.line.addWidget(self.graph, 3)
        self.line.addWidget(self.counts, 3)
        self.line.addWidget(self.said, 2, Qt.AlignmentFlag.AlignTop)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether there are probabilities."""
        return bool(shown.found.get("calibration"))

    def put(self, shown: Shown) -> None:
        """Draw a bar for each bin of confidence."""
        found = shown.found["calibration"]
        bins = found["bins"]
        edges = (*(one["low"] for one in bins), bins[-1]["high"])
        many = [one for one in bins if one["count"] >= _FEW]
        few = [one for one in bins if 0 < one["count"] < _FEW]
        series = [_binned("", many, "line"), _binned("", many, "dots")]
        series.append(_binned(f"fewer than {_FEW}", few, "dots"))
        self.graph.put(series, Axis("Confidence"), Axis("Accuracy"), diagonal=True)
        counts = tuple(float(one["count"]) for one in bins)
        bars = Series("", edges, counts, "bars")
        units = units_of(shown.found).capitalize()
        self.counts.put([bars], Axis("Confidence"), Axis(units, 0.0, max(counts) * 1.05))
        self.said.setText(_calibration_text(found))


def _binned(name: str, bins: Sequence[Mapping[str, Any]], kind: Any) -> Series:
    across = tuple(one["confidence"] for one in bins)
    colour = COLOURS[1] if name else COLOURS[0]
    return Series(name, across, tuple(one["accuracy"] for one in bins), kind, colour)


def _calibration_text(found: Mapping[str, Any]) -> str:
    text = (
        f"Confidence is off by {percent(found['error'])} on average. On the dashed line the network "
        f"would be right as often as it says; bins of fewer than {_FEW} stand apart."
    )
    if "temperature" in found:
        text += (
            f"\n\nTemperature scaling: with the scores divided by {found['temperature']:.3g}, which was "
            f"fitted on the validation split, it is off by {percent(found['error_scaled'])}."
        )
    return text


class ThresholdPage(Page):
    """From which probability on yes is said, and what that gives."""

    title = "Threshold"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._table: Mapping[str, Any] = {}
        self._name = ""
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        introduce(self.slider, "Threshold", "The probability from which on yes is said.")
        self.slider.valueChanged.connect(self._on_moved)
        self.said = Plain("", "", self)
        self.figures = FigureRows()
        self.figures.setObjectName("threshold_figures")
        self.graph = GraphView(workspace.look, "Precision and recall by threshold", self)
        left = QVBoxLayout()
        left.addWidget(self.said)
        left.addWidget(self.slider)
        left.addWidget(self.figures)
        left.addStretch(1)
        self.line.addLayout(left, 2)
        self.line.addWidget(self.graph, 3)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether there are two classes."""
        return bool(shown.found.get("thresholds"))

    def put(self, shown: Shown) -> None:
        """Show what each threshold gives; it starts where the network's own is."""
        self._table = shown.found["thresholds"]
        self._name = shown.found["classes"][1]
        steps = len(self._table["threshold"]) - 1
        if self.slider.maximum() != steps:
            self.slider.setRange(0, steps)
            self.slider.setValue(steps // 2)
        self._on_moved()
        self.graph.put(self._lines(), Axis("Threshold"), Axis("Share"))

    def _lines(self) -> list[Series]:
        table = self._table
        names = ("threshold", "true_positive", "false_positive", "false_negative")
        rows = list(zip(*(table[name] for name in names), strict=True))
        precise = [(t, tp / (tp + fp)) for t, tp, fp, _ in rows if tp + fp]
        recall = [(t, tp / (tp + fn)) for t, tp, _, fn in rows if tp + fn]
        return [
            Series(name, tuple(x for x, _ in line), tuple(y for _, y in line))
            for name, line in (("precision", precise), ("recall", recall))
        ]

    def _on_moved(self) -> None:
        if self._table:
            number = self.slider.value()
            threshold = self._table["threshold"][number]
            self.said.setText(f"{self._name} is said from {threshold:.2f} on")
            self.figures.put(at_threshold(self._table, number))


class NumbersPage(Page):
    """What was said against what is right, and how the errors are spread."""

    title = "Errors"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.against = GraphView(workspace.look, "Predicted against true", self)
        self.residuals = GraphView(workspace.look, "Error against true", self)
        self.spread = GraphView(workspace.look, "How the errors are spread", self)
        for graph in (self.against, self.residuals, self.spread):
            self.line.addWidget(graph, 1)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether numbers are predicted."""
        return "points" in shown.found

    def put(self, shown: Shown) -> None:
        """Draw the points and the bars."""
        points, spread = shown.found["points"], shown.found["residuals"]
        truth, said = tuple(points["truth"]), tuple(points["said"])
        low, high = _widened(min(*truth, *said), max(*truth, *said))
        across = Axis("True", low, high)
        dots = Series("", truth, said, "dots")
        self.against.put([dots], across, Axis("Predicted", low, high), diagonal=True)
        errors = tuple(b - a for a, b in zip(truth, said, strict=True))
        reach = max(map(abs, errors)) * 1.05 or 1.0
        zero = Series("", (low, high), (0.0, 0.0), "line", self._workspace.look.theme.tertiary)
        dots = Series("", truth, errors, "dots")
        self.residuals.put([zero, dots], across, Axis("Error", -reach, reach))
        counts = tuple(float(count) for count in spread["counts"])
        edges = tuple(spread["edges"])
        bars = Series("", edges, counts, "bars")
        self.spread.put(
            [bars], Axis("Error", edges[0], edges[-1]), Axis("Numbers", 0, max(counts) * 1.05)
        )


class SamplesPage(Page):
    """The samples to look at first."""

    title = "Samples"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._shown: Shown | None = None
        self.choice = Combo(self)
        introduce(self.choice, "Which samples", "Which samples are shown.", "evaluation_which")
        self.choice.setFixedWidth(150)
        self.choice.activated.connect(self._on_choice)
        self.strip = SampleStrip(workspace, "evaluation_samples", self)
        self.line.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignTop)
        self.line.addWidget(self.strip, 1)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether samples are known one by one."""
        return any(key in shown.found for key in ("most_wrong", "worst"))

    def put(self, shown: Shown) -> None:
        """Offer what there is, and show the first."""
        self._shown = shown
        titles = {
            "most_wrong": "Most wrong",
            "least_sure": "Least sure",
            "suspects": "Mislabelled?",
            "worst": "Least right",
        }
        before = self.choice.currentData()
        self.choice.clear()
        for key, title in titles.items():
            if key in shown.found:
                self.choice.addItem(title, key)
        self.choice.setCurrentIndex(max(self.choice.findData(before), 0))
        self._on_choice()

    def _on_choice(self) -> None:
        shown, key = self._shown, self.choice.currentData()
        if shown is None or key is None:
            return
        found = shown.found[key]
        if not found:
            none = "No sample is wrong."
            if key == "suspects":
                none = "No sample looks mislabelled: none is called another class as surely as that class is."
            self.strip.clear(none)
            return
        places = [one["place"] if isinstance(one, dict) else one for one in found]
        said = said_of(shown.found)
        if key == "worst":
            said = {one["place"]: f"{percent(one['right'])} right" for one in found}
        elif shown.found["kind"] == "regression":
            said = {one["place"]: f"off by {figure(one['error'])}" for one in found}
        self.strip.put(counted(len(places), "sample"), shown.places(places), said)


class GroupsPage(Page):
    """The figures by group of samples: whether the network is worse on some."""

    title = "Groups"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._slices: Sequence[Mapping[str, Any]] = ()
        sentence = (
            "What samples are grouped by, those with the clearest gap first. A gap is clear where the "
            "intervals of both groups lie apart."
        )
        self.table = FigureTable("Gaps between groups", sentence, self)
        self.groups = FigureTable(
            "Groups", "The figure of each group with its 95 % interval.", self
        )
        self.table.chose.connect(self._on_row)
        self.line.addWidget(self.table, 4)
        self.line.addWidget(self.groups, 3)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether samples can be grouped."""
        return bool(shown.slices)

    def put(self, shown: Shown) -> None:
        """Fill the table, and show the first row's groups."""
        self._slices = shown.slices
        self.table.put(*group_rows(self._slices))
        self._on_row(0)

    def _on_row(self, number: int) -> None:
        one = self._slices[number]
        say = percent if one["metric"] == "accuracy" else figure
        title = "Accuracy" if one["metric"] == "accuracy" else "Mean error"
        rows = [
            [
                g["name"],
                f"{g['samples']:,}",
                say(g["value"]),
                f"{say(g['low'])} to {say(g['high'])}",
            ]
            for g in one["groups"]
        ]
        self.groups.put([one["column"], "Samples", title, "95 % interval"], rows)


class ModelsPage(Page):
    """Simpler models on the same split."""

    title = "Simpler models"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.verdict = Wrapped("", "", self)
        self.notes = Wrapped("", "secondary", self)
        self.table = FigureTable("Simpler models", "What they reach on the same split.", self)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self.verdict)
        column.addWidget(self.table, 1)
        column.addWidget(self.notes)
        self.line.addLayout(column)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether they were fitted."""
        return shown.loss in shown.report.get("baselines", {})

    def put(self, shown: Shown) -> None:
        """Fill the table."""
        heads, rows, notes = model_rows(shown.report, shown.loss)
        self.table.put(heads, rows)
        self.verdict.setText(shown.report["baselines"][shown.loss]["verdict"]["sentence"])
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))


PAGES: tuple[type[Page], ...] = (
    OverviewPage,
    ClassesPage,
    ConfusionPage,
    CurvesPage,
    CalibrationPage,
    ThresholdPage,
    NumbersPage,
    SamplesPage,
    MasksPage,
    TokensPage,
    GroupsPage,
    ModelsPage,
)


def said_of(found: Mapping[str, Any]) -> dict[int, str]:
    """What was said of each sample: ``8 59%``, or ``8 -> 1 59%`` where 8 is right."""
    samples, names = found.get("samples"), found.get("classes", ())
    if samples is None:
        return {}
    columns = ("place", "truth", "said", "confidence")
    told = {}
    for place, truth, said, confidence in zip(*(samples[c] for c in columns), strict=True):
        right = f"{names[truth]} {_ARROW} " if truth != said else ""
        told[place] = f"{right}{names[said]} {100 * confidence:.0f}%"
    return told


def _curve(one: Mapping[str, Any], kind: Any = "line") -> Series:
    return Series(one["name"], tuple(one["x"]), tuple(one["y"]), kind)


def _widened(low: float, high: float) -> tuple[float, float]:
    room = (high - low) * 0.04 or 0.5
    return low - room, high + room
