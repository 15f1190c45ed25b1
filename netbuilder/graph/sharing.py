"""Nodes that use another node's weights: the edit, and what follows when the other goes or is renamed."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from dataclasses import replace

from netbuilder.graph.model import Graph, Network, Node
from netbuilder.graph.setting import with_values
from netbuilder.graph.working import EditError, graph_of, node_of


def share_weights(network: Network, id: str, source: str, group: str = "") -> Network:
    """Let a node use the weights of another, or, with an empty ``source``, its own again.

    Where the source uses those of a third node, that one is taken; nodes that used the weights of
    ``id`` follow. Whose weights they are also decides whether they are frozen and how fast they learn.

    Args:
        network: Where.
        id: The node.
        source: The node whose weights it uses; empty for its own.
        group: The definition, or empty.

    Raises:
        EditError: There is no such node, or both are one.
    """
    graph = graph_of(network, group)
    node_of(graph, id)
    if not source:
        return with_values(network, {id: {"shares": ""}}, group)
    source = node_of(graph, source).shares or source
    if source == id:
        raise EditError(f"{id} cannot use its own weights by sharing; choose another node")
    node_of(graph, source)
    values = {name: {"shares": source} for name in (id, *users_of(graph, id))}
    return with_values(
        network, {**values, id: {"shares": source, "frozen": False, "lr_factor": 1.0}}, group
    )


def users_of(graph: Graph, id: str) -> tuple[str, ...]:
    """The ids of the nodes that use the weights of a node."""
    return tuple(name for name, node in graph.nodes.items() if node.shares == id)


def sources_renamed(nodes: Mapping[str, Node], old: str, new: str) -> dict[str, Node]:
    """The nodes that follow when a node whose weights they use has another id."""
    return {n: replace(v, shares=new) for n, v in nodes.items() if v.shares == old}


def sources_gone(nodes: Mapping[str, Node], gone: Container[str]) -> dict[str, Node]:
    """The nodes that follow when nodes go, of those that stay.

    Of several nodes of one type that used the same weights, the first takes the place of the node
    that went; all others have weights of their own.
    """
    found: dict[str, Node] = {}
    heirs: dict[tuple[str, str], str] = {}
    for name, node in nodes.items():
        if node.shares and node.shares in gone:
            heir = heirs.setdefault((node.shares, node.type), name)
            found[name] = replace(node, shares="" if heir == name else heir)
    return found


def refuse_parting(graph: Graph, ids: Collection[str]) -> None:
    """Refuse to take nodes into a group that use weights of others outside, or the other way round.

    Raises:
        EditError: There are such nodes.
    """
    for name, node in graph.nodes.items():
        if node.shares in graph.nodes and (name in ids) != (node.shares in ids):
            outside = node.shares if name in ids else name
            raise EditError(
                f"{name} uses the weights of {node.shares}, and weights are shared within one graph; "
                f"select {outside} too, or let {name} have its own weights first"
            )
