"""What changed between two versions of a network, as plain JSON data, and how to do it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from netbuilder.graph.delta import GraphDelta, delta
from netbuilder.graph.from_plain import (
    edges_from_plain,
    graph_from_plain,
    group_from_plain,
    network_from_plain,
)
from netbuilder.graph.model import Endpoint, Graph, Network, frozen
from netbuilder.graph.ordering import by_name, by_target, copied
from netbuilder.graph.to_plain import graph_to_plain, group_to_plain, network_to_plain
from netbuilder.graph.values import FormatError

K = TypeVar("K")
V = TypeVar("V")
Plain = dict[str, Any]

_PROPERTIES = ("title", "description", "data", "recipe", "ignore", "custom_nodes")


def patch(before: Network, after: Network) -> Plain | None:
    """Return what leads from one network to another; None where only the whole can say it.

    That is so where keys of a newer version of the program differ.
    """
    found = delta(before, after)
    if "extra" in found.properties or any(part.extra for part in found.graphs.values()):
        return None
    plain: Plain = {}
    if found.properties:
        said = {name: getattr(after, name) for name in _PROPERTIES}
        plain["properties"] = network_to_plain(Network(**said))
    groups = [
        group_to_plain(group if name in found.added_groups else replace(group, graph=Graph()))
        for name, group in after.groups.items()
        if name in found.added_groups or name in found.changed_groups
    ]
    if groups:
        plain["groups"] = groups
    if found.removed_groups:
        plain["gone"] = sorted(found.removed_groups)
    graphs = {
        name: _graph_patch(part, after.graph_at(name))
        for name, part in found.graphs.items()
        if name not in found.added_groups and name not in found.removed_groups
    }
    if graphs:
        plain["graphs"] = graphs
    return plain


def patched(network: Network, plain: Any) -> Network:
    """Return a network after what ``patch`` said.

    Raises:
        FormatError: It was not said of this network, or is not what ``patch`` says.
    """
    try:
        return _patched(network, plain)
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise FormatError("", f"is no change of this network: {error!r}") from None


def _patched(network: Network, plain: Mapping[str, Any]) -> Network:
    if "properties" in plain:
        said = network_from_plain(plain["properties"])
        network = replace(network, **{name: getattr(said, name) for name in _PROPERTIES})
    groups = copied(network.groups)
    for name in plain.get("gone", ()):
        del groups[name]
    for raw in plain.get("groups", ()):
        group = group_from_plain(raw)
        old = groups.get(group.id)
        groups[group.id] = replace(group, graph=old.graph) if old else group
    graph = network.graph
    for name, raw in plain.get("graphs", {}).items():
        if name:
            groups[name] = replace(groups[name], graph=_patched_graph(groups[name].graph, raw))
        else:
            graph = _patched_graph(graph, raw)
    return replace(network, graph=graph, groups=by_name(groups))


def _graph_patch(part: GraphDelta, graph: Graph) -> Plain:
    """The nodes, edges, frames and notes that are there now, and the names of those that are not."""
    touched = part.added | part.changed | part.moved
    now = Graph(
        {name: graph.nodes[name] for name in touched},
        {target: graph.edges[target] for target in part.connected},
        {name: graph.frames[name] for name in part.frames if name in graph.frames},
        {name: graph.notes[name] for name in part.notes if name in graph.notes},
    )
    plain = graph_to_plain(now)
    gone = {
        "nodes": sorted(part.removed),
        "edges": sorted(map(str, part.disconnected)),
        "frames": sorted(name for name in part.frames if name not in graph.frames),
        "notes": sorted(name for name in part.notes if name not in graph.notes),
    }
    gone = {key: names for key, names in gone.items() if names}
    return {**plain, "gone": gone} if gone else plain


def _patched_graph(graph: Graph, raw: Mapping[str, Any]) -> Graph:
    gone = raw.get("gone", {})
    # Edges lead to nodes that did not change too, so they are read on their own.
    now = graph_from_plain({k: v for k, v in raw.items() if k not in ("gone", "edges")})
    cut = [Endpoint(*text.split(".")) for text in gone.get("edges", ())]
    return replace(
        graph,
        nodes=_merged(graph.nodes, now.nodes, gone.get("nodes", ()), by_name),
        edges=_merged(graph.edges, edges_from_plain(raw.get("edges", [])), cut, by_target),
        frames=_merged(graph.frames, now.frames, gone.get("frames", ()), by_name),
        notes=_merged(graph.notes, now.notes, gone.get("notes", ()), by_name),
    )


def _merged(
    old: Mapping[K, V],
    new: Mapping[K, V],
    gone: Sequence[K],
    in_order: Callable[[Mapping[K, V]], Mapping[K, V]],
) -> Mapping[K, V]:
    """Return a mapping without some keys and with other values; in order, where there are new keys."""
    if not new and not gone:
        return old
    values = copied(old)
    for key in gone:
        del values[key]
    values.update(new)
    return in_order(values) if any(key not in old for key in new) else frozen(values)
