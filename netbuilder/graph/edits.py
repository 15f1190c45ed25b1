"""Edits: pure functions from a network to a network; the old value stays what it is.

Each takes the group whose graph it is about, empty for the main graph. What cannot be done is refused
with an ``EditError``; what can be done but makes no sound network is done, and the check says so.
Edits of groups live in ``group_edits``, of frames and notes in ``card_edits``, of a node's parameters
and flags in ``setting``, of shared weights in ``sharing``; all are reached from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from netbuilder.graph.card_edits import (
    add_frame,
    add_note,
    remove_frame,
    remove_note,
    set_frame,
    set_note,
)
from netbuilder.graph.delta import alike
from netbuilder.graph.from_plain import (
    codes_value,
    pair_value,
    params_value,
    settings_value,
    type_value,
)
from netbuilder.graph.group_edits import (
    add_group,
    expand_group,
    make_group,
    remove_group,
    remove_group_param,
    rename_group,
    rename_group_param,
    set_group_info,
    set_group_param,
)
from netbuilder.graph.model import GROUP_PREFIX, Endpoint, Network, Node, frozen
from netbuilder.graph.ordering import by_target, copied, with_edge, with_edges, with_name, without
from netbuilder.graph.phases import with_phases_renamed
from netbuilder.graph.setting import (
    DEFAULT,
    set_flags,
    set_param,
    set_params,
    set_params_of,
    with_values,
)
from netbuilder.graph.sharing import share_weights, sources_renamed
from netbuilder.graph.values import text_value
from netbuilder.graph.wires import follow_port, named_as, without_nodes
from netbuilder.graph.working import (
    GROUP_INPUT,
    GROUP_OUTPUT,
    INPUT_PORT,
    OUTPUT_PORT,
    EditError,
    checked,
    endpoint,
    graph_of,
    minted,
    new_id,
    node_of,
    nodes_of,
    with_graph,
)

__all__ = [
    "DEFAULT",
    "EditError",
    "add_frame",
    "add_group",
    "add_node",
    "add_note",
    "connect",
    "disconnect",
    "dissolve",
    "expand_group",
    "ignore",
    "insert_on_edge",
    "make_group",
    "move_nodes",
    "remove_frame",
    "remove_group",
    "remove_group_param",
    "remove_nodes",
    "remove_note",
    "rename_group",
    "rename_group_param",
    "rename_node",
    "set_data",
    "set_description",
    "set_flags",
    "set_frame",
    "set_group_info",
    "set_group_param",
    "set_note",
    "set_param",
    "set_params",
    "set_params_of",
    "set_recipe",
    "set_title",
    "set_type",
    "share_weights",
]


_Point = tuple[float, float]


def add_node(
    network: Network,
    type: str,
    id: str = "",
    *,
    params: Mapping[str, Any] | None = None,
    position: _Point = (0.0, 0.0),
    version: int = 1,
    group: str = "",
) -> tuple[Network, str]:
    """Add a node.

    Args:
        network: Where to.
        type: The id of its type, or ``group:`` and the id of a definition.
        id: Its id; empty for a new one made of the type: ``conv2d_1``.
        params: The values that differ from the defaults.
        position: In px.
        version: The version of the type.
        group: The definition it goes into, or empty.

    Returns:
        The network and the id of the node.

    Raises:
        EditError: The id is taken or cannot be one, or a value is not plain.
    """
    graph = graph_of(network, group)
    type = checked("type", type_value, type)
    name = (
        new_id(id, graph.nodes, "node")
        if id
        else minted(type.removeprefix(GROUP_PREFIX), graph.nodes)
    )
    node = Node(
        name,
        type,
        version,
        checked("params", params_value, params or {}),
        checked("position", pair_value, position),
    )
    graph = replace(graph, nodes=with_name(graph.nodes, name, node))
    return with_graph(network, group, graph), name


def remove_nodes(network: Network, ids: Iterable[str], group: str = "") -> Network:
    """Remove nodes with the edges at them; of a group's port, also the edges at its instances.

    Raises:
        EditError: There is no such node.
    """
    graph = graph_of(network, group)
    gone = nodes_of(graph, ids)
    if not gone:
        return network
    network = with_graph(network, group, without_nodes(graph, gone))
    for node in gone.values():
        network = follow_port(network, group, node, None)
    return network


def dissolve(
    network: Network,
    id: str,
    in_port: str = INPUT_PORT,
    out_port: str = OUTPUT_PORT,
    group: str = "",
) -> Network:
    """Remove a node and let what came into ``in_port`` go where ``out_port`` went.

    Raises:
        EditError: There is no such node.
    """
    graph = graph_of(network, group)
    node_of(graph, id)
    source = graph.edges.get(Endpoint(id, in_port))
    targets = [t for t, s in graph.edges.items() if s == Endpoint(id, out_port) and t.node != id]
    network = remove_nodes(network, [id], group)
    if source is None or source.node == id:
        return network
    graph = graph_of(network, group)
    edges = copied(graph.edges) | dict.fromkeys(targets, source)
    return with_graph(network, group, replace(graph, edges=by_target(edges)))


def connect(
    network: Network, source: Endpoint | str, target: Endpoint | str, group: str = ""
) -> Network:
    """Connect an output to an input; an edge that leads there already makes way.

    Args:
        network: Where.
        source: The output, as an Endpoint or as ``node.port``.
        target: The input.
        group: The definition, or empty.

    Raises:
        EditError: There is no such node.
    """
    graph = graph_of(network, group)
    source, target = endpoint(source), endpoint(target)
    node_of(graph, source.node)
    node_of(graph, target.node)
    if graph.edges.get(target) == source:
        return network
    return with_graph(network, group, replace(graph, edges=with_edge(graph.edges, target, source)))


def disconnect(network: Network, target: Endpoint | str, group: str = "") -> Network:
    """Remove the edge into an input; where there is none, nothing changes."""
    graph = graph_of(network, group)
    target = endpoint(target)
    if target not in graph.edges:
        return network
    return with_graph(network, group, replace(graph, edges=without(graph.edges, target)))


def insert_on_edge(
    network: Network,
    target: Endpoint | str,
    type: str,
    *,
    id: str = "",
    in_port: str = INPUT_PORT,
    out_port: str = OUTPUT_PORT,
    params: Mapping[str, Any] | None = None,
    position: _Point | None = None,
    version: int = 1,
    group: str = "",
) -> tuple[Network, str]:
    """Put a new node into an edge; without a position it lies halfway.

    Returns:
        The network and the id of the node.

    Raises:
        EditError: No edge leads to the target, or the node cannot be added.
    """
    graph = graph_of(network, group)
    target = endpoint(target)
    source = graph.edges.get(target)
    if source is None:
        raise EditError(f"no edge leads to {target}, so nothing can be put into it")
    if position is None:
        ends = graph.nodes[source.node].position, graph.nodes[target.node].position
        position = ends[0][0] / 2 + ends[1][0] / 2, ends[0][1] / 2 + ends[1][1] / 2
    network, name = add_node(
        network, type, id, params=params, position=position, version=version, group=group
    )
    network = connect(network, source, Endpoint(name, in_port), group)
    return connect(network, Endpoint(name, out_port), target, group), name


def set_type(
    network: Network,
    id: str,
    type: str,
    params: Mapping[str, Any] | None = None,
    version: int = 1,
    group: str = "",
) -> Network:
    """Let a node be of another type, or of another version of it; its edges stay.

    Args:
        network: Where.
        id: The node.
        type: Its new type.
        params: Its new parameters; None keeps the ones it has.
        version: The version of the type.
        group: The definition, or empty.

    Raises:
        EditError: There is no such node, or it is a port of a group.
    """
    graph = graph_of(network, group)
    node = node_of(graph, id)
    if group and node.type in (GROUP_INPUT, GROUP_OUTPUT) and type != node.type:
        raise EditError(f"{id} is a port of {group}; remove it and add another node")
    kept = node.params if params is None else checked("params", params_value, params)
    kind = checked("type", type_value, type)
    return with_values(network, {id: {"type": kind, "params": kept, "version": version}}, group)


def rename_node(network: Network, id: str, new: str, group: str = "") -> Network:
    """Give a node another id; its edges follow, and for a group's port those at the instances.

    Nodes that use its weights follow too, and phases of the training that freeze it. An Input or Target that took the field of its name keeps it.

    Raises:
        EditError: There is no such node, or the new id is taken or cannot be one.
    """
    graph = graph_of(network, group)
    node = node_of(graph, id)
    if new == id:
        return network
    new_id(new, graph.nodes, "node")
    nodes = copied(graph.nodes)
    nodes.update(sources_renamed(nodes, id, new))
    node = nodes.pop(id)
    renamed = with_name(nodes, new, named_as(node, new))

    def moved(end: Endpoint) -> Endpoint:
        return Endpoint(new, end.port) if end.node == id else end

    ours = {t: s for t, s in graph.edges.items() if id in (t.node, s.node)}
    edges = with_edges(graph.edges, ours, {moved(t): moved(s) for t, s in ours.items()})
    network = with_graph(
        network, group, replace(graph, nodes=renamed, edges=edges if ours else graph.edges)
    )
    if not group:
        network = with_phases_renamed(network, id, new)
    return follow_port(network, group, node, new)


def move_nodes(network: Network, positions: Mapping[str, _Point], group: str = "") -> Network:
    """Put nodes to positions, in px.

    Raises:
        EditError: There is no such node, or a position is not two finite numbers.
    """
    graph = graph_of(network, group)
    nodes = copied(graph.nodes)
    for name, position in positions.items():
        node = node_of(graph, name)
        place = checked(f"the position of {name}", pair_value, position)
        if place != node.position:
            nodes[name] = replace(node, position=place)
    if all(nodes[name] is graph.nodes[name] for name in positions):
        return network
    return with_graph(network, group, replace(graph, nodes=frozen(nodes)))


def ignore(
    network: Network,
    code: str,
    ids: Iterable[str] = (),
    group: str = "",
    *,
    ignored: bool = True,
) -> Network:
    """Tell no more warnings and hints of a code, or tell them again.

    Args:
        network: Where.
        code: Such as ``NB331``.
        ids: The nodes it is about; none stands for the whole network.
        group: The definition that the nodes lie in, or empty.
        ignored: Whether it is told no more.

    Raises:
        EditError: There is no such node, or the code cannot be one.
    """

    def changed(codes: tuple[str, ...]) -> tuple[str, ...]:
        return checked(
            "ignore", codes_value, sorted({*codes, code} if ignored else {*codes} - {code})
        )

    names = tuple(ids)
    if not names:
        return _property(network, ignore=changed(network.ignore))
    for name in nodes_of(graph_of(network, group), names):
        graph = graph_of(network, group)
        network = with_values(network, {name: {"ignore": changed(graph.nodes[name].ignore)}}, group)
    return network


def set_title(network: Network, title: str) -> Network:
    """Set the title of the network."""
    return _property(network, title=checked("title", text_value, title))


def set_description(network: Network, description: str) -> Network:
    """Set the description of the network."""
    return _property(network, description=checked("description", text_value, description))


def set_data(network: Network, data: Mapping[str, Any]) -> Network:
    """Set where the data come from, all settings at once."""
    return _property(network, data=checked("data", settings_value, data))


def set_recipe(network: Network, recipe: Mapping[str, Any]) -> Network:
    """Set the training recipe, all values that differ from the defaults at once."""
    return _property(network, recipe=checked("recipe", settings_value, recipe))


def _property(network: Network, **values: Any) -> Network:
    same = all(alike(getattr(network, name), value) for name, value in values.items())
    return network if same else replace(network, **values)
