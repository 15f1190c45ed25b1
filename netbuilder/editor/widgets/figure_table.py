"""A table of figures: names at the left, numbers at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from netbuilder.editor.widgets.tips import introduce

_WIDEST = 240  # px


class FigureTable(QTreeWidget):
    """Rows of text; a click on a head sorts by it, numbers as numbers.

    Attributes:
        chose: The number of a row, as it was put.
    """

    chose = Signal(int)

    def __init__(
        self, name: str, sentence: str, parent: QWidget | None = None, *, numbers_from: int = 1
    ) -> None:
        super().__init__(parent)
        introduce(self, name, sentence)
        self._numbers_from = numbers_from
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # One band over the whole row, not a rounded box a cell.
        self.setStyleSheet("QTreeView::item { border-radius: 0; }")
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.header().setStretchLastSection(True)
        self.currentItemChanged.connect(self._on_current)

    def put(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show other rows, in the given order."""
        self.setSortingEnabled(False)
        self.clear()
        self.setHeaderLabels(list(heads))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column in range(len(heads)):
            if column >= self._numbers_from:
                self.headerItem().setTextAlignment(column, right)
        for number, row in enumerate(rows):
            item = _Row(list(row))
            item.setData(0, Qt.ItemDataRole.UserRole, number)
            for column in range(self._numbers_from, len(row)):
                item.setTextAlignment(column, right)
            for column, text in enumerate(row):
                item.setToolTip(column, text)
            self.addTopLevelItem(item)
        for column in range(len(heads)):
            self.resizeColumnToContents(column)
            self.setColumnWidth(column, min(self.columnWidth(column), _WIDEST))
        self.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    def texts(self) -> list[list[str]]:
        """What the rows say, in the order in which they stand."""
        items = (self.topLevelItem(row) for row in range(self.topLevelItemCount()))
        return [
            [item.text(c) for c in range(self.columnCount())] for item in items if item is not None
        ]

    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chose.emit(int(item.data(0, Qt.ItemDataRole.UserRole)))


class _Row(QTreeWidgetItem):
    def __lt__(self, other: QTreeWidgetItem) -> bool:
        tree = self.treeWidget()
        column = tree.sortColumn() if tree is not None else 0
        return _key(self.text(column)) < _key(other.text(column))


def _key(text: str) -> tuple[int, float, str]:
    head = text.split(" ")[0].replace(",", "")
    try:
        return 1, float(head), text
    except ValueError:
        return 0, 0.0, text.lower()
