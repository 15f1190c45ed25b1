"""The page that explains what the network says: of one sample, and which columns count at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QSpinBox, QVBoxLayout, QWidget

from netbuilder.editor.evaluation.explaining import Explaining, Question
from netbuilder.editor.evaluation.heat_view import HeatView
from netbuilder.editor.evaluation.page import Page, Shown
from netbuilder.editor.training.words import figure
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.figure_table import FigureTable
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.training.explaining.methods import METHODS

_PAUSE = 250  # ms between the last change and the question
_MOST_ROWS = 200
_WIDTH = 190
_WHAT_IT_SAYS = "what it says"


class ExplainPage(Page):
    """One sample, one method, one class; and what each column is worth over the split."""

    title = "Explain"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._shown: Shown | None = None
        self._told: Question | None = None
        self.explaining = Explaining(self)
        self.explaining.progressed.connect(self._on_progress)
        self.explaining.found.connect(self._on_found)
        self.explaining.failed.connect(self._on_failed)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._ask)
        self.sample = QSpinBox(self)
        self.next_wrong = QPushButton("Next Wrong", self)
        self.method, self.target = Combo(self), Combo(self)
        self.about = Wrapped("", "secondary", self)
        self.said = Wrapped("", "", self)
        self.heat = HeatView(workspace.look, self)
        self.table = FigureTable("What counts", "The numbers that count most, first.", self)
        self._introduce()
        self._lay_out()
        self._show_parts(picture=False, table=False)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether there are samples."""
        return bool(shown.report["indices"])

    def put(self, shown: Shown) -> None:
        """Offer the samples and the classes of a report."""
        if self._shown is not None and shown.report["time"] == self._shown.report["time"]:
            self._shown = shown
            self._start()
            return
        self._shown, self._told = shown, None
        count = len(shown.report["indices"])
        self.sample.setRange(1, count)
        self.sample.setSuffix(f" of {count:,}")
        self.next_wrong.setVisible(bool(_wrong(shown)))
        before = self.target.currentText()
        with QSignalBlocker(self.target):
            self.target.clear()
            self.target.addItem(_WHAT_IT_SAYS)
            self.target.addItems(list(shown.found.get("classes", ())))
            self.target.setCurrentIndex(max(self.target.findText(before), 0))
        self._show_parts(picture=False, table=False)
        self._on_choice()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Explain what is chosen."""
        super().showEvent(event)
        self._start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Ask no more; with the window, the process goes too."""
        super().hideEvent(event)
        self._pause.stop()
        if not self.window().isVisible():
            self.explaining.close()

    def _on_choice(self) -> None:
        method = str(self.method.currentData() or "")
        one = bool(method)
        for widget in (self.sample, self.next_wrong):
            widget.setEnabled(one)
        self.target.setEnabled(one and self.target.count() > 1)
        about = METHODS[method].about if one else "how much worse it is with a column shuffled"
        self.about.setText(f"{about[:1].upper()}{about[1:]}.")
        self._start()

    def _on_next_wrong(self) -> None:
        places = _wrong(self._shown) if self._shown is not None else []
        if not places:
            return
        here = self.sample.value() - 1
        at = places.index(here) + 1 if here in places else 0
        self.sample.setValue(places[at % len(places)] + 1)

    def _start(self) -> None:
        if self.isVisible() and self._shown is not None:
            self._pause.start()

    def _question(self, shown: Shown) -> Question:
        method = str(self.method.currentData() or "")
        if not method:
            return Question(shown.run, shown.loss, split=str(shown.report["split"]))
        target = self.target.currentText() if self.target.currentIndex() > 0 else ""
        sample = int(shown.report["indices"][self.sample.value() - 1])
        return Question(shown.run, shown.loss, sample, method, target)

    def _ask(self) -> None:
        if self._shown is None:
            return
        question = self._question(self._shown)
        if question != self._told:
            self._told = question
            self.said.setText("Explaining; the first time takes a few seconds.")
            self.explaining.ask(question)

    def _on_progress(self, share: float) -> None:
        self.said.setText(f"Explaining, {share:.0%}")

    def _on_failed(self, question: Question, sentence: str) -> None:
        if question == self._told:
            self._show_parts(picture=False, table=False)
            self.said.setText(sentence)

    def _on_found(self, question: Question, found: Mapping[str, Any]) -> None:
        if question != self._told:
            return
        if not question.method:
            self._show_worth(found["losses"].get(question.loss), found["samples"])
            return
        self.said.setText(_sentence(found))
        drawn = found.get("pictures")
        if drawn is not None:
            self.heat.put(drawn)
        else:
            head = "Column" if found["inputs"][0]["columns"] else "Number"
            self.table.put([head, "Value", "Counts"], _rows(found["inputs"]))
        self._show_parts(picture=drawn is not None, table=drawn is None)

    def _show_worth(self, found: Mapping[str, Any] | None, samples: int) -> None:
        if found is None:
            self._show_parts(picture=False, table=False)
            self.said.setText("This loss does not tell right from wrong, so nothing is measured.")
            return
        metric = {"r2": "R2"}.get(found["metric"], found["metric"])
        self.said.setText(
            f"{metric[:1].upper()}{metric[1:]} is {figure(found['value'])} on {samples:,} samples; "
            "with the values of one column shuffled it falls by:"
        )
        rows = [
            [
                one["name"],
                _signed(one["importance"]),
                f"{_signed(one['low'])} to {_signed(one['high'])}",
            ]
            for one in found["columns"]
        ]
        self.table.put(["Column", "Falls by", "95 % interval"], rows)
        self._show_parts(picture=False, table=True)

    def _show_parts(self, *, picture: bool, table: bool) -> None:
        self.heat.setVisible(picture)
        self.table.setVisible(table)

    def _introduce(self) -> None:
        introduce(
            self.sample, "Sample", "Which sample of the split is explained.", "explain_sample"
        )
        self.sample.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.sample.setKeyboardTracking(False)
        self.sample.valueChanged.connect(self._start)
        about = "Go to the next of the samples that the network is most wrong about."
        introduce(self.next_wrong, "Next wrong", about, "explain_next_wrong")
        self.next_wrong.clicked.connect(self._on_next_wrong)
        introduce(self.method, "Method", "How it is explained.", "explain_method")
        for method in METHODS.values():
            self.method.addItem(method.title, method.name)
        self.method.addItem("Worth of columns", "")
        self.method.currentIndexChanged.connect(self._on_choice)
        about = "What is explained: what the network says, or a class that it might have said."
        introduce(self.target, "Explained class", about, "explain_target")
        self.target.currentIndexChanged.connect(self._start)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(6)
        for title, widget in (
            ("Method", self.method),
            ("Sample", self.sample),
            ("", self.next_wrong),
            ("Class", self.target),
        ):
            if title:
                left.addWidget(Plain(title, "secondary", self))
            widget.setFixedWidth(_WIDTH)
            left.addWidget(widget)
        left.addWidget(self.about)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.said)
        right.addWidget(self.heat, 1)
        right.addWidget(self.table, 1)
        self.line.addLayout(left)
        self.line.addLayout(right, 1)


