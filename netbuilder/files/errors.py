"""What goes wrong with files, in a sentence."""

from __future__ import annotations

import os
from pathlib import Path

from netbuilder.node_api.errors import NetBuilderError


class FileError(NetBuilderError):
    """A file that cannot be read, is not what was expected, or could not be written.

    Attributes:
        path: The file, as it was given; empty for a text that is no file.
        reason: The rest of the sentence.
    """

    def __init__(self, path: str | os.PathLike[str], reason: str) -> None:
        super().__init__(path, reason)
        self.path = Path(path)
        self.reason = reason

    def __str__(self) -> str:
        shown = str(self.path) if str(self.path) != "." else ""
        # A name may hold line breaks or half characters, which would tear a message or a terminal.
        shown = shown if shown.isprintable() else repr(shown)
        return f"{shown}: {self.reason}" if shown else self.reason
