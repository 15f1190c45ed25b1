"""What is wrong with the augmentation of the data, given the network: changes that do not suit it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netbuilder.check.data_rules import field_of
from netbuilder.check.diagnostics import Diagnostic, Fix, Where
from netbuilder.check.report import Report
from netbuilder.check.runs import Record
from netbuilder.check.tracing import source_of
from netbuilder.codegen.source import Argument, Loss, Source
from netbuilder.data.augment import Augment
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.node_api.dims import is_known
from netbuilder.node_api.node_type import LossType
from netbuilder.node_api.params import ParamError
from netbuilder.training.augmenting import suited

CODE = "NB422"
_KEY = "augment"


def augment_findings(report: Report) -> Iterator[Diagnostic]:
    """Yield what a network cannot be trained with; settings that are not taken are told elsewhere.

    Args:
        report: What the check says of the network.
    """
    settings = _active(report.network)
    if not settings or not report.ok:
        return
    source = _outline(report)
    node = source.inputs[0].name if source.inputs else ""
    for name, sentence in suited(source, settings).problems:
        fix = Fix(f"set {name} to 0", lambda n, name=name: _without(n, name), safe=False)  # type: ignore[misc]
        yield Diagnostic(CODE, "error", sentence, Where(node), hint="set it to 0", fixes=(fix,))


def _active(network: Network) -> dict[str, Any]:
    found = network.data.get(_KEY, {})
    if not isinstance(found, Mapping):
        return {}
    try:
        return Augment(found).active()
    except ParamError:
        return {}


def _without(network: Network, name: str) -> Network:
    rest = {key: value for key, value in network.data.get(_KEY, {}).items() if key != name}
    data = {key: value for key, value in network.data.items() if key != _KEY}
    return edits.set_data(network, {**data, _KEY: rest} if rest else data)


def _outline(report: Report) -> Source:
    """Inputs, targets and losses as the generated source will have them; nothing is generated."""
    roles, records = report.run.structure.roles, report.run.records
    inputs, targets = (
        tuple(_argument(records[name]) for name in roles.get(role, ()))
        for role in ("input", "target")
    )
    losses = tuple(
        loss for name in roles.get("loss", ()) if (loss := _loss(report, name)) is not None
    )
    return Source("", "", inputs, targets, (), losses, {})


def _argument(record: Record) -> Argument:
    values = record.kind.instance.values() if record.kind.instance else {}
    shape = tuple(size if isinstance(size, int) else str(size) for size in values.get("shape", ()))
    return Argument(record.node.id, field_of(record), shape, str(values.get("dtype", "float32")))


def _loss(report: Report, name: str) -> Loss | None:
    record = report.run.records[name]
    loss = record.kind.instance
    if not isinstance(loss, LossType):
        return None
    spot = source_of(report.run, name, loss.target_port)
    given = dict(zip(record.kind.inputs, record.inputs, strict=True)).get(loss.prediction_port)
    sizes = given.shape if given is not None else ()
    shape = tuple(size if isinstance(size, int) and is_known(size) else str(size) for size in sizes)
    target = field_of(spot.record) if spot is not None and spot.record.node.type == "target" else ""
    return Loss(name, loss.id, loss.task, 1.0, shape, "", target)
