"""Writing a network in a few lines of Python, with the ports of the node types there are."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.graph import build
from netbuilder.graph.working import EditError
from netbuilder.node_api.params import ParamError


class Builder(build.Builder):
    """Writes a network from the node types of the catalogue.

    Args:
        title: Its title.
        description: A paragraph.
        data: Where the data come from: ``{"source": "digits"}``.
        recipe: How it is trained: ``{"epochs": 5}``.
        catalogue: The node types; by default those that are installed.

    Attributes:
        network: What was written so far.
    """

    def __init__(
        self,
        title: str = "",
        *,
        description: str = "",
        data: Mapping[str, Any] | None = None,
        recipe: Mapping[str, Any] | None = None,
        catalogue: Catalogue | None = None,
    ) -> None:
        known = catalogue or standard_catalogue()
        super().__init__(
            title,
            lambda type, params: ports_of(known, type, params),
            description=description,
            data=data,
            recipe=recipe,
        )


def ports_of(
    catalogue: Catalogue, type: str, params: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the inputs and the outputs of a node with some parameters.

    Raises:
        EditError: There is no such type, or a parameter that counts ports has a value it does not take.
    """
    node_type = catalogue.get(type)
    if node_type is None:
        close = get_close_matches(type, catalogue.types)
        more = f"; did you mean {' or '.join(close)}?" if close else ""
        raise EditError(f"there is no node type {type}{more}")
    counts = {port.count for port in (*node_type.ins, *node_type.outs) if port.count}
    try:
        node = node_type({name: value for name, value in params.items() if name in counts})
    except ParamError as error:
        raise EditError(f"{type}: {error}") from error
    return tuple(p.name for p in node.in_ports), tuple(p.name for p in node.out_ports)
