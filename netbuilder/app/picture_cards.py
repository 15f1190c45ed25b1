"""The cards of a picture: what stands on each, how large it is, where its ports are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from netbuilder.app.arrange import Point
from netbuilder.app.branches import muted
from netbuilder.app.card_text import TIMES, card_line
from netbuilder.app.theme import (
    CATEGORY_COLOURS,
    FLOAT_COLOUR,
    GROUP_COLOUR,
    INTEGER_COLOUR,
    TARGET_COLOUR,
    UNKNOWN_COLOUR,
)
from netbuilder.app.theme import fitted as _fitted
from netbuilder.app.theme import text_width as _text_width
from netbuilder.check.diagnostics import Diagnostic, Severity
from netbuilder.check.layout import NO_WIRES
from netbuilder.check.runs import GraphRun, Record
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.node_type import LossType
from netbuilder.node_api.ports import FLOATS, TensorType

TITLE_SIZE = 13.0
LINE_SIZE = 12.0
SMALL_SIZE = 11.0
LEFT = 28.0  # where text starts, behind the category's mark
PAD = 14.0
HEAD = 54.0
PORT_ROW = 18.0
FOOT = 23.0
MIN_WIDTH = 128.0
MAX_WIDTH = 176.0
_HATCH = 12.0  # px between two lines, across and down
LINK_WIDTH = 15.0  # px of the sign of shared weights
DOT = 16.0  # px across a reroute dot
BYPASSED = "Bypassed: what comes in goes straight out."
MUTED = "Muted: all of its branch is bypassed, so what enters the branch leaves it as it came."
REROUTE = "identity"  # a node that passes on what it gets is drawn as a dot on the wire

# Most cards of a large network say what others say, too.
fitted = lru_cache(20_000)(_fitted)
text_width = lru_cache(20_000)(_text_width)

Look = Literal["node", "group", "unknown", "reroute"]


@dataclass(frozen=True, slots=True)
class Dot:
    """A port on a card: its name, where it is, its colour, and whether the name stands beside it."""

    name: str
    x: float
    y: float
    colour: str
    named: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A node as it is drawn; sizes in px.

    Attributes:
        id: The node.
        x: Left edge.
        y: Upper edge.
        width: Its width.
        height: Its height.
        colour: Its category's.
        title: Its type.
        line: What matters about it.
        footer: How many parameters it has; empty for none.
        frozen: Whether its weights stay as they are.
        shares: The node whose weights it uses; empty for its own.
        ins: Its inputs.
        outs: Its outputs.
        bypass: Whether what comes in goes straight out.
        muted: Whether that is so of the whole branch that it is on.
        repeat: The number of repeats as text; empty for one.
        severity: The worst that is wrong with it; empty if nothing is.
        tip: What is said on hover.
        kind: What it looks like: a ``group`` lies on others, an ``unknown`` type has a dashed line,
            a ``reroute`` is only a dot on a wire.
    """

    id: str
    x: float
    y: float
    width: float
    height: float
    colour: str
    title: str
    line: str
    footer: str
    frozen: bool
    ins: Mapping[str, Dot]
    outs: Mapping[str, Dot]
    bypass: bool
    repeat: str
    severity: Severity | str
    tip: str
    kind: Look = "node"
    muted: bool = False
    shares: str = ""

    @property
    def has_foot(self) -> bool:
        """Whether there is something below the line."""
        return bool(self.footer or self.frozen or self.shares)

    @property
    def link_left(self) -> float:
        """Where the sign of shared weights begins, from the left edge."""
        return 12 + (text_width(self.footer, SMALL_SIZE) + 10 if self.footer else 0.0)

    @property
    def link_text(self) -> str:
        """The name behind that sign, as much as there is room for."""
        taken = text_width("frozen", SMALL_SIZE) + 8 if self.frozen else 0.0
        room = self.width - 12 - taken - self.link_left - LINK_WIDTH - 5
        return fitted(self.shares, room, SMALL_SIZE)

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    def at(self, x: float, y: float) -> Card:
        """Return the same card at another place."""
        dx, dy = x - self.x, y - self.y
        if not dx and not dy:
            return self
        return replace(
            self, x=x, y=y, ins=_shifted(self.ins, dx, dy), outs=_shifted(self.outs, dx, dy)
        )


