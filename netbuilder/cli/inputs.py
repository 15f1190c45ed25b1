"""What commands are given: files that hold networks, and folders that hold runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from netbuilder.cli.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from netbuilder.graph.model import Network
    from netbuilder.training.run import RunFolder


def opened(path: Path) -> Network:
    """Open a file.

    Raises:
        UsageError: There is no such file.
        RefusedError: It is not a network; the sentence says where and why.
    """
    from netbuilder.app.project import open_network
    from netbuilder.files.errors import FileError

    if not path.exists():
        raise UsageError(f"{path}: there is no such file")
    try:
        return open_network(path)
    except FileError as error:
        raise RefusedError(str(error)) from error


def run_at(path: Path) -> RunFolder:
    """Return the run in a folder; for one in ``runs`` its name will do.

    Raises:
        UsageError: The folder holds no run.
    """
    from netbuilder.app.training import RUNS
    from netbuilder.training.run import RunFolder

    if len(path.parts) == 1 and not path.exists() and (RUNS / path).is_dir():
        path = RUNS / path
    run = RunFolder(path)
    if not run.exists():
        what = "holds no training run" if path.is_dir() else "is no folder"
        raise UsageError(f"{path} {what}; `netbuilder runs list` shows the runs there are")
    return run


def new_folder(path: Path) -> Path:
    """Return the path of a folder to be made.

    Raises:
        UsageError: Something is there already.
    """
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise UsageError(f"{path} is not empty; give the run a folder of its own")
    return path


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Raises:
        FileError: It was not written.
    """
    from netbuilder.files.atomic import write_atomic

    write_atomic(path, text.encode("utf-8"))
