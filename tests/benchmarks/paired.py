"""Two pieces of work timed against each other in one run; figures are ratios, never seconds alone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """How long ``ours`` takes against ``theirs``: the median over rounds, and its quartiles."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3f}x ({self.low:.3f} to {self.high:.3f})"


def seconds(work: Work, times: int) -> float:
    """Return the CPU-bound wall time of ``times`` calls."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - start


def compare(ours: Work, theirs: Work, *, rounds: int = 15, round_s: float = 0.15) -> Ratio:
    """Time both in turns, so that a busy machine slows both, and return ours over theirs.

    Args:
        ours: The work that is judged.
        theirs: What it is judged against.
        rounds: How many pairs are timed; the order within a pair alternates.
        round_s: How long one side of a pair takes, about.
    """
    ours()
    theirs()
    times = max(1, int(round_s / max(seconds(theirs, 3) / 3, 1e-9)))
    ratios: list[float] = []
    for number in range(rounds):
        if number % 2:
            b, a = seconds(theirs, times), seconds(ours, times)
        else:
            a, b = seconds(ours, times), seconds(theirs, times)
        ratios.append(a / b)
    quartiles = statistics.quantiles(ratios, n=4)
    return Ratio(statistics.median(ratios), quartiles[0], quartiles[2])
