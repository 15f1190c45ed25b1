"""A read-only view of source: line numbers, marked lines, find, zoom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import Any

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QPoint,
    QPropertyAnimation,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from netbuilder.editor.look import Look, code_font
from netbuilder.editor.panels.code_colours import PythonColours, marked_line
from netbuilder.editor.style import mix

SIZE = 12  # px
SMALLEST, LARGEST = 8, 40
_NOTCH = 120  # what a wheel turns by in one step
_GLIDE = 140  # ms
_MOST_FOUND = 2000
_MOST_COMPARED = 4_000_000  # pairs of lines; more would be felt
_ZOOMS = {
    Qt.Key.Key_Plus: 1,
    Qt.Key.Key_Equal: 1,
    Qt.Key.Key_Minus: -1,
    Qt.Key.Key_0: 0,
}


class CodeView(QPlainTextEdit):
    """Source with line numbers.

    Attributes:
        line_chosen: A line, counted from 1, was clicked or entered.
        find_wanted: Ctrl+F was pressed.
        sized: The size of the letters in px is another one.
    """

    line_chosen = Signal(int)
    find_wanted = Signal()
    sized = Signal(int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("code_view")
        self._look = look
        self._size = SIZE
        self._turned = 0
        self._pressed: QPoint | None = None
        self._marked: tuple[int, ...] = ()
        self._found: list[QTextCursor] = []
        self._stale = False
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.document().setDocumentMargin(0)
        self._numbers = _Numbers(self)
        self._colours = PythonColours(self.document(), look.theme)
        self._glide = QPropertyAnimation(self.verticalScrollBar(), b"value", self)
        self._glide.setDuration(_GLIDE)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._on_update)
        self.set_size(SIZE)

    # What is shown

    @property
    def top(self) -> int:
        """The line at the upper edge, counted from 0."""
        return self.firstVisibleBlock().blockNumber()

    def show_text(self, text: str, top: int | None = None) -> None:
        """Show a text; the lines that stay keep their place, their colours and the selection.

        Args:
            text: The text.
            top: The line to show at the upper edge, counted from 0; by default the one that is there.
        """
        old = self.toPlainText().split("\n")
        new = text.split("\n")
        if old == new:
            return
        self._glide.stop()
        head = _alike(old, new)
        tail = _alike(old[head:][::-1], new[head:][::-1])
        sideways = self.horizontalScrollBar().value()
        if top is None:
            top = _moved(self.top, old, new, head, tail)
        self._replace(head, len(old) - tail, new[head : len(new) - tail], len(old))
        self.verticalScrollBar().setValue(top)
        self.horizontalScrollBar().setValue(sideways)
        self._show_marks()  # the text under them has moved

    def set_stale(self, stale: bool) -> None:
        """Show the text as one that does not hold any more, or as one that does."""
        if stale != self._stale:
            self._stale = stale
            self.restyle()

    def restyle(self) -> None:
        """Take the theme's colours."""
        self._dress()
        self._colours.take(self._look.theme, stale=self._stale)
        self._show_marks()
        self._numbers.update()

    # Marked lines

    @property
    def marked(self) -> tuple[int, ...]:
        """The lines that are marked, counted from 1."""
        return self._marked

    def mark(self, lines: Collection[int]) -> None:
        """Mark lines, counted from 1."""
        wanted = tuple(sorted(lines))
        if wanted != self._marked:
            self._marked = wanted
            self._show_marks()
            self._numbers.update()

    def show_marked(self, *, softly: bool) -> None:
        """Scroll so that the marked lines can be seen, if none of them can be seen now."""
        if not self._marked or self._sees_marked():
            return
        bar = self.verticalScrollBar()
        wanted = max(0, min(bar.maximum(), self._marked[0] - 1 - self._rows() // 3))
        self._glide.stop()
        if softly and self.isVisible():
            self._glide.setStartValue(bar.value())
            self._glide.setEndValue(wanted)
            self._glide.start()
        else:
            bar.setValue(wanted)

    # Find

    @property
    def found(self) -> int:
        """How often what is looked for occurs."""
        return len(self._found)

    def look_for(self, text: str) -> None:
        """Mark every place where a text occurs, whatever its case."""
        self._found = []
        cursor = QTextCursor(self.document())
        while text and len(self._found) < _MOST_FOUND:
            cursor = self.document().find(text, cursor)
            if cursor.isNull():
                break
            self._found.append(QTextCursor(cursor))
        self._show_marks()

    def go_to_found(self, step: int) -> int:
        """Select the next place (1), the one before (-1), or the nearest from here on (0).

        Returns:
            Its number, counted from 1; 0 where there is none.
        """
        if not self._found:
            return 0
        here = self.textCursor()
        starts = [cursor.selectionStart() for cursor in self._found]
        if step >= 0:
            start = here.selectionStart() + (step if here.hasSelection() else 0)
            at = next((i for i, one in enumerate(starts) if one >= start), 0)
        else:
            before = [i for i, one in enumerate(starts) if one < here.selectionStart()]
            at = before[-1] if before else len(starts) - 1
        self.setTextCursor(self._found[at])
        self.centerCursor()
        return at + 1

    # Size of the letters

    @property
    def size(self) -> int:  # type: ignore[override] # the letters matter here, not the widget
        """The size of the letters in px."""
        return self._size

    def set_size(self, px: int) -> None:
        """Set the size of the letters in px."""
        self._size = max(SMALLEST, min(LARGEST, px))
        self._dress()
        self.setTabStopDistance(4 * self.fontMetrics().horizontalAdvance(" "))
        self._make_room()
        self.sized.emit(self._size)

    # Events

    def event(self, event: QEvent) -> bool:
        """Take the keys of find and zoom, which are the canvas's elsewhere."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and _is_control(event)
            and (event.key() == Qt.Key.Key_F or event.key() in _ZOOMS)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Find, zoom, and select the node of the caret's line."""
        key = event.key()
        if _is_control(event) and key == Qt.Key.Key_F:
            self.find_wanted.emit()
        elif _is_control(event) and key in _ZOOMS:
            step = _ZOOMS[Qt.Key(key)]
            self.set_size(self._size + step if step else SIZE)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.line_chosen.emit(self.textCursor().blockNumber() + 1)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Remember where, to tell a click from a selection."""
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = event.position().toPoint() if left else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click chooses its line; a selection of text does not."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None and not self.textCursor().hasSelection():
            self.line_chosen.emit(self.cursorForPosition(pressed).blockNumber() + 1)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """With Ctrl, make the letters larger or smaller."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._glide.stop()
            super().wheelEvent(event)
            return
        self._turned += event.angleDelta().y()
        steps = int(self._turned / _NOTCH)
        self._turned -= steps * _NOTCH
        if steps:
            self.set_size(self._size + steps)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the numbers at the left edge."""
        super().resizeEvent(event)
        self._place_numbers()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Measure anew with another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(
            self, "_numbers"
        ):
            self._make_room()

    # The strip of numbers

    def numbers_width(self) -> int:
        """How wide the strip of line numbers is."""
        digits = max(2, len(str(self.blockCount())))
        return digits * self.fontMetrics().horizontalAdvance("9") + 28

    def paint_numbers(self, painter: QPainter, area: QRect) -> None:
        """Draw the line numbers, and a bar at marked lines."""
        theme = self._look.theme
        painter.fillRect(area, QColor(theme.panel))
        painter.setFont(self.font())
        marked = set(self._marked)
        width, height = self._numbers.width(), self.fontMetrics().height()
        for block, top in self._shown_blocks(area):
            number = block.blockNumber() + 1
            here = number in marked
            if here:
                row = QRect(0, top, width, height)
                painter.fillRect(row, QColor(marked_line(theme)))
                painter.fillRect(QRect(0, top, 3, height), QColor(theme.accent))
            painter.setPen(QColor(theme.text if here else theme.tertiary))
            place = QRect(0, top, width - 14, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(number))

    def _shown_blocks(self, area: QRect) -> list[tuple[QTextBlock, int]]:
        found = []
        block = self.firstVisibleBlock()
        offset = self.contentOffset()
        while block.isValid():
            top = round(self.blockBoundingGeometry(block).translated(offset).top())
            if top > area.bottom():
                break
            found.append((block, top))
            block = block.next()
        return found

    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)
        self._place_numbers()

    def _place_numbers(self) -> None:
        area = self.contentsRect()
        self._numbers.setGeometry(area.left(), area.top(), self.numbers_width(), area.height())

    def _on_update(self, area: QRect, scrolled: int) -> None:
        if scrolled:
            self._numbers.scroll(0, scrolled)
        else:
            self._numbers.update(0, area.y(), self._numbers.width(), area.height())

    # Parts

    def _replace(self, first: int, end: int, lines: Sequence[str], count: int) -> None:
        """Put lines in the place of ``first`` to ``end`` of so many."""
        cursor = QTextCursor(self.document())
        text = "\n".join(lines)
        document = self.document()
        if first == end == count:  # behind the last line
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText("\n" + text)
            return
        cursor.setPosition(document.findBlockByNumber(first).position())
        if end < count:
            cursor.setPosition(
                document.findBlockByNumber(end).position(), QTextCursor.MoveMode.KeepAnchor
            )
            cursor.insertText(f"{text}\n" if lines else "")
            return
        if not lines and first:
            cursor.movePosition(QTextCursor.MoveOperation.Left)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)

    def _dress(self) -> None:
        family = code_font(self._size).family()
        # The application's style sheet sets a size, which a font set on the widget would not beat.
        wanted = (
            f'QPlainTextEdit {{ font-family: "{family}"; font-size: {self._size}px; border: 0; '
            f"background: {self._look.theme.panel}; border-radius: 0; padding: 0; }}"
        )
        if wanted != self.styleSheet():
            self.setStyleSheet(wanted)

    def _rows(self) -> int:
        return max(1, self.viewport().height() // max(1, self.fontMetrics().height()))

    def _sees_marked(self) -> bool:
        first = self.firstVisibleBlock().blockNumber() + 1
        return any(first <= line < first + self._rows() - 1 for line in self._marked)

    def _show_marks(self) -> None:
        theme = self._look.theme
        ground = QTextCharFormat()
        ground.setBackground(QColor(marked_line(theme)))
        ground.setProperty(QTextFormat.Property.FullWidthSelection, True)
        lines = (self.document().findBlockByNumber(line - 1) for line in self._marked)
        found = QTextCharFormat()
        found.setBackground(QColor(mix(theme.panel, theme.warning, 0.3)))
        self.setExtraSelections(
            [
                *(_selection(QTextCursor(block), ground) for block in lines if block.isValid()),
                *(_selection(cursor, found) for cursor in self._found),
            ]
        )


class _Numbers(QWidget):
    """The strip of line numbers; the view draws it."""

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view
        self.setObjectName("line_numbers")

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the largest number asks for."""
        return QSize(self._view.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the numbers."""
        painter = QPainter(self)
        self._view.paint_numbers(painter, event.rect())
        painter.end()


def _selection(cursor: QTextCursor, look: QTextCharFormat) -> Any:
    one: Any = QTextEdit.ExtraSelection()  # PySide's stubs do not know its two fields
    one.cursor, one.format = cursor, look
    return one


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many first lines are the same."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _moved(line: int, old: Sequence[str], new: Sequence[str], head: int, tail: int) -> int:
    """Where a line of the old text stands in the new one, of which so many first and last are alike."""
    if line < head:
        return line
    if line >= len(old) - tail:
        return line + len(new) - len(old)
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(before) * len(after) > _MOST_COMPARED:
        return line
    place = line - head
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, False).get_opcodes():
        if i1 <= place < i2:
            return head + (j1 + place - i1 if kind == "equal" else min(j1 + place - i1, j2))
    return line


def _is_control(event: QKeyEvent) -> bool:
    wanted = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    shifted = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    return wanted in (Qt.KeyboardModifier.ControlModifier, shifted)
