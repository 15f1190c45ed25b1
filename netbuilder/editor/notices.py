"""Passing sentences at the lower edge of the canvas: what was refused, saved or found."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from netbuilder.editor.icons import icon
from netbuilder.editor.look import Look

_STAY = {
    "info": 4000,
    "warning": 8000,
    "error": 20000,
}  # ms; time to read, and more where it matters
_ICONS = {"info": "info", "warning": "warning", "error": "error"}
_GAP = 20


class Notice(QWidget):
    """One sentence above the window's contents; the next one replaces it."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._mark = QLabel(self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setMaximumWidth(560)
        self._close = QToolButton(self)
        self._close.setProperty("role", "quiet")
        self._close.setAccessibleName("Close the notice")
        self._close.setToolTip("Close the notice")
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._mark)
        row.addWidget(self._text, 1)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._parent = parent
        parent.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What is said."""
        return self._text.text()

    def say(self, level: str, text: str) -> None:
        """Show a sentence for a while; ``level`` is info, warning or error."""
        theme = self._look.theme
        colour = {"warning": theme.warning, "error": theme.error}.get(level, theme.accent)
        self._mark.setPixmap(icon(_ICONS.get(level, "info"), colour).pixmap(16, 16))
        self._mark.setAccessibleName(level)
        self._close.setIcon(icon("close", theme.secondary))
        self._text.setText(text)
        self.setAccessibleName(text)
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._timer.start(_STAY.get(level, 4000))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay in place when the parent changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        parent = self._parent
        width = min(
            self._text.fontMetrics().horizontalAdvance(self._text.text()) + 100,
            640,
            parent.width() - 2 * _GAP,
        )
        height = max(self.heightForWidth(width), self.sizeHint().height())
        self.resize(width, height)
        self.move((parent.width() - width) // 2, parent.height() - height - _GAP)
