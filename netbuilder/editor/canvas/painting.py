"""How cards look on the canvas: the theme's colours as Qt wants them, and the strokes of a card."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QStaticText,
)

from netbuilder.app.picture_cards import (
    DOT,
    FOOT,
    HEAD,
    LEFT,
    LINE_SIZE,
    LINK_WIDTH,
    SMALL_SIZE,
    TITLE_SIZE,
    Card,
    Dot,
    hatching,
    link_sign,
)
from netbuilder.app.picture_wires import LABEL_SIZE
from netbuilder.app.theme import GROUP_COLOUR, Theme
from netbuilder.editor.look import ui_font

FULL = 0.5  # from this zoom on, everything on a card is drawn
BLOCK = 0.2  # from here on a block with the title; farther out, a block

RADIUS = 10.0
BADGE = 8.0
PORT = 4.5
ROOM = 14.0  # px around a card that its badge, halo and ports may use

_CALM_ROOM = 7.0  # px that ports and shadow use alone

_TEXTS_KEPT = 20_000
_STAMPS_KEPT = 500
_BLOCK_SIZES = (26.0, 22.0, 19.0, 16.0, 13.0)
_STAMP = 7.0  # px from the middle of a port or a mark to the side of its picture


@dataclass(frozen=True, slots=True)
class Mood:
    """What is true of a card besides what stands on it.

    Attributes:
        selected: Whether it is selected.
        hovered: Whether the pointer is over it.
        port: The port the pointer is over, with its side.
        running: Whether it is being worked on.
        fitting: While a wire is dragged, the ports it may go into, with their side; else None.
        live: The latest activity, for the spark line.
        linked: Whether it shares weights with the card the pointer is over.
    """

    selected: bool = False
    hovered: bool = False
    port: tuple[str, str] | None = None
    running: bool = False
    fitting: frozenset[tuple[str, str]] | None = None
    live: tuple[float, ...] = ()
    linked: bool = False

    @property
    def dimmed(self) -> bool:
        """Whether a dragged wire cannot go anywhere here."""
        return self.fitting is not None and not self.fitting


CALM = Mood()


@dataclass(slots=True)
class _Type:
    font: QFont
    ascent: float
    texts: dict[str, QStaticText] = field(default_factory=dict)
    widths: dict[str, float] = field(default_factory=dict)


class Ink:
    """Colours, pens and fonts of a theme, made once.

    Args:
        theme: The theme.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._colours: dict[tuple[str, float], QColor] = {}
        self._types: dict[tuple[float, bool], _Type] = {}
        self._stamps: dict[tuple[str, float, int, int], QPixmap] = {}
        self.body = QBrush(self.colour(theme.card))
        self.shadow = QBrush(self.colour("#000000", theme.shade))
        self.rule = QPen(self.colour(theme.card_line), 1)

    def colour(self, name: str, opacity: float = 1.0) -> QColor:
        """Return a colour by its name in the theme's way of writing, as ``#4c8dff``."""
        key = name, opacity
        made = self._colours.get(key)
        if made is None:
            made = QColor(name)
            made.setAlphaF(opacity)
            self._colours[key] = made
        return made

    def mixed(self, one: str, other: str, share: float) -> QColor:
        """Return a colour between two; the share is that of the other."""
        key = f"{one} {other}", share
        made = self._colours.get(key)
        if made is None:
            a, b = self.colour(one), self.colour(other)
            made = self._colours[key] = QColor(
                round(a.red() + (b.red() - a.red()) * share),
                round(a.green() + (b.green() - a.green()) * share),
                round(a.blue() + (b.blue() - a.blue()) * share),
            )
        return made

    def font(self, size: float, *, strong: bool = False) -> QFont:
        """Return a font; it must not be changed."""
        return self._type(size, strong).font

    def width(self, text: str, size: float, *, strong: bool = False) -> float:
        """Return how wide a text is, in px of the scene."""
        kind = self._type(size, strong)
        found = kind.widths.get(text)
        if found is None:
            if len(kind.widths) >= _TEXTS_KEPT:
                kind.widths.clear()
            found = kind.widths[text] = QFontMetricsF(kind.font).horizontalAdvance(text)
        return found

    def write(
        self,
        painter: QPainter,
        at: QPointF,
        text: str,
        colour: QColor,
        size: float,
        *,
        strong: bool = False,
        anchor: str = "start",
    ) -> None:
        """Write a short text; the point is on its base line."""
        kind = self._type(size, strong)
        static = kind.texts.get(text)
        if static is None:
            if len(kind.texts) >= _TEXTS_KEPT:
                kind.texts.clear()
            static = QStaticText(text)
            static.setTextFormat(Qt.TextFormat.PlainText)
            static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            static.prepare(font=kind.font)
            kind.texts[text] = static
        x = at.x()
        if anchor != "start":
            x -= static.size().width() * (0.5 if anchor == "middle" else 1.0)
        painter.setFont(kind.font)
        painter.setPen(colour)
        painter.drawStaticText(QPointF(x, at.y() - kind.ascent), static)

    def stamp(
        self,
        painter: QPainter,
        at: QPointF,
        draw: Callable[[QPainter, QColor, QBrush], None],
        colour: QColor,
        body: QBrush,
    ) -> None:
        """Draw a small thing around a point; where it falls on whole pixels, from a picture of it.

        Args:
            painter: With the scale of the scene.
            at: The middle.
            draw: Draws it around the origin, with both colours, within a radius of 7 px.
            colour: Its colour.
            body: What fills it.
        """
        place = painter.deviceTransform()
        scale, middle = place.m11(), place.map(at)
        corner = middle.x() - _STAMP * scale, middle.y() - _STAMP * scale
        if any(abs(side - round(side)) > 1e-3 for side in corner):
            painter.save()
            painter.translate(at)
            draw(painter, colour, body)
            painter.restore()
            return
        key = draw.__name__, scale, colour.rgba(), body.color().rgba()
        found = self._stamps.get(key)
        if found is None:
            if len(self._stamps) >= _STAMPS_KEPT:
                self._stamps.clear()
            found = self._stamps[key] = QPixmap(
                round(2 * _STAMP * scale), round(2 * _STAMP * scale)
            )
            found.fill(Qt.GlobalColor.transparent)
            inner = QPainter(found)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            inner.scale(scale, scale)
            inner.translate(_STAMP, _STAMP)
            draw(inner, colour, body)
            inner.end()
            found.setDevicePixelRatio(scale)
        painter.drawPixmap(QPointF(at.x() - _STAMP, at.y() - _STAMP), found)

    def _type(self, size: float, strong: bool) -> _Type:
        made = self._types.get((size, strong))
        if made is None:
            font = ui_font(
                round(size), weight=QFont.Weight.DemiBold if strong else QFont.Weight.Normal
            )
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            made = self._types[size, strong] = _Type(font, QFontMetricsF(font).ascent())
        return made


