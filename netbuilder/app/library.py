"""What can be added to a graph: node types, groups of the network, ready groups and a user's own."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

from netbuilder.app.search import ranked
from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.files.documents import load, save
from netbuilder.files.errors import FileError
from netbuilder.graph import clipboard, edits
from netbuilder.graph.model import GROUP_PREFIX, Graph, Group, Network, Node
from netbuilder.graph.working import EditError, graph_of, group_of
from netbuilder.node_api.node_type import NodeType

__all__ = ["Entry", "Library", "entries", "ranked"]

_log = logging.getLogger(__name__)

Kind = Literal["node", "group", "library"]

SUFFIX = ".netgraph"
GROUPS = "Groups of this document"
LIBRARY = "My groups"
BLOCKS = "Blocks"
PACKAGE = "netbuilder_blocks"  # the ready groups that ship with the program

_INSTANCE = "instance"
_MOST_FILES = 1000
_SOURCE_NAME = re.compile(r"\btorch(?:\.[A-Za-z_]\w*)+")
_MAIN_ONLY = frozenset({"input", "target", "output", "loss"})
_GROUP_ONLY = frozenset({"group_input", "group_output"})


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be added to a graph.

    Attributes:
        kind: ``node`` for a type of the catalogue, ``group`` for a group of the network, ``library``
            for a ready group and for one of the user's own.
        id: The type's id, the group's id, or the name in the library.
        title: What people see.
        category: The section it stands in.
        sentence: What it does.
        also: What else people call it.
    """

    kind: Kind
    id: str
    title: str
    category: str
    sentence: str
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What a search finds it by."""
        return self.title, self.id

    @property
    def key(self) -> str:
        """What stands for it in drags and among favourites: ``conv2d``, ``group:block``, ``library:Block``."""
        return self.id if self.kind == "node" else f"{self.kind}:{self.id}"


def entries(
    catalogue: Catalogue, network: Network, library: Library | None = None, group: str | None = None
) -> list[Entry]:
    """Return what can be added to a graph of a network, in the order of the palette.

    Args:
        catalogue: The node types.
        network: Its groups are offered, but for those that would then hold themselves.
        library: The user's own groups.
        group: The group whose inside is edited, empty for the main graph: what does not belong there
            is left out. None leaves out nothing.
    """
    strangers = frozenset() if group is None else _MAIN_ONLY if group else _GROUP_ONLY
    found = [_of_type(kind) for kind in catalogue.types.values() if kind.role not in strangers]
    found += [
        Entry("group", name, own.title or name, GROUPS, own.doc or _holding(own))
        for name, own in network.groups.items()
        if not (group and _holds(network, name, group))
    ]
    return [*found, *(library.entries() if library else ())]


class Library:
    """The ready groups of the program and a user's own ones, a file each.

    A group of one's own takes the place of a ready one of the same name.

    Args:
        folder: Where the user's are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        """The names of the user's own groups, in order."""
        return tuple(entry.id for entry in _rows(_files(self._folder), LIBRARY))

    def entries(self) -> list[Entry]:
        """The groups as rows, ready ones first; a file that is no group is left out and logged once."""
        own, names = list(_rows(_files(self._folder), LIBRARY)), set(self.names())
        ready = [entry for entry in _rows(_files(_ready()), BLOCKS) if entry.id not in names]
        return [*ready, *own]

    def is_own(self, name: str) -> bool:
        """Whether a group is the user's own, so that it can be removed."""
        return self._path(name).is_file()

    def keep(self, network: Network, group: str, name: str = "") -> str:
        """Keep a group with all it needs; one of the same name is replaced.

        Args:
            network: Where it is.
            group: Its id.
            name: What to call it; empty for its title.

        Returns:
            The name it is kept under.

        Raises:
            EditError: There is no such group.
            FileError: It could not be written.
        """
        found = group_of(network, group)
        kept = _file_name(name or found.title or group)
        alone = Network(
            found.title or group,
            found.doc,
            graph=Graph({_INSTANCE: Node(_INSTANCE, GROUP_PREFIX + group)}),
        )
        alone = Network(
            alone.title, alone.description, alone.graph, _with_inner(network.groups, group)
        )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(self._folder, f"could not be made: {error.strerror}") from None
        save(alone, self._path(kept))
        return kept

    def remove(self, name: str) -> None:
        """Remove a group from the library; networks that use it keep theirs.

        Raises:
            FileError: There is no such group of the user's own, or it cannot be removed.
        """
        try:
            self._path(name).unlink()
        except OSError as error:
            raise FileError(self._path(name), f"could not be removed: {error.strerror}") from None

    def add_to(self, network: Network, name: str) -> tuple[Network, str]:
        """Bring a group into a network; one that is there already and the same is used.

        Returns:
            The network and the id of the group, to add instances of.

        Raises:
            EditError: There is no such group.
        """
        path = self._path(name)
        try:
            kept = load(path if path.is_file() else _ready() / path.name)
        except FileError as error:
            raise EditError(f"{name} cannot be taken from your groups: {error.reason}") from None
        if _group_in(kept) is None:
            raise EditError(f"{name} cannot be taken from your groups: the file holds no group")
        network, ids = clipboard.paste(network, clipboard.copy(kept, [_INSTANCE]))
        made = graph_of(network, "").nodes[ids[0]].group
        return edits.remove_nodes(network, ids), made

    def _path(self, name: str) -> Path:
        if name != _file_name(name):
            raise EditError(f"{name!r} cannot be the name of a group in the library")
        return self._folder / (name + SUFFIX)


