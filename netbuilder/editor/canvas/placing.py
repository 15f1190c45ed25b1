"""Putting new nodes on the canvas: alone, at the end of a wire, or into one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from netbuilder.app.library import Library
from netbuilder.app.picture_cards import HEAD, MIN_WIDTH
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.editor.canvas.changing import rewired, spliced
from netbuilder.editor.canvas.gestures.gesture import next_merge
from netbuilder.editor.canvas.offers import Offer
from netbuilder.editor.canvas.ports import Loose
from netbuilder.editor.canvas.snapping import GRID, on_grid
from netbuilder.editor.canvas.standing import card_rect, free_spot
from netbuilder.graph import edits
from netbuilder.graph.model import GROUP_PREFIX, Endpoint, Graph, Network

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

_GAP = 40.0  # px between a card and the one that makes room for it
_STEP = 24.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something new comes.

    Attributes:
        at: The point in the scene.
        loose: The wire that it ends, where there is one.
        edge: The input whose edge it comes into, where there is one.
    """

    at: QPointF
    loose: Loose | None = None
    edge: Endpoint | None = None


def place(canvas: Canvas, offer: Offer, spot: Spot) -> str:
    """Put something new on the canvas and select it, all in one step; return its id, or nothing."""
    tab, group = canvas.tab, canvas.tab.group
    merge = next_merge()
    x, y = _corner(canvas, spot)
    add = _adder(canvas, offer, (x, y))

    def edit(network: Network) -> tuple[Network, str]:
        network, name = add(network)
        return _wired(network, name, offer, spot, group), name

    name = tab.do(_label(offer, spot), edit, merge=merge)
    if name is None:
        return ""
    _settle(canvas, name, spot, merge, _label(offer, spot))
    tab.seal()
    tab.select(nodes=[name])
    return str(name)


def put_reroute(canvas: Canvas, edge: Endpoint, at: QPointF) -> str:
    """Put a dot into a wire, so that it can be led around things; return its id."""
    tab, group = canvas.tab, canvas.tab.group

    def edit(network: Network) -> tuple[Network, str]:
        return edits.insert_on_edge(
            network, edge, "identity", id="", position=(at.x(), at.y()), group=group
        )

    merge = next_merge()
    name = tab.do("Add a reroute dot", edit, merge=merge)
    if name is None:
        return ""
    rect = card_rect(canvas, name)
    corner = at.x() - rect.width() / 2, at.y() - rect.height() / 2
    tab.do(
        "Add a reroute dot",
        lambda network: edits.move_nodes(network, {name: corner}, group),
        merge=merge,
    )
    tab.seal()
    tab.select(nodes=[name])
    return str(name)


def offer_of(text: str) -> Offer | None:
    """Read what the palette says is dragged: a type's id, ``group:`` or ``library:`` and a name."""
    if text.startswith("library:"):
        name = text.removeprefix("library:")
        return Offer("library", name, name, "", "", "")
    if text.startswith(GROUP_PREFIX):
        name = text.removeprefix(GROUP_PREFIX)
        return Offer("group", name, name, "", "", "")
    node_type = standard_catalogue().get(text)
    if node_type is None:
        return None
    return Offer("node", text, node_type.title, node_type.category, node_type.sentence(), "")


def _label(offer: Offer, spot: Spot) -> str:
    return f"{'Insert' if spot.edge else 'Add'} {offer.title}"


def _corner(canvas: Canvas, spot: Spot) -> Point:
    """Where the upper left corner of a new card comes, before its width is known."""
    at = spot.at
    if spot.loose is not None and spot.loose.is_output:
        return on_grid(canvas, at.x(), at.y() - HEAD / 2)
    rect = QRectF(at.x() - MIN_WIDTH / 2, at.y() - HEAD / 2, MIN_WIDTH, HEAD)
    if spot.loose is None and spot.edge is None:
        rect = free_spot(canvas, rect, _STEP)
    return on_grid(canvas, rect.x(), rect.y())


def _adder(canvas: Canvas, offer: Offer, at: Point) -> Callable[[Network], tuple[Network, str]]:
    group = canvas.tab.group
    if offer.kind == "library":
        library = Library(canvas.workspace.preferences.folder / "library")

        def add(network: Network) -> tuple[Network, str]:
            network, name = library.add_to(network, offer.id)
            return edits.add_node(network, GROUP_PREFIX + name, position=at, group=group)

        return add
    kind = GROUP_PREFIX + offer.id if offer.kind == "group" else offer.id
    node_type = standard_catalogue().get(kind)
    version = node_type.version if node_type else 1
    return lambda network: edits.add_node(network, kind, position=at, version=version, group=group)


def _wired(network: Network, name: str, offer: Offer, spot: Spot, group: str) -> Network:
    way_in, way_out = offer.ports
    if spot.edge is not None:
        return spliced(network, spot.edge, name, offer.ports, group)
    if spot.loose is not None:
        port = way_in if spot.loose.is_output else way_out
        source, target = spot.loose.joined(Endpoint(name, port))
        return rewired(network, source, target, group, instead=spot.loose.moved)
    return network


def _settle(canvas: Canvas, name: str, spot: Spot, merge: str, label: str) -> None:
    """Put a new card right now that it has a size, and make room for it in a wire."""
    rect = card_rect(canvas, name)
    tab, group = canvas.tab, canvas.tab.group
    before = {n: node.position for n, node in tab.graph.nodes.items()}
    places: dict[str, Point] = {}
    if spot.loose is not None and not spot.loose.is_output:
        places[name] = on_grid(canvas, spot.at.x() - rect.width(), rect.y())
    elif spot.edge is not None:
        places = _room(canvas, name, spot.edge, rect)
    if places:
        tab.do(label, lambda network: edits.move_nodes(network, places, group), merge=merge)
        canvas.animate_moves({n: before[n] for n in places if n != name})


def _room(canvas: Canvas, name: str, edge: Endpoint, rect: QRectF) -> dict[str, Point]:
    """Where the cards behind a new one go so that it stands free between its neighbours."""
    graph = canvas.tab.graph
    source = _source(graph, name)
    left, right = card_rect(canvas, source), card_rect(canvas, edge.node)
    if not left.isValid() or not right.isValid():
        return {}
    places: dict[str, Point] = {}
    if left.adjusted(0, 0, _GAP / 2, 0).intersects(rect):
        rect = rect.translated(left.right() + _GAP - rect.left(), 0)
        places[name] = on_grid(canvas, rect.x(), rect.y())
    missing = rect.right() + _GAP - right.left()
    if missing <= _GAP / 2 or right.top() > rect.bottom() or right.bottom() < rect.top():
        return places
    shift = -(-missing // GRID) * GRID
    for node in _behind(graph, edge.node):
        position = graph.nodes[node].position
        if node != name and position[0] >= right.left():
            places[node] = position[0] + shift, position[1]
    return places


def _source(graph: Graph, node: str) -> str:
    return next((s.node for t, s in graph.edges.items() if t.node == node), "")


def _behind(graph: Graph, start: str) -> set[str]:
    """A node and all that it feeds."""
    after: dict[str, list[str]] = {}
    for target, source in graph.edges.items():
        after.setdefault(source.node, []).append(target.node)
    found, waiting = {start}, [start]
    while waiting:
        for node in after.get(waiting.pop(), ()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found
