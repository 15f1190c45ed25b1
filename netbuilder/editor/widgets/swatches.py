"""A row of colours to choose from."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from netbuilder.editor.widgets.tips import introduce

# Hues that are told apart on both themes; frames and notes draw them as a wash.
COLOURS = {
    "": "No colour of its own",
    "#4c8dff": "Blue",
    "#3fb6d9": "Cyan",
    "#3fb97a": "Green",
    "#d4ad2b": "Yellow",
    "#e08a3c": "Orange",
    "#ef5f5f": "Red",
    "#e0628a": "Pink",
    "#8a5cf6": "Violet",
}
_SIDE = 22


class Swatches(QWidget):
    """Colours to choose from.

    Attributes:
        chosen: Told with the colour, as ``#rrggbb``; empty for none.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(1)
        self._buttons: dict[str, _Swatch] = {}
        for colour, name in COLOURS.items():
            button = _Swatch(colour, self)
            introduce(button, name, f"{name}.", f"colour_{name.split()[0].lower()}")
            button.clicked.connect(self._on_clicked)
            line.addWidget(button)
            self._buttons[colour] = button
        line.addStretch(1)

    def put(self, colour: str) -> None:
        """Show which colour holds; one that is not in the row marks none."""
        for known, button in self._buttons.items():
            button.setChecked(known == colour.lower())

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, _Swatch):
            self.chosen.emit(button.colour)


class _Swatch(QAbstractButton):
    def __init__(self, colour: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.colour = colour
        self.setCheckable(True)
        self.setFixedSize(_SIDE, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = QGuiApplication.palette()
        quiet = palette.color(QPalette.ColorRole.PlaceholderText)
        dot = QRectF(5, 5, _SIDE - 10, _SIDE - 10)
        painter.setPen(Qt.PenStyle.NoPen if self.colour else QPen(quiet, 1.5))
        painter.setBrush(QColor(self.colour) if self.colour else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(dot)
        if self.isChecked() or self.hasFocus():
            role = QPalette.ColorRole.Text if self.isChecked() else QPalette.ColorRole.Link
            painter.setPen(QPen(palette.color(role), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QRectF(2, 2, _SIDE - 4, _SIDE - 4))
        painter.end()
