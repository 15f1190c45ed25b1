"""Where gradients can be taken: at inputs of numbers, and at the vectors that stand for whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from netbuilder.codegen.source import Argument
from netbuilder.training.run import RunError

Outputs = tuple[Tensor, ...]


@dataclass(frozen=True)
class WayIn:
    """An input of one sample, as something that has a gradient.

    Attributes:
        argument: The input.
        raw: What it takes, (1, *shape).
        values: Numbers: ``raw`` itself, or the vectors that a table gives for its whole numbers.
        table: That table; None where ``raw`` holds numbers.
    """

    argument: Argument
    raw: Tensor
    values: Tensor
    table: nn.Module | None = None

    def per_number(self, found: Tensor) -> Tensor:
        """What was found for ``values``, for each number of ``raw``; vectors are summed up."""
        return found.sum(-1) if self.table is not None else found


def run(model: nn.Module, inputs: Sequence[Tensor]) -> Outputs:
    """The outputs of a network, as a tuple."""
    found: Any = model(*inputs)
    return found if isinstance(found, tuple) else (found,)


def ways_in(
    model: nn.Module, arguments: Sequence[Argument], inputs: Sequence[Tensor]
) -> list[WayIn]:
    """Find where gradients of a sample can be taken.

    Raises:
        RunError: An input holds whole numbers that no table of vectors takes.
    """
    looked: list[tuple[nn.Module, Tensor, Tensor]] = []

    def look(module: nn.Module, given: Any, out: Tensor) -> None:
        looked.append((module, given[0], out))

    tables = [module for module in model.modules() if isinstance(module, nn.Embedding)]
    hooks = [module.register_forward_hook(look) for module in tables]
    try:
        with torch.no_grad():
            run(model, inputs)
    finally:
        for hook in hooks:
            hook.remove()
    found = []
    for argument, raw in zip(arguments, inputs, strict=True):
        if raw.is_floating_point():
            found.append(WayIn(argument, raw, raw))
            continue
        taken = [(module, out) for module, given, out in looked if _same(given, raw)]
        if not taken:
            raise RunError(
                f"{argument.name} takes whole numbers, of which there is no gradient; take occlusion"
            )
        module, out = taken[0]
        found.append(WayIn(argument, raw, out.detach(), module))
    return found


@contextmanager
def fed_by(ways: Sequence[WayIn]) -> Iterator[Callable[[nn.Module, Sequence[Tensor]], Outputs]]:
    """Give a function that runs a network with other values where the ways in are."""
    given: list[Tensor] = []

    def replace(way: WayIn, place: int) -> Callable[[nn.Module, Any, Tensor], Tensor | None]:
        def hook(module: nn.Module, arguments: Any, out: Tensor) -> Tensor | None:
            return given[place] if _same(arguments[0][:1], way.raw) else None

        return hook

    def fed(model: nn.Module, values: Sequence[Tensor]) -> Outputs:
        given[:] = values
        raw = [
            value if way.table is None else way.raw.expand(len(value), *way.raw.shape[1:])
            for way, value in zip(ways, values, strict=True)
        ]
        return run(model, raw)

    hooks = [
        way.table.register_forward_hook(replace(way, place))
        for place, way in enumerate(ways)
        if way.table is not None
    ]
    try:
        yield fed
    finally:
        for hook in hooks:
            hook.remove()


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and bool((one == other).all())
