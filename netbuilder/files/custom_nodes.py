"""The files of custom node types in a document: full paths while it is open, short ones in its file.

A file beside the document, or below it, is named from there, so that both can move and be shared; one
in the person's home begins with ``~``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from netbuilder.graph.model import Network, frozen

_HOME = "~/"


def with_full_paths(network: Network, folder: Path) -> Network:
    """Return a network whose custom node types name their files in full.

    Args:
        network: As it stands in a file.
        folder: The folder of that file, in full.
    """
    return _with_paths(network, lambda text: _full(text, folder))


def with_short_paths(network: Network, folder: Path) -> Network:
    """Return a network as it stands in a file of ``folder``; see ``with_full_paths``."""
    return _with_paths(network, lambda text: _short(text, folder))


def _with_paths(network: Network, change: Callable[[str], str]) -> Network:
    files = {name: change(text) for name, text in network.custom_nodes.items()}
    same = files == network.custom_nodes
    return network if same else replace(network, custom_nodes=frozen(files))


def _full(text: str, folder: Path) -> str:
    path = Path(text)
    if text.startswith(_HOME):
        return str(Path.home() / text.removeprefix(_HOME))
    return text if not text or path.is_absolute() else str(folder / path)


def _short(text: str, folder: Path) -> str:
    path = Path(text)
    if not path.is_absolute():
        return text
    if path.is_relative_to(folder):
        return str(PurePosixPath(path.relative_to(folder)))
    try:
        home = Path.home()
    except RuntimeError:  # a process without a home
        return text
    if path.is_relative_to(home):
        return _HOME + str(PurePosixPath(path.relative_to(home)))
    return text
