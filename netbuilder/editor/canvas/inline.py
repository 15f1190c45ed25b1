"""Editing text in its place on the canvas: names of nodes, titles of frames, notes."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QToolTip, QWidget

from netbuilder.app.theme import Theme

_KEEPS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class InlineLine(QLineEdit):
    """A line that is edited on the canvas.

    Attributes:
        decided: Told with the text at Enter, and with ``True`` where the focus went elsewhere.
        dropped: Told at Esc.
    """

    decided = Signal(str, bool)
    dropped = Signal()

    def __init__(self, text: str, what: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setObjectName("inline_line")
        self.setAccessibleName(what)
        self.setToolTip(f"{what}. Enter keeps it, Esc leaves it as it was.")
        self.selectAll()
        self.textEdited.connect(self._on_edited)

    def lay(self, rect: QRect) -> None:
        """Lie there, but no smaller than can be read."""
        least = QSize(96, self.sizeHint().height())
        self.setGeometry(QRect(rect.topLeft(), rect.size().expandedTo(least)))

    def refuse(self, why: str) -> None:
        """Stay open and say what is wrong."""
        self._mark(wrong=True)
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), why, self)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Keep at Enter, drop at Esc."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.decided.emit(self.text(), False)
        elif event.key() == Qt.Key.Key_Escape:
            self.dropped.emit()
        else:
            super().keyPressEvent(event)
            event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Keep when one goes on elsewhere."""
        super().focusOutEvent(event)
        if event.reason() not in _KEEPS:
            self.decided.emit(self.text(), True)

    def _on_edited(self) -> None:
        self._mark(wrong=False)

    def _mark(self, *, wrong: bool) -> None:
        if bool(self.property("wrong")) != wrong:
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)


class InlineText(QPlainTextEdit):
    """A text of several lines that is edited on the canvas.

    Attributes:
        decided: Told with the text at Ctrl+Enter, and with ``True`` where the focus went elsewhere.
        dropped: Told at Esc.
    """

    decided = Signal(str, bool)
    dropped = Signal()

    def __init__(self, text: str, what: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setObjectName("inline_text")
        self.setAccessibleName(what)
        self.setToolTip(f"{what}. Ctrl+Enter keeps it, Esc leaves it as it was.")
        self.setTabChangesFocus(True)
        self.selectAll()

    def wear(self, theme: Theme) -> None:
        """Look like the note."""
        self.setStyleSheet(f"background: {theme.note}; border-color: {theme.accent};")

    def lay(self, rect: QRect) -> None:
        """Lie there, but no smaller than can be written in."""
        self.setGeometry(QRect(rect.topLeft(), rect.size().expandedTo(QSize(140, 48))))

    def refuse(self, why: str) -> None:
        """Stay open and say what is wrong."""
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), why, self)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Keep at Ctrl+Enter, drop at Esc; Enter alone begins a line."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.decided.emit(self.toPlainText(), False)
        elif event.key() == Qt.Key.Key_Escape:
            self.dropped.emit()
        else:
            super().keyPressEvent(event)
            event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Keep when one goes on elsewhere."""
        super().focusOutEvent(event)
        if event.reason() not in _KEEPS:
            self.decided.emit(self.toPlainText(), True)
