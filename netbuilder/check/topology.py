"""Cycles of a graph, and what a node depends on."""

from __future__ import annotations

from collections.abc import Iterable

from netbuilder.graph.model import Graph


def cycles(graph: Graph) -> list[list[str]]:
    """Return one cycle for every knot of nodes that feed themselves, each in the order of flow."""
    import networkx as nx  # costs 100 ms, and most graphs have no cycle

    flow: nx.DiGraph = nx.DiGraph()
    flow.add_edges_from((s.node, t.node) for t, s in graph.edges.items())
    found: list[list[str]] = []
    for knot in nx.strongly_connected_components(flow):
        if len(knot) > 1 or any(flow.has_edge(n, n) for n in knot):
            start = min(knot)
            found.append([edge[0] for edge in nx.find_cycle(flow.subgraph(knot), start)])
    return sorted(found)


def upstream(graph: Graph, starts: Iterable[str]) -> set[str]:
    """Return the nodes that the ``starts`` depend on, themselves included."""
    sources: dict[str, list[str]] = {}
    for target, source in graph.edges.items():
        sources.setdefault(target.node, []).append(source.node)
    return _reach(sources, starts)


def _reach(steps: dict[str, list[str]], starts: Iterable[str]) -> set[str]:
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for name in steps.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen
