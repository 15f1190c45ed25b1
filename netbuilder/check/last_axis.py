"""A rule about maps of the last axis behind images, which nearly always lack a Flatten."""

from __future__ import annotations

from collections.abc import Iterator

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check import fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.findings import Finding
from netbuilder.check.fitting import fits, made_by
from netbuilder.check.makers import acts_on_last_axis, maker_of
from netbuilder.check.runs import GraphRun, Record
from netbuilder.check.tracing import Spot, source_of
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.node_type import NodeType

_IMAGE_RANK = 4
_FLATTEN = "flatten"


def last_axis_findings(catalogue: Catalogue, run: GraphRun) -> Iterator[Finding]:
    """Yield where a Linear reads the rows of an image that a convolution or a pool made."""
    for name, record in run.records.items():
        tensor = record.inputs[0] if record.inputs else None
        # The quickest thing first: it is asked of every node after every edit.
        if tensor is None or len(tensor.shape) != _IMAGE_RANK or not _maps_last_axis(record):
            continue
        port = record.kind.inputs[0]
        maker = maker_of(source_of(run, name, port))
        if maker is None or not _makes_images(maker):
            continue
        flat, kind = made_by(catalogue, _FLATTEN, tensor), catalogue.get(_FLATTEN)
        found: tuple[Fix, ...] = ()
        if flat is not None and kind is not None and fits(record, port, flat):
            title = f"insert {kind.title} before {name}"
            target = Endpoint(name, port)
            fix = fixes.insert_before(run.group, target, kind.id, kind.version, title, safe=False)
            found = (fix,)
        yield Finding(
            "NB222",
            f"{name} maps the last axis of {tensor}, the width of the image that {maker.name} makes, "
            "and leaves channels and height apart",
            node=name,
            port=port,
            severity="warning",
            hint=f"flatten or pool the image before {name}",
            fixes=found,
        )


def _maps_last_axis(record: Record) -> bool:
    """Whether it is a node such as Linear."""
    if record.kind.instance is None or record.node.bypass or len(record.inputs) != 1:
        return False
    return bool(record.result.types) and acts_on_last_axis(record.kind.instance)


def _makes_images(maker: Spot) -> bool:
    """Whether a node takes and makes batches of images: four axes, the last two its own."""
    instance: NodeType | None = maker.record.kind.instance
    if instance is None or len(instance.in_ports) != 1 or len(instance.out_ports) != 1:
        return False
    before, behind = (p[0].declared.pattern for p in (instance.in_ports, instance.out_ports))
    both = not before.star and not behind.star
    return both and before.rank == behind.rank == _IMAGE_RANK
