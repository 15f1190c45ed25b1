"""Rows of a name and a figure, as in ``parameters  864``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from netbuilder.editor.widgets.labels import Cut, Plain
from netbuilder.editor.widgets.tips import tip

_HEIGHT = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """A row.

    Attributes:
        name: What it is, at the left.
        value: The figure, at the right.
        remark: Something quiet beside the name.
        sentence: More of it, for the tool tip.
    """

    name: str
    value: str
    remark: str = ""
    sentence: str = ""


class FigureRows(QWidget):
    """Rows of figures; rows are kept and only their text changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._rows: list[_FigureRow] = []

    def put(self, figures: Sequence[Figure]) -> None:
        """Show these rows and no others."""
        while len(self._rows) < len(figures):
            row = _FigureRow(self)
            self._rows.append(row)
            self._column.addWidget(row)
        for row, figure in zip(self._rows, figures, strict=False):
            row.put(figure)
        for index, row in enumerate(self._rows):
            row.setVisible(index < len(figures))
        self._column.activate()
        self.updateGeometry()

    def texts(self) -> list[tuple[str, str]]:
        """What the rows say, for tests and for copying."""
        return [(r.name.text(), r.value.text()) for r in self._rows if not r.isHidden()]


class _FigureRow(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = Cut("", "", self, quiet=True)
        self.remark = Plain("", "secondary", self)
        self.value = Plain("", "number", self)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.name, 1)
        line.addWidget(self.remark)
        line.addWidget(self.value)
        self.setFixedHeight(_HEIGHT)

    def put(self, figure: Figure) -> None:
        self.name.setText(figure.name)
        self.remark.setText(figure.remark)
        self.remark.setVisible(bool(figure.remark))
        self.value.setText(figure.value)
        self.setToolTip(tip(figure.sentence))
        self.setAccessibleName(f"{figure.name} {figure.remark} {figure.value}")
