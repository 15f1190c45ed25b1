"""The edges of a picture: cubic curves that go around cards, with the shape where there is room."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netbuilder.app.arrange import Point
from netbuilder.app.card_text import TIMES
from netbuilder.app.picture_cards import Card, Dot
from netbuilder.app.picture_fold import LINE, Folded
from netbuilder.app.theme import text_width
from netbuilder.check.runs import GraphRun
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.dims import Sym
from netbuilder.node_api.ports import TensorType

LABEL_SIZE = 10.5
LABEL_HEIGHT = 16.0
CLEAR = 5.0  # px that an edge keeps from cards it does not belong to
LANE = 22.0  # px between a card and an edge that goes around it
BEND = 56.0  # px over which an edge rises to its lane
OUT = 22.0  # px that an edge into another row runs straight from its port
APART = 6.0  # px between such edges
CORNER = 10.0

_POINTS = 24


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that is taken."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, point: Point) -> bool:
        """Whether a point lies inside."""
        return self.left < point[0] < self.right and self.top < point[1] < self.bottom


@dataclass(frozen=True, slots=True)
class Label:
    """A shape beside an edge, around a middle."""

    text: str
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge as it is drawn.

    Attributes:
        path: The path in SVG's words.
        colour: The colour of what flows.
        label: The shape, where there is room for it.
        box: The room it takes.
    """

    path: str
    colour: str
    label: Label | None
    box: Box


def wires_of(run: GraphRun, cards: Mapping[str, Card], fold: Folded) -> list[Wire]:
    """Return the edges of a graph; an output that goes to several places has its shape once.

    Args:
        run: The evaluation of the graph.
        cards: Its cards.
        fold: In which rows they lie.
    """
    left = min((card.x for card in cards.values()), default=0.0)
    turns = _Turns(fold.gaps, left)
    taken = [Box(c.x, c.y, c.right, c.bottom) for c in cards.values()]
    lanes: list[Box] = []
    labelled: set[Endpoint] = set()
    wires = []
    for target, source in run.graph.edges.items():
        ends = _ends(cards, source, target)
        if ends is None:
            continue
        start, end = ends
        own = {source.node, target.node}
        others = [Box(c.x, c.y, c.right, c.bottom) for n, c in cards.items() if n not in own]
        rows = fold.rows.get(source.node, 0), fold.rows.get(target.node, 0)
        if rows[0] == rows[1]:
            points, path = _route(start, end, others, lanes)
        else:
            points, path = turns.route(start, end, rows)
        label = None
        if source not in labelled:
            text = shape_label(run.records[source.node].result.types.get(source.port))
            label = _label(text, points, taken) if text else None
        if label is not None:
            labelled.add(source)
            taken.append(_box_of(label))
        heights = [y for _, y in points]
        sides = [x for x, _ in points]
        box = Box(min(sides), min(heights), max(sides), max(heights))
        wires.append(Wire(path, start.colour, label, box))
    return wires


def shape_label(tensor: TensorType | None) -> str:
    """Return a shape without its batch axis, as people write it; empty for a number a sample."""
    if tensor is None:
        return ""
    sizes = list(tensor.shape)
    if sizes and isinstance(sizes[0], Sym) and str(sizes[0]) == "N":
        sizes = sizes[1:]
    return TIMES.join(
        f"({size})" if isinstance(size, Sym) and size.is_compound else str(size) for size in sizes
    )


def _ends(cards: Mapping[str, Card], source: Endpoint, target: Endpoint) -> tuple[Dot, Dot] | None:
    if source.node not in cards or target.node not in cards:
        return None
    start = cards[source.node].outs.get(source.port)
    end = cards[target.node].ins.get(target.port)
    return (start, end) if start and end else None


class _Turns:
    """Leads edges from one row of a folded picture to another, side by side.

    Args:
        gaps: For each row, where the room below it begins.
        left: The left side of all rows.
    """

    def __init__(self, gaps: tuple[float, ...], left: float) -> None:
        self._begin = gaps
        self._free = list(gaps)
        self._left = left - OUT

    def route(self, start: Dot, end: Dot, rows: tuple[int, int]) -> tuple[list[Point], str]:
        """Return an edge's points and its path: into the room below its row, and from there on."""
        first, last = min(rows), max(rows)
        # The height each edge turns at tells them apart; so does how far it runs out first.
        aside = (self._free[first] - self._begin[first]) / LINE * APART
        out, into = start.x + OUT + aside, end.x - OUT - aside
        corners = [(start.x, start.y), (out, start.y)]
        y = self._lane(first)
        corners.append((out, y))
        if last - first > 1:  # past whole rows, along their left side
            corners.append((self._left, y))
            y = self._lane(last - 1)
            corners.append((self._left, y))
            self._left -= LINE / 2
        corners += [(into, y), (into, end.y), (end.x, end.y)]
        return corners, _rounded(corners)

    def _lane(self, row: int) -> float:
        y = self._free[row]
        self._free[row] += LINE
        return y


