"""What has to be written: the nodes in order, with what flows between them, before any text.

Groups are planned with traced numbers. A group's parameters and the sizes of its inputs carry the
names of constructor arguments, so whatever a shape rule computes from them prints as a formula, and
one class serves instances of different sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.params import Environment, instantiate, worked_out
from netbuilder.check.topology import upstream
from netbuilder.codegen.naming import writing_order
from netbuilder.graph.model import Endpoint, Graph, Node, is_identifier
from netbuilder.node_api.axes import Axes
from netbuilder.node_api.calls import Call
from netbuilder.node_api.dims import TracedInt
from netbuilder.node_api.node_type import NodeType, evaluate
from netbuilder.node_api.ports import In, TensorType
from netbuilder.node_api.problems import Problem


class PlanError(Exception):
    """A network that the check let through and that still cannot be written."""

    def __init__(self, path: str, problem: Problem) -> None:
        super().__init__(f"{path}: {problem.message}")
        self.path = path
        self.problem = problem


@dataclass(frozen=True)
class ClassUse:
    """One construction of a group's class.

    Attributes:
        class_name: The class.
        arguments: The constructor's arguments by name.
    """

    class_name: str
    arguments: Mapping[str, Any]

    def differs_from(self, other: ClassUse) -> bool:
        """Whether another construction gives a module of other sizes."""
        return self.class_name != other.class_name or any(
            value != other.arguments[name] for name, value in self.arguments.items()
        )


@dataclass(frozen=True)
class GroupCall:
    """How an instance of a group is built and called.

    Attributes:
        uses: One construction a repetition; a single one for shared weights.
        repeat: How many repetitions there are; may be traced.
        shared: Whether they use the same weights.
        inputs: The group's input ports in order.
        outputs: The group's output ports in order.
    """

    uses: tuple[ClassUse, ...]
    repeat: int
    shared: bool
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def is_once(self) -> bool:
        """Whether it stands for a single repetition, and always will."""
        return self.repeat == 1 and not isinstance(self.repeat, TracedInt)

    @property
    def is_one_module(self) -> bool:
        """Whether the attribute is the class itself, not a row of several."""
        return self.shared or self.is_once


@dataclass(frozen=True)
class Step:
    """One node to write.

    Attributes:
        node: The node of the document.
        path: Its path from the main graph, such as ``block_1/conv_1``.
        kind: The node type with its parameters, or how a group is called.
        axes: The bound axes; None for a group.
        inputs: The value at every connected input port, in port order.
        types: The type at every output port.
        outputs: The output ports in order.
        module: The call that builds the node's module; None where it has none, and for a group.
        module_name: The attribute that holds its module, where that is another node's.
        builds: Whether the module is built for this node, not for another that shares it.
        tied: The node whose ``weight`` its module takes.
    """

    node: Node
    path: str
    kind: NodeType | GroupCall
    axes: Axes | None
    inputs: Mapping[str, Endpoint]
    types: Mapping[str, TensorType]
    outputs: tuple[str, ...]
    module: Call | None = None
    module_name: str = ""
    builds: bool = True
    tied: str = ""

    @property
    def attribute(self) -> str:
        """The attribute that holds its module."""
        return self.module_name or self.node.id


@dataclass
class Plan:
    """A graph, ready to be written.

    Attributes:
        steps: The computing nodes in order, losses included.
        roles: The nodes that stand for arguments and results, with their type.
        results: The value that each output (or group output) returns, by its node.
        types: The type of every value.
        size_names: Better names for sizes of group inputs, found where weights are made of them.
    """

    steps: list[Step] = field(default_factory=list)
    roles: dict[str, NodeType] = field(default_factory=dict)
    results: dict[str, Endpoint] = field(default_factory=dict)
    types: dict[Endpoint, TensorType] = field(default_factory=dict)
    size_names: dict[str, str] = field(default_factory=dict)


_SIZE_NAMES = {
    "C": "in_channels",
    "I": "in_features",
    "E": "embed_dim",
    "K": "key_dim",
    "V": "value_dim",
}


class Planner:
    """Plans graphs; ``groups`` turns an instance of a group into a call.

    Args:
        catalogue: The node types.
        groups: Something with a ``call`` method, see ``GroupWriter``.
    """

    def __init__(self, catalogue: Catalogue, groups: Any) -> None:
        self._catalogue = catalogue
        self._groups = groups

    def plan(
        self,
        graph: Graph,
        path: str = "",
        environment: Environment | None = None,
        incoming: Mapping[str, TensorType] | None = None,
    ) -> Plan:
        """Plan a graph that the check found sound.

        Args:
            graph: The main graph, or the graph of a group.
            path: The path of the instance, with a slash at the end; empty for the main graph.
            environment: What expressions may use.
            incoming: The type at every group input.

        Raises:
            PlanError: A node cannot be evaluated after all.
        """
        plan = Plan()
        aliases: dict[Endpoint, Endpoint] = {}
        roles = {name: self._role(node) for name, node in graph.nodes.items()}
        sinks = [n for n, role in roles.items() if role in ("output", "group_output", "loss")]
        wanted = upstream(graph, sinks) | {n for n, role in roles.items() if role == "group_input"}
        edges: dict[str, dict[str, Endpoint]] = {}
        for target, source in graph.edges.items():
            edges.setdefault(target.node, {})[target.port] = source
        for name in writing_order(graph, wanted):
            inputs = {p: aliases.get(s, s) for p, s in edges.get(name, {}).items()}
            self._visit(
                plan, graph.nodes[name], path, environment or {}, inputs, incoming or {}, aliases
            )
        return plan

    def _role(self, node: Node) -> str:
        node_type = self._catalogue.get(node.type)
        return node_type.role if node_type else ""

    def _visit(
        self,
        plan: Plan,
        node: Node,
        path: str,
        environment: Environment,
        inputs: dict[str, Endpoint],
        incoming: Mapping[str, TensorType],
        aliases: dict[Endpoint, Endpoint],
    ) -> None:
        refuse_unchecked(f"{path}{node.id}", node.id)
        node = self._catalogue.upgrade(node)
        if node.group:
            types = {port: plan.types[value] for port, value in inputs.items()}
            call, found = self._groups.call(node, f"{path}{node.id}", environment, types)
            ordered = {port: inputs[port] for port in call.inputs if port in inputs}
            step = Step(node, f"{path}{node.id}", call, None, ordered, found, call.outputs)
            plan.size_names.update(_sizes_of_group(call))
        else:
            kind = self._instance(node, path, environment)
            if kind.role in ("output", "group_output"):
                plan.results[node.id] = inputs["input"]
                plan.roles[node.id] = kind
                return
            if kind.role == "group_input" and node.id not in incoming:
                return  # Nothing flows in, and the check has seen that nobody needs it.
            if kind.role in ("input", "target", "group_input"):
                plan.roles[node.id] = kind
                tensor = incoming[node.id] if kind.role == "group_input" else _only_type(kind)
                plan.types[Endpoint(node.id, kind.out_ports[0].name)] = tensor
                return
            step = self._step(plan, node, path, kind, inputs)
        if node.bypass and step.inputs and step.outputs:
            alias = next(iter(step.inputs.values()))
            for port in step.outputs:
                aliases[Endpoint(node.id, port)] = alias
            return
        plan.steps.append(step)
        plan.types.update({Endpoint(node.id, port): t for port, t in step.types.items()})

    def _instance(self, node: Node, path: str, environment: Environment) -> NodeType:
        node_type = self._catalogue.get(node.type)
        if node_type is None:
            raise PlanError(
                f"{path}{node.id}", Problem("NB601", f"there is no node type {node.type}")
            )
        kind, problems = instantiate(node, node_type, environment)
        if kind is None:
            raise PlanError(f"{path}{node.id}", problems[0])
        return kind

    def _step(
        self, plan: Plan, node: Node, path: str, kind: NodeType, inputs: Mapping[str, Endpoint]
    ) -> Step:
        ordered = {p.name: inputs[p.name] for p in kind.in_ports if p.name in inputs}
        types = {port: plan.types[value] for port, value in ordered.items()}
        outputs = tuple(port.name for port in kind.out_ports)
        if node.bypass:
            return Step(node, f"{path}{node.id}", kind, None, ordered, {}, outputs)
        where = f"{path}{node.id}"
        outcome = evaluate(kind, types)
        if outcome.failed:
            raise PlanError(where, outcome.problems[0])
        if path:
            plan.size_names.update(_names_of_sizes(kind, outcome.axes, plan.size_names))
        built = kind.module(outcome.axes)
        return Step(node, where, kind, outcome.axes, ordered, outcome.types, outputs, built)


def refuse_unchecked(path: str, name: str) -> None:
    """Let only checked names through to the source.

    Raises:
        PlanError: The name cannot stand in generated source.
    """
    if not is_identifier(name):
        raise PlanError(path, Problem("NB603", f"{name[:80]!r} cannot be a name in Python source"))


def _names_of_sizes(kind: NodeType, axes: Axes, known: Mapping[str, str]) -> dict[str, str]:
    """Name the traced sizes that a node makes weights of; the first name a size got stays."""
    names: dict[str, str] = {}
    for port in kind.in_ports:
        if isinstance(port.declared, In):
            for axis in port.declared.known:
                size = getattr(axes, axis, None)
                if isinstance(size, TracedInt) and size.is_name and axis in _SIZE_NAMES:
                    names[size.source] = known.get(size.source, _SIZE_NAMES[axis])
    return names


def repeat_of(node: Node, environment: Environment) -> int:
    """Return how often an instance of a group stands in a row; may be traced."""
    repeat = worked_out(node.repeat, environment)
    return repeat if isinstance(repeat, int) else int(repeat)


def _only_type(kind: NodeType) -> TensorType:
    return next(iter(evaluate(kind, {}).types.values()))


def _sizes_of_group(call: GroupCall) -> dict[str, str]:
    """Sizes that go straight into an inner group's constructor take the name they have there."""
    names: dict[str, str] = {}
    for use in call.uses:
        for name, value in use.arguments.items():
            if isinstance(value, TracedInt) and value.is_name:
                names.setdefault(value.source, name)
    return names
