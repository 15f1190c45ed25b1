"""What lies over the canvas as widgets: the first three moves, and the sign that keys come here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from netbuilder.editor.look import ui_font

if TYPE_CHECKING:
    from netbuilder.editor.look import Look
    from netbuilder.editor.workspace import Workspace

from PySide6.QtGui import QColor, QFont, QFontMetricsF

TITLE = "An empty canvas"
MOVES = (
    ("Tab", "Find a layer and place it", "or double-click, or drag one from the palette"),
    ("Drag", "Pull a wire from port to port", "ports that fit light up, others say why not"),
    ("F5", "Train it", "data and loss are asked for when they are missing"),
)
_WIDTH, _HEIGHT = 440, 232
_ROW = 56
_TOP = 60


class EmptyState(QWidget):
    """Teaches the first three moves; clicks go through to the canvas.

    Args:
        workspace: What is open.
        parent: The canvas.
    """

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = workspace.look
        self.setObjectName("empty_state")
        self.setAccessibleName(TITLE)
        self.setAccessibleDescription(
            " ".join(f"{key}: {what}, {more}." for key, what, more in MOVES)
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.resize(_WIDTH, _HEIGHT)
        self._look.changed.connect(self.update)

    def place(self, room: QRect) -> None:
        """Lie in the middle of a room."""
        self.move(room.center() - self.rect().center())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the title and the three moves."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(16, weight=QFont.Weight.DemiBold))
        painter.setPen(QColor(theme.text))
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(QRectF(0, 8, self.width(), 28), centre, TITLE)
        for i, (key, what, more) in enumerate(MOVES):
            self._draw_move(painter, _TOP + i * _ROW, key, what, more)

    def _draw_move(self, painter: QPainter, y: int, key: str, what: str, more: str) -> None:
        theme = self._look.theme
        font = ui_font(12, weight=QFont.Weight.Medium)
        width = QFontMetricsF(font).horizontalAdvance(key) + 20
        cap = QRectF(112 - width, y + 2, width, 26)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(cap, 6, 6)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
        painter.setFont(ui_font(13, weight=QFont.Weight.DemiBold))
        painter.drawText(QRectF(132, y - 2, self.width() - 132, 20), what)
        painter.setFont(ui_font(12))
        painter.setPen(QColor(theme.secondary))
        painter.drawText(QRectF(132, y + 17, self.width() - 132, 20), more)


class FocusRing(QWidget):
    """Shows that keys go to the canvas.

    Args:
        look: The theme in force.
        parent: The canvas.
    """

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setObjectName("focus_ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw a line along the border."""
        painter = QPainter(self)
        painter.setPen(QPen(QColor(self._look.theme.accent), 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
