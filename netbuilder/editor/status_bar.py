"""The line at the lower edge: problems, what the network costs, precision and zoom."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStatusBar, QToolButton, QWidget

from netbuilder.app.figures import bytes_text, counted, flops_text, parameters_text
from netbuilder.check.report import Report
from netbuilder.editor.icons import icon
from netbuilder.editor.look import with_tabular_figures
from netbuilder.editor.style import colours
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.tips import introduce, tip
from netbuilder.editor.workspace import Workspace
from netbuilder.training.recipe import Recipe

_SMALL = 12
_GAP = 20
_HEIGHT = 26

# Name, what a screen reader calls it, and the sentence of the tool tip.
_FACTS = (
    ("nodes", "Nodes", "Nodes in the graph that is shown."),
    ("parameters", "Parameters", "Numbers in all weights, frozen ones too."),
    ("flops", "Operations", "Floating-point operations of one forward pass of one sample."),
    (
        "memory",
        "Memory",
        "Memory for the weights, and for a training step: weights, gradients, optimizer, activations.",
    ),
)


class StatusBar(QStatusBar):
    """What holds of the shown document, in a line; passing messages take its place for a moment.

    Attributes:
        problems_clicked: The person wants to see the problems.
        zoom_clicked: The person wants the zoom back at 100%.
    """

    problems_clicked = Signal()
    zoom_clicked = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_bar")
        self.setAccessibleName("Status")
        self.setSizeGripEnabled(False)
        self._workspace = workspace
        self._severity = ""
        self._problems = self._button(
            "Problems", "Show what is wrong.  Ctrl+1", "status_problems", self.problems_clicked
        )
        self._facts = _Facts(self)
        self._precision = _label(
            "Precision", "Numbers of the forward pass in training.", "status_precision", self
        )
        self._zoom = self._button(
            "Zoom", "Show cards at their own size.  Ctrl+0", "status_zoom", self.zoom_clicked
        )
        self.addWidget(self._problems)
        self.addWidget(self._facts, 1)
        self.addPermanentWidget(self._precision)
        self.addPermanentWidget(self._zoom)
        for signal in (workspace.switched, workspace.checked, workspace.entered):
            signal.connect(self.refresh)
        workspace.look.changed.connect(self._tint)
        self.set_zoom(1.0)
        self.refresh()

    def set_zoom(self, zoom: float) -> None:
        """Show how large the canvas is drawn; 1 is 100%."""
        self._zoom.setText(f"{round(zoom * 100)}%")
        self._zoom.setAccessibleName(f"Zoom {round(zoom * 100)}%")

    def refresh(self) -> None:
        """Show what holds now."""
        tab = self._workspace.current
        for part in (self._problems, self._facts, self._precision, self._zoom):
            part.setVisible(tab is not None)
        if tab is None:
            return
        report = tab.report
        self._show_problems(report)
        self._facts.show_texts(_texts(tab, report))
        recipe = report.network.recipe
        self._precision.setText(str(recipe.get("precision", Recipe.params["precision"].default)))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line."""
        return QSize(super().sizeHint().width(), _HEIGHT)

    def _show_problems(self, report: Report) -> None:
        severities = [found.severity for found in report.diagnostics]
        errors, warnings = severities.count("error"), severities.count("warning")
        parts = [counted(errors, "error")] if errors else []
        parts += [counted(warnings, "warning")] if warnings else []
        text = ", ".join(parts) or "No problems"
        self._severity = "error" if errors else "warning" if warnings else "ok"
        self._problems.setText(text)
        self._problems.setAccessibleName(text)
        self._tint()

    def _tint(self) -> None:
        theme = self._workspace.look.theme
        mark, text = {
            "error": (icon("error", theme.error), colours(theme)["error_text"]),
            "warning": (icon("warning", theme.warning), theme.text),
        }.get(self._severity, (icon("check", theme.ok), theme.secondary))
        self._problems.setIcon(mark)
        for button, colour in ((self._problems, text), (self._zoom, theme.secondary)):
            # The application's style sheet sets a size, which a font set on the widget would not beat.
            button.setStyleSheet(f"QToolButton {{ color: {colour}; font-size: {_SMALL}px; }}")

    def _button(
        self, name: str, sentence: str, object_name: str, clicked: SignalInstance
    ) -> QToolButton:
        button = QToolButton(self)
        introduce(button, name, sentence, object_name)
        button.setProperty("role", "status")
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(14, 14))
        button.setFont(_font(button))
        button.clicked.connect(clicked)
        return button


class _Facts(QWidget):
    """Texts beside each other; those for which there is no room are left out, the last ones first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._labels = [_label(name, said, f"status_{key}", self) for key, name, said in _FACTS]
        row = QHBoxLayout(self)
        row.setContentsMargins(_GAP // 2, 0, 0, 0)
        row.setSpacing(_GAP)
        for label in self._labels:
            row.addWidget(label)
        row.addStretch(1)

    def show_texts(self, texts: Sequence[tuple[str, str]]) -> None:
        """Show each text, with what its tool tip says besides."""
        for label, (_, name, said), (text, more) in zip(self._labels, _FACTS, texts, strict=True):
            label.setText(text)
            label.setAccessibleName(f"{name}: {text}")
            label.setToolTip(tip(f"{said}\n{more}" if more else said))
        self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The bar never keeps the window from being narrow."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out what does not fit any more."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Measure anew with another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        room = self.width() - _GAP // 2
        for label in getattr(self, "_labels", ()):
            room -= label.sizeHint().width()
            label.setVisible(room >= 0 and bool(label.text()))
            room -= _GAP
        if row := self.layout():
            row.activate()  # at once, so that nothing is ever drawn squeezed


def _texts(tab: Tab, report: Report) -> list[tuple[str, str]]:
    """Each fact, and what is said of it besides."""
    cost = report.cost
    everything = sum(len(graph.nodes) for _, graph in report.network.graphs())
    shown = len(tab.graph.nodes)
    weights, training = bytes_text(cost.weights_memory), bytes_text(cost.memory)
    return [
        (
            counted(shown, "node"),
            f"{everything:,} in the whole document." if everything != shown else "",
        ),
        (parameters_text(cost.parameters), f"{_full(cost.trainable)} of them are trained."),
        (f"{flops_text(cost.flops)} / sample", f"{_full(cost.flops)} as torch counts them."),
        (f"weights {weights}, training {training} at batch {cost.batch}", ""),
    ]


def _full(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _label(name: str, sentence: str, object_name: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    introduce(label, name, sentence, object_name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(_font(label))
    return label


def _font(widget: QWidget) -> QFont:
    font = with_tabular_figures(QFont(widget.font()))
    font.setPixelSize(_SMALL)
    return font
