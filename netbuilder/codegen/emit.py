"""A network to the source of a PyTorch module, as a good engineer would have written it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.checker import check
from netbuilder.check.fields import Fields
from netbuilder.check.report import Report
from netbuilder.check.topology import upstream
from netbuilder.codegen.groups import ArgumentNames, ClassText, GroupWriter, Written
from netbuilder.codegen.literals import WIDTH, documentation
from netbuilder.codegen.methods import constructor_statements, flow
from netbuilder.codegen.naming import class_name
from netbuilder.codegen.plan import Plan, Planner, Step
from netbuilder.codegen.printer import Printer
from netbuilder.codegen.sharing import rates_of, with_shared
from netbuilder.codegen.source import Argument, Loss, Result, Source
from netbuilder.codegen.text import Statement
from netbuilder.graph.collection import without_collection
from netbuilder.graph.model import Endpoint, Group, Network
from netbuilder.graph.ordering import name_key
from netbuilder.graph.ports import group_ports
from netbuilder.node_api.calls import Binary, Call, Definition, Expr, Name
from netbuilder.node_api.dims import Dim, Sym
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.node_api.node_type import LossType
from netbuilder.node_api.ports import TensorType

_WORD = re.compile(r"[A-Za-z_]\w*")
_BLANK = Statement(("",))
# What scores still belong to the same classes behind.
_KEEP_CLASSES = frozenset({"softmax", "log_softmax", "sigmoid", "identity", "step"})
_LOSSES_TYPE = "tuple[dict[str, Tensor], dict[str, tuple[Tensor, Tensor]]]"


class NotSoundError(NetBuilderError):
    """The network has errors, so there is no source for it; carries the report."""

    def __init__(self, report: Report) -> None:
        errors = [d for d in report.diagnostics if d.severity == "error"]
        more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        where = f"{errors[0].where}: " if str(errors[0].where) else ""
        super().__init__(f"the network has errors: {where}{errors[0].message}{more}")
        self.report = report


def generate(network: Network, catalogue: Catalogue, fields: Fields | None = None) -> Source:
    """Write the source of a network.

    Args:
        network: The document.
        catalogue: The node types.
        fields: The fields of the data, where they are known, for a stricter check.

    Raises:
        NotSoundError: The check finds errors.
    """
    report = check(network, catalogue, fields)
    if not report.ok:
        raise NotSoundError(report)
    return write(network, catalogue)


def write(network: Network, catalogue: Catalogue) -> Source:
    """Write the source of a network that the check found sound.

    Raises:
        PlanError: It was not.
    """
    with without_collection():
        return _written(network, catalogue)


def _written(network: Network, catalogue: Catalogue) -> Source:
    ids = {name for _, graph in network.graphs() for name in graph.nodes}
    params = {param.name for group in network.groups.values() for param in group.params}
    definitions = _definitions(network, catalogue)
    name = class_name(network.title, "Network", ids | params | definitions.keys())
    groups = GroupWriter(network, _write_group, ids | params | definitions.keys() | {name})
    groups.planner = Planner(catalogue, groups)
    plan = with_shared(groups.planner.plan(network.graph), network.graph)
    rates = rates_of(plan.steps, groups.rates)
    source = _NetworkWriter(network, plan, name).source(groups.classes, definitions.values())
    return replace(source, learning_rates=rates)


def _definitions(network: Network, catalogue: Catalogue) -> dict[str, Definition]:
    """What the network's nodes may need beyond torch, by name."""
    types = {node.type for _, graph in network.graphs() for node in graph.nodes.values()}
    kinds = [catalogue.types[name] for name in sorted(types & catalogue.types.keys())]
    return {one.name: one for kind in kinds for one in kind.definitions}


