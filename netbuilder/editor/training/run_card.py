"""The shown run in figures: how far it is, how fast, why it ended, and the buttons to steer it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.figures import bytes_text
from netbuilder.editor.style import colours
from netbuilder.editor.training.run_view import GRADIENT_NORM, LEARNING_RATE, RunView
from netbuilder.editor.training.runs import Runs
from netbuilder.editor.training.words import NOTHING, STATES, duration, figure, short_name
from netbuilder.editor.workspace import Workspace
from netbuilder.training.run import ENDED
from netbuilder.training.usage import Usage

_WIDTH = 272
_ROWS = (
    "throughput",
    "remaining",
    "learning rate",
    "gradient norm",
    "processors",
    "memory",
    "accelerator",
    "best",
    "test",
)
_TIPS = {
    "processors": "How many processors the worker keeps busy, of those it may use",
    "memory": "What the worker takes now; once it has ended, the most that it took",
    "accelerator": "The most that tensors took of the accelerator's memory",
}
_BAD = ("failed", "lost", "damaged")


class RunCard(QScrollArea):
    """A column about one run."""

    def __init__(self, workspace: Workspace, runs: Runs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._runs = workspace, runs
        self.setObjectName("run_card")
        self.setAccessibleName("The shown run")
        self.setFixedWidth(_WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget(self)
        self._inside.setObjectName("scrolled")
        self.setWidget(self._inside)
        self.name, self.epoch = self._label("title"), self._label("secondary")
        self.bar = QProgressBar(self._inside)
        self.bar.setObjectName("progress")
        self.bar.setAccessibleName("Progress of the training")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.values: dict[str, QLabel] = {}
        self._titles: dict[str, QLabel] = {}
        self.end, self._end_text = self._card("ending")
        self.note, self._note_text = self._card("moved_on")
        self.note.setProperty("role", "info")
        self.pause = self._button(
            "pause", "Pause", runs.pause, "Pause after the step, or go on  F6"
        )
        self.stop = self._button(
            "stop", "Stop", runs.stop, "Stop and keep the best weights  Shift+F5"
        )
        self.after = self._button(
            "after_epoch", "After epoch", runs.stop_after_epoch, "Finish the epoch, then stop"
        )
        self.resume = self._button(
            "resume",
            "Resume",
            runs.resume,
            "Go on from the last checkpoint, exactly as without a break",
        )
        self.again = self._button(
            "again", "Train again", self._on_again, "Train the network as it is now  F5"
        )
        self._lay_out()
        workspace.look.changed.connect(self._tint)
        self._tint()

    @property
    def ending(self) -> str:
        """What is said of how the run ended; empty while it goes on."""
        return "" if self.end.isHidden() else self._end_text.text()

    @property
    def moved_on(self) -> str:
        """What is said of the graph having moved on; empty when it has not."""
        return "" if self.note.isHidden() else self._note_text.text()

    def show_run(self, run: RunView, *, moved_on: bool) -> None:
        """Show a run as it stands.

        Args:
            run: The run.
            moved_on: Whether the graph differs from what it trains.
        """
        self.epoch.setText(_where(run))
        room = _WIDTH - 40 - self.epoch.sizeHint().width()
        name = self._name_of(run)
        self.name.setText(
            self.name.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        )
        self.name.setAccessibleName(name)
        self.name.setToolTip(str(run.path))
        share = run.step / run.total_steps if run.total_steps else 0.0
        self.bar.setValue(round(1000 * min(share, 1.0)))
        self.bar.setAccessibleDescription(f"{share:.0%}")
        self.bar.setToolTip(_how_far(run))
        for name, text in _figures(run).items():
            self.values[name].setText(text)
        self._titles["best"].setText(_best_title(run))
        title, value = _test(run)
        self._titles["test"].setText(title)
        self.values["test"].setText(value)
        goes_on = run.is_active and run.state.state not in ENDED
        for row, shown in {
            "test": bool(title),
            "remaining": goes_on,
            "gradient norm": goes_on,  # of an ended run there is more to say than room
            "processors": goes_on,
            "accelerator": bool(run.usage and run.usage.device_total),
        }.items():
            self._titles[row].setVisible(shown)
            self.values[row].setVisible(shown)
        self._show_end(run)
        self.note.setVisible(moved_on)
        self._note_text.setText("The graph has moved on from this run.")
        self._show_buttons(run, moved_on=moved_on)

    def _tint(self) -> None:
        colour = colours(self._workspace.look.theme)["error_text"]
        self.stop.setStyleSheet(f"QPushButton:enabled {{ color: {colour} }}")

    def _on_again(self) -> None:
        self._runs.train()

    def _name_of(self, run: RunView) -> str:
        tab, name = self._workspace.current, short_name(run.name)
        own = tab is not None and name.startswith(f"{tab.session.name} ")
        return f"run {name.removeprefix(f'{tab.session.name} ')}" if tab and own else name

    def _show_end(self, run: RunView) -> None:
        ended = not run.is_active or run.state.state in ENDED
        role = "error" if run.state.state in _BAD else "card"
        if self.end.property("role") != role:
            self.end.setProperty("role", role)
            self.end.style().unpolish(self.end)
            self.end.style().polish(self.end)
        text = _capital(run.cause)
        if run.resumable and run.checkpoint >= 0:
            text += f" The last checkpoint is of step {run.checkpoint:,}."
        self._end_text.setText(text)
        self.end.setVisible(ended)

    def _show_buttons(self, run: RunView, *, moved_on: bool) -> None:
        state, active = run.state.state, run.is_active
        for button in (self.pause, self.stop, self.after):
            button.setVisible(active and state not in ENDED)
            button.setEnabled(state in ("running", "paused"))
        self.pause.setText("Go on" if state == "paused" else "Pause")
        self.after.setEnabled(state == "running")
        self.resume.setVisible(not active and run.resumable)
        self.resume.setEnabled(not self._runs.starting and self._runs.active is None)
        self.again.setVisible(not active and (not run.resumable or moved_on))
        self.again.setEnabled(not self._runs.starting and self._runs.active is None)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name, 1)
        head.addWidget(self.epoch)
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        for row, name in enumerate(_ROWS):
            self._titles[name], self.values[name] = self._label("secondary"), self._label("number")
            self._titles[name].setText(name)
            self.values[name].setAccessibleName(name)
            self.values[name].setText(NOTHING)
            for label in (self._titles[name], self.values[name]):
                label.setToolTip(_TIPS.get(name, ""))
            grid.addWidget(self._titles[name], row, 0)
            grid.addWidget(self.values[name], row, 1, Qt.AlignmentFlag.AlignRight)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.pause, self.stop, self.after, self.resume, self.again):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(12, 10, 12, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addLayout(grid)
        column.addLayout(buttons)
        column.addWidget(self.note)
        column.addWidget(self.end)
        column.addStretch(1)

    def _card(self, name: str) -> tuple[QFrame, QLabel]:
        card = QFrame(self._inside)
        card.setObjectName(name)
        text = self._label("secondary")
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QVBoxLayout(card)
        row.setContentsMargins(8, 6, 8, 6)
        row.addWidget(text)
        card.hide()
        return card, text

    def _label(self, role: str) -> QLabel:
        label = QLabel(self._inside)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", role)
        return label

    def _button(self, name: str, text: str, slot: object, tip: str) -> QPushButton:
        button = QPushButton(text, self._inside)
        button.setObjectName(f"run_{name}")
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setProperty("role", "small")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(slot)
        return button


def _where(run: RunView) -> str:
    if run.is_active and run.state.state in ("running", "queued"):
        if not run.step:
            return "starting"
        return f"epoch {run.epoch:,} of {run.total_epochs:,}"
    return STATES.get(run.state.state, run.state.state)


def _how_far(run: RunView) -> str:
    """The step of all, and of its epoch: ``step 1,480 of 4,000, 280 of 400 in this epoch``."""
    if not run.total_steps:
        return ""
    words = f"step {run.step:,} of {run.total_steps:,}"
    size = round(run.epoch_steps)
    if size and run.step < run.total_steps:
        words += f", {run.step % size:,} of {size:,} in this epoch"
    return words


def _figures(run: RunView) -> dict[str, str]:
    speed = run.samples_per_second
    best = run.best
    return {
        "throughput": f"{speed:,.0f} samples/s" if speed else NOTHING,
        "remaining": duration(run.remaining),
        "learning rate": figure(run.last(LEARNING_RATE)),
        "gradient norm": figure(run.last(GRADIENT_NORM)),
        **_machine(run),
        "best": f"{figure(best.value)} @ {best.epoch:,}" if best else NOTHING,
    }


def _machine(run: RunView) -> dict[str, str]:
    """What the worker takes; of one that has ended, the most that it took."""
    usage = run.usage or Usage()
    memory = usage.memory if run.is_active else usage.peak_memory
    device = f"{bytes_text(usage.device_memory)} of {bytes_text(usage.device_total)}"
    return {
        "processors": f"{usage.cpu:.1f} of {usage.processors}" if run.usage else NOTHING,
        "memory": bytes_text(memory) if memory else NOTHING,
        "accelerator": device,
    }


def _test(run: RunView) -> tuple[str, str]:
    """The figure of the held-out data, once there is one."""
    test = (run.result or {}).get("test")
    if not test:
        return "", ""
    metrics = {k: v for k, v in test["metrics"].items() if isinstance(v, int | float)}
    name = run.metric if run.metric in metrics else next(iter(metrics), "loss")
    return f"test {name}", figure(metrics.get(name, test["loss"]))


def _best_title(run: RunView) -> str:
    metric = run.best.metric if run.best else run.facts.recipe.metric
    return f"best {'val ' if run.validates else ''}{metric}"


def _capital(sentence: str) -> str:
    text = sentence[:1].upper() + sentence[1:]
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
