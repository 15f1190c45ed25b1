"""The one order of nodes and edges, in memory and in files.

Code generation breaks ties by the order of a graph's mappings. They are therefore kept in the order
a file has them, so that a network gives the same source before it was saved and after.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Container, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar

from netbuilder.graph.model import Endpoint

K = TypeVar("K")
V = TypeVar("V")

NameKey = tuple[str, int, str]


@lru_cache(maxsize=2**15)
def name_key(name: str) -> NameKey:
    """The sort key of an id: by the word, then by the number behind it, so conv_2 before conv_10."""
    return name.rstrip("0123456789"), len(name), name


def edge_key(target: Endpoint) -> tuple[NameKey, NameKey]:
    """The sort key of an edge: by the input it leads to."""
    return name_key(target.node), name_key(target.port)


def copied(values: Mapping[K, V]) -> dict[K, V]:
    """Return a mutable copy; much faster than ``dict(values)`` for a read-only view."""
    if isinstance(values, MappingProxyType):
        return values.copy()
    return dict(values)


def by_name(values: Mapping[str, V]) -> Mapping[str, V]:
    """Return a read-only mapping in the order of ids."""
    return _ordered(values, name_key)


def by_target(edges: Mapping[Endpoint, Endpoint]) -> Mapping[Endpoint, Endpoint]:
    """Return edges, sources by target, as a read-only mapping in order."""
    return _ordered(edges, edge_key)


def _ordered(values: Mapping[K, V], order: Callable[[K], Any]) -> Mapping[K, V]:
    keys = sorted(values, key=order)
    if keys == list(values):
        return values if isinstance(values, MappingProxyType) else MappingProxyType(values)
    return MappingProxyType({key: values[key] for key in keys})


def with_name(values: Mapping[str, V], name: str, value: V) -> Mapping[str, V]:
    """Return a mapping with one more, or another, value; the order is kept."""
    return _with(values, name, value, name_key)


def with_edge(
    edges: Mapping[Endpoint, Endpoint], target: Endpoint, source: Endpoint
) -> Mapping[Endpoint, Endpoint]:
    """Return a mapping with one more, or another, edge; the order is kept."""
    return _with(edges, target, source, edge_key)


def with_edges(
    edges: Mapping[Endpoint, Endpoint], gone: Container[Endpoint], new: Mapping[Endpoint, Endpoint]
) -> Mapping[Endpoint, Endpoint]:
    """Return a mapping without the edges into some inputs and with a few others; the order is kept."""
    items = [edge for edge in edges.items() if edge[0] not in gone]
    for target, source in new.items():
        place = bisect_left(items, edge_key(target), key=lambda edge: edge_key(edge[0]))
        items.insert(place, (target, source))
    return MappingProxyType(dict(items))


def without(values: Mapping[K, V], key: K) -> Mapping[K, V]:
    """Return a mapping without one of its keys."""
    rest = copied(values)
    del rest[key]
    return MappingProxyType(rest)


def _with(values: Mapping[K, V], key: K, value: V, order: Callable[[K], Any]) -> Mapping[K, V]:
    more = copied(values)
    if key not in more:
        keys = list(more)
        place = bisect_left(keys, order(key), key=order)
        if place < len(keys):
            items = list(more.items())
            items.insert(place, (key, value))
            return MappingProxyType(dict(items))
    more[key] = value
    return MappingProxyType(more)
