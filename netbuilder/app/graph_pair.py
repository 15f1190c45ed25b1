"""The graphs of two runs beside each other: what is added, removed or changed, to be marked where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from netbuilder.app.project import known_fields
from netbuilder.app.session import Session
from netbuilder.app.unplaced import placed
from netbuilder.check.fields import Fields
from netbuilder.files.documents import load
from netbuilder.graph.delta import Delta, GraphDelta, delta
from netbuilder.graph.model import Endpoint, Network
from netbuilder.training.run import RunFolder

Mark = Literal["added", "removed", "changed"]
Trail = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """What differs in a graph.

    Attributes:
        nodes: By id; an instance of a group that differs inside is ``changed``.
        wires: By the input that they lead to.
    """

    nodes: Mapping[str, Mark] = field(default_factory=dict)
    wires: Mapping[Endpoint, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GraphSide:
    """One of two graphs.

    Attributes:
        session: The graph as a document that nobody edits, checked.
        marks: What differs, by the id of the definition; empty for the main graph.
        trails: The instances that lead to a definition, outermost first; of several the first.
    """

    session: Session
    marks: Mapping[str, Marks]
    trails: Mapping[str, Trail]


def graph_sides(first: RunFolder, second: RunFolder) -> tuple[GraphSide, GraphSide]:
    """Return the graphs of two runs with what differs.

    Raises:
        RunError: A folder holds no run, or a file of it cannot be read.
        FileError: A graph cannot be read.
    """
    sessions = _session(first), _session(second)
    marks = graph_marks(*(session.network for session in sessions))
    one, other = (
        GraphSide(session, mine, trails_of(session.network))
        for session, mine in zip(sessions, marks, strict=True)
    )
    return one, other


def graph_marks(first: Network, second: Network) -> tuple[dict[str, Marks], dict[str, Marks]]:
    """Return what differs between two networks, for each by the id of the definition.

    What only the first has is ``removed``, what only the second has is ``added``; a wire that comes from
    elsewhere is removed in the first and added in the second. Where nodes lie does not count.
    """
    different = delta(first, second)
    inside = _differing_groups(different, first, second)
    pair: tuple[dict[str, Marks], dict[str, Marks]] = {}, {}
    for name in {"", *first.groups, *second.groups}:
        part = different.graphs.get(name, GraphDelta())
        ends = part.connected | part.disconnected
        kinds: tuple[tuple[Network, frozenset[str], Mark], ...] = (
            (first, part.removed, "removed"),
            (second, part.added, "added"),
        )
        for found, (network, own, kind) in zip(pair, kinds, strict=True):
            if name and name not in network.groups:
                continue
            graph = network.graph_at(name)
            nodes: dict[str, Mark] = dict.fromkeys(own & graph.nodes.keys(), kind)
            for node in graph.nodes.values():
                if node.id in part.changed or node.group in inside:
                    nodes.setdefault(node.id, "changed")
            wires: dict[Endpoint, Mark] = {end: kind for end in ends if end in graph.edges}
            if nodes or wires:
                found[name] = Marks(nodes, wires)
    return pair


def trails_of(network: Network) -> dict[str, Trail]:
    """Return the instances that lead to each definition that is used, outermost first."""
    found: dict[str, Trail] = {"": ()}
    waiting = [""]
    while waiting:
        name = waiting.pop(0)
        for node in network.graph_at(name).nodes.values():
            if node.group in network.groups and node.group not in found:
                found[node.group] = (*found[name], node.id)
                waiting.append(node.group)
    return found


def _session(run: RunFolder) -> Session:
    run.require()
    network = placed(load(run.graph))
    known = known_fields(network, Path(run.data()["folder"]))
    advised = _checked(network, known)
    # Its advice was told when it was a document; here only what differs stands out.
    told = {one.code for one in advised.report.diagnostics if one.severity != "error"}
    return _checked(replace(network, ignore=tuple(sorted({*network.ignore, *told}))), known)


def _checked(network: Network, known: tuple[Fields | None, str]) -> Session:
    session = Session(network)
    session.set_fields(*known)
    assert session.report is not None  # made here, beside the main loop
    return session


def _differing_groups(different: Delta, first: Network, second: Network) -> set[str]:
    """The definitions that differ, or hold an instance of one that does."""
    found = set(different.changed_groups) | {
        name
        for name, part in different.graphs.items()
        if name
        and (part.added or part.removed or part.changed or part.connected or part.disconnected)
    }
    while True:
        around = {
            name
            for network in (first, second)
            for name, group in network.groups.items()
            if any(node.group in found for node in group.graph.nodes.values())
        }
        if around <= found:
            return found
        found |= around
