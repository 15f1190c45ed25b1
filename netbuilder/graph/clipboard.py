"""Nodes as text: to copy, paste, and send to somebody in a message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from netbuilder.graph.from_plain import edges_from_plain, graph_from_plain, group_from_plain
from netbuilder.graph.model import (
    GROUP_PREFIX,
    Endpoint,
    Frame,
    Graph,
    Group,
    Network,
    Node,
    Note,
    frozen,
)
from netbuilder.graph.ordering import by_name, by_target
from netbuilder.graph.strict_json import parse
from netbuilder.graph.to_plain import edge_to_plain, graph_to_plain, group_to_plain
from netbuilder.graph.values import FormatError, expected
from netbuilder.graph.wires import named_as
from netbuilder.graph.working import (
    EditError,
    free,
    graph_of,
    nodes_of,
    shifted,
    with_graph,
    with_group,
)

KEY = "netbuilder"
VALUE = "nodes"

_STEP = 40.0


@dataclass(frozen=True, slots=True)
class Clip:
    """What lies on the clipboard.

    Attributes:
        graph: The nodes with the edges among them, frames and notes.
        incoming: The edges from nodes that were not copied.
        groups: Every definition that the nodes need.
    """

    graph: Graph
    incoming: Mapping[Endpoint, Endpoint] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)


def copy(
    network: Network,
    nodes: Iterable[str],
    group: str = "",
    *,
    frames: Iterable[str] = (),
    notes: Iterable[str] = (),
) -> str:
    """Return nodes, the edges at their inputs, frames and notes as text, with the groups they use.

    Args:
        network: Where from.
        nodes: Ids of nodes.
        group: The definition they lie in, or empty.
        frames: Ids of frames.
        notes: Ids of notes.

    Raises:
        EditError: There is no such node, or it holds a value that is not plain.
    """
    graph = graph_of(network, group)
    chosen = nodes_of(graph, nodes)
    inner = {t: s for t, s in graph.edges.items() if t.node in chosen and s.node in chosen}
    outer = {t: s for t, s in graph.edges.items() if t.node in chosen and s.node not in chosen}
    part = Graph(
        chosen,
        inner,
        {name: graph.frames[name] for name in frames if name in graph.frames},
        {name: graph.notes[name] for name in notes if name in graph.notes},
    )
    plain = {
        KEY: VALUE,
        "graph": graph_to_plain(part),
        "incoming": [edge_to_plain(t, s) for t, s in outer.items()],
        "groups": [group_to_plain(g) for g in _needed(network, part).values()],
    }
    try:
        return json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=1)
    except (ValueError, TypeError) as error:
        raise EditError(f"a node holds a value that no text can hold: {error}") from None


def read(text: str) -> Clip:
    """Return what was copied.

    Raises:
        EditError: The text is not from a copy.
    """
    try:
        raw = parse(text)
        if not isinstance(raw, dict) or raw.get(KEY) != VALUE:
            raise expected(raw, "an object of copied nodes")
        groups = [group_from_plain(item) for item in _list(raw, "groups")]
        return Clip(
            graph_from_plain(raw.get("graph", {})),
            edges_from_plain(_list(raw, "incoming")),
            {group.id: group for group in groups},
        )
    except FormatError as error:
        raise EditError(f"the clipboard holds no nodes: the text {error}") from None


def paste(
    network: Network,
    text: str,
    at: tuple[float, float] | None = None,
    group: str = "",
    *,
    wires: bool = False,
) -> tuple[Network, tuple[str, ...]]:
    """Put what was copied into a graph, under ids that are free there.

    A definition that is there already and the same is used; a different one of the same id is added
    under another.

    Args:
        network: Where to.
        text: What ``copy`` returned.
        at: Where the upper left corner comes to lie; None for a little beside where it was.
        group: The definition it goes into, or empty.
        wires: Whether edges from nodes that were not copied are drawn again, where those are there, and
            weights of such nodes used again.

    Returns:
        The network and the ids of the new nodes.

    Raises:
        EditError: The text is not from a copy.
    """
    clip = read(text)
    network, types = _with_groups(network, clip.groups)
    graph = graph_of(network, group)
    shift = _shift(clip.graph, at)
    names: dict[str, str] = {}
    nodes = dict(graph.nodes)
    for name, node in clip.graph.nodes.items():
        names[name] = free(name, nodes)
        nodes[names[name]] = _pasted(node, names[name], types, shift)
    nodes.update(_sources_followed(graph, clip.graph, nodes, names, wires=wires))
    edges = dict(graph.edges)
    for target, source in clip.graph.edges.items():
        edges[_renamed(target, names)] = _renamed(source, names)
    for target, source in clip.incoming.items() if wires else ():
        if source.node in graph.nodes and target.node in names:
            edges[_renamed(target, names)] = source
    graph = replace(
        graph,
        nodes=by_name(nodes),
        edges=by_target(edges),
        frames=_with_cards(graph.frames, clip.graph.frames, shift),
        notes=_with_cards(graph.notes, clip.graph.notes, shift),
    )
    return with_graph(network, group, graph), tuple(names.values())


def _list(raw: dict[str, Any], key: str) -> list[Any]:
    value = raw.get(key, [])
    if not isinstance(value, list):
        raise expected(value, "a list").inside(key)
    return value


def _needed(network: Network, graph: Graph) -> dict[str, Group]:
    """The definitions that a graph's nodes are instances of, and those that these need."""
    found: dict[str, Group] = {}
    waiting = [graph]
    while waiting:
        for node in waiting.pop().nodes.values():
            group = network.groups.get(node.group)
            if group is not None and group.id not in found:
                found[group.id] = group
                waiting.append(group.graph)
    return dict(sorted(found.items()))


