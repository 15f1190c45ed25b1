"""Folders of node files: read only where somebody trusts them, and what is wrong told at its line.

Which folders are trusted is a fact of the whole process, because every part of it must know the same
types: the command line says it once at its start (``--trust-nodes``), the editor from its preferences and
when a person says so. Processes that this one starts know nothing of it; they are told with the same option.
A folder is trusted as such, with whatever files it holds later on.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.abc
import linecache
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from netbuilder.catalogue.catalogue import PackProblem
from netbuilder.node_api import NodeType

PREFIX = "netbuilder_pack_"
# What would make every check, and the editor's start, wait.
_HEAVY = frozenset({"torch", "torchvision", "numpy", "sklearn", "onnx"})
_NO_TORCH = (
    "imports {name}, but node files are read where {name} is not loaded; "
    "put the code that needs it in the text of a Definition"
)

_trusted: tuple[Path, ...] = ()
_reading = threading.RLock()


def trusted() -> tuple[Path, ...]:
    """The folders whose code this process runs, in the order they were trusted."""
    return _trusted


def set_trusted(folders: Iterable[Path]) -> None:
    """Say which folders are trusted from now on; catalogues made before stay as they are."""
    global _trusted
    _trusted = tuple(dict.fromkeys(resolved(folder) for folder in folders))


def resolved(folder: Path) -> Path:
    """A folder by the one name that tells it from others."""
    return folder.expanduser().resolve()


def node_files(folder: Path) -> list[Path]:
    """The files of a folder that are read, in the order they are; none where it cannot be read."""
    try:
        found = [path for path in folder.iterdir() if path.suffix == ".py" and path.is_file()]
    except OSError:
        return []
    return sorted(path for path in found if not path.name.startswith("_"))


def file_of(node_type: type[NodeType]) -> Path | None:
    """The file of a type that came from a folder; None for any other."""
    if not node_type.__module__.startswith(PREFIX):
        return None
    module = sys.modules.get(node_type.__module__)
    file = getattr(module, "__file__", None)
    return Path(file) if file else None


def line_of(error: BaseException, folder: Path) -> tuple[str, int]:
    """Return the file of a folder, and its line, where an exception came from; empty where none had part."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return error.filename, error.lineno
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).parent == folder and frame.lineno:
            return frame.filename, frame.lineno
    return "", 0


def read_folder(folder: Path, problems: list[PackProblem]) -> Iterator[ModuleType]:
    """Read the files of a folder as the modules of a package that has a name of its own.

    Args:
        folder: The folder, resolved. Its code is executed.
        problems: Gets what could not be read.

    Yields:
        The package, which is its ``__init__.py`` where it has one, then a module a file.
    """
    if not folder.is_dir():
        problems.append(PackProblem(str(folder), f"{folder} is not a folder"))
        return
    name = package_of(folder)
    with _reading, _by_itself():
        package = sys.modules.get(name) or ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
        init = folder / "__init__.py"
        if init.is_file() and not _run_init(package, init, folder, problems):
            return
        modules = [package]
        for path in node_files(folder):
            module = _module(f"{name}.{path.stem}", path, problems)
            if module is not None:
                modules.append(module)
    yield from modules


def package_of(folder: Path) -> str:
    """The name of the package that a folder is read as."""
    return PREFIX + hashlib.sha256(str(folder).encode()).hexdigest()[:12]


def forget(folders: Iterable[Path]) -> None:
    """Let the files of folders be read anew the next time."""
    with _reading:
        names = tuple(package_of(folder) for folder in folders)
        for name in [n for n in sys.modules if n.split(".")[0] in names]:
            del sys.modules[name]
        importlib.invalidate_caches()
        linecache.checkcache()


def _run_init(package: ModuleType, path: Path, folder: Path, problems: list[PackProblem]) -> bool:
    if hasattr(package, "__file__"):
        return True
    try:
        package.__file__ = str(path)
        exec(compile(path.read_bytes(), str(path), "exec"), package.__dict__)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a file's code may raise anything
        problems.append(_problem(path, error))
        del sys.modules[package.__name__]
        return False
    return True


