"""Node packs: found, imported, and collected into a catalogue.

The built-in pack is the package ``netbuilder_nodes``. Others add themselves by the entry-point group
``netbuilder.node_packs``, whose value is a package or a module; and a folder of node files is a pack
when somebody trusts it (``folders``). A pack that cannot be imported becomes a problem, never a crash.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import importlib.util
import pkgutil
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

from netbuilder.catalogue import folders as node_folders
from netbuilder.catalogue.catalogue import Catalogue, PackProblem
from netbuilder.node_api import NodeType

BUILT_IN = "netbuilder_nodes"
ENTRY_POINTS = "netbuilder.node_packs"


# Of threads that ask at once, one reads; the others wait for it.
_reading = threading.Lock()


def standard_catalogue(folders: Sequence[Path] = ()) -> Catalogue:
    """Return the catalogue of the built-in pack, the installed packs and the folders that are trusted.

    The same folders give the same catalogue, until ``reread``; their files are read once.

    Args:
        folders: Folders of node files besides those the process trusts (``folders.trusted``). Their
            code is executed: name only those the user asked for.
    """
    every = (*node_folders.trusted(), *map(node_folders.resolved, map(Path, folders)))
    with _reading:
        return _standard(tuple(dict.fromkeys(every)))


def reread() -> None:
    """Let the node files of folders be read anew: whoever asks for the catalogue next gets another one."""
    with _reading:
        node_folders.forget(folder for folders in _read for folder in folders)
        _read.clear()
        _standard.cache_clear()


_read: set[tuple[Path, ...]] = set()
# Of types that are gone from their file, too: whoever uses them is told where they were.
_files: dict[str, Path] = {}


@functools.cache
def _standard(folders: tuple[Path, ...]) -> Catalogue:
    _read.add(folders)
    collection = _Collection(folders)
    collection.add_modules(BUILT_IN, _built_in(), collection.problems)
    for entry in importlib.metadata.entry_points(group=ENTRY_POINTS):
        pack = f"{entry.name} ({entry.value})"
        module = _imported(entry.module, pack, collection.problems)
        if module is not None:
            collection.add_modules(pack, module, collection.problems)
    for folder in folders:
        collection.add_folder(folder)
    return collection.catalogue()


class _Collection:
    """Node types on their way into a catalogue."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self.folders = tuple(folders)
        self.types: dict[str, type[NodeType]] = {}
        self.packs: dict[str, str] = {}
        self.categories: list[str] = []
        self.definitions: dict[str, tuple[str, type[NodeType]]] = {}
        self.problems: list[PackProblem] = []

    def add_modules(self, pack: str, module: ModuleType, problems: list[PackProblem]) -> None:
        """Add the node types of a module and, where it is a package, of the modules in it."""
        self.categories += getattr(module, "CATEGORIES", ())
        for part in _parts(module, pack, problems):
            for node_type in _node_types(part):
                self._add(pack, node_type)

    def add_folder(self, folder: Path) -> None:
        """Add the node types of a folder's files."""
        for part in node_folders.read_folder(folder, self.problems):
            self.categories += getattr(part, "CATEGORIES", ())
            for node_type in _node_types(part):
                self._add(str(folder), node_type)
                file = node_folders.file_of(node_type)
                if file is not None and self.types.get(node_type.id) is node_type:
                    _files[node_type.id] = file

    def _add(self, pack: str, node_type: type[NodeType]) -> None:
        said = self._defined_otherwise(node_type)
        if said:
            self.problems.append(PackProblem(pack, said, node_folders.file_of(node_type)))
            return
        other = self.types.setdefault(node_type.id, node_type)
        if other is node_type:
            self.packs[node_type.id] = pack
            return
        name = f"{node_type.__module__}.{node_type.__name__}"
        file = node_folders.file_of(node_type)
        message = (
            f"{f'{file.name}: {node_type.__name__}' if file else name} has the id {node_type.id}, "
            f"which {self.packs[node_type.id]} uses already; the first one is kept"
        )
        self.problems.append(PackProblem(pack, message, file))

    def _defined_otherwise(self, node_type: type[NodeType]) -> str:
        """Say that a type defines a name that another one defines otherwise: a source holds it once."""
        for one in node_type.definitions:
            text, owner = self.definitions.setdefault(one.name, (one.text, node_type))
            if text != one.text:
                file = node_folders.file_of(node_type)
                name = f"{file.name}: {node_type.__name__}" if file else node_type.__name__
                where = node_folders.file_of(owner)
                other = where.name if where else owner.__name__
                return f"{name} defines {one.name}, which {other} defines otherwise; rename one of them"
        return ""

    def catalogue(self) -> Catalogue:
        """Sort by category; within one, types keep the order they were found in."""
        order = {name: place for place, name in reversed(list(enumerate(self.categories)))}
        types = sorted(
            self.types.values(),
            key=lambda t: (order.get(t.category, len(self.categories)), t.category),
        )
        return Catalogue(types, self.problems, self.folders, _files)


def _built_in() -> ModuleType:
    """Import the built-in pack; in a checkout that is not installed, from its folder.

    Raises:
        ImportError: There is neither.
    """
    try:
        return importlib.import_module(BUILT_IN)
    except ModuleNotFoundError as error:
        folder = Path(__file__).resolve().parents[2] / "nodes"
        if error.name != BUILT_IN or not (folder / "__init__.py").is_file():
            raise
        return _package(BUILT_IN, folder)


def _package(name: str, folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _parts(module: ModuleType, pack: str, problems: list[PackProblem]) -> Iterator[ModuleType]:
    """Yield the module and, where it is a package, every module in it, in the order of names."""
    yield module
    for info in pkgutil.iter_modules(getattr(module, "__path__", ())):
        if not info.name.startswith("_"):
            part = _imported(f"{module.__name__}.{info.name}", pack, problems)
            if part is not None:
                yield part


def _imported(name: str, pack: str, problems: list[PackProblem]) -> ModuleType | None:
    with _Guard(pack, problems, name):
        return importlib.import_module(name)
    return None


class _Guard:
    """Turns what a pack's code raises into a problem."""

    def __init__(self, pack: str, problems: list[PackProblem], part: str = "") -> None:
        self._pack = pack
        self._problems = problems
        self._part = part or pack

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        # SystemExit too: a file that calls sys.exit must not end the program.
        if not isinstance(error, Exception | SystemExit):
            return False
        said = str(error).strip().split("\n")[0] or "no reason given"
        message = f"{self._part} could not be imported: {type(error).__name__}: {said}"
        self._problems.append(PackProblem(self._pack, message))
        return True


def _node_types(module: ModuleType) -> Iterable[type[NodeType]]:
    """The node types a module defines."""
    return [v for v in vars(module).values() if node_folders.is_own_type(v, module)]
