"""Group definitions as the check sees them: ports, parameters, and which ones hold themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from netbuilder.graph.model import REPEAT_INDEX, Group, GroupParam, Network, Node
from netbuilder.graph.ports import group_ports
from netbuilder.node_api.expressions import Expression, ExpressionError

MAX_NESTING = 40


@dataclass(eq=False, slots=True)
class Definition:
    """A group, together with the groups inside; a new object whenever one of them changes.

    Attributes:
        group: The group.
        inside: The ids of the groups inside, those that do not exist too.
        inner: The definitions of those that exist.
        title: What people call it.
        inputs: The ids of its inputs, in order.
        required: Those that something inside takes.
        outputs: The ids of its outputs, in order.
        params: Its parameters by name.
        uses_index: Whether an expression inside asks for the repeat index.
        depth: How many groups lie in each other here, this one counted.
    """

    group: Group
    inside: tuple[str, ...]
    inner: Mapping[str, Definition]
    title: str
    inputs: tuple[str, ...]
    required: frozenset[str]
    outputs: tuple[str, ...]
    params: Mapping[str, GroupParam]
    uses_index: bool
    depth: int


@dataclass(frozen=True, slots=True)
class Definitions:
    """All definitions of a network.

    Attributes:
        by_id: Every group that does not hold itself.
        recursions: Every way a group holds itself: ids of groups, the first one again at the end.
        recursive: The ids of groups that hold themselves, or hold one that does.
    """

    by_id: Mapping[str, Definition]
    recursions: tuple[tuple[str, ...], ...] = ()
    recursive: frozenset[str] = frozenset()


NO_DEFINITIONS = Definitions({})


def definitions_of(network: Network, previous: Definitions = NO_DEFINITIONS) -> Definitions:
    """Return the definitions of a network; those of ``previous`` that still hold are kept."""
    if not network.groups:
        return NO_DEFINITIONS
    inner = {
        name: _inner(group, previous.by_id.get(name)) for name, group in network.groups.items()
    }
    order, recursions = _inside_first(inner)
    found: dict[str, Definition] = {}
    recursive: set[str] = {name for path in recursions for name in path}
    for name in order:
        if name in recursive or any(other in recursive for other in inner[name]):
            recursive.add(name)
    for name in order:
        group = network.groups[name]
        parts = {other: found[other] for other in inner[name] if other in found}
        old = previous.by_id.get(name)
        if old is not None and old.group is group and _same(old.inner, parts):
            found[name] = old
        else:
            found[name] = _definition(group, inner[name], parts)
    if not recursions and _same(found, previous.by_id):
        return previous
    return Definitions(found, tuple(recursions), frozenset(recursive))


def _same(left: Mapping[str, Definition], right: Mapping[str, Definition]) -> bool:
    return left.keys() == right.keys() and all(left[name] is right[name] for name in left)


def _inner(group: Group, previous: Definition | None) -> tuple[str, ...]:
    if previous is not None and previous.group is group:
        return previous.inside
    found: dict[str, None] = {}
    for node in group.graph.nodes.values():
        if node.group:
            found[node.group] = None
    return tuple(found)


def _definition(
    group: Group, inside: tuple[str, ...], inner: Mapping[str, Definition]
) -> Definition:
    graph = group.graph
    used = {source.node for source in graph.edges.values()}
    inputs, outputs = group_ports(graph)
    return Definition(
        group=group,
        inside=inside,
        inner=inner,
        title=group.title or group.id,
        inputs=inputs,
        required=frozenset(name for name in inputs if name in used),
        outputs=outputs,
        params={param.name: param for param in group.params},
        uses_index=any(_asks_for_index(node) for node in graph.nodes.values()),
        depth=1 + max((part.depth for part in inner.values()), default=0),
    )


def _asks_for_index(node: Node) -> bool:
    return any(_uses_index(value) for value in (node.repeat, *node.params.values()))


def _uses_index(value: Any) -> bool:
    if isinstance(value, Expression):
        try:
            return REPEAT_INDEX in value.names
        except ExpressionError:
            return False
    return isinstance(value, list | tuple) and any(map(_uses_index, value))


def _inside_first(
    inner: Mapping[str, Iterable[str]],
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the groups, inner ones first, and every loop a walk through them runs into."""
    order: list[str] = []
    loops: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in inner:
        if start in done:
            continue
        path = [start]
        waiting = [iter(inner[start])]
        while path:
            step = next(waiting[-1], None)
            if step is None:
                waiting.pop()
                done.add(path[-1])
                order.append(path.pop())
            elif step in path:
                loops.append((*path[path.index(step) :], step))
            elif step in inner and step not in done:
                path.append(step)
                waiting.append(iter(inner[step]))
    return order, loops
