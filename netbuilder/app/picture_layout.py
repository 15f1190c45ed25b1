"""Where cards lie when a document does not say: columns by longest path, few crossings."""

from __future__ import annotations

from collections.abc import Mapping

from netbuilder.graph.model import Graph

Point = tuple[float, float]
COLUMN = 240.0
ROW = 120.0
GAP = 40.0  # px at least between two cards of a column


def positions(graph: Graph, heights: Mapping[str, float]) -> Mapping[str, Point]:
    """Return where the cards lie: as the document says, or laid out where all lie in one spot.

    Args:
        graph: The graph.
        heights: How high each card is, px.
    """
    said = {name: node.position for name, node in graph.nodes.items()}
    return said if len(said) < 2 or len(set(said.values())) > 1 else laid_out(graph, heights)


def laid_out(graph: Graph, heights: Mapping[str, float]) -> dict[str, Point]:
    """Return a place for every node, left to right; edges of a cycle that lead back are left out."""
    order, sources = _in_order(graph)
    column: dict[str, int] = {}
    for name in order:
        column[name] = 1 + max((column[source] for source in sources[name]), default=-1)
    _pull_starts_right(order, sources, column)
    columns: dict[int, list[str]] = {}
    for name in order:
        columns.setdefault(column[name], []).append(name)
    tops = _tops(columns, sources, heights)
    return {name: (column[name] * COLUMN, tops[name]) for name in graph.nodes}


def _in_order(graph: Graph) -> tuple[list[str], dict[str, list[str]]]:
    """Return the nodes, sources first, and the sources of each that come before it."""
    waiting: dict[str, set[str]] = {name: set() for name in graph.nodes}
    for target, source in graph.edges.items():
        if target.node in waiting and source.node in waiting and source.node != target.node:
            waiting[target.node].add(source.node)
    order: list[str] = []
    placed: set[str] = set()
    while waiting:
        ready = [name for name, sources in waiting.items() if sources <= placed]
        # In a cycle nothing is ready; the first node opens it.
        for name in ready or [next(iter(waiting))]:
            order.append(name)
            placed.add(name)
            del waiting[name]
    place = {name: i for i, name in enumerate(order)}
    sources: dict[str, list[str]] = {name: [] for name in order}
    for target, source in graph.edges.items():
        if place.get(source.node, len(order)) < place.get(target.node, -1):
            sources[target.node].append(source.node)
    return order, sources


def _pull_starts_right(
    order: list[str], sources: dict[str, list[str]], column: dict[str, int]
) -> None:
    """Let a node without sources stand just before what it goes into, as a Target before its loss."""
    targets: dict[str, list[str]] = {name: [] for name in order}
    for name, found in sources.items():
        for source in found:
            targets[source].append(name)
    for name in order:
        if not sources[name] and targets[name]:
            column[name] = min(column[target] for target in targets[name]) - 1


def _tops(
    columns: dict[int, list[str]], sources: dict[str, list[str]], heights: Mapping[str, float]
) -> dict[str, float]:
    """Place each node as high as its sources are on average, columns in order, without overlaps."""
    tops: dict[str, float] = {}
    for number in sorted(columns):
        names = columns[number]
        wish = {
            name: sum(tops[s] for s in sources[name]) / len(sources[name])
            if sources[name] and all(s in tops for s in sources[name])
            else i * ROW
            for i, name in enumerate(names)
        }
        free = float("-inf")
        for name in sorted(names, key=lambda n: wish[n]):
            tops[name] = max(wish[name], free)
            free = tops[name] + max(ROW, heights[name] + GAP)
    return tops
