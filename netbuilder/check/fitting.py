"""Whether a node would take a tensor, and what another one would make of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.runs import Record
from netbuilder.node_api.node_type import Outcome, evaluate
from netbuilder.node_api.ports import TensorType


def fits(record: Record, port: str, tensor: TensorType) -> bool:
    """Whether a node would take a tensor at an input, its other inputs as they are."""
    given = dict(zip(record.kind.inputs, record.inputs, strict=True))
    given[port] = tensor
    known = {name: t for name, t in given.items() if t is not None}
    if record.kind.instance is None:
        return record.kind.definition is not None
    if not record.kind.required <= known.keys():
        return True  # What else is missing is told on its own.
    try:
        return not evaluate(record.kind.instance, known).failed
    except Exception:  # noqa: BLE001 - a pack's code may raise anything
        return False


def with_settings(record: Record, settings: Mapping[str, Any]) -> Outcome | None:
    """Return what a node would make of its inputs with other parameters, or None if it would not."""
    instance = record.kind.instance
    given = dict(zip(record.kind.inputs, record.inputs, strict=True))
    known = {name: t for name, t in given.items() if t is not None}
    if instance is None or not record.kind.required <= known.keys():
        return None
    try:
        accepted = {name: type(instance).params[name].accept(v) for name, v in settings.items()}
        outcome = evaluate(type(instance)({**instance.values(), **accepted}), known)
    except Exception:  # noqa: BLE001 - a pack's code may raise anything
        return None
    return None if outcome.failed else outcome


def made_by(catalogue: Catalogue, type_id: str, tensor: TensorType) -> TensorType | None:
    """Return what a node type with one input, its parameters untouched, makes of a tensor."""
    node_type = catalogue.get(type_id)
    if node_type is None:
        return None
    try:
        outcome = evaluate(node_type(), {"input": tensor})
    except Exception:  # noqa: BLE001 - a pack's code may raise anything
        return None
    return None if outcome.failed else outcome.types.get("output")