def _write_group(group: Group, plan: Plan, names: ArgumentNames) -> Written:
    builder = Printer()
    reader = Printer(in_forward=True)
    built = constructor_statements(plan.steps, builder)
    ins, outs = group_ports(group.graph)
    ins = tuple(port for port in ins if port in plan.roles)
    given: dict[Endpoint, Expr] = {Endpoint(port, "output"): Name(port) for port in ins}
    results = [plan.results[port] for port in outs]
    taken = {*group.graph.nodes, *names.params.values(), *names.sizes.values()}
    body = flow(plan.steps, given, results, taken, reader)
    returned = _several([body.names[value] for value in results])
    types = {port: plan.types[plan.results[port]] for port in outs}
    used = _arguments_used(names, builder, reader, types)
    signature = ["self", *_group_arguments(group, names, used)]
    stored = [Statement((f"        self.{n} = {n}",)) for n in sorted(reader.used)]
    documented = documentation(group.title or group.id.replace("_", " "), [group.doc], 4)
    statements = [
        Statement(tuple(documented)),
        _BLANK,
        *_init(signature, [*stored, *built]),
        *_method("forward", ["self", *(f"{port}: Tensor" for port in ins)], _tensors(len(outs))),
        *body.statements,
        Statement(tuple(reader.returned(returned, 8))),
    ]
    return Written(tuple(statements), tuple(used), types, plan.size_names)


def _arguments_used(
    names: ArgumentNames, builder: Printer, reader: Printer, types: Mapping[str, TensorType]
) -> list[str]:
    """Constructor arguments that the class's text asks for; sizes first."""
    asked = builder.used | reader.used
    return [
        name
        for name in dict.fromkeys((*names.sizes.values(), *names.params.values()))
        if name in asked
    ]


def _group_arguments(group: Group, names: ArgumentNames, used: Sequence[str]) -> list[str]:
    defaults = {names.params[param.name]: param.default for param in group.params}
    required = [name for name in used if name not in defaults]
    optional = [name for name in used if name in defaults]
    return [
        *(f"{name}: int" for name in required),
        *(
            f"{name}: {'int' if isinstance(defaults[name], int) else 'float'} = {defaults[name]!r}"
            for name in optional
        ),
    ]


