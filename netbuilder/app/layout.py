"""Laying a graph out: layer by layer along the flow, few crossings, chains straight."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from netbuilder.app.arrange import Box4, Point, bounds
from netbuilder.app.layout_layers import Link, layers_of, one_way
from netbuilder.app.layout_order import levels_of, untangle
from netbuilder.app.layout_places import across
from netbuilder.graph.model import Endpoint, Frame, Graph
from netbuilder.graph.ordering import name_key

Direction = Literal["right", "down"]

# px; along the flow there has to be room for a wire's label.
ALONG: Mapping[Direction, float] = {"right": 72.0, "down": 56.0}
ACROSS = 40.0
LANE = 28.0  # beside a wire that passes a card
APART = 64.0  # between parts of a graph that nothing connects
PAD = 20.0  # around what a frame holds, at least
TITLE = 36.0

_TITLE = 27.0  # where the port of a card with one is
_HAIR = 0.01  # px between two ports, enough to tell which comes first


def arranged(
    graph: Graph,
    sizes: Mapping[str, Point],
    direction: str = "right",
    only: Collection[str] | None = None,
) -> dict[str, Point]:
    """Return where the upper left corners of the cards of a graph come to lie.

    Cards that a frame holds stay together, so that the frame can be drawn around them again. What
    nothing connects is stacked. The same graph is always laid out the same.

    Args:
        graph: The graph, with its frames where they are now.
        sizes: How wide and how high each card is, px.
        direction: Where data flow: ``right`` or ``down``.
        only: The nodes to lay out; they keep their common centre. None for all, which keep their upper
            left corner.
    """
    names = [name for name in graph.nodes if only is None or name in only]
    if not names:
        return {}
    old = {name: Box4(*graph.nodes[name].position, *sizes[name]) for name in names}
    flow: Direction = "down" if direction == "down" else "right"
    root = _Cluster("", _members(graph, sizes, old))
    _lay_out(root, graph, sizes, flow)
    places = root.places()
    new = bounds(Box4(*places[name], *sizes[name]) for name in names)
    before = bounds(old.values())
    assert new is not None
    assert before is not None
    if only is None:
        dx, dy = before.x - new.x, before.y - new.y
    else:
        dx = before.x + before.width / 2 - new.x - new.width / 2
        dy = before.y + before.height / 2 - new.y - new.height / 2
    return {name: (round(x + dx), round(y + dy)) for name, (x, y) in places.items()}


def places_of(
    graph: Graph, sizes: Mapping[str, Point], direction: str = "right"
) -> dict[str, Point]:
    """Return where the cards lie: as the document says, or laid out where all lie on one spot.

    Args:
        graph: The graph.
        sizes: How wide and how high each card is, px.
        direction: Where data flow where the document does not say: ``right`` or ``down``.
    """
    if is_heap(graph):
        return arranged(graph, sizes, direction)
    return {name: node.position for name, node in graph.nodes.items()}


def is_heap(graph: Graph) -> bool:
    """Whether several nodes all lie on one spot, as where a document does not say any."""
    return len(graph.nodes) > 1 and len({node.position for node in graph.nodes.values()}) == 1


@dataclass(slots=True)
class _Cluster:
    """What a frame holds, or the whole: nodes by name, and smaller frames.

    Attributes:
        frame: The frame's id; empty for the whole.
        members: Nodes as text, frames as clusters.
        margin: How far the frame reaches beyond what it holds: left, top, right, bottom.
        size: Its size once it is laid out, margin included.
        spots: Where its members then lie.
    """

    frame: str
    members: list[str | _Cluster]
    margin: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    size: Point = (0.0, 0.0)
    spots: Sequence[Point] = ()

    def nodes(self) -> list[str]:
        """All nodes inside, however deep."""
        found: list[str] = []
        for member in self.members:
            found += [member] if isinstance(member, str) else member.nodes()
        return found

    def places(self) -> dict[str, Point]:
        """Where all nodes inside lie, against the cluster's corner."""
        found: dict[str, Point] = {}
        for member, (x, y) in zip(self.members, self.spots, strict=True):
            if isinstance(member, str):
                found[member] = x, y
            else:
                found |= {n: (x + dx, y + dy) for n, (dx, dy) in member.places().items()}
        return found