def room_of(card: Card) -> QRectF:
    """Return the rectangle a card may draw in, seen from its corner."""
    return _room(card, ROOM)


def room_in(card: Card, mood: Mood) -> QRectF:
    """Return the rectangle a card draws in as it is now, seen from its corner."""
    calm = mood.port is None and mood.fitting is None and not (mood.selected or card.severity)
    return _room(card, _CALM_ROOM if calm and card.kind != "group" else ROOM)


def _room(card: Card, around: float) -> QRectF:
    return QRectF(-around, -around, card.width + 2 * around, card.height + 2 * around)


def plate_key(card: Card, mood: Mood) -> tuple[object, ...]:
    """Return what the plate of a card depends on; many cards have the same."""
    return (
        card.width,
        card.height,
        card.kind,
        bool(card.repeat),
        card.bypass,
        card.muted,
        card.severity,
        mood.selected,
        mood.hovered,
    )


def draw_plate(painter: QPainter, ink: Ink, card: Card, mood: Mood) -> None:
    """Draw what lies under the text of a card, at the origin: body, outline, shadow, halo."""
    if card.kind == "reroute":
        return
    body = QRectF(0, 0, card.width, card.height)
    _draw_behind(painter, ink, card, body, mood)
    painter.setBrush(ink.body)
    painter.setPen(_outline(ink, card, mood))
    painter.drawRoundedRect(body, RADIUS, RADIUS)
    if card.muted:
        _draw_hatching(painter, ink, card)


def opacity_of(card: Card, mood: Mood) -> float:
    """Return how opaque a card is."""
    if mood.dimmed:
        return 0.35
    return 0.6 if card.bypass else 1.0


