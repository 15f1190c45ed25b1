"""What fits where: ports for a wire in the hand, and ways of a node into a wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF

from netbuilder.app.branches import fitting_ports, fitting_types
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.graph.model import Endpoint, Graph

if TYPE_CHECKING:
    from netbuilder.app.picture_cards import Card, Dot
    from netbuilder.editor.canvas.view import Canvas
    from netbuilder.editor.tab import Tab


@dataclass(frozen=True, slots=True)
class Loose:
    """A wire with one end in the hand.

    Attributes:
        end: The port at the other end.
        is_output: Whether that is an output.
        moved: The input that the wire is taken off, where it was there before.
    """

    end: Endpoint
    is_output: bool
    moved: Endpoint | None = None

    @property
    def wants(self) -> Literal["in", "out"]:
        """The side of the ports it can go to."""
        return "in" if self.is_output else "out"

    def joined(self, other: Endpoint) -> tuple[Endpoint, Endpoint]:
        """The source and the target once it goes to another port."""
        return (self.end, other) if self.is_output else (other, self.end)


def fits(tab: Tab, loose: Loose) -> dict[tuple[str, str], str]:
    """Say of every port that a wire could go to why it does not fit; empty where it does."""
    run = tab.run
    if run is None:
        return {}
    return fitting_ports(run, standard_catalogue(), loose.end, loose.is_output)


def types_at(tab: Tab, loose: Loose) -> dict[str, str]:
    """Return the node types that fit at the end of a wire, with the port to use."""
    run = tab.run
    if run is None:
        return {}
    return fitting_types(run, standard_catalogue(), loose.end, loose.is_output)


def types_between(tab: Tab, edge: Endpoint) -> dict[str, tuple[str, str]]:
    """Return the node types that fit into the edge to an input, with the ports to use."""
    source = tab.graph.edges.get(edge)
    if source is None:
        return {}
    behind = types_at(tab, Loose(source, is_output=True))
    before = types_at(tab, Loose(edge, is_output=False))
    return {name: (port, before[name]) for name, port in behind.items() if name in before}


def insert_ports(tab: Tab, edge: Endpoint, node: str) -> tuple[str, str] | None:
    """Return the ports by which a node that is there would go into an edge; None where it cannot."""
    run, source = tab.run, tab.graph.edges.get(edge)
    record = run.records.get(node) if run else None
    if source is None or record is None or node in (edge.node, source.node):
        return None
    reasons = fits(tab, Loose(source, is_output=True))
    way_in = next((p for p in record.kind.inputs if reasons.get((node, p)) == ""), None)
    if way_in is None or not record.kind.outputs:
        return None
    return way_in, record.kind.outputs[0]


def is_loose(graph: Graph, node: str) -> bool:
    """Whether no wire is at a node."""
    return not any(node in (target.node, source.node) for target, source in graph.edges.items())


def dot_of(canvas: Canvas, node: str, port: str, side: str) -> Dot | None:
    """Return a port as it is drawn."""
    card: Card | None = canvas.card(node)
    if card is None:
        return None
    return (card.ins if side == "in" else card.outs).get(port)


def point_of(canvas: Canvas, loose: Loose) -> tuple[QPointF, str]:
    """Return where a wire in the hand begins, and its colour."""
    side = "out" if loose.is_output else "in"
    dot = dot_of(canvas, loose.end.node, loose.end.port, side)
    if dot is None:
        return QPointF(), canvas.workspace.look.theme.tertiary
    return QPointF(dot.x, dot.y), dot.colour
