"""A line of text that steps numbers, shows a unit and leaves undo to the document."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from netbuilder.editor.look import ui_font

_GAP = 8
_NOTCH = 120
_STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_PageDown: -10,
}


class Line(QLineEdit):
    """A line of text.

    Attributes:
        stepped: Told with how many steps up, negative for down, where the line steps.
        left: The focus went elsewhere, or Enter was pressed.
        given_up: Escape was pressed.
        menu_made: Told with the context menu before it is shown, so that more can be put into it.
    """

    stepped = Signal(int)
    left = Signal()
    given_up = Signal()
    menu_made = Signal(object)  # QMenu

    def __init__(self, parent: QWidget | None = None, *, steps: bool = False) -> None:
        super().__init__(parent)
        self._steps = steps
        self._turned = 0
        self._suffix = ""
        self._room = 0
        self.setMinimumWidth(0)
        self.setFont(ui_font())
        self.returnPressed.connect(self.left)

    @property
    def suffix(self) -> str:
        """What stands behind the text, such as a unit."""
        return self._suffix

    def set_suffix(self, text: str) -> None:
        """Show something quiet at the right end, such as a unit; empty for nothing."""
        if text != self._suffix:
            self._suffix = text
            self._fit()

    def set_room(self, room: int) -> None:
        """Keep room at the right end, such as for a button that lies there."""
        if room != self._room:
            self._room = room
            self._fit()

    def _fit(self) -> None:
        width = self.fontMetrics().horizontalAdvance(self._suffix) + _GAP if self._suffix else 0
        self.setTextMargins(0, 0, width + self._room, 0)
        self.update()

    def put(self, text: str) -> None:
        """Show a text; the cursor stays where it is as far as there is text."""
        if text != self.text():
            place = self.cursorPosition()
            self.setText(text)
            self.setCursorPosition(min(place, len(text)) if self.hasFocus() else 0)

    def set_wrong(self, *, wrong: bool) -> None:
        """Mark the text as one that is not taken."""
        if bool(self.property("wrong")) != wrong:
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the document, whose steps hold what was typed."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and _is_undo(event)
        ):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Step by the arrow keys, give up by Escape."""
        steps = _STEPS.get(Qt.Key(event.key())) if self._steps else None
        if steps is not None:
            larger = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.stepped.emit(steps * 10 if larger else steps)
        elif event.key() == Qt.Key.Key_Escape:
            before = self.text()
            self.given_up.emit()
            if self.text() == before:
                event.ignore()  # nothing was given up here: it means what lies around
        elif _is_undo(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Step while focused; otherwise the form scrolls."""
        if not (self._steps and self.hasFocus()):
            event.ignore()
            return
        # Touchpads turn in small parts of a notch.
        self._turned += event.angleDelta().y()
        steps = int(self._turned / _NOTCH)
        self._turned -= steps * _NOTCH
        if steps:
            self.stepped.emit(steps)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that the focus went elsewhere; a menu or another window does not count."""
        super().focusOutEvent(event)
        self._turned = 0
        if event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self.left.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Show the usual menu, with what others put into it."""
        menu = self.createStandardContextMenu()
        menu.setParent(self, menu.windowFlags())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu_made.emit(menu)
        menu.popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the text, and the unit behind it."""
        super().paintEvent(event)
        if self._suffix:
            painter = QPainter(self)
            painter.setPen(QGuiApplication.palette().color(QPalette.ColorRole.PlaceholderText))
            place = QRect(0, 0, self.width() - _GAP - self._room, self.height())
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, right, self._suffix)
            painter.end()


def _is_undo(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(
        QKeySequence.StandardKey.Redo
    )
