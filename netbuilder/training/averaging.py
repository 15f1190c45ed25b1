"""An exponential moving average of the weights, which is validated, kept and exported in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

SUFFIX = ":average"


class Average:
    """The average of what is trained; it starts at the first weights.

    After every step ``average = decay * average + (1 - decay) * weight`` (Polyak and Juditsky, 1992;
    as in torch.optim.swa_utils.get_ema_avg_fn). Buffers such as BatchNorm's are those of the network.

    Args:
        parameters: What is trained, by name.
        decay: What is kept of the average in a step; 0 averages nothing.
    """

    def __init__(self, parameters: Mapping[str, nn.Parameter], decay: float) -> None:
        self._parameters = parameters
        self._decay = decay
        self._averages = [p.detach().clone() for p in parameters.values()] if decay else []

    @torch.no_grad()
    def follow(self) -> None:
        """Take in the weights after a step."""
        weights: list[Tensor] = list(self._parameters.values())
        torch._foreach_lerp_(self._averages, weights, 1.0 - self._decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Have the averages in the network; the weights are back afterwards, bit for bit."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        if not self._averages:
            return
        for parameter, average in zip(self._parameters.values(), self._averages, strict=True):
            weight = parameter.detach().clone()
            parameter.copy_(average)
            average.copy_(weight)

    def tensors(self) -> dict[str, Tensor]:
        """The averages, named ``conv_1.weight:average`` and the like; not a copy."""
        names = self._parameters if self._averages else ()
        return {f"{n}{SUFFIX}": a for n, a in zip(names, self._averages, strict=True)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Put back what ``tensors`` gave."""
        for name, average in self.tensors().items():
            average.copy_(tensors[name])
