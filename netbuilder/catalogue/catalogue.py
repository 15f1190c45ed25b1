"""The node types a program knows, looked up by id, and the migration of old parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from netbuilder.graph.model import Node, frozen
from netbuilder.node_api import NodeType

_UPGRADES_KEPT = 4096


@dataclass(frozen=True, slots=True)
class PackProblem:
    """A node pack, or a part of one, that could not be taken.

    Attributes:
        pack: The pack's name, or the path of its folder.
        message: A sentence for the user; of a folder's file with its name and line.
        file: The file of a folder that it is about.
        line: The line in it; 0 where none is known.
    """

    pack: str
    message: str
    file: Path | None = None
    line: int = 0


class Catalogue:
    """The node types by id, in the order of the palette.

    Args:
        types: The types, in order.
        problems: What could not be taken.
        folders: The folders of node files that were read.
        files: The files of folders that types came from, now or earlier in this process, by type.

    Attributes:
        types: By id, in the order of the palette.
        problems: Packs, and parts of packs, that could not be taken.
        folders: The folders of node files that were read.
        files: The files of folders that types came from, now or earlier in this process, by type.
    """

    def __init__(
        self,
        types: Iterable[type[NodeType]],
        problems: Iterable[PackProblem] = (),
        folders: Iterable[Path] = (),
        files: Mapping[str, Path] = MappingProxyType({}),
    ) -> None:
        self.types: Mapping[str, type[NodeType]] = MappingProxyType({t.id: t for t in types})
        self.problems: tuple[PackProblem, ...] = tuple(problems)
        self.folders: tuple[Path, ...] = tuple(folders)
        self.files: Mapping[str, Path] = MappingProxyType(dict(files))
        # Nodes are immutable and come again at every check; a kept node cannot lose its identity.
        self._upgraded: dict[int, tuple[Node, Node]] = {}

    def get(self, type_id: str) -> type[NodeType] | None:
        """The type with this id, or None."""
        return self.types.get(type_id)

    def upgrade(self, node: Node) -> Node:
        """Return ``node`` with its parameters brought to its type's present version.

        A node of an unknown type, of the present version or of a newer one is returned as it is.
        So is one whose type fails to migrate it; its parameters are then checked as they are.
        """
        node_type = self.types.get(node.type)
        if node_type is None or node.version >= node_type.version:
            return node
        kept = self._upgraded.get(id(node))
        if kept is not None and kept[0] is node:
            return kept[1]
        upgraded = _migrated(node, node_type)
        if len(self._upgraded) >= _UPGRADES_KEPT:
            self._upgraded.clear()
        self._upgraded[id(node)] = (node, upgraded)
        return upgraded

    def categories(self) -> Mapping[str, tuple[type[NodeType], ...]]:
        """The types of every category, in the order of the palette."""
        found: dict[str, list[type[NodeType]]] = {}
        for node_type in self.types.values():
            found.setdefault(node_type.category, []).append(node_type)
        return {category: tuple(types) for category, types in found.items()}

    def search(self, text: str) -> tuple[type[NodeType], ...]:
        """The types that have every word of ``text`` in title, id, category or description.

        Those whose title begins with the text come first, then those with all of it in the title.
        """
        words = text.lower().split()
        wanted = " ".join(words)
        found: list[tuple[int, type[NodeType]]] = []
        for node_type in self.types.values():
            title = node_type.title.lower()
            where = " ".join(
                (title, node_type.id, node_type.category, node_type.sentence())
            ).lower()
            if all(word in where for word in words):
                rank = 0 if title == wanted else 1 if title.startswith(wanted) else 2
                if rank == 2 and not (wanted in title or wanted in node_type.id):
                    rank = 3
                found.append((rank, node_type))
        return tuple(node_type for _, node_type in sorted(found, key=lambda item: item[0]))


def _migrated(node: Node, node_type: type[NodeType]) -> Node:
    try:
        params = node_type.migrate(dict(node.params), node.version)
    except Exception:  # noqa: BLE001 - a pack's code may raise anything, and a document must still open
        return node
    return replace(node, version=node_type.version, params=frozen(params))
