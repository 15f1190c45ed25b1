"""Lines of logs: the program's own as they come, and the end of a run's file."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

MOST = 4000  # lines that are kept
LEVELS = ("debug", "info", "warning", "error")
_TAIL = 256 * 1024  # bytes of a file that are read at first
_LEVEL = re.compile(r"\b(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line.

    Attributes:
        level: One of ``LEVELS``.
        text: What is shown.
    """

    level: str
    text: str


class LogKeeper(logging.Handler):
    """Keeps the newest lines of the program's log; any thread may write.

    Attributes:
        count: Lines that came so far, kept or not.
    """

    def __init__(self, most: int = MOST) -> None:
        super().__init__(logging.DEBUG)
        self.count = 0
        self._lines: deque[LogLine] = deque(maxlen=most)
        self._guard = threading.Lock()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
        # Times of a log are read beside a clock on the wall.
        assert self.formatter is not None
        self.formatter.converter = time.localtime

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, with its traceback in lines of their own."""
        level = _named(record.levelname)
        try:
            lines = self.format(record).splitlines()
        except Exception:  # noqa: BLE001 - what logs badly must not fail for that
            self.handleError(record)
            return
        with self._guard:
            for line in lines:
                self._lines.append(LogLine(level, line))
                self.count += 1

    def since(self, count: int) -> list[LogLine]:
        """Return the lines that came after the first ``count`` and are still kept."""
        with self._guard:
            new = min(self.count - count, len(self._lines))
            return list(self._lines)[len(self._lines) - new :] if new > 0 else []


class FileTail:
    """Reads lines at the end of a file as it grows.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = -1
        self._level = "info"

    def read(self) -> list[LogLine]:
        """Return new whole lines; what cannot be read has none."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, 2)
                if self._offset < 0 or self._offset > size:
                    self._offset = max(0, size - _TAIL)
                file.seek(self._offset)
                data = file.read(_TAIL)
        except OSError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        return [self._line(text) for text in whole.decode("utf-8", "replace").splitlines()]

    def _line(self, text: str) -> LogLine:
        found = _LEVEL.search(text[:60])
        if found:
            self._level = _named(found[1])
        return LogLine(self._level, text)


def _named(level: str) -> str:
    name = {"CRITICAL": "error"}.get(level, level.lower())
    return name if name in LEVELS else "info"