def _rounded(corners: list[Point]) -> str:
    """Return a path of straight lines whose corners are round."""
    parts = [f"M {_number(corners[0][0])} {_number(corners[0][1])}"]
    for before, at, after in zip(corners, corners[1:], corners[2:], strict=False):
        near, far = _towards(at, before), _towards(at, after)
        parts.append(f"L {_number(near[0])} {_number(near[1])}")
        parts.append(f"Q {_number(at[0])} {_number(at[1])} {_number(far[0])} {_number(far[1])}")
    parts.append(f"L {_number(corners[-1][0])} {_number(corners[-1][1])}")
    return " ".join(parts)


def _towards(at: Point, other: Point) -> Point:
    """The point a corner's radius away, but at most half way."""
    across, along = other[0] - at[0], other[1] - at[1]
    length = abs(across) + abs(along)  # one of them is 0
    share = min(CORNER, length / 2) / length if length else 0.0
    return at[0] + across * share, at[1] + along * share


def _route(start: Dot, end: Dot, others: list[Box], lanes: list[Box]) -> tuple[list[Point], str]:
    """Return an edge's points and its path: straight over, or along a lane around what is in between."""
    a, b = (start.x, start.y), (end.x, end.y)
    reach = max(abs(b[0] - a[0]) * 0.5, 36.0) if b[0] >= a[0] else 90.0
    curve = (a, (a[0] + reach, a[1]), (b[0] - reach, b[1]), b)
    points = list(_along([curve]))
    if not _blocking(points, others):
        return points, _path([curve])
    y = _lane(a, b, points, others, lanes)
    left, right = (a[0] + BEND, b[0] - BEND) if b[0] - a[0] > 2 * BEND else (a[0] + 30, b[0] - 30)
    bend = (left - a[0]) * 0.6
    rise = (a, (a[0] + bend, a[1]), (left - bend, y), (left, y))
    flat = ((left, y), (left, y), (right, y), (right, y))
    fall = ((right, y), (right + bend, y), (b[0] - bend, b[1]), b)
    lanes.append(Box(min(left, right), y - 6, max(left, right), y + 6))
    return list(_along([rise, flat, fall])), _path([rise, flat, fall])


def _lane(a: Point, b: Point, points: list[Point], others: list[Box], lanes: list[Box]) -> float:
    """Return the height of a free lane above or below everything in the way, the nearer one."""
    left, right = min(a[0], b[0]), max(a[0], b[0])
    above = min(box.top for box in _blocking(points, others)) - LANE
    below = max(box.bottom for box in _blocking(points, others)) + LANE
    busy = [*others, *lanes]
    while any(Box(left, above - CLEAR, right, above + CLEAR).meets(box) for box in busy):
        above -= LANE / 2
    while any(Box(left, below - CLEAR, right, below + CLEAR).meets(box) for box in busy):
        below += LANE / 2
    far_above = abs(a[1] - above) + abs(b[1] - above)
    far_below = abs(a[1] - below) + abs(b[1] - below)
    return above if far_above <= far_below else below


def _blocking(points: Iterable[Point], others: Iterable[Box]) -> list[Box]:
    wide = [
        (Box(b.left - CLEAR, b.top - CLEAR, b.right + CLEAR, b.bottom + CLEAR), b) for b in others
    ]
    points = list(points)
    return [box for grown, box in wide if any(grown.holds(point) for point in points)]


def _along(curves: Iterable[tuple[Point, Point, Point, Point]]) -> Iterator[Point]:
    for p, q, r, s in curves:
        for i in range(_POINTS + 1):
            t = i / _POINTS
            u = 1 - t
            weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
            yield tuple(  # type: ignore[misc]  # always two numbers
                sum(w * point[axis] for w, point in zip(weights, (p, q, r, s), strict=True))
                for axis in (0, 1)
            )


def _path(curves: list[tuple[Point, Point, Point, Point]]) -> str:
    parts = [f"M {_number(curves[0][0][0])} {_number(curves[0][0][1])}"]
    for _, q, r, s in curves:
        numbers = " ".join(f"{_number(x)} {_number(y)}" for x, y in (q, r, s))
        parts.append(f"C {numbers}")
    return " ".join(parts)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _label(text: str, points: list[Point], taken: list[Box]) -> Label | None:
    """Return a label on the edge where it covers nothing: at its middle, else a bit off it."""
    width = text_width(text, LABEL_SIZE) + 10
    if len(points) < _POINTS:  # straight lines: on the longest one
        points = list(_long_side(points))
    count = len(points)
    for share in (0.5, 0.4, 0.6, 0.3, 0.7):
        x, y = points[int(share * (count - 1))]
        label = Label(text, x, y, width)
        box = _box_of(label)
        if not any(box.meets(other) for other in taken):
            return label
    return None


def _long_side(corners: list[Point]) -> Iterator[Point]:
    sides = list(itertools.pairwise(corners))
    a, b = max(sides, key=lambda side: abs(side[1][0] - side[0][0]))
    for i in range(_POINTS + 1):
        share = i / _POINTS
        yield a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _box_of(label: Label) -> Box:
    # Ports stand out of their cards, so a label keeps away from them.
    half = label.width / 2 + 6
    return Box(
        label.x - half, label.y - LABEL_HEIGHT / 2, label.x + half, label.y + LABEL_HEIGHT / 2
    )
