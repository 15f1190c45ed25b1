"""Which fixes there are for what a node's own rule found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check import fixes
from netbuilder.check.agreeing import size_fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.fitting import fits
from netbuilder.check.kernels import (
    divisible_fixes,
    emptied_fixes,
    fitting_fixes,
    parts_fixes,
)
from netbuilder.check.layout import NO_WIRES
from netbuilder.check.matching import cast_fix, matching_fixes
from netbuilder.check.ranks import rank_fixes
from netbuilder.check.runs import GraphRun, Record
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.node_type import LossType
from netbuilder.node_api.params import describe
from netbuilder.node_api.ports import TensorType
from netbuilder.node_api.problems import Problem

# With more loose ends or open inputs than this nobody can say which one was meant, and looking costs time.
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


def _fixes(catalogue: Catalogue, run: GraphRun, record: Record, problem: Problem) -> Iterator[Fix]:
    node, group = record.node, run.group
    if problem.settings and not _has_expression(record, problem.settings):
        yield fixes.set_params(group, node.id, problem.settings)
    if problem.code == "NB101" and not _has_expression(record, (problem.param,)):
        yield from _default(record, group, problem.param)
    elif problem.code == "NB102":
        yield fixes.drop_param(group, node.id, problem.param)
    elif problem.code.startswith("NB2"):
        yield from _of_shapes(catalogue, run, record, problem)
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
    elif problem.code == "NB504":
        yield from _as_installed(catalogue, record, group)


def _of_shapes(
    catalogue: Catalogue, run: GraphRun, record: Record, problem: Problem
) -> Iterator[Fix]:
    if problem.code == "NB201":
        yield from rank_fixes(catalogue, run, record, problem.port)
    elif problem.code in ("NB202", "NB210"):
        yield from size_fixes(run, record)
        yield from matching_fixes(catalogue, run, record)
    elif problem.code == "NB204":
        offered = list(_other_dtype(run, record, problem.port))
        yield from offered or cast_fix(catalogue, run, record, problem.port)
    elif problem.code == "NB203":
        yield from divisible_fixes(run, record)
    elif problem.code == "NB206":
        yield from emptied_fixes(run, record)
    elif problem.code == "NB207":
        yield from fitting_fixes(run, record)
    elif problem.code == "NB211":
        yield from parts_fixes(run, record)


def _as_installed(catalogue: Catalogue, record: Record, group: str) -> Iterator[Fix]:
    """Read the parameters as those of the version there is, for a person to look over."""
    node_type = catalogue.get(record.node.type)
    if node_type is not None:
        title = f"take {record.node.id} as one of version {node_type.version}"
        fix = fixes.set_type(group, record.node.id, node_type.id, node_type.version, title)
        yield replace(fix, safe=False)


def _has_expression(record: Record, names: Iterable[str]) -> bool:
    """Whether one of the parameters is arithmetic, which a fix must not throw away."""
    return any(isinstance(record.node.params.get(name), Expression) for name in names)


def _default(record: Record, group: str, name: str) -> Iterator[Fix]:
    node_type = record.kind.node_type
    if node_type is not None and name in node_type.params:
        default = describe(node_type.params[name].default)
        title = f"set {name} to its default, {default}"
        yield fixes.drop_param(group, record.node.id, name, title)


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
    if len(ends) > _MOST_ENDS or run.open_nodes > _MOST_ENDS:
        return
    found = _fitting(run, record, port, ends)
    if not found and len(run.records) <= _MOST_NODES:
        values = [Endpoint(name, out) for name, r in run.records.items() for out in r.result.types]
        found = _fitting(run, record, port, values)
    if len(found) == 1:
        yield fixes.connect(run.group, found[0], Endpoint(record.node.id, port))


def _fitting(run: GraphRun, record: Record, port: str, values: list[Endpoint]) -> list[Endpoint]:
    instance = record.kind.instance
    wants_target = isinstance(instance, LossType) and instance.is_given(port)
    found = []
    for value in values:
        role = run.records[value.node].kind.role
        tensor = run.type_at(value)
        if tensor is None or role == "loss" or (role == "target") != wants_target:
            continue
        if fits(record, port, tensor):
            found.append(value)
    behind = _behind(run, record.node.id) if found else set()
    return [value for value in found if value.node not in behind]


def _behind(run: GraphRun, name: str) -> set[str]:
    """The nodes that depend on a node, itself included."""
    seen, waiting = {name}, [name]
    while waiting:
        for follower in run.layout.follows.get(waiting.pop(), ()):
            if follower not in seen:
                seen.add(follower)
                waiting.append(follower)
    return seen | {n for n in run.layout.stuck if run.layout.wires.get(n, NO_WIRES)}
