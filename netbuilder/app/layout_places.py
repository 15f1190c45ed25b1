"""The third step of a layout: where parts stand across the flow, chains straight, nothing too close.

After Brandes and Koepf 2001, "Fast and simple horizontal coordinate assignment": parts are lined up
with the middle one of their neighbours, four times from four corners, and the four results are
averaged. Sizes and the places of ports are taken into account as shifts within a line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from netbuilder.app.layout_order import End, Levels

_CLOSE = 0.5  # px below which two ends count as level
_SWEEPS = 6

Gap = Callable[[int, int], float]


def across(levels: Levels, gap: Gap) -> list[float]:
    """Return where every part, dummies too, begins across the flow.

    Args:
        levels: Parts in layers, in order.
        gap: How far two neighbours stay apart at least.
    """
    marked = _conflicts(levels)
    runs = [
        _run(levels, marked, gap, upwards=upwards, mirrored=mirrored)
        for upwards in (False, True)
        for mirrored in (False, True)
    ]
    places = _balanced(levels, runs)
    _settle(levels, places, gap)
    return places


def _conflicts(levels: Levels) -> set[tuple[int, int]]:
    """The links that cross a link between two dummies, and give way to it."""
    marked: set[tuple[int, int]] = set()
    for above, layer in pairwise(levels.order):
        inner = [
            (levels.place[up[0]], levels.place[part])
            for part in layer
            if part >= levels.real
            for up in levels.ups[part]
            if up[0] >= levels.real
        ]
        if not inner or not above:
            continue
        for part in layer:
            for up, _, _ in levels.ups[part]:
                if up >= levels.real and part >= levels.real:
                    continue
                here = levels.place[up], levels.place[part]
                if any((a - here[0]) * (b - here[1]) < 0 for a, b in inner):
                    marked.add((up, part))
    return marked


def _run(
    levels: Levels, marked: set[tuple[int, int]], gap: Gap, *, upwards: bool, mirrored: bool
) -> list[float]:
    """Line up and compact from one corner."""
    order = levels.order[::-1] if upwards else levels.order
    ends = levels.downs if upwards else levels.ups
    place = levels.place
    breadth = levels.breadth
    if mirrored:
        order = [layer[::-1] for layer in order]
        place = [0] * len(levels.place)
        for layer in order:
            for number, part in enumerate(layer):
                place[part] = number
    line, shift = _lines(order, ends, place, breadth, marked, mirrored=mirrored)
    spots = _compacted(order, line, shift, breadth, gap)
    if mirrored:
        return [-(spots[part] + breadth[part]) for part in range(len(spots))]
    return spots


def _lines(
    order: Sequence[Sequence[int]],
    ends: Sequence[Sequence[End]],
    place: Sequence[int],
    breadth: Sequence[float],
    marked: set[tuple[int, int]],
    *,
    mirrored: bool,
) -> tuple[list[int], list[float]]:
    """Return by part the first one of the line it stands in, and how far it is shifted against that."""
    line = list(range(len(place)))
    shift = [0.0] * len(place)

    def side(part: int, at: float) -> float:
        return breadth[part] - at if mirrored else at

    for layer in order[1:]:
        last = -1
        for part in layer:
            near = sorted(
                (place[other], side(other, there), other, side(part, here))
                for other, there, here in ends[part]
            )
            middles = {(len(near) - 1) // 2, len(near) // 2} if near else set()
            for middle in sorted(middles):
                at, there, other, here = near[middle]
                if at > last and (other, part) not in marked and (part, other) not in marked:
                    line[part] = line[other]
                    shift[part] = shift[other] + there - here
                    last = at
                    break
    return line, shift


def _compacted(
    order: Sequence[Sequence[int]],
    line: Sequence[int],
    shift: Sequence[float],
    breadth: Sequence[float],
    gap: Gap,
) -> list[float]:
    """Put lines as close to each other as their parts allow."""
    apart: dict[int, dict[int, float]] = {}
    waits: dict[int, int] = {}
    for layer in order:
        for one, other in pairwise(layer):
            wanted = shift[one] + breadth[one] + gap(one, other) - shift[other]
            behind = apart.setdefault(line[one], {})
            if line[other] not in behind:
                waits[line[other]] = waits.get(line[other], 0) + 1
            behind[line[other]] = max(behind.get(line[other], float("-inf")), wanted)
    firsts = sorted(set(line))
    ready = [first for first in firsts if not waits.get(first)]
    spot = dict.fromkeys(firsts, 0.0)
    for first in ready:
        for other, wanted in apart.get(first, {}).items():
            spot[other] = max(spot[other], spot[first] + wanted)
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)  # the list is the queue
    # What has room on its far side closes up to what stands there.
    for first in reversed(ready):
        if first in apart:
            room = min(spot[other] - wanted for other, wanted in apart[first].items())
            spot[first] = max(spot[first], room)
    return [spot[line[part]] + shift[part] for part in range(len(line))]


def _balanced(levels: Levels, runs: Sequence[list[float]]) -> list[float]:
    """Return the mean of the middle two of four results, lined up with the narrowest."""
    breadth = levels.breadth

    def ends(run: Sequence[float]) -> tuple[float, float]:
        return min(run), max(spot + breadth[part] for part, spot in enumerate(run))

    first, last = min((ends(run) for run in runs), key=lambda e: e[1] - e[0])
    moved = []
    for number, run in enumerate(runs):
        low, high = ends(run)
        by = last - high if number % 2 else first - low
        moved.append([spot + by for spot in run])
    middle = []
    for four in zip(*moved, strict=True):
        spots = sorted(four)
        middle.append((spots[1] + spots[2]) / 2)
    return middle


def _settle(levels: Levels, places: list[float], gap: Gap) -> None:
    """Move lines that stand straight, as a whole, to where their other links become level."""
    for sweep in range(_SWEEPS):
        moved = False
        lines = _straight(levels, places)
        for parts in lines if sweep % 2 == 0 else reversed(lines):
            moved = _settle_line(levels, places, parts, gap) or moved
        if not moved:
            return


def _straight(levels: Levels, places: Sequence[float]) -> list[list[int]]:
    """The groups of parts that level links hold together."""
    group = list(range(len(places)))

    def top(part: int) -> int:
        while group[part] != part:
            group[part] = part = group[group[part]]
        return part

    for part, ups in enumerate(levels.ups):
        for other, there, here in ups:
            if abs(places[other] + there - places[part] - here) < _CLOSE:
                group[top(part)] = top(other)
    found: dict[int, list[int]] = {}
    for layer in levels.order:
        for part in layer:
            found.setdefault(top(part), []).append(part)
    return list(found.values())


def _settle_line(levels: Levels, places: list[float], parts: list[int], gap: Gap) -> bool:
    mine = set(parts)
    steps = sorted(
        places[other] + there - places[part] - here
        for part in parts
        for ends in (levels.ups, levels.downs)
        for other, there, here in ends[part]
        if other not in mine
    )
    if not steps:
        return False
    low, high = _room(levels, places, parts, mine, gap)
    step = min(max(steps[len(steps) // 2], low), high)
    before = sum(abs(s) for s in steps)
    if abs(step) < _CLOSE or sum(abs(s - step) for s in steps) > before - _CLOSE:
        return False
    for part in parts:
        places[part] += step
    return True


def _room(
    levels: Levels, places: Sequence[float], parts: Sequence[int], mine: set[int], gap: Gap
) -> tuple[float, float]:
    """How far parts can move together, back and forth, before one comes too close to another."""
    low, high = float("-inf"), float("inf")
    for part in parts:
        layer, place = levels.order[levels.layer[part]], levels.place[part]
        if place and layer[place - 1] not in mine:
            other = layer[place - 1]
            low = max(low, places[other] + levels.breadth[other] + gap(other, part) - places[part])
        if place + 1 < len(layer) and layer[place + 1] not in mine:
            other = layer[place + 1]
            free = places[other] - places[part] - levels.breadth[part]
            high = min(high, free - gap(part, other))
    return min(low, 0.0), max(high, 0.0)
