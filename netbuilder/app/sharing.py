"""Which nodes can share their weights, and which of them shares with which."""

from __future__ import annotations

from collections.abc import Collection

from netbuilder.check.runs import GraphRun, Record
from netbuilder.check.sharing import are_tied, is_own, why_not
from netbuilder.graph.model import Graph
from netbuilder.graph.ordering import name_key

_MOST = 100  # candidates that are looked at


def has_weights(record: Record) -> bool:
    """Whether a node has weights of its own or of another."""
    return record.result.cost.parameters != 0


def has_own_weights(graph: Graph, record: Record) -> bool:
    """Whether a node has weights that are not another's, such as the bias of a map with a shared table."""
    source = graph.nodes.get(record.node.shares)
    return source is None or (source.type != record.node.type and is_own(record))


def candidates(run: GraphRun, node: str) -> list[str]:
    """Return the nodes whose weights a node could use, in the order of their names.

    Args:
        run: The evaluation of the graph.
        node: The node; the one whose weights it uses already is among them where that is sound.
    """
    kind = run.graph.nodes[node].type
    found = [
        name
        for name, other in run.graph.nodes.items()
        if name != node and not other.shares and (other.type == kind or are_tied(kind, other.type))
    ]
    return sorted((n for n in found[:_MOST] if not why_not(run, node, n)), key=name_key)


def may_share(run: GraphRun, nodes: Collection[str]) -> bool:
    """Whether nodes are of a kind that shares weights; whether sizes fit is for ``can_share`` to say."""
    records = [run.records[name] for name in nodes if name in run.records]
    if len(records) < 2 or not all(map(has_weights, records)):
        return False
    first = records[0].node.type
    return all(first == r.node.type or are_tied(first, r.node.type) for r in records)


def can_share(run: GraphRun, nodes: Collection[str]) -> str:
    """Say why nodes cannot all use the weights of the first of them; empty where they can."""
    source, *others = in_order(run, nodes)
    return next(filter(None, (why_not(run, name, source) for name in others)), "")


def in_order(run: GraphRun, nodes: Collection[str]) -> list[str]:
    """Return nodes in order of evaluation; one whose weights another one uses comes first."""
    used = {run.graph.nodes[name].shares for name in nodes}
    places = run.layout.position
    return sorted(nodes, key=lambda name: (name not in used, places.get(name, -1), name))
