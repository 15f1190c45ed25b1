"""The palette's list: its model, how rows are drawn, and what hands do on it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDrag,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from netbuilder.app.letters import runs
from netbuilder.editor.canvas.dropping import MIME
from netbuilder.editor.icons import icon
from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.node_icons import SIDE, ink_of, paint_node_icon
from netbuilder.editor.panels.palette_rows import FAVOURITES, Row
from netbuilder.editor.style import colours

ROW = 26
HEADING = 30
_ROW_SIZE, _HEADING_SIZE = QSize(0, ROW), QSize(0, HEADING)
_LEFT = 12.0
_STAR = 14

Index = QModelIndex | QPersistentModelIndex


class Rows(QAbstractListModel):
    """The rows of the palette."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Row] = ()

    def show(self, rows: Sequence[Row]) -> bool:
        """Show other rows; return whether they are others."""
        if rows == self.rows:
            return False
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()
        return True

    def find(self, row: Row) -> QModelIndex:
        """Return where the same thing stands now."""
        for at, other in enumerate(self.rows):
            if (other.key, other.section) == (row.key, row.section):
                return self.index(at)
        return QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many there are."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What tests and screen readers are told; the delegate draws from ``rows``."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if row.is_heading:
                return f"{row.title}, {'folded' if row.folded else 'unfolded'}"
            return f"{row.title}, {row.section}{', favourite' if row.starred else ''}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return row.sentence
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Everything can be chosen; what is no heading can be dragged."""
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and not self.rows[index.row()].is_heading:
            found |= Qt.ItemFlag.ItemIsDragEnabled
        return found

    def mimeTypes(self) -> list[str]:  # noqa: N802 - Qt's name
        """What the canvas takes."""
        return [MIME]

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:  # noqa: N802 - Qt's name
        """Say what is dragged."""
        data = QMimeData()
        for index in indexes:
            data.setData(MIME, self.rows[index.row()].key.encode())
        return data


class RowPainter(QStyledItemDelegate):
    """Draws a row: the icon in its category's colour and the title; headings are small and quiet."""

    def __init__(self, look: Look, rows: Rows, parent: QListView) -> None:
        super().__init__(parent)
        self._look, self._rows, self._list = look, rows, parent
        self._heading = ui_font(11, weight=QFont.Weight.DemiBold)
        self._plain = ui_font(13)
        self._bold = ui_font(13, weight=QFont.Weight.Bold)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Headings have a little air above them."""
        return _HEADING_SIZE if self._rows.rows[index.row()].is_heading else _ROW_SIZE

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        row = self._rows.rows[index.row()]
        rect = QRectF(option.rect)  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.is_heading:
            self._draw_heading(painter, rect, row, state)
        else:
            self._draw_entry(painter, rect, row, state)
        painter.restore()

    def _draw_heading(
        self, painter: QPainter, rect: QRectF, row: Row, state: QStyle.StateFlag
    ) -> None:
        theme = self._look.theme
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.setPen(QColor(theme.text if hovered or chosen else theme.secondary))
        painter.setFont(self._heading)
        line = rect.adjusted(_LEFT, 6, -24, 0)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, row.title)
        if hovered or chosen or row.folded:
            name = "chevron_right" if row.folded else "chevron_down"
            place = QRectF(rect.right() - 24, line.center().y() - 6, 12, 12)
            icon(name, theme.secondary).paint(painter, place.toAlignedRect())
        if chosen and self._list.hasFocus():
            self._draw_focus(painter, rect.adjusted(4, 7, -4, -1))

    def _draw_entry(
        self, painter: QPainter, rect: QRectF, row: Row, state: QStyle.StateFlag
    ) -> None:
        theme = self._look.theme
        ground = rect.adjusted(4, 0, -4, 0)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or hovered:
            painter.setBrush(QColor(colours(theme)["select"] if chosen else theme.raised))
            painter.drawRoundedRect(ground, 6, 6)
        top = rect.top() + (rect.height() - SIDE) / 2
        place = QRectF(_LEFT, top, SIDE, SIDE)
        paint_node_icon(painter, place, row.key, ink_of(row.colour, theme))
        left = _LEFT + SIDE + 8
        has_star = hovered or (row.starred and row.section != FAVOURITES)
        right = rect.right() - (32 if has_star else 8)
        self._draw_title(painter, QRectF(left, rect.top(), right - left, rect.height()), row)
        if has_star:
            name = "star_filled" if row.starred else "star"
            icon(name, theme.secondary).paint(painter, star_place(rect.toRect()))

    def _draw_title(self, painter: QPainter, place: QRectF, row: Row) -> None:
        painter.setPen(QColor(self._look.theme.text))
        # As wide as if all of it were bold, so that it fits whatever was typed.
        widest = QFontMetricsF(self._bold if row.places else self._plain)
        said = widest.elidedText(row.title, Qt.TextElideMode.ElideRight, place.width())
        x = place.left()
        for text, strong in runs(said, row.places):
            font = self._bold if strong else self._plain
            width = QFontMetricsF(font).horizontalAdvance(text)
            painter.setFont(font)
            run = QRectF(x, place.top(), width + 2, place.height())
            painter.drawText(run, Qt.AlignmentFlag.AlignVCenter, text)
            x += width

    def _draw_focus(self, painter: QPainter, place: QRectF) -> None:
        painter.setPen(QPen(QColor(self._look.theme.accent), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place, 5, 5)


def star_place(rect: QRect) -> QRect:
    """Return where the star of a row is."""
    return QRect(rect.right() - _STAR - 10, rect.center().y() - _STAR // 2 + 1, _STAR, _STAR)


class PaletteList(QListView):
    """The list of the palette.

    Attributes:
        rows: What it shows.
        wanted: Told with a row that should be added to the graph.
        fold_wanted: Told with a heading, and whether it should hide what is under it.
        star_wanted: Told with a row that should become a favourite, or no more be one.
        menu_wanted: Told with a row and a point of the screen.
        typed: Told with letters that were typed here; they belong to the search field.
        pointed: Told with the row the pointer is over, or None.
    """

    wanted = Signal(object)  # Row
    fold_wanted = Signal(object, bool)  # Row
    star_wanted = Signal(object)  # Row
    menu_wanted = Signal(object, QPoint)  # Row
    typed = Signal(str)
    pointed = Signal(object)  # Row or None

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = Rows(self)
        self._picture = QPixmap()
        self._grip = QPoint()
        self.setObjectName("palette_list")
        self.setAccessibleName("Layers")
        self.setModel(self.rows)
        self.setItemDelegate(RowPainter(look, self.rows, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(ROW)
        self.entered.connect(self._on_entered)
        self.viewportEntered.connect(self._on_nowhere)

    def row_at(self, index: Index) -> Row | None:
        """Return the row of an index."""
        return self.rows.rows[index.row()] if index.isValid() else None

    @property
    def current(self) -> Row | None:
        """The chosen row."""
        return self.row_at(self.currentIndex())

    def choose(self, at: int) -> None:
        """Choose a row, as near as there is one."""
        count = self.rows.rowCount()
        if count:
            self.setCurrentIndex(self.rows.index(min(max(at, 0), count - 1)))

    def step(self, by: int) -> None:
        """Choose a row farther down or up; headings are passed by."""
        at, rows = self.currentIndex().row(), self.rows.rows
        way = 1 if by > 0 else -1
        for _ in range(abs(by)):
            after = at + way
            while 0 <= after < len(rows) and rows[after].is_heading:
                after += way
            if not 0 <= after < len(rows):
                break
            at = after
        if at >= 0:
            self.choose(at)

    def set_drag_picture(self, picture: QPixmap, grip: QPoint) -> None:
        """Say what is shown at the pointer while the chosen row is dragged."""
        self._picture, self._grip = picture, grip

    def startDrag(self, actions: Qt.DropAction) -> None:  # noqa: N802 - Qt's name
        """Drag the chosen row as the card it becomes."""
        index = self.currentIndex()
        row = self.row_at(index)
        if row is None or row.is_heading:
            return
        drag = QDrag(self)
        drag.setMimeData(self.rows.mimeData([index]))
        if not self._picture.isNull():
            drag.setPixmap(self._picture)
            drag.setHotSpot(self._grip)
        self.pointed.emit(None)
        drag.exec(Qt.DropAction.CopyAction)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Fold a section, or make a favourite; anything else begins a drag."""
        index = self.indexAt(event.position().toPoint())
        row = self.row_at(index)
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            if row.is_heading:
                self.setCurrentIndex(index)
                self.fold_wanted.emit(row, not row.folded)
                return
            if star_place(self.visualRect(index)).contains(event.position().toPoint()):
                self.star_wanted.emit(row)
                return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Add the row to the graph."""
        index = self.indexAt(event.position().toPoint())
        row = self.row_at(index)
        if event.button() != Qt.MouseButton.LeftButton or row is None:
            return
        on_star = star_place(self.visualRect(index)).contains(event.position().toPoint())
        if row.is_heading or on_star:
            self.mousePressEvent(event)
        else:
            self.setCurrentIndex(index)
            self.wanted.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Add, fold and unfold; letters belong to the search field."""
        row, key = self.current, event.key()
        if row is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if row.is_heading:
                self.fold_wanted.emit(row, not row.folded)
            else:
                self.wanted.emit(row)
        elif row is not None and key == Qt.Key.Key_Left:
            self._go_out(row)
        elif row is not None and key == Qt.Key.Key_Right:
            if row.is_heading and row.folded:
                self.fold_wanted.emit(row, False)
        elif event.text().isprintable() and event.text().strip():
            self.typed.emit(event.text())
        elif key == Qt.Key.Key_Escape:
            self.typed.emit("")
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offer what can be done with a row."""
        keyed = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if keyed else self.indexAt(event.pos())
        row = self.row_at(index)
        if row is not None:
            self.setCurrentIndex(index)
            place = self.visualRect(index).center() if keyed else event.pos()
            self.menu_wanted.emit(row, self.viewport().mapToGlobal(place))

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Notice that the pointer went away."""
        if event.type() in (QEvent.Type.Leave, QEvent.Type.Wheel, QEvent.Type.MouseButtonPress):
            self.pointed.emit(None)
        return super().viewportEvent(event)

    def place_of(self, row: Row) -> QPointF:
        """Return where a row's middle is, on the screen, at the right edge of the list."""
        rect = self.visualRect(self.rows.find(row))
        return QPointF(self.viewport().mapToGlobal(QPoint(self.width(), rect.center().y())))

    def _go_out(self, row: Row) -> None:
        """Fold the section, or go to its heading."""
        if row.is_heading and not row.folded:
            self.fold_wanted.emit(row, True)
        elif not row.is_heading:
            for at in range(self.currentIndex().row(), -1, -1):
                if self.rows.rows[at].is_heading:
                    self.choose(at)
                    return

    def _on_entered(self, index: QModelIndex) -> None:
        row = self.row_at(index)
        self.pointed.emit(row if row is not None and not row.is_heading else None)

    def _on_nowhere(self) -> None:
        self.pointed.emit(None)
