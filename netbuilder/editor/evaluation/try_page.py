"""The page to try the network on one sample: give it, and see what comes out and what every node does."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QIcon, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor.evaluation.pad import Pad
from netbuilder.editor.evaluation.page import Page, Shown
from netbuilder.editor.evaluation.try_inputs import input_for
from netbuilder.editor.evaluation.trying import Trying
from netbuilder.editor.evaluation.words import percent
from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.training.words import figure
from netbuilder.editor.widgets.figures import shape as shape_text
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace

_ROW = 22
_ICON = QSize(96, 48)
_MARK = "\N{CHECK MARK}"


class TryPage(Page):
    """One sample through the network, as it is changed."""

    title = "Try it"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._run = Path()
        self._split = "test"
        self._right: Mapping[str, str] = {}
        self._about: list[dict[str, Any]] = []
        self.trying = Trying(self)
        self.trying.ready.connect(self._on_ready)
        self.trying.answered.connect(self._on_answered)
        self.trying.failed.connect(self._on_failed)
        self.inputs: dict[str, Any] = {}
        self.number = QSpinBox(self)
        self.clear = QPushButton("Clear", self)
        self.said = Wrapped("", "secondary", self)
        self.answers = Answers(workspace.look, self)
        self.nodes = QListWidget(self)
        self._given = QVBoxLayout()
        self._lay_out()

    def put(self, shown: Shown) -> None:
        """Load the run, and begin with its first sample."""
        run = Path(shown.run)
        if run == self._run and self._split == shown.report["split"]:
            return
        self._run, self._split = run, str(shown.report["split"])
        self.number.setRange(0, int(shown.report["samples"]) - 1)
        self.number.setPrefix(f"{self._split} sample ")
        self.said.setText("The network is being loaded\N{HORIZONTAL ELLIPSIS}")
        self.said.show()
        self.trying.open(run)
        self._on_number()

    # What happens.

    def _on_ready(self, about: list[dict[str, Any]]) -> None:
        if about == self._about:
            return
        self._about = about
        while self._given.count():
            widget = self._given.takeAt(0).widget()
            if widget is not None:
                widget.deleteLater()
        self.inputs = {}
        for one in about:
            made = input_for(one, self._workspace.look)
            if len(about) > 1:
                self._given.addWidget(Plain(one["field"], "secondary"))
            if made is None:
                text = "Of this input, samples of the data can be chosen below."
                self._given.addWidget(Wrapped(text, "secondary"))
                continue
            made.changed.connect(self._on_changed)  # type: ignore[attr-defined]
            if isinstance(made, Pad):
                made.refused.connect(self._on_failed)
            self._given.addWidget(made, 1)
            self.inputs[one["field"]] = made
        self.clear.setVisible(any(isinstance(made, Pad) for made in self.inputs.values()))

    def _on_number(self) -> None:
        self.trying.ask({"split": self._split, "sample": self.number.value()})

    def _on_changed(self) -> None:
        if len(self.inputs) == len(self._about):
            self._right = {}
            given = {name: made.values() for name, made in self.inputs.items()}
            self.trying.ask({"inputs": given})

    def _on_clear(self) -> None:
        for made in self.inputs.values():
            if isinstance(made, Pad):
                made.clear()
        self._on_changed()

    def _on_answered(self, found: dict[str, Any]) -> None:
        self.said.hide()
        if "inputs" in found:
            self._right = found["right"]
            for name, made in self.inputs.items():
                made.put(found["inputs"][name])
        self.answers.put(found["outputs"], set(self._right.values()))
        self._show_nodes(found["nodes"])

    def _on_failed(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.show()

    def _on_node(self, item: QListWidgetItem) -> None:
        tab = self._workspace.current
        path = str(item.data(Qt.ItemDataRole.UserRole))
        if tab is not None and path.partition("/")[0] in tab.network.graph.nodes:
            tab.reveal(path)

    def _show_nodes(self, nodes: Mapping[str, Any]) -> None:
        """A line a node; lines are kept, so that the list does not jump while somebody draws."""
        while self.nodes.count() > len(nodes):
            self.nodes.takeItem(self.nodes.count() - 1)
        for row, (path, one) in enumerate(nodes.items()):
            item = self.nodes.item(row) or QListWidgetItem(self.nodes)
            size = shape_text(tuple(one["shape"]))
            mean = figure(one["mean"])
            if one["low"] != one["high"]:
                mean += f" \N{PLUS-MINUS SIGN} {figure(one['std'])}"
            item.setText(f"{path}   {size}\n{mean}")
            item.setData(Qt.ItemDataRole.UserRole, path)
            item.setIcon(_icon(one["picture"], self.devicePixelRatioF()))
            low, high = figure(one["low"]), figure(one["high"])
            item.setToolTip(f"From {low} to {high}. A click shows the node.")

    # How it is put together.

    def _lay_out(self) -> None:
        introduce(self.number, "Sample", "Start from this sample of the split.", "try_sample")
        self.number.valueChanged.connect(self._on_number)
        introduce(self.clear, "Clear", "Wipe the picture.", "try_clear")
        self.clear.setProperty("role", "small")
        self.clear.clicked.connect(self._on_clear)
        self.clear.hide()
        sentence = "What every node gives for this sample. A click shows the node."
        introduce(self.nodes, "Activations", sentence, "try_nodes")
        self.nodes.setIconSize(_ICON)
        self.nodes.setSpacing(1)
        self.nodes.itemClicked.connect(self._on_node)
        beside = QHBoxLayout()
        beside.addWidget(self.number, 1)
        beside.addWidget(self.clear)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addLayout(self._given, 1)
        left.addLayout(beside)
        middle = QVBoxLayout()
        middle.addWidget(self.said)
        middle.addWidget(self.answers, 1)
        self.line.addLayout(left, 3)
        self.line.addLayout(middle, 3)
        self.line.addWidget(self.nodes, 4)


class Answers(QWidget):
    """What the outputs say: classes with bars, or numbers; a mask as a picture."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.outputs: Sequence[Mapping[str, Any]] = ()
        self._right: set[str] = set()
        self.setObjectName("try_answers")
        self.setAccessibleName("Answers")
        self.setMinimumWidth(150)
        look.changed.connect(self.update)

    def put(self, outputs: Sequence[Mapping[str, Any]], right: set[str]) -> None:
        """Show what is said; what is right of the sample is ticked."""
        self.outputs, self._right = outputs, right
        self.setAccessibleDescription("; ".join(self.texts()))
        self.update()

    def texts(self) -> list[str]:
        """What the rows say."""
        return [
            f"{name} {_value(one, value)}" for one in self.outputs for name, value in one["said"]
        ]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw a row a class or number, as many as there is room for."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(12))
        y = 0.0
        for one in self.outputs:
            if len(self.outputs) > 1:
                painter.setPen(QColor(self._look.theme.secondary))
                painter.drawText(
                    QRectF(0, y, self.width(), _ROW), Qt.AlignmentFlag.AlignVCenter, one["name"]
                )
                y += _ROW
            if one.get("mask"):
                side = min(float(self.width()), max(self.height() - y - 3 * _ROW, 40.0))
                painter.drawImage(QRectF(0, y, side, side), _image(one["mask"]))
                y += side + 6
            y = self._draw_rows(painter, one, y)
        painter.end()

    def _draw_rows(self, painter: QPainter, one: Mapping[str, Any], y: float) -> float:
        theme = self._look.theme
        metrics = QFontMetricsF(painter.font())
        names = min(
            max((metrics.horizontalAdvance(name) for name, _ in one["said"]), default=0) + 10,
            self.width() * 0.5,
        )
        for name, value in one["said"]:
            if y + _ROW > self.height():
                break
            right = name in self._right
            painter.setPen(QColor(theme.ok if right else theme.text))
            cut = metrics.elidedText(name, Qt.TextElideMode.ElideRight, names - 8)
            painter.drawText(QRectF(0, y, names, _ROW), Qt.AlignmentFlag.AlignVCenter, cut)
            said = _value(one, value) + (f" {_MARK}" if right else "")
            wide = metrics.horizontalAdvance(said)
            if one["kind"] != "numbers":
                room = max(self.width() - names - metrics.horizontalAdvance("100.0 %") - 22, 10.0)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.ok if right else theme.accent))
                painter.drawRoundedRect(
                    QRectF(names, y + 6, max(room * value, 1.5), _ROW - 12), 2, 2
                )
                painter.setPen(QColor(theme.text))
                left = names + max(room * value, 1.5) + 6
            else:
                left = self.width() - wide - 4
            painter.drawText(QRectF(left, y, wide + 2, _ROW), Qt.AlignmentFlag.AlignVCenter, said)
            y += _ROW
        return y


def _value(one: Mapping[str, Any], value: float) -> str:
    return figure(value) if one["kind"] == "numbers" else percent(value)


def _image(picture: Mapping[str, Any]) -> QImage:
    values = base64.b64decode(picture["values"])
    width, height = int(picture["width"]), int(picture["height"])
    return QImage(values, width, height, width, QImage.Format.Format_Grayscale8).copy()


def _icon(picture: Mapping[str, Any] | None, scale: float) -> QIcon:
    """The picture with its pixels as squares, in the middle of a place of one size."""
    place = QPixmap(_ICON * scale)
    place.setDevicePixelRatio(scale)
    place.fill(Qt.GlobalColor.transparent)
    if picture is not None:
        image = _image(picture)
        size = image.size().scaled(_ICON, Qt.AspectRatioMode.KeepAspectRatio)
        painter = QPainter(place)
        at = QRectF(0, (_ICON.height() - size.height()) / 2, size.width(), size.height())
        painter.drawImage(at, image)
        painter.end()
    return QIcon(place)