def _wrong(shown: Shown) -> list[int]:
    """The places of the samples that the network is most wrong about."""
    found: Sequence[Any] = shown.found.get("most_wrong") or shown.found.get("worst") or ()
    return [int(one["place"] if isinstance(one, Mapping) else one) for one in found]


def _sentence(found: Mapping[str, Any]) -> str:
    parts = [f"Score of {found['target']}: {figure(found['score'])}"]
    if found["probability"] is not None:
        parts.append(f"probability {found['probability']:.1%}")
    for key, word in (("said", "it says"), ("right", "right is")):
        if found[key] is not None:
            value = found[key]
            parts.append(f"{word} {value if isinstance(value, str) else figure(value)}")
    text = f"{', '.join(parts)}. Sample {found['sample']} of the source."
    if "adds_up" in found:
        total, difference = found["adds_up"]["total"], found["adds_up"]["difference"]
        text += f" All together count {figure(total)}, of {figure(difference)} above the baseline."
    if "map" in found:
        text += f" Seen by {found['map']['node']}."
    return text


def _rows(inputs: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The numbers that count most, with their names and values."""
    every = [
        (abs(count), _name(given, place), given["values"][place], count)
        for given in inputs
        for place, count in enumerate(given["attributions"])
    ]
    every.sort(key=lambda one: -one[0])
    return [[name, figure(value), _signed(count)] for _, name, value, count in every[:_MOST_ROWS]]


def _name(given: Mapping[str, Any], place: int) -> str:
    if given["columns"]:
        return str(given["columns"][place])
    parts = []
    for size in reversed(given["shape"]):
        place, part = divmod(place, size)
        parts.append(str(part))
    return f"{given['name']} {', '.join(reversed(parts))}".strip()


def _signed(value: float) -> str:
    return f"+{figure(value)}" if value > 0 else figure(value)