def cards_of(
    run: GraphRun, places: Mapping[str, Point], found: Iterable[Diagnostic]
) -> dict[str, Card]:
    """Return the card of every node of a graph, by id.

    Args:
        run: The evaluation of the graph.
        places: Where the cards lie.
        found: What is wrong; of places inside of groups the instance has the badge.
    """
    problems: dict[str, list[Diagnostic]] = {}
    for one in found:
        problems.setdefault(_node_of(one, run.group), []).append(one)
    off = muted(run.graph)
    return {
        name: card_of(run, name, places[name], problems.get(name, ()), is_muted=name in off)
        for name in run.graph.nodes
    }


def sizes_of(run: GraphRun) -> dict[str, tuple[float, float]]:
    """Return how wide and high the card of every node is, px."""
    return {name: size_of(run, name) for name in run.records}


def size_of(run: GraphRun, name: str) -> tuple[float, float]:
    """Return how wide and high the card of a node is, px."""
    record = run.records[name]
    if record.node.type == REROUTE:
        return DOT, DOT
    ins, outs = _ports(run, record)
    width = _width(record.kind.title, card_line(record), ins, outs, _repeat(record))
    return width, _height(run, record, ins, outs)


def card_of(
    run: GraphRun,
    name: str,
    place: Point = (0.0, 0.0),
    problems: Sequence[Diagnostic] = (),
    *,
    is_muted: bool = False,
) -> Card:
    """Return the card of one node of a graph.

    Args:
        run: The evaluation of the graph.
        name: The node.
        place: Where the card lies.
        problems: What is wrong with the node.
        is_muted: Whether the whole branch that the node is on is bypassed.
    """
    record = run.records[name]
    node, kind = record.node, record.kind
    ins, outs = _ports(run, record)
    repeat, line = _repeat(record), card_line(record)
    x, y = place
    look = _look(record)
    if look == "reroute":
        width, height, middle = DOT, DOT, DOT / 2
    else:
        width, middle = _width(kind.title, line, ins, outs, repeat), HEAD / 2
        height = _height(run, record, ins, outs)
    room = width - LEFT - PAD
    return Card(
        id=name,
        x=x,
        y=y,
        width=width,
        height=height,
        colour=_colour(record),
        title=fitted(kind.title, room - (_repeat_width(repeat)), TITLE_SIZE),
        line=fitted(line, room, LINE_SIZE),
        footer=_footer(run, record),
        shares=node.shares,
        frozen=node.frozen,
        ins=_dots(ins, x, y, middle, lambda port: _incoming(run, record, port)),
        outs=_dots(outs, x + width, y, middle, lambda port: _outgoing(record, port)),
        bypass=node.bypass,
        repeat=repeat,
        severity=_worst(problems),
        tip="\n".join(
            [
                f"{name}: {kind.title}",
                *([node.note] if node.note else []),
                *([f"Uses the weights of {node.shares}."] if node.shares else []),
                *([MUTED] if is_muted else [BYPASSED] if node.bypass else []),
                *_said(problems),
            ]
        ),
        kind=look,
        muted=is_muted,
    )


def link_sign(x: float, y: float) -> list[tuple[float, float, float, float]]:
    """Return the two rings of the sign of shared weights as x, y, width and height, px.

    Args:
        x: Its left edge.
        y: The middle of its height.
    """
    return [(x, y - 3, 9.0, 6.0), (x + 6, y - 3, 9.0, 6.0)]


def hatching(card: Card) -> list[tuple[Point, Point]]:
    """Return the lines from one side of a muted card to another, as if it were crossed out."""
    left, top, right, bottom = card.x + 3, card.y + 3, card.right - 3, card.bottom - 3
    lines = []
    at = left + top + _HATCH
    while at < right + bottom:
        start = (left, at - left) if at - left <= bottom else (at - bottom, bottom)
        end = (at - top, top) if at - top <= right else (right, at - right)
        lines.append((start, end))
        at += _HATCH
    return lines


def _look(record: Record) -> Look:
    if record.node.type == REROUTE:
        return "reroute"
    if record.node.group:
        return "group"
    return "node" if record.kind.node_type else "unknown"


