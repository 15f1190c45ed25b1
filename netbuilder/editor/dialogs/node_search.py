"""Finding nodes in a whole document by name, type, remark or the value of a parameter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from netbuilder.app.card_text import sizes_text
from netbuilder.app.letters import letters
from netbuilder.app.search import ranked
from netbuilder.app.theme import CATEGORY_COLOURS, GROUP_COLOUR, UNKNOWN_COLOUR
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.graph.model import Network, Node
from netbuilder.node_api.expressions import Expression

_MOST = 200


@dataclass(frozen=True, slots=True)
class FoundNode:
    """A node that fits.

    Attributes:
        path: How the editor reaches it: ``conv_1``, or ``block_1/conv_1``.
        name: Its id.
        type: What its type is called.
        values: What is set about it, as text.
        place: Where it lies: the groups around it; empty in the main graph.
        colour: Its category's.
        also: The values by themselves and its remark, for the search.
        places: The letters of its name that were typed.
    """

    path: str
    name: str
    type: str
    values: str
    place: str
    colour: str
    also: tuple[str, ...] = ()
    places: tuple[int, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What the search finds it by first."""
        return self.name, self.type

    @property
    def category(self) -> str:
        """The groups around it."""
        return self.place

    @property
    def sentence(self) -> str:
        """What is set about it."""
        return self.values


def found_nodes(network: Network, typed: str) -> list[FoundNode]:
    """Return the nodes that fit, the best first; a group's nodes are named once.

    Args:
        network: The document.
        typed: Words; each has to fit somewhere. Empty for all nodes.
    """
    found = [_entry(network, path, place, node) for path, place, node in _all(network)]
    return [replace(one, places=letters(one.name, typed)) for one in ranked(found, typed)[:_MOST]]


def values_text(node: Node) -> str:
    """Return what is set about a node, as ``out_channels 32, kernel_size 3x3``."""
    return ", ".join(f"{name} {_said(value)}" for name, value in node.params.items())


def _all(network: Network) -> Iterator[tuple[str, str, Node]]:
    """Every node with its path and the titles of the groups around it, outermost graph first."""
    waiting = [("", "", "")]
    seen: set[str] = set()
    while waiting:
        group, path, place = waiting.pop(0)
        for node in network.graph_at(group).nodes.values():
            yield path + node.id, place, node
            inside = node.group
            if inside in network.groups and inside not in seen:
                seen.add(inside)
                title = network.groups[inside].title or inside
                around = f"{place} \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} " if place else ""
                waiting.append((inside, f"{path}{node.id}/", around + title))


def _kind(network: Network, node: Node) -> tuple[str, str]:
    if node.group:
        group = network.groups.get(node.group)
        return (group.title if group else "") or node.group, GROUP_COLOUR
    kind = standard_catalogue().get(node.type)
    if kind is None:
        return node.type, UNKNOWN_COLOUR
    return kind.title, CATEGORY_COLOURS.get(kind.category, UNKNOWN_COLOUR)


def _said(value: Any) -> str:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, list | tuple):
        return sizes_text(tuple(value))
    return (
        {True: "on", False: "off"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )


def _entry(network: Network, path: str, place: str, node: Node) -> FoundNode:
    title, colour = _kind(network, node)
    values = [_said(value) for value in node.params.values()]
    pairs = [f"{name} {_said(value)}" for name, value in node.params.items()]
    plain = [text.replace("\N{MULTIPLICATION SIGN}", "x") for text in (*values, *pairs)]
    also = (*plain, *([node.note] if node.note else []))
    return FoundNode(path, node.id, title, values_text(node), place, colour, also)
