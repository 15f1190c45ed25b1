"""What lies under a point of the canvas, by arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Literal, Protocol

from PySide6.QtCore import QPointF, QRectF

from netbuilder.app.picture_cards import DOT, Card
from netbuilder.graph.model import Endpoint, Frame, Note

if TYPE_CHECKING:
    from netbuilder.editor.canvas.geometry import Curve, Places

HitKind = Literal[
    "nothing",
    "node",
    "badge",
    "port",
    "edge",
    "reroute",
    "frame",
    "frame_title",
    "frame_corner",
    "note",
    "note_corner",
]
Side = Literal["in", "out", ""]

PORT_REACH = 10.0  # px on the screen
_LEAST_REACH = 7.0  # px of the scene: a port is drawn nearly as large
_MOST_REACH = 36.0  # px of the scene around a card, so that room is left between two of them
_OWN = 0.2  # of a card's width that a port of its own may take from it
BADGE_REACH = 10.0
EDGE_REACH = 7.0
TITLE_BAR = 30.0
CORNER = 16.0


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies under a point.

    Attributes:
        kind: What it is.
        node: The node, for a node, its badge or a port.
        port: The port.
        side: Whether the port is an input or an output.
        edge: The input that the edge leads to.
        id: The frame or the note.
    """

    kind: HitKind = "nothing"
    node: str = ""
    port: str = ""
    side: Side = ""
    edge: Endpoint | None = None
    id: str = ""


NOTHING = Hit()


class Ground(Protocol):
    """What a search needs to know of the scene."""

    nodes: Places[str]
    wires: Places[Endpoint]

    @property
    def frames(self) -> Mapping[str, Frame]:
        """The frames of the shown graph."""

    @property
    def notes(self) -> Mapping[str, Note]:
        """The notes of the shown graph."""

    def card(self, node: str) -> Card | None:
        """The card of a node, where it lies now."""

    def curve(self, target: Endpoint) -> Curve | None:
        """The curve of a wire."""

    def level(self, node: str) -> int:
        """What lies higher is found first."""


def hit(ground: Ground, at: QPointF, zoom: float, *, dots: bool = True) -> Hit:
    """Return what lies under a point.

    Args:
        ground: The scene.
        at: The point.
        zoom: How large the scene is shown; far out, hands need more room around small things.
        dots: Whether a reroute dot is large enough at this zoom for ports beside its middle.
    """
    scale = 1 / min(max(zoom, 0.1), 1.0)
    reach = min(max(PORT_REACH / zoom, _LEAST_REACH), _MOST_REACH)
    cards = _cards(ground, at, max(reach, BADGE_REACH))
    for card in cards:
        if card.severity and _badge_distance(card, at) <= BADGE_REACH:
            return Hit("badge", card.id)
    ported = cards if dots else [card for card in cards if card.kind != "reroute"]
    port = _best_port(ported, at, reach, "")
    if port is not None:
        return port
    for card in cards:
        if _rect(card).contains(at):
            return Hit("reroute" if card.kind == "reroute" else "node", card.id)
    for name, note in reversed(tuple(ground.notes.items())):
        box = box_of(note)
        if box.contains(at):
            return Hit("note_corner" if _in_corner(box, at) else "note", id=name)
    edge = edge_near(ground, at, EDGE_REACH * scale)
    if edge is not None:
        return Hit("edge", edge=edge)
    return _frame_at(ground, at)


def nearest_port(ground: Ground, at: QPointF, reach: float, side: Side) -> Hit | None:
    """Return the port nearest to a point, if it is near enough; with a side, only such ports."""
    return _best_port(_cards(ground, at, reach), at, reach, side)


def edge_near(ground: Ground, at: QPointF, reach: float) -> Endpoint | None:
    """Return the wire nearest to a point, if it is near enough."""
    best, found = reach, None
    room = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
    for target in sorted(ground.wires.near(room)):
        curve = ground.curve(target)
        if curve is not None and (distance := curve.distance(at)) <= best:
            best, found = distance, target
    return found


def box_of(box: Frame | Note) -> QRectF:
    """Return where a frame or a note lies."""
    return QRectF(*box.position, *box.size)


def inside(boxes: Mapping[str, Frame] | Mapping[str, Note], rect: QRectF) -> frozenset[str]:
    """Return the frames or notes that lie within a rectangle as a whole."""
    return frozenset(name for name, box in boxes.items() if rect.contains(box_of(box)))


def _cards(ground: Ground, at: QPointF, reach: float) -> list[Card]:
    room = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
    names = sorted(ground.nodes.near(room), key=lambda name: (ground.level(name), name))
    found = (ground.card(name) for name in reversed(names))
    return [card for card in found if card is not None]


def _rect(card: Card) -> QRectF:
    return QRectF(card.x, card.y, card.width, card.height)


def _badge_distance(card: Card, at: QPointF) -> float:
    return hypot(at.x() - (card.right - 4), at.y() - (card.y + 2))


def _best_port(cards: Iterable[Card], at: QPointF, reach: float, side: Side) -> Hit | None:
    best, found = reach, None
    for card in cards:
        within = not side and _rect(card).contains(at)
        # Most of a card is for moving it, however small it is shown.
        own = min(best, card.width * _OWN) if within and card.kind != "reroute" else best
        for one, name, distance in _ports(card, at, side):
            if distance <= own and (distance < own or found is None):
                best = own = distance
                found = Hit("port", card.id, name, one)
        if within and found is None:
            break  # the card covers those below it
    return found


def _ports(card: Card, at: QPointF, side: Side) -> Iterator[tuple[Side, str, float]]:
    # The middle of a dot is for moving it, unless somebody looks for a port to plug into.
    inner = DOT / 2 - 3 if card.kind == "reroute" and not side else 0.0
    middle = QPointF(card.x + DOT / 2, card.y + DOT / 2)
    if inner and hypot(at.x() - middle.x(), at.y() - middle.y()) <= inner:
        return
    for own, dots in (("in", card.ins), ("out", card.outs)):
        if side in ("", own):
            for name, dot in dots.items():
                yield own, name, hypot(at.x() - dot.x, at.y() - dot.y)  # type: ignore[misc]


def _in_corner(box: QRectF, at: QPointF) -> bool:
    return box.right() - at.x() <= CORNER and box.bottom() - at.y() <= CORNER


def _frame_at(ground: Ground, at: QPointF) -> Hit:
    for name, frame in reversed(tuple(ground.frames.items())):
        box = box_of(frame)
        if not box.contains(at):
            continue
        if _in_corner(box, at):
            return Hit("frame_corner", id=name)
        title = at.y() - box.top() <= TITLE_BAR
        return Hit("frame_title" if title else "frame", id=name)
    return NOTHING
