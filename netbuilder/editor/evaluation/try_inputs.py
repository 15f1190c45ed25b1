"""Where a person gives one sample: a pad for an image, a form for a row, a field for a text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QPlainTextEdit, QTableWidget, QTableWidgetItem, QWidget

from netbuilder.editor.evaluation.pad import Pad
from netbuilder.editor.look import Look
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.tips import introduce

MOST_ROWS = 256


class TryInput(Protocol):
    """A widget for one input."""

    changed: Any

    def put(self, values: Any) -> None:
        """Show a sample as the data have it."""

    def values(self) -> Any:
        """The sample as the data have it."""


def input_for(about: dict[str, Any], look: Look) -> QWidget | None:
    """Return a widget for an input that ``Bench.inputs`` describes; None where a person cannot give one."""
    if about["kind"] == "image":
        pad = Pad(look)
        introduce(
            pad,
            f"Picture for {about['field']}",
            "Draw with the left button, wipe with the right one, or drop an image file. Delete clears it.",
            f"try_{about['field']}",
        )
        pad.set_size(about["shape"], about["low"], about["high"])
        return pad
    if about["kind"] == "tokens":
        return TextInput(about)
    if about["kind"] == "row" and math.prod(about["shape"]) <= MOST_ROWS:
        return RowInput(about)
    return None


class TextInput(QPlainTextEdit):
    """A text; the network sees its last tokens."""

    changed = Signal()

    def __init__(self, about: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._vocabulary: Sequence[str] = about["vocabulary"]
        length = math.prod(about["shape"])
        sentence = f"The network sees the last {length} tokens of it."
        introduce(self, f"Text for {about['field']}", sentence, f"try_{about['field']}")
        self.setTabChangesFocus(True)
        self.textChanged.connect(self.changed)

    def put(self, values: Sequence[int]) -> None:
        """Show the text that tokens stand for."""
        blocked = QSignalBlocker(self)
        self.setPlainText("".join(self._vocabulary[int(number)] for number in values))
        blocked.unblock()

    def values(self) -> str:
        """What is written."""
        return self.toPlainText()


class RowInput(QTableWidget):
    """A row: a number, or a class, by the name of its column."""

    changed = Signal()

    def __init__(self, about: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape = list(about["shape"])
        self._classes: list[str] = about["classes"]
        self._whole = bool(about["whole"])
        count = math.prod(self._shape)
        field = about["field"]
        names = about["columns"] if len(about["columns"]) == count else None
        self._names = names or (
            [field] if count == 1 else [f"{field} {n + 1}" for n in range(count)]
        )
        introduce(
            self, f"Row for {field}", "Change a number to see what becomes of it.", f"try_{field}"
        )
        self.setColumnCount(2)
        self.setRowCount(count)
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        for row, name in enumerate(self._names):
            said = QTableWidgetItem(name)
            said.setFlags(Qt.ItemFlag.ItemIsEnabled)
            said.setToolTip(name)
            self.setItem(row, 0, said)
            self._add_value(row)
        self.itemChanged.connect(self._on_item)

    def put(self, values: Any) -> None:
        """Show numbers; a missing one is empty."""
        flat = values if isinstance(values, list) else [values]
        blocked = QSignalBlocker(self)
        for row, value in enumerate(flat):
            box = self.cellWidget(row, 1)
            if isinstance(box, Combo):
                box.setCurrentIndex(int(value))
            else:
                self._item(row).setText("" if value is None else f"{value:.6g}")
        blocked.unblock()

    def values(self) -> Any:
        """The numbers; None where there is none."""
        found = [self._value(row) for row in range(self.rowCount())]
        return found if self._shape else found[0]

    def _add_value(self, row: int) -> None:
        if self._classes:
            box = Combo(self)
            introduce(box, self._names[row], "The class.", f"try_value_{row}")
            box.addItems(self._classes)
            box.activated.connect(self.changed)
            self.setCellWidget(row, 1, box)
            return
        item = QTableWidgetItem("0")
        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setItem(row, 1, item)

    def _value(self, row: int) -> float | None:
        box = self.cellWidget(row, 1)
        if isinstance(box, Combo):
            return float(box.currentIndex())
        try:
            value = float(self._item(row).text().replace(",", "."))
        except ValueError:
            return None
        return round(value) if self._whole else value

    def _item(self, row: int) -> QTableWidgetItem:
        item = self.item(row, 1)
        assert item is not None
        return item

    def _on_item(self, item: QTableWidgetItem) -> None:
        if item.column() == 1:
            self.changed.emit()
