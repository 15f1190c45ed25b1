"""The topology of one graph, kept ready for evaluation: order, wires and who follows whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netbuilder.graph.model import Endpoint, Graph, is_identifier

NO_WIRES: Mapping[str, Endpoint] = {}

# With more edges that differ, building anew is quicker than looking for what differs.
_FEW = 64


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
        before: An earlier layout; what still holds of it is taken over.
    """

    def __init__(self, graph: Graph, before: Layout | None = None) -> None:
        self.names: list[str] = list(graph.nodes)
        self.bad_names: list[str] = []
        self.position: dict[str, int] = {}
        self.edges = graph.edges
        self.loose: list[Endpoint] = []
        same_names = before is not None and before.names == self.names
        if before is not None and same_names:
            self.names, self.bad_names = before.names, before.bad_names
        else:
            good = before.position if before else {}
            bad = before.bad_names if before else ()
            self.bad_names = [
                n for n in self.names if n in bad or (n not in good and not is_identifier(n))
            ]
        if before is None or not same_names or not self._take_over(before):
            self._build()
        self.order = _ordered(self._waits, self.follows)
        self.stuck: frozenset[str] = frozenset()
        if len(self.order) < len(self.names):
            done = set(self.order)
            rest = [name for name in self.names if name not in done]
            self.stuck = frozenset(rest)
            self.order += rest
        self.position = {name: index for index, name in enumerate(self.order)}
        self._upstream: dict[tuple[str, ...], frozenset[str]] = {}

    def upstream(self, starts: Iterable[str]) -> frozenset[str]:
        """Return the nodes that ``starts`` depend on, themselves included."""
        key = tuple(starts)
        if key not in self._upstream:
            self._upstream[key] = frozenset(self.upstream_beyond(key, set()))
        return self._upstream[key]

    def upstream_beyond(self, starts: Iterable[str], seen: set[str]) -> set[str]:
        """Return what ``starts`` depend on, put into ``seen``; behind what is in there nobody looks."""
        wires = self.wires
        waiting = [name for name in starts if name not in seen]
        seen.update(waiting)
        while waiting:
            inputs = wires.get(waiting.pop())
            if inputs:
                for source in inputs.values():
                    name = source.node
                    if name not in seen:
                        seen.add(name)
                        waiting.append(name)
        return seen

    def fits(self, graph: Graph) -> bool:
        """Whether this is the layout of ``graph`` too."""
        return self.edges is graph.edges and self.names == list(graph.nodes)

    def _build(self) -> None:
        wires: dict[str, dict[str, Endpoint]] = {}
        follows: dict[str, list[str]] = {}
        waits = dict.fromkeys(self.names, 0)
        for target, source in self.edges.items():
            name, from_node = target.node, source.node
            if name not in waits:
                self.loose.append(target)
                continue
            if name in wires:
                wires[name][target.port] = source
            else:
                wires[name] = {target.port: source}
            if from_node in waits:
                waits[name] += 1
            if from_node in follows:
                follows[from_node].append(name)
            else:
                follows[from_node] = [name]
        self.wires, self.follows, self._waits = wires, follows, waits

    def _take_over(self, before: Layout) -> bool:
        """Take over what lies away from the edges that differ; False where too much does."""
        if before.loose:
            return False
        differing = _differing(before.edges, self.edges)
        if differing is None:
            return False
        targets = {target.node for target, _ in differing}
        sources = {source.node for _, source in differing}
        if not targets <= before.position.keys():
            return False
        self.wires, self.follows = dict(before.wires), dict(before.follows)
        self._waits = dict(before._waits)
        for name in targets:
            self.wires.pop(name, None)
            self._waits[name] = 0
        for name in sources:
            self.follows.pop(name, None)
        for target, source in self.edges.items():
            if target.node in targets:
                self.wires.setdefault(target.node, {})[target.port] = source
                self._waits[target.node] += source.node in self._waits
            if source.node in sources:
                self.follows.setdefault(source.node, []).append(target.node)
        return True


def _differing(
    old: Mapping[Endpoint, Endpoint], new: Mapping[Endpoint, Endpoint]
) -> list[tuple[Endpoint, Endpoint]] | None:
    """Return the edges of both that may differ, or None where they are many.

    Edits keep the order of edges, so all but a short stretch is the same at both ends.
    """
    left, right = list(old.items()), list(new.items())
    start, shorter = 0, min(len(left), len(right))
    while start < shorter and left[start] == right[start]:
        start += 1
    end = 0
    while end < shorter - start and left[-1 - end] == right[-1 - end]:
        end += 1
    stretch = left[start : len(left) - end] + right[start : len(right) - end]
    return stretch if len(stretch) <= _FEW else None


def _ordered(waits: Mapping[str, int], follows: Mapping[str, list[str]]) -> list[str]:
    left = dict(waits)
    order = [name for name, count in waits.items() if not count]
    for name in order:
        if name in follows:
            for target in follows[name]:
                left[target] -= 1
                if not left[target]:
                    order.append(target)  # the list is the queue
    return order
