"""The search box that opens at the cursor: to add a node, to end a wire, to put something into one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor.canvas.offers import Found, Offer, search
from netbuilder.editor.canvas.search_rows import ROW, RowPainter, Rows
from netbuilder.editor.icons import icon
from netbuilder.editor.look import Look

_WIDTH = 352
_SHOWN = 9  # rows
_MARGIN = 8
_KEYS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _SHOWN - 1,
    Qt.Key.Key_PageUp: 1 - _SHOWN,
    Qt.Key.Key_Tab: 1,
    Qt.Key.Key_Backtab: -1,
}


class _Field(QLineEdit):
    """Where one types; what belongs to the list goes there."""

    stepped = Signal(int)
    taken = Signal()
    left = Signal()

    def event(self, event: QEvent) -> bool:
        """Keep Tab, which would lead to another widget."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in _KEYS:
                self.stepped.emit(_KEYS[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.taken.emit()
                return True
            if key == Qt.Key.Key_Escape:
                self.left.emit()
                return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Close when one goes on elsewhere; not when another window comes to the front."""
        super().focusOutEvent(event)
        stays = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
        if event.reason() not in stays:
            self.left.emit()


class SearchBox(QFrame):
    """A card with a field, what fits best below it, and a sentence about the chosen row.

    Args:
        look: The theme in force.
        parent: What it lies on.

    Attributes:
        chosen: Told with the ``Offer`` that was chosen; the box is closed then.
        closed: Told when it closes without a choice.
    """

    chosen = Signal(object)  # Offer
    closed = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("search_box")
        self.setAccessibleName("Search")
        # A click anywhere on the card leaves the focus in its field, and does not give it to the canvas.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._look = look
        self._offers: Sequence[Offer] = ()
        self._recent: Sequence[str] = ()
        self._point = QPoint()
        self._build()
        look.changed.connect(self._tint)
        self._tint()
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.isVisible()

    @property
    def found(self) -> Sequence[Found]:
        """What is listed, the best first."""
        return self._rows.found

    def ask(
        self,
        offers: Sequence[Offer],
        at: QPoint,
        *,
        about: str = "",
        recent: Sequence[str] = (),
        more: Sequence[QAction] = (),
    ) -> None:
        """Open at a point of the parent.

        Args:
            offers: What can be chosen.
            at: Where.
            about: What the choice is for; empty for a node that stands alone.
            recent: Ids that were chosen before, the last one first.
            more: Commands for this place, as buttons below.
        """
        self._offers, self._recent, self._point = offers, recent, at
        self._about.setText(about)
        self._about.setVisible(bool(about))
        self._show_more(more)
        self._field.clear()
        self._fill()
        self.show()
        self._place()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_quietly(self) -> None:
        """Close; nobody is told."""
        self._offers = ()
        parent, typing = self.parentWidget(), self._field.hasFocus()
        self.hide()
        self._rows.show(())
        if typing and parent is not None:
            # Hiding gives the focus to whatever comes next in the window.
            parent.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        self._field = _Field(self)
        self._field.setObjectName("search_field")
        self._field.setPlaceholderText("Find a layer")
        self._field.setAccessibleName("Find a layer")
        self._field.setToolTip("Type a few letters, choose with the arrows, place with Enter.")
        self.setFocusProxy(self._field)
        self._glass = QAction(self)
        self._field.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._about = self._label("search_about")
        self._rows = Rows(self)
        self._list = QListView(self)
        self._list.setObjectName("search_list")
        self._list.setAccessibleName("What fits")
        self._list.setModel(self._rows)
        self._list.setItemDelegate(RowPainter(self._look, self._rows, self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._sentence = self._label("search_sentence")
        self._sentence.setWordWrap(True)
        self._more = QWidget(self)
        self._more_row = QHBoxLayout(self._more)
        self._more_row.setContentsMargins(0, 0, 0, 0)
        self._more_row.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        for part in (self._field, self._about, self._list, self._sentence, self._more):
            column.addWidget(part)
        self._field.textChanged.connect(self._fill)
        self._field.stepped.connect(self._step)
        self._field.taken.connect(self._take)
        self._field.left.connect(self._leave)
        self._list.clicked.connect(self._on_clicked)
        self._list.entered.connect(self._on_entered)

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", "secondary")
        label.setContentsMargins(4, 0, 4, 0)
        return label

    def _show_more(self, actions: Sequence[QAction]) -> None:
        while self._more_row.count():
            old = self._more_row.takeAt(0).widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for action in actions:
            button = QToolButton(self._more)
            button.setDefaultAction(action)
            button.setProperty("role", "quiet")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setToolButtonStyle(
                Qt.ToolButtonStyle.ToolButtonTextBesideIcon
                if not action.icon().isNull()
                else Qt.ToolButtonStyle.ToolButtonTextOnly
            )
            button.setText(action.text().removesuffix("…").removeprefix("Add "))
            button.setAccessibleName(action.text())
            button.clicked.connect(self._leave)
            self._more_row.addWidget(button)
        self._more_row.addStretch(1)
        self._more.setVisible(bool(actions))

    def _fill(self) -> None:
        found = search(self._offers, self._field.text(), self._recent)
        self._rows.show(found)
        if self.is_open:
            self._fit(self.y())
        if found:
            self._list.setCurrentIndex(self._rows.index(0))
            self._list.scrollToTop()
        self._tell()

    def _tell(self) -> None:
        offer = self._current()
        if offer is not None:
            self._sentence.setText(offer.sentence or offer.category)
        elif self._offers:
            self._sentence.setText("Nothing is called like this. Try fewer letters.")
        else:
            self._sentence.setText("Nothing fits here.")

    def _current(self) -> Offer | None:
        row = self._list.currentIndex().row()
        return self._rows.found[row].offer if 0 <= row < len(self._rows.found) else None

    def _step(self, by: int) -> None:
        count = self._rows.rowCount()
        if count:
            row = self._list.currentIndex().row() + by
            # Single steps go round; pages stop at the ends.
            row = row % count if abs(by) == 1 else min(max(row, 0), count - 1)
            self._list.setCurrentIndex(self._rows.index(row))
            self._tell()

    def _take(self) -> None:
        offer = self._current()
        if offer is not None:
            self.close_quietly()
            self.chosen.emit(offer)

    def _leave(self) -> None:
        if self.is_open:
            self.close_quietly()
            self.closed.emit()

    def _on_clicked(self, index: QModelIndex) -> None:
        self._list.setCurrentIndex(index)
        self._take()

    def _on_entered(self, index: QModelIndex) -> None:
        self._list.setCurrentIndex(index)
        self._tell()

    def _place(self) -> None:
        """Lie at the point, but inside of the parent."""
        room = self._room()
        width = min(_WIDTH, room.width())
        left = max(room.left(), min(self._point.x(), room.right() + 1 - width))
        self.setGeometry(left, room.top(), width, room.height())
        self._fit(room.top())
        top = max(room.top(), min(self._point.y(), room.bottom() + 1 - self.height()))
        self.move(left, top)

    def _fit(self, top: int) -> None:
        """Be as high as what is found needs, without moving the field that one types in."""
        self._sentence.setFixedHeight(self._sentence.fontMetrics().lineSpacing() * 2)
        self._list.setFixedHeight(ROW * min(_SHOWN, max(self._rows.rowCount(), 1)))
        height, most = self._wanted(), self._room().bottom() + 1 - top
        if height > most:
            self._list.setFixedHeight(max(2 * ROW, self._list.height() - (height - most)))
            height = self._wanted()
        self.resize(self.width(), height)

    def _wanted(self) -> int:
        layout = self.layout()
        assert layout is not None
        layout.activate()
        return self.sizeHint().height()

    def _room(self) -> QRect:
        parent = self.parentWidget()
        assert parent is not None
        return parent.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)

    def _tint(self) -> None:
        theme = self._look.theme
        self.setStyleSheet(
            f"QFrame#search_box {{ background: {theme.panel}; border: 1px solid {theme.line};"
            f" border-radius: 10px; }}"
            "QListView#search_list { background: transparent; border: 0; }"
            "QToolButton { padding: 3px 6px; font-size: 12px; }"
        )
        self._glass.setIcon(icon("search", theme.secondary))

    # What is not taken here must not reach the canvas below.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Stay."""
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Stay."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Stay."""
        event.accept()
