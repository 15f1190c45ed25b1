"""What the tour draws: a bubble with an arrow, and a ring around what it speaks of."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QRegion,
)
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from netbuilder.editor.look import Look
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.tips import introduce

_WIDTH = 320
_ARROW = 9
_GAP = 8
_EDGE = 8
_RING = 3


class Ring(QWidget):
    """An outline around a place of the window; the mouse does not notice it."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setObjectName("tour_ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, place: QRect) -> None:
        """Lie around a place."""
        parent = self.parentWidget()
        whole = parent.rect() if parent else place
        box = place.adjusted(-_RING, -_RING, _RING, _RING).intersected(whole)
        if box != self.geometry() or self.isHidden():
            self.setGeometry(box)
            # Only the outline is there, so that what changes inside is not drawn twice.
            inner = self.rect().adjusted(_RING + 1, _RING + 1, -_RING - 1, -_RING - 1)
            self.setMask(QRegion(self.rect()).subtracted(QRegion(inner)))
            self.show()
            self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the outline."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._look.theme.accent), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)
        painter.end()


class Bubble(QWidget):
    """A step of the tour.

    Args:
        look: The theme in force.
        parent: The window.

    Attributes:
        next_wanted: The next step is wanted.
        back_wanted: The step before is wanted.
        left: The tour should end.
    """

    next_wanted = Signal()
    back_wanted = Signal()
    left = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._arrow: tuple[str, int] = ("", 0)
        self.setObjectName("tour_bubble")
        self.setFixedWidth(_WIDTH + 2 * _ARROW)
        self._build()
        look.changed.connect(self.update)
        self.hide()

    def tell(self, number: int, count: int, title: str, text: str, waits: str) -> None:
        """Show a step.

        Args:
            number: Which one, from 1.
            count: How many there are.
            title: Its title.
            text: What it says.
            waits: What is waited for, in words; empty for nothing.
        """
        self.place_in_row.setText(f"{number} of {count}")
        self.title.setText(title)
        self.text.setText(text)
        self.waits.setText(f"\N{BULLET} {waits}")
        self.waits.setVisible(bool(waits))
        last = number == count
        self.next.setText("&Finish" if last else "&Next")
        self.next.setAccessibleName("Finish" if last else "Next")
        self.next.setProperty("role", "" if waits else "primary")
        self.next.style().unpolish(self.next)
        self.next.style().polish(self.next)
        self.back.setVisible(number > 1)
        self.leave.setVisible(not last)
        self.setAccessibleName(f"Tour, {number} of {count}: {title}")
        self.setAccessibleDescription(" ".join(part for part in (text, waits) if part))

    def point_at(self, place: QRect | None, *, inside: bool = False) -> None:
        """Lie beside a place of the window.

        Args:
            place: The place; None for none, in the middle.
            inside: Whether the bubble lies inside of it, at its lower edge.
        """
        size = self._size()
        parent = self.parentWidget()
        assert parent is not None
        room = parent.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        side, corner = _beside(place, size, room, inside=inside)
        box = QRect(corner, size)
        arrow = side, _tip(side, place, box)
        if box != self.geometry() or arrow != self._arrow or self.isHidden():
            self._arrow = arrow
            self.setGeometry(box)
            self.show()
            self.raise_()
            self.update()

    def _build(self) -> None:
        self.place_in_row = Plain("", "section", self)
        self.title = Plain("", "title", self)
        self.text = Wrapped("", "", self)
        self.waits = Wrapped("", "secondary", self)
        self.leave = self._button("&Leave", "End the tour; Help, Tour goes on from here.", "quiet")
        self.back = self._button("&Back", "Show the step before.", "quiet")
        self.next = self._button("&Next", "Go on without waiting.", "primary")
        self.leave.clicked.connect(self.left)
        self.back.clicked.connect(self.back_wanted)
        self.next.clicked.connect(self.next_wanted)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.leave)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        self._column = QVBoxLayout(self)
        edge = _ARROW
        self._column.setContentsMargins(edge + 16, edge + 14, edge + 16, edge + 12)
        self._column.setSpacing(6)
        for part in (self.place_in_row, self.title, self.text, self.waits):
            self._column.addWidget(part)
        self._column.addSpacing(6)
        self._column.addLayout(row)

    def _button(self, words: str, sentence: str, role: str) -> QPushButton:
        button = QPushButton(words, self)
        name = words.replace("&", "")
        introduce(button, name, f"{sentence}  Alt+{name[0]}", f"tour_{name.lower()}")
        button.setProperty("role", role)
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Leave on Escape; Enter goes on."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            (focused if isinstance(focused, QPushButton) else self.next).click()
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Keep clicks from what lies below."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bubble with its arrow and a soft shadow."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(_ARROW, _ARROW, -_ARROW, -_ARROW)
        painter.setPen(Qt.PenStyle.NoPen)
        for step in range(_ARROW - 1, 0, -2):
            shadow = QColor("#000000")
            shadow.setAlphaF(theme.shade * 0.12)
            painter.setBrush(shadow)
            painter.drawRoundedRect(
                body.adjusted(-step, -step + 2, step, step), 10 + step, 10 + step
            )
        shape = QPainterPath()
        shape.addRoundedRect(body, 10, 10)
        painter.setPen(QPen(QColor(theme.accent), 1.25))
        painter.setBrush(QColor(theme.panel))
        painter.drawPath(shape.united(self._arrow_path(body)))
        painter.end()

    def _arrow_path(self, body: QRectF) -> QPainterPath:
        side, at = self._arrow
        path = QPainterPath()
        if not side:
            return path
        a, half = float(at), _ARROW
        points = {
            "left": (
                QPointF(body.left() - _ARROW + 1, a),
                QPointF(body.left() + 1, a - half),
                QPointF(body.left() + 1, a + half),
            ),
            "right": (
                QPointF(body.right() + _ARROW - 1, a),
                QPointF(body.right() - 1, a - half),
                QPointF(body.right() - 1, a + half),
            ),
            "top": (
                QPointF(a, body.top() - _ARROW + 1),
                QPointF(a - half, body.top() + 1),
                QPointF(a + half, body.top() + 1),
            ),
            "bottom": (
                QPointF(a, body.bottom() + _ARROW - 1),
                QPointF(a - half, body.bottom() - 1),
                QPointF(a + half, body.bottom() - 1),
            ),
        }[side]
        path.moveTo(points[0])
        path.lineTo(points[1])
        path.lineTo(points[2])
        path.closeSubpath()
        return path

    def _size(self) -> QSize:
        self.ensurePolished()
        self._column.invalidate()
        width = _WIDTH + 2 * _ARROW
        return QSize(width, self._column.totalHeightForWidth(width))


