"""What a node is: its type with parameters worked out, or the group it is an instance of.

A ``Kind`` is shared by all nodes that say the same, so that what was worked out for one of them
holds for the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.custom_nodes import own_code_failed, unknown_type
from netbuilder.check.definitions import MAX_NESTING, Definition
from netbuilder.check.manners import Manner, manner_of
from netbuilder.check.params import Environment, instantiate, worked_out
from netbuilder.graph.model import EMPTY, GroupParam, Node
from netbuilder.node_api.expressions import ExpressionError
from netbuilder.node_api.node_type import NodeType
from netbuilder.node_api.params import describe
from netbuilder.node_api.ports import In
from netbuilder.node_api.problems import Problem

MAX_REPEAT = 1000

_KINDS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Scope:
    """What expressions in a graph may use, with a key that tells scopes apart.

    Attributes:
        values: The group's parameters and the repeat index; empty in the main graph.
        key: The same as something to look up by.
    """

    values: Environment = field(default_factory=dict)
    key: tuple[tuple[str, int | float, bool], ...] = ()


MAIN = Scope()


def scope_of(values: Mapping[str, int | float]) -> Scope:
    """Return the scope with these values; 1 and 1.0 are different scopes."""
    return Scope(values, tuple((name, v, isinstance(v, int)) for name, v in values.items()))


@dataclass(eq=False, slots=True)
class Kind:
    """What a node is.

    Attributes:
        title: What people call its type.
        role: Its role in a network, see ``NodeType``; empty for groups.
        inputs: The names of its input ports, in order.
        required: Those that must be connected.
        outputs: The names of its output ports, in order.
        ports_known: Whether the ports are certain; not so where a parameter is wrong or the type
            is not known.
        problems: What is wrong with its parameters.
        node_type: Its node type, where there is one.
        instance: The node type with its parameters, where they are right.
        definition: The group it is an instance of.
        scope: For an instance of a group, the scope inside, for the first repeat.
        repeat: How often the group stands in a row.
        shared: Whether the repeats use the same weights.
        manner: What it does to what flows through it, where that is known.
    """

    title: str
    role: str = ""
    inputs: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    outputs: tuple[str, ...] = ()
    ports_known: bool = True
    problems: tuple[Problem, ...] = ()
    node_type: type[NodeType] | None = None
    instance: NodeType | None = None
    definition: Definition | None = None
    scope: Scope = MAIN
    repeat: int = 1
    shared: bool = False
    manner: Manner | None = None


class Kinds:
    """Finds the kind of a node, once for all nodes that say the same.

    Args:
        catalogue: The node types.
        custom: The files that custom node types came from; see ``Network.custom_nodes``.
    """

    def __init__(self, catalogue: Catalogue, custom: Mapping[str, str] = EMPTY) -> None:
        self._catalogue = catalogue
        self._custom = custom
        self._plain: dict[tuple[Any, ...], Kind] = {}
        self._groups: dict[tuple[Any, ...], Kind] = {}

    def plain(self, node: Node, scope: Scope) -> Kind:
        """Return the kind of a node that is no instance of a group."""
        # repr tells 1, 1.0 and true apart, and takes values that cannot be hashed.
        text = repr(node.params) if node.params else ""
        in_scope = scope.key if "Expression(" in text else None
        key = (node.type, node.version, text, in_scope)
        kind = self._plain.get(key)
        if kind is None:
            if len(self._plain) >= _KINDS_KEPT:
                self._plain.clear()
            kind = self._plain[key] = self._made(self._catalogue.upgrade(node), scope)
        return kind

    def group(
        self, node: Node, scope: Scope, definition: Definition | None, *, recursive: bool
    ) -> Kind:
        """Return the kind of an instance of a group.

        Args:
            node: The node.
            scope: The scope of the graph it stands in.
            definition: The group; None where there is none.
            recursive: Whether the group holds itself, which is told elsewhere.
        """
        if definition is None:
            message = f"there is no group {node.group} in this network"
            hint = "remove the node, or bring the group back by undoing its removal"
            problem = Problem("NB313", message, hint=hint)
            return Kind(node.group, ports_known=False, problems=(problem,))
        # The key holds the definition itself, so that its identity stays taken.
        said = repr((node.repeat, dict(node.params)))
        key = (definition, node.shared, recursive, said, scope.key)
        if key not in self._groups:
            if len(self._groups) >= _KINDS_KEPT:
                self._groups.clear()
            self._groups[key] = _group_kind(node, scope, definition, recursive=recursive)
        return self._groups[key]

    def _made(self, node: Node, scope: Scope) -> Kind:
        node_type = self._catalogue.get(node.type)
        if node_type is None:
            problem = unknown_type(node.type, self._custom.get(node.type, ""), self._catalogue)
            return Kind(node.type, ports_known=False, problems=(problem,))
        if node.version > node_type.version:
            return _newer(node, node_type)
        problems: list[Problem] = []
        try:
            instance, problems = instantiate(node, node_type, scope.values)
            if instance is None:
                return self._ports_only(node, node_type, scope, problems)
        except Exception as error:  # noqa: BLE001 - a pack's code may raise anything
            problem = own_code_failed(node_type, f"the node type {node_type.title}", error)
            return Kind(node_type.title, ports_known=False, problems=(problem,))
        kind = _kind_of(instance)
        kind.instance = instance
        kind.manner = manner_of(instance)
        return kind

    def _ports_only(
        self, node: Node, node_type: type[NodeType], scope: Scope, problems: Sequence[Problem]
    ) -> Kind:
        """The ports of a node with wrong parameters follow from the others."""
        wrong = {problem.param for problem in problems}
        params = {name: value for name, value in node.params.items() if name not in wrong}
        instance, _ = instantiate(replace(node, params=params), node_type, scope.values)
        if instance is None:
            return Kind(node_type.title, ports_known=False, problems=tuple(problems))
        kind = _kind_of(instance)
        kind.problems = tuple(problems)
        counts = {port.count for port in (*node_type.ins, *node_type.outs) if port.count}
        kind.ports_known = not counts & wrong
        return kind


def _newer(node: Node, node_type: type[NodeType]) -> Kind:
    """What stands for a node whose parameters this version of its type may read wrongly."""
    message = (
        f"the node was written for version {node.version} of {node_type.title}, "
        f"but version {node_type.version} is installed; it is kept as it is"
    )
    hint = "update the program, or the pack that the type comes from"
    problem = Problem("NB504", message, hint=hint)
    return Kind(node_type.title, ports_known=False, problems=(problem,))


def _kind_of(instance: NodeType) -> Kind:
    ins = [(p.name, isinstance(p.declared, In) and p.declared.optional) for p in instance.in_ports]
    return Kind(
        instance.title,
        role=instance.role,
        inputs=tuple(name for name, _ in ins),
        required=frozenset(name for name, optional in ins if not optional),
        outputs=tuple(port.name for port in instance.out_ports),
        node_type=type(instance),
    )


def _group_kind(node: Node, scope: Scope, definition: Definition, *, recursive: bool) -> Kind:
    values, problems = _group_values(node, scope, definition)
    repeat = _repeat(node, scope, problems)
    if repeat > 1 and len(definition.outputs) > len(definition.inputs):
        problems.append(_repeat_problem(definition, repeat))
    if definition.depth > MAX_NESTING:
        message = f"the group {definition.title} holds groups {definition.depth} deep, but at most {MAX_NESTING} is allowed"
        problems.append(Problem("NB320", message))
    kind = Kind(
        definition.title,
        inputs=definition.inputs,
        required=definition.required,
        outputs=definition.outputs,
        problems=tuple(problems),
        repeat=repeat,
        shared=node.shared,
    )
    if not problems and not recursive:
        kind.definition = definition
        kind.scope = scope_of(values)
    return kind


def _group_values(
    node: Node, scope: Scope, definition: Definition
) -> tuple[dict[str, int | float], list[Problem]]:
    values: dict[str, int | float] = {p.name: p.default for p in definition.params.values()}
    problems: list[Problem] = []
    for name, given in node.params.items():
        param = definition.params.get(name)
        if param is None:
            known = ", ".join(definition.params) or "none"
            message = f"the group {definition.title} has no parameter {name}; there are: {known}"
            problems.append(Problem("NB102", message, param=name))
            continue
        try:
            value = worked_out(given, scope.values)
        except ExpressionError as error:
            problems.append(Problem("NB103", f"{name}: {error}", param=name))
            continue
        if fits(param, value):
            values[name] = value if isinstance(param.default, int) else float(value)
        else:
            message = f"{name} is {describe(value)}, but takes {takes(param)}"
            problems.append(Problem("NB101", message, param=name, settings=_nearest(param, value)))
    return values, problems


def fits(param: GroupParam, value: Any) -> bool:
    """Whether a group parameter takes a value."""
    whole = isinstance(param.default, int)
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        return False
    return (param.min is None or value >= param.min) and (param.max is None or value <= param.max)


def takes(param: GroupParam) -> str:
    """What a group parameter takes, in words."""
    noun = "a whole number" if isinstance(param.default, int) else "a number"
    if param.min is not None and param.max is not None:
        return f"{noun} from {param.min:g} to {param.max:g}"
    if param.min is not None:
        return f"{noun} of at least {param.min:g}"
    return f"{noun} of at most {param.max:g}" if param.max is not None else noun


def _nearest(param: GroupParam, value: Any) -> dict[str, Any]:
    """The bound that a number lies outside of, as a setting."""
    whole = isinstance(param.default, int)
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        return {}
    bound = param.min if param.min is not None and value < param.min else param.max
    if bound is None or (whole and bound != int(bound)):
        return {}
    nearest = int(bound) if whole else float(bound)
    return {param.name: nearest} if fits(param, nearest) else {}


def _repeat(node: Node, scope: Scope, problems: list[Problem]) -> int:
    try:
        repeat = worked_out(node.repeat, scope.values)
    except ExpressionError as error:
        problems.append(Problem("NB103", f"repeat: {error}", param="repeat"))
        return 1
    if isinstance(repeat, int) and not isinstance(repeat, bool) and 1 <= repeat <= MAX_REPEAT:
        return repeat
    message = f"repeat is {describe(repeat)}, but takes a whole number from 1 to {MAX_REPEAT}"
    problems.append(Problem("NB316", message, param="repeat"))
    return 1


def _repeat_problem(definition: Definition, repeat: int) -> Problem:
    outs, ins = len(definition.outputs), len(definition.inputs)
    message = (
        f"the group {definition.title} stands {repeat} times in a row, but its {outs} outputs "
        f"({', '.join(definition.outputs)}) cannot feed its {ins} inputs"
        f"{' (' + ', '.join(definition.inputs) + ')' if ins else ''}"
    )
    hint = "give the group as many inputs as outputs, or set repeat to 1"
    return Problem("NB315", message, param="repeat", hint=hint)