def _with_groups(network: Network, groups: Mapping[str, Group]) -> tuple[Network, dict[str, str]]:
    """Add the definitions that are not there; return the network and new ids by old ones."""
    names: dict[str, str] = {}
    taken = set(network.groups)
    different = {n for n, g in groups.items() if n in taken and network.groups[n] != g}
    # A definition that holds a different one is itself a different one.
    while more := {
        n
        for n, g in groups.items()
        if n not in different and any(v.group in different for v in g.graph.nodes.values())
    }:
        different |= more
    for name in groups:
        names[name] = free(name, taken) if name in different else name
        taken.add(names[name])
    for name, group in groups.items():
        if name in different or name not in network.groups:
            nodes = {n: _of_type(node, names) for n, node in group.graph.nodes.items()}
            graph = replace(group.graph, nodes=frozen(nodes))
            network = with_group(network, replace(group, id=names[name], graph=graph))
    return network, names


def _of_type(node: Node, types: Mapping[str, str]) -> Node:
    new = types.get(node.group, node.group)
    return replace(node, type=GROUP_PREFIX + new) if new != node.group else node


def _shift(graph: Graph, at: tuple[float, float] | None) -> tuple[float, float]:
    cards: list[Node | Frame | Note] = [
        *graph.nodes.values(),
        *graph.frames.values(),
        *graph.notes.values(),
    ]
    if at is None or not cards:
        return _STEP, _STEP
    left = min(card.position[0] for card in cards)
    top = min(card.position[1] for card in cards)
    return at[0] - left, at[1] - top


def _pasted(node: Node, name: str, types: Mapping[str, str], shift: tuple[float, float]) -> Node:
    return named_as(replace(_of_type(node, types), position=shifted(node.position, shift)), name)


def _sources_followed(
    graph: Graph, clip: Graph, nodes: Mapping[str, Node], names: Mapping[str, str], *, wires: bool
) -> dict[str, Node]:
    """The pasted nodes that used weights of another; of one that was not copied too only with wires."""
    found: dict[str, Node] = {}
    for name, node in clip.nodes.items():
        if node.shares:
            outside = node.shares if wires and node.shares in graph.nodes else ""
            source = names.get(node.shares, outside)
            found[names[name]] = replace(nodes[names[name]], shares=source)
    return found


def _renamed(end: Endpoint, names: Mapping[str, str]) -> Endpoint:
    return Endpoint(names[end.node], end.port)


def _with_cards(
    cards: Mapping[str, Any], more: Mapping[str, Frame | Note], shift: tuple[float, float]
) -> Mapping[str, Any]:
    all_cards = dict(cards)
    for name, card in more.items():
        new = free(name, all_cards)
        all_cards[new] = replace(card, id=new, position=shifted(card.position, shift))
    return by_name(all_cards)
