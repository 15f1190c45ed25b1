"""The rows of the cost panel: what they come to first, then the nodes, sorted by any column."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from netbuilder.app.costs import COLUMNS, Row, Table, sorted_rows
from netbuilder.editor.widgets.reading import TIMES
from netbuilder.editor.widgets.tips import tip

_Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class CostModel(QAbstractTableModel):
    """The table of what a network costs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table: Table | None = None
        self._rows: list[Row] = []
        self._column = -1
        self._ascending = True

    def put(self, table: Table | None) -> None:
        """Show other figures, sorted as before."""
        self.beginResetModel()
        self._table = table
        self._arrange()
        self.endResetModel()

    def path(self, row: int) -> str:
        """Return the path of the node in a row; empty for the totals."""
        return self._rows[row - 1].path if 1 <= row <= len(self._rows) else ""

    def row_of(self, path: str) -> int:
        """Return the row of a node, or -1."""
        return next((i for i, row in enumerate(self._rows, 1) if row.path == path), -1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's name
        """The totals, and a row a node."""
        return 0 if parent.isValid() or not self._rows else len(self._rows) + 1

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's name
        """What there is to say of a node."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        if not index.isValid() or self._table is None:
            return None
        column = COLUMNS[index.column()]
        is_total = index.row() == 0
        if role == Qt.ItemDataRole.DisplayRole:
            texts = self._table.totals if is_total else self._rows[index.row() - 1].texts
            said = texts.get(column.id, "")
            return said.replace(" x ", f" {TIMES} ") if column.id in ("shape", "field") else said
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        if role == Qt.ItemDataRole.FontRole and is_total:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return None

    def headerData(  # noqa: N802 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """The titles; numbers are sorted from the largest at first."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(f"{column.about} Click to sort by it.")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        if role == Qt.ItemDataRole.InitialSortOrderRole:
            down, up = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder
            return (down if column.is_number else up).value
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """The totals are no node, so they cannot be chosen."""
        if index.row() == 0:
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 brings back the order of evaluation."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        paths = [self.path(index.row()) for index in before]
        self._column, self._ascending = column, order == Qt.SortOrder.AscendingOrder
        self._arrange()
        after = [
            self.index(self.row_of(path), index.column()) if path else QModelIndex()
            for path, index in zip(paths, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        rows = self._table.rows if self._table else ()
        if self._column < 0:
            self._rows = list(rows)
        else:
            name = COLUMNS[self._column].id
            self._rows = sorted_rows(rows, name, ascending=self._ascending)
