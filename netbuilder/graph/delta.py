"""What differs between two versions of a network, for views that follow along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, TypeVar

from netbuilder.graph.model import Endpoint, Graph, Network

K = TypeVar("K")

_NOTHING: frozenset[Any] = frozenset()
_EMPTY_GRAPH = Graph()


@dataclass(frozen=True, slots=True)
class GraphDelta:
    """What differs in one graph.

    Attributes:
        added: Ids of nodes that are new.
        removed: Ids of nodes that are gone.
        changed: Ids of nodes that differ in more than where they lie.
        moved: Ids of nodes that lie elsewhere and are the same otherwise.
        connected: Inputs with a new edge, or one from another source.
        disconnected: Inputs that lost their edge.
        frames: Ids of frames that are new, gone or different.
        notes: Ids of notes that are new, gone or different.
        extra: Whether keys of a newer version differ.
    """

    added: frozenset[str] = _NOTHING
    removed: frozenset[str] = _NOTHING
    changed: frozenset[str] = _NOTHING
    moved: frozenset[str] = _NOTHING
    connected: frozenset[Endpoint] = _NOTHING
    disconnected: frozenset[Endpoint] = _NOTHING
    frames: frozenset[str] = _NOTHING
    notes: frozenset[str] = _NOTHING
    extra: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return self == _SAME_GRAPH


@dataclass(frozen=True, slots=True)
class Delta:
    """What differs between two networks.

    Attributes:
        graphs: By the id of the definition, empty for the main graph; only those that differ.
        added_groups: Ids of definitions that are new.
        removed_groups: Ids of definitions that are gone.
        changed_groups: Ids of definitions whose title, text or parameters differ.
        properties: Which of ``title``, ``description``, ``data``, ``recipe``, ``ignore``,
            ``custom_nodes``, ``extra`` differ.
    """

    graphs: Mapping[str, GraphDelta] = field(default_factory=dict)
    added_groups: frozenset[str] = _NOTHING
    removed_groups: frozenset[str] = _NOTHING
    changed_groups: frozenset[str] = _NOTHING
    properties: frozenset[str] = _NOTHING

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return self == _SAME


_SAME_GRAPH = GraphDelta()
_SAME = Delta()
_PROPERTIES = ("title", "description", "data", "recipe", "ignore", "custom_nodes", "extra")
_GROUP_PROPERTIES = ("title", "doc", "params", "extra")


def delta(before: Network, after: Network) -> Delta:
    """Return what differs; values that are one and the same object are not looked into."""
    if before is after:
        return _SAME
    graphs: dict[str, GraphDelta] = {}
    changed: set[str] = set()
    if before.graph is not after.graph:
        graphs[""] = graph_delta(before.graph, after.graph)
    old, new = before.groups, after.groups
    for name in new if old is not new else ():
        one, other = old.get(name), new[name]
        if one is other:
            continue
        graphs[name] = graph_delta(one.graph if one else _EMPTY_GRAPH, other.graph)
        if one and any(not alike(getattr(one, p), getattr(other, p)) for p in _GROUP_PROPERTIES):
            changed.add(name)
    for name in old.keys() - new.keys():
        graphs[name] = graph_delta(old[name].graph, _EMPTY_GRAPH)
    return Delta(
        {name: part for name, part in graphs.items() if not part.is_empty},
        frozenset(new.keys() - old.keys()),
        frozenset(old.keys() - new.keys()),
        frozenset(changed),
        frozenset(p for p in _PROPERTIES if not alike(getattr(before, p), getattr(after, p))),
    )


def graph_delta(before: Graph, after: Graph) -> GraphDelta:
    """Return what differs between two versions of a graph."""
    if before is after:
        return _SAME_GRAPH
    nodes = _differing(before.nodes, after.nodes)
    both = [name for name in nodes if name in before.nodes and name in after.nodes]
    moved = {name for name in both if _only_moved(before.nodes[name], after.nodes[name])}
    edges = _differing(before.edges, after.edges)
    return GraphDelta(
        added=frozenset(name for name in nodes if name not in before.nodes),
        removed=frozenset(name for name in nodes if name not in after.nodes),
        changed=frozenset(name for name in both if name not in moved),
        moved=frozenset(moved),
        connected=frozenset(target for target in edges if target in after.edges),
        disconnected=frozenset(target for target in edges if target not in after.edges),
        frames=frozenset(_differing(before.frames, after.frames)),
        notes=frozenset(_differing(before.notes, after.notes)),
        extra=not alike(before.extra, after.extra),
    )


def alike(one: Any, other: Any) -> bool:
    """Whether two values are the same in a file; there 1, 1.0 and true differ, in Python they are equal."""
    if one is other:
        return True
    if isinstance(one, Mapping):
        return (
            isinstance(other, Mapping)
            and one.keys() == other.keys()
            and all(alike(value, other[key]) for key, value in one.items())
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if is_dataclass(one):
        return all(alike(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    return bool(one == other)


def changes_nothing(before: Network, after: Network) -> bool:
    """Whether two networks are the same; quick where they are not."""
    return before is after or (before == after and delta(before, after).is_empty)


def _differing(before: Mapping[K, Any], after: Mapping[K, Any]) -> set[K]:
    if before is after:
        return set()
    found = {key for key, value in after.items() if before.get(key) is not value}
    found = {key for key in found if key not in before or not alike(before[key], after[key])}
    return found | (before.keys() - after.keys())


def _only_moved(before: Any, after: Any) -> bool:
    return all(
        alike(getattr(before, name), getattr(after, name))
        for name in (f.name for f in fields(before))
        if name != "position"
    )
