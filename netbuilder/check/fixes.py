"""Edits that mend what the check finds; each one is a pure function of the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from netbuilder.check.diagnostics import Fix
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Network

# How far a new node lies from the one before it, in px.
_STEP = 240.0


def set_params(group: str, node: str, values: Mapping[str, Any], title: str = "") -> Fix:
    """Return the fix that sets parameters of a node."""
    said = " and ".join(f"{name} to {_text(value)}" for name, value in values.items())
    return Fix(
        title or f"set {said}", lambda n: edits.set_params(n, node, values, group), group=group
    )


def set_recipe(values: Mapping[str, Any], title: str) -> Fix:
    """Return the fix that sets values of the training recipe; a guess."""
    return Fix(title, lambda n: edits.set_recipe(n, {**n.recipe, **values}), safe=False)


def drop_param(group: str, node: str, name: str, title: str = "") -> Fix:
    """Return the fix that removes a parameter, so that its default holds."""
    return Fix(
        title or f"remove {name}",
        lambda n: edits.set_param(n, node, name, group=group),
        group=group,
    )


def set_flag(group: str, node: str, title: str, **values: Any) -> Fix:
    """Return the fix that sets a node's ``bypass``, ``shared`` or ``repeat``."""
    return Fix(title, lambda n: edits.set_flags(n, [node], group=group, **values), group=group)


def share_weights(group: str, node: str, source: str, title: str) -> Fix:
    """Return the fix that lets a node use the weights of another; of none with an empty source."""
    return Fix(title, lambda n: edits.share_weights(n, node, source, group), group=group)


def disconnect(group: str, target: Endpoint, title: str = "remove the edge") -> Fix:
    """Return the fix that removes the edge into an input."""
    return Fix(title, lambda n: edits.disconnect(n, target, group), safe=False, group=group)


def connect(
    group: str, source: Endpoint, target: Endpoint, title: str = "", *, safe: bool = False
) -> Fix:
    """Return the fix that connects two ports; a guess unless it is said to be safe."""
    return Fix(
        title or f"connect {source} to {target}",
        lambda n: edits.connect(n, source, target, group),
        safe,
        group,
    )


def remove_nodes(group: str, names: Iterable[str], title: str) -> Fix:
    """Return the fix that removes nodes with their edges."""
    gone = tuple(names)
    return Fix(title, lambda n: edits.remove_nodes(n, gone, group), safe=False, group=group)


def take_out(group: str, name: str, ports: tuple[str, str], title: str) -> Fix:
    """Return the fix that removes a node and lets what came into it go where its output went."""
    return Fix(title, lambda n: edits.dissolve(n, name, *ports, group), group=group)


def insert_before(
    group: str, target: Endpoint, node_type: str, version: int, title: str, *, safe: bool = True
) -> Fix:
    """Return the fix that puts a new node with ``input`` and ``output`` on the edge into an input."""
    return Fix(
        title,
        lambda n: edits.insert_on_edge(n, target, node_type, version=version, group=group)[0],
        safe,
        group,
    )


def insert_chain(
    group: str,
    target: Endpoint,
    added: Sequence[tuple[str, Mapping[str, Any], int]],
    title: str,
    *,
    safe: bool = False,
) -> Fix:
    """Return the fix that puts several new nodes, types with parameters and version, on an edge in order."""

    def edit(network: Network) -> Network:
        for node_type, params, version in added:
            network, _ = edits.insert_on_edge(
                network, target, node_type, params=params, version=version, group=group
            )
        return network

    return Fix(title, edit, safe, group)


def set_type(group: str, node: str, node_type: str, version: int, title: str) -> Fix:
    """Return the fix that makes a node one of another type; its parameters and edges stay."""
    return Fix(
        title,
        lambda n: edits.set_type(n, node, node_type, version=version, group=group),
        group=group,
    )


def move_behind(group: str, ends: tuple[Endpoint, Endpoint], behind: Endpoint, title: str) -> Fix:
    """Return the fix that takes a node out of its place and puts it behind an output.

    Args:
        group: The definition, or empty.
        ends: The input and the output of the node that its wires go through.
        behind: The output; what took it takes the node's output instead.
        title: What it does.
    """

    def edit(network: Network) -> Network:
        into, out = ends
        graph = network.graph_at(group)
        before = [target for target, value in graph.edges.items() if value == out]
        after = [target for target, value in graph.edges.items() if value == behind]
        for target in before:
            network = edits.connect(network, graph.edges[into], target, group)
        network = edits.connect(network, behind, into, group)
        for target in after:
            network = edits.connect(network, out, target, group)
        x, y = graph.nodes[behind.node].position
        return edits.move_nodes(network, {into.node: (x + _STEP / 2, y + _STEP / 2)}, group)

    return Fix(title, edit, safe=False, group=group)


def insert_after(group: str, source: Endpoint, node_type: str, version: int, title: str) -> Fix:
    """Return the fix that puts a new node between an output and everything that takes it."""

    def edit(network: Network) -> Network:
        graph = network.graph_at(group)
        takers = [target for target, value in graph.edges.items() if value == source]
        network, name = edits.insert_on_edge(
            network, takers[0], node_type, version=version, group=group
        )
        for target in takers[1:]:
            network = edits.connect(network, Endpoint(name, "output"), target, group)
        return network

    return Fix(title, edit, group=group)


def add_output(source: Endpoint, version: int) -> Fix:
    """Return the fix that adds an Output for a value of the main graph."""

    def edit(network: Network) -> Network:
        x, y = network.graph.nodes[source.node].position
        network, name = edits.add_node(network, "output", version=version, position=(x + _STEP, y))
        return edits.connect(network, source, Endpoint(name, "input"))

    return Fix(f"add an Output for {source}", edit)


def add_loss(
    kind: str,
    version: int,
    values: tuple[Endpoint, Endpoint],
    ports: tuple[str, str],
    title: str,
) -> Fix:
    """Return the fix that adds a loss of what the network says and what is right.

    Args:
        kind: The type of the loss.
        version: Its version.
        values: The prediction and the target, outputs of the main graph.
        ports: The inputs of the loss that they go to.
        title: What it does.
    """

    def edit(network: Network) -> Network:
        nodes = network.graph.nodes
        (said, _), (right, y) = (nodes[value.node].position for value in values)
        place = max(said, right) + _STEP, y
        network, name = edits.add_node(network, kind, version=version, position=place)
        for value, port in zip(values, ports, strict=True):
            network = edits.connect(network, value, Endpoint(name, port))
        return network

    return Fix(title, edit, safe=False)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " x ".join(map(str, value)) or "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
