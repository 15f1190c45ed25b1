"""Fixes for inputs of one node that do not agree in size: sums, joins, attention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.check import fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.fitting import fits
from netbuilder.check.makers import maker_of, set_width, width_axis
from netbuilder.check.runs import GraphRun, Record
from netbuilder.check.tracing import Spot, before, source_of
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.node_type import evaluate
from netbuilder.node_api.ports import TensorType

_MOST_INPUTS = 8
_SAME = "same"


def size_fixes(run: GraphRun, record: Record) -> Iterator[Fix]:
    """Yield how the node that makes one input could give it the size of another.

    Args:
        run: The evaluation of the graph that the node is in.
        record: The node whose inputs do not agree.
    """
    inputs = {
        port: tensor
        for port, tensor in zip(record.kind.inputs, record.inputs, strict=True)
        if tensor is not None
    }
    if len(inputs) > _MOST_INPUTS:
        return
    told: set[str] = set()
    # The last input is the likeliest to be the odd one.
    for port in reversed(list(inputs)):
        maker = maker_of(source_of(run, record.node.id, port))
        if maker is None or maker.type is None or maker.type.shape != inputs[port].shape:
            continue
        for fix in (*_width(record, inputs, port, maker), *_padding(record, inputs, port, maker)):
            if fix.title not in told:
                told.add(fix.title)
                yield fix


def _width(
    record: Record, inputs: Mapping[str, TensorType], port: str, maker: Spot
) -> Iterator[Fix]:
    """Channels or features that are another number than those of another input."""
    mine, axis = inputs[port], width_axis(maker)
    if axis is None:
        return
    for name, other in inputs.items():
        if name == port or other.rank != mine.rank or other.shape[axis] == mine.shape[axis]:
            continue
        wanted = other.shape[axis]
        shape = (*mine.shape[:axis], wanted, *mine.shape[axis + 1 :])
        if isinstance(wanted, int) and fits(record, port, TensorType(shape, mine.dtype)):
            yield from set_width(maker, mine.shape[axis], wanted)
            return


def _padding(
    record: Record, inputs: Mapping[str, TensorType], port: str, maker: Spot
) -> Iterator[Fix]:
    """A convolution that takes a rim off, where the other input still has it."""
    node, instance, earlier = maker.record.node, maker.record.kind.instance, before(maker)
    param = type(instance).params.get("padding") if instance is not None else None
    if instance is None or earlier is None or earlier.type is None or param is None:
        return
    if _SAME not in getattr(param, "words", ()) or instance.padding == _SAME:  # type: ignore[attr-defined]
        return
    if isinstance(node.params.get("padding"), Expression):
        return
    try:
        padded = type(instance)({**instance.values(), "padding": _SAME})
        made = evaluate(padded, {padded.in_ports[0].name: earlier.type})
    except Exception:  # noqa: BLE001 - a pack's code may raise anything
        return
    tensor = made.types.get(maker.value.port)
    if tensor is not None and not made.failed and fits(record, port, tensor):
        title = f"set padding of {maker.name} to {_SAME}"
        yield fixes.set_params(maker.run.group, node.id, {"padding": _SAME}, title)
