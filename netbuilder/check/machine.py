"""How much memory this machine has, and how much of it is free."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

_FACTS = Path("/proc/meminfo")
_LIMIT = Path("/sys/fs/cgroup/memory.max")
_USED = Path("/sys/fs/cgroup/memory.current")


@cache
def whole_memory() -> int:
    """The memory a process may have at most, in bytes; 0 where the system does not say.

    Where the process is held to less than the machine has, that counts.
    """
    whole = 0
    # Windows has no sysconf.
    with suppress(AttributeError, OSError, ValueError):
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _number(_LIMIT)
    return min(whole, limit) if whole and limit else whole


def free_memory() -> int:
    """The memory that programs can have now, in bytes; all there is where the system does not say."""
    free = whole_memory()
    with suppress(OSError, ValueError):
        for line in _FACTS.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                free = min(free or int(line.split()[1]) * 1024, int(line.split()[1]) * 1024)
    limit = _number(_LIMIT)
    if limit:
        free = min(free, max(limit - _number(_USED), 0))
    return free


def _number(path: Path) -> int:
    """The number in a file of the system; 0 where there is none, or it says ``max``."""
    with suppress(OSError, ValueError):
        return int(path.read_text(encoding="ascii"))
    return 0