def draw_face(painter: QPainter, ink: Ink, card: Card, mood: Mood) -> None:
    """Draw what stands on the plate of a card, at the origin."""
    if card.kind == "reroute":
        _draw_reroute(painter, ink, card, mood)
    else:
        _draw_whole(painter, ink, card, mood)


def draw_card(painter: QPainter, ink: Ink, card: Card, mood: Mood) -> None:
    """Draw a whole card, its upper left corner at the origin."""
    draw_plate(painter, ink, card, mood)
    draw_face(painter, ink, card, mood)


def block_colour(ink: Ink, card: Card) -> QColor:
    """Return the colour of a card seen from far."""
    return ink.mixed(ink.theme.canvas, card.colour, 0.4 if card.bypass else 0.78)


def _draw_whole(painter: QPainter, ink: Ink, card: Card, mood: Mood) -> None:
    theme = ink.theme
    ink.stamp(painter, QPointF(17, 19), _draw_mark, ink.colour(card.colour), ink.body)
    title = QPointF(LEFT, 23.5)
    ink.write(painter, title, card.title, ink.colour(theme.text), TITLE_SIZE, strong=True)
    ink.write(painter, QPointF(LEFT, 42), card.line, ink.colour(theme.secondary), LINE_SIZE)
    if card.has_foot:
        _draw_footer(painter, ink, card)
    if mood.live:
        _draw_spark(painter, ink, card, mood.live)
    for dot in card.ins.values():
        _draw_port(painter, ink, dot, mood, "in")
    for dot in card.outs.values():
        _draw_port(painter, ink, dot, mood, "out")
    if card.repeat:
        _draw_repeat(painter, ink, card)
    if mood.running:
        _draw_running(painter, ink, card)
    if card.severity:
        _draw_badge(painter, ink, card)


def _draw_behind(painter: QPainter, ink: Ink, card: Card, body: QRectF, mood: Mood) -> None:
    if card.kind == "group":
        painter.setBrush(ink.mixed(ink.theme.card, ink.theme.canvas, 0.35))
        painter.setPen(ink.rule)
        for step in (7.0, 3.5) if card.repeat else (3.5,):
            painter.drawRoundedRect(body.translated(step, -step), RADIUS, RADIUS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.shadow)
    painter.drawRoundedRect(body.adjusted(-0.5, 1, 0.5, 2.5), RADIUS + 0.5, RADIUS + 0.5)
    if mood.selected:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink.colour(ink.theme.accent, 0.28), 4))
        painter.drawRoundedRect(body.adjusted(-2.5, -2.5, 2.5, 2.5), RADIUS + 2, RADIUS + 2)


def _outline(ink: Ink, card: Card, mood: Mood) -> QPen:
    theme = ink.theme
    colour = {"error": theme.error, "warning": theme.warning}.get(card.severity, "")
    if mood.selected:
        pen = QPen(ink.colour(theme.accent), 1.75)
    elif colour:
        pen = QPen(ink.colour(colour), 1.5)
    elif mood.hovered:
        pen = QPen(ink.colour(theme.tertiary), 1.25)
    elif mood.linked:
        pen = QPen(ink.colour(theme.accent), 1.5)
    else:
        pen = QPen(ink.colour(theme.card_line), 1)
    if card.bypass or card.kind == "unknown":
        pen.setDashPattern([4, 3])
    return pen


def _draw_hatching(painter: QPainter, ink: Ink, card: Card) -> None:
    painter.setPen(QPen(ink.colour(ink.theme.tertiary, 0.5), 1))
    painter.drawLines([QLineF(*start, *end) for start, end in hatching(card)])


def _draw_footer(painter: QPainter, ink: Ink, card: Card) -> None:
    theme = ink.theme
    y = card.height - FOOT
    painter.setPen(ink.rule)
    painter.drawLine(QPointF(1, y), QPointF(card.width - 1, y))
    ink.write(painter, QPointF(12, y + 15.5), card.footer, ink.colour(theme.secondary), SMALL_SIZE)
    if card.frozen:
        at = QPointF(card.width - 12, y + 15.5)
        ink.write(painter, at, "frozen", ink.colour(theme.accent), SMALL_SIZE, anchor="end")
    if card.shares:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink.colour(theme.accent), 1.5))
        for ring in link_sign(card.link_left, y + FOOT / 2):
            painter.drawRoundedRect(QRectF(*ring), 3, 3)
        at = QPointF(card.link_left + LINK_WIDTH + 5, y + 15.5)
        ink.write(painter, at, card.link_text, ink.colour(theme.secondary), SMALL_SIZE)


