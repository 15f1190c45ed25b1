"""What the system says about memory: how much there is, and whom it killed for want of it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_EVENTS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


def out_of_memory_kills() -> int:
    """How many processes of this control group the kernel killed for memory; -1 where it does not say."""
    for path in _EVENTS:
        with suppress(OSError, ValueError):
            for line in Path(path).read_text(encoding="ascii").splitlines():
                key, _, value = line.partition(" ")
                if key == "oom_kill":
                    return int(value)
    return -1


def peak_memory() -> int:
    """The most memory this process had so far, in bytes; 0 where the system does not say."""
    return _of_status("VmHWM:")


def resident_memory() -> int:
    """The memory this process has, in bytes; 0 where the system does not say."""
    return _of_status("VmRSS:")


def _of_status(key: str) -> int:
    with suppress(OSError, ValueError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith(key):
                return int(line.split()[1]) * 1024
    return 0
