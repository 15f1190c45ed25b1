"""A person's own groups, kept as files for other documents; and all that can be added to a graph."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.files.documents import load, save
from netbuilder.files.errors import FileError
from netbuilder.graph import clipboard
from netbuilder.graph.edits import add_node
from netbuilder.graph.model import GROUP_PREFIX, Network

_log = logging.getLogger(__name__)

SUFFIX = ".netgraph"
DOCUMENT_GROUPS = "Groups of this document"
OWN_GROUPS = "My groups"
EntryKind = Literal["node", "group", "library"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be added to a graph.

    Attributes:
        kind: A node type, a group of the document, or one of the person's own groups.
        id: The type, the group, or the name in the library.
        title: What people see.
        category: The section of the palette.
        sentence: What it does.
    """

    kind: EntryKind
    id: str
    title: str
    category: str
    sentence: str = ""


class Library:
    """The groups a person has kept, one file each.

    Args:
        folder: Where they are; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> tuple[str, ...]:
        """The names of the groups, in order."""
        try:
            return tuple(sorted(p.stem for p in self.folder.iterdir() if p.suffix == SUFFIX))
        except OSError:
            return ()

    def keep(self, network: Network, group: str) -> str:
        """Keep a group of a network with all groups it needs; one of that name makes way.

        Returns:
            Its name in the library.

        Raises:
            FileError: It cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(self.folder, f"cannot be made: {error.strerror or error}") from error
        text = clipboard.copy(*_instance(network, group))
        kept, _ = clipboard.paste(Network(title=network.groups[group].title or group), text)
        save(kept, self._path(group))
        return group

    def entry(self, name: str) -> Entry:
        """Describe a group of the library.

        Raises:
            FileError: There is no such group, or its file cannot be read.
        """
        network = load(self._path(name))
        definition = network.groups[self._main(network, name)]
        return Entry("library", name, definition.title or name, OWN_GROUPS, definition.doc)

    def add_to(self, network: Network, name: str) -> tuple[Network, str]:
        """Add a group to a network, unless an equal one is there; return the network and its id.

        Raises:
            FileError: There is no such group, or its file cannot be read.
        """
        kept = load(self._path(name))
        text = clipboard.copy(*_instance(kept, self._main(kept, name)))
        pasted, nodes = clipboard.paste(network, text)
        group = pasted.graph.nodes[nodes[0]].group
        return replace(pasted, graph=network.graph), group

    def _main(self, network: Network, name: str) -> str:
        """The group an instance of which is the whole graph of a file of the library."""
        for node in network.graph.nodes.values():
            if node.group in network.groups:
                return node.group
        raise FileError(
            self._path(name), "there is no group in it; remove the file, or keep the group again"
        )

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"


def entries(catalogue: Catalogue, network: Network, library: Library) -> list[Entry]:
    """Return all that can be added: node types, the document's groups, the person's own."""
    found = [
        Entry("node", kind.id, kind.title, kind.category, kind.sentence())
        for kind in catalogue.types.values()
    ]
    found += [
        Entry("group", group.id, group.title or group.id, DOCUMENT_GROUPS, group.doc)
        for group in network.groups.values()
    ]
    return [*found, *_own(library)]


def _own(library: Library) -> Iterable[Entry]:
    for name in library.names():
        try:
            yield library.entry(name)
        except FileError as error:
            _log.warning("a group of the library cannot be read: %s", error)


def _instance(network: Network, group: str) -> tuple[Network, tuple[str, ...]]:
    """A network with one more node, an instance of the group, and that node's name."""
    with_one, name = add_node(network, GROUP_PREFIX + group)
    return with_one, (name,)