def _draw_spark(painter: QPainter, ink: Ink, card: Card, live: Sequence[float]) -> None:
    path = spark_path(live, _spark_room(ink, card))
    if path is not None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink.colour(ink.theme.accent), 1.5))
        painter.drawPath(path)


def _spark_room(ink: Ink, card: Card) -> QRectF:
    """Where the latest activity is drawn: in the footer, else behind what stands on the card."""
    if card.has_foot:
        frozen = ink.width("frozen", SMALL_SIZE) + 8 if card.frozen else 0.0
        right = card.width - 12 - frozen
        left = max(right - 64, 12 + ink.width(card.footer, SMALL_SIZE) + 8)
        if card.shares:
            name = ink.width(card.link_text, SMALL_SIZE)
            left = max(left, card.link_left + LINK_WIDTH + 5 + name + 8)
        return QRectF(left, card.height - FOOT + 6, right - left, FOOT - 12)
    left = LEFT + ink.width(card.line, LINE_SIZE) + 10
    right = card.width - 14
    if right - left < 24:
        return QRectF(LEFT, HEAD - 6, right - LEFT, 4)
    return QRectF(max(left, right - 64), 32, right - max(left, right - 64), 11)


def spark_path(values: Sequence[float], room: QRectF) -> QPainterPath | None:
    """Return a line through finite values that fills a room; None where there is no line."""
    sound = [value for value in values if abs(value) < 1e300]
    if len(sound) < 2 or room.width() <= 4:
        return None
    low, high = min(sound), max(sound)
    scale = room.height() / (high - low) if high > low else 0.0
    step = room.width() / (len(sound) - 1)
    path = QPainterPath()
    for i, value in enumerate(sound):
        y = room.bottom() - (value - low) * scale if scale else room.center().y()
        point = QPointF(room.left() + i * step, y)
        if i:
            path.lineTo(point)
        else:
            path.moveTo(point)
    return path


def _draw_port(painter: QPainter, ink: Ink, dot: Dot, mood: Mood, side: str) -> None:
    key = dot.name, side
    at = QPointF(dot.x, dot.y)
    colour = ink.colour(dot.colour)
    lit = mood.fitting is not None and key in mood.fitting
    hovered = mood.port == key
    if lit or hovered:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink.colour(ink.theme.accent, 0.3))
        painter.drawEllipse(at, PORT + 5, PORT + 5)
    faint = mood.fitting is not None and not lit
    ring = ink.colour(ink.theme.tertiary, 0.6) if faint else colour
    ink.stamp(painter, at, _draw_ring, ring, QBrush(colour) if lit or hovered else ink.body)
    if dot.named:
        inward, anchor = (12, "start") if side == "in" else (-12, "end")
        tone = ink.colour(ink.theme.secondary)
        place = QPointF(dot.x + inward, dot.y + 4)
        ink.write(painter, place, dot.name, tone, SMALL_SIZE, anchor=anchor)


def _draw_ring(painter: QPainter, colour: QColor, body: QBrush) -> None:
    painter.setPen(QPen(colour, 2))
    painter.setBrush(body)
    painter.drawEllipse(QPointF(), PORT, PORT)


def _draw_mark(painter: QPainter, colour: QColor, _: QBrush) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(-5, -5, 10, 10), 3, 3)


def _draw_repeat(painter: QPainter, ink: Ink, card: Card) -> None:
    width = ink.width(card.repeat, SMALL_SIZE, strong=True) + 14
    pill = QRectF(card.width - width - 10, 10.5, width, 17)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.colour(GROUP_COLOUR, 0.2))
    painter.drawRoundedRect(pill, 8.5, 8.5)
    at = QPointF(pill.center().x(), 23)
    tone = ink.colour(ink.theme.text)
    ink.write(painter, at, card.repeat, tone, SMALL_SIZE, strong=True, anchor="middle")


