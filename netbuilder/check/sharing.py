"""Nodes that use the weights of another: whether they can, and what that saves.

A node that shares uses the module of the other, so both must build the same one. A table of vectors
and a linear map may be of different types and share their ``weight`` alone, as the first and the last
layer of a language model do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from netbuilder.check.cost import NodeCost, tied_cost, weightless_cost
from netbuilder.check.diagnostics import Fix
from netbuilder.check.findings import Finding, listed
from netbuilder.check.fixes import set_flag, set_params, share_weights
from netbuilder.graph.model import Node
from netbuilder.graph.setting import DEFAULT
from netbuilder.node_api.axes import bind
from netbuilder.node_api.calls import Name
from netbuilder.node_api.dims import Shape, product
from netbuilder.node_api.node_type import NodeType
from netbuilder.node_api.params import describe

if TYPE_CHECKING:
    from netbuilder.check.runs import GraphRun, Record

TABLES = ("embedding", "embedding_bag")
MAPS = ("linear",)
WEIGHT = "weight"
_MOST_NAMED = 3
_OWN = "let it have its own weights"


@dataclass(frozen=True, slots=True)
class Sharing:
    """What is known of shared weights in a graph.

    Attributes:
        findings: What is wrong.
        costs: What the nodes cost that use the weights of another, which count where they are made.
    """

    findings: tuple[Finding, ...] = ()
    costs: Mapping[str, NodeCost] = field(default_factory=dict)


NO_SHARING = Sharing()


def are_tied(one: str, other: str) -> bool:
    """Whether nodes of two different types may share their ``weight``."""
    return (one in TABLES and other in MAPS) or (one in MAPS and other in TABLES)


def sharing_of(run: GraphRun) -> Sharing:
    """Look at the nodes of a graph that share weights or have a learning rate of their own."""
    nodes = [node for node in run.graph.nodes.values() if node.shares or node.lr_factor != 1]
    if not nodes:
        return NO_SHARING
    nodes.sort(key=lambda node: run.layout.position.get(node.id, -1))
    findings: list[Finding] = []
    costs: dict[str, NodeCost] = {}
    makers: dict[str, str] = {}
    for node in nodes:
        if not node.shares:
            findings += _frozen_and_slowed(run, node)
            continue
        found = list(_misled(run, node)) or list(_unfit(run, node, makers))
        if not any(one.severity == "error" for one in found):
            costs.update(_cost(run, node, makers))
            found += _contradicting(run, node)
        findings += found
    return Sharing(tuple(findings), costs)


def why_not(run: GraphRun, user: str, source: str) -> str:
    """Say why a node cannot use the weights of another; empty where it can.

    Args:
        run: The evaluation of the graph.
        user: The node.
        source: The other one.
    """
    mine, theirs = run.records.get(user), run.records.get(source)
    if mine is None or theirs is None or user == source:
        return "there is no such node"
    if mine.node.type != theirs.node.type and not are_tied(mine.node.type, theirs.node.type):
        return f"{user} is a {mine.kind.title}, but {source} a {theirs.kind.title}"
    if not _has_weights(mine) or not _has_weights(theirs):
        return f"{user if not _has_weights(mine) else source} has no weights"
    return _difference(mine, theirs)


def is_own(record: Record) -> bool:
    """Whether a node that uses the ``weight`` of another has further weights of its own."""
    return len(record.result.weights) > 1


def _misled(run: GraphRun, node: Node) -> Iterator[Finding]:
    """Say whether the source is missing, or shares itself."""
    stop = share_weights(run.group, node.id, "", _OWN)
    source = run.graph.nodes.get(node.shares)
    if source is None or node.shares == node.id:
        message = f"{node.id} should use the weights of {node.shares}, but there is no such node"
        if source is not None:
            message = f"{node.id} should use the weights of itself, which it does anyway"
        yield Finding("NB341", message, node=node.id, hint=_OWN, fixes=(stop,))
    elif source.shares:
        root = _root(run, node)
        fixes: tuple[Fix, ...] = (stop,)
        hint = _OWN
        if root:
            hint = f"share with {root}"
            fixes = (share_weights(run.group, node.id, root, hint), stop)
        message = (
            f"{node.id} uses the weights of {source.id}, which uses those of {source.shares}; "
            "a node whose weights are used must have its own"
        )
        related = (source.id,)
        yield Finding("NB343", message, node=node.id, hint=hint, related=related, fixes=fixes)


def _root(run: GraphRun, node: Node) -> str:
    """The node at the end of a chain; empty where there is none."""
    nodes, seen = run.graph.nodes, {node.id}
    while node.shares:
        if node.shares in seen or node.shares not in nodes:
            return ""
        seen.add(node.shares)
        node = nodes[node.shares]
    return node.id


def _unfit(run: GraphRun, node: Node, makers: dict[str, str]) -> Iterator[Finding]:
    """Say whether the weights cannot be the same."""
    mine, source = run.records[node.id], run.graph.nodes[node.shares]
    stop = share_weights(run.group, node.id, "", _OWN)
    if node.type != source.type and not are_tied(node.type, source.type):
        title = run.records[source.id].kind.title
        message = (
            f"{node.id} is a {mine.kind.title} and cannot use the weights of {source.id}, "
            f"which is a {title}"
        )
        related = (source.id,)
        yield Finding("NB342", message, node=node.id, hint=_OWN, related=related, fixes=(stop,))
        return
    if node.bypass or not _is_known(mine):
        return
    if not _has_weights(mine):
        message = f"{node.id} should use the weights of {source.id}, but {mine.kind.title} has none"
        yield Finding("NB345", message, node=node.id, hint=_OWN, fixes=(stop,))
        return
    theirs = _maker(run, mine, makers)
    if theirs is None:
        return
    reason = _difference(mine, theirs)
    if reason:
        message = f"{node.id} cannot use the weights of {source.id}: {reason}"
        fixes = (*_alike(run, mine, theirs), stop)
        related = (source.id,)
        hint = f"make both alike, or {_OWN}"
        yield Finding("NB342", message, node=node.id, hint=hint, related=related, fixes=fixes)


def _maker(run: GraphRun, mine: Record, makers: dict[str, str]) -> Record | None:
    """The node that the module is built from: the source, or, where it is bypassed, the first user."""
    source = run.records[mine.node.shares]
    if not source.node.bypass:
        return source if _is_known(source) else None
    if source.node.type != mine.node.type:
        return None
    return run.records[makers.setdefault(source.node.id, mine.node.id)]


def _difference(mine: Record, theirs: Record) -> str:
    """Why two nodes that may share cannot; empty where they can."""
    if mine is theirs:
        return ""
    if mine.node.type != theirs.node.type:
        return _tied_difference(mine, theirs)
    if mine.result.runs or theirs.result.runs:
        return _inner_difference(mine, theirs)
    if _built(mine) == _built(theirs):
        return ""
    return _said_difference(mine, theirs)


def _tied_difference(mine: Record, theirs: Record) -> str:
    map_ = mine if mine.node.type in MAPS else theirs
    dtype = next((flow.dtype for flow in map_.inputs if flow is not None), "float32")
    if dtype != "float32":
        return f"{map_.node.id} computes in {dtype}, but tables are float32"
    one, other = (record.result.weights.get(WEIGHT) for record in (mine, theirs))
    for record, shape in ((mine, one), (theirs, other)):
        if shape is None:
            return f"{record.node.id} has no plain weight: a norm takes it apart"
    if one == other:
        return ""
    return f"its weight is {_size(one)}, not {_size(other)}"


def _inner_difference(mine: Record, theirs: Record) -> str:
    one, other = mine.kind, theirs.kind
    if (one.repeat, one.shared) != (other.repeat, other.shared):
        return f"the group stands {one.repeat} times here, and {other.repeat} times there"
    if one.scope.key != other.scope.key:
        names = [
            name for name in one.scope.values if one.scope.values[name] != other.scope.values[name]
        ]
        return _values(names, one.scope.values, other.scope.values)
    for (i, run), (k, otherwise) in zip(mine.result.runs, theirs.result.runs, strict=False):
        if i != k:
            return "the repeats of the group differ"
        if run is otherwise:
            continue
        for name, record in run.records.items():
            reason = _difference_inside(record, otherwise.records[name])
            if reason:
                return f"in {name}, {reason}"
    return ""


def _difference_inside(mine: Record, theirs: Record) -> str:
    if mine.node.bypass or not (_is_known(mine) and _is_known(theirs)):
        return ""
    if mine.result.runs:
        return _inner_difference(mine, theirs)
    if mine.kind.instance is None or not mine.kind.outputs or mine.kind.role:
        return ""
    return "" if _built(mine) == _built(theirs) else _said_difference(mine, theirs)


def _said_difference(mine: Record, theirs: Record) -> str:
    one, other = mine.kind.instance, theirs.kind.instance
    assert one is not None
    assert other is not None
    names = [name for name, value in one.values().items() if value != other.values()[name]]
    if names and _built(mine, other) == _built(theirs):
        return _values(names, one.values(), other.values())
    for name, shape in mine.result.weights.items():
        there = theirs.result.weights.get(name)
        if there is not None and there != shape:
            return f"its {name} is {_size(shape)}, not {_size(there)}"
    return _values(names, one.values(), other.values()) or "the layers behind them differ"


def _values(names: list[str], here: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    said = [f"{n} is {describe(here[n])}, not {describe(there[n])}" for n in names]
    return listed(said, _MOST_NAMED)


def _alike(run: GraphRun, mine: Record, theirs: Record) -> Iterator[Fix]:
    """The fix that gives a node the parameters of the other, where that is enough."""
    one, other = mine.kind.instance, theirs.kind.instance
    if one is None or other is None:
        return
    if mine.node.type != theirs.node.type:
        weights = [record.result.weights.get(WEIGHT, ()) for record in (mine, theirs)]
        if not all(weights):
            return
        rows = [shape[:1] for shape in weights]
        if mine.node.type in MAPS and rows[0] != rows[1] and weights[0][1:] == weights[1][1:]:
            yield set_params(run.group, mine.node.id, {"out_features": weights[1][0]})
    elif _built(mine, other) == _built(theirs):
        values = dict.fromkeys(mine.node.params, DEFAULT)
        values.update(theirs.node.params)
        title = f"give {mine.node.id} the parameters of {theirs.node.id}"
        yield set_params(run.group, mine.node.id, values, title)


def _built(record: Record, instance: NodeType | None = None) -> Any:
    """What builds the module of a node, by the parameters of another one where they are given."""
    instance = instance or record.kind.instance
    assert instance is not None
    names = record.kind.inputs
    given = {n: t for n, t in zip(names, record.inputs, strict=True) if t is not None}
    try:
        axes, problems = bind(instance.in_ports, given)
        if problems:
            return problems
        made = instance.module(axes), *instance.start(axes, Name("module"))
        return repr(made), instance.weights(axes)
    except Exception:  # noqa: BLE001 - a pack's code may raise anything, which is told there
        return None


def _cost(run: GraphRun, node: Node, makers: Mapping[str, str]) -> Iterator[tuple[str, NodeCost]]:
    record, source = run.records[node.id], run.records[node.shares]
    if node.bypass or not _is_known(record) or makers.get(node.shares) == node.id:
        return
    if source.node.type == node.type:
        yield node.id, weightless_cost(record.result.cost)
    elif not source.node.bypass and _is_known(source):
        yield node.id, tied_cost(record.result.cost, product(record.result.weights[WEIGHT]))


def _contradicting(run: GraphRun, node: Node) -> Iterator[Finding]:
    """Say where a node is frozen or slowed but the weights are not its own to freeze."""
    source, record = run.graph.nodes[node.shares], run.records[node.id]
    if node.type != source.type and is_own(record):
        return
    values: dict[str, Any] = {}
    said = []
    if node.frozen and not source.frozen:
        values["frozen"] = False
        said.append("is frozen")
    if node.lr_factor not in (1, source.lr_factor):
        values["lr_factor"] = 1.0
        said.append(f"learns {node.lr_factor:g} times as fast")
    if values:
        message = (
            f"{node.id} {' and '.join(said)}, but its weights are those of {source.id}, "
            f"and what is set there holds"
        )
        fix = set_flag(run.group, node.id, f"leave it to {source.id}", **values)
        yield Finding(
            "NB344",
            message,
            node=node.id,
            severity="warning",
            hint=f"set it at {source.id}",
            related=(source.id,),
            fixes=(fix,),
        )


def _frozen_and_slowed(run: GraphRun, node: Node) -> Iterator[Finding]:
    if node.frozen:
        message = f"{node.id} learns {node.lr_factor:g} times as fast, but it is frozen"
        fix = set_flag(run.group, node.id, "set its factor to 1", lr_factor=1.0)
        yield Finding(
            "NB344",
            message,
            node=node.id,
            severity="warning",
            hint="train it, or set its factor to 1",
            fixes=(set_flag(run.group, node.id, "train it", frozen=False), fix),
        )


def _is_known(record: Record) -> bool:
    return bool(record.result.types) and (
        record.kind.instance is not None or bool(record.result.runs)
    )


def _has_weights(record: Record) -> bool:
    return bool(record.result.weights) or record.result.cost.parameters != 0


def _size(shape: Shape | None) -> str:
    return " x ".join(map(str, shape or ())) or "a number"