class _NetworkWriter:
    """Writes the class of the main graph."""

    def __init__(self, network: Network, plan: Plan, name: str) -> None:
        self._network = network
        self._plan = plan
        self._name = name
        self._taken = set(network.graph.nodes)
        self._outputs = _ordered(plan, "output")
        self._losses = [
            s
            for s in sorted(plan.steps, key=lambda s: name_key(s.node.id))
            if isinstance(s.kind, LossType)
        ]
        in_forward = upstream(network.graph, self._outputs)
        self._forward_steps = [s for s in plan.steps if s.node.id in in_forward]
        self._loss_steps = [s for s in plan.steps if s.node.id not in in_forward]
        self._inputs = [n for n in _ordered(plan, "input") if n in in_forward]
        # An input that only losses use is an argument of ``losses`` alone, like a target.
        others = [n for n in _ordered(plan, "input") if n not in in_forward]
        self._targets = [*others, *_ordered(plan, "target")]
        self._extras = self._find_extras()

    def source(
        self, classes: Sequence[ClassText], definitions: Iterable[Definition] = ()
    ) -> Source:
        printer = Printer(in_forward=True)
        statements: list[Statement] = []
        for group_class in classes:
            statements += [
                Statement((f"class {group_class.name}(nn.Module):",)),
                *group_class.statements,
                _BLANK,
                _BLANK,
            ]
        built = constructor_statements(self._plan.steps, Printer())
        statements += [
            Statement((f"class {self._name}(nn.Module):",)),
            Statement(tuple(self._documentation())),
            _BLANK,
            *_init(["self"], built),
            *self._forward(printer),
        ]
        if self._losses:
            statements += [_BLANK, *self._losses_method(printer)]
        statements = [*_needed(definitions, statements), *statements]
        return self._assembled([*_imports(statements), *statements])

    def _documentation(self) -> list[str]:
        title = self._network.title.strip() or "A network"
        return documentation(title, self._network.description.split("\n\n"), 4)

    def _find_extras(self) -> list[Endpoint]:
        """Values of the forward, apart from the outputs, that the losses need."""
        results = set(self._plan.results.values())
        made = {Endpoint(s.node.id, port) for s in self._forward_steps for port in s.outputs}
        needed = [value for step in self._loss_steps for value in step.inputs.values()]
        return list(dict.fromkeys(v for v in needed if v in made and v not in results))

    def _forward(self, printer: Printer) -> list[Statement]:
        extras = self._extras
        results = [self._plan.results[name] for name in self._outputs]
        given: dict[Endpoint, Expr] = {Endpoint(n, "output"): Name(n) for n in self._inputs}
        body = flow(self._forward_steps, given, [*results, *extras], self._taken, printer)
        arguments = ["self", *(f"{name}: Tensor" for name in self._inputs)]
        returned = _several([body.names[value] for value in [*results, *extras]])
        ending = Statement(tuple(printer.returned(returned, 8)))
        declared = _method("forward", arguments, _tensors(len(results)))
        if not extras:
            return [*declared, *body.statements, ending]
        values = Name("self").method("_forward", *map(Name, self._inputs))
        index = 0 if len(results) == 1 else slice(None, len(results))
        return [
            *declared,
            Statement(tuple(printer.returned(values[index], 8))),
            _BLANK,
            *_method("_forward", arguments, "tuple[Tensor, ...]"),
            Statement(('        """Return the outputs, then what the losses need besides."""',)),
            *body.statements,
            ending,
        ]

    def _losses_method(self, printer: Printer) -> list[Statement]:
        extras = self._extras
        results = [self._plan.results[name] for name in self._outputs]
        arguments = [*self._inputs, *self._targets]
        given: dict[Endpoint, Expr] = {Endpoint(n, "output"): Name(n) for n in arguments}
        named: dict[Endpoint, str] = {}
        for name, value in zip(self._outputs, results, strict=True):
            named.setdefault(value, name)
        for value in extras:
            named[value] = value.node if _is_single(value) else f"{value.node}_{value.port}"
        needed = {value for step in self._loss_steps for value in step.inputs.values()}
        targets = [
            n if named[v] == n and v in needed and v not in given else "_"
            for n, v in zip(self._outputs, results, strict=True)
        ]
        targets += [named[value] for value in extras]
        statements: list[Statement] = []
        if any(target != "_" for target in targets):
            inputs = tuple(map(Name, self._inputs))
            values = Call(Name("self._forward" if extras else "self"), inputs, ())
            statements.append(
                Statement(tuple(printer.lines(f"{', '.join(targets)} = ", values, 8)))
            )
        given.update({v: Name(n) for v, n in named.items() if v not in given})
        wanted = [Endpoint(step.node.id, step.outputs[0]) for step in self._losses]
        # Named twice so that losses are called after their nodes.
        scores = [value for step in self._losses for value in step.inputs.values()]
        body = flow(self._loss_steps, given, [*wanted, *wanted, *scores], self._taken, printer)
        entries: dict[str, Any] = {}
        scored: dict[str, Any] = {}
        for step, value in zip(self._losses, wanted, strict=True):
            assert isinstance(step.kind, LossType)
            loss = body.names[value]
            entries[step.node.id] = (
                loss if step.kind.weight == 1 else Binary("*", step.kind.weight, loss)
            )
            if step.kind.task:
                read = {port: body.names[value] for port, value in step.inputs.items()}
                scored[step.node.id] = step.kind.scored(read)
        return [
            *_method("losses", ["self", *(f"{n}: Tensor" for n in arguments)], _LOSSES_TYPE),
            Statement(
                ('        """Return the weighted losses and what each one scored, by name."""',)
            ),
            *statements,
            *body.statements,
            Statement(tuple(printer.lines("losses = ", entries, 8))),
            Statement(tuple(printer.lines("scored = ", scored, 8))),
            Statement(("        return losses, scored",)),
        ]

    def _assembled(self, statements: Sequence[Statement]) -> Source:
        text: list[str] = []
        lines: dict[int, str] = {}
        for statement in statements:
            for line in statement.rendered():
                text.append(line)
                if statement.path:
                    lines[len(text)] = statement.path
        return Source(
            text="\n".join(text) + "\n",
            class_name=self._name,
            inputs=tuple(self._argument(name) for name in self._inputs),
            targets=tuple(self._argument(name) for name in self._targets),
            outputs=tuple(self._result(name) for name in self._outputs),
            losses=tuple(self._loss(step) for step in self._losses),
            lines=lines,
        )

    def _argument(self, name: str) -> Argument:
        kind = self._plan.roles[name]
        tensor = self._plan.types[Endpoint(name, "output")]
        field = kind.values().get("field") or name
        return Argument(name, field, _plain_shape(tensor.shape[1:]), tensor.dtype)

    def _result(self, name: str) -> Result:
        value = self._plan.results[name]
        tensor = self._plan.types[value]
        return Result(name, _plain_shape(tensor.shape), tensor.dtype, self._classes_from(value))

    def _classes_from(self, value: Endpoint) -> str:
        """The field whose classes a value scores: that of the loss on it, or on what it comes from."""
        scores = {
            s.inputs[s.kind.prediction_port]: s.inputs[s.kind.target_port].node
            for s in self._losses
            if isinstance(s.kind, LossType) and s.kind.task in ("classification", "binary")
        }
        steps = {step.node.id: step for step in self._plan.steps}
        while value not in scores:
            step = steps.get(value.node)
            if step is None or step.node.type not in _KEEP_CLASSES:
                return ""
            value = next(iter(step.inputs.values()))
        target = scores[value]
        return self._argument(target).field if target in self._targets else ""

    def _loss(self, step: Step) -> Loss:
        assert isinstance(step.kind, LossType)
        prediction = step.inputs[step.kind.prediction_port]
        target = step.inputs.get(step.kind.target_port)
        output = next((n for n, v in self._plan.results.items() if v == prediction), "")
        return Loss(
            name=step.node.id,
            type=step.kind.id,
            task=step.kind.task,
            weight=float(step.kind.weight),
            prediction=_plain_shape(self._plan.types[prediction].shape),
            output=output,
            target=self._argument(target.node).field
            if target is not None and target.node in self._targets
            else "",
        )


