"""Edits of frames and notes, which lie on the canvas and mean nothing to the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from netbuilder.graph.from_plain import pair_value
from netbuilder.graph.model import Frame, Network, Note
from netbuilder.graph.ordering import with_name, without
from netbuilder.graph.values import text_value
from netbuilder.graph.working import EditError, checked, graph_of, minted, new_id, with_graph

_READERS: Mapping[str, Callable[[Any], Any]] = {
    "title": text_value,
    "text": text_value,
    "colour": text_value,
    "position": pair_value,
    "size": pair_value,
}


def add_frame(
    network: Network,
    title: str = "",
    *,
    position: tuple[float, float] = (0.0, 0.0),
    size: tuple[float, float] = (240.0, 160.0),
    colour: str = "",
    id: str = "",
    group: str = "",
) -> tuple[Network, str]:
    """Add a frame; return the network and the frame's id.

    Raises:
        EditError: The id is taken or cannot be one, or a value is of the wrong kind.
    """
    graph = graph_of(network, group)
    name = new_id(id, graph.frames, "frame") if id else minted("frame", graph.frames)
    values = _values("frame", title=title, position=position, size=size, colour=colour)
    frames = with_name(graph.frames, name, Frame(name, **values))
    return with_graph(network, group, replace(graph, frames=frames)), name


def set_frame(network: Network, id: str, group: str = "", **values: Any) -> Network:
    """Change a frame's ``title``, ``position``, ``size`` or ``colour``.

    Raises:
        EditError: There is no such frame, or a value is of the wrong kind.
    """
    graph = graph_of(network, group)
    if id not in graph.frames:
        raise EditError(f"there is no frame {id}")
    old = graph.frames[id]
    new = replace(old, **_values("frame", **values))
    if new == old:
        return network
    return with_graph(network, group, replace(graph, frames=with_name(graph.frames, id, new)))


def remove_frame(network: Network, id: str, group: str = "") -> Network:
    """Remove a frame; the nodes in it stay.

    Raises:
        EditError: There is no such frame.
    """
    graph = graph_of(network, group)
    if id not in graph.frames:
        raise EditError(f"there is no frame {id}")
    return with_graph(network, group, replace(graph, frames=without(graph.frames, id)))


def add_note(
    network: Network,
    text: str = "",
    *,
    position: tuple[float, float] = (0.0, 0.0),
    size: tuple[float, float] = (200.0, 80.0),
    colour: str = "",
    id: str = "",
    group: str = "",
) -> tuple[Network, str]:
    """Add a note; return the network and the note's id.

    Raises:
        EditError: The id is taken or cannot be one, or a value is of the wrong kind.
    """
    graph = graph_of(network, group)
    name = new_id(id, graph.notes, "note") if id else minted("note", graph.notes)
    values = _values("note", text=text, position=position, size=size, colour=colour)
    notes = with_name(graph.notes, name, Note(name, **values))
    return with_graph(network, group, replace(graph, notes=notes)), name


def set_note(network: Network, id: str, group: str = "", **values: Any) -> Network:
    """Change a note's ``text``, ``position``, ``size`` or ``colour``.

    Raises:
        EditError: There is no such note, or a value is of the wrong kind.
    """
    graph = graph_of(network, group)
    if id not in graph.notes:
        raise EditError(f"there is no note {id}")
    old = graph.notes[id]
    new = replace(old, **_values("note", **values))
    if new == old:
        return network
    return with_graph(network, group, replace(graph, notes=with_name(graph.notes, id, new)))


def remove_note(network: Network, id: str, group: str = "") -> Network:
    """Remove a note.

    Raises:
        EditError: There is no such note.
    """
    graph = graph_of(network, group)
    if id not in graph.notes:
        raise EditError(f"there is no note {id}")
    return with_graph(network, group, replace(graph, notes=without(graph.notes, id)))


def _values(what: str, **values: Any) -> dict[str, Any]:
    known = {"position", "size", "colour", "title" if what == "frame" else "text"}
    for name in values:
        if name not in known:
            raise EditError(f"a {what} has no {name}; it has: {', '.join(sorted(known))}")
    return {name: checked(name, _READERS[name], value) for name, value in values.items()}
