"""Who is trained on and who is held back: seeded, stratified, of exact size.

The shuffle is that of numpy's RandomState, which is frozen for good: a seed splits the same way with
every version of numpy, whatever else drew random numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def split_sizes(samples: int, fractions: Mapping[str, float]) -> dict[str, int]:
    """Return the size of each part; what rounding leaves over goes to the first.

    Args:
        samples: How many there are.
        fractions: By part, first the one that is trained on; they add up to 1.
    """
    first, *others = fractions
    sizes = {}
    left = samples
    for part in others:
        # Half a sample goes up: Python's own rounding to even would make sizes jump.
        sizes[part] = min(left, int(samples * fractions[part] + 0.5 + 1e-9))
        left -= sizes[part]
    return {first: left, **sizes}


def split(
    samples: int, sizes: Mapping[str, int], seed: int, labels: Ints | None
) -> dict[str, Ints]:
    """Return the indices of each part, in shuffled order.

    Args:
        samples: How many there are.
        sizes: The size of each part, first the one that is trained on; they add up to ``samples``.
        seed: Where the random numbers start.
        labels: The class of each sample, to give each part its share of every class; or None.
    """
    order = np.random.RandomState(seed).permutation(samples).astype(np.int64)
    parts = list(sizes)
    if labels is None:
        ends = np.cumsum(list(sizes.values()))[:-1]
        return dict(zip(parts, np.split(order, ends), strict=True))
    classes, code = np.unique(labels, return_inverse=True)
    shares = share_out(np.bincount(code, minlength=len(classes)), list(sizes.values()))
    part_of = np.empty(samples, np.int64)
    for number in range(len(classes)):
        members = order[code[order] == number]
        part_of[members] = np.repeat(np.arange(len(parts)), shares[number])
    return {part: order[part_of[order] == number] for number, part in enumerate(parts)}


def in_order(sizes: Mapping[str, int], gap: int) -> dict[str, Ints]:
    """Return the indices of parts that follow each other, each in order.

    Args:
        sizes: The size of each part, first the one that is trained on.
        gap: How many samples are left out before each part that has samples, but the first.
    """
    found: dict[str, Ints] = {}
    start = 0
    for part, size in sizes.items():
        if start and size:
            start += gap
        found[part] = np.arange(start, start + size, dtype=np.int64)
        start += size
    return found


def by_groups(groups: Ints, sizes: Mapping[str, int], seed: int) -> dict[str, Ints]:
    """Return the indices of parts that no group is in two of, in shuffled order.

    The largest groups are given away first, each to the part that lacks most, equally large ones in
    shuffled order; every part gets one while there are enough. No part is larger than wanted by more than the largest group.

    Args:
        groups: The group of each sample, (samples,).
        sizes: The size that each part should have, first the one that is trained on.
        seed: Where the random numbers start.
    """
    draw = np.random.RandomState(seed)
    names, code = np.unique(groups, return_inverse=True)
    counts = np.bincount(code, minlength=len(names))
    shuffled = draw.permutation(len(names))
    order = shuffled[np.argsort(-counts[shuffled], kind="stable")]
    wanted = np.array(list(sizes.values()), np.int64)
    lacking = wanted.copy()
    part_of = np.empty(len(names), np.int64)
    for given, group in enumerate(order):
        empty = (lacking == wanted) & (wanted > 0)
        # The last groups go to parts that have none yet, even where another one lacks more.
        last = len(order) - given <= int(empty.sum())
        part = int(np.argmax(np.where(empty, lacking, -1) if last else lacking))
        part_of[group] = part
        lacking[part] -= counts[group]
    mixed = draw.permutation(len(groups)).astype(np.int64)
    return {name: mixed[part_of[code[mixed]] == number] for number, name in enumerate(sizes)}


def by_time(times: npt.NDArray[Any], sizes: Mapping[str, int]) -> dict[str, Ints]:
    """Return the indices of parts that follow each other in time; equal times stay together.

    Args:
        times: Something that grows with the time of each sample, (samples,).
        sizes: The size that each part should have, first the one with the earliest.
    """
    order = np.argsort(times, kind="stable").astype(np.int64)
    ordered = times[order]
    # A border may stand before each sample whose time is another than that of the one before.
    borders = np.flatnonzero(np.append(np.append(True, ordered[1:] != ordered[:-1]), True))
    ends = [
        int(borders[np.argmin(np.abs(borders - end))]) for end in np.cumsum(list(sizes.values()))
    ]
    return {
        part: order[start:end] for part, start, end in zip(sizes, [0, *ends], ends, strict=False)
    }


def share_out(counts: Ints, sizes: Sequence[int]) -> Ints:
    """Return how many samples of each class each part gets, of shape (classes, parts).

    The sums over classes are the sizes, those over parts the counts. Each share is its proportion,
    rounded; then samples change places so that the first part has every class, and the others too
    where there are enough.

    Args:
        counts: Samples of each class.
        sizes: Samples of each part, first the one that is trained on.
    """
    shares = np.zeros((len(counts), len(sizes)), np.int64)
    left = counts.astype(np.int64)
    total = int(counts.sum())
    for part in range(len(sizes) - 1, 0, -1):
        wanted = counts.astype(np.float64) * (sizes[part] / max(total, 1))
        shares[:, part] = _rounded(wanted, left, sizes[part])
        left = left - shares[:, part]
    shares[:, 0] = left
    for part, size in enumerate(sizes):
        if size:
            _spread(shares, part)
    return shares


def _rounded(wanted: npt.NDArray[np.float64], limit: Ints, total: int) -> Ints:
    """Round to whole numbers of a given sum, none above its limit; the largest remainders go up."""
    result = np.minimum(np.floor(wanted).astype(np.int64), limit)
    while (missing := total - int(result.sum())) > 0:
        room = np.flatnonzero(result < limit)
        ranked = room[np.argsort(-(wanted - result)[room], kind="stable")]
        result[ranked[:missing]] += 1
    return result


def _spread(shares: Ints, part: int) -> None:
    """Bring the classes that a part lacks into it, by swaps that take no class from any part.

    Only the first part, which is trained on, may take a class's only sample elsewhere.
    """
    for lacking in np.flatnonzero(shares[:, part] == 0):
        donor = int(np.argmax(shares[lacking]))
        spare = int(np.argmax(shares[:, part]))
        enough = shares[lacking, donor] >= (1 if part == 0 else 2)
        if enough and shares[spare, part] >= 2:
            shares[lacking, donor] -= 1
            shares[lacking, part] += 1
            shares[spare, part] -= 1
            shares[spare, donor] += 1
