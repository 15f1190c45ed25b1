"""Names of weights and modules, such as ``block_1.0.conv_1.weight``, as paths of nodes; nothing here needs torch."""

from __future__ import annotations

from collections.abc import Collection, Iterator


def node_path(name: str) -> str:
    """Return the path of the node that a module's name stands for; repeats of a group count as one."""
    return "/".join(part for part in name.split(".") if not part.isdigit())


def owners(name: str, nodes: Collection[str]) -> Iterator[str]:
    """Yield the nodes that a weight belongs to: the groups around it, and its layer at the end."""
    parts = node_path(name).split("/")[:-1]
    for count in range(1, len(parts) + 1):
        path = "/".join(parts[:count])
        if path in nodes:
            yield path
