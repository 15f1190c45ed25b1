"""Which fixes there are for what a node's own rule found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check import fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.layout import NO_WIRES
from netbuilder.check.runs import GraphRun, Record
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.node_type import LossType, evaluate
from netbuilder.node_api.params import describe
from netbuilder.node_api.ports import TensorType
from netbuilder.node_api.problems import Problem

# With more loose ends than this nobody can say which one was meant, and looking costs time.
_MOST_ENDS = 16
_MOST_NODES = 64


def fixes_for(
    catalogue: Catalogue, run: GraphRun, record: Record, problem: Problem
) -> tuple[Fix, ...]:
    """Return the fixes for a problem at a node.

    Args:
        catalogue: The node types, for nodes that a fix adds.
        run: The evaluation of the graph that the node is in.
        record: The node.
        problem: What was found.
    """
    return tuple(_fixes(catalogue, run, record, problem))


def fits(record: Record, port: str, tensor: TensorType) -> bool:
    """Whether a node would take a tensor at an input, its other inputs as they are."""
    given = dict(zip(record.kind.inputs, record.inputs, strict=True))
    given[port] = tensor
    known = {name: t for name, t in given.items() if t is not None}
    if record.kind.instance is None:
        return record.kind.definition is not None
    if not record.kind.required <= known.keys():
        return True  # What else is missing is told on its own.
    try:
        return not evaluate(record.kind.instance, known).failed
    except Exception:  # noqa: BLE001 - a pack's code may raise anything
        return False


def made_by(catalogue: Catalogue, type_id: str, tensor: TensorType) -> TensorType | None:
    """Return what a node type with one input, its parameters untouched, makes of a tensor."""
    node_type = catalogue.get(type_id)
    if node_type is None:
        return None
    try:
        outcome = evaluate(node_type(), {"input": tensor})
    except Exception:  # noqa: BLE001 - a pack's code may raise anything
        return None
    return None if outcome.failed else outcome.types.get("output")


def _fixes(catalogue: Catalogue, run: GraphRun, record: Record, problem: Problem) -> Iterator[Fix]:
    node, group = record.node, run.group
    if problem.settings and not _has_expression(record, problem.settings):
        yield fixes.set_params(group, node.id, problem.settings)
    if problem.code == "NB101" and not _has_expression(record, (problem.param,)):
        yield from _default(record, group, problem.param)
    elif problem.code == "NB102":
        yield fixes.drop_param(group, node.id, problem.param)
    elif problem.code == "NB201":
        yield from _other_rank(catalogue, run, record, problem.port)
    elif problem.code == "NB204":
        yield from _other_dtype(run, record, problem.port)
    elif problem.code == "NB301":
        yield from _only_fitting(run, record, problem.port)
    elif problem.code in ("NB302", "NB303", "NB304"):
        yield fixes.disconnect(group, Endpoint(node.id, problem.port))
    elif problem.code == "NB311":
        yield fixes.set_flag(group, node.id, "switch the bypass off", bypass=False)
    elif problem.code == "NB312" and not group:
        yield fixes.remove_nodes("", (node.id,), f"remove {node.id}")
    elif problem.code == "NB317":
        yield fixes.set_flag(group, node.id, "give every repeat its own weights", shared=False)
    elif problem.code in ("NB315", "NB316"):
        yield fixes.set_flag(group, node.id, "set repeat to 1", repeat=1)


def _has_expression(record: Record, names: Iterable[str]) -> bool:
    """Whether one of the parameters is arithmetic, which a fix must not throw away."""
    return any(isinstance(record.node.params.get(name), Expression) for name in names)


def _default(record: Record, group: str, name: str) -> Iterator[Fix]:
    node_type = record.kind.node_type
    if node_type is not None and name in node_type.params:
        default = describe(node_type.params[name].default)
        title = f"set {name} to its default, {default}"
        yield fixes.drop_param(group, record.node.id, name, title)


def _other_rank(catalogue: Catalogue, run: GraphRun, record: Record, port: str) -> Iterator[Fix]:
    """Flatten or pool what a node takes, or give the Input before it an axis of size 1."""
    name = record.node.id
    source = run.source(name, port)
    tensor = run.type_at(source) if source else None
    if source is None or tensor is None:
        return
    for kind in ("flatten", "global_average_pool"):
        made = made_by(catalogue, kind, tensor)
        node_type = catalogue.get(kind)
        if made is not None and node_type is not None and fits(record, port, made):
            title = f"insert {node_type.title} before {name}"
            yield fixes.insert_before(
                run.group, Endpoint(name, port), kind, node_type.version, title
            )
    before = run.records[source.node]
    shape = getattr(before.kind.instance, "shape", None)
    if before.kind.role == "input" and shape is not None:
        wider = TensorType((tensor.shape[0], 1, *tensor.shape[1:]), tensor.dtype)
        if fits(record, port, wider):
            said = " x ".join(map(str, (1, *shape)))
            title = f"set the shape of {source.node} to {said}"
            yield fixes.set_params(run.group, source.node, {"shape": [1, *shape]}, title)


def _other_dtype(run: GraphRun, record: Record, port: str) -> Iterator[Fix]:
    """Where an Input or Target gives the tensor, it can give another type of numbers."""
    source = run.source(record.node.id, port)
    tensor = run.type_at(source) if source else None
    if source is None or tensor is None:
        return
    if run.records[source.node].kind.role not in ("input", "target"):
        return
    others = [t.dtype for t in record.inputs if t is not None and t.dtype != tensor.dtype]
    for dtype in dict.fromkeys((*others, "float32", "int64", "bool")):
        if fits(record, port, TensorType(tensor.shape, dtype)):
            title = f"set the dtype of {source.node} to {dtype}"
            yield fixes.set_params(run.group, source.node, {"dtype": dtype}, title)
            return


def _only_fitting(run: GraphRun, record: Record, port: str) -> Iterator[Fix]:
    """Connect the only output that fits: of those nobody takes, or else of all in a small graph."""
    ends = run.loose_ends
    if len(ends) > _MOST_ENDS:
        return
    found = _fitting(run, record, port, ends)
    if not found and len(run.records) <= _MOST_NODES:
        values = [Endpoint(name, out) for name, r in run.records.items() for out in r.result.types]
        found = _fitting(run, record, port, values)
    if len(found) == 1:
        yield fixes.connect(run.group, found[0], Endpoint(record.node.id, port))


def _fitting(run: GraphRun, record: Record, port: str, values: list[Endpoint]) -> list[Endpoint]:
    instance = record.kind.instance
    wants_target = isinstance(instance, LossType) and port == instance.target_port
    behind = _behind(run, record.node.id)
    found = []
    for value in values:
        role = run.records[value.node].kind.role
        tensor = run.type_at(value)
        if tensor is None or value.node in behind or (role == "target") != wants_target:
            continue
        if role != "loss" and fits(record, port, tensor):
            found.append(value)
    return found


def _behind(run: GraphRun, name: str) -> set[str]:
    """The nodes that depend on a node, itself included."""
    seen, waiting = {name}, [name]
    while waiting:
        for follower in run.layout.follows.get(waiting.pop(), ()):
            if follower not in seen:
                seen.add(follower)
                waiting.append(follower)
    return seen | {n for n in run.layout.stuck if run.layout.wires.get(n, NO_WIRES)}
