"""Group instances: which class each one constructs, with which arguments.

A class is written from one instance with traced numbers. Instances whose class reads the same share
it; where the text differs (other ranks, other structure), a variant with a number is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from netbuilder.check.params import Environment, worked_out
from netbuilder.codegen.naming import class_name, unique
from netbuilder.codegen.plan import (
    ClassUse,
    GroupCall,
    Plan,
    PlanError,
    Planner,
    refuse_unchecked,
    repeat_of,
)
from netbuilder.codegen.sharing import rates_of, with_shared
from netbuilder.codegen.text import Statement, code_of, merged_comments
from netbuilder.graph.model import REPEAT_INDEX, Group, Network, Node
from netbuilder.graph.ports import group_ports
from netbuilder.node_api.dims import Traced, TracedInt, traced
from netbuilder.node_api.ports import TensorType
from netbuilder.node_api.problems import Problem

# The variable of the comprehension that builds the repeats.
LOOP_INDEX = "i"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Written:
    """A group's class as one instance writes it.

    Attributes:
        statements: The class's lines, its name left out of the first one.
        arguments: The constructor arguments that it uses, in order: what each stands for.
        outputs: The type at every output port, traced in terms of the arguments.
        size_names: Better names for input sizes.
    """

    statements: tuple[Statement, ...]
    arguments: tuple[str, ...]
    outputs: Mapping[str, TensorType]
    size_names: Mapping[str, str]


Writer = Callable[[Group, Plan, "ArgumentNames"], Written]


@dataclass(frozen=True)
class ArgumentNames:
    """The names that constructor arguments have inside of a group's class.

    Attributes:
        params: By group parameter.
        sizes: By input port and axis.
    """

    params: Mapping[str, str]
    sizes: Mapping[tuple[str, int], str]


@dataclass
class ClassText:
    """A class of the generated source."""

    name: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class _Instance:
    class_name: str
    arguments: tuple[str, ...]
    names: ArgumentNames
    outputs: Mapping[str, TensorType]


@dataclass
class GroupWriter:
    """Writes the classes of groups as their instances ask for them.

    Attributes:
        network: The document.
        planner: Plans the inside of a group.
        write: Turns a plan into a class.
        classes: The classes so far, inner ones first.
        taken: Names that classes must not have.
        rates: The factors of the learning rate in each class, by the path of a module.
    """

    network: Network
    write: Writer
    taken: set[str]
    planner: Planner = field(init=False)
    classes: list[ClassText] = field(default_factory=list)
    _known: dict[tuple[Any, ...], _Instance] = field(default_factory=dict)
    rates: dict[str, dict[str, float]] = field(default_factory=dict)
    _by_code: dict[tuple[str, tuple[str, ...]], ClassText] = field(default_factory=dict)

    def call(
        self, node: Node, path: str, environment: Environment, inputs: Mapping[str, TensorType]
    ) -> tuple[GroupCall, dict[str, TensorType]]:
        """Return how an instance is called, and the types at its outputs.

        Raises:
            PlanError: The instance cannot be written.
        """
        group = self.network.groups[node.group]
        for name in (group.id, *(param.name for param in group.params)):
            refuse_unchecked(path, name)
        in_ports, out_ports = group_ports(group.graph)
        repeat = repeat_of(node, environment)
        uses: list[ClassUse] = []
        types = dict(inputs)
        outputs: dict[str, TensorType] = {}
        for index in range(int(repeat)):
            instance = self._instance(group, node, path, environment, index, types)
            values = self._values(group, node, environment, index, types, instance.names)
            use = ClassUse(instance.class_name, {name: values[name] for name in instance.arguments})
            # What this round gives is the next round's input: there its own number is a constant.
            outside = {**values, instance.names.params[REPEAT_INDEX]: index}
            outputs = {port: _outer(t, outside) for port, t in instance.outputs.items()}
            following = zip(in_ports, (outputs[port] for port in out_ports), strict=False)
            types.update({port: tensor for port, tensor in following if port in inputs})
            if node.shared and uses and use.differs_from(uses[0]):
                message = "the repeats share their weights, but their sizes or parameters differ"
                raise PlanError(path, Problem("NB602", message))
            uses.append(use)
        kept = tuple(uses[:1]) if node.shared else tuple(uses)
        return GroupCall(kept, repeat, node.shared, in_ports, out_ports), outputs

    def _instance(
        self,
        group: Group,
        node: Node,
        path: str,
        environment: Environment,
        index: int,
        inputs: Mapping[str, TensorType],
    ) -> _Instance:
        numbers = {p.name: _plain(self._param(node, p, environment)) for p in group.params}
        key = (
            group.id,
            tuple(numbers.items()),
            index,
            tuple(sorted(_key(t) for t in inputs.items())),
        )
        if key not in self._known:
            self._known[key] = self._written(group, path, {**numbers, REPEAT_INDEX: index}, inputs)
        return self._known[key]

    def _written(
        self,
        group: Group,
        path: str,
        numbers: Mapping[str, int | float],
        inputs: Mapping[str, TensorType],
    ) -> _Instance:
        params = {
            name: f"{name}_value" if name in group.graph.nodes or name == LOOP_INDEX else name
            for name in numbers
        }
        environment = {
            name: traced(value, params[name], is_name=True) for name, value in numbers.items()
        }
        sizes = {
            (port, axis): f"{port}_axis_{axis}"
            for port, tensor in inputs.items()
            for axis, size in enumerate(tensor.shape)
            if isinstance(size, int)
        }
        plan = self._plan(group, path, environment, inputs, sizes)
        taken = {*params.values(), *group.graph.nodes, *sizes.values()}
        for place, name in sizes.items():
            better = plan.size_names.get(name)
            if better:
                sizes[place] = unique(
                    better if better not in taken else f"{place[0]}_{better}", taken
                )
                taken.add(sizes[place])
        plan = self._plan(group, path, environment, inputs, sizes)
        names = ArgumentNames(params, sizes)
        written = self.write(group, plan, names)
        name = self._register(group, written)
        self.rates[name] = rates_of(plan.steps, self.rates)
        return _Instance(name, written.arguments, names, written.outputs)

    def _plan(
        self,
        group: Group,
        path: str,
        environment: Environment,
        inputs: Mapping[str, TensorType],
        sizes: Mapping[tuple[str, int], str],
    ) -> Plan:
        incoming = {
            port: TensorType(
                tuple(
                    TracedInt(size, sizes[port, axis], is_name=True)
                    if isinstance(size, int)
                    else size
                    for axis, size in enumerate(tensor.shape)
                ),
                tensor.dtype,
            )
            for port, tensor in inputs.items()
        }
        plan = self.planner.plan(group.graph, f"{path}/", environment, incoming)
        return with_shared(plan, group.graph)

    def _register(self, group: Group, written: Written) -> str:
        code = (group.id, code_of(written.statements))
        known = self._by_code.get(code)
        if known is None:
            fallback = "Group" + class_name(group.id.replace("_", " "), "Block")
            name = class_name(group.id.replace("_", " "), fallback, self.taken)
            self.taken.add(name)
            known = ClassText(name, written.statements)
            self._by_code[code] = known
            self.classes.append(known)
        else:
            known.statements = merged_comments(known.statements, written.statements)
        return known.name

    def _values(
        self,
        group: Group,
        node: Node,
        environment: Environment,
        index: int,
        inputs: Mapping[str, TensorType],
        names: ArgumentNames,
    ) -> dict[str, Any]:
        """What each constructor argument is outside of the class."""
        values: dict[str, Any] = {
            names.params[p.name]: self._param(node, p, environment) for p in group.params
        }
        values[names.params[REPEAT_INDEX]] = TracedInt(index, LOOP_INDEX, is_name=True)
        for (port, axis), name in names.sizes.items():
            values[name] = inputs[port].shape[axis]
        return values

    def _param(self, node: Node, param: Any, environment: Environment) -> Any:
        value = worked_out(node.params.get(param.name, param.default), environment)
        whole = isinstance(param.default, int)
        return value if whole or isinstance(value, float | Traced) else float(value)


def _key(item: tuple[str, TensorType]) -> tuple[str, tuple[str, ...], str]:
    port, tensor = item
    return (
        port,
        tuple(str(int(s)) if isinstance(s, int) else str(s) for s in tensor.shape),
        tensor.dtype,
    )


def _plain(value: int | float) -> int | float:
    return int(value) if isinstance(value, int) else float(value)


def _outer(tensor: TensorType, values: Mapping[str, Any]) -> TensorType:
    """Return a type with formulas in terms of a class's arguments put in terms of its caller's."""

    def moved(size: Any) -> Any:
        if not isinstance(size, TracedInt):
            return size
        names = set(_NAME.findall(size.source)) - {"min", "max"}
        if not any(isinstance(values.get(name), Traced) for name in names):
            return int(size)
        if size.is_name and size.source in values:
            return values[size.source]
        source = _NAME.sub(lambda m: _operand(values[m[0]]) if m[0] in names else m[0], size.source)
        return TracedInt(int(size), source)

    return TensorType(tuple(moved(size) for size in tensor.shape), tensor.dtype)


def _operand(value: Any) -> str:
    if isinstance(value, Traced):
        return value.source if value.is_name else f"({value.source})"
    return repr(value)
