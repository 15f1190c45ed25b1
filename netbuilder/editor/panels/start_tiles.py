"""Tiles of the start page: a picture of a network with its name and a sentence, in a grid."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractButton, QWidget

from netbuilder.editor.icons import icon
from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.panels.start_thumbnails import Thumbnails
from netbuilder.editor.widgets.tips import tip

PICTURE = 128  # px high
_LEAST = 228  # px wide
_GAP = 16
_PAD = 12
_LINES = 2
_LINE = 17.0
_TITLE = 20.0
HEIGHT = round(PICTURE + _PAD + _TITLE + _LINES * _LINE + _PAD)
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def age(seconds: float) -> str:
    """Say how long ago something was, in words; after a month, the date."""
    now = datetime.now().astimezone()
    past = now.timestamp() - seconds
    if past > 30 * 86400:
        then = datetime.fromtimestamp(seconds).astimezone()
        return f"{then.day} {then:%B %Y}"
    for length, word in _UNITS:
        count = int(past // length)
        if count:
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"


class Tile(QAbstractButton):
    """A network that can be opened.

    Args:
        source: A path, or ``example:`` and a name.
        name: What it is called as long as nothing else is known.
        thumbnails: Where its picture comes from.
        look: The theme in force.
        parent: The grid.
        place: Where a file lies; empty for an example.

    Attributes:
        source: A path, or ``example:`` and a name.
        turned: Told with a key that leads to another tile.
        menu_wanted: Told with a point of the screen.
        removal_wanted: The tile should go away.
    """

    turned = Signal(int)
    menu_wanted = Signal(QPoint)
    removal_wanted = Signal()

    def __init__(
        self,
        source: str,
        name: str,
        thumbnails: Thumbnails,
        look: Look,
        parent: QWidget,
        place: str = "",
    ) -> None:
        super().__init__(parent)
        self.source = source
        self._name, self._place = name, place
        self._thumbnails, self._look = thumbnails, look
        self.setText(name)
        self.setObjectName(f"tile_{name}")
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip(tip(source if place else f"Open a copy of the example {name}."))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The least that shows something."""
        return QSize(_LEAST, HEIGHT)

    def learn(self) -> None:
        """Show what was found out about the source."""
        found = self._thumbnails.about(self.source)
        if found is not None:
            if not self._place and found.title:
                self.setText(found.title)
                self.setToolTip(tip(found.sentence))
            self.setAccessibleName(self.text())
            self.setAccessibleDescription(self._sentence())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the card; what is seen for the first time is asked for now."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(body, 10, 10)
        raised = self.underMouse() or self.isDown()
        painter.fillPath(shape, QColor(theme.raised if raised else theme.panel))
        painter.save()
        painter.setClipPath(shape)
        self._draw_picture(painter, QRect(1, 1, self.width() - 2, PICTURE))
        painter.restore()
        self._draw_text(painter)
        strong = self.hasFocus()
        line = theme.accent if strong else theme.tertiary if raised else theme.line
        painter.setPen(QPen(QColor(line), 2 if strong else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(body.adjusted(-0.5, -0.5, 0.5, 0.5), 10, 10)
        painter.end()

    def _draw_picture(self, painter: QPainter, room: QRect) -> None:
        theme = self._look.theme
        painter.fillRect(room, QColor(theme.canvas))
        inner = room.adjusted(10, 8, -10, -8)
        found = self._thumbnails.about(self.source)
        pixmap = self._thumbnails.picture(self.source, inner.size(), self.devicePixelRatioF())
        if pixmap is not None:
            painter.drawPixmap(inner.topLeft(), pixmap)
        elif found is not None:
            name = "warning" if found.trouble else "graph"
            place = QRect(room.center() - QPoint(14, 14), QSize(28, 28))
            icon(name, theme.tertiary).paint(painter, place)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawLine(room.left(), room.bottom(), room.right(), room.bottom())

    def _draw_text(self, painter: QPainter) -> None:
        theme = self._look.theme
        font = ui_font(13, weight=QFont.Weight.DemiBold)
        room = self.width() - 2 * _PAD
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        title = QFontMetricsF(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        top = PICTURE + _PAD - 2.0
        painter.drawText(QRectF(_PAD, top, room, _TITLE), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setPen(QColor(theme.secondary))
        small = ui_font(12)
        painter.setFont(small)
        y = top + _TITLE + 1
        for line in lines_of(self._sentence(), small, room, _LINES):
            painter.drawText(QRectF(_PAD, y, room, _LINE), Qt.AlignmentFlag.AlignVCenter, line)
            y += _LINE

    def _sentence(self) -> str:
        found = self._thumbnails.about(self.source)
        if found is None:
            return self._place
        if found.trouble:
            return found.trouble
        if self._place:
            count = f"{found.nodes} node{'' if found.nodes == 1 else 's'}"
            return f"{self._place}\n{age(found.changed)} \N{MIDDLE DOT} {count}"
        return found.sentence

    def event(self, event: QEvent) -> bool:
        """Draw anew when the pointer or the focus comes or goes."""
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Open, or go to another tile."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.turned.emit(int(key))
        elif key == Qt.Key.Key_Delete:
            self.removal_wanted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offer what can be done with it."""
        self.menu_wanted.emit(event.globalPos())


class TileGrid(QWidget):
    """Tiles side by side, as many in a row as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: list[Tile] = []

    @property
    def columns(self) -> int:
        """How many tiles stand in a row."""
        return max(1, (self.width() + _GAP) // (_LEAST + _GAP))

    def show_tiles(self, tiles: list[Tile]) -> None:
        """Show other tiles; the grid becomes their owner."""
        for old in self.tiles:
            old.hide()
            old.setParent(None)
            old.deleteLater()
        self.tiles = tiles
        for tile in tiles:
            tile.setParent(self)
            tile.turned.connect(self._on_turned)
            tile.show()
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the tiles in their places."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        columns = self.columns
        width = (self.width() - _GAP * (columns - 1)) // columns
        for at, tile in enumerate(self.tiles):
            row, column = divmod(at, columns)
            tile.setGeometry(column * (width + _GAP), row * (HEIGHT + _GAP), width, HEIGHT)
        rows = -(-len(self.tiles) // columns)
        self.setFixedHeight(max(rows * (HEIGHT + _GAP) - _GAP, 0))

    def _on_turned(self, key: int) -> None:
        tile = self.sender()
        if not isinstance(tile, Tile):
            return
        step = {
            int(Qt.Key.Key_Left): -1,
            int(Qt.Key.Key_Right): 1,
            int(Qt.Key.Key_Up): -self.columns,
            int(Qt.Key.Key_Down): self.columns,
        }[key]
        to = self.tiles.index(tile) + step
        if 0 <= to < len(self.tiles):
            self.tiles[to].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            # Up from the first row and down from the last lead out of the grid.
            self.focusNextPrevChild(step > 0)


def lines_of(text: str, font: QFont, width: float, most: int) -> list[str]:
    """Return a text in lines that fit, the last one with an ellipsis if there is more."""
    metrics = QFontMetricsF(font)
    lines: list[str] = []
    for paragraph in text.splitlines():
        layout = QTextLayout(paragraph, font)
        layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            start, length = line.textStart(), line.textLength()
            lines.append(paragraph[start : start + length].rstrip())
            if len(lines) == most and start + length < len(paragraph):
                lines[-1] = metrics.elidedText(
                    paragraph[start:], Qt.TextElideMode.ElideRight, width
                )
                layout.endLayout()
                return lines
        layout.endLayout()
    return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, width) for line in lines[:most]]
