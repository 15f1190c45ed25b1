"""Nodes that become a group: what flows in and out, which names are passed, what takes their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from netbuilder.graph.model import (
    GROUP_PREFIX,
    REPEAT_INDEX,
    Endpoint,
    Graph,
    Group,
    GroupParam,
    Node,
    frozen,
)
from netbuilder.graph.ordering import by_name, by_target
from netbuilder.graph.sharing import refuse_parting
from netbuilder.graph.wires import without_nodes
from netbuilder.graph.working import (
    GROUP_INPUT,
    GROUP_OUTPUT,
    INPUT_PORT,
    OUTPUT_PORT,
    EditError,
    minted,
    names_used,
    nodes_of,
    put_names_in_node,
)
from netbuilder.node_api.expressions import Expression

_COLUMN = 240.0
_ROW = 120.0
_OUTER_INDEX = "outer_index"
_STAY = {
    GROUP_INPUT: "an input of the group it lies in",
    GROUP_OUTPUT: "an output of the group it lies in",
    "input": "an input of the network",
    "target": "a target of the network",
    "output": "an output of the network",
}


class Selection:
    """Nodes of a graph that are to become a group.

    Args:
        graph: Where they lie.
        ids: Their ids.
        outer: The parameters of the definition they lie in; None in the main graph.

    Raises:
        EditError: They cannot become a group.
    """

    def __init__(
        self, graph: Graph, ids: Iterable[str], outer: Mapping[str, GroupParam] | None
    ) -> None:
        self._graph = graph
        self._nodes = nodes_of(graph, ids)
        if not self._nodes:
            raise EditError("no nodes are selected; select those that are to become a group")
        for node in self._nodes.values():
            if node.type in _STAY:
                raise EditError(
                    f"{node.id} is {_STAY[node.type]} and must stay there; leave it out of the selection"
                )
        self._refuse_gaps()
        refuse_parting(graph, self._nodes)
        taken = set(self._nodes)
        self._inputs = _ports(INPUT_PORT, self._sources(), taken)
        self._outputs = _ports(OUTPUT_PORT, self._results(), taken)
        self._passed = self._passed_names(outer)

    def definition(self, name: str, title: str) -> Group:
        """The definition, with the nodes and a port node for everything that flows in or out."""
        texts = {old: param.name for old, param in self._passed.items()}
        nodes = {n: put_names_in_node(node, texts) for n, node in self._nodes.items()}
        left = min(node.position[0] for node in nodes.values()) - _COLUMN
        right = max(node.position[0] for node in nodes.values()) + _COLUMN
        top = min(node.position[1] for node in nodes.values())
        edges = {t: s for t, s in self._graph.edges.items() if t.node in nodes and s.node in nodes}
        for order, (source, port) in enumerate(self._inputs.items()):
            nodes[port] = _port_node(port, GROUP_INPUT, order, (left, top + order * _ROW))
            edges.update(
                {
                    t: Endpoint(port, OUTPUT_PORT)
                    for t, s in self._graph.edges.items()
                    if s == source and t.node in self._nodes
                }
            )
        for order, (source, port) in enumerate(self._outputs.items()):
            nodes[port] = _port_node(port, GROUP_OUTPUT, order, (right, top + order * _ROW))
            edges[Endpoint(port, INPUT_PORT)] = source
        params = tuple(self._passed.values())
        return Group(name, title, "", params, Graph(by_name(nodes), by_target(edges)))

    def instance(self, group: str) -> Node:
        """The node that takes the place of the selection."""
        places = [node.position for node in self._nodes.values()]
        position = min(x for x, _ in places), min(y for _, y in places)
        params = {param.name: Expression(old) for old, param in self._passed.items()}
        name = minted(group, self._graph.nodes)
        return Node(name, GROUP_PREFIX + group, params=frozen(params), position=position)

    def outside(self, instance: Node) -> Graph:
        """The graph with the instance in the place of the selection."""
        graph = without_nodes(self._graph, self._nodes)
        nodes = dict(graph.nodes) | {instance.id: instance}
        edges = dict(graph.edges)
        for source, port in self._inputs.items():
            edges[Endpoint(instance.id, port)] = source
        for target, source in self._graph.edges.items():
            if source in self._outputs and target.node not in self._nodes:
                edges[target] = Endpoint(instance.id, self._outputs[source])
        return replace(graph, nodes=by_name(nodes), edges=by_target(edges))

    def _sources(self) -> list[Endpoint]:
        """The outputs outside that feed the selection, each once."""
        edges = self._graph.edges.items()
        found = [s for t, s in edges if t.node in self._nodes and s.node not in self._nodes]
        return list(dict.fromkeys(found))

    def _results(self) -> list[Endpoint]:
        """The outputs of the selection that are used outside, each once."""
        edges = self._graph.edges.items()
        found = {s for t, s in edges if s.node in self._nodes and t.node not in self._nodes}
        return sorted(found)

    def _refuse_gaps(self) -> None:
        """A node that is fed by the selection and feeds it would make a cycle with the instance."""
        after = self._reached(forward=True)
        before = self._reached(forward=False)
        between = sorted(after & before)
        if between:
            raise EditError(f"{between[0]} lies between the selected nodes; select it too")

    def _reached(self, *, forward: bool) -> set[str]:
        """The nodes outside that the selection feeds, or that feed it."""
        steps: dict[str, list[str]] = {}
        for target, source in self._graph.edges.items():
            start, end = (source, target) if forward else (target, source)
            steps.setdefault(start.node, []).append(end.node)
        seen: set[str] = set()
        waiting = list(self._nodes)
        while waiting:
            for name in steps.get(waiting.pop(), ()):
                if name not in seen and name not in self._nodes:
                    seen.add(name)
                    waiting.append(name)
        return seen

    def _passed_names(self, outer: Mapping[str, GroupParam] | None) -> dict[str, GroupParam]:
        """The parameters the new group needs, by the name outside that gives their value."""
        if outer is None:
            return {}
        used: set[str] = set().union(*(names_used(node) for node in self._nodes.values()))
        passed = {name: param for name, param in outer.items() if name in used}
        if REPEAT_INDEX in used:
            # Inside of the new group the index counts that group's own repeats.
            name = _OUTER_INDEX if _OUTER_INDEX not in outer else minted(_OUTER_INDEX, outer)
            doc = "The repeat index of the group around this one."
            passed[REPEAT_INDEX] = GroupParam(name, 0, min=0, doc=doc)
        return passed


def _ports(stem: str, ends: list[Endpoint], taken: set[str]) -> dict[Endpoint, str]:
    """A free port id for each of the ends."""
    ports: dict[Endpoint, str] = {}
    for end in ends:
        name = stem if len(ends) == 1 and stem not in taken else minted(stem, taken)
        taken.add(name)
        ports[end] = name
    return ports


def _port_node(name: str, kind: str, order: int, position: tuple[float, float]) -> Node:
    return Node(name, kind, params=frozen({"order": order} if order else {}), position=position)
