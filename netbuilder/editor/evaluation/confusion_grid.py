"""The confusion matrix: what was said of what is right, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from netbuilder.editor.look import Look, ui_font

_HEAD = 20.0
_TITLE = 18.0
_LARGEST, _SMALLEST = 44.0, 4.0
_MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class ConfusionGrid(QWidget):
    """Rows are what is right, columns what was said; a cell is chosen by a click or the arrow keys.

    Attributes:
        chosen: A cell was chosen: what is right, and what was said.
        cell: The chosen cell; None for none.
        counts: How often each class was said of each, a row for what is right.
    """

    chosen = Signal(int, int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._names: tuple[str, ...] = ()
        self.counts: tuple[tuple[int, ...], ...] = ()
        self.cell: tuple[int, int] | None = None
        self.setObjectName("confusion")
        self.setAccessibleName("Confusion matrix")
        self.setToolTip("Rows are what is right, columns what was said. A cell shows its samples.")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.update)

    def put(self, names: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        """Show another matrix; the cell stays chosen while there is one there."""
        self._names = tuple(names)
        self.counts = tuple(tuple(row) for row in counts)
        if self.cell is not None and max(self.cell) >= len(self.counts):
            self.cell = None
        self._describe()
        self.updateGeometry()
        self.update()

    def choose(self, row: int, column: int) -> None:
        """Choose a cell."""
        self.cell = (row, column)
        self._describe()
        self.update()
        self.chosen.emit(row, column)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as its cells can be."""
        side = len(self.counts) * 32.0
        return QSize(round(self._names_width() + _TITLE + side + 4), round(_HEAD + _TITLE + side))

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where a cell is drawn."""
        left, top, side = self._place()
        return QRectF(left + column * side, top + row * side, side, side)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the cell under the mouse."""
        found = self._cell_at(event.position().toPoint())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.choose(*found)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Go from cell to cell."""
        move = _MOVES.get(Qt.Key(event.key()))
        if move is None or not self.counts:
            super().keyPressEvent(event)
            return
        row, column = self.cell or (0, -move[1])
        last = len(self.counts) - 1
        self.choose(min(max(row + move[0], 0), last), min(max(column + move[1], 0), last))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the cells, the darker the larger the share of their row."""
        if not self.counts:
            return
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(11))
        left, top, side = self._place()
        self._draw_names(painter, left, top, side)
        for row, counts in enumerate(self.counts):
            total = sum(counts) or 1
            for column, count in enumerate(counts):
                place = self.cell_rect(row, column).adjusted(0.5, 0.5, -0.5, -0.5)
                share = count / total
                colour = QColor(theme.accent if row == column else theme.error)
                colour.setAlphaF(0.08 + 0.72 * share**0.5 if count else 0.0)
                painter.setPen(QPen(QColor(theme.line), 0.5))
                painter.setBrush(colour)
                painter.drawRect(place)
                if count and side >= 15 and _fits(painter, count, side):
                    strong = share > 0.45
                    painter.setPen(QColor("#ffffff" if strong else theme.text))
                    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{count:,}")
        if self.cell is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.drawRect(self.cell_rect(*self.cell))
        painter.end()

    def _draw_names(self, painter: QPainter, left: float, top: float, side: float) -> None:
        theme, count = self._look.theme, len(self._names)
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(theme.secondary))
        middle = Qt.AlignmentFlag.AlignCenter
        across = QRectF(left, 0, side * count, _TITLE)
        painter.drawText(across, middle, "said")
        painter.save()
        painter.translate(_TITLE / 2, top + side * count / 2)
        painter.rotate(-90)
        painter.drawText(QRectF(-60, -_TITLE / 2, 120, _TITLE), middle, "right")
        painter.restore()
        if side < 11:
            return
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        end = Qt.TextElideMode.ElideRight
        for number, name in enumerate(self._names):
            beside = QRectF(_TITLE, top + number * side, left - _TITLE - 6, side)
            painter.drawText(beside, right, metrics.elidedText(name, end, beside.width()))
            above = QRectF(left + number * side, _TITLE, side, _HEAD)
            painter.drawText(above, middle, metrics.elidedText(name, end, side - 2))

    def _place(self) -> tuple[float, float, float]:
        """Where the cells begin, and how large one is."""
        count = max(len(self.counts), 1)
        left, top = self._names_width() + _TITLE, _HEAD + _TITLE
        room = min(self.width() - left - 2, self.height() - top - 2)
        return left, top, min(max(room / count, _SMALLEST), _LARGEST)

    def _names_width(self) -> float:
        metrics = QFontMetricsF(ui_font(11))
        return min(max((metrics.horizontalAdvance(n) for n in self._names), default=0) + 8, 110.0)

    def _cell_at(self, at: QPoint) -> tuple[int, int] | None:
        left, top, side = self._place()
        row, column = int((at.y() - top) // side), int((at.x() - left) // side)
        inside = 0 <= row < len(self.counts) and 0 <= column < len(self.counts)
        return (row, column) if inside else None

    def _describe(self) -> None:
        if self.cell is None:
            self.setAccessibleDescription(f"{len(self.counts)} classes; no cell is chosen")
            return
        row, column = self.cell
        count = self.counts[row][column]
        self.setAccessibleDescription(
            f"{count} samples of {self._names[row]} were called {self._names[column]}"
        )


def _fits(painter: QPainter, count: int, side: float) -> bool:
    return QFontMetricsF(painter.font()).horizontalAdvance(f"{count:,}") <= side - 3
