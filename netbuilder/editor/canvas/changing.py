"""Edits that the canvas needs and that are made of several; pure functions like all edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Network

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Positions:
    """Where cards lie, by id.

    Attributes:
        nodes: Of nodes.
        frames: Of frames.
        notes: Of notes.
    """

    nodes: Mapping[str, Point] = field(default_factory=dict)
    frames: Mapping[str, Point] = field(default_factory=dict)
    notes: Mapping[str, Point] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.nodes or self.frames or self.notes)

    def __len__(self) -> int:
        return len(self.nodes) + len(self.frames) + len(self.notes)

    def by(self, dx: float, dy: float) -> Positions:
        """The same, moved."""
        return Positions(
            {name: (x + dx, y + dy) for name, (x, y) in self.nodes.items()},
            {name: (x + dx, y + dy) for name, (x, y) in self.frames.items()},
            {name: (x + dx, y + dy) for name, (x, y) in self.notes.items()},
        )


def moved(network: Network, places: Positions, group: str) -> Network:
    """Put nodes, frames and notes to places.

    Raises:
        EditError: One of them does not exist.
    """
    if places.nodes:
        network = edits.move_nodes(network, places.nodes, group)
    for name, position in places.frames.items():
        network = edits.set_frame(network, name, group, position=position)
    for name, position in places.notes.items():
        network = edits.set_note(network, name, group, position=position)
    return network


def disconnected(network: Network, targets: Iterable[Endpoint], group: str) -> Network:
    """Remove the edges into some inputs."""
    for target in targets:
        network = edits.disconnect(network, target, group)
    return network


def without_cards(
    network: Network, frames: Iterable[str], notes: Iterable[str], group: str
) -> Network:
    """Remove frames and notes.

    Raises:
        EditError: One of them does not exist.
    """
    for name in frames:
        network = edits.remove_frame(network, name, group)
    for name in notes:
        network = edits.remove_note(network, name, group)
    return network


def rewired(
    network: Network,
    source: Endpoint,
    target: Endpoint,
    group: str,
    *,
    instead: Endpoint | None = None,
) -> Network:
    """Connect an output to an input; the edge into ``instead`` is taken off first.

    Raises:
        EditError: A node does not exist.
    """
    if instead is not None and instead != target:
        network = edits.disconnect(network, instead, group)
    return edits.connect(network, source, target, group)


def spliced(
    network: Network, target: Endpoint, node: str, ports: tuple[str, str], group: str
) -> Network:
    """Put a node that is there into the edge that leads to an input.

    Raises:
        EditError: A node does not exist.
    """
    source = network.graph_at(group).edges.get(target)
    if source is None:
        raise edits.EditError(f"no edge leads to {target}, so nothing can be put into it")
    network = edits.connect(network, source, Endpoint(node, ports[0]), group)
    return edits.connect(network, Endpoint(node, ports[1]), target, group)
