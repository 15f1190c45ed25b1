"""The tour: a first network in three minutes, each step waiting for the real thing to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QPushButton, QWidget

from netbuilder.app.examples import example
from netbuilder.app.session import Session
from netbuilder.editor.panels.palette import Palette
from netbuilder.editor.tab import Tab
from netbuilder.editor.tour_bubble import Bubble, Ring
from netbuilder.editor.workspace import Workspace
from netbuilder.graph.delta import Delta

if TYPE_CHECKING:
    from netbuilder.check.report import Report
    from netbuilder.editor.window import MainWindow

KEY = "tour"
EXAMPLE = "digits_mlp"
_ADDED_TYPE = "dropout"
_CHANGED_NODE = "hidden_1"
_FOLLOW = 150  # ms between two looks whether what is pointed at has moved


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the tour.

    Attributes:
        id: What is remembered of it.
        title: What the bubble says first.
        text: What it says then.
        anchor: What it points at: a dock, the canvas, or a button of the top bar.
        waits: What is waited for, in words; empty for nothing but Next.
    """

    id: str
    title: str
    text: str
    anchor: str = ""
    waits: str = ""


STEPS = (
    Step(
        "look",
        "A network that reads digits",
        "Every card is a layer. Data flow along the wires from left to right, from pictures of 8 by "
        "8 pixels to ten scores, one for each digit. Drag with the middle button or Space to pan, "
        "turn the wheel to zoom.",
        "canvas",
    ),
    Step(
        "add",
        "Add a layer",
        "Double-click Dropout in the list, press Enter, or drag it onto the canvas. While training it puts zero in "
        "the place of random numbers, so that the network relies on none of them alone.",
        "palette",
        "Add any layer",
    ),
    Step(
        "mend",
        "Mend the error",
        "A layer that nothing flows into is an error, and it is listed here the moment it is made. "
        "Drag the new card onto a wire, and it goes in between. Ctrl+Z takes back any step.",
        "problems",
        "Mend every error",
    ),
    Step(
        "change",
        "Change a layer",
        "The first hidden layer is selected. Give out_features another value: shapes, parameters "
        "and cost follow at once.",
        "inspector",
        "Change a value",
    ),
    Step(
        "train",
        "Train it",
        "Press Train. Another process does the work, so the editor stays yours.",
        "run.train",
        "Start the training",
    ),
    Step(
        "watch",
        "Watch it learn",
        "The loss falls on both curves while the network learns; where the validation curve turns up "
        "again, it begins to learn by heart. The best weights are kept.",
        "training",
    ),
    Step(
        "export",
        "Take it with you",
        "Export writes readable PyTorch, a whole project, ONNX, or a picture. What it writes runs "
        "without NetBuilder.",
        "file.export",
        "Open Export",
    ),
    Step(
        "end",
        "That was the tour",
        "Tab on the canvas adds a layer, Ctrl+Shift+P finds every command, F1 explains the selected "
        "layer. The start page has more examples.",
    ),
)


