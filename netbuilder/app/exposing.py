"""Letting instances of a group set a parameter of a node inside, and taking that back."""

from __future__ import annotations

from typing import Any

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.graph import edits
from netbuilder.graph.model import REPEAT_INDEX, Group, GroupParam, Network, Node, is_identifier
from netbuilder.graph.working import EditError, group_of, names_used, node_of
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.params import Float, Int, Number, Param, Sizes

REPEAT = "repeat"


def can_be_exposed(param: Param[Any] | GroupParam) -> bool:
    """Whether a parameter holds a number that a group's parameter can stand for."""
    return isinstance(param, Int | Float | Sizes | GroupParam)


def exposed_as(node: Node, param: str) -> str:
    """Return the group's parameter that a node's parameter simply is; empty where it is none."""
    value = node.repeat if param == REPEAT else node.params.get(param)
    if not isinstance(value, Expression):
        return ""
    text = value.text.strip()
    return text if is_identifier(text) and text != REPEAT_INDEX else ""


def expose(
    network: Network, catalogue: Catalogue, group: str, node: str, param: str, name: str = ""
) -> tuple[Network, str]:
    """Make a parameter of a node inside a group one of the group; its value becomes the default.

    Args:
        network: Where.
        catalogue: The node types.
        group: The group.
        node: The node inside.
        param: The parameter, or ``repeat`` of an instance of another group.
        name: What the group calls it: a new name, or a parameter it has already, which then sets this
            one too. Empty for the same name where that is free.

    Returns:
        The network and the name of the group's parameter.

    Raises:
        EditError: There is no such parameter, it holds no number, or it is arithmetic already.
    """
    definition = group_of(network, group)
    inner = node_of(definition.graph, node)
    declared = _declared(network, catalogue, inner, param)
    value = _number(inner, param, declared)
    known = {one.name for one in definition.params}
    if name not in known:
        name = name or _free_name(definition, node, param)
        network = edits.set_group_param(network, group, _group_param(name, value, declared))
    return _with_value(network, group, node, param, Expression(name)), name


def conceal(network: Network, catalogue: Catalogue, group: str, node: str, param: str) -> Network:
    """Take back that instances set a parameter: inside it has the default of the group's parameter.

    The group's parameter goes too, unless something else inside still uses it.

    Raises:
        EditError: It is not a parameter of the group.
    """
    definition = group_of(network, group)
    inner = node_of(definition.graph, node)
    name = exposed_as(inner, param)
    found = next((one for one in definition.params if one.name == name), None)
    if found is None:
        raise EditError(f"{param} of {node} is not set by a parameter of {group}")
    declared = _declared(network, catalogue, inner, param)
    default = edits.DEFAULT if _is_default(declared, found.default) else found.default
    network = _with_value(network, group, node, param, default)
    used = (names_used(one) for one in group_of(network, group).graph.nodes.values())
    return (
        network
        if any(name in names for names in used)
        else edits.remove_group_param(network, group, name)
    )


def _declared(
    network: Network, catalogue: Catalogue, node: Node, param: str
) -> Param[Any] | GroupParam:
    if param == REPEAT and node.group:
        return GroupParam(REPEAT, 1, min=1, max=1000, doc="How often it stands in a row.")
    if node.group:
        params = {one.name: one for one in group_of(network, node.group).params}
        found: Param[Any] | GroupParam | None = params.get(param)
    else:
        node_type = catalogue.get(node.type)
        found = node_type.params.get(param) if node_type else None
    if found is None:
        raise EditError(f"{node.id} has no parameter {param}")
    if not can_be_exposed(found):
        raise EditError(f"{param} of {node.id} holds no number, so a group cannot set it")
    return found


def _number(node: Node, param: str, declared: Param[Any] | GroupParam) -> int | float:
    """The number a parameter has now."""
    value: Any = node.repeat if param == REPEAT else node.params.get(param, declared.default)
    if isinstance(value, Expression) or (
        isinstance(value, list | tuple) and any(isinstance(item, Expression) for item in value)
    ):
        raise EditError(f"{param} of {node.id} is arithmetic already; give it a number first")
    if isinstance(value, list | tuple) and len(set(value)) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EditError(
            f"{param} of {node.id} is {value!r}, but a group sets one number; give it one first"
        )
    return float(value) if isinstance(declared, Float) else value


def _group_param(name: str, value: float, declared: Param[Any] | GroupParam) -> GroupParam:
    low = declared.min if isinstance(declared, Number | GroupParam) else None
    high = declared.max if isinstance(declared, Number | GroupParam) else None
    return GroupParam(name, value, low, high, declared.doc)


def _free_name(group: Group, node: str, param: str) -> str:
    taken = {one.name for one in group.params}
    for name in (param, f"{node}_{param}"):
        if name not in taken and is_identifier(name):
            return name
    number = 2
    stem = f"{node}_{param}"[:60]
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _is_default(declared: Param[Any] | GroupParam, value: float) -> bool:
    default = declared.default
    if isinstance(default, tuple):
        return bool(default) and all(item == value for item in default)
    return bool(default == value)


def _with_value(network: Network, group: str, node: str, param: str, value: Any) -> Network:
    if param == REPEAT:
        repeat = 1 if value is edits.DEFAULT else value
        return edits.set_flags(network, [node], repeat=repeat, group=group)
    return edits.set_param(network, node, param, value, group)
