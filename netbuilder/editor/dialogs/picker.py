"""A field with a list below it, over the window: type, choose with the arrows, take with Enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from netbuilder.editor.icons import icon
from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.style import colours
from netbuilder.editor.widgets.labels import Plain
from netbuilder.editor.widgets.search_field import SearchField
from netbuilder.editor.workspace import Workspace

ROW = 32
_SHOWN = 11
_WIDTH = 600
_TOP = 72
_PAD = 10.0
_MARK = 16.0
_SHADE = 14

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Choice:
    """A line that can be taken.

    Attributes:
        key: What it stands for.
        title: What is read first.
        detail: What stands behind it, quietly.
        side: What stands at the right: a shortcut, a place.
        icon: The name of an icon, or a colour for a square mark; empty for neither.
        places: The letters of the title that were typed.
        usable: Whether it can be taken now.
        boxed: Whether what stands at the right are keys.
    """

    key: str
    title: str
    detail: str = ""
    side: str = ""
    icon: str = ""
    places: tuple[int, ...] = ()
    usable: bool = True
    boxed: bool = False


class Choices(QAbstractListModel):
    """What can be taken, the best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Choice] = ()

    def show(self, rows: Sequence[Choice]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

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
            words = [row.title, row.detail, row.side, "" if row.usable else "not possible now"]
            return ", ".join(word for word in words if word)
        return None


class ChoicePainter(QStyledItemDelegate):
    """Draws a line: icon or mark, title with the typed letters in bold, detail, and the right side."""

    def __init__(self, look: Look, choices: Choices, parent: QObject) -> None:
        super().__init__(parent)
        self._look, self._choices = look, choices
        self._plain = ui_font(13)
        self._bold = ui_font(13, weight=QFont.Weight.Bold)
        self._small = ui_font(12)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """All lines are of one height."""
        return QSize(0, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a line."""
        row, theme = self._choices.rows[index.row()], self._look.theme
        rect = QRectF(option.rect)  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            chosen = bool(state & QStyle.StateFlag.State_Selected)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours(theme)["select"] if chosen else theme.raised))
            painter.drawRoundedRect(rect, 6, 6)
        painter.setOpacity(1.0 if row.usable else 0.5)
        painter.save()  # an icon leaves the opacity as it likes it
        self._draw_mark(painter, rect, row)
        painter.restore()
        right = self._draw_side(painter, rect, row)
        left = rect.left() + _PAD + _MARK + 10
        used = self._draw_title(painter, QRectF(left, rect.top(), right - left - 8, ROW), row)
        self._draw_detail(painter, QRectF(used + 10, rect.top(), right - used - 22, ROW), row)
        painter.restore()

    def _draw_mark(self, painter: QPainter, rect: QRectF, row: Choice) -> None:
        left, middle = rect.left() + _PAD, rect.center().y()
        if row.icon.startswith("#"):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(row.icon))
            painter.drawRoundedRect(QRectF(left + 3, middle - 5, 10, 10), 3, 3)
        elif row.icon:
            place = QRectF(left, middle - _MARK / 2, _MARK, _MARK).toAlignedRect()
            icon(row.icon, self._look.theme.secondary).paint(painter, place)

    def _draw_side(self, painter: QPainter, rect: QRectF, row: Choice) -> float:
        """Draw what stands at the right and return where it begins."""
        if not row.side:
            return rect.right() - _PAD
        theme = self._look.theme
        painter.setFont(self._small)
        width = QFontMetricsF(self._small).horizontalAdvance(row.side)
        room = 14.0 if row.boxed else 0.0
        box = QRectF(rect.right() - _PAD - width - room, rect.center().y() - 10, width + room, 20)
        if row.boxed:
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(theme.secondary))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, row.side)
        return box.left()

    def _draw_title(self, painter: QPainter, place: QRectF, row: Choice) -> float:
        """Draw the title and return where it ends."""
        painter.setPen(QColor(self._look.theme.text))
        if not row.places:
            painter.setFont(self._plain)
            metrics = QFontMetricsF(self._plain)
            said = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, said)
            return place.left() + metrics.horizontalAdvance(said)
        x = place.left()
        painter.save()
        painter.setClipRect(place)
        for at, letter in enumerate(row.title):
            font = self._bold if at in row.places else self._plain
            painter.setFont(font)
            run = QRectF(x, place.top(), place.right() - x, place.height())
            painter.drawText(run, Qt.AlignmentFlag.AlignVCenter, letter)
            x += QFontMetricsF(font).horizontalAdvance(letter)
        painter.restore()
        return min(x, place.right())

    def _draw_detail(self, painter: QPainter, place: QRectF, row: Choice) -> None:
        if not row.detail or place.width() < 24:
            return
        painter.setFont(self._small)
        painter.setPen(QColor(self._look.theme.secondary))
        said = QFontMetricsF(self._small).elidedText(
            row.detail, Qt.TextElideMode.ElideRight, place.width()
        )
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, said)


class Picker(QDialog):
    """A search over the window that goes away by itself; subclasses say what there is.

    It lies inside of the window, so that no window manager has a say in it.

    Args:
        workspace: What is open.
        words: What stands in the empty field.
        parent: The window.
    """

    def __init__(self, workspace: Workspace, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self._before: QWidget | None = None
        if parent is not None:
            self.setWindowFlags(Qt.WindowType.Widget)
            parent.installEventFilter(self)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self._build(words)
        workspace.look.changed.connect(self.update)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)

    def choices(self, typed: str) -> list[Choice]:
        """Return what fits, the best first."""
        raise NotImplementedError

    def take(self, choice: Choice) -> None:
        """Do what was chosen; the picker is closed by then."""
        raise NotImplementedError

    def nothing(self, typed: str) -> str:
        """Return what is said where nothing fits."""
        return f"Nothing is called “{typed.strip()}”. Try fewer letters."

    def hint(self, choice: Choice) -> str:
        """Return a sentence about a line."""
        return choice.detail

    def refill(self) -> None:
        """Ask anew what there is."""
        found = self.choices(self.field.text())
        self.rows.show(found)
        if found:
            self.list.setCurrentIndex(self.rows.index(0))
            self.list.scrollToTop()
        self._tell()
        self._place()

    def _build(self, words: str) -> None:
        look = self.workspace.look
        self.field = SearchField(look, words, self)
        self.field.setMinimumHeight(34)
        self.rows = Choices(self)
        self.list = QListView(self)
        self.list.setObjectName("choices")
        self.list.setAccessibleName(words)
        self.list.setModel(self.rows)
        self.list.setItemDelegate(ChoicePainter(look, self.rows, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setFixedHeight(ROW * _SHOWN)
        self.list.setStyleSheet("background: transparent;")
        self.said = Plain("", "secondary", self)
        self.said.setContentsMargins(10, 0, 10, 0)
        column = QVBoxLayout(self)
        edge = _SHADE + 10
        column.setContentsMargins(edge, edge - 6, edge, edge + 2)
        column.setSpacing(8)
        for part in (self.field, self.list, self.said):
            column.addWidget(part)
        self.field.textChanged.connect(self.refill)
        self.field.stepped.connect(self._on_stepped)
        self.field.taken.connect(self._on_taken)
        self.field.left.connect(self.reject)
        self.list.clicked.connect(self._on_clicked)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Lie in the upper middle of the window, ready to type."""
        super().showEvent(event)
        self._before = QApplication.focusWidget()
        self._place()
        self.raise_()
        self.refill()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def done(self, result: int) -> None:
        """Close, and give the focus back to where it was."""
        before, self._before = self._before, None
        inside = self.isVisible() and self.isAncestorOf(QApplication.focusWidget() or self)
        super().done(result)
        if inside and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the size of the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Leave on Escape; nothing typed here goes on to what lies below."""
        if event.key() == Qt.Key.Key_Escape:
            self.reject()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Keep clicks from what lies below."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the card with a soft shadow."""
        theme = self.workspace.look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(_SHADE, _SHADE - 6, -_SHADE, -_SHADE)
        painter.setPen(Qt.PenStyle.NoPen)
        shadow = QColor("#000000")
        for step in range(_SHADE, 0, -2):
            shadow.setAlphaF(theme.shade * 0.07)
            painter.setBrush(shadow)
            painter.drawRoundedRect(
                body.adjusted(-step, -step + 6, step, step), 12 + step, 12 + step
            )
        painter.setPen(QPen(QColor(theme.card_line), 1))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        painter.end()

    def _place(self) -> None:
        parent = self.parentWidget()
        width, rows = _WIDTH + 2 * _SHADE, min(self.rows.rowCount(), _SHOWN)
        room = _SHOWN
        if parent is not None:
            width = min(width, parent.width() - 16)
            room = max(3, (parent.height() - _TOP - 146) // ROW)
        self.list.setFixedHeight(ROW * min(rows, room))
        column = self.layout()
        if column is not None:
            column.activate()
        height = self.sizeHint().height()
        if parent is None:
            self.resize(width, height)
        else:
            self.setGeometry((parent.width() - width) // 2, _TOP, width, height)

    def _tell(self) -> None:
        choice = self._current()
        if choice is not None:
            self.said.setText(self.hint(choice))
        else:
            self.said.setText(self.nothing(self.field.text()))

    def _current(self) -> Choice | None:
        at = self.list.currentIndex().row()
        return self.rows.rows[at] if 0 <= at < len(self.rows.rows) else None

    def _on_stepped(self, by: int) -> None:
        count = self.rows.rowCount()
        if count:
            at = self.list.currentIndex().row() + by
            # Single steps go round; pages stop at the ends.
            at = at % count if abs(by) == 1 else min(max(at, 0), count - 1)
            self.list.setCurrentIndex(self.rows.index(at))
            self._tell()

    def _on_taken(self) -> None:
        choice = self._current()
        if choice is None:
            return
        if not choice.usable:
            self.said.setText(f"{choice.title} is not possible now.")
            return
        self.accept()
        self.take(choice)

    def _on_clicked(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self._on_taken()

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Go away when one goes on elsewhere in the window; not when another window comes up."""
        if self.isVisible() and now is not None and now is not self and not self.isAncestorOf(now):
            self.reject()
