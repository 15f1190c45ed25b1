"""Whether a node would take a tensor, and what another one would make of it."""

from __future__ import annotations

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.runs import Record
from netbuilder.node_api.node_type import evaluate
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