def _beside(place: QRect | None, size: QSize, room: QRect, *, inside: bool) -> tuple[str, QPoint]:
    """Where a bubble lies, and at which of its sides the arrow is; none where there is no place."""
    if place is None:
        return "", QPoint(room.center().x() - size.width() // 2, room.center().y() - size.height())
    if inside:
        x = place.center().x() - size.width() // 2
        return "", QPoint(x, place.bottom() - size.height() - 16)
    middle_x = place.center().x() - size.width() // 2
    middle_y = place.center().y() - size.height() // 2
    # Tall places, such as panels at the side, are pointed at near their top, where one looks first.
    high = min(middle_y, place.top() + 40)
    wanted = (
        ("left", QPoint(place.right() + _GAP, high)),
        ("right", QPoint(place.left() - size.width() - _GAP, high)),
        ("top", QPoint(middle_x, place.bottom() + _GAP)),
        ("bottom", QPoint(middle_x, place.top() - size.height() - _GAP)),
    )
    tall = place.height() > place.width()
    for side, corner in wanted if tall else (*wanted[2:], *wanted[:2]):
        box = _kept(QRect(corner, size), room, side)
        if room.contains(box) and not box.intersects(place):
            return side, box.topLeft()
    corner = QPoint(middle_x, room.bottom() - size.height())
    return "", _kept(QRect(corner, size), room, "").topLeft()


def _kept(box: QRect, room: QRect, side: str) -> QRect:
    """Shift a box along the place it points at, so that it stays in the window."""
    moved = QRect(box)
    if side in ("left", "right", ""):
        moved.moveTop(max(room.top(), min(box.top(), room.bottom() - box.height())))
    if side in ("top", "bottom", ""):
        moved.moveLeft(max(room.left(), min(box.left(), room.right() - box.width())))
    return moved


def _tip(side: str, place: QRect | None, box: QRect) -> int:
    """Where along its side the arrow is, seen from the bubble's corner."""
    if not side or place is None:
        return 0
    reach = 2 * _ARROW + 12
    if side in ("left", "right"):
        at = max(place.top() + 8, min(place.center().y(), box.top() + 52)) - box.top()
        return max(reach, min(at, box.height() - reach))
    return max(reach, min(place.center().x() - box.left(), box.width() - reach))
