"""Edits that mend what the check finds; each one is a pure function of the network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from netbuilder.check.diagnostics import Fix
from netbuilder.graph.model import Endpoint, Graph, Network, Node, frozen

GraphEdit = Callable[[Graph], Graph]

_STEP = 200.0


def in_graph(group: str, edit: GraphEdit) -> Callable[[Network], Network]:
    """Return the edit of a network that does ``edit`` to one of its graphs."""

    def apply(network: Network) -> Network:
        if not group:
            return replace(network, graph=edit(network.graph))
        changed = replace(network.groups[group], graph=edit(network.groups[group].graph))
        return replace(network, groups=frozen({**network.groups, group: changed}))

    return apply


def set_params(group: str, node: str, values: Mapping[str, Any], title: str = "") -> Fix:
    """Return the fix that sets parameters of a node."""
    said = " and ".join(f"{name} to {_text(value)}" for name, value in values.items())

    def edit(graph: Graph) -> Graph:
        old = graph.nodes[node]
        return _with_node(graph, replace(old, params=frozen({**old.params, **values})))

    return Fix(title or f"set {said}", in_graph(group, edit))


def drop_param(group: str, node: str, name: str) -> Fix:
    """Return the fix that removes a parameter, so that its default holds."""

    def edit(graph: Graph) -> Graph:
        old = graph.nodes[node]
        kept = {key: value for key, value in old.params.items() if key != name}
        return _with_node(graph, replace(old, params=frozen(kept)))

    return Fix(f"remove {name}", in_graph(group, edit))


def set_field(group: str, node: str, title: str, **values: Any) -> Fix:
    """Return the fix that sets something about a node that is no parameter, such as ``bypass``."""
    return Fix(title, in_graph(group, lambda g: _with_node(g, replace(g.nodes[node], **values))))


def remove_edge_into(group: str, target: Endpoint, title: str = "remove the edge") -> Fix:
    """Return the fix that removes the edge into an input."""
    return Fix(title, in_graph(group, lambda graph: _connected(graph, {target: None})))


def connect(group: str, source: Endpoint, target: Endpoint) -> Fix:
    """Return the fix that connects two ports."""
    title = f"connect {source} to {target}"
    return Fix(title, in_graph(group, lambda graph: _connected(graph, {target: source})))


def rewire(group: str, changes: Mapping[Endpoint, Endpoint], title: str) -> Fix:
    """Return the fix that gives inputs other sources."""
    return Fix(title, in_graph(group, lambda graph: _connected(graph, changes)))


def remove_nodes(group: str, names: Iterable[str], title: str) -> Fix:
    """Return the fix that removes nodes with their edges."""
    gone = frozenset(names)

    def edit(graph: Graph) -> Graph:
        nodes = {name: node for name, node in graph.nodes.items() if name not in gone}
        edges = {t: s for t, s in graph.edges.items() if t.node not in gone and s.node not in gone}
        return replace(graph, nodes=frozen(nodes), edges=frozen(edges))

    return Fix(title, in_graph(group, edit))


def insert_before(
    group: str, target: Endpoint, node_type: str, name: str, title: str, version: int = 1
) -> Fix:
    """Return the fix that puts a new node with ``input`` and ``output`` on the edge into an input."""

    def edit(graph: Graph) -> Graph:
        source = graph.edges[target]
        new = _free_name(graph, name)
        place = _between(graph, source.node, target.node)
        graph = _with_node(graph, Node(new, node_type, version, position=place))
        return _connected(graph, {Endpoint(new, "input"): source, target: Endpoint(new, "output")})

    return Fix(title, in_graph(group, edit))


def insert_after(
    group: str, source: Endpoint, node_type: str, name: str, title: str, version: int = 1
) -> Fix:
    """Return the fix that puts a new node between an output and everything that takes it."""

    def edit(graph: Graph) -> Graph:
        new = _free_name(graph, name)
        takers = [target for target, value in graph.edges.items() if value == source]
        place = _between(graph, source.node, takers[0].node if takers else source.node)
        graph = _with_node(graph, Node(new, node_type, version, position=place))
        moved = dict.fromkeys(takers, Endpoint(new, "output"))
        return _connected(graph, {Endpoint(new, "input"): source, **moved})

    return Fix(title, in_graph(group, edit))


def add_output(source: Endpoint) -> Fix:
    """Return the fix that adds an Output for a value of the main graph."""

    def edit(graph: Graph) -> Graph:
        new = _free_name(graph, "output")
        x, y = graph.nodes[source.node].position
        graph = _with_node(graph, Node(new, "output", position=(x + _STEP, y)))
        return _connected(graph, {Endpoint(new, "input"): source})

    return Fix(f"add an Output for {source}", in_graph("", edit))


def _with_node(graph: Graph, node: Node) -> Graph:
    return replace(graph, nodes=frozen({**graph.nodes, node.id: node}))


def _connected(graph: Graph, changes: Mapping[Endpoint, Endpoint | None]) -> Graph:
    """Return the graph with other sources at some inputs; None disconnects."""
    edges = {**graph.edges, **changes}
    kept = {target: source for target, source in edges.items() if source is not None}
    return replace(graph, edges=frozen(kept))


def _free_name(graph: Graph, stem: str) -> str:
    number = 1
    while f"{stem}_{number}" in graph.nodes:
        number += 1
    return f"{stem}_{number}"


def _between(graph: Graph, left: str, right: str) -> tuple[float, float]:
    (x1, y1), (x2, y2) = graph.nodes[left].position, graph.nodes[right].position
    return ((x1 + x2) / 2, (y1 + y2) / 2)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " x ".join(map(str, value)) or "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
