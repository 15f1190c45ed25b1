"""Following a value back to the node that made it, through bypassed nodes, into groups and out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netbuilder.check.runs import GraphRun, Record
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.ports import TensorType

MOST_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in a graph, with the way in.

    Attributes:
        run: The evaluation of the graph.
        value: The output port it comes out of.
        path: The path of the instance with a slash behind; empty in the main graph.
        outer: The instance the graph is the inside of, as the spot of one of its outputs.
    """

    run: GraphRun
    value: Endpoint
    path: str = ""
    outer: Spot | None = None

    @property
    def record(self) -> Record:
        """The node that the value comes from."""
        return self.run.records[self.value.node]

    @property
    def name(self) -> str:
        """The path of that node."""
        return f"{self.path}{self.value.node}"

    @property
    def type(self) -> TensorType | None:
        """The value's type."""
        return self.run.type_at(self.value)


def source_of(run: GraphRun, node: str, port: str) -> Spot | None:
    """Return the value at an input of the main graph, followed to the node that computes it."""
    value = run.source(node, port)
    return resolved(Spot(run, value)) if value else None


def source_of_port(spot: Spot, port: str) -> Spot | None:
    """Return the value at an input port of the spot's node, followed to the node that computes it."""
    value = spot.run.source(spot.value.node, port)
    return resolved(Spot(spot.run, value, spot.path, spot.outer)) if value else None


def before(spot: Spot) -> Spot | None:
    """Return the value that the spot's node takes, where it takes exactly one."""
    inputs = list(spot.run.layout.wires.get(spot.value.node, {}).values())
    if len(inputs) != 1 or spot.value.node in spot.run.layout.stuck:
        return None
    return resolved(Spot(spot.run, inputs[0], spot.path, spot.outer))


def backwards(spot: Spot | None) -> Iterator[Spot]:
    """Yield the spot and those before it, as long as every node takes exactly one value."""
    for _ in range(MOST_STEPS):
        if spot is None:
            return
        yield spot
        spot = before(spot)


def resolved(spot: Spot) -> Spot | None:
    """Step over bypassed nodes, into groups and out of them, to a node that computes."""
    for _ in range(MOST_STEPS):
        record = spot.run.records.get(spot.value.node)
        if record is None or spot.value.node in spot.run.layout.stuck:
            return None
        following: Spot | None = spot
        if record.node.bypass:
            following = _at(spot, spot.run, record.kind.inputs[0] if record.kind.inputs else "")
        elif record.result.runs:
            inside = record.result.runs[-1][1]
            source = inside.source(spot.value.port, "input")
            if source is None:
                return None
            following = Spot(inside, source, f"{spot.name}/", spot)
        elif record.kind.role == "group_input":
            outer = spot.outer
            if outer is None or not _enters(outer, spot):
                return None
            following = _at(outer, outer.run, spot.value.node)
        if following is spot:
            return spot
        if following is None:
            return None
        spot = following
    return None


def _enters(outer: Spot, spot: Spot) -> bool:
    """Whether what a group input gives is what comes to the instance, not what a repeat gave before."""
    if outer.record.kind.repeat == 1:
        return True
    arrives = _at(outer, outer.run, spot.value.node)
    return arrives is not None and arrives.type == spot.type and len(outer.record.result.runs) == 1


def _at(spot: Spot, run: GraphRun, port: str) -> Spot | None:
    source = run.source(spot.value.node, port)
    return Spot(run, source, spot.path, spot.outer) if source else None
