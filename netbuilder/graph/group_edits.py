"""Edits of group definitions and their instances."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from netbuilder.graph.delta import alike
from netbuilder.graph.from_plain import limit_value
from netbuilder.graph.grouping import Selection
from netbuilder.graph.limits import MAX_PARAMS
from netbuilder.graph.model import GROUP_PREFIX, Graph, Group, GroupParam, Network, Node, frozen
from netbuilder.graph.ordering import by_name, copied, without
from netbuilder.graph.ungrouping import Expansion
from netbuilder.graph.values import number_value, text_value
from netbuilder.graph.wires import instances
from netbuilder.graph.working import (
    EditError,
    checked,
    graph_of,
    group_of,
    minted,
    names_used,
    new_id,
    node_of,
    put_names_in_node,
    with_graph,
    with_group,
)


def add_group(
    network: Network,
    id: str = "",
    *,
    title: str = "",
    doc: str = "",
    params: Iterable[GroupParam] = (),
    graph: Graph | None = None,
) -> tuple[Network, str]:
    """Add a definition; return the network and the definition's id.

    Args:
        network: Where to.
        id: Its id; empty for a new one.
        title: What people see.
        doc: What it is for.
        params: What instances can set.
        graph: What is inside; None for nothing yet.

    Raises:
        EditError: The id is taken or cannot be one, or a value is of the wrong kind.
    """
    name = new_id(id, network.groups, "group") if id else minted("group", network.groups)
    group = Group(
        name,
        checked("title", text_value, title),
        checked("doc", text_value, doc),
        graph=graph or Graph(),
    )
    network = with_group(network, group)
    for param in params:
        network = set_group_param(network, name, param)
    return network, name


def remove_group(network: Network, id: str) -> Network:
    """Remove a definition that has no instances.

    Raises:
        EditError: There is no such definition, or it has instances.
    """
    group_of(network, id)
    for name, graph in network.graphs():
        used = sorted(instances(graph, id))
        if used:
            where = f" in {name}" if name else ""
            raise EditError(
                f"{id} still has the instance {used[0]}{where}; remove or expand it first"
            )
    return replace(network, groups=without(network.groups, id))


def rename_group(network: Network, id: str, new: str) -> Network:
    """Give a definition another id; its instances follow.

    Raises:
        EditError: There is no such definition, or the new id is taken or cannot be one.
    """
    group = group_of(network, id)
    if new == id:
        return network
    new_id(new, network.groups, "group")
    groups = copied(without(network.groups, id))
    groups[new] = replace(group, id=new)
    network = replace(network, groups=by_name(groups))
    return _each_instance(network, id, lambda node: replace(node, type=GROUP_PREFIX + new))


def set_group_info(
    network: Network, id: str, *, title: str | None = None, doc: str | None = None
) -> Network:
    """Set the title or the text of a definition; None leaves it as it is.

    Raises:
        EditError: There is no such definition, or a value is not text.
    """
    group = group_of(network, id)
    new = replace(
        group,
        title=group.title if title is None else checked("title", text_value, title),
        doc=group.doc if doc is None else checked("doc", text_value, doc),
    )
    return network if new == group else with_group(network, new)


def set_group_param(network: Network, id: str, param: GroupParam) -> Network:
    """Add a parameter to a definition, behind the others, or replace the one of that name.

    Raises:
        EditError: There is no such definition, or a value of the parameter is of the wrong kind.
    """
    group = group_of(network, id)
    new_id(param.name, (), "parameter")
    for what, read, value in (
        ("default", number_value, param.default),
        ("min", limit_value, param.min),
        ("max", limit_value, param.max),
        ("doc", text_value, param.doc),
    ):
        checked(f"{param.name}.{what}", read, value)
    known = {p.name: p for p in group.params}
    if alike(known.get(param.name), param):
        return network
    known[param.name] = param
    if len(known) > MAX_PARAMS:
        raise EditError(f"{id} has {MAX_PARAMS} parameters already, and more are not allowed")
    return with_group(network, replace(group, params=tuple(known.values())))


def remove_group_param(network: Network, id: str, name: str) -> Network:
    """Remove a parameter from a definition; instances no longer set it.

    Raises:
        EditError: There is no such parameter, or an expression inside still uses it.
    """
    group = group_of(network, id)
    _param_of(group, name)
    for node in group.graph.nodes.values():
        if name in names_used(node):
            raise EditError(f"{node.id} still uses {name}; give its parameters other values first")
    kept = tuple(param for param in group.params if param.name != name)
    network = with_group(network, replace(group, params=kept))
    return _each_instance(network, id, lambda node: _without_param(node, name))


def rename_group_param(network: Network, id: str, name: str, new: str) -> Network:
    """Give a parameter another name; expressions inside and settings of instances follow.

    Raises:
        EditError: There is no such parameter, or the new name is taken or cannot be one.
    """
    group = group_of(network, id)
    _param_of(group, name)
    if new == name:
        return network
    new_id(new, {param.name for param in group.params}, "parameter")
    params = tuple(replace(p, name=new) if p.name == name else p for p in group.params)
    nodes = {n: put_names_in_node(node, {name: new}) for n, node in group.graph.nodes.items()}
    graph = replace(group.graph, nodes=frozen(nodes))
    network = with_group(network, replace(group, params=params, graph=graph))
    return _each_instance(network, id, lambda node: _with_renamed(node, name, new))


def make_group(
    network: Network,
    nodes: Iterable[str],
    id: str = "",
    *,
    title: str = "",
    group: str = "",
) -> tuple[Network, str, str]:
    """Make a definition of some nodes, and put an instance of it in their place.

    Each output outside that feeds them becomes a port of the group, and so does each of theirs that
    is used outside. Names that their expressions use become parameters of the new group.

    Args:
        network: Where.
        nodes: The nodes.
        id: The id of the definition; empty for a new one.
        title: Its title.
        group: The definition the nodes lie in, or empty.

    Returns:
        The network, the id of the definition and the id of the instance.

    Raises:
        EditError: There are no nodes, one is a port or an input or output of the network, or a node
            that stays outside lies between them.
    """
    graph = graph_of(network, group)
    name = new_id(id, network.groups, "group") if id else minted("group", network.groups)
    outer = {p.name: p for p in group_of(network, group).params} if group else None
    selection = Selection(graph, nodes, outer)
    network = with_group(network, selection.definition(name, checked("title", text_value, title)))
    instance = selection.instance(name)
    return with_graph(network, group, selection.outside(instance)), name, instance.id


def expand_group(
    network: Network, instance: str, group: str = ""
) -> tuple[Network, tuple[str, ...]]:
    """Put the nodes of a definition in the place of an instance; the definition stays.

    Returns:
        The network and the ids of the nodes.

    Raises:
        EditError: The node is no instance, repeats, or is bypassed.
    """
    graph = graph_of(network, group)
    node = node_of(graph, instance)
    if not node.group:
        raise EditError(f"{instance} is not an instance of a group")
    expansion = Expansion(graph, node, group_of(network, node.group))
    return with_graph(network, group, expansion.graph()), expansion.ids


def _each_instance(network: Network, group: str, change: Callable[[Node], Node]) -> Network:
    for name, graph in list(network.graphs()):
        ours = instances(graph, group)
        if ours:
            nodes = {n: change(v) if n in ours else v for n, v in graph.nodes.items()}
            network = with_graph(network, name, replace(graph, nodes=frozen(nodes)))
    return network


def _param_of(group: Group, name: str) -> GroupParam:
    for param in group.params:
        if param.name == name:
            return param
    known = ", ".join(param.name for param in group.params) or "none"
    raise EditError(f"{group.id} has no parameter {name}; there are: {known}")


def _without_param(node: Node, name: str) -> Node:
    return replace(node, params=without(node.params, name)) if name in node.params else node


def _with_renamed(node: Node, name: str, new: str) -> Node:
    if name not in node.params:
        return node
    params: Mapping[str, Any] = {(new if k == name else k): v for k, v in node.params.items()}
    return replace(node, params=frozen(params))
