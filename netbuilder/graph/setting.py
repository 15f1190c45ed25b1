"""Edits that set what a node has: its parameters, its flags, its note; of one node or of many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from netbuilder.graph.delta import alike
from netbuilder.graph.from_plain import factor_value, flag_value, repeat_value, shares_value
from netbuilder.graph.limits import MAX_PARAMS
from netbuilder.graph.model import Network, Node, frozen
from netbuilder.graph.ordering import copied
from netbuilder.graph.values import param_value, text_value
from netbuilder.graph.working import EditError, checked, graph_of, node_of, nodes_of, with_graph
from netbuilder.node_api.expressions import Expression


class _Default:
    """The mark for a parameter that goes back to its default."""

    def __repr__(self) -> str:
        return "DEFAULT"


DEFAULT: Final = _Default()


def set_param(
    network: Network, id: str, name: str, value: Any = DEFAULT, group: str = ""
) -> Network:
    """Set a parameter of a node; ``DEFAULT``, or no value, takes it back to its default.

    Args:
        network: Where.
        id: The node.
        name: The parameter.
        value: A plain value or an Expression. None is a value: some parameters may be nothing.
        group: The definition, or empty.

    Raises:
        EditError: There is no such node, or the value is not plain.
    """
    return set_params(network, id, {name: value}, group)


def set_params(network: Network, id: str, values: Mapping[str, Any], group: str = "") -> Network:
    """Set several parameters of a node at once, as ``set_param`` does one."""
    return set_params_of(network, {id: values}, group)


def set_params_of(
    network: Network, values: Mapping[str, Mapping[str, Any]], group: str = ""
) -> Network:
    """Set parameters of several nodes at once, which is much quicker than one after the other.

    Args:
        network: Where.
        values: By node, what to set, as for ``set_params``.
        group: The definition, or empty.

    Raises:
        EditError: There is no such node, or a value is not plain.
    """
    graph = graph_of(network, group)
    found = {id: {"params": _params(node_of(graph, id), new)} for id, new in values.items()}
    return with_values(network, found, group)


def set_flags(
    network: Network,
    ids: Iterable[str],
    *,
    bypass: bool | None = None,
    frozen: bool | None = None,
    shared: bool | None = None,
    repeat: int | Expression | None = None,
    note: str | None = None,
    shares: str | None = None,
    lr_factor: float | None = None,
    group: str = "",
) -> Network:
    """Set what every node has beside its parameters; None leaves it as it is.

    Raises:
        EditError: There is no such node, or a value is of the wrong kind.
    """
    wanted: list[tuple[str, Callable[[Any], Any], Any]] = [
        ("bypass", flag_value, bypass),
        ("frozen", flag_value, frozen),
        ("shared", flag_value, shared),
        ("repeat", repeat_value, repeat),
        ("note", text_value, note),
        ("shares", shares_value, shares),
        ("lr_factor", factor_value, lr_factor),
    ]
    values = {name: checked(name, read, value) for name, read, value in wanted if value is not None}
    graph = graph_of(network, group)
    return with_values(network, dict.fromkeys(nodes_of(graph, ids), values), group)


def with_values(
    network: Network, values: Mapping[str, Mapping[str, Any]], group: str = ""
) -> Network:
    """Return the network in which nodes have other values of their fields, which are not checked.

    Args:
        network: Where.
        values: By node, the fields and their values.
        group: The definition, or empty.
    """
    graph = graph_of(network, group)
    others: dict[str, Node] = {}
    for id, fields in values.items():
        node = graph.nodes[id]
        if not all(alike(getattr(node, name), value) for name, value in fields.items()):
            others[id] = replace(node, **fields)
    if not others:
        return network
    nodes = copied(graph.nodes)
    nodes.update(others)  # no id is new, so the order stays
    return with_graph(network, group, replace(graph, nodes=frozen(nodes)))


def _params(node: Node, values: Mapping[str, Any]) -> Mapping[str, Any]:
    params = copied(node.params)
    for name, value in values.items():
        if value is DEFAULT:
            params.pop(name, None)
        else:
            key = checked("the name of a parameter", text_value, name)
            params[key] = checked(f"{node.id}.{key}", param_value, value)
    if len(params) > MAX_PARAMS:
        raise EditError(
            f"{node.id} would set {len(params)} parameters, but at most {MAX_PARAMS} are allowed"
        )
    return frozen(params)
