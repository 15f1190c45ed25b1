"""What the search box offers: layers, groups, the library, and ports that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from netbuilder.app.letters import letters
from netbuilder.app.library import Entry, Library, entries
from netbuilder.app.search import ranked
from netbuilder.app.theme import CATEGORY_COLOURS, GROUP_COLOUR, UNKNOWN_COLOUR
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.editor.canvas.ports import Loose, dot_of, fits, types_at, types_between
from netbuilder.graph.model import GROUP_PREFIX, Endpoint

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas
    from netbuilder.editor.tab import Tab
    from netbuilder.editor.workspace import Workspace

Kind = Literal["node", "group", "library", "port"]
HERE = "In this graph"


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be chosen.

    Attributes:
        kind: A node type, a group of the document, one of the library, or a port of the graph.
        id: Its id; of a port, the node's.
        title: What people see.
        category: Its section.
        sentence: What it does.
        colour: Its mark's.
        ports: The ports that a wire would take: the one it comes in by, and the one it goes out by.
        loose: The wire that a port that is there would end, where several could begin.
        also: What else people call it.
    """

    kind: Kind
    id: str
    title: str
    category: str
    sentence: str
    colour: str
    ports: tuple[str, str] = ("", "")
    loose: Loose | None = None
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What a search finds it by."""
        return self.title, self.id

    @property
    def key(self) -> str:
        """What stands for it where it is remembered."""
        return self.id if self.kind == "node" else f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Found:
    """An offer that fits what was typed, with the letters of its title that do."""

    offer: Offer
    places: tuple[int, ...] = ()


def everything(workspace: Workspace, tab: Tab) -> list[Offer]:
    """All that can be added to the graph that is shown."""
    library = Library(workspace.preferences.folder / "library")
    return [
        _offer(entry) for entry in entries(standard_catalogue(), tab.network, library, tab.group)
    ]


def for_wire(workspace: Workspace, tab: Tab, loose: Loose) -> list[Offer]:
    """All that fits at the end of a wire."""
    types = types_at(tab, loose)
    ports = {name: (port, "") if loose.is_output else ("", port) for name, port in types.items()}
    return _with_ports(everything(workspace, tab), ports)


def for_edge(workspace: Workspace, tab: Tab, edge: Endpoint) -> list[Offer]:
    """All that fits into an edge."""
    return _with_ports(everything(workspace, tab), types_between(tab, edge))


def ports_for(canvas: Canvas, loose: Loose, category: str = HERE) -> list[Offer]:
    """The ports of the graph that a wire may go to: free ones first, of them the nearest."""
    tab = canvas.tab
    here = canvas.card(loose.end.node)
    found = []
    for (node, port), reason in fits(tab, loose).items():
        dot, card = dot_of(canvas, node, port, loose.wants), canvas.card(node)
        source, target = loose.joined(Endpoint(node, port))
        there = tab.graph.edges.get(target)
        if reason or dot is None or card is None or there == source:
            continue
        far = abs(dot.x - here.x) + abs(dot.y - here.y) if here else 0.0
        several = len(card.ins if loose.is_output else card.outs) > 1
        title = f"{node}.{port}" if several else node
        sentence = f"Connects {source} to {target}."
        if there is not None:
            sentence = f"Connects {source} to {target}, instead of {there}."
        offer = Offer("port", node, title, category, sentence, dot.colour, (port, port), loose)
        found.append((there is not None, far, title, offer))
    return [offer for *_, offer in sorted(found, key=lambda item: item[:3])]


def search(offers: Iterable[Offer], typed: str, recent: Iterable[str] = ()) -> list[Found]:
    """Return what fits, the best first; with nothing typed all, what was used last first.

    Args:
        offers: What there is.
        typed: What was typed.
        recent: Ids that were chosen before, the last one first.
    """
    rows = list(offers)
    order = {name: index for index, name in enumerate(recent)}
    if not typed.strip():
        rows.sort(key=lambda offer: (offer.kind != "port", order.get(offer.key, len(order))))
        return [Found(offer) for offer in rows]
    titles = {offer.key: offer.title for offer in rows}
    used = [titles[name] for name in order if name in titles]
    return [Found(offer, letters(offer.title, typed)) for offer in ranked(rows, typed, used)]


def remembered(recent: Iterable[str], offer: Offer, most: int = 8) -> list[str]:
    """The ids that were chosen last, with one more."""
    key = offer.key
    return [key, *(name for name in recent if name != key)][:most]


def _offer(entry: Entry) -> Offer:
    colour = CATEGORY_COLOURS.get(entry.category, UNKNOWN_COLOUR)
    if entry.kind != "node":
        colour = GROUP_COLOUR
    return Offer(
        entry.kind,
        entry.id,
        entry.title,
        entry.category,
        entry.sentence,
        colour,
        also=entry.also,
    )


def _with_ports(offers: Iterable[Offer], ports: Mapping[str, tuple[str, str]]) -> list[Offer]:
    found = []
    for one in offers:
        name = GROUP_PREFIX + one.id if one.kind == "group" else one.id
        if one.kind != "library" and name in ports:
            found.append(replace(one, ports=ports[name]))
    return found