def _ordered(plan: Plan, role: str) -> list[str]:
    nodes = [(n, kind) for n, kind in plan.roles.items() if kind.role == role]
    return [
        n
        for n, kind in sorted(
            nodes, key=lambda item: (item[1].values()["order"], name_key(item[0]))
        )
    ]


def _plain_shape(shape: Sequence[Dim]) -> tuple[int | str, ...]:
    return tuple(str(size) if isinstance(size, Sym) else int(size) for size in shape)


def _is_single(value: Endpoint) -> bool:
    return value.port in ("output", "loss")


def _several(values: Sequence[Expr]) -> Any:
    return values[0] if len(values) == 1 else tuple(values)


def _tensors(count: int) -> str:
    return "Tensor" if count == 1 else f"tuple[{', '.join(['Tensor'] * count)}]"


def _init(arguments: Sequence[str], body: Sequence[Statement]) -> list[Statement]:
    return [
        *_method("__init__", arguments, "None"),
        Statement(("        super().__init__()",)),
        *body,
        _BLANK,
    ]


def _method(name: str, arguments: Sequence[str], returns: str) -> list[Statement]:
    flat = f"    def {name}({', '.join(arguments)}) -> {returns}:"
    if len(flat) <= WIDTH:
        return [Statement((flat,))]
    joined = f"        {', '.join(arguments)}"
    inner = [joined] if len(joined) <= WIDTH else [f"        {a}," for a in arguments]
    return [Statement((f"    def {name}(", *inner, f"    ) -> {returns}:"))]


def _needed(definitions: Iterable[Definition], statements: Sequence[Statement]) -> list[Statement]:
    """The definitions that the statements name, and those that these name, in front of them."""
    waiting = {one.name: one for one in definitions}
    words = _words(line for statement in statements for line in statement.lines)
    found: list[Definition] = []
    while asked := sorted(waiting.keys() & words):
        for name in asked:
            found.insert(0, waiting.pop(name))
            words |= _words([found[0].text])
    return [Statement((*one.text.splitlines(), "", "")) for one in found]


def _words(lines: Iterable[str]) -> set[str]:
    return {word for line in lines for word in _WORD.findall(line)}


def _imports(statements: Sequence[Statement]) -> list[Statement]:
    code = "\n".join(line for statement in statements for line in statement.lines)
    lines = []
    if re.search(r"\bmath\.", code):
        lines += ["import math", ""]
    if "torch." in code:
        lines.append("import torch")
    if "F." in code:
        lines.append("import torch.nn.functional as F")
    lines.append("from torch import Tensor, nn")
    return [replace(_BLANK, lines=(line,)) for line in [*lines, "", ""]]
