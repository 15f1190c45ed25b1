"""Names in generated source: classes, variables, and the order in which nodes are written."""

from __future__ import annotations

import builtins
import heapq
import keyword
import re
from collections.abc import Collection, Iterable

from netbuilder.graph.model import Graph
from netbuilder.graph.ordering import NameKey, name_key
from netbuilder.graph.ports import order_of

_WORD = re.compile(r"[A-Za-z0-9]+")
_TAKEN = frozenset({"F", "Tensor", "nn", "torch", "math", *dir(builtins)})


def class_name(title: str, fallback: str, taken: Collection[str] = ()) -> str:
    """Return a class name made of the ASCII words of ``title``.

    Args:
        title: Free text; may hold anything.
        fallback: The name when the text holds no usable word.
        taken: Names that stand for something else; a number is put behind a name among them.
    """
    words = _WORD.findall(title)
    name = "".join(word[0].upper() + word[1:] for word in words)[:64]
    if not name or name[0].isdigit() or keyword.iskeyword(name) or name in _TAKEN:
        name = fallback
    return unique(name, taken)


def unique(name: str, taken: Collection[str]) -> str:
    """Return ``name``, with the smallest number from 2 behind it where it is taken."""
    candidate, number = name, 2
    while candidate in taken:
        candidate = f"{name}{number}" if not name[-1].isdigit() else f"{name}_{number}"
        number += 1
    return candidate


def writing_order(graph: Graph, wanted: Iterable[str]) -> list[str]:
    """Return the wanted nodes so that each comes after its sources and branches stay together.

    The order depends on ids and edges alone, not on the order in which nodes were added: of the
    nodes that are ready, the one that became ready last is next.
    """
    kept = set(wanted)
    waits = dict.fromkeys(kept, 0)
    follows: dict[str, list[str]] = {}
    for target, source in graph.edges.items():
        if target.node in kept and source.node in kept:
            waits[target.node] += 1
            follows.setdefault(source.node, []).append(target.node)
    ready: list[tuple[int, NameKey, str]] = [
        (order_of(graph.nodes[name]), name_key(name), name)
        for name, count in waits.items()
        if not count
    ]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        name = heapq.heappop(ready)[2]
        order.append(name)
        for follower in follows.get(name, ()):
            waits[follower] -= 1
            if not waits[follower]:
                heapq.heappush(ready, (-len(order), name_key(follower), follower))
    return order
