"""Following wires: what hangs together, what makes up a branch, and deleting so that wires heal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from netbuilder.app.fitting import fitting_ports, fitting_types
from netbuilder.check.layout import NO_WIRES
from netbuilder.check.runs import GraphRun
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Graph, Network
from netbuilder.graph.working import graph_of, nodes_of

__all__ = [
    "branch",
    "bypassable",
    "fitting_ports",
    "fitting_types",
    "healed",
    "linked",
    "muted",
    "ways_through",
]

# Where values enter and leave a graph: these belong to no branch.
_ENDS = frozenset({"input", "target", "output", "group_input", "group_output"})


def linked(graph: Graph, nodes: Iterable[str]) -> frozenset[str]:
    """Return some nodes with everything upstream and everything downstream of them."""
    above, below = _neighbours(graph)
    chosen = [name for name in nodes if name in graph.nodes]
    return frozenset(_reached(above, chosen) | _reached(below, chosen))


def branch(graph: Graph, node: str) -> frozenset[str]:
    """Return the nodes of the branch that a node is on: those from a fork to a join around it.

    A value that several nodes take forks, and a node that takes several values joins. Where the way
    neither begins at a fork nor ends in a join, it is the only one, and the branch is the node alone.
    """
    if node not in graph.nodes or graph.nodes[node].type in _ENDS:
        return frozenset()
    above, below = _neighbours(graph)
    sides = ((below, above), (above, below))
    found, waiting = {node}, [node]
    while waiting:
        name = waiting.pop()
        for onward, back in sides:
            for other in onward.get(name, ()):
                inside = other not in found and set(back[other]) <= found
                if inside and graph.nodes[other].type not in _ENDS:
                    found.add(other)
                    waiting.append(other)
    parts = any(
        other not in found and not set(back[other]) <= found
        for name in found
        for onward, back in sides
        for other in onward.get(name, ())
    )
    return frozenset(found) if parts else frozenset({node})


def muted(graph: Graph) -> frozenset[str]:
    """Return the nodes of branches that are bypassed as a whole, so that nothing on them computes.

    A node that is bypassed by itself is not among them, nor is what the only way leads through.
    """
    waiting = {name for name, node in graph.nodes.items() if node.bypass}
    if len(waiting) < 2:
        return frozenset()
    above, below = _neighbours(graph)
    found: set[str] = set()
    while waiting:
        region = _together(waiting.pop(), waiting, above, below)
        waiting -= region
        if len(region) > 1 and _is_branch(graph, region, above, below):
            found |= region
    return frozenset(found)


def bypassable(run: GraphRun, nodes: Iterable[str]) -> frozenset[str]:
    """Return the nodes that a bypass can step over: what comes out first fits what comes in first."""
    found = set()
    for name in nodes:
        record = run.records.get(name)
        if record is None or record.kind.role or not record.kind.inputs or not record.kind.outputs:
            continue
        coming, going = record.inputs[0], record.result.types.get(record.kind.outputs[0])
        if coming is None or going is None or coming.shape == going.shape:
            found.add(name)
    return frozenset(found)


def ways_through(run: GraphRun, nodes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the input and output port of the nodes that have exactly one way through.

    That is one connected input and at most one output in use.
    """
    used: dict[str, set[str]] = {}
    for source in run.layout.edges.values():
        used.setdefault(source.node, set()).add(source.port)
    ways = {}
    for name in nodes:
        record = run.records.get(name)
        ins = list(run.layout.wires.get(name, NO_WIRES))
        outs = sorted(used.get(name, ())) or list(record.kind.outputs[:1] if record else ())
        if len(ins) == 1 and len(outs) == 1:
            ways[name] = ins[0], outs[0]
    return ways


def healed(
    network: Network, nodes: Collection[str], ports: Mapping[str, tuple[str, str]], group: str = ""
) -> Network:
    """Remove nodes and join the wires around those that have one way through.

    Args:
        network: Where.
        nodes: The nodes to remove.
        ports: The input and output that a wire goes through, for nodes with one way; see
            ``ways_through``.
        group: The definition they lie in, or empty.

    Raises:
        EditError: There is no such node.
    """
    graph = graph_of(network, group)
    gone = nodes_of(graph, nodes)
    joined: dict[Endpoint, Endpoint] = {}
    for target, source in graph.edges.items():
        if target.node in gone or source.node not in gone:
            continue
        origin = _origin(graph, source, gone, ports)
        if origin is not None:
            joined[target] = origin
    network = edits.remove_nodes(network, gone, group)
    for target, source in joined.items():
        network = edits.connect(network, source, target, group)
    return network


def _together(start: str, among: Collection[str], *ways: Mapping[str, list[str]]) -> set[str]:
    """A node and those of some others that it hangs together with."""
    found, waiting = {start}, [start]
    while waiting:
        name = waiting.pop()
        near = {other for way in ways for other in way.get(name, ()) if other in among}
        waiting += near - found
        found |= near
    return found


def _is_branch(
    graph: Graph,
    nodes: set[str],
    above: Mapping[str, list[str]],
    below: Mapping[str, list[str]],
) -> bool:
    """Whether nodes are all that lies between forks and joins, with one such at least."""
    parts = False
    for onward, back in ((below, above), (above, below)):
        for other in {other for name in nodes for other in onward.get(name, ())}.difference(nodes):
            if not nodes.issuperset(back[other]):
                parts = True
            elif graph.nodes[other].type not in _ENDS:
                return False  # it goes on there
    return parts


def _origin(
    graph: Graph, source: Endpoint, gone: Collection[str], ports: Mapping[str, tuple[str, str]]
) -> Endpoint | None:
    """Where a value comes from once the nodes that are gone are stepped over."""
    seen: set[str] = set()
    while source.node in gone:
        way = ports.get(source.node)
        if way is None or source.node in seen or source.port != way[1]:
            return None
        seen.add(source.node)
        earlier = graph.edges.get(Endpoint(source.node, way[0]))
        if earlier is None:
            return None
        source = earlier
    return source if source.node in graph.nodes else None


def _neighbours(graph: Graph) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The nodes before and behind every node; one that is named by several edges comes several times."""
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for target, source in graph.edges.items():
        if target.node in graph.nodes and source.node in graph.nodes:
            above.setdefault(target.node, []).append(source.node)
            below.setdefault(source.node, []).append(target.node)
    return above, below


def _reached(steps: Mapping[str, list[str]], starts: Iterable[str]) -> set[str]:
    found = set(starts)
    waiting = list(found)
    while waiting:
        for name in steps.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found