def _module(name: str, path: Path, problems: list[PackProblem]) -> ModuleType | None:
    known = sys.modules.get(name)
    if known is not None:
        return known
    try:
        # Read as text first: a file that imports torch is told so, torch there or not.
        tree = ast.parse(path.read_bytes(), str(path))
        heavy = _heavy_import(tree)
        if heavy:
            problems.append(_located(path, heavy[1], _NO_TORCH.format(name=heavy[0])))
            return None
        module = importlib.import_module(name)
    # SystemExit too: a file that calls sys.exit must not end the program.
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a file's code may raise anything
        problems.append(_problem(path, error))
        return None
    problems += _wrong_types(module, tree, path)
    return module


def _heavy_import(tree: ast.Module) -> tuple[str, int] | None:
    """The first import that runs with the file and loads what takes long, with its line."""
    for statement in tree.body:
        names: Sequence[str] = ()
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            names = [statement.module or ""]
        for name in names:
            if name.split(".")[0] in _HEAVY:
                return name.split(".")[0], statement.lineno
    return None


def _wrong_types(module: ModuleType, tree: ast.Module, path: Path) -> Iterator[PackProblem]:
    """Take out of a module the types that could never be used, and say why."""
    lines = {part.name: part.lineno for part in tree.body if isinstance(part, ast.ClassDef)}
    for name, kind in list(vars(module).items()):
        if not is_own_type(kind, module):
            continue
        message = _wrong(kind)
        if message:
            delattr(module, name)
            yield _located(path, lines.get(kind.__name__, 0), message)


def is_own_type(value: object, module: ModuleType) -> bool:
    """Whether a value is a node type that a module defines: not one that it imports, nor a base without an id."""
    return (
        isinstance(value, type)
        and issubclass(value, NodeType)
        and value.__module__ == module.__name__
        and "id" in vars(value)
    )


def _wrong(kind: type[NodeType]) -> str:
    """Say what makes a type useless; empty for nothing."""
    if kind.module is NodeType.module and kind.forward is NodeType.forward and not kind.role:
        return (
            f"{kind.__name__} has neither module nor forward, so nothing can be computed; write one"
        )
    for name in (*kind.params, *(port.name for port in (*kind.ins, *kind.outs))):
        if hasattr(NodeType, name) or name in NodeType.__annotations__:
            return f"{kind.__name__} declares {name}, which every node type has already; choose another name"
    try:
        kind({name: param.default for name, param in kind.params.items()})
    except Exception as error:  # noqa: BLE001 - a file's code may raise anything
        return f"{kind.__name__} cannot be made with its defaults: {_said(error)}"
    return ""


def _problem(path: Path, error: BaseException) -> PackProblem:
    file, line = line_of(error, path.parent)
    # A file that imports another one of the folder fails where that one does.
    return _located(Path(file or path), line, _said(error))


def _located(path: Path, line: int, said: str) -> PackProblem:
    place = f"{path.name}, line {line}" if line else path.name
    return PackProblem(str(path.parent), f"{place}: {said}", path, line)


def _said(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text.strip().split(chr(10))[0] or 'no reason given'}"


class _NothingHeavy(importlib.abc.MetaPathFinder):
    """Refuses to import for a node file what takes long; where it is loaded already, it costs nothing."""

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """Refuse, or leave it to the others."""
        name = fullname.split(".")[0]
        if name in _HEAVY:
            raise ImportError(_NO_TORCH.format(name=name))
        return None


@contextmanager
def _by_itself() -> Iterator[None]:
    """Import without heavy modules, and without leaving compiled files in a person's folder."""
    # A compiled file could also hide an edit within the same second.
    finder, writes = _NothingHeavy(), sys.dont_write_bytecode
    sys.meta_path.insert(0, finder)
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        sys.meta_path.remove(finder)
