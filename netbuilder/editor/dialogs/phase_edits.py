"""Edits of the phases of a training, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.check.findings import listed
from netbuilder.editor.widgets.reading import is_default
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.node_api.params import plain
from netbuilder.training.phases import Phase
from netbuilder.training.recipe import Recipe

PHASES = "phases"


def phases_of(network: Network) -> list[dict[str, Any]]:
    """Return the phases as they are written; nothing where the document has something else there."""
    found = network.recipe.get(PHASES, ())
    known = isinstance(found, list | tuple)
    return [dict(item) for item in found if isinstance(item, Mapping)] if known else []


def with_phase_added(network: Network) -> Network:
    """Return a network with one more phase at the end."""
    return _with(network, [*phases_of(network), {"epochs": 1}])


def with_phase(network: Network, place: int, name: str, value: Any) -> Network:
    """Return a network with one setting of a phase; a default is taken out."""
    phases = phases_of(network)
    if value is edits.DEFAULT or is_default(Phase.params[name], value):
        phases[place].pop(name, None)
    else:
        phases[place][name] = plain(value)
    return _with(network, phases)


def without_phase(network: Network, place: int) -> Network:
    """Return a network without a phase."""
    phases = phases_of(network)
    del phases[place]
    return _with(network, phases)


def phases_text(recipe: Recipe) -> str:
    """Return in a sentence a phase what is different in them; empty where there are none."""
    told, first = [], 1
    for number, phase in enumerate(recipe.phases, 1):
        last = first + phase.epochs - 1
        told.append(f" Phase {number} ({span(first, last)}) {summary(phase)}.")
        first = last + 1
    return "".join(told)


def span(first: int, last: int) -> str:
    """Return epochs as a text: ``epoch 3`` or ``epochs 1 to 2``."""
    return f"epoch {first:,}" if first == last else f"epochs {first:,} to {last:,}"


def summary(phase: Phase) -> str:
    """Return what is different in a phase: ``freezes conv_1 and is 0.1 times as fast``."""
    parts = [f"freezes {listed(phase.frozen)}"] if phase.frozen else []
    if phase.learning_rate != 1:
        parts.append(f"is {phase.learning_rate:g} times as fast")
    return " and ".join(parts) or "trains all nodes"


def _with(network: Network, phases: list[dict[str, Any]]) -> Network:
    recipe = {key: value for key, value in network.recipe.items() if key != PHASES}
    return edits.set_recipe(network, {**recipe, PHASES: phases} if phases else recipe)
