"""The topology of one graph, kept ready for evaluation: order, wires and who follows whom."""

from __future__ import annotations

from collections.abc import Mapping

from netbuilder.graph.model import Endpoint, Graph, is_identifier

NO_WIRES: Mapping[str, Endpoint] = {}


class Layout:
    """The order of a graph's nodes and the edges by node; it depends on ids and edges alone.

    Attributes:
        names: The node ids as the document lists them.
        edges: The graph's edges.
        wires: By node, then by input port: where the value comes from.
        follows: By node: the nodes that take one of its outputs, one entry an edge.
        order: Every node after its sources; those that a cycle holds up come last.
        position: The place of every node in ``order``.
        stuck: The nodes on cycles, and those that wait for one.
        loose: Inputs of nodes that do not exist, to which an edge goes.
        bad_names: Ids that cannot be names in generated source.

    Args:
        graph: The graph.
        before: An earlier layout, whose names need no second look.
    """

    def __init__(self, graph: Graph, before: Layout | None = None) -> None:
        self.names = list(graph.nodes)
        good = before.good_names if before else frozenset()
        self.bad_names = [n for n in self.names if n not in good and not is_identifier(n)]
        self.good_names: frozenset[str] = frozenset(self.names).difference(self.bad_names)
        self.edges = graph.edges
        self.wires: dict[str, dict[str, Endpoint]] = {}
        self.follows: dict[str, list[str]] = {}
        self.loose: list[Endpoint] = []
        waits = dict.fromkeys(self.names, 0)
        wires, follows = self.wires, self.follows
        for target, source in graph.edges.items():
            name = target.node
            if name not in waits:
                self.loose.append(target)
                continue
            if name in wires:
                wires[name][target.port] = source
            else:
                wires[name] = {target.port: source}
            from_node = source.node
            if from_node in waits:
                waits[name] += 1
            if from_node in follows:
                follows[from_node].append(name)
            else:
                follows[from_node] = [name]
        self.order = _ordered(waits, follows)
        self.stuck: frozenset[str] = frozenset()
        if len(self.order) < len(self.names):
            done = set(self.order)
            rest = [name for name in self.names if name not in done]
            self.stuck = frozenset(rest)
            self.order += rest
        self.position = {name: index for index, name in enumerate(self.order)}

    def fits(self, graph: Graph) -> bool:
        """Whether this is the layout of ``graph`` too."""
        return self.edges is graph.edges and self.names == list(graph.nodes)


def _ordered(waits: dict[str, int], follows: Mapping[str, list[str]]) -> list[str]:
    order = [name for name, count in waits.items() if not count]
    for name in order:
        if name in follows:
            for target in follows[name]:
                waits[target] -= 1
                if not waits[target]:
                    order.append(target)
    return order
