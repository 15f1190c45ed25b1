"""Custom nodes for tests: files, and a network that uses one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from networks import network

from netbuilder.catalogue import packs
from netbuilder.catalogue.folders import set_trusted
from netbuilder.graph.model import Network

WIDE = '''
from netbuilder.node_api import Definition, In, NodeType, Out, call


class Wide(NodeType, id="wide", title="Wide", category="Custom"):
    """Widen, without a word on what comes out."""

    definitions = (
        Definition("""
            class WideModule(nn.Module):
                def __init__(self, features):
                    super().__init__()
                    self.linear = nn.Linear(features, 3 * features)

                def forward(self, x):
                    return {forward}
        """),
    )

    input = In("*B C", known="C", doc="Features.")
    output = Out("{pattern}", doc="More of them.")

    def module(self, a):
        return call("WideModule", a.C)
'''


def as_at_the_start() -> None:
    """Let this process trust no folder, and know of no type that is gone."""
    set_trusted(())
    packs._files.clear()
    packs.reread()


def wide(forward: str = "self.linear(x)", pattern: str = "*Y") -> str:
    """The text of a file with the type ``wide``, whose output is found out by running it."""
    return WIDE.format(forward=forward, pattern=pattern)


def using(kind: str, shape: tuple[Any, ...] = (5,)) -> Network:
    """A network with one node of a type."""
    rows: Any = [("x", "input", {"shape": shape}), (f"{kind}_1", kind), ("out", "output")]
    return network(rows, f"x -> {kind}_1, {kind}_1 -> out")


def line_with(path: Path, text: str) -> int:
    """The number of the first line of a file that holds a text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