class Tour(QObject):
    """Leads through the first steps; nothing is blocked meanwhile.

    Args:
        workspace: What is open.
        window: Where the bubble lies.
    """

    def __init__(self, workspace: Workspace, window: MainWindow) -> None:
        super().__init__(window)
        self._workspace, self._window = workspace, window
        self._tab: Tab | None = None
        self._at = 0
        self.is_running = False
        self.bubble = Bubble(workspace.look, window)
        self.ring = Ring(workspace.look, window)
        self.bubble.next_wanted.connect(self.advance)
        self.bubble.back_wanted.connect(self.back)
        self.bubble.left.connect(self.leave)
        self._passed = ""
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._on_soon)
        self._follow = QTimer(self)
        self._follow.setInterval(_FOLLOW)
        self._follow.timeout.connect(self._place)
        workspace.changed.connect(self._on_changed)
        workspace.checked.connect(self._on_checked)
        workspace.switched.connect(self._on_switched)
        workspace.closed.connect(self._on_closed)
        if workspace.runs is not None:
            workspace.runs.state_changed.connect(self._on_runs)
        if workspace.actions is not None:
            workspace.actions.action("file.export").triggered.connect(self._on_export)

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return STEPS[self._at]

    def start(self) -> None:
        """Begin, or go on where the tour was left."""
        if self._tab is None or self._tab not in self._workspace.tabs:
            self._tab = self._workspace.open(Session(example(EXAMPLE), name=EXAMPLE))
        else:
            self._workspace.show(self._tab)
        kept = self._workspace.preferences.recall(KEY, {})
        kept = kept if isinstance(kept, dict) else {}
        names = [step.id for step in STEPS]
        left = kept.get("step")
        self._at = names.index(left) if left in names and not kept.get("done") else 0
        self.is_running = True
        self._follow.start()
        self._enter()

    def advance(self) -> None:
        """Show the next step; after the last one the tour is done."""
        if not self.is_running:
            return
        if self._at + 1 == len(STEPS):
            self._stop(done=True)
            return
        self._at += 1
        self._enter()

    def back(self) -> None:
        """Show the step before."""
        if self.is_running and self._at:
            self._at -= 1
            self._enter()

    def leave(self) -> None:
        """End the tour; it goes on from this step when it is started again."""
        if self.is_running:
            self._stop(done=False)

    def _stop(self, *, done: bool) -> None:
        self.is_running = False
        self._follow.stop()
        self._soon.stop()
        had_focus = self.bubble.isAncestorOf(self._window.focusWidget() or self._window)
        self.bubble.hide()
        self.ring.hide()
        kept = {"done": True} if done else {"step": self.step.id, "done": self._was_done()}
        self._workspace.preferences.remember(KEY, kept)
        canvas = self._window.canvas
        if had_focus and canvas is not None:
            canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _was_done(self) -> bool:
        kept = self._workspace.preferences.recall(KEY, {})
        return isinstance(kept, dict) and bool(kept.get("done"))

    # Steps

    def _enter(self) -> None:
        """Make ready what a step is about, and show it."""
        step = self.step
        self._workspace.preferences.remember(KEY, {"step": step.id, "done": self._was_done()})
        prepare = {
            "add": self._ready_to_add,
            "mend": self._ready_to_mend,
            "change": self._ready_to_change,
            "watch": self._ready_to_watch,
        }.get(step.id)
        if prepare is not None:
            prepare()
        self.bubble.tell(self._at + 1, len(STEPS), step.title, step.text, step.waits)
        self._place()
        if not step.waits and self.bubble.isVisible():
            self.bubble.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ready_to_add(self) -> None:
        self._window.show_dock("palette", True)
        panel = self._window.dock("palette").require()
        if isinstance(panel, Palette):
            panel.point_out(_ADDED_TYPE)
            panel.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ready_to_mend(self) -> None:
        self._window.show_dock("problems", True)
        self._window.bring("problems")
        if self._tab is not None and not _errors(self._tab.report):
            # The layer was dropped right onto a wire.
            self._go_on("mend")

    def _ready_to_change(self) -> None:
        self._window.show_dock("inspector", True)
        if self._tab is not None and _CHANGED_NODE in self._tab.network.graph.nodes:
            self._tab.reveal(_CHANGED_NODE)

    def _ready_to_watch(self) -> None:
        self._window.show_dock("training", True)
        self._window.bring("training")

    # What is waited for

    def _go_on(self, step: str) -> None:
        """Leave a step once the views have followed: what the next one points at is there then."""
        self._passed = step
        self._soon.start()

    def _on_soon(self) -> None:
        if not self.is_running or self.step.id != self._passed or self._tab is None:
            return
        if self._passed != "mend" or not _errors(self._tab.report):
            self.advance()

    def _awaits(self, step: str) -> bool:
        return self.is_running and self.step.id == step and self._workspace.current is self._tab

    def _on_changed(self, _tab: Tab, _change: object, different: Delta) -> None:
        graphs = different.graphs.values()
        if (self._awaits("add") and any(one.added for one in graphs)) or (
            self._awaits("change") and any(one.changed for one in graphs)
        ):
            self._go_on(self.step.id)

    def _on_checked(self, _tab: Tab, report: Report) -> None:
        if self._awaits("mend") and not _errors(report):
            self._go_on("mend")

    def _on_runs(self) -> None:
        runs = self._workspace.runs
        if self._awaits("train") and runs is not None and runs.active is not None:
            self.advance()

    def _on_export(self) -> None:
        if self._awaits("export"):
            self.advance()

    def _on_switched(self) -> None:
        if self.is_running:
            self._place()

    def _on_closed(self, tab: Tab) -> None:
        if tab is self._tab:
            self._tab = None
            self.leave()

    # Where the bubble lies

    def _place(self) -> None:
        if self._workspace.current is not self._tab:
            self.bubble.hide()
            self.ring.hide()
            return
        place = self._anchor()
        self.bubble.point_at(place, inside=self.step.anchor == "canvas")
        if place is None or self.step.anchor == "canvas":
            self.ring.hide()
        else:
            self.ring.surround(place)

    def _anchor(self) -> QRect | None:
        """Where in the window the thing is that the step points at; None if it is not shown."""
        name = self.step.anchor
        widget: QWidget | None
        if not name:
            return None
        if name == "canvas":
            widget = self._window.canvas
        elif "." in name:
            widget = self._window.findChild(QPushButton, name)
            if widget is not None and not widget.isVisible():
                widget = self._window.findChild(QPushButton, "run.stop")
        else:
            widget = self._window.dock(name)
        if widget is None or not widget.isVisible() or widget.window() is not self._window:
            return None
        return QRect(widget.mapTo(self._window, QPoint(0, 0)), widget.size())


def _errors(report: Report) -> bool:
    return any(one.severity == "error" for one in report.diagnostics)
