"""What a wire may be connected to: ports of the graph, and node types that could be added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.definitions import Definitions
from netbuilder.check.layout import NO_WIRES
from netbuilder.check.runs import GraphRun, Record
from netbuilder.graph.model import GROUP_PREFIX, Endpoint
from netbuilder.node_api.axes import bind
from netbuilder.node_api.node_type import LossType, NodeType, evaluate
from netbuilder.node_api.ports import KINDS, In, PortInfo, TensorType

FITS = ""

_ROLES_OF_MAIN = frozenset({"input", "target", "output", "loss"})
_ROLES_OF_GROUPS = frozenset({"group_input", "group_output"})


def fitting_ports(
    run: GraphRun, catalogue: Catalogue, end: Endpoint, is_output: bool
) -> dict[tuple[str, str], str]:
    """Say of every port on the other side whether a wire from a port may go there.

    Args:
        run: The evaluation of the graph.
        catalogue: The node types.
        end: The port that the wire is held by.
        is_output: Whether that is an output.

    Returns:
        By node and port: empty where it fits, otherwise a sentence that says why it does not. What
        is not known yet fits.
    """
    if end.node not in run.records:
        return {}
    judge = _Judge(run)
    if is_output:
        tensor = run.type_at(end)
        before = _upstream(run, end.node)
        return {
            (name, port): judge.reason(record, port, tensor) if name not in before else _cycle(end)
            for name, record in run.records.items()
            for port in record.kind.inputs
        }
    taker = run.records[end.node]
    behind = _downstream(run, end.node)
    return {
        (name, port): judge.reason(taker, end.port, record.result.types.get(port))
        if name not in behind
        else _cycle(end)
        for name, record in run.records.items()
        for port in record.kind.outputs
    }


def fitting_types(
    run: GraphRun, catalogue: Catalogue, end: Endpoint, is_output: bool
) -> dict[str, str]:
    """Return the node types that fit at the end of a wire, with the port of theirs to use.

    Types stand with their defaults, in the order of the palette; groups of the network, as
    ``group:`` and their id, come behind them.

    Args:
        run: The evaluation of the graph that the new node would stand in.
        catalogue: The node types.
        end: The port that the wire is held by.
        is_output: Whether that is an output.
    """
    record = run.records.get(end.node)
    if record is None:
        return {}
    strangers = _ROLES_OF_MAIN if run.group else _ROLES_OF_GROUPS
    answers = _wants_answers(record, end)
    found: dict[str, str] = {}
    for name, node_type in catalogue.types.items():
        if node_type.role in strangers:
            continue
        if not is_output and (node_type.role == "target") != answers:
            continue  # The right answers go to losses, and nothing else is right.
        port = _port_of_type(node_type, run, record, end, is_output)
        if port:
            found[name] = port
    for name, definition in run.definitions.by_id.items():
        ports = definition.inputs if is_output else definition.outputs
        if ports and not _holds(run.definitions, name, run.group):
            found[GROUP_PREFIX + name] = ports[0]
    return found


class _Judge:
    """Finds reasons, once for all nodes of one kind with the same inputs."""

    def __init__(self, run: GraphRun) -> None:
        self._run = run
        self._known: dict[tuple[Any, ...], str] = {}

    def reason(self, record: Record, port: str, tensor: TensorType | None) -> str:
        """Why a node would not take a tensor at an input, or nothing."""
        instance = record.kind.instance
        if tensor is None or instance is None or record.node.bypass:
            return FITS
        key = (record.kind, port, tensor, *record.inputs)
        if key not in self._known:
            self._known[key] = _refusal(record, instance, port, tensor)
        return self._known[key]


def _refusal(record: Record, instance: NodeType, port: str, tensor: TensorType) -> str:
    given = {n: t for n, t in zip(record.kind.inputs, record.inputs, strict=True) if t is not None}
    given[port] = tensor
    try:
        if record.kind.required <= given.keys():
            problems = evaluate(instance, given).problems
        else:
            problems = tuple(bind(instance.in_ports, given)[1])
    except Exception as error:  # noqa: BLE001 - a pack's code may raise anything
        return f"the rule of {instance.title} failed: {error}"
    return next((p.message for p in problems if p.severity == "error"), FITS)


def _port_of_type(
    node_type: type[NodeType], run: GraphRun, record: Record, end: Endpoint, is_output: bool
) -> str:
    """The port of a new node that a wire would go to; empty where none fits."""
    try:
        instance = node_type()
    except Exception:  # noqa: BLE001 - a pack's code may raise anything
        return ""
    if is_output:
        tensor = run.type_at(end)
        if tensor is None:
            return next((port.name for port in instance.in_ports), "")
        ports = instance.in_ports
        if isinstance(instance, LossType) and record.kind.role == "target":
            ports = tuple(p for p in ports if instance.is_given(p.name))
        return next((p.name for p in ports if _takes(instance, p, tensor)), "")
    wanted = _declared(record, end.port)
    return next((p.name for p in instance.out_ports if _may_feed(instance, p, wanted)), "")


def _takes(instance: NodeType, port: PortInfo, tensor: TensorType) -> bool:
    """Whether a node with its defaults takes a tensor at a port; what else it needs comes later."""
    declared = port.declared
    if bind([port], {port.name: tensor})[1] and not _only_sizes_open(declared, tensor):
        return False
    required = {
        p.name for p in instance.in_ports if isinstance(p.declared, In) and not p.declared.optional
    }
    if required != {port.name}:
        return True
    try:
        problems = evaluate(instance, {port.name: tensor}).problems
    except Exception:  # noqa: BLE001 - a pack's code may raise anything
        return False
    # A parameter that does not suit this size can be set; another rank or dtype cannot be mended so.
    return not any(
        p.severity == "error" and p.code in ("NB201", "NB204", "NB205") for p in problems
    )


def _only_sizes_open(declared: Any, tensor: TensorType) -> bool:
    """Whether a port refuses a tensor for an open size only, which an Input can be given."""
    return tensor.dtype in KINDS[declared.dtype] and declared.pattern.accepts(tensor.rank)


def _wants_answers(record: Record, end: Endpoint) -> bool:
    """Whether a port is where a loss takes what is right."""
    instance = record.kind.instance
    return isinstance(instance, LossType) and instance.is_given(end.port)


def _declared(record: Record, port: str) -> In | None:
    instance = record.kind.instance
    for info in instance.in_ports if instance else ():
        if info.name == port and isinstance(info.declared, In):
            return info.declared
    return None


def _may_feed(instance: NodeType, port: PortInfo, wanted: In | None) -> bool:
    """Whether what comes out of a port can be of the rank and the dtype that an input wants."""
    if instance.role == "loss":
        return False
    if wanted is None:
        return True
    declared = port.declared
    if declared.dtype and declared.dtype not in KINDS[wanted.dtype]:
        return False
    if not declared.dtype and instance.in_ports:
        first = instance.in_ports[0].declared
        if isinstance(first, In) and not KINDS[first.dtype] & KINDS[wanted.dtype]:
            return False
    made, takes = declared.pattern, wanted.pattern
    if made.star and takes.star:
        return True
    if made.star:
        return takes.rank >= made.rank
    return takes.accepts(made.rank)


def _holds(definitions: Definitions, group: str, inner: str) -> bool:
    """Whether a group is another one, or holds it somewhere inside."""
    waiting, seen = [group], {group}
    while inner and waiting:
        name = waiting.pop()
        if name == inner:
            return True
        definition = definitions.by_id.get(name)
        for other in definition.inside if definition else ():
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return False


def _cycle(end: Endpoint) -> str:
    return f"this would be a cycle through {end.node}, but values must flow one way"


def _upstream(run: GraphRun, start: str) -> set[str]:
    return _closed(
        start, lambda name: (s.node for s in run.layout.wires.get(name, NO_WIRES).values())
    )


def _downstream(run: GraphRun, start: str) -> set[str]:
    follows: Mapping[str, list[str]] = run.layout.follows
    return _closed(start, lambda name: follows.get(name, ()))


def _closed(start: str, step: Any) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        others: Iterable[str] = step(waiting.pop())
        for name in others:
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found
