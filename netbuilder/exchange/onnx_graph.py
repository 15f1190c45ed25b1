"""Edits of an ONNX file in memory: names, axes, notes on its nodes and on the whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

# The key under which a node of the file names the node of the graph it computes.
NODE_KEY = "netbuilder.node"
_WORD = re.compile(r"[A-Za-z_]\w*")


def graphs(graph: GraphProto) -> Iterator[GraphProto]:
    """Yield a graph and the graphs in its nodes (loops, branches), outermost first."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            inner = (
                [attribute.g, *attribute.graphs] if attribute.HasField("g") else attribute.graphs
            )
            for one in inner:
                yield from graphs(one)


def names(graph: GraphProto) -> set[str]:
    """Return the names of all values of a graph and of the graphs in it."""
    found: set[str] = set()
    for one in graphs(graph):
        found.update(value.name for value in (*one.input, *one.output, *one.initializer))
        found.update(name for node in one.node for name in node.output)
    return found


def rename(graph: GraphProto, wanted: Mapping[str, str]) -> dict[str, str]:
    """Rename values; others that have such a name already make room.

    Args:
        graph: The graph, changed in place.
        wanted: New names by old ones.

    Returns:
        The new names of all values that got one, by old name.
    """
    taken = names(graph) | set(wanted.values())
    mapping = dict(wanted)
    for name in sorted(set(wanted.values()) & names(graph) - set(wanted)):
        number = 2
        while f"{name}_{number}" in taken:
            number += 1
        mapping[name] = f"{name}_{number}"
        taken.add(mapping[name])
    for one in graphs(graph):
        for value in (*one.input, *one.output, *one.initializer, *one.value_info):
            value.name = mapping.get(value.name, value.name)
        for node in one.node:
            node.input[:] = [mapping.get(name, name) for name in node.input]
            node.output[:] = [mapping.get(name, name) for name in node.output]
    return mapping


def name_axes(graph: GraphProto, symbols: Mapping[str, str]) -> None:
    """Give the open axes their names, in formulas of sizes too."""
    for value in (*graph.input, *graph.output, *graph.value_info):
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.dim_param = _WORD.sub(lambda m: symbols.get(m[0], m[0]), dim.dim_param)


def annotate(graph: GraphProto, path_of: Callable[[str], str]) -> None:
    """Replace the exporter's notes on each node by the path of the graph's node it computes.

    The exporter notes whole stack traces, with the names of folders of this machine in them.

    Args:
        graph: The graph, changed in place.
        path_of: Returns a path for a stack trace.
    """
    for one in graphs(graph):
        for node in one.node:
            path = path_of(notes(node).get("pkg.torch.onnx.stack_trace", ""))
            del node.metadata_props[:]
            if path:
                node.metadata_props.add(key=NODE_KEY, value=path)
        for value in (*one.input, *one.output, *one.value_info, *one.initializer):
            del value.metadata_props[:]
        del one.metadata_props[:]


def notes(item: Any) -> dict[str, str]:
    """Return the notes on a node or a model, by key."""
    return {entry.key: entry.value for entry in item.metadata_props}


def node_path(node: NodeProto) -> str:
    """Return the path of the graph's node that a node of the file computes; empty if unknown."""
    return notes(node).get(NODE_KEY, "")


def expose(model: ModelProto) -> ModelProto:
    """Return a copy of a model that gives every value of its main graph as an output."""
    import onnx

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    known = {value.name for value in (*copy.graph.output, *copy.graph.input)}
    for node in model.graph.node:
        for name in node.output:
            if name and name not in known:
                copy.graph.output.append(onnx.ValueInfoProto(name=name))
                known.add(name)
    return copy
