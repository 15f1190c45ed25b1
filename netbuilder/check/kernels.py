"""Fixes that are other values of a node's own sizes: kernels, steps, padding, channels, parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netbuilder.check import fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.fitting import with_settings
from netbuilder.check.manners import windows
from netbuilder.check.runs import GraphRun, Record
from netbuilder.node_api.expressions import Expression

_SAME = "same"


def kernel_fixes(run: GraphRun, record: Record) -> Iterator[Fix]:
    """Yield the largest kernel that has nothing but its input to look at, padded as before."""
    instance, tensor = record.kind.instance, record.inputs[0]
    if instance is None or tensor is None or tensor.rank < 3 or not windows(instance):
        return
    kernel, sizes = instance.values()["kernel_size"], tensor.shape[2:]
    if not isinstance(kernel, tuple):
        kernel = (kernel,) * len(sizes)
    known = [size for size in sizes if isinstance(size, int)]
    if len(known) < len(kernel):
        return
    whole = instance.values().get("padding") == _SAME
    smaller = [_below(k, s, odd=whole or k % 2 == 1) for k, s in zip(kernel, known, strict=True)]
    found: dict[str, Any] = {"kernel_size": list(smaller) if len(smaller) > 1 else smaller[0]}
    if instance.values().get("padding") not in (_SAME, "valid"):
        pads = instance.values().get("padding") or 0
        pads = pads if isinstance(pads, tuple) else (pads,) * len(smaller)
        less = [min(p, k // 2) if p else 0 for p, k in zip(pads, smaller, strict=True)]
        if tuple(less) != tuple(pads):
            found["padding"] = less if len(less) > 1 else less[0]
    yield from _setting(run, record, found)


def stride_fixes(run: GraphRun, record: Record) -> Iterator[Fix]:
    """Yield the stride that leaves nothing out, then the kernel that does."""
    instance = record.kind.instance
    if instance is None:
        return
    sides = windows(instance)
    step = [min(step, reach) for reach, step in sides]
    yield from _setting(run, record, {"stride": step if len(step) > 1 else step[0]})
    if all(reach == size for (reach, _), size in zip(sides, _kernel(instance), strict=True)):
        kernel = [max(step, reach) for reach, step in sides]
        yield from _setting(run, record, {"kernel_size": kernel if len(kernel) > 1 else kernel[0]})


def _kernel(instance: Any) -> tuple[int, ...]:
    kernel = instance.values()["kernel_size"]
    return kernel if isinstance(kernel, tuple) else (kernel,)


def _below(kernel: int, size: int, *, odd: bool) -> int:
    """The largest kernel that fits; an odd one has a middle, so that padding keeps the size."""
    fitting = min(kernel, size)
    return fitting - 1 if odd and fitting % 2 == 0 and fitting > 1 else fitting


def _setting(run: GraphRun, record: Record, settings: Mapping[str, Any]) -> Iterator[Fix]:
    given = record.node.params
    known = type(record.kind.instance).params if record.kind.instance is not None else {}
    if any(n not in known or isinstance(given.get(n), Expression) for n in settings):
        return
    if with_settings(record, settings) is not None:
        yield fixes.set_params(run.group, record.node.id, settings)


def fitting_fixes(run: GraphRun, record: Record) -> Iterator[Fix]:
    """Yield how a kernel that does not fit at all could: padded, smaller, or without its gaps."""
    yield from _setting(run, record, {"padding": _SAME})
    yield from kernel_fixes(run, record)
    yield from _setting(run, record, {"dilation": 1})


def emptied_fixes(run: GraphRun, record: Record) -> Iterator[Fix]:
    """Yield what leaves something of an axis: no padding where that cuts off, as many steps as fit."""
    yield from _setting(run, record, {"padding": 0})
    yield from _setting(run, record, {"stride": 1})


def divisible_fixes(run: GraphRun, record: Record) -> Iterator[Fix]:
    """Yield the next number of channels that groups divide."""
    instance = record.kind.instance
    groups, out = getattr(instance, "groups", None), getattr(instance, "out_channels", None)
    if isinstance(groups, int) and isinstance(out, int) and out % groups:
        yield from _setting(run, record, {"out_channels": int(-(-out // groups) * groups)})


def parts_fixes(run: GraphRun, record: Record) -> Iterator[Fix]:
    """Yield sizes of parts that add up, the last of them taking what is left."""
    instance, tensor = record.kind.instance, record.inputs[0]
    sizes, dim = getattr(instance, "sizes", None), getattr(instance, "dim", None)
    if (
        tensor is None
        or not sizes
        or not isinstance(dim, int)
        or not -tensor.rank <= dim < tensor.rank
    ):
        return
    size = tensor.shape[dim]
    left = size - sum(sizes[:-1]) if isinstance(size, int) else 0
    if left > 0:
        yield from _setting(run, record, {"sizes": [*sizes[:-1], left]})
