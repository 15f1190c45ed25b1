"""What follows when nodes go or change their name: edges, and the ports of a group's instances."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

from netbuilder.graph.model import GROUP_PREFIX, Endpoint, Graph, Network, Node, frozen
from netbuilder.graph.ordering import by_target, copied
from netbuilder.graph.sharing import sources_gone
from netbuilder.graph.working import GROUP_INPUT, GROUP_OUTPUT, with_graph

_TAKES_FIELD = ("input", "target")
_FIELD = "field"


def without_nodes(graph: Graph, gone: Container[str]) -> Graph:
    """Return a graph without some nodes, the edges at them and what they shared."""
    nodes = {name: node for name, node in graph.nodes.items() if name not in gone}
    nodes.update(sources_gone(nodes, gone))
    edges = {t: s for t, s in graph.edges.items() if t.node not in gone and s.node not in gone}
    return replace(graph, nodes=frozen(nodes), edges=frozen(edges))


def named_as(node: Node, name: str) -> Node:
    """Return a node under another id; an Input or Target still takes the same field of the data."""
    if node.type not in _TAKES_FIELD:
        return replace(node, id=name)
    params = copied(node.params)
    # An empty field stands for the node's own id.
    field = params.pop(_FIELD, "") or node.id
    if field != name:
        params[_FIELD] = field
    return replace(node, id=name, params=frozen(params))


def follow_port(network: Network, group: str, node: Node, new: str | None) -> Network:
    """Let the edges at a group's instances follow a port that is called ``new`` now, or is gone."""
    if not group or node.type not in (GROUP_INPUT, GROUP_OUTPUT):
        return network
    into = node.type == GROUP_INPUT
    for name, graph in list(network.graphs()):
        ours = instances(graph, group)
        edges = dict(_follow(graph.edges, ours, node.id, new, into)) if ours else graph.edges
        if edges != graph.edges:
            network = with_graph(network, name, replace(graph, edges=by_target(edges)))
    return network


def instances(graph: Graph, group: str) -> set[str]:
    """The ids of the nodes in a graph that are instances of a group."""
    kind = GROUP_PREFIX + group
    return {name for name, node in graph.nodes.items() if node.type == kind}


def _follow(
    edges: Mapping[Endpoint, Endpoint], ours: set[str], port: str, new: str | None, into: bool
) -> Iterator[tuple[Endpoint, Endpoint]]:
    for target, source in edges.items():
        end = target if into else source
        if end.node not in ours or end.port != port:
            yield target, source
        elif new is not None:
            moved = Endpoint(end.node, new)
            yield (moved, source) if into else (target, moved)
