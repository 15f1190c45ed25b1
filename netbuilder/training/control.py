"""Commands to a running worker: lines appended to a file, read when it has grown."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, get_args

Command = Literal["pause", "resume", "stop", "stop_after_epoch", "checkpoint"]
COMMANDS: tuple[Command, ...] = get_args(Command)


def send(path: Path, command: Command) -> None:
    """Append a command; a single write, so that commands of several senders do not mix."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, f"{command}\n".encode("ascii"))
    finally:
        os.close(descriptor)


def size(path: Path) -> int:
    """The size of the file, in bytes; 0 when there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


class Commands:
    """The worker's view of the file; asking costs one ``stat`` when nothing came.

    Args:
        path: The file.
        offset: Bytes dealt with before.
    """

    def __init__(self, path: Path, offset: int) -> None:
        self._path = path
        self.offset = offset

    def poll(self) -> list[Command]:
        """Return the commands that came since the last call; unknown lines are left out."""
        if size(self._path) <= self.offset:
            return []
        with self._path.open("rb") as file:
            file.seek(self.offset)
            data = file.read()
        data = data[: data.rfind(b"\n") + 1]
        self.offset += len(data)
        lines = data.decode("ascii", "replace").split("\n")
        return [command for line in lines for command in COMMANDS if line == command]
