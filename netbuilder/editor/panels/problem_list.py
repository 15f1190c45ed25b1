"""The list of problems: rows with a message, a place, and buttons for the fixes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QWidget,
)

from netbuilder.check.diagnostics import Diagnostic
from netbuilder.editor.icons import pixmap
from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.style import colours
from netbuilder.editor.widgets.tips import tip

Index = QModelIndex | QPersistentModelIndex

_DOT = " \N{MIDDLE DOT} "
_MARK = 16
_GAP = 10
_PILL = 24
_WIDEST = 240
_LINES = 3
_NARROW = 560
_FOUND = Qt.ItemDataRole.UserRole
_IGNORED = Qt.ItemDataRole.UserRole + 1


class ProblemModel(QAbstractListModel):
    """Diagnostics as rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: tuple[Diagnostic, ...] = ()
        self._told = 0

    def put(self, found: Sequence[Diagnostic], ignored: Sequence[Diagnostic] = ()) -> None:
        """Show these findings, and behind them those that the document asks not to be told."""
        self.beginResetModel()
        self._found = (*found, *ignored)
        self._told = len(found)
        self.endResetModel()

    def is_ignored(self, index: Index) -> bool:
        """Whether the document asks not to be told what a row says."""
        return index.row() >= self._told

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a row says."""
        if not index.isValid() or index.row() >= len(self._found):
            return None
        found = self._found[index.row()]
        if role == _FOUND:
            return found
        if role == _IGNORED:
            return self.is_ignored(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return found.message
        if role == Qt.ItemDataRole.AccessibleTextRole:
            kind = "ignored" if self.is_ignored(index) else found.severity
            return f"{kind} {found.code}: {found.message}. {found.hint}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip("\n".join(part for part in (found.message, found.hint) if part))
        return None


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the parts of a row lie."""

    mark: QRect
    message: QRect
    detail: QRect
    pills: tuple[QRect, ...]
    height: int


