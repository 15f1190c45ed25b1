"""Edits of the steps that a document's data are preprocessed by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.check.fields import Field, Fields
from netbuilder.data.source import DataError
from netbuilder.data.steps import STEP, STEPS
from netbuilder.editor.widgets.reading import is_default
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.node_api.params import plain

_KEY = "preprocess"


def steps_of(network: Network) -> list[dict[str, Any]]:
    """Return the steps as they are written; nothing where the document has something else there."""
    found = network.data.get(_KEY, ())
    known = isinstance(found, list | tuple)
    return [dict(item) for item in found if isinstance(item, Mapping)] if known else []


def with_step_added(network: Network, kind: str, fields: Fields) -> Network:
    """Return a network with one more step at the end, on the first field that it suits."""
    suited = fields_for(kind, fields)
    step = {STEP: kind, **({"field": suited[0]} if suited else {})}
    return _with(network, [*steps_of(network), step])


def with_step(network: Network, place: int, name: str, value: Any) -> Network:
    """Return a network with one setting of a step; a default is taken out."""
    steps = steps_of(network)
    step = steps[place]
    kind = STEPS.get(str(step.get(STEP)))
    if value is edits.DEFAULT or (kind and is_default(kind.params[name], value)):
        step.pop(name, None)
    else:
        step[name] = plain(value)
    return _with(network, steps)


def with_step_moved(network: Network, place: int, by: int) -> Network:
    """Return a network in which a step is done earlier or later."""
    steps = steps_of(network)
    steps.insert(max(0, place + by), steps.pop(place))
    return _with(network, steps)


def without_step(network: Network, place: int) -> Network:
    """Return a network without a step."""
    steps = steps_of(network)
    del steps[place]
    return _with(network, steps)


def fields_for(kind: str, fields: Fields) -> tuple[str, ...]:
    """Return the names of the fields that a step suits, inputs first."""
    ordered = sorted(fields.values(), key=lambda field: field.role == "target")
    return tuple(field.name for field in ordered if _suits(kind, field))


def _suits(kind: str, field: Field) -> bool:
    try:
        STEPS[kind]({"field": field.name}).after(field)
    except DataError:
        return False
    return True


def _with(network: Network, steps: list[dict[str, Any]]) -> Network:
    data = {key: value for key, value in network.data.items() if key != _KEY}
    return edits.set_data(network, {**data, _KEY: steps} if steps else data)
