"""The example networks that ship with the program."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from netbuilder.files.errors import FileError
from netbuilder.files.format import loads
from netbuilder.graph.model import Network

PACKAGE = "netbuilder_examples"
SUFFIX = ".netgraph"


def example_names() -> tuple[str, ...]:
    """The names of the examples, in order."""
    return tuple(sorted(_texts()))


def example(name: str) -> Network:
    """Open an example.

    Raises:
        FileError: There is no such example.
    """
    return loads(example_text(name), name + SUFFIX)


def example_text(name: str) -> str:
    """Return the text of an example's file.

    Raises:
        FileError: There is no such example.
    """
    found = _texts()
    if name not in found:
        known = ", ".join(sorted(found)) or "none; the package of examples is not installed"
        raise FileError(name + SUFFIX, f"there is no such example; there are: {known}")
    return found[name].read_text(encoding="utf-8")


def _texts() -> dict[str, resources.abc.Traversable]:
    return {
        file.name.removesuffix(SUFFIX): file
        for file in _folder().iterdir()
        if file.name.endswith(SUFFIX)
    }


def _folder() -> resources.abc.Traversable:
    try:
        return resources.files(PACKAGE)
    except ModuleNotFoundError:
        # A checkout that is not installed has them beside the program.
        return Path(__file__).resolve().parents[2] / "examples"
