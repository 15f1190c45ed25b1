"""Fixes for a tensor with too many or too few axes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check import fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.fitting import fits, made_by
from netbuilder.check.layout import NO_WIRES
from netbuilder.check.matching import axis_fix
from netbuilder.check.params import instantiate
from netbuilder.check.runs import GraphRun, Record
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.node_type import evaluate
from netbuilder.node_api.ports import TensorType

_MOST_STEPS = 100
# How patterns call an axis of steps, as those of a sequence.
_STEPS = frozenset({"T", "S"})


def rank_fixes(catalogue: Catalogue, run: GraphRun, record: Record, port: str) -> Iterator[Fix]:
    """Yield what brings a tensor to the axes that an input takes, the likeliest first.

    Args:
        catalogue: The node types, for nodes that a fix adds.
        run: The evaluation of the graph that the node is in.
        record: The node.
        port: The input.
    """
    source = run.source(record.node.id, port)
    tensor = run.type_at(source) if source else None
    if source is None or tensor is None:
        return
    yield from _one_channel(run, record, port, source, tensor)
    yield from _kin(catalogue, run, record, port, tensor)
    yield from _merged_too_early(run, record, port)
    yield from _rows_as_steps(catalogue, run, record, port, tensor)
    yield from _fewer_axes(catalogue, run, record, port, tensor)
    if run.records[source.node].kind.role != "input":
        yield from axis_fix(catalogue, run, record, port)


def _kin(
    catalogue: Catalogue, run: GraphRun, record: Record, port: str, tensor: TensorType
) -> Iterator[Fix]:
    """The same node for another number of axes: BatchNorm1d for BatchNorm2d."""
    node, own = record.node, record.kind.node_type
    given = {n: t for n, t in zip(record.kind.inputs, record.inputs, strict=True) if t is not None}
    given[port] = tensor
    for kind in catalogue.types.values():
        if own is None or kind is own or kind.category != own.category:
            continue
        if kind.params.keys() != own.params.keys() or kind.role != own.role:
            continue
        version = kind.version
        other = replace(node, type=kind.id, version=version)
        try:
            instance, _ = instantiate(other, kind, run.scope.values)
            if instance is None or evaluate(instance, given).failed:
                continue
        except Exception:  # noqa: BLE001 - a pack's code may raise anything
            continue
        yield fixes.set_type(run.group, node.id, kind.id, version, f"make {node.id} a {kind.title}")


def _merged_too_early(run: GraphRun, record: Record, port: str) -> Iterator[Fix]:
    """A Flatten somewhere before, whose axes this node still needs: it belongs behind the node."""
    name = record.node.id
    chain: list[tuple[Record, str]] = [(record, port)]
    source = run.source(name, port)
    for _ in range(_MOST_STEPS):
        step = run.records.get(source.node) if source else None
        if step is None or source is None or len(_takers(run, source)) != 1:
            return
        ins = run.layout.wires.get(source.node, NO_WIRES)
        if len(ins) != 1 or step.node.bypass or step.kind.instance is None:
            return
        (in_port, earlier), *_ = ins.items()
        tensor = run.type_at(earlier)
        if tensor is None:
            return
        made = run.type_at(source)
        if step.kind.instance.view and made is not None and made.rank < tensor.rank:
            if all(fits(taker, at, tensor) for taker, at in chain) and record.kind.outputs:
                ends = Endpoint(step.node.id, in_port), source
                behind = Endpoint(name, record.kind.outputs[0])
                title = f"move {step.node.id} behind {name}"
                yield fixes.move_behind(run.group, ends, behind, title)
            return
        if made != tensor:
            return
        chain.append((step, in_port))
        source = earlier


def _takers(run: GraphRun, source: Endpoint) -> list[Endpoint]:
    return [target for target, value in run.layout.edges.items() if value == source]


def _rows_as_steps(
    catalogue: Catalogue, run: GraphRun, record: Record, port: str, tensor: TensorType
) -> Iterator[Fix]:
    """An image where a sequence is wanted: every row a step, as one reads."""
    ports = record.kind.instance.in_ports if record.kind.instance is not None else ()
    names = [name for p in ports if p.name == port for name in p.declared.pattern.names]
    if len(names) != 3 or names[1] not in _STEPS or tensor.rank != 4:
        return
    batch, *sample = tensor.shape
    known = [size for size in sample if isinstance(size, int)]
    if len(known) < len(sample):
        return
    channels, rows, columns = known
    sizes = [rows, channels * columns]
    if not fits(record, port, TensorType((batch, *sizes), tensor.dtype)):
        return
    added: list[tuple[str, dict[str, object]]] = [("reshape", {"shape": sizes})]
    if channels != 1:
        added.insert(0, ("permute", {"dims": [0, 2, 1, 3]}))
    kinds = [kind for name, _ in added if (kind := catalogue.get(name)) is not None]
    titles = " and ".join(kind.title for kind in kinds)
    if len(kinds) == len(added):
        nodes = [(name, p, kind.version) for (name, p), kind in zip(added, kinds, strict=True)]
        title = f"insert {titles} before {record.node.id}, every row of the image a step"
        yield fixes.insert_chain(run.group, Endpoint(record.node.id, port), nodes, title)


def _fewer_axes(
    catalogue: Catalogue, run: GraphRun, record: Record, port: str, tensor: TensorType
) -> Iterator[Fix]:
    """Flatten or pool what the node takes."""
    for name in ("flatten", "global_average_pool"):
        made, kind = made_by(catalogue, name, tensor), catalogue.get(name)
        if made is not None and kind is not None and fits(record, port, made):
            title = f"insert {kind.title} before {record.node.id}"
            target = Endpoint(record.node.id, port)
            yield fixes.insert_before(run.group, target, name, kind.version, title)


def _one_channel(
    run: GraphRun, record: Record, port: str, source: Endpoint, tensor: TensorType
) -> Iterator[Fix]:
    """Give the Input before the node an axis of size 1."""
    before = run.records[source.node]
    shape = getattr(before.kind.instance, "shape", None)
    if before.kind.role != "input" or shape is None:
        return
    wider = TensorType((tensor.shape[0], 1, *tensor.shape[1:]), tensor.dtype)
    if fits(record, port, wider):
        said = " x ".join(map(str, (1, *shape)))
        title = f"set the shape of {source.node} to {said}"
        yield fixes.set_params(run.group, source.node, {"shape": [1, *shape]}, title)
