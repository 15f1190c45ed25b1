"""The nodes that the phases of a recipe freeze, when one of them gets another name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from netbuilder.graph.model import Network, frozen

_KEY, _NODES = "phases", "frozen"


def with_phases_renamed(network: Network, old: str, new: str) -> Network:
    """Return a network whose phases freeze the node ``new`` where they froze ``old``."""
    phases = network.recipe.get(_KEY)
    if not isinstance(phases, list | tuple) or not any(old in _named(one) for one in phases):
        return network
    renamed = [
        {**one, _NODES: [new if name == old else name for name in _named(one)]}
        if old in _named(one)
        else one
        for one in phases
    ]
    return replace(network, recipe=frozen({**network.recipe, _KEY: renamed}))


def _named(phase: Any) -> list[Any]:
    named = phase.get(_NODES) if isinstance(phase, Mapping) else None
    return list(named) if isinstance(named, list | tuple) else []
