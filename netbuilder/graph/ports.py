"""The ports of a group: which nodes they are, and in which order they stand."""

from __future__ import annotations

from netbuilder.graph.model import Graph, Node
from netbuilder.graph.ordering import name_key
from netbuilder.graph.working import GROUP_INPUT, GROUP_OUTPUT


def group_ports(graph: Graph) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of a definition's inputs and outputs, by their order and then by their ids.

    Whatever calls a group, feeds it or writes it takes this order.
    """
    return _ports(graph, GROUP_INPUT), _ports(graph, GROUP_OUTPUT)


def order_of(node: Node) -> int:
    """Return the place that a node has been given among its like; 0 where it is no number."""
    order = node.params.get("order", 0)
    return order if isinstance(order, int) else 0


def _ports(graph: Graph, kind: str) -> tuple[str, ...]:
    names = [name for name, node in graph.nodes.items() if node.type == kind]
    return tuple(sorted(names, key=lambda name: (order_of(graph.nodes[name]), name_key(name))))
