"""The list of all commands with their keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from netbuilder.app.commands import COMMANDS, MENUS
from netbuilder.app.gestures import GESTURES
from netbuilder.editor.dialogs.key_table import KeyTable, native
from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.style import colours

ROW = 30
HEADING = 34
_PAD = 12.0
_TITLE = 210.0

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Line:
    """A command with its keys, what mouse and keys do besides, or a heading."""

    command: str
    title: str
    sentence: str = ""
    keys: tuple[str, ...] = ()
    changed: bool = False

    @property
    def is_heading(self) -> bool:
        """Whether it is the heading of a menu, or of what is no command."""
        return not self.command and not self.keys


def lines_of(table: KeyTable, typed: str) -> list[Line]:
    """Return what has every word in title, sentence or keys: commands by menu, then gestures."""
    words = typed.lower().split()
    lines: list[Line] = []
    for menu in MENUS:
        part = [
            Line(one.id, one.title.removesuffix("…"), one.sentence, keys, table.is_changed(one.id))
            for one in COMMANDS.values()
            if one.menu == menu
            for keys in (tuple(map(native, table.keys(one.id))),)
        ]
        lines += _matching(menu, part, words)
    for heading, gestures in GESTURES.items():
        part = [Line("", one.title, one.sentence, one.ways) for one in gestures]
        lines += _matching(heading, part, words)
    return lines


def _matching(heading: str, lines: Sequence[Line], words: Sequence[str]) -> list[Line]:
    """The lines that have every word, under their heading."""
    found = []
    for line in lines:
        said = f"{line.title} {line.sentence} {heading} {' '.join(line.keys)}".lower()
        if all(word in said for word in words):
            found.append(line)
    return [Line("", heading), *found] if found else []


class Lines(QAbstractListModel):
    """The commands that are shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: Sequence[Line] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines; where the same commands stay, the list stays as it is scrolled."""
        now, before = ([(one.command, one.title) for one in some] for some in (lines, self.lines))
        if now == before and lines:
            self.lines = lines
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def find(self, command: str) -> QModelIndex:
        """Return where a command stands."""
        for at, line in enumerate(self.lines):
            if command and line.command == command:
                return self.index(at)
        return QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many there are."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What tests and screen readers are told; the delegate draws from ``lines``."""
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.title if line.is_heading else f"{line.title}, {self._said(line)}"
        if role in (Qt.ItemDataRole.AccessibleDescriptionRole, Qt.ItemDataRole.ToolTipRole):
            return line.sentence
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        if not index.isValid() or self.lines[index.row()].is_heading:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    @staticmethod
    def _said(line: Line) -> str:
        return " or ".join(line.keys) or "no shortcut"


class LinePainter(QStyledItemDelegate):
    """Draws a command: its title, its sentence quietly, its keys at the right."""

    def __init__(self, look: Look, lines: Lines, parent: QObject) -> None:
        super().__init__(parent)
        self._look, self._lines = look, lines
        self._heading = ui_font(11, weight=QFont.Weight.DemiBold)
        self._plain = ui_font(13)
        self._small = ui_font(12)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Headings have a little air above them."""
        return QSize(0, HEADING if self._lines.lines[index.row()].is_heading else ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a line."""
        line, theme = self._lines.lines[index.row()], self._look.theme
        rect = QRectF(option.rect)  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if line.is_heading:
            painter.setFont(self._heading)
            painter.setPen(QColor(theme.secondary))
            place = rect.adjusted(_PAD, 10, 0, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, line.title)
            painter.restore()
            return
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours(theme)["select"] if chosen else theme.raised))
            painter.drawRoundedRect(rect, 6, 6)
        right = self._draw_keys(painter, rect, line)
        self._draw_words(painter, rect, line, right)
        painter.restore()

    def _draw_keys(self, painter: QPainter, rect: QRectF, line: Line) -> float:
        """Draw the keys and return where they begin."""
        theme = self._look.theme
        metrics = QFontMetricsF(self._small)
        painter.setFont(self._small)
        right = rect.right() - _PAD
        for keys in reversed(line.keys):
            width = metrics.horizontalAdvance(keys) + 14
            box = QRectF(right - width, rect.center().y() - 10, width, 20)
            painter.setPen(QPen(QColor(theme.accent if line.changed else theme.line), 1))
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor(theme.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, keys)
            right = box.left() - 6
        return right

    def _draw_words(self, painter: QPainter, rect: QRectF, line: Line, right: float) -> None:
        theme = self._look.theme
        left = rect.left() + _PAD
        for text, font, colour, start, end in (
            (line.title, self._plain, theme.text, left, min(left + _TITLE - 8, right)),
            (line.sentence, self._small, theme.secondary, left + _TITLE, right - 8),
        ):
            if end - start < 24:
                continue
            painter.setFont(font)
            painter.setPen(QColor(colour))
            said = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, end - start)
            place = QRectF(start, rect.top(), end - start, rect.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, said)
