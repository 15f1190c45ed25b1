"""Which nodes can share their weights, and which of them shares with which."""

from __future__ import annotations

from collections.abc import Collection

from netbuilder.check.runs import GraphRun, Record
from netbuilder.check.sharing import are_tied, why_not
from netbuilder.graph.ordering import name_key

_MOST = 100  # candidates that are looked at


def has_weights(record: Record) -> bool:
    """Whether a node has weights of its own or of another."""
    return record.result.cost.parameters != 0


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


def can_share(run: GraphRun, nodes: Collection[str]) -> str:
    """Say why nodes cannot all use the weights of the first of them; empty where they can."""
    source, *others = in_order(run, nodes)
    return next(filter(None, (why_not(run, name, source) for name in others)), "")


def in_order(run: GraphRun, nodes: Collection[str]) -> list[str]:
    """Return nodes in order of evaluation; one whose weights another one uses comes first."""
    used = {run.graph.nodes[name].shares for name in nodes}
    places = run.layout.position
    return sorted(nodes, key=lambda name: (name not in used, places.get(name, -1), name))
