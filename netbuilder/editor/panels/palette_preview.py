"""What a row of the palette would become: its card, a sentence and the formula."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from netbuilder.app.library import Library
from netbuilder.app.picture_cards import Card, card_of
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.editor.canvas.painting import CALM, ROOM, Ink, draw_card
from netbuilder.editor.look import Look, code_font
from netbuilder.editor.panels.palette_rows import Row
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.files.errors import FileError
from netbuilder.graph import edits
from netbuilder.graph.model import GROUP_PREFIX, Network
from netbuilder.graph.working import EditError

_WIDTH = 280
_GAP = 8
OWN = "library:"


def card_for(key: str, network: Network, library: Library) -> Card | None:
    """Return the card that a row of the palette becomes; None where it cannot be made.

    Args:
        key: The row's key.
        network: The document, whose groups it may name.
        library: The person's own groups.
    """
    if not key.startswith((GROUP_PREFIX, OWN)):
        return _card_of_type(key)
    try:
        if key.startswith(OWN):
            network, group = library.add_to(Network(), key.removeprefix(OWN))
            key = GROUP_PREFIX + group
        else:
            network = Network(groups=network.groups)
        return _card(network, key)
    except (EditError, FileError, KeyError):
        return None


@lru_cache(maxsize=1024)
def _card_of_type(name: str) -> Card | None:
    return _card(Network(), name) if name in standard_catalogue().types else None


def _card(network: Network, type: str) -> Card:
    network, name = edits.add_node(network, type)
    run = check(network, standard_catalogue()).run
    return card_of(run, name)


def card_picture(card: Card, look: Look, ratio: float) -> tuple[QPixmap, QPoint]:
    """Draw a card for the pointer to drag.

    Returns:
        The picture, and the point of it that lies under the pointer.
    """
    size = QSize(round(card.width + 2 * ROOM), round(card.height + 2 * ROOM))
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(ROOM, ROOM)
    painter.setOpacity(0.9)
    draw_card(painter, Ink(look.theme), card, CALM)
    painter.end()
    return picture, QPoint(round(ROOM + 24), round(ROOM + 20))


class _Stage(QWidget):
    """The card as it stands on the canvas."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._card: Card | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def put(self, card: Card | None) -> None:
        """Show a card."""
        self._card = card
        self.setFixedHeight(round(card.height) + 40 if card else 0)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the canvas with the card on it."""
        if self._card is None:
            return
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.canvas))
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(ground, 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.dot))
        for x in range(16, self.width() - 8, 20):
            for y in range(14, self.height() - 8, 20):
                painter.drawEllipse(QRectF(x - 1, y - 1, 2, 2))
        painter.translate((self.width() - self._card.width) / 2, 20)
        draw_card(painter, Ink(theme), self._card, CALM)
        painter.end()


class Preview(QFrame):
    """A card beside the palette that explains the row under the pointer.

    Args:
        look: The theme in force.
        parent: The palette.
    """

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self._look = look
        self.setObjectName("palette_preview")
        self.setAccessibleName("Preview")
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.stage = _Stage(look, self)
        self.title = Plain("", "title", self)
        self.sentence = Wrapped("", "secondary", self)
        self.formula = Wrapped("", "", self)
        self.formula.setFont(code_font(11))
        self.source = Wrapped("", "secondary", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        for part in (self.stage, self.title, self.sentence, self.formula, self.source):
            column.addWidget(part)
        self.setFixedWidth(_WIDTH)
        look.changed.connect(self._tint)
        self._tint()

    def tell(self, row: Row, card: Card | None, at: QPoint) -> None:
        """Explain a row, with the left edge beside a point of the screen.

        Args:
            row: The row.
            card: What it becomes.
            at: The middle of the row, at the palette's right edge.
        """
        kind = standard_catalogue().get(row.key)
        self.stage.put(card)
        self.title.setText(row.title)
        for label, text in (
            (self.sentence, row.sentence),
            (self.formula, kind.section("Formula") if kind else ""),
            (self.source, kind.section("Source") if kind else row.section),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self.setFixedHeight(self._height())
        self._move_to(at)
        self.show()

    def _height(self) -> int:
        margin, spacing = 12, 8
        room = _WIDTH - 2 * margin
        parts: list[QLabel] = [self.title, self.sentence, self.formula, self.source]
        heights = [self.stage.minimumHeight()] if self.stage.minimumHeight() else []
        for part in parts:
            part.ensurePolished()
            if not part.isHidden():
                wanted = part.heightForWidth(room)
                heights.append(wanted if wanted > 0 else part.sizeHint().height())
        return sum(heights) + spacing * (len(heights) - 1) + 2 * margin

    def _move_to(self, at: QPoint) -> None:
        box = QRect(at + QPoint(_GAP, -28), self.size())
        screen = self.screen()
        if screen is not None:
            room = screen.availableGeometry()
            if box.right() > room.right():
                parent = self.parentWidget()
                box.moveRight(at.x() - (parent.width() if parent else 0) - _GAP)
            box.moveTop(max(room.top() + 4, min(box.top(), room.bottom() - box.height() - 4)))
        self.move(box.topLeft())

    def _tint(self) -> None:
        theme = self._look.theme
        self.formula.setStyleSheet(
            f"background: {theme.raised}; border: 1px solid {theme.line}; border-radius: 6px;"
            " padding: 5px 8px; font-size: 11px;"
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the card's ground."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.card_line), 1))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        painter.end()
