"""Networks in files: opened with every check, saved so that nothing can be lost."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from netbuilder.files.atomic import Fs, kind_of, sweep, write_atomic
from netbuilder.files.custom_nodes import with_full_paths, with_short_paths
from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps, is_newer_file, is_read_only, loads
from netbuilder.graph.limits import MAX_BYTES
from netbuilder.graph.model import Network

_HEAD = 200
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_SYSTEM = Fs()


def load(path: str | os.PathLike[str]) -> Network:
    """Open a network. Nothing in the file is ever run.

    Raises:
        FileError: The file cannot be read or is not a network; the sentence says where and why.
    """
    data = read_file(path)
    sweep(path)
    return with_full_paths(loads(data, path), Path(path).absolute().parent)


def save(
    network: Network, path: str | os.PathLike[str], fs: Fs = _SYSTEM, *, backup: bool = False
) -> None:
    """Save a network, atomically and durably; the text is read back in memory first.

    Args:
        network: What to save.
        path: Where to.
        fs: The system calls.
        backup: Whether the content before stays in reach as ``name~``.

    Raises:
        FileError: It was not saved, and the file is as it was, or not flushed; the sentence says.
    """
    if is_read_only(network):
        raise FileError(
            path,
            "could not be saved: it comes from a newer version of the program and opens read-only",
        )
    text = _verified(with_short_paths(network, Path(path).absolute().parent), path)
    if _is_newer(path):
        raise FileError(
            path,
            "could not be saved: the file there was written by a newer version of the program; save under another name",
        )
    write_atomic(path, text.encode("utf-8"), fs, backup=backup)


def read_file(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> bytes:
    """Return the content of a plain file of at most ``limit`` bytes; never waits, never reads devices.

    Raises:
        FileError: There is no such file, it may not be read, is too large or no plain file.
    """
    try:
        # Opening a device can already do something, so what it is comes first.
        _look_at(Path(path).stat(), path, limit)
        descriptor = os.open(path, _FLAGS)
        try:
            _look_at(os.fstat(descriptor), path, limit)
            return _content(descriptor, path, limit)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise FileError(path, "there is no such file") from None
    except PermissionError:
        raise FileError(path, "may not be read; its permissions do not allow it") from None
    except (OSError, ValueError) as error:
        text = getattr(error, "strerror", None) or str(error)
        raise FileError(path, f"could not be read: {text[:1].lower()}{text[1:]}") from None


def _look_at(facts: os.stat_result, path: str | os.PathLike[str], limit: int) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise FileError(path, f"is {kind_of(facts.st_mode)}, but a file was expected")
    if facts.st_size > limit:
        raise FileError(
            path,
            f"has {facts.st_size / 1e6:,.1f} MB, but at most {limit / 1e6:,.1f} MB are allowed",
        )


def _content(descriptor: int, path: str | os.PathLike[str], limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := os.read(descriptor, 2**20):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise FileError(path, f"grew above {limit / 1e6:,.1f} MB while it was read")
    return b"".join(parts)


def _verified(network: Network, path: str | os.PathLike[str]) -> str:
    """The text, once it is certain that it opens again as the same network."""
    try:
        text = dumps(network)
        again = loads(text)
    except FileError as error:
        raise FileError(path, f"could not be saved: {error.reason}") from None
    # A network made by hand may hold tuples where a file has lists.
    if again != network and not _matches(network, again):
        raise FileError(path, "could not be saved: the text would not open as the same network")
    return text


def _matches(saved: Any, opened: Any) -> bool:
    """Whether two values are equal, lists and tuples being the same."""
    if isinstance(saved, Mapping):
        return (
            isinstance(opened, Mapping)
            and saved.keys() == opened.keys()
            and all(_matches(value, opened[key]) for key, value in saved.items())
        )
    if isinstance(saved, list | tuple):
        return (
            isinstance(opened, list | tuple)
            and len(saved) == len(opened)
            and all(map(_matches, saved, opened))
        )
    if is_dataclass(saved) and type(saved) is type(opened):
        names = [f.name for f in fields(saved)]
        return all(_matches(getattr(saved, name), getattr(opened, name)) for name in names)
    return bool(saved == opened)


def _is_newer(path: str | os.PathLike[str]) -> bool:
    with contextlib.suppress(OSError, ValueError):
        if Path(path).is_file():
            descriptor = os.open(path, _FLAGS)
            try:
                return is_newer_file(os.read(descriptor, _HEAD))
            finally:
                os.close(descriptor)
    return False
