"""Where a diagnostic can be looked at, and what one changes about it."""

from __future__ import annotations

from netbuilder.check.diagnostics import Diagnostic
from netbuilder.graph.model import Network

_DATA, _RECIPE = "NB4", "NB7"


def path_of(network: Network, found: Diagnostic) -> str:
    """Return the path of the node a diagnostic is about; empty where it is about no node.

    What is wrong with a definition as such is looked at in one of its instances.
    """
    where = found.where
    if not where.group or "/" in where.node:
        return where.node
    trail = trail_to(network, where.group)
    return f"{trail}/{where.node}".strip("/") if trail else ""


def trail_to(network: Network, group: str) -> str:
    """Return the path of an instance of a definition, seen from the main graph; empty for none."""
    waiting: list[tuple[str, str]] = [("", "")]
    seen: set[str] = set()
    while waiting:
        inside, path = waiting.pop(0)
        for node in network.graph_at(inside).nodes.values():
            if not node.group or node.group not in network.groups:
                continue
            here = f"{path}/{node.id}".strip("/")
            if node.group == group:
                return here
            if node.group not in seen:
                seen.add(node.group)
                waiting.append((node.group, here))
    return ""


def command_of(found: Diagnostic) -> str:
    """Return the command that shows what a diagnostic without a node is about; empty for none."""
    if found.code.startswith(_DATA):
        return "run.data"
    return "run.recipe" if found.code.startswith(_RECIPE) else ""