def _members(
    graph: Graph, sizes: Mapping[str, Point], chosen: Mapping[str, Box4]
) -> list[str | _Cluster]:
    """Sort nodes into the frames that hold them, smaller frames into larger ones."""
    held = _held(graph, sizes, chosen)
    home: dict[str, str] = {}  # by node or frame: the smallest frame around it
    frames = sorted(held, key=lambda name: (len(held[name]), name_key(name)))
    for place, name in enumerate(frames):
        for node in held[name]:
            home.setdefault(node, name)
        outer = (f for f in frames[place + 1 :] if held[name] < held[f])
        home[f"frame {name}"] = next(outer, "")
    clusters = {
        name: _Cluster(name, [], _margin(graph.frames[name], held[name], chosen)) for name in frames
    }
    top: list[str | _Cluster] = []
    for node in chosen:
        around = home.get(node, "")
        (clusters[around].members if around else top).append(node)
    for name in frames:
        around = home[f"frame {name}"]
        (clusters[around].members if around else top).append(clusters[name])
    return top


def _held(
    graph: Graph, sizes: Mapping[str, Point], chosen: Mapping[str, Box4]
) -> dict[str, frozenset[str]]:
    """The nodes that each frame holds; frames that overlap without holding each other do not count."""
    middles = {
        name: (node.position[0] + sizes[name][0] / 2, node.position[1] + sizes[name][1] / 2)
        for name, node in graph.nodes.items()
    }
    if is_heap(graph):
        return {}  # nothing says yet where the cards lie
    found: dict[str, frozenset[str]] = {}
    for name, frame in graph.frames.items():
        (x, y), (width, height) = frame.position, frame.size
        inside = frozenset(
            n for n, (mx, my) in middles.items() if x <= mx <= x + width and y <= my <= y + height
        )
        if not inside or not inside <= chosen.keys():
            continue
        others = found.values()
        if all(inside < other or other < inside or not inside & other for other in others):
            found[name] = inside
    return found


def _margin(
    frame: Frame, held: Collection[str], boxes: Mapping[str, Box4]
) -> tuple[float, float, float, float]:
    around = bounds(boxes[name] for name in held)
    assert around is not None
    (x, y), (width, height) = frame.position, frame.size
    return (
        max(PAD, around.x - x),
        max(TITLE, around.y - y),
        max(PAD, x + width - around.right),
        max(PAD, y + height - around.bottom),
    )


def _lay_out(cluster: _Cluster, graph: Graph, sizes: Mapping[str, Point], flow: Direction) -> None:
    """Lay out a cluster, the ones inside of it first."""
    for member in cluster.members:
        if isinstance(member, _Cluster):
            _lay_out(member, graph, sizes, flow)
    boxes = [sizes[m] if isinstance(m, str) else m.size for m in cluster.members]
    links = _links(cluster, graph, sizes, flow)
    left, top, right, bottom = cluster.margin
    spots = _placed(boxes, links, flow)
    around = bounds(Box4(*spot, *box) for spot, box in zip(spots, boxes, strict=True))
    width, height = (around.width, around.height) if around else (0.0, 0.0)
    cluster.spots = [(x + left, y + top) for x, y in spots]
    cluster.size = width + left + right, height + top + bottom


def _links(
    cluster: _Cluster, graph: Graph, sizes: Mapping[str, Point], flow: Direction
) -> list[Link]:
    """The edges between members, with where their ends lie across the flow."""
    axis = 1 if flow == "right" else 0
    inside: dict[str, tuple[int, float]] = {}
    for number, member in enumerate(cluster.members):
        if isinstance(member, str):
            inside[member] = number, 0.0
        else:
            inside |= {n: (number, spot[axis]) for n, spot in member.places().items()}
    hair = _port_order(graph)
    links = []
    for target, source in graph.edges.items():
        if source.node not in inside or target.node not in inside:
            continue
        (a, from_a), (b, from_b) = inside[source.node], inside[target.node]
        if a != b:
            out = from_a + _anchor(sizes[source.node], flow)
            into = from_b + _anchor(sizes[target.node], flow) + hair[target]
            links.append(Link(a, b, out, into))
    return links


