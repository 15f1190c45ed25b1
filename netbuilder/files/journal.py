"""A journal: records appended one after the other, each flushed and with a checksum of its own.

A process that is killed, or a power cut, can damage the record it was writing and no other. The file
is text: a line a record, the checksum in front of compressed JSON. Who owns a journal is written into
it as a process with the moment it started, since numbers of processes are used again.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from netbuilder.files.atomic import Fs, write_atomic
from netbuilder.files.documents import read_file
from netbuilder.graph.limits import MAX_BYTES

Record = Mapping[str, Any]

MAX_JOURNAL = 4 * MAX_BYTES
_LEVEL = 1  # a quarter of the time of the usual level, and journals live for hours at most
_DAY = 86_400.0
_SYSTEM = Fs()
_APPEND = (
    os.O_WRONLY
    | os.O_APPEND
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)


class Journal:
    """Writes records to a file, which ``restart`` makes.

    Args:
        path: The file.
        fs: The system calls.

    Attributes:
        path: The file.
        size: How many bytes were written.
    """

    def __init__(self, path: Path, fs: Fs = _SYSTEM) -> None:
        self.path = path
        self.size = 0
        self._fs = fs

    def restart(self, records: Iterable[Record]) -> None:
        """Let the file hold these records and nothing else; at every moment it is the old or the new one.

        Raises:
            OSError: The folder cannot be made.
            FileError: The file cannot be written; it is then as it was.
        """
        data = b"".join(map(line_of, records))
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomic(self.path, data, self._fs)
        self.size = len(data)

    def append(self, record: Record) -> None:
        """Add a record; when this returns, it outlives a power cut.

        Raises:
            OSError: The file is gone, or the record could not be written whole; ``restart`` then makes
                it good again.
        """
        rest = memoryview(line_of(record))
        fs = self._fs
        descriptor = fs.open(str(self.path), _APPEND)
        try:
            while rest:
                written = fs.write(descriptor, rest)
                self.size += written
                rest = rest[written:]
            fs.sync(descriptor)
        finally:
            fs.close(descriptor)

    def remove(self) -> None:
        """Remove the file; trouble in doing so is no matter."""
        with contextlib.suppress(OSError):
            self.path.unlink()


def line_of(record: Record) -> bytes:
    """Return a record as a line of a journal."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    body = base64.b64encode(zlib.compress(text.encode("utf-8"), _LEVEL))
    return b"%08x %s\n" % (zlib.crc32(body), body)


def records(path: Path) -> list[Record | None]:
    """Return the records of a journal in order; None stands for one that is damaged.

    Raises:
        FileError: The file cannot be read.
    """
    return [_record(line) for line in read_file(path, MAX_JOURNAL).split(b"\n") if line]


def _record(line: bytes) -> Record | None:
    try:
        if len(line) < 10 or line[8:9] != b" " or int(line[:8], 16) != zlib.crc32(line[9:]):
            return None
        opened = zlib.decompressobj()
        text = opened.decompress(base64.b64decode(line[9:], validate=True), MAX_JOURNAL)
        record = json.loads(text) if opened.eof else None
    except (ValueError, zlib.error, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def this_process() -> dict[str, Any]:
    """Return who we are, as ``is_running`` wants to know it."""
    pid = os.getpid()
    return {"host": socket.gethostname(), "pid": pid, "started": _started(pid)}


def is_running(owner: Any, age: float) -> bool:
    """Whether the process that ``this_process`` described still runs.

    Args:
        owner: What it returned.
        age: How long ago the process was last heard of, s. One of another computer that shares the
            folder counts as running for a day.
    """
    if not isinstance(owner, Mapping):
        return False
    if owner.get("host") != socket.gethostname():
        return 0 <= age < _DAY
    pid, started = owner.get("pid"), owner.get("started")
    if not isinstance(pid, int) or pid <= 0 or not isinstance(started, str):
        return False
    return bool(started) and _started(pid) == started


def _started(pid: int) -> str:
    """When a process started, in the system's own words; empty where it does not run."""
    if sys.platform == "darwin":
        command = ["ps", "-p", str(pid), "-o", "lstart="]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        # The name of the program, in brackets, may hold blanks and brackets.
        facts = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = facts.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else f"{boot} {fields[19]}"