def _shifted(dots: Mapping[str, Dot], dx: float, dy: float) -> dict[str, Dot]:
    return {
        name: Dot(name, dot.x + dx, dot.y + dy, dot.colour, dot.named) for name, dot in dots.items()
    }


def _ports(run: GraphRun, record: Record) -> tuple[list[str], list[str]]:
    """The ports of a node; those that only edges name, as for an unknown type, come last."""
    kind, name, layout = record.kind, record.node.id, run.layout
    ins = list(kind.inputs)
    ins += sorted(port for port in layout.wires.get(name, NO_WIRES) if port not in kind.inputs)
    used = {
        source.port
        for follower in layout.follows.get(name, ())
        for source in layout.wires.get(follower, NO_WIRES).values()
        if source.node == name
    }
    return ins, [*kind.outputs, *sorted(used.difference(kind.outputs))]


def _height(run: GraphRun, record: Record, ins: list[str], outs: list[str]) -> float:
    rows = max((len(side) for side in (ins, outs) if len(side) > 1), default=0)
    node = record.node
    foot = FOOT if node.frozen or node.shares or _footer(run, record) else 0
    return HEAD + (rows * PORT_ROW + 4 if rows else 0) + foot


def _footer(run: GraphRun, record: Record) -> str:
    cost = run.cost_of(record).parameters
    return f"{cost:,}" if isinstance(cost, int) and cost else ""


def _node_of(one: Diagnostic, group: str) -> str:
    path = one.where.node.split("/")
    if group:
        return path[-1] if one.where.group == group else ""
    return path[0]


def _dots(
    names: list[str], x: float, y: float, middle: float, colour: Callable[[str], str]
) -> dict[str, Dot]:
    if len(names) == 1:
        return {names[0]: Dot(names[0], x, y + middle, colour(names[0]), named=False)}
    first = y + HEAD + PORT_ROW / 2 - 2
    return {
        name: Dot(name, x, first + i * PORT_ROW, colour(name), named=True)
        for i, name in enumerate(names)
    }


def _width(title: str, line: str, ins: list[str], outs: list[str], repeat: str) -> float:
    head = LEFT + text_width(title, TITLE_SIZE) * 1.06 + _repeat_width(repeat) + PAD
    wide = max(head, LEFT + text_width(line, LINE_SIZE) + PAD)
    names = (max((text_width(n, SMALL_SIZE) for n in side), default=0) for side in (ins, outs))
    both = sum(names) + 3 * PAD if len(ins) > 1 and len(outs) > 1 else 0.0
    return min(max(MIN_WIDTH, wide, both), MAX_WIDTH)


def _repeat_width(repeat: str) -> float:
    return text_width(repeat, SMALL_SIZE) + 16 if repeat else 0.0


def _repeat(record: Record) -> str:
    node = record.node
    if not node.group or (isinstance(node.repeat, int) and node.repeat == 1):
        return ""
    said = node.repeat if isinstance(node.repeat, int) else record.kind.repeat
    return f"{TIMES}{said}"


def _colour(record: Record) -> str:
    if record.node.group:
        return GROUP_COLOUR
    node_type = record.kind.node_type
    return CATEGORY_COLOURS.get(node_type.category if node_type else "", UNKNOWN_COLOUR)


def _outgoing(record: Record, port: str) -> str:
    if record.kind.role == "target":
        return TARGET_COLOUR
    return _flow(record.result.types.get(port))


def _incoming(run: GraphRun, record: Record, port: str) -> str:
    source = run.graph.edges.get(Endpoint(record.node.id, port))
    made = run.records.get(source.node) if source else None
    if source and made:
        return _outgoing(made, source.port)
    loss = record.kind.instance
    given = isinstance(loss, LossType) and loss.is_given(port)
    return TARGET_COLOUR if given else _flow(None)


def _flow(tensor: TensorType | None) -> str:
    if tensor is None:
        return UNKNOWN_COLOUR
    return FLOAT_COLOUR if tensor.dtype in FLOATS else INTEGER_COLOUR


def _worst(problems: Iterable[Diagnostic]) -> str:
    severities = {one.severity for one in problems}
    return next((s for s in ("error", "warning") if s in severities), "")


def _said(problems: Iterable[Diagnostic]) -> list[str]:
    return [f"{one.severity} {one.code}: {one.message}" for one in problems]
