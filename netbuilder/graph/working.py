"""What edits are made of: finding things, refusing in a sentence, putting changed parts back."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from netbuilder.graph.limits import MAX_TEXT
from netbuilder.graph.model import Endpoint, Graph, Group, Network, Node, frozen, is_identifier
from netbuilder.graph.ordering import with_name
from netbuilder.graph.values import FormatError, shown
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.node_api.expressions import Expression

T = TypeVar("T")

GROUP_INPUT = "group_input"
GROUP_OUTPUT = "group_output"
# Ports of these nodes, where nothing else is known of node types here.
INPUT_PORT = "input"
OUTPUT_PORT = "output"

_PORT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
_NAME = re.compile(r"(?<![A-Za-z0-9_.])[A-Za-z_][A-Za-z0-9_]*")
_FAR = 1e300
_FUNCTIONS = frozenset({"min", "max"})


class EditError(NetBuilderError, ValueError):
    """An edit that cannot be done; the text is a sentence for the user."""


def graph_of(network: Network, group: str) -> Graph:
    """Return the graph of a definition, or the main graph for an empty name."""
    return group_of(network, group).graph if group else network.graph


def group_of(network: Network, group: str) -> Group:
    """Return a definition."""
    found = network.groups.get(group)
    if found is None:
        raise EditError(f"there is no group {group}; there are: {_listed(network.groups)}")
    return found


def node_of(graph: Graph, name: str) -> Node:
    """Return a node of a graph."""
    found = graph.nodes.get(name)
    if found is None:
        raise EditError(f"there is no node {name}; there are: {_listed(graph.nodes)}")
    return found


def nodes_of(graph: Graph, names: Iterable[str]) -> dict[str, Node]:
    """Return nodes of a graph, each once, in the graph's order."""
    wanted = {name: node_of(graph, name) for name in names}
    return wanted if len(wanted) < 2 else {n: v for n, v in graph.nodes.items() if n in wanted}


def with_graph(network: Network, group: str, graph: Graph) -> Network:
    """Return the network with another graph in the place of one."""
    if not group:
        return network if graph is network.graph else replace(network, graph=graph)
    found = group_of(network, group)
    return network if graph is found.graph else with_group(network, replace(found, graph=graph))


def with_group(network: Network, group: Group) -> Network:
    """Return the network with a new, or another, definition."""
    return replace(network, groups=with_name(network.groups, group.id, group))


def endpoint(value: Endpoint | str) -> Endpoint:
    """Return an endpoint; as text it is ``node.port``."""
    if isinstance(value, str):
        node, _, port = value.partition(".")
        value = Endpoint(node, port)
    if not _PORT.match(value.port):
        raise EditError(f"{shown(str(value))} is not a port, but node.port was expected")
    return value


def minted(stem: str, taken: Container[str]) -> str:
    """Return a free id: the stem, without a number it ends in, with the first free one behind it."""
    stem = re.sub(r"[^A-Za-z0-9_]+", "_", stem).lstrip("0123456789_")
    stem = re.sub(r"_[0-9]+\Z", "", stem[:50]).rstrip("_") or "node"
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def free(name: str, taken: Container[str]) -> str:
    """Return ``name`` where it is free, otherwise a free one of the same stem."""
    return name if name not in taken else minted(name, taken)


def new_id(name: str, taken: Container[str], what: str) -> str:
    """Return a wanted id, once it is certain that it can be one and is free."""
    if not isinstance(name, str) or not is_identifier(name):
        raise EditError(
            f"{shown(name)} cannot name a {what}; take up to 64 letters, digits and _, a letter first, and no word that Python or torch needs itself"
        )
    if name in taken:
        raise EditError(f"there is a {what} {name} already; take another name")
    return name


def checked(what: str, read: Callable[[Any], T], value: Any) -> T:
    """Return a value in its normal form, or refuse it by name."""
    try:
        return read(value)
    except FormatError as error:
        raise EditError(str(error.inside(what))) from None


def names_in(value: Any) -> set[str]:
    """The names that the expressions in a parameter's value ask for, well-formed or not."""
    if isinstance(value, Expression):
        return set(_NAME.findall(value.text)) - _FUNCTIONS
    if isinstance(value, list | tuple):
        return set().union(*map(names_in, value))
    return set()


def names_used(node: Node) -> set[str]:
    """The names that the expressions of a node ask for."""
    return names_in([*node.params.values(), node.repeat])


def put_names(value: Any, texts: Mapping[str, str]) -> Any:
    """Return a parameter's value with names in its expressions replaced by other text."""
    if isinstance(value, Expression):
        text = _NAME.sub(lambda found: texts.get(found[0], found[0]), value.text)
        if len(text) > MAX_TEXT:
            raise EditError(
                f"a formula would have {len(text):,} characters, but at most {MAX_TEXT:,} are allowed"
            )
        return Expression(text)
    if isinstance(value, list | tuple):
        return [put_names(item, texts) for item in value]
    return value


def put_names_in_node(node: Node, texts: Mapping[str, str]) -> Node:
    """Return a node with names in its expressions replaced by other text."""
    if not names_used(node) & texts.keys():
        return node
    params = {name: put_names(value, texts) for name, value in node.params.items()}
    return replace(node, params=frozen(params), repeat=put_names(node.repeat, texts))


def shifted(position: tuple[float, float], shift: tuple[float, float]) -> tuple[float, float]:
    """Return a position moved by a shift; far out it stays a finite number."""
    x, y = (max(-_FAR, min(_FAR, a + b)) for a, b in zip(position, shift, strict=True))
    return x, y


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    more = f" and {len(known) - 8} more" if len(known) > 8 else ""
    return (", ".join(known[:8]) + more) or "none"
