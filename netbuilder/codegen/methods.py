"""The lines of a class: constructor, forward and losses, from a plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netbuilder.codegen.groups import LOOP_INDEX
from netbuilder.codegen.naming import unique
from netbuilder.codegen.plan import ClassUse, GroupCall, Step
from netbuilder.codegen.printer import Comprehension, Printer, Starred
from netbuilder.codegen.sharing import building_order
from netbuilder.codegen.text import Statement
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.calls import Attribute, Call, Expr, Name, call
from netbuilder.node_api.node_type import NodeType
from netbuilder.node_api.ports import TensorType

_FLOW_NAMES = ("x", "h", "z")


def constructor_statements(steps: Sequence[Step], printer: Printer) -> list[Statement]:
    """Return the statements that build the modules, with their first values and frozen flags."""
    statements: list[Statement] = []
    for step in building_order(steps):
        built = _construction(step)
        if built is None:
            continue
        target = f"self.{step.attribute}"
        statements.append(_assign(printer, target, built, step.path))
        further = [*_starting(step, target), *_freezing(step, target)]
        statements += [
            Statement(tuple(printer.lines("", line, 8)), path=step.path) for line in further
        ]
        if step.tied:
            weight = Name(f"self.{step.tied}").attribute("weight")
            statements.append(_assign(printer, f"{target}.weight", weight, step.path))
    return statements


def _construction(step: Step) -> Expr | None:
    if isinstance(step.kind, GroupCall):
        return _group_construction(step.kind)
    return step.module


def _group_construction(group: GroupCall) -> Expr:
    if group.is_one_module:
        return _construct(group.uses[0], 0)
    calls = [_construct(use) for use in group.uses]
    printer = Printer()
    texts = {printer.inline(built) for built in calls}
    in_a_row = _is_in_a_row(group)
    if len(texts) == 1:
        variable = LOOP_INDEX if _uses_index(group.uses[0]) else "_"
        each = Comprehension(calls[0], variable, group.repeat)
        return call("nn.Sequential", Starred(each)) if in_a_row else call("nn.ModuleList", each)
    rest = {printer.inline(built) for built in calls[1:]}
    repeated = len(calls) > 2 or _is_traced(group.repeat)
    if len(rest) == 1 and repeated and not _uses_index(group.uses[0]):
        # Only the first differs, as where it changes the number of channels.
        each = Comprehension(calls[1], "_", group.repeat - 1)
        if in_a_row:
            return call("nn.Sequential", calls[0], Starred(each))
        return call("nn.ModuleList", [calls[0], Starred(each)])
    calls = [_construct(use, index) for index, use in enumerate(group.uses)]
    return call("nn.Sequential", *calls) if in_a_row else call("nn.ModuleList", calls)


def _is_in_a_row(group: GroupCall) -> bool:
    return len(group.inputs) == len(group.outputs) == 1


def _construct(use: ClassUse, index: int | None = None) -> Call:
    arguments = {
        name: value if index is None else _at(value, index) for name, value in use.arguments.items()
    }
    return Call(Name(use.class_name), (), tuple(arguments.items()))


def _at(value: Any, index: int) -> Any:
    """Return a value with the repeat's number put in for the comprehension's variable."""
    return index if _is_index(value) else value


def _is_traced(value: Any) -> bool:
    return hasattr(value, "source")


def _is_index(value: Any) -> bool:
    return getattr(value, "source", "") == LOOP_INDEX


def _uses_index(use: ClassUse) -> bool:
    return any(_is_index(value) for value in use.arguments.values())


def _starting(step: Step, target: str) -> Iterable[Call]:
    if isinstance(step.kind, NodeType):
        assert step.axes is not None
        yield from step.kind.start(step.axes, Name(target))


def _freezing(step: Step, target: str) -> Iterable[Call]:
    if step.node.frozen:
        yield Name(target).method("requires_grad_", False)


def _assign(printer: Printer, target: str, value: Any, path: str, comment: str = "") -> Statement:
    return Statement(tuple(printer.lines(f"{target} = ", value, 8)), comment, path)


@dataclass
class Flow:
    """The statements of one method, and the names of its values.

    Attributes:
        statements: In order.
        names: The expression that reads each value.
    """

    statements: list[Statement]
    names: dict[Endpoint, Expr]


def flow(
    steps: Sequence[Step],
    given: Mapping[Endpoint, Expr],
    results: Collection[Endpoint],
    taken: Collection[str],
    printer: Printer,
) -> Flow:
    """Write the statements that compute ``results``.

    A value that only the next steps need is called ``x`` and gives its name back at once, as people
    write it; a value that is needed in several places is called after its node.

    Args:
        steps: The nodes in order.
        given: The values that are there already.
        results: The values that are needed after the last step.
        taken: Names of nodes and arguments in this scope.
        printer: Prints expressions.
    """
    allocated = _allocate(steps, given, results, taken)
    names: dict[Endpoint, Expr] = dict(given)
    statements: list[Statement] = []
    for step in steps:
        targets = {
            port: allocated[Endpoint(step.node.id, port)]
            for port in step.outputs
            if Endpoint(step.node.id, port) in allocated
        }
        inputs = {port: names[value] for port, value in step.inputs.items()}
        statements += _statements_of(step, inputs, targets, taken, printer)
        names.update({Endpoint(step.node.id, port): Name(name) for port, name in targets.items()})
    return Flow(statements, names)


def _allocate(
    steps: Sequence[Step],
    given: Mapping[Endpoint, Expr],
    results: Collection[Endpoint],
    taken: Collection[str],
) -> dict[Endpoint, str]:
    users: dict[Endpoint, list[int]] = {}
    for at, step in enumerate(steps):
        for value in dict.fromkeys(step.inputs.values()):
            users.setdefault(value, []).append(at)
    for value in results:
        users.setdefault(value, []).append(len(steps))
    used_names = set(taken)
    # One running name for each of up to three branches that are open at the same time.
    free_at = {name: 0 for name in _FLOW_NAMES if name not in used_names}
    allocated: dict[Endpoint, str] = {}
    for at, step in enumerate(steps):
        used = [Endpoint(step.node.id, p) for p in step.outputs]
        used = [value for value in used if value in users and value not in given]
        for value in used:
            # A loop writes what it carries before it has read its other inputs.
            latest = at - 1 if _is_loop(step) else at
            running = next((name for name, free in free_at.items() if free <= latest), "")
            if len(used) == 1 and len(users[value]) == 1 and running:
                allocated[value] = running
                free_at[running] = users[value][0]
            elif len(step.outputs) == 1:
                allocated[value] = step.node.id
            else:
                allocated[value] = unique(f"{step.node.id}_{value.port}", used_names)
                used_names.add(allocated[value])
    return allocated


def _is_loop(step: Step) -> bool:
    """Whether a step is written as a loop over several values."""
    group = step.kind
    return isinstance(group, GroupCall) and not group.is_once and not _is_in_a_row(group)


def _statements_of(
    step: Step,
    inputs: Mapping[str, Expr],
    targets: Mapping[str, str],
    taken: Collection[str],
    printer: Printer,
) -> list[Statement]:
    comment = _comment(step, targets)
    if isinstance(step.kind, GroupCall):
        return _group_statements(step, step.kind, inputs, targets, taken, printer, comment)
    assert step.axes is not None
    module = Name(f"self.{step.attribute}") if step.module is not None else None
    value = step.kind.forward(step.axes, inputs, module)
    return [_assign(printer, _target(step.kind, step.outputs, targets), value, step.path, comment)]


def _comment(step: Step, targets: Mapping[str, str]) -> str:
    shapes = [_shape_comment(step.types[port]) for port in targets]
    return ", ".join(shapes) if shapes and all(shapes) else ""


def _shape_comment(tensor: TensorType) -> str:
    plain = tuple(int(size) if isinstance(size, int) else size for size in tensor.shape)
    return str(TensorType(plain, tensor.dtype)) if plain else ""


def _target(kind: NodeType, outputs: Sequence[str], targets: Mapping[str, str]) -> str:
    unpack = kind.unpack if kind.unpack is not None else tuple(outputs)
    if len(outputs) == 1 and kind.unpack is None:
        return targets.get(outputs[0], "_")
    return _unpacked(unpack, targets)


def _unpacked(unpack: Any, targets: Mapping[str, str], *, nested: bool = False) -> str:
    if isinstance(unpack, str):
        return targets.get(unpack, "_")
    if not isinstance(unpack, tuple):
        return "_"
    parts = [_unpacked(part, targets, nested=True) for part in unpack]
    if nested and all(part == "_" for part in parts):
        return "_"
    text = ", ".join(parts) + ("," if len(parts) == 1 else "")
    return f"({text})" if nested else text


def _group_statements(
    step: Step,
    group: GroupCall,
    inputs: Mapping[str, Expr],
    targets: Mapping[str, str],
    taken: Collection[str],
    printer: Printer,
    comment: str,
) -> list[Statement]:
    module = Attribute(Name("self"), step.attribute)
    arguments = tuple(inputs.values())
    if group.is_once or (_is_in_a_row(group) and not group.shared):
        target = ", ".join(targets.get(port, "_") for port in group.outputs)
        return [_assign(printer, target, Call(module, arguments, ()), step.path, comment)]
    # Outputs feed the first inputs of the next round; further inputs stay as they are.
    state = [targets.get(port) or unique(f"{step.node.id}_{port}", taken) for port in group.outputs]
    carried = {p: n for p, n in zip(group.inputs, state, strict=False) if p in inputs}
    statements = [
        _assign(printer, name, inputs[port], step.path)
        for port, name in carried.items()
        if printer.inline(inputs[port]) != name
    ]
    variable = "_" if group.shared else unique("block", taken)
    rounds: Expr = Call(Name("range"), (group.repeat,), ()) if group.shared else module
    statements.append(
        Statement((f"        for {variable} in {printer.inline(rounds)}:",), path=step.path)
    )
    values = tuple(Name(carried[p]) if p in carried else inputs[p] for p in inputs)
    body = Call(module if group.shared else Name(variable), values, ())
    lines = printer.lines(f"{', '.join(state)} = ", body, 12)
    return [*statements, Statement(tuple(lines), comment, step.path)]
