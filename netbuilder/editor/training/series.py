"""A curve that grows to millions of points and is drawn in a few hundred columns."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_FACTOR = 16  # points of a level that become one of the next
_ROOM = 1024
_MOST_ROOM = 1 << 21


class _Row:
    """Numbers in one piece of memory that doubles when it is full.

    Args:
        room: How many are expected; memory that is not written to is not taken.
    """

    def __init__(self, room: int = 0) -> None:
        self._room: Floats = np.empty(min(max(room, _ROOM), _MOST_ROOM))
        self.size = 0

    @property
    def values(self) -> Floats:
        return self._room[: self.size]

    def append(self, values: Floats) -> None:
        size = self.size + len(values)
        if size > len(self._room):
            room = np.empty(max(size, 2 * len(self._room)))
            room[: self.size] = self.values
            self._room = room
        self._room[self.size : size] = values
        self.size = size


class Series:
    """Points from left to right, with the least and largest value of ever longer stretches.

    The stretches are kept as points come, so that looking at a million of them costs no more than
    looking at a thousand.

    Args:
        room: How many points are expected: moving a million of them elsewhere would be felt.
    """

    def __init__(self, room: int = 0) -> None:
        self._x, self._y = _Row(room), _Row(room)
        self._levels: list[tuple[_Row, _Row]] = []

    def __len__(self) -> int:
        return self._x.size

    @property
    def x(self) -> Floats:
        """Where the points are; it only grows."""
        return self._x.values

    @property
    def y(self) -> Floats:
        """Their values; NaN where there is none."""
        return self._y.values

    def append(self, x: npt.ArrayLike, y: npt.ArrayLike) -> None:
        """Add points at the right end."""
        self._x.append(np.asarray(x, np.float64))
        self._y.append(np.asarray(y, np.float64))
        low, high = self._y, self._y
        for level in self._levels:
            _extend(level, low, high)
            low, high = level
        while low.size >= _FACTOR:
            level = (_Row(), _Row())
            _extend(level, low, high)
            self._levels.append(level)
            low, high = level

    def at(self, x: float) -> tuple[float, float] | None:
        """Return the point nearest to a place; None where there is no point at all."""
        if not len(self):
            return None
        right = int(np.searchsorted(self.x, x))
        near = [i for i in (right - 1, right) if 0 <= i < len(self)]
        best = min(near, key=lambda i: abs(float(self.x[i]) - x))
        return float(self.x[best]), float(self.y[best])

    def range(self, left: float, right: float) -> tuple[float, float] | None:
        """Return the least and largest value between two places; None where there is none."""
        _, low, high = self.thinned(left, right, 64, beyond=0)
        low, high = low[np.isfinite(low)], high[np.isfinite(high)]
        return (float(low.min()), float(high.max())) if len(low) and len(high) else None

    def thinned(
        self, left: float, right: float, columns: int, beyond: int = 1
    ) -> tuple[Floats, Floats, Floats]:
        """Return what is to be drawn between two places: x, least and largest value.

        Args:
            left: Where the picture begins.
            right: Where it ends.
            columns: How many stretches are wanted, about; few points come as they are.
            beyond: Points that are added at either side, so that lines leave the picture.
        """
        first = max(0, int(np.searchsorted(self.x, left)) - beyond)
        last = min(len(self), int(np.searchsorted(self.x, right, "right")) + beyond)
        count = last - first
        if count <= 2 * columns:
            y = self.y[first:last]
            return self.x[first:last], y, y
        return self._stretches(first, last, count / columns)

    def _stretches(self, first: int, last: int, wanted: float) -> tuple[Floats, Floats, Floats]:
        low, high, unit = self._y, self._y, 1
        for level in self._levels:
            if unit * _FACTOR > wanted:
                break
            low, high = level
            unit *= _FACTOR
        # Stretches begin at multiples of their length: what is drawn does not shimmer as it grows.
        length = math.ceil(wanted / unit)
        begin = -(-first // (unit * length)) * length
        end = min(last // unit, low.size)
        if end <= begin:
            return self._edge(first, last)
        starts = np.arange(begin, end, length)
        lows = np.fmin.reduceat(low.values[:end], starts)
        highs = np.fmax.reduceat(high.values[:end], starts)
        middles = np.minimum(starts * unit + unit * length // 2, end * unit - 1)
        head, tail = self._edge(first, begin * unit), self._edge(end * unit, last)
        x = [head[0], self.x[middles], tail[0]]
        return (
            np.concatenate(x),
            np.concatenate([head[1], lows, tail[1]]),
            np.concatenate([head[2], highs, tail[2]]),
        )

    def _edge(self, first: int, last: int) -> tuple[Floats, Floats, Floats]:
        """Points that fill no stretch, as one."""
        if last <= first:
            nothing: Floats = np.empty(0)
            return nothing, nothing, nothing
        y = self.y[first:last]
        x = self.x[last - 1 : last]
        return x, np.fmin.reduce(y, keepdims=True), np.fmax.reduce(y, keepdims=True)


class Smoother:
    """Averages values as they come, older ones counting less and less.

    Args:
        span: After how many values one counts a third.
    """

    def __init__(self, span: float) -> None:
        self._decay = math.exp(-1 / max(span, 1e-3))
        # Powers of the decay must stay far from what a float cannot tell from zero.
        self._most = max(1, int(12 * span))
        self._sum = 0.0
        self._weight = 0.0

    def feed(self, values: Floats) -> Floats:
        """Return the average after each value; values that are not finite are left out."""
        result: Floats = np.full(len(values), np.nan)
        fine = np.flatnonzero(np.isfinite(values))
        kept = values[fine]
        for start in range(0, len(kept), self._most):
            part = kept[start : start + self._most]
            powers = self._decay ** np.arange(len(part) + 1)
            share = 1 - self._decay
            sums = powers[:-1] * np.cumsum(part / powers[:-1]) * share + powers[1:] * self._sum
            weights = 1 - powers[1:] * (1 - self._weight)
            self._sum, self._weight = float(sums[-1]), float(weights[-1])
            result[fine[start : start + self._most]] = sums / weights
        return result


def _extend(level: tuple[_Row, _Row], low: _Row, high: _Row) -> None:
    """Take in what is complete of the level below."""
    done = level[0].size * _FACTOR
    new = (low.size - done) // _FACTOR
    if new:
        stop = done + new * _FACTOR
        level[0].append(np.fmin.reduce(low.values[done:stop].reshape(new, _FACTOR), axis=1))
        level[1].append(np.fmax.reduce(high.values[done:stop].reshape(new, _FACTOR), axis=1))
