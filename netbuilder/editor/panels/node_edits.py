"""Edits of a node's parameters that go by its declared type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.editor.widgets.reading import is_default
from netbuilder.graph import edits
from netbuilder.graph.model import Group, GroupParam, Network, Node
from netbuilder.graph.working import graph_of, node_of
from netbuilder.node_api.params import Float, Int, Param, plain

_NOTHING: Mapping[str, Param[Any]] = {}


def params_of(node: Node, network: Network, catalogue: Catalogue) -> Mapping[str, Param[Any]]:
    """Return the declared parameters of a node; none where its type or group is not known."""
    if node.group:
        group = network.groups.get(node.group)
        return group_params(group) if group else _NOTHING
    node_type = catalogue.get(node.type)
    return node_type.params if node_type else _NOTHING


def group_params(group: Group) -> dict[str, Param[Any]]:
    """Return the parameters of a group, declared like those of a node type."""
    return {param.name: declared(param) for param in group.params}


def declared(param: GroupParam) -> Param[Any]:
    """Return a group's parameter as a declared one."""
    made: Param[Any]
    if isinstance(param.default, int):
        low = None if param.min is None else int(param.min)
        high = None if param.max is None else int(param.max)
        made = Int(param.default, min=low, max=high, doc=param.doc)
    else:
        made = Float(param.default, min=param.min, max=param.max, doc=param.doc)
    made.name = param.name
    return made


def with_param(
    network: Network,
    nodes: Iterable[str],
    name: str,
    value: Any,
    group: str,
    catalogue: Catalogue,
) -> Network:
    """Return a network in which some nodes have a parameter.

    A value that says the same as the default is taken out of the document. A node that was written
    for an older version of its type is brought to the present one.

    Args:
        network: Where.
        nodes: The nodes.
        name: The parameter.
        value: What a form gives, or ``edits.DEFAULT``.
        group: The definition they lie in, or empty.
        catalogue: The node types.

    Raises:
        EditError: A node is not there any more.
    """
    written: dict[str, dict[str, Any]] = {}
    for node_id in nodes:
        node = node_of(graph_of(network, group), node_id)
        new = catalogue.upgrade(node)
        if new is not node:
            network = edits.set_type(
                network, node_id, new.type, dict(new.params), new.version, group
            )
        param = params_of(node, network, catalogue).get(name)
        same = value is edits.DEFAULT or (param is not None and is_default(param, value))
        written[node_id] = {name: edits.DEFAULT if same else plain(value)}
    return edits.set_params_of(network, written, group)
