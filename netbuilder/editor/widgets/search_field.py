"""A field to search in, which leaves the keys that move in a list to that list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from netbuilder.editor.icons import icon
from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.widgets.tips import introduce

_PAGE = 8
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _PAGE,
    Qt.Key.Key_PageUp: -_PAGE,
}


class KeyHint(QLabel):
    """A key as it stands on a keyboard, small and quiet."""

    def __init__(self, text: str, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._font = ui_font(11)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setText(text)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as its text and a little around it."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 12, 18)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the key."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._look.theme
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(QColor(theme.secondary))
        painter.setFont(self._font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class SearchField(QLineEdit):
    """Where one types what one looks for.

    Args:
        look: The theme in force.
        words: What stands there while it is empty.
        parent: The widget around it.
        hint: A key that leads here, shown while it is empty.

    Attributes:
        stepped: Told by how many rows the list should move.
        taken: Enter was pressed.
        left: Escape was pressed in an empty field; in a filled one it empties it.
    """

    stepped = Signal(int)
    taken = Signal()
    left = Signal()

    def __init__(
        self, look: Look, words: str, parent: QWidget | None = None, *, hint: str = ""
    ) -> None:
        super().__init__(parent)
        self._look = look
        self.setPlaceholderText(words)
        introduce(self, words, "Type a few letters; arrows choose, Enter takes, Esc empties.")
        self._glass = QAction(self)
        self._empty = QAction("Empty", self)
        self._empty.setToolTip("Empty the field")
        self._empty.triggered.connect(self.clear)
        self._empty.setVisible(False)
        self.addAction(self._empty, QLineEdit.ActionPosition.TrailingPosition)
        self._hint = KeyHint(hint, look, self) if hint else None
        if self._hint is None:
            self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.textChanged.connect(self._on_text)
        look.changed.connect(self._tint)
        self._tint()

    def set_hint(self, text: str) -> None:
        """Show another key; empty for none."""
        if self._hint is not None and text != self._hint.text():
            self._hint.setText(text)
            self._place_hint()
            self._hint.setVisible(bool(text) and not self.text())

    def event(self, event: QEvent) -> bool:
        """Give the keys of the list to the list."""
        asks = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if asks and Qt.Key(event.key()) in (*_STEPS, Qt.Key.Key_Escape):  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move in the list, take what is chosen there, or type."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
        elif key == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the hint at the right."""
        super().resizeEvent(event)
        self._place_hint()

    def _place_hint(self) -> None:
        if self._hint is not None:
            size = self._hint.sizeHint()
            self._hint.setGeometry(
                self.width() - size.width() - 8,
                (self.height() - size.height()) // 2,
                size.width(),
                size.height(),
            )

    def _on_text(self, text: str) -> None:
        self._empty.setVisible(bool(text))
        if self._hint is not None:
            self._hint.setVisible(bool(self._hint.text()) and not text)

    def _tint(self) -> None:
        self._glass.setIcon(icon("search", self._look.theme.secondary))
        self._empty.setIcon(icon("close", self._look.theme.secondary))
        self.update()
