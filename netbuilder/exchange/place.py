"""Finished files put in their place, each whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from netbuilder.files.atomic import write_atomic


def put(files: Sequence[Path], folder: Path) -> tuple[Path, ...]:
    """Write files to a folder, over older ones of the same name; return where they are.

    Raises:
        OSError: One cannot be written; it and those after it are as they were.
    """
    placed = []
    for file in files:
        write_atomic(folder / file.name, file.read_bytes())
        placed.append(folder / file.name)
    return tuple(placed)


def program_version() -> str:
    """Return the version of this program; empty where it is not installed."""
    try:
        return version("netbuilder")
    except PackageNotFoundError:
        return ""
