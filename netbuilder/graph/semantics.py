"""The hash of what a network means: it names what a run trained."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from netbuilder.graph.model import Graph, Group, Network, Node
from netbuilder.graph.to_plain import edge_to_plain, sorted_plain


def semantic_hash(network: Network) -> str:
    """Return 64 hexadecimal digits that change when, and only when, what would be trained may change.

    Types with their versions, parameters, bypass, frozen, repeats, shared weights, factors of the
    learning rate, edges, definitions with their
    parameters, data and recipe count. Where things lie, titles, texts, notes, frames, colours and what
    only a newer version of the program knows do not.
    """
    meaning = {
        "graph": _graph(network.graph),
        "groups": {name: _group(group) for name, group in network.groups.items()},
        "data": sorted_plain(network.data),
        "recipe": sorted_plain(network.recipe),
    }
    text = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _graph(graph: Graph) -> dict[str, Any]:
    return {
        "nodes": {name: _node(node) for name, node in graph.nodes.items()},
        "edges": sorted(edge_to_plain(target, source) for target, source in graph.edges.items()),
    }


def _node(node: Node) -> list[Any]:
    # What came later counts where it is set, so that older hashes stay.
    later = [[node.shares, node.lr_factor]] if node.shares or node.lr_factor != 1 else []
    return [
        node.type,
        node.version,
        sorted_plain(node.params),
        node.bypass,
        node.frozen,
        sorted_plain(node.repeat),
        node.shared,
        *later,
    ]


def _group(group: Group) -> dict[str, Any]:
    # The order of parameters is that of a form; it means nothing.
    params = {p.name: [p.default, p.min, p.max] for p in group.params}
    return {"params": params, "graph": _graph(group.graph)}
