"""The first step of a layout: in which layer every part stands, so that values flow one way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_SWEEPS = 8


class Link(NamedTuple):
    """An edge between two parts, with where along their sides it leaves and arrives, px."""

    source: int
    target: int
    out: float
    into: float


def one_way(count: int, links: Sequence[Link]) -> list[Link]:
    """Return the links with those turned round that lead back in a cycle; loops are left out."""
    follows: list[list[int]] = [[] for _ in range(count)]
    for number, link in enumerate(links):
        if link.source != link.target:
            follows[link.source].append(number)
    state = [0] * count  # 1 while a part is on the path that is walked, 2 once it is done
    back: set[int] = set()
    for start in range(count):
        if state[start]:
            continue
        state[start] = 1
        path = [(start, iter(follows[start]))]
        while path:
            at, steps = path[-1]
            number = next(steps, -1)
            if number < 0:
                state[at] = 2
                path.pop()
                continue
            target = links[number].target
            if state[target] == 1:
                back.add(number)
            elif not state[target]:
                state[target] = 1
                path.append((target, iter(follows[target])))
    return [
        Link(link.target, link.source, link.into, link.out) if number in back else link
        for number, link in enumerate(links)
        if link.source != link.target
    ]


def layers_of(count: int, links: Sequence[Link]) -> list[int]:
    """Return the layer of every part: by the longest path, then drawn together.

    A part with room to move goes where its links are short; where it makes no difference, towards
    what takes its values, so that a short branch stands near its end.

    Args:
        count: How many parts there are.
        links: Links that make no cycle.
    """
    ins: list[list[int]] = [[] for _ in range(count)]
    outs: list[list[int]] = [[] for _ in range(count)]
    for link in links:
        ins[link.target].append(link.source)
        outs[link.source].append(link.target)
    order = _in_order(ins, outs)
    layer = [0] * count
    for part in order:
        layer[part] = 1 + max((layer[source] for source in ins[part]), default=-1)
    for _ in range(_SWEEPS):
        before = list(layer)
        for part in reversed(order):
            if outs[part] and len(outs[part]) >= len(ins[part]):
                layer[part] = min(layer[target] for target in outs[part]) - 1
        for part in order:
            if ins[part] and len(ins[part]) > len(outs[part]):
                layer[part] = max(layer[source] for source in ins[part]) + 1
        if layer == before:
            break
    first = min(layer, default=0)
    return [place - first for place in layer]


def _in_order(ins: Sequence[Sequence[int]], outs: Sequence[Sequence[int]]) -> list[int]:
    waits = [len(sources) for sources in ins]
    order = [part for part, count in enumerate(waits) if not count]
    for part in order:
        for target in outs[part]:
            waits[target] -= 1
            if not waits[target]:
                order.append(target)  # the list is the queue
    return order