def _anchor(size: Point, flow: Direction) -> float:
    """Where along its side a card is lined up with others, ports in rows or not: level with its title.

    Lined up by the rows of their ports, a chain of cards would drift downhill.
    """
    width, height = size
    if flow == "down":
        return width / 2
    return _TITLE if height >= 2 * _TITLE else height / 2


def _port_order(graph: Graph) -> dict[Endpoint, float]:
    """For every input, a little that tells the ports of a node apart, in their order."""
    ports: dict[str, list[str]] = {}
    for target in graph.edges:
        ports.setdefault(target.node, []).append(target.port)
    return {
        Endpoint(node, port): place * _HAIR
        for node, names in ports.items()
        for place, port in enumerate(sorted(names, key=name_key))
    }


def _placed(boxes: Sequence[Point], links: Sequence[Link], flow: Direction) -> list[Point]:
    """Lay out parts that are laid out inside already: what hangs together by itself, then stacked."""
    spots: list[Point] = [(0.0, 0.0)] * len(boxes)
    loose: list[int] = []
    at = 0.0
    longest = 0.0
    along, over = (0, 1) if flow == "right" else (1, 0)
    for parts in _components(len(boxes), links):
        if len(parts) == 1:
            loose += parts
            continue
        found = _component(parts, boxes, links, flow)
        low = min(spot[over] for spot in found.values())
        for part, spot in found.items():
            moved = spot[over] - low + at
            spots[part] = (spot[0], moved) if over else (moved, spot[1])
        at = APART + max(spots[part][over] + boxes[part][over] for part in parts)
        longest = max(longest, *(spots[part][along] + boxes[part][along] for part in parts))
    _in_rows(loose, boxes, spots, flow, at, longest)
    return spots


def _in_rows(
    parts: Sequence[int],
    boxes: Sequence[Point],
    spots: list[Point],
    flow: Direction,
    at: float,
    longest: float,
) -> None:
    """Put parts that nothing connects into rows below, as long as the rest."""
    along, over = (0, 1) if flow == "right" else (1, 0)
    far = max(longest, 4 * 240.0)
    here, deep = 0.0, 0.0
    for part in parts:
        length, breadth = boxes[part][along], boxes[part][over]
        if here and here + length > far:
            at, here, deep = at + deep + ACROSS, 0.0, 0.0
        spots[part] = (here, at) if over else (at, here)
        here += length + ACROSS
        deep = max(deep, breadth)


def _components(count: int, links: Sequence[Link]) -> list[list[int]]:
    """The parts that hang together, in the order of their first one."""
    near: list[list[int]] = [[] for _ in range(count)]
    for link in links:
        near[link.source].append(link.target)
        near[link.target].append(link.source)
    seen = [False] * count
    found = []
    for start in range(count):
        if seen[start]:
            continue
        seen[start] = True
        parts = [start]
        for part in parts:
            for other in near[part]:
                if not seen[other]:
                    seen[other] = True
                    parts.append(other)  # the list is the queue
        found.append(sorted(parts))
    return found


def _component(
    parts: Sequence[int], boxes: Sequence[Point], links: Sequence[Link], flow: Direction
) -> dict[int, Point]:
    along, over = (0, 1) if flow == "right" else (1, 0)
    number = {part: place for place, part in enumerate(parts)}
    ours = one_way(
        len(parts),
        [
            Link(number[link.source], number[link.target], link.out, link.into)
            for link in links
            if link.source in number
        ],
    )
    layer = layers_of(len(parts), ours)
    levels = levels_of(layer, ours, [boxes[part][over] for part in parts])
    untangle(levels)

    def gap(one: int, other: int) -> float:
        return ACROSS if one < levels.real and other < levels.real else LANE

    sides = across(levels, gap)
    starts, at = [], 0.0
    for row in levels.order:
        starts.append(at)
        lengths = [boxes[parts[part]][along] for part in row if part < levels.real]
        at += max(lengths, default=0.0) + ALONG[flow]
    found = {}
    for place, part in enumerate(parts):
        start, side = starts[layer[place]], sides[place]
        found[part] = (start, side) if over else (side, start)
    return found
