"""A worker that is started before it is needed: it has imported torch and waits for a run."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path


class WarmWorker:
    """A process that waits for the path of a run; it ends when this program does."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether there is a process that can take a run."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process, unless one waits already.

        Raises:
            OSError: It cannot be started.
        """
        if self.is_waiting:
            return
        self._process = subprocess.Popen(
            [sys.executable, "-m", "netbuilder.training.worker", "--wait"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def take(self, run: Path) -> subprocess.Popen[bytes] | None:
        """Give the process a run; return it, or None where there is none that could take it."""
        process, self._process = self._process, None
        if process is None:
            return None
        if process.poll() is None and process.stdin is not None:
            with suppress(OSError):
                # One line: what waits reads to its end and asks for no more.
                process.stdin.write(os.fsencode(run.resolve()) + b"\n")
                process.stdin.close()
                return process
        _end(process)
        return None

    def close(self) -> None:
        """End the process that waits."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    # It holds nothing that could be lost.
    process.kill()
    process.wait()
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
