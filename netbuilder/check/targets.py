"""Rules about Targets: what is right is there for a loss to compare with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check import fixes
from netbuilder.check.data_rules import field_of
from netbuilder.check.diagnostics import Fix
from netbuilder.check.fields import Field, Fields
from netbuilder.check.findings import Finding
from netbuilder.check.runs import GraphRun
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.node_type import LossType, evaluate
from netbuilder.node_api.ports import FLOATS, TensorType


def idle_target_findings(
    catalogue: Catalogue, run: GraphRun, name: str, fields: Fields | None
) -> Iterator[Finding]:
    """Yield that nothing takes a Target, so that it teaches the network nothing."""
    record = run.records[name]
    if record.problems or name in run.layout.follows or _a_loss_waits(run):
        return
    target = Endpoint(name, record.kind.outputs[0])
    tensor = run.type_at(target)
    field = (fields or {}).get(field_of(record))
    found = _fix(catalogue, run, target, tensor, field) if tensor is not None else None
    losses = run.structure.roles.get("loss", ())
    effect = "so training does not use it" if losses else "so there is nothing to train for"
    yield Finding(
        "NB326",
        f"no loss compares anything with {name}, {effect}",
        node=name,
        severity="warning",
        hint="add a loss and connect what the network says and this Target to it",
        fixes=(found,) if found is not None else (),
    )


def _a_loss_waits(run: GraphRun) -> bool:
    """Whether a loss has no target yet, which is told there together with the way out."""
    for name in run.structure.roles.get("loss", ()):
        loss = run.records[name].kind.instance
        if (
            isinstance(loss, LossType)
            and loss.target_port
            and run.source(name, loss.target_port) is None
        ):
            return True
    return False


def _fix(
    catalogue: Catalogue,
    run: GraphRun,
    target: Endpoint,
    tensor: TensorType,
    field: Field | None,
) -> Fix | None:
    """Add the loss that the data ask for, between what the network says and the Target."""
    kinds = [
        kind
        for name in _wanted(tensor, field)
        if (kind := catalogue.get(name)) is not None and issubclass(kind, LossType)
    ]
    said = _predictions(run)
    fitting = [
        (value, kind) for value in said for kind in kinds if _takes(run, kind, value, tensor)
    ]
    if field is not None and field.classes and len(fitting) > 1:
        wide = len(field.classes)
        fitting = [pair for pair in fitting if _width(run, pair[0]) == wide] or fitting
    if len({value for value, _ in fitting}) == 1:
        value, kind = fitting[0]
    elif len(said) == 1 and kinds:
        value, kind = (
            said[0],
            kinds[0],
        )  # that they do not fit is told at the loss, with its own fixes
    else:
        return None
    title = f"add {kind.title} of {value} and {target}"
    ports = kind.prediction_port, kind.target_port
    return fixes.add_loss(kind.id, kind.version, (value, target), ports, title)


def _wanted(tensor: TensorType, field: Field | None) -> Sequence[str]:
    """The losses to think of, the likeliest first."""
    if tensor.dtype not in FLOATS:
        return ("cross_entropy",)
    if field is not None and len(field.classes) == 2:
        return "bce_with_logits", "mse"
    return ("mse",)


def _predictions(run: GraphRun) -> list[Endpoint]:
    """What the network says: at its Outputs, or else what nothing takes."""
    outputs = run.structure.roles.get("output", ())
    values = [run.source(name, run.records[name].kind.inputs[0]) for name in outputs]
    known = [value for value in values if value is not None and run.type_at(value) is not None]
    if not outputs:
        idle = ("input", "target", "loss")
        known = [end for end in run.loose_ends if run.records[end.node].kind.role not in idle]
    return list(dict.fromkeys(known))


def _width(run: GraphRun, value: Endpoint) -> object:
    tensor = run.type_at(value)
    return tensor.shape[1] if tensor is not None and tensor.rank > 1 else None


def _takes(run: GraphRun, kind: type[LossType], value: Endpoint, target: TensorType) -> bool:
    prediction = run.type_at(value)
    if prediction is None:
        return False
    try:
        loss = kind()
        given = {loss.prediction_port: prediction, loss.target_port: target}
        return not evaluate(loss, given).failed
    except Exception:  # noqa: BLE001 - a pack's code may raise anything
        return False
