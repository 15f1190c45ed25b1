"""Short ways to write networks in tests."""

from __future__ import annotations

from typing import Any

from netbuilder.graph.model import Endpoint, Graph, Network, Node

NodeText = tuple[Any, ...]


def graph(nodes: list[NodeText], edges: str) -> Graph:
    """Make a graph of (id, type, params, fields) tuples and edges such as ``a -> b.x_1, c.h -> d``.

    Ports default to ``output`` and ``input``.
    """
    made = {}
    for name, kind, *rest in nodes:
        params = rest[0] if rest else {}
        fields = rest[1] if len(rest) > 1 else {}
        made[name] = Node(name, kind, params=params, **fields)
    wires = {}
    for edge in edges.split(","):
        if edge.strip():
            source, target = (part.strip().partition(".") for part in edge.split("->"))
            wires[Endpoint(target[0], target[2] or "input")] = Endpoint(
                source[0], source[2] or "output"
            )
    return Graph(made, wires)


def network(nodes: list[NodeText], edges: str, **fields: Any) -> Network:
    """Make a network of one graph; see ``graph``."""
    return Network(graph=graph(nodes, edges), **{"title": "Test net", **fields})


IMAGE: NodeText = ("image", "input", {"shape": (1, 8, 8)})
LABEL: NodeText = ("label", "target", {"shape": (), "dtype": "int64"})
