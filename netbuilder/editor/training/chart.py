"""One plot of the training panel: which figure it shows, its legend, and saving it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from netbuilder.app.theme import CATEGORY_COLOURS, Theme
from netbuilder.editor.icons import icon
from netbuilder.editor.look import ui_font
from netbuilder.editor.training.plot import Line, Plot
from netbuilder.editor.training.run_view import GRADIENT_NORM, LEARNING_RATE, RunView
from netbuilder.editor.training.words import figure, short_name
from netbuilder.editor.workspace import Workspace

# Earlier runs behind the shown one; none of them is the accent or the validation's colour.
OVERLAYS = tuple(
    CATEGORY_COLOURS[name]
    for name in ("Arithmetic", "Normalization", "Pooling", "Attention", "Linear")
)
_DOT = 8.0


class Legend(QWidget):
    """Which curve is which, with its newest value."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._rows: tuple[tuple[str, str, float | None], ...] = ()
        self.setObjectName("legend")
        self.setAccessibleName("Legend")

    @property
    def rows(self) -> tuple[tuple[str, str, float | None], ...]:
        """Label, colour and value of each curve."""
        return self._rows

    def set_rows(self, rows: Sequence[tuple[str, str, float | None]]) -> None:
        """Show labels, colours and values; None shows no value."""
        if tuple(rows) != self._rows:
            self._rows = tuple(rows)
            self.setToolTip(", ".join(self._texts()))
            self.setAccessibleDescription(self.toolTip())
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Its height; it takes what room is left, and new values ask for no new layout."""
        return QSize(0, 20)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it from the right, so that it stays in place as values change."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(12))
        metrics = QFontMetricsF(painter.font())
        right = float(self.width())
        texts = self._fitting(metrics)
        for text, (_, colour, _) in zip(reversed(texts), reversed(self._rows), strict=True):
            left = right - metrics.horizontalAdvance(text)
            if left - _DOT - 6 < 0:
                break
            painter.setPen(QColor(self._workspace.look.theme.secondary))
            middle = self.height() / 2
            painter.drawText(
                QRectF(left, 0, right - left + 1, self.height()),
                Qt.AlignmentFlag.AlignVCenter,
                text,
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawEllipse(QRectF(left - _DOT - 5, middle - _DOT / 2, _DOT, _DOT))
            right = left - _DOT - 16
        painter.end()

    def _fitting(self, metrics: QFontMetricsF) -> list[str]:
        """The texts there is room for: values give way from the left; the tool tip has them all."""
        texts = self._texts()
        for number, (label, _, _) in enumerate(self._rows):
            if (
                sum(metrics.horizontalAdvance(text) + _DOT + 16 for text in texts) - 10
                <= self.width()
            ):
                break
            texts[number] = label
        return texts

    def _texts(self) -> list[str]:
        return [label if v is None else f"{label} {figure(v)}" for label, _, v in self._rows]


class Chart(QWidget):
    """A plot with its header.

    Args:
        name: What it is called: ``loss`` or ``metric``.
    """

    numbers_wanted = Signal(str)  # the path of a file for all figures
    board_wanted = Signal()  # files for TensorBoard
    told = Signal(str, str)  # level and sentence

    def __init__(self, workspace: Workspace, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._name = name
        self._chosen = ""
        self._run: RunView | None = None
        self._overlaid: tuple[RunView, ...] = ()
        self._dialog: QFileDialog | None = None
        self.setObjectName(f"chart_{name}")
        self.plot = Plot(workspace.look, name, self)
        self.legend = Legend(workspace, self)
        self.figure_button = self._button("figure", "Which figure is plotted")
        self.figure_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.figure_button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.figure_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._figures = QMenu(self)
        self._figures.setObjectName(f"{name}_figures")
        self._group = QActionGroup(self)
        self.figure_button.setMenu(self._figures)
        self._figures.triggered.connect(self._on_figure)
        self.log_button = self._button("log", "Logarithmic axis: equal factors get equal room")
        self.log_button.setText("log")
        self.log_button.setCheckable(True)
        self.log_button.toggled.connect(self.plot.set_log)
        self.save_button = self._button("save", "Save the plot as a picture, or its numbers")
        self.save_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.save_button.setMenu(self._saving())
        self._lay_out()
        workspace.look.changed.connect(self._tint)
        self._tint()

    @property
    def figure(self) -> str:
        """The name of the figure that is plotted."""
        if self._run is None:
            return self._name
        if self._chosen in self._run.curves:
            return self._chosen
        return "loss" if self._name == "loss" else self._run.metric

    def choose(self, figure_name: str) -> None:
        """Plot another figure."""
        self._chosen = figure_name
        self.plot.reset()
        self.refresh()

    def show_runs(self, run: RunView | None, overlaid: Sequence[RunView]) -> None:
        """Show a run in front of others."""
        if run is not self._run:
            self.plot.reset()
        self._run, self._overlaid = run, tuple(overlaid)
        self.refresh()

    def refresh(self) -> None:
        """Show what the runs have now."""
        run, name = self._run, self.figure
        self.figure_button.setText(name)
        self.figure_button.setAccessibleName(f"Plotted: {name}")
        lines: list[Line] = []
        rows: list[tuple[str, str, float | None]] = []
        for number, other in enumerate(self._overlaid):
            if other is run:
                continue
            colour = OVERLAYS[number % len(OVERLAYS)]
            lines += self._overlay(other, name, colour)
            rows.append((short_name(other.name), colour, None))
        if run is not None and name in run.curves:
            mine = self._lines(run, name)
            lines += mine
            rows += [(ln.label, ln.colour, float(ln.series.y[-1])) for ln in mine if ln.label]
        self.legend.set_rows(rows)
        self.plot.set_lines(
            lines,
            last=run.step if run else 0.0,
            total=run.total_steps if run and set(self._overlaid) <= {run} else 0.0,
            epoch_steps=run.epoch_steps if run else 0.0,
            best=run.best.step if run and run.best else None,
        )

    def _lines(self, run: RunView, name: str) -> list[Line]:
        theme: Theme = self._workspace.look.theme
        curves = run.curves[name]
        lines = []
        if len(curves.smooth):
            lines.append(Line("", curves.raw, theme.accent, 1.0, 0.35))
            lines.append(Line("train", curves.smooth, theme.accent, 1.6))
        elif len(curves.raw):
            label = name if name in (LEARNING_RATE, GRADIENT_NORM) else "train"
            lines.append(Line(label, curves.raw, theme.accent, 1.4))
        if len(curves.validation):
            label = "val" if run.validates else "epoch mean"
            lines.append(Line(label, curves.validation, theme.warning, 1.6, marked=True))
        return lines

    def _overlay(self, run: RunView, name: str, colour: str) -> list[Line]:
        curves = run.curves.get(name)
        if curves is None:
            return []
        series = next((s for s in (curves.validation, curves.smooth, curves.raw) if len(s)), None)
        return [Line(short_name(run.name), series, colour, 1.4, dashed=True)] if series else []

    # The header.

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 6, 8, 0)
        head.setSpacing(4)
        head.addWidget(self.figure_button)
        head.addWidget(self.legend, 1)
        head.addSpacing(4)
        head.addWidget(self.log_button)
        head.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.plot, 1)

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "quiet")
        button.setObjectName(f"{self._name}_{name}")
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def fill_figures(self) -> None:
        """Offer what the run measured."""
        names = self._run.figures if self._run else ()
        if [action.text() for action in self._figures.actions()] == list(names):
            for action in self._figures.actions():
                action.setChecked(action.text() == self.figure)
            return
        self._figures.clear()
        for name in names:
            action = QAction(name, self._figures)
            action.setCheckable(True)
            action.setChecked(name == self.figure)
            self._group.addAction(action)
            self._figures.addAction(action)

    def _on_figure(self, action: QAction) -> None:
        self.choose(action.text())

    def _saving(self) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName(f"{self._name}_saving")
        menu.addAction("Save Picture…").triggered.connect(self.save_picture)
        menu.addAction("Save Numbers…").triggered.connect(self.save_numbers)
        menu.addAction("Write for TensorBoard").triggered.connect(self._on_board)
        return menu

    def save_picture(self) -> None:
        """Ask for a file, and save the plot as it is to it."""
        self._ask("Save Picture", "PNG picture (*.png)", "png")

    def save_numbers(self) -> None:
        """Ask for a file, and save the figures of the run to it."""
        self._ask("Save Numbers", "Comma-separated values (*.csv)", "csv")

    def _on_board(self) -> None:
        self.board_wanted.emit()

    def _ask(self, title: str, kind: str, suffix: str) -> None:
        if self._dialog is not None or self._run is None:
            return
        dialog = QFileDialog(self, title)
        dialog.setObjectName("save_plot")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(kind)
        dialog.setDefaultSuffix(suffix)
        name = self._run.name if suffix == "csv" else f"{self._run.name} {self.figure}"
        dialog.selectFile(f"{name}.{suffix}")
        dialog.fileSelected.connect(self._on_file)
        dialog.finished.connect(self._on_dialog_done)
        self._dialog = dialog
        dialog.open()

    def _on_file(self, name: str) -> None:
        if Path(name).suffix == ".csv":
            self.numbers_wanted.emit(name)
        elif self.grab().save(name):
            self.told.emit("info", f"Saved {Path(name).name}.")
        else:
            self.told.emit(
                "error", f"{name}: the picture cannot be written; choose another folder."
            )

    def _on_dialog_done(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _tint(self) -> None:
        theme = self._workspace.look.theme
        self.figure_button.setIcon(icon("chevron_down", theme.secondary))
        self.save_button.setIcon(icon("export", theme.secondary, theme.tertiary))
        self.refresh()