def _draw_running(painter: QPainter, ink: Ink, card: Card) -> None:
    """A bar along the upper edge: this card is being worked on."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.colour(ink.theme.ok))
    painter.drawRoundedRect(QRectF(RADIUS, -1, card.width - 2 * RADIUS, 3), 1.5, 1.5)


def _draw_badge(painter: QPainter, ink: Ink, card: Card) -> None:
    theme = ink.theme
    at = QPointF(card.width - 4, 2)
    painter.setPen(QPen(ink.colour(theme.canvas), 2))
    painter.setBrush(ink.colour(theme.error if card.severity == "error" else theme.warning))
    if card.severity == "error":
        painter.drawEllipse(at, BADGE, BADGE)
    else:  # another form for those who do not tell the colours apart
        path = QPainterPath(QPointF(at.x(), at.y() - 9))
        path.lineTo(at.x() + 9.5, at.y() + 7.5)
        path.lineTo(at.x() - 9.5, at.y() + 7.5)
        path.closeSubpath()
        painter.drawPath(path)
    colour = ink.colour("#ffffff" if card.severity == "error" else "#1d2430")
    mark = QPointF(at.x(), at.y() + (4.2 if card.severity == "error" else 6))
    size = 12.0 if card.severity == "error" else 11.0
    ink.write(painter, mark, "!", colour, size, strong=True, anchor="middle")


def _draw_reroute(painter: QPainter, ink: Ink, card: Card, mood: Mood) -> None:
    theme = ink.theme
    middle = QPointF(DOT / 2, DOT / 2)
    name = next((dot.colour for dot in card.ins.values()), theme.tertiary)
    name = {"error": theme.error, "warning": theme.warning}.get(card.severity, name)
    colour = ink.colour(theme.accent if mood.selected else name)
    lit = bool(mood.fitting)
    if mood.selected or mood.hovered or lit:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink.colour(theme.accent, 0.28))
        painter.drawEllipse(middle, DOT / 2 + 2, DOT / 2 + 2)
    painter.setPen(QPen(colour, 2))
    painter.setBrush(colour if mood.selected else ink.body)
    painter.drawEllipse(middle, DOT / 2 - 2.5, DOT / 2 - 2.5)


def draw_block(
    painter: QPainter, ink: Ink, card: Card, body: QRectF, *, plain: bool = False
) -> None:
    """Draw a card from farther away: its colour and its title.

    Args:
        painter: With a pen for the outline.
        ink: The colours.
        card: What it is.
        body: Where it lies.
        plain: Whether to leave out what takes long.
    """
    painter.setBrush(ink.mixed(ink.theme.card, card.colour, 0.14 if card.bypass else 0.34))
    if plain:
        painter.drawRect(body)
    else:
        painter.drawRoundedRect(body, RADIUS, RADIUS)
        if card.muted:
            _draw_hatching(painter, ink, card.at(body.x(), body.y()))


def draw_block_title(painter: QPainter, ink: Ink, card: Card, body: QRectF) -> None:
    """Write the title of a card as large as its block allows."""
    room = card.width - 16
    fits = (s for s in _BLOCK_SIZES if ink.width(card.title, s, strong=True) <= room)
    size = next(fits, _BLOCK_SIZES[-1])
    at = QPointF(body.center().x(), body.center().y() + size * 0.36)
    tone = ink.colour(ink.theme.text)
    ink.write(painter, at, card.title, tone, size, strong=True, anchor="middle")


def draw_label(painter: QPainter, ink: Ink, room: QRectF, text: str) -> None:
    """Write a shape on a wire."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.colour(ink.theme.canvas, 0.94))
    painter.drawRoundedRect(room, 4, 4)
    at = QPointF(room.center().x(), room.center().y() + LABEL_SIZE * 0.36)
    ink.write(painter, at, text, ink.colour(ink.theme.secondary), LABEL_SIZE, anchor="middle")


def by_node(
    fits: Mapping[tuple[str, str, str], str], nodes: Collection[str]
) -> dict[str, frozenset[tuple[str, str]]]:
    """Return for every node the ports that fit, with their side."""
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in nodes}
    for (node, port, side), reason in fits.items():
        if not reason and node in found:
            found[node].add((port, side))
    return {name: frozenset(ports) for name, ports in found.items()}
