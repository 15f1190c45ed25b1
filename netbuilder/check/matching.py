"""Fixes that put a node on a wire, so that what comes through fits: other channels, sizes, axes, numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check import fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.fitting import fits
from netbuilder.check.makers import maker_of
from netbuilder.check.runs import GraphRun, Record
from netbuilder.check.tracing import source_of
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.dims import Dim
from netbuilder.node_api.node_type import evaluate
from netbuilder.node_api.ports import FLOATS, TensorType

Added = Sequence[tuple[str, Mapping[str, Any]]]

_MOST_INPUTS = 8
_MOST_AXES = 6
_CONVOLUTIONS = {3: "conv1d", 4: "conv2d", 5: "conv3d"}
_CHANNELS = 1


def matching_fixes(catalogue: Catalogue, run: GraphRun, record: Record) -> Iterator[Fix]:
    """Yield what could stand before one input of a node to make it agree with another.

    Args:
        catalogue: The node types.
        run: The evaluation of the graph that the node is in.
        record: A node whose inputs do not agree.
    """
    pairs = zip(record.kind.inputs, record.inputs, strict=True)
    inputs = {port: tensor for port, tensor in pairs if tensor is not None}
    if len(inputs) > _MOST_INPUTS:
        return
    makers = [maker_of(source_of(run, record.node.id, port)) for port in inputs]
    signals = any(m is not None and _slides(m.record) for m in makers)
    told: set[str] = set()
    for port in inputs:
        for name, other in inputs.items():
            if name == port or other == inputs[port]:
                continue
            for added, what in _candidates(inputs[port], other, signals=signals):
                title = f"{what} before {record.node.id}.{port}"
                if title in told:
                    continue
                found = _inserted(catalogue, run, record, port, added, title)
                if found is not None:
                    told.add(title)
                    yield found


def axis_fix(catalogue: Catalogue, run: GraphRun, record: Record, port: str) -> Iterator[Fix]:
    """Yield the axis of size 1 that a tensor lacks: a channel of images, a single step."""
    for dim in (1, -1):
        added = [("unsqueeze", {"dim": dim})]
        where = "behind the batch" if dim == 1 else "at the end"
        title = f"insert Unsqueeze before {record.node.id}, an axis of 1 {where}"
        found = _inserted(catalogue, run, record, port, added, title)
        if found is not None:
            yield found
            return


def cast_fix(catalogue: Catalogue, run: GraphRun, record: Record, port: str) -> Iterator[Fix]:
    """Yield the Cast to the type of numbers that a port takes."""
    given = dict(zip(record.kind.inputs, record.inputs, strict=True))
    tensor = given.get(port)
    if tensor is None:
        return
    others = [t.dtype for name, t in given.items() if t is not None and name != port]
    for dtype in dict.fromkeys((*others, "float32", "int64", "bool")):
        if dtype == tensor.dtype:
            continue
        title = f"insert Cast to {dtype} before {record.node.id}.{port}"
        # Whole numbers let no gradient back, which is for a person to want.
        safe = dtype in FLOATS or tensor.dtype not in FLOATS
        added = [("cast", {"dtype": dtype})]
        found = _inserted(catalogue, run, record, port, added, title, safe=safe)
        if found is not None:
            yield found
            return


def _inserted(
    catalogue: Catalogue,
    run: GraphRun,
    record: Record,
    port: str,
    added: Added,
    title: str,
    *,
    safe: bool = True,
) -> Fix | None:
    """Return the fix that puts nodes on the wire into a port, where the node then takes it."""
    source = run.source(record.node.id, port)
    tensor = run.type_at(source) if source else None
    nodes: list[tuple[str, Mapping[str, Any], int]] = []
    for name, params in added:
        kind = catalogue.get(name)
        if kind is None or tensor is None:
            return None
        try:
            outcome = evaluate(
                kind({n: kind.params[n].accept(v) for n, v in params.items()}), {"input": tensor}
            )
        except Exception:  # noqa: BLE001 - a pack's code may raise anything
            return None
        if outcome.failed:
            return None
        tensor = outcome.types.get("output")
        nodes.append((name, params, kind.version))
    if tensor is None or not fits(record, port, tensor):
        return None
    return fixes.insert_chain(run.group, Endpoint(record.node.id, port), nodes, title, safe=safe)


def _slides(record: Record) -> bool:
    kind = record.kind.node_type
    return kind is not None and kind.category in ("Convolution", "Pooling")


def _candidates(
    mine: TensorType, other: TensorType, *, signals: bool
) -> Iterator[tuple[Added, str]]:
    """What may make one shape agree with another; of three axes the last is a length, or features."""
    if mine.rank == other.rank:
        permuted = list(_permuted(mine.shape, other.shape))
        yield from permuted
        if not permuted:
            yield from _projected(mine.shape, other.shape, signals=signals)
            if signals or mine.rank > 3:
                yield from _resized(mine.shape, other.shape)
    elif 2 <= mine.rank < other.rank <= _MOST_AXES and mine.shape[1] == other.shape[1]:
        count = other.rank - mine.rank
        axes = "an axis" if count == 1 else f"{count} axes"
        yield [("unsqueeze", {"dim": -1})] * count, f"insert Unsqueeze for {axes} of 1"


def _permuted(mine: Sequence[Dim], other: Sequence[Dim]) -> Iterator[tuple[Added, str]]:
    """The same sizes in another order, each of them once."""
    if mine == other or len(set(mine)) < len(mine) or set(mine) != set(other):
        return
    dims = [list(mine).index(size) for size in other]
    if dims[0] == 0:
        yield [("permute", {"dims": dims})], "insert Permute"


def _projected(
    mine: Sequence[Dim], other: Sequence[Dim], *, signals: bool
) -> Iterator[tuple[Added, str]]:
    """Another number of channels or features, and where a branch took strides, fewer positions."""
    last = len(mine) - 1
    differing = [axis for axis, size in enumerate(mine) if size != other[axis]]
    if differing == [last] and (last == 1 or (last == 2 and not signals)):
        features = other[last]
        if isinstance(features, int) and features > 1:
            yield [("linear", {"out_features": features})], f"insert Linear to {features}"
    kind, channels = _CONVOLUTIONS.get(len(mine)), other[_CHANNELS]
    stride = _stride(mine[2:], other[2:])
    if kind is None or stride is None or not isinstance(channels, int) or channels < 2:
        return
    params: dict[str, Any] = {"out_channels": channels, "kernel_size": 1}
    what = f"insert {kind.replace('c', 'C', 1)} with kernel 1 to {channels} channels"
    if stride > 1:
        params["stride"] = stride
        what += f" and a stride of {stride}"
    yield [(kind, params)], what


def _stride(mine: Sequence[Dim], other: Sequence[Dim]) -> int | None:
    """How many of my positions there are to one of the other's; None where that is no one number."""
    strides: set[int] = set()
    for size, wanted in zip(mine, other, strict=True):
        if size == wanted:
            strides.add(1)
        elif isinstance(size, int) and isinstance(wanted, int):
            strides.add(-(-size // wanted))
        else:
            return None
    return strides.pop() if len(strides) == 1 else None


def _resized(mine: Sequence[Dim], other: Sequence[Dim]) -> Iterator[tuple[Added, str]]:
    """A rim more or less, as kernels without padding leave one."""
    sizes = list(zip(mine[2:], other[2:], strict=True))
    known = [(a, b) for a, b in sizes if isinstance(a, int) and isinstance(b, int)]
    if not sizes or len(known) < len(sizes) or all(a == b for a, b in known):
        return
    said = " x ".join(str(b) for _, b in known)
    if all(b <= a < 2 * b for a, b in known):
        yield [("crop", {"size": [b for _, b in known]})], f"insert Crop to {said}"
    elif all(a <= b < 2 * a for a, b in known):
        rims = [side for a, b in reversed(known) for side in ((b - a) // 2, (b - a + 1) // 2)]
        yield [("pad", {"pad": rims})], f"insert Pad to {said}"
