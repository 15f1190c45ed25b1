"""What people say of a run: tags, a note, a pin. It lies in the run's folder; no worker writes it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from netbuilder.training.run import RunError, RunFolder, read_json, write_json

TRASH = ".trash"
_FILE = "notes.json"


@dataclass(frozen=True, slots=True)
class RunNotes:
    """What people say of a run.

    Attributes:
        tags: Short words to find it by, in their order, none twice.
        note: Free text.
        pinned: Whether it stands before the others.
    """

    tags: tuple[str, ...] = ()
    note: str = ""
    pinned: bool = False

    def tagged(self, added: Iterable[str], removed: Iterable[str] = ()) -> tuple[str, ...]:
        """Return the tags with some more and some fewer; spaces around them do not count."""
        gone = {tag.strip() for tag in removed}
        wanted = (*self.tags, *(tag.strip() for tag in added))
        return tuple(dict.fromkeys(tag for tag in wanted if tag and tag not in gone))


def read_notes(run: RunFolder) -> RunNotes:
    """Return what is said of a run; nothing where the file is missing.

    Raises:
        RunError: The file cannot be read.
    """
    path = run.path / _FILE
    if not path.exists():
        return RunNotes()
    plain = read_json(path)
    tags, note = plain.get("tags", []), plain.get("note", "")
    if not isinstance(tags, list) or not isinstance(note, str):
        raise RunError(f"{path}: tags must be a list and note a text; mend or delete the file")
    return RunNotes(tuple(map(str, tags)), note, plain.get("pinned") is True)


def write_notes(run: RunFolder, notes: RunNotes) -> None:
    """Write down what is said of a run."""
    write_json(run.path / _FILE, asdict(notes))


def to_trash(run: RunFolder) -> Path:
    """Move a run to the folder ``.trash`` beside it, from where it can be restored; return where it is.

    Raises:
        RunError: It is being trained, or cannot be moved.
    """
    run.require()
    if run.is_active():
        raise RunError(f"{run.path} is being trained; stop it first")
    folder = run.path.parent / TRASH
    target = _free(folder / run.name)
    try:
        folder.mkdir(exist_ok=True)
        run.path.rename(target)
    except OSError as error:
        raise RunError(f"{run.path}: cannot be moved to {folder}: {error.strerror}") from error
    return target


def restore(folder: Path, name: str) -> Path:
    """Move a run from ``.trash`` back; return where it is.

    Args:
        folder: Where the runs lie.
        name: The name of the run's folder within ``.trash``.

    Raises:
        RunError: It is not there, or something else has its place.
    """
    run = RunFolder(folder / TRASH / name)
    target = folder / name
    if Path(name).name != name or not run.exists():
        raise RunError(f"{folder / TRASH} holds no run {name}")
    if target.exists():
        raise RunError(f"{target} is there already; rename that one first")
    try:
        run.path.rename(target)
    except OSError as error:
        raise RunError(f"{run.path}: cannot be moved back: {error.strerror}") from error
    return target


def rename(run: RunFolder, name: str) -> Path:
    """Give the folder of a run another name; return where it is.

    Raises:
        RunError: The name is none, taken, or the run is being trained.
    """
    run.require()
    target = run.path.with_name(name) if name and Path(name).name == name else None
    if target is None or name.startswith("."):
        raise RunError(
            f"{name!r} is no name for a folder of runs; give one without / or leading dot"
        )
    if target.exists():
        raise RunError(f"{target} is there already; give another name")
    if run.is_active():
        raise RunError(f"{run.path} is being trained; stop it first")
    try:
        run.path.rename(target)
    except OSError as error:
        raise RunError(f"{run.path}: cannot be renamed: {error.strerror}") from error
    return target


def _free(path: Path) -> Path:
    """The path, with the time behind where something has it."""
    if not path.exists():
        return path
    return path.with_name(f"{path.name}-{time.time_ns()}")
