"""What a worker takes of the machine: memory, processors and the accelerator's memory, every other second."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from netbuilder.training.memory import peak_memory, resident_memory
from netbuilder.training.run import RunError, RunFolder, read_json, write_fleeting

INTERVAL = 2.0  # s between two looks; each takes well under a millisecond

if TYPE_CHECKING:
    import torch

DeviceMemory = Callable[[], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a worker takes.

    Attributes:
        time: When it was measured, seconds since 1970, UTC.
        memory: Of this process, bytes; 0 where the system does not say.
        peak_memory: The most so far, bytes; 0 where the system does not say.
        cpu: Processors that it kept busy since the look before, such as 1.9.
        processors: How many it may use.
        device_memory: The most that tensors took of the accelerator, bytes; 0 without one.
        device_total: What the accelerator has, bytes; 0 without one.
    """

    time: float = 0.0
    memory: int = 0
    peak_memory: int = 0
    cpu: float = 0.0
    processors: int = 1
    device_memory: int = 0
    device_total: int = 0

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Self:
        """Return what ``to_plain`` gave; further keys and what is no number are left out."""
        known = {field.name for field in fields(cls)}
        given: dict[str, Any] = {
            k: v for k, v in plain.items() if k in known and isinstance(v, int | float)
        }
        return cls(**given)


class Meter:
    """Measures this process now and then, and writes it into the run's folder.

    Args:
        run: The run.
        device_memory: Gives the most that was taken of the accelerator and what it has; None without one.
    """

    def __init__(self, run: RunFolder, device_memory: DeviceMemory | None = None) -> None:
        self._run = run
        self._device_memory = device_memory
        self._next = 0.0
        self._before = (time.monotonic(), time.process_time())
        self._processors = _processors()

    def look(self, now: float) -> None:
        """Measure if it is time; ``now`` is of the monotonic clock."""
        if now >= self._next:
            self._next = now + INTERVAL
            self.measure(now)

    def measure(self, now: float) -> None:
        """Measure and write; a figure for the eye is no reason to stop a training."""
        busy = time.process_time()
        seconds, worked = now - self._before[0], busy - self._before[1]
        self._before = (now, busy)
        taken, total = self._device_memory() if self._device_memory else (0, 0)
        found = Usage(
            time.time(),
            resident_memory(),
            peak_memory(),
            round(worked / seconds, 3) if seconds > 0 else 0.0,
            self._processors,
            taken,
            total,
        )
        with suppress(OSError):
            write_fleeting(self._run.usage, found.to_plain())


def _processors() -> int:
    """How many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def read_usage(run: RunFolder) -> Usage | None:
    """Return what the worker took when it was measured last; None where nothing is known."""
    with suppress(RunError, TypeError):
        return Usage.from_plain(read_json(run.usage))
    return None


def device_memory(device: torch.device) -> DeviceMemory | None:
    """Return what tells of the memory of an accelerator; None for the processor and for others."""
    if device.type != "cuda":
        return None
    import torch

    total = int(torch.cuda.get_device_properties(device).total_memory)
    return lambda: (int(torch.cuda.max_memory_allocated(device)), total)