def _files(folder: Path) -> list[Path]:
    try:
        paths = [path for path in folder.iterdir() if path.suffix == SUFFIX]
    except OSError:
        return []
    return sorted(paths, key=lambda path: (path.stem.lower(), path.stem))[:_MOST_FILES]


def _ready() -> Path:
    """The folder of the groups that ship with the program."""
    try:
        return Path(str(resources.files(PACKAGE)))
    except ModuleNotFoundError:
        # A checkout that is not installed has them beside the program.
        return Path(__file__).resolve().parents[2] / "blocks"


def _rows(paths: Iterable[Path], category: str) -> Iterator[Entry]:
    for path in paths:
        try:
            facts = path.stat()
        except OSError:
            continue
        entry = _entry(path, facts.st_mtime_ns, facts.st_size)
        if entry is not None:
            yield replace(entry, category=category)


@lru_cache(maxsize=_MOST_FILES)
def _entry(path: Path, changed: int, size: int) -> Entry | None:
    """The row of a file as it was at a moment, so that lists do not read all files each time."""
    try:
        kept = load(path)
    except FileError as error:
        _log.warning("a group of the library cannot be read: %s", error)
        return None
    group = _group_in(kept)
    if group is None:
        _log.warning("%s is in the library, but holds no group", path)
        return None
    title = group.title or path.stem
    return Entry("library", path.stem, title, LIBRARY, group.doc or _holding(group))


def _of_type(node_type: type[NodeType]) -> Entry:
    known = node_type.listed("Also")
    known += [name.split(".")[-1] for name in _SOURCE_NAME.findall(node_type.section("Source"))]
    return Entry(
        "node",
        node_type.id,
        node_type.title,
        node_type.category,
        node_type.sentence(),
        tuple(known),
    )


def _holding(group: Group) -> str:
    count = len(group.graph.nodes)
    return f"A group of {count} node{'' if count == 1 else 's'}."


def _group_in(kept: Network) -> Group | None:
    node = kept.graph.nodes.get(_INSTANCE)
    return kept.groups.get(node.group) if node else None


def _with_inner(groups: Mapping[str, Group], name: str) -> dict[str, Group]:
    """A group and those inside of it, however deep."""
    found: dict[str, Group] = {}
    waiting = [name]
    while waiting:
        group = groups.get(waiting.pop())
        if group is not None and group.id not in found:
            found[group.id] = group
            waiting += [node.group for node in group.graph.nodes.values() if node.group]
    return dict(sorted(found.items()))


def _holds(network: Network, group: str, inner: str) -> bool:
    return inner in _with_inner(network.groups, group)


def _file_name(name: str) -> str:
    """A name as a file can have it on every system."""
    kept = re.sub(r"[^\w .()+-]+", "_", name, flags=re.ASCII).strip(" .")[:80].strip(" .")
    return kept if kept and not _is_device(kept) else f"group_{kept}"


def _is_device(name: str) -> bool:
    """Whether Windows keeps a name for a device."""
    stem: Sequence[str] = name.upper().split(".")
    return bool(re.fullmatch(r"CON|PRN|AUX|NUL|(COM|LPT)[0-9]", stem[0]))
