"""The second step of a layout: the order within each layer, with few crossings."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from netbuilder.app.layout_layers import Link

_SWEEPS = 24
_PATIENCE = 5  # sweeps without anything gained before it is enough

# The other part, where along its side, and where along one's own side; px.
End: TypeAlias = tuple[int, float, float]


@dataclass(slots=True)
class Levels:
    """Parts in layers, with a dummy in every layer that a link passes.

    Attributes:
        real: How many parts there are; numbers from there on are dummies.
        order: The parts of every layer, in order.
        ups: By part, its ends in the layer before.
        downs: By part, its ends in the layer behind.
        breadth: By part, how much room it takes across; a dummy takes none.
        place: By part, where it stands in its layer.
        layer: By part, which layer that is.
    """

    real: int
    order: list[list[int]]
    ups: list[list[End]]
    downs: list[list[End]]
    breadth: list[float]
    place: list[int] = field(default_factory=list)
    layer: list[int] = field(default_factory=list)

    def number(self) -> None:
        """Write down where every part stands."""
        self.place = [0] * len(self.ups)
        self.layer = [0] * len(self.ups)
        for number, layer in enumerate(self.order):
            for place, part in enumerate(layer):
                self.place[part], self.layer[part] = place, number

    def at(self, part: int, side: float) -> float:
        """Where an end lies in its layer, between 0 and the number of parts."""
        return self.place[part] + side / (self.breadth[part] + 1)


def levels_of(layer: Sequence[int], links: Sequence[Link], breadth: Sequence[float]) -> Levels:
    """Put parts into their layers, and a chain of dummies under every link over several layers.

    Links that leave a part at the same place share their dummies as far as they go together.
    """
    made = Levels(
        len(layer),
        [[] for _ in range(max(layer, default=-1) + 1)],
        [[] for _ in layer],
        [[] for _ in layer],
        list(breadth),
    )
    chains: dict[tuple[int, float], list[int]] = {}
    starts: list[list[int]] = [[] for _ in made.order]
    for link in links:
        chain = chains.setdefault((link.source, link.out), [])
        before, out = link.source, link.out
        for number in range(layer[link.target] - layer[link.source] - 1):
            if number == len(chain):
                chain.append(len(made.ups))
                made.ups.append([])
                made.downs.append([])
                made.breadth.append(0.0)
                starts[layer[link.source] + 1 + number].append(chain[-1])
                _join(made, before, chain[-1], out, 0.0)
            before, out = chain[number], 0.0
        _join(made, before, link.target, out, link.into)
    layer_of = [*layer, *([0] * (len(made.ups) - len(layer)))]
    for number, dummies in enumerate(starts):
        for dummy in dummies:
            layer_of[dummy] = number
    _walk_in(made, layer_of)
    made.number()
    return made


def untangle(levels: Levels) -> None:
    """Reorder the layers until hardly any links cross; the order it began with decides ties."""
    best, fewest = [list(layer) for layer in levels.order], crossings(levels)
    idle = 0
    for sweep in range(_SWEEPS):
        if not fewest or idle >= _PATIENCE:
            break
        _sweep(levels, downwards=sweep % 2 == 0, flip=sweep // 2 % 2 == 1)
        _swap_neighbours(levels)
        count = crossings(levels)
        if count < fewest:
            best, fewest, idle = [list(layer) for layer in levels.order], count, 0
        else:
            idle += 1
    levels.order = best
    levels.number()


def crossings(levels: Levels) -> int:
    """Return how many pairs of links cross, counted from layer to layer."""
    return sum(_between(levels, layer) for layer in levels.order[1:])


def _join(levels: Levels, source: int, target: int, out: float, into: float) -> None:
    levels.downs[source].append((target, into, out))
    levels.ups[target].append((source, out, into))


def _walk_in(levels: Levels, layer_of: Sequence[int]) -> None:
    """Fill the layers by walks from the starts, so that what hangs together stands together."""
    seen = [False] * len(layer_of)
    roots = [part for part in range(len(layer_of)) if not levels.ups[part]]
    for root in roots:
        waiting = [root]
        while waiting:
            part = waiting.pop()
            if not seen[part]:
                seen[part] = True
                levels.order[layer_of[part]].append(part)
                ends = sorted(levels.downs[part], key=lambda end: end[2], reverse=True)
                waiting += [end[0] for end in ends]


def _sweep(levels: Levels, *, downwards: bool, flip: bool) -> None:
    """Order layer after layer by where its ends in the layer before lie on average."""
    numbers = range(1, len(levels.order))
    ends = levels.ups
    if not downwards:
        numbers, ends = range(len(levels.order) - 2, -1, -1), levels.downs
    for number in numbers:
        layer = levels.order[number]
        wish = {part: _wish(levels, ends[part], levels.place[part]) for part in layer}
        if flip:
            layer.reverse()  # equals change places, which leads out of ties
        layer.sort(key=wish.__getitem__)
        for place, part in enumerate(layer):
            levels.place[part] = place


def _wish(levels: Levels, ends: Sequence[End], now: float) -> float:
    """Where a part wants to stand; without ends, where it is."""
    if not ends:
        return now
    return sum(levels.at(part, side) - own / 1e4 for part, side, own in ends) / len(ends)


def _swap_neighbours(levels: Levels) -> None:
    """Swap two that stand beside each other wherever fewer links then cross."""
    for layer in levels.order:
        improved = True
        rounds = 0
        while improved and rounds < 4:
            improved, rounds = False, rounds + 1
            for place in range(len(layer) - 1):
                one, other = layer[place], layer[place + 1]
                if _gain(levels, one, other) > 0:
                    layer[place], layer[place + 1] = other, one
                    levels.place[one], levels.place[other] = place + 1, place
                    improved = True


def _gain(levels: Levels, one: int, other: int) -> int:
    """How many crossings two neighbours have more in this order than in the other."""
    gain = 0
    for ends in (levels.ups, levels.downs):
        if not ends[one] or not ends[other]:
            continue
        mine = sorted(levels.at(part, side) for part, side, _ in ends[one])
        theirs = sorted(levels.at(part, side) for part, side, _ in ends[other])
        for place in theirs:
            after = bisect_right(mine, place)
            gain += len(mine) - after
        for place in mine:
            gain -= len(theirs) - bisect_right(theirs, place)
    return gain


def _between(levels: Levels, layer: Sequence[int]) -> int:
    """How many links cross between a layer and the one before it."""
    seen: list[float] = []
    count = 0
    for _, above in sorted(_ends_of(levels, layer)):
        count += len(seen) - bisect_right(seen, above)
        insort(seen, above)
    return count


def _ends_of(levels: Levels, layer: Sequence[int]) -> Iterator[tuple[float, float]]:
    for part in layer:
        for other, side, own in levels.ups[part]:
            yield levels.at(part, own), levels.at(other, side)
