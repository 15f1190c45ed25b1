"""A small button with an icon in the theme's quiet colour."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QToolButton, QWidget

from netbuilder.editor.icons import icon

_SIDE = 14
_TINTS = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.ApplicationPaletteChange)


class IconButton(QToolButton):
    """A button that is an icon; its text is shown where the icon is missing."""

    def __init__(self, name: str, parent: QWidget | None = None, *, side: int = 24) -> None:
        super().__init__(parent)
        self._name = name
        self.setProperty("role", "icon")
        self.setIconSize(QSize(_SIDE, _SIDE))
        self.setFixedSize(side, side)
        # The padding of other buttons would leave hardly any room for the icon.
        self.setStyleSheet("QToolButton { padding: 0; }")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._tint()

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._name = name
        self._tint()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colours of the theme."""
        super().changeEvent(event)
        if event.type() in _TINTS:
            self._tint()

    def _tint(self) -> None:
        colour = QGuiApplication.palette().color(QPalette.ColorRole.PlaceholderText)
        self.setIcon(icon(self._name, colour.name()))
