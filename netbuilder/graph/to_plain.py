"""Networks as plain JSON data, in the canonical order; only what differs from the defaults.

Keys the program knows come first, in a fixed order; those it does not know follow as they came. Keys
of parameters, data settings and recipe are sorted. New keys of a later version belong behind the
known ones, so that an older program writes them back in the same place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.graph.model import (
    Endpoint,
    Frame,
    Graph,
    Group,
    GroupParam,
    Network,
    Node,
    Note,
)
from netbuilder.graph.ordering import by_name, by_target
from netbuilder.graph.values import EXPRESSION_KEY
from netbuilder.node_api.expressions import Expression

Plain = dict[str, Any]

ARROW = " -> "
_EXACT = 2**53
_SIMPLE = frozenset({int, float, bool, str, type(None)})


def network_to_plain(network: Network) -> Plain:
    """Return everything a file holds but the version of the schema."""
    plain: Plain = {}
    _put(plain, "title", network.title)
    _put(plain, "description", network.description)
    _put(plain, "data", sorted_plain(network.data))
    _put(plain, "recipe", sorted_plain(network.recipe))
    _put(plain, "graph", graph_to_plain(network.graph))
    _put(plain, "groups", [group_to_plain(g) for g in by_name(network.groups).values()])
    _put(plain, "ignore", sorted(network.ignore))
    _put(plain, "custom_nodes", sorted_plain(network.custom_nodes))
    return _with_extra(plain, network.extra)


def graph_to_plain(graph: Graph) -> Plain:
    """Return a graph: lists of nodes, edges, frames and notes."""
    plain: Plain = {}
    _put(plain, "nodes", [node_to_plain(n) for n in by_name(graph.nodes).values()])
    _put(plain, "edges", [edge_to_plain(t, s) for t, s in by_target(graph.edges).items()])
    _put(plain, "frames", [card_to_plain(f) for f in by_name(graph.frames).values()])
    _put(plain, "notes", [card_to_plain(n) for n in by_name(graph.notes).values()])
    return _with_extra(plain, graph.extra)


def node_to_plain(node: Node) -> Plain:
    """Return a node."""
    plain: Plain = {"id": node.id, "type": node.type}
    if node.version != 1:
        plain["version"] = node.version
    if node.position != (0, 0):
        plain["position"] = [_short(side) for side in node.position]
    if node.params:
        plain["params"] = sorted_plain(node.params)
    if node.repeat != 1:
        plain["repeat"] = sorted_plain(node.repeat)
    _put(plain, "shared", node.shared)
    _put(plain, "bypass", node.bypass)
    _put(plain, "frozen", node.frozen)
    _put(plain, "note", node.note)
    _put(plain, "ignore", sorted(node.ignore))
    _put(plain, "shares", node.shares)
    if node.lr_factor != 1:
        plain["lr_factor"] = _short(node.lr_factor)
    return _with_extra(plain, node.extra)


def edge_to_plain(target: Endpoint, source: Endpoint) -> str:
    """Return an edge in one line: ``conv_1.output -> relu_1.input``."""
    return f"{source.node}.{source.port}{ARROW}{target.node}.{target.port}"


def card_to_plain(card: Frame | Note) -> Plain:
    """Return a frame or a note."""
    plain: Plain = {"id": card.id}
    if isinstance(card, Frame):
        _put(plain, "title", card.title)
    else:
        _put(plain, "text", card.text)
    if card.position != (0, 0):
        plain["position"] = [_short(side) for side in card.position]
    plain["size"] = [_short(side) for side in card.size]
    _put(plain, "colour", card.colour)
    return _with_extra(plain, card.extra)


def group_to_plain(group: Group) -> Plain:
    """Return a definition with its parameters and its graph."""
    plain: Plain = {"id": group.id}
    _put(plain, "title", group.title)
    _put(plain, "doc", group.doc)
    _put(plain, "params", [group_param_to_plain(param) for param in group.params])
    _put(plain, "graph", graph_to_plain(group.graph))
    return _with_extra(plain, group.extra)


def group_param_to_plain(param: GroupParam) -> Plain:
    """Return a parameter of a definition."""
    plain: Plain = {"name": param.name, "default": param.default}
    for key, limit in (("min", param.min), ("max", param.max)):
        if limit is not None:
            plain[key] = limit
    _put(plain, "doc", param.doc)
    return _with_extra(plain, param.extra)


def sorted_plain(value: Any) -> Any:
    """Return plain data with every object's keys sorted and expressions as ``{"=": text}``."""
    if type(value) in _SIMPLE:
        return value
    if isinstance(value, Expression):
        return {EXPRESSION_KEY: value.text}
    if isinstance(value, Mapping):
        return {key: sorted_plain(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [sorted_plain(item) for item in value]
    return value


def _put(plain: Plain, key: str, value: Any) -> None:
    """Write a value unless it is empty, which is the default."""
    if value:
        plain[key] = value


def _with_extra(plain: Plain, extra: Mapping[str, Any]) -> Plain:
    for key, value in extra.items():
        plain.setdefault(key, value)
    return plain


def _short(number: float) -> float:
    """A number without ``.0`` behind it, where it is whole and stays exact."""
    whole = abs(number) < _EXACT and float(number).is_integer()
    return int(number) if whole else number
