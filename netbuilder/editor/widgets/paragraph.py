"""A field for text of several lines that grows with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

_MOST = 8
_EDGE = 12


class Paragraph(QPlainTextEdit):
    """Plain text; markup in it is shown as it is.

    Attributes:
        edited: Told with the text while it is typed.
        ended: The focus went elsewhere.
    """

    edited = Signal(str)
    ended = Signal()

    def __init__(self, parent: QWidget | None = None, *, least: int = 2) -> None:
        super().__init__(parent)
        self._least = least
        self._filling = False
        self.setUndoRedoEnabled(False)  # the document's steps hold what was typed
        self.setTabChangesFocus(True)
        self.setMinimumWidth(0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        document = self.document()
        document.setDocumentMargin(0)
        self.textChanged.connect(self._on_changed)
        self._fit()

    def put(self, text: str) -> None:
        """Show a text; the cursor stays where it is as far as there is text."""
        if text == self.toPlainText():
            return
        place = self.textCursor().position()
        self._filling = True
        self.setPlainText(text)
        self._filling = False
        cursor = self.textCursor()
        cursor.setPosition(min(place, len(self.toPlainText())))
        self.setTextCursor(cursor)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the document."""
        undo = QKeySequence.StandardKey.Undo
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.matches(undo) or event.matches(QKeySequence.StandardKey.Redo))
        ):
            event.ignore()
            return False
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that the focus went elsewhere."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.ended.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Scroll while focused; otherwise the panel scrolls."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Grow where lines are broken."""
        super().resizeEvent(event)
        self._fit()

    def _on_changed(self) -> None:
        self._fit()
        if not self._filling:
            self.edited.emit(self.toPlainText())

    def _fit(self) -> None:
        lines = round(self.document().size().height())
        shown = max(self._least, min(lines, _MOST))
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        more = Qt.ScrollBarPolicy.ScrollBarAsNeeded if lines > _MOST else off
        self.setVerticalScrollBarPolicy(more)
        height = self.fontMetrics().lineSpacing() * shown + _EDGE
        if height != self.minimumHeight():
            self.setFixedHeight(height)
