"""Fixes for kernels that are larger than what they slide over, and for steps that are larger than kernels."""

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
    """Yield how a kernel could fit: padding that keeps the size, then a smaller kernel."""
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
    if any(isinstance(record.node.params.get(name), Expression) for name in settings):
        return
    if with_settings(record, settings) is not None:
        yield fixes.set_params(run.group, record.node.id, settings)
