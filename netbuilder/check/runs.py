"""What evaluating a graph gave: a record for every node, and what holds for the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from netbuilder.check.advice import NO_ADVICE, Advice
from netbuilder.check.cost import FREE, NodeCost, sum_of
from netbuilder.check.definitions import Definitions
from netbuilder.check.kinds import Kind, Scope
from netbuilder.check.layout import NO_WIRES, Layout
from netbuilder.check.sharing import NO_SHARING, Sharing
from netbuilder.check.structure import NO_STRUCTURE, Structure
from netbuilder.graph.model import Endpoint, Graph, Node
from netbuilder.node_api.dims import Shape
from netbuilder.node_api.ports import TensorType
from netbuilder.node_api.problems import Problem

Types = Mapping[str, TensorType]
NO_TYPES: Types = {}


@dataclass(eq=False, slots=True)
class Result:
    """What evaluating a node of some kind with some inputs gave.

    Attributes:
        types: The type at every output port, where it is known.
        problems: What does not fit.
        cost: What it costs.
        weights: The shape of every trained tensor.
        runs: For an instance of a group, what happened inside, with the number of the repeat;
            repeats that go like the one before are left out.
        opened: How many nodes there are with the group opened, one repeat counted.
        stops: Whether no gradient comes back through it.
    """

    types: Types = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    cost: NodeCost = FREE
    weights: Mapping[str, Shape] = field(default_factory=dict)
    runs: tuple[tuple[int, GraphRun], ...] = ()
    opened: int = 1
    stops: bool = False


UNKNOWN = Result()


@dataclass(eq=False, slots=True)
class Record:
    """A node of a graph with what was found out about it.

    Attributes:
        node: The node.
        kind: What it is.
        inputs: The type at every input port, None where nothing is connected or it is not known.
        result: What evaluating it gave.
        problems: Everything that is wrong at this node; inside of a group not counted.
    """

    node: Node
    kind: Kind
    inputs: tuple[TensorType | None, ...]
    result: Result
    problems: tuple[Problem, ...]

    @property
    def troubled(self) -> bool:
        """Whether there is something to tell about this node or what lies inside of it."""
        return bool(self.problems) or any(run.is_troubled for _, run in self.result.runs)

    @property
    def traits(self) -> tuple[object, ...]:
        """What the rules about a whole graph go by."""
        result, kind = self.result, self.kind
        codes = tuple(problem.code for problem in self.problems)
        weights = result.cost.trainable != 0, result.cost.parameters != 0
        return (
            kind.role,
            kind.ports_known,
            kind.outputs,
            bool(result.types),
            codes,
            weights,
            result.stops,
        )


@dataclass(eq=False)
class GraphRun:
    """One evaluation of a graph.

    Attributes:
        graph: The graph.
        group: The id of its group; empty for the main graph.
        layout: Its topology.
        scope: What expressions could use.
        incoming: The type at every group input, None where it is not known.
        definitions: The groups that were known.
        records: By node id.
        troubled: The nodes that have something to tell.
        structure: What was found about the graph as a whole.
        advice: What was noticed on the way of the values.
        sharing: What is known of weights that several nodes use.
    """

    graph: Graph
    group: str
    layout: Layout
    scope: Scope
    incoming: Mapping[str, TensorType | None]
    definitions: Definitions
    records: dict[str, Record] = field(default_factory=dict)
    troubled: set[str] = field(default_factory=set)
    structure: Structure = NO_STRUCTURE
    advice: Advice = NO_ADVICE
    sharing: Sharing = NO_SHARING

    @property
    def is_troubled(self) -> bool:
        """Whether there is something to tell about this graph or what lies inside of it."""
        found = self.structure.findings or self.advice.hits or self.sharing.findings
        return bool(self.troubled or found)

    @property
    def cost(self) -> NodeCost:
        """What all of it costs, shared weights counted once."""
        return sum_of(self.cost_of(record) for record in self.records.values())

    def cost_of(self, record: Record) -> NodeCost:
        """Return what a node costs; weights that it shares count at the node they are of."""
        return self.sharing.costs.get(record.node.id, record.result.cost)

    @cached_property
    def loose_ends(self) -> list[Endpoint]:
        """The known outputs that nothing takes."""
        taken = {(s.node, s.port) for s in self.layout.edges.values()}
        return [
            Endpoint(name, port)
            for name, record in self.records.items()
            for port in record.result.types
            if (name, port) not in taken
        ]

    @cached_property
    def open_nodes(self) -> int:
        """How many nodes wait for an input."""
        found = (self.records[name].problems for name in self.troubled)
        return sum(any(p.code == "NB301" for p in problems) for problems in found)

    def type_at(self, value: Endpoint) -> TensorType | None:
        """Return the type of a value, or None where it is not known."""
        record = self.records.get(value.node)
        return record.result.types.get(value.port) if record else None

    def source(self, node: str, port: str) -> Endpoint | None:
        """Return what is connected to an input port."""
        return self.layout.wires.get(node, NO_WIRES).get(port)