class ProblemRows(QStyledItemDelegate):
    """Draws the rows."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._font, self._small = ui_font(13), ui_font(12)
        self._pill_font = ui_font(12, weight=QFont.Weight.Medium)
        self.hovered: tuple[int, int] | None = None

    def sizeHint(self, option: Any, index: Index) -> QSize:  # noqa: N802 - Qt's
        """As high as the message needs."""
        view = option.widget
        width = view.viewport().width() if isinstance(view, QListView) else option.rect.width()
        return QSize(120, self._places(QRect(0, 0, width, 0), index.data(_FOUND)).height)

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        """Draw a row."""
        found: Diagnostic = index.data(_FOUND)
        places = self._places(option.rect, found)
        theme, mixed = self._look.theme, colours(self._look.theme)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter, option, mixed)
        ignored = bool(index.data(_IGNORED))
        tint = {"error": theme.error, "warning": theme.warning}.get(found.severity, theme.accent)
        tint, ink = (theme.secondary, theme.secondary) if ignored else (tint, theme.text)
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(places.mark, pixmap(found.severity, tint, _MARK, ratio))
        painter.setFont(self._font)
        painter.setPen(QColor(ink))
        wrap = int(
            Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        )
        painter.drawText(places.message, wrap, found.message)
        painter.setFont(self._small)
        painter.setPen(QColor(theme.secondary))
        metrics = QFontMetrics(self._small)
        end = Qt.TextElideMode.ElideRight
        text = f"Ignored{_DOT}{detail(found)}" if ignored else detail(found)
        said = metrics.elidedText(text, end, places.detail.width())
        painter.drawText(places.detail, int(Qt.AlignmentFlag.AlignVCenter), said)
        for number, pill in enumerate(places.pills):
            hot = self.hovered == (index.row(), number)
            text = _pill_text(found, number, len(places.pills))
            self._draw_pill(painter, pill, text, mixed, hot=hot)
        painter.restore()

    def fix_at(self, rect: QRect, found: Diagnostic, at: QPoint) -> int:
        """Return the number of the button at a place; -1 for none."""
        for number, pill in enumerate(self._places(rect, found).pills):
            if pill.contains(at):
                return number
        return -1

    def pill_at(self, rect: QRect, found: Diagnostic, number: int) -> QRect:
        """Return where a button lies."""
        return self._places(rect, found).pills[number]

    def _places(self, rect: QRect, found: Diagnostic) -> _Places:
        inner = rect.adjusted(12, 8, -12, 0)
        count = len(found.fixes)
        # The first fix always has its button; more of them where there is room, the rest in a menu.
        shown = min(count, 1 if rect.width() < _NARROW else 2) + (
            count > (1 if rect.width() < _NARROW else 2)
        )
        widths = [self._pill_width(_pill_text(found, i, shown)) for i in range(shown)]
        left = inner.left() + _MARK + _GAP
        right = inner.right() - sum(widths) - 6 * max(shown - 1, 0) - (_GAP if shown else 0)
        width = max(right - left, 60)
        metrics = QFontMetrics(self._font)
        wrap = int(Qt.TextFlag.TextWordWrap)
        need = metrics.boundingRect(QRect(0, 0, width, 9999), wrap, found.message).height()
        high = min(need, metrics.lineSpacing() * _LINES)
        message = QRect(left, inner.top(), width, high)
        under = QRect(left, message.bottom() + 2, width, QFontMetrics(self._small).height())
        height = under.bottom() - rect.top() + 9
        mark = QRect(inner.left(), inner.top() + 1, _MARK, _MARK)
        pills, x = [], inner.right() - sum(widths) - 6 * max(shown - 1, 0)
        for wide in widths:
            pills.append(QRect(x, rect.top() + (height - _PILL) // 2, wide, _PILL))
            x += wide + 6
        return _Places(mark, message, under, tuple(pills), height)

    def _pill_width(self, text: str) -> int:
        return min(QFontMetrics(self._pill_font).horizontalAdvance(text) + 20, _WIDEST)

    def _draw_ground(self, painter: QPainter, option: Any, mixed: dict[str, str]) -> None:
        chosen = option.state & QStyle.StateFlag.State_Selected
        over = option.state & QStyle.StateFlag.State_MouseOver
        if chosen or over:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mixed["select" if chosen else "raised"]))
            painter.drawRoundedRect(option.rect.adjusted(4, 1, -4, -1), 6, 6)
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(mixed["accent"]), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(option.rect.adjusted(4, 1, -5, -2), 6, 6)

    def _draw_pill(
        self, painter: QPainter, rect: QRect, text: str, mixed: dict[str, str], *, hot: bool
    ) -> None:
        painter.setPen(QPen(QColor(mixed["accent" if hot else "line"]), 1))
        painter.setBrush(QColor(mixed["raised"]))
        painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), 6, 6)
        painter.setFont(self._pill_font)
        painter.setPen(QColor(mixed["text"]))
        end = Qt.TextElideMode.ElideRight
        said = QFontMetrics(self._pill_font).elidedText(text, end, rect.width() - 16)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), said)


class ProblemList(QListView):
    """The rows, with mouse and keys.

    Attributes:
        wanted: Told with the diagnostic whose place should be shown.
        fix_wanted: Told with the fix that should be taken.
        ignore_wanted: Told with the diagnostic that should not be told any more, and whether at its
            nodes alone.
        heed_wanted: Told with the diagnostic that should be told again.
    """

    wanted = Signal(object)  # Diagnostic
    fix_wanted = Signal(object)  # Fix
    ignore_wanted = Signal(object, bool)  # Diagnostic
    heed_wanted = Signal(object)  # Diagnostic

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problem_list")
        self.setAccessibleName("Problems")
        self.setAccessibleDescription(
            "Enter shows the node, Alt+Enter offers the fixes, Ctrl+C copies the message."
        )
        self.rows = ProblemRows(look, self)
        self.setItemDelegate(self.rows)
        self.setMouseTracking(True)
        self.setUniformItemSizes(False)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        # Hundreds of rows are measured in parts, so that typing never waits for them.
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(60)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    def found(self, index: QModelIndex) -> Diagnostic | None:
        """Return the diagnostic of a row."""
        value = index.data(_FOUND) if index.isValid() else None
        return value if isinstance(value, Diagnostic) else None

    def offer(self, index: QModelIndex, at: QPoint) -> None:
        """Show a menu with what can be done about a row."""
        found = self.found(index)
        if found is None:
            return
        menu = QMenu(self)
        menu.setObjectName("problem_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, fix in enumerate(found.fixes):
            action = menu.addAction(_capital(fix.title).replace("&", "&&"))
            action.setData(number)
        if found.fixes:
            menu.addSeparator()
        if index.data(_IGNORED):
            menu.addAction("Warn of this again").setData("heed")
            menu.addSeparator()
        elif found.severity != "error":
            if found.nodes:
                menu.addAction("Do not warn of this here").setData("ignore_here")
            menu.addAction("Do not warn of this in this document").setData("ignore")
            menu.addSeparator()
        menu.addAction("Show where it is").setData("show")
        menu.addAction("Copy message").setData("copy")
        menu.triggered.connect(self._on_menu)
        menu.popup(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter shows the place, Alt+Enter offers the fixes, Ctrl+C copies."""
        index = self.currentIndex()
        found = self.found(index)
        if found is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self.offer(index, self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))
            else:
                self.wanted.emit(found)
        elif found is not None and event.matches(QKeySequence.StandardKey.Copy):
            self._copy(found)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offer what can be done about a row."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        at = self.viewport().mapToGlobal(self.visualRect(index).center())
        self.offer(index, at if by_key else event.globalPos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Light up the button under the mouse."""
        super().mouseMoveEvent(event)
        index, number = self._button_at(event.position().toPoint())
        hovered = (index.row(), number) if number >= 0 else None
        if hovered != self.rows.hovered:
            self.rows.hovered = hovered
            shape = Qt.CursorShape.PointingHandCursor if hovered else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Measure the rows anew: the narrower, the higher."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is under the mouse."""
        super().leaveEvent(event)
        self.rows.hovered = None
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the fix whose button is under the mouse, or show where the problem is."""
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        index, number = self._button_at(at)
        found = self.found(index)
        if found is None:
            return
        if number < 0:
            self.wanted.emit(found)
        elif number < self._single(index):
            self.fix_wanted.emit(found.fixes[number])
        else:
            self.offer(index, self.viewport().mapToGlobal(at))

    def _button_at(self, at: QPoint) -> tuple[QModelIndex, int]:
        index = self.indexAt(at)
        found = self.found(index)
        if found is None:
            return index, -1
        return index, self.rows.fix_at(self.visualRect(index), found, at)

    def _single(self, index: QModelIndex) -> int:
        """How many buttons of a row stand for one fix; one more opens the menu."""
        found = self.found(index)
        count = len(found.fixes) if found else 0
        most = 1 if self.visualRect(index).width() < _NARROW else 2
        return min(count, most)

    def _on_menu(self, action: QAction) -> None:
        found, chosen = self.found(self.currentIndex()), action.data()
        if found is None:
            return
        if chosen == "show":
            self.wanted.emit(found)
        elif chosen == "copy":
            self._copy(found)
        elif chosen in ("ignore", "ignore_here"):
            self.ignore_wanted.emit(found, chosen == "ignore_here")
        elif chosen == "heed":
            self.heed_wanted.emit(found)
        elif isinstance(chosen, int) and chosen < len(found.fixes):
            self.fix_wanted.emit(found.fixes[chosen])

    def _copy(self, found: Diagnostic) -> None:
        QGuiApplication.clipboard().setText(f"{found.code} {found.where}: {found.message}")


def detail(found: Diagnostic) -> str:
    """Return the second line of a row: code, place and the way out."""
    parts = (found.code, str(found.where) or _group(found), found.hint)
    return _DOT.join(part for part in parts if part)


def _group(found: Diagnostic) -> str:
    return f"group {found.where.group}" if found.where.group else ""


def _pill_text(found: Diagnostic, number: int, shown: int) -> str:
    more = len(found.fixes) >= shown and number == shown - 1 and len(found.fixes) > number + 1
    return "More\N{HORIZONTAL ELLIPSIS}" if more else _capital(found.fixes[number].title)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
