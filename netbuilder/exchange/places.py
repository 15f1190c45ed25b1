"""From a line of torch's trace back to the node of the graph that the line was generated for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from netbuilder.codegen.source import Source

if TYPE_CHECKING:
    from torch.fx import Node

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')


class Places:
    """Finds the nodes that generated lines belong to.

    Args:
        source: The generated source.
        filename: The name under which it was compiled.
    """

    def __init__(self, source: Source, filename: str) -> None:
        self._lines = source.lines
        self._filename = filename

    def of_trace(self, trace: str) -> str:
        """Return the path of the node that a stack trace in text is in; empty if none.

        A class is shared by all instances of its group, and its lines know one of them alone; the
        calls further out tell which instance it is.
        """
        frames = ((name, int(line)) for name, line in _FRAME.findall(trace))
        return self.of_frames(frames)

    def of_frames(self, frames: Iterable[tuple[str, int]]) -> str:
        """Return the path of the node that calls, outermost first, lead to; empty if none."""
        found = [self._lines.get(line, "") for name, line in frames if name == self._filename]
        segments = [path.rpartition("/")[2] for path in found if path]
        return "/".join(segments)

    def of_node(self, node: Node) -> str:
        """Return the path of the graph's node that a node of torch's trace was recorded in."""
        path = self.of_trace(node.stack_trace or "")
        if path:
            return path
        # Calls that torch puts in itself have no trace, but know their module; numbers are repeats.
        parts = module_of(node.meta).split(".")
        return "/".join(part for part in parts if part and not part.isdigit())


def module_of(meta: Mapping[str, Any]) -> str:
    """Return the dotted path of the innermost module that a traced node ran in."""
    stack = meta.get("nn_module_stack") or {}
    scopes = [str(scope) for scope, _ in stack.values()]
    # What torch puts in itself ran in no module; it marks that with a name of its own.
    return scopes[-1] if scopes and not scopes[-1].startswith("_") else ""
