"""The rows of the search box: what they hold and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from netbuilder.app.letters import runs
from netbuilder.editor.canvas.offers import Found
from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.node_icons import SIDE, ink_of, paint_node_icon
from netbuilder.editor.style import colours

ROW = 28
_PAD = 10.0
_RING = 4.0

Index = QModelIndex | QPersistentModelIndex


class Rows(QAbstractListModel):
    """What was found, the best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: Sequence[Found] = ()

    def show(self, found: Sequence[Found]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many there are."""
        return 0 if parent is not None and parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What tests and screen readers are told; the delegate draws from ``found``."""
        if not index.isValid():
            return None
        offer = self.found[index.row()].offer
        if role == Qt.ItemDataRole.DisplayRole:
            return offer.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{offer.title}, {offer.category}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return offer.sentence
        return None


class RowPainter(QStyledItemDelegate):
    """Draws a row: the icon in its category's colour, the title with the typed letters in bold, the category.

    Args:
        look: The theme in force.
        rows: What is shown.
        parent: The list.
    """

    def __init__(self, look: Look, rows: Rows, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self._rows = rows

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """All rows are of one height."""
        return QSize(0, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        found, theme = self._rows.found[index.row()], self._look.theme
        rect = QRectF(option.rect)  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(colours(theme)["select"]))
            painter.drawRoundedRect(rect, 6, 6)
        self._mark(painter, rect, found)
        left = rect.left() + _PAD + SIDE + 8
        right = self._category(painter, rect, found.offer.category)
        self._title(painter, QRectF(left, rect.top(), right - left - 8, rect.height()), found)
        painter.restore()

    def _mark(self, painter: QPainter, rect: QRectF, found: Found) -> None:
        top = rect.top() + (rect.height() - SIDE) / 2
        place = QRectF(rect.left() + _PAD, top, SIDE, SIDE)
        offer = found.offer
        if offer.kind == "port":  # a ring, as ports are drawn
            painter.setPen(QPen(QColor(offer.colour), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(place.center(), _RING, _RING)
        else:
            paint_node_icon(painter, place, offer.key, ink_of(offer.colour, self._look.theme))

    def _category(self, painter: QPainter, rect: QRectF, text: str) -> float:
        font = ui_font(11)
        width = QFontMetricsF(font).horizontalAdvance(text)
        place = QRectF(rect.right() - _PAD - width, rect.top(), width + 1, rect.height())
        painter.setFont(font)
        painter.setPen(QColor(self._look.theme.secondary))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        return place.left()

    def _title(self, painter: QPainter, place: QRectF, found: Found) -> None:
        plain, bold = ui_font(13), ui_font(13, weight=QFont.Weight.Bold)
        painter.setPen(QColor(self._look.theme.text))
        painter.setClipRect(place)
        x = place.left()
        for text, strong in runs(found.offer.title, found.places):
            font = bold if strong else plain
            width = QFontMetricsF(font).horizontalAdvance(text)
            painter.setFont(font)
            run = QRectF(x, place.top(), width + 2, place.height())
            painter.drawText(run, Qt.AlignmentFlag.AlignVCenter, text)
            x += width
