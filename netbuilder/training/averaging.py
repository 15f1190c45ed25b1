"""Averages of the weights, which are validated, kept and exported in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

SUFFIX = ":average"


class Average:
    """The average of what is trained, over steps or over epochs.

    Over steps it starts at the first weights, and after each one ``average = decay * average +
    (1 - decay) * weight`` (Polyak and Juditsky, 1992; as in torch.optim.swa_utils.get_ema_avg_fn).
    Over epochs it is the mean of the weights at the end of each epoch from ``start`` on, all alike
    (Izmailov et al., 2018, https://arxiv.org/abs/1803.05407; as in torch.optim.swa_utils.get_swa_avg_fn).

    Args:
        parameters: What is trained, by name.
        decay: What is kept of the average in a step; 0 averages no steps.
        start: The first epoch, counted from 1, whose end is averaged; 0 averages no epochs.
    """

    def __init__(
        self, parameters: Mapping[str, nn.Parameter], decay: float, start: int = 0
    ) -> None:
        self._parameters = parameters
        self._decay = decay
        self._start = start
        averages = decay > 0 or start > 0
        self._averages = [p.detach().clone() for p in parameters.values()] if averages else []

    @torch.no_grad()
    def follow(self) -> None:
        """Take in the weights after a step."""
        weights: list[Tensor] = list(self._parameters.values())
        torch._foreach_lerp_(self._averages, weights, 1.0 - self._decay)

    @torch.no_grad()
    def take_in(self, epoch: int) -> None:
        """Take in the weights at the end of an epoch, counted from 1, where epochs are averaged."""
        if 0 < self._start <= epoch:
            weights: list[Tensor] = list(self._parameters.values())
            torch._foreach_lerp_(self._averages, weights, 1.0 / (epoch - self._start + 1))

    def is_there(self, epoch: int) -> bool:
        """Whether there is an average after an epoch, counted from 1."""
        return self._decay > 0 or 0 < self._start <= epoch

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


@contextmanager
def norms_measured(model: nn.Module, run: Callable[[], None]) -> Iterator[None]:
    """Have statistics of the weights as they are in the batch norms, as torch.optim.swa_utils.update_bn.

    The mean of the batches' statistics counts. All buffers are back afterwards, bit for bit; a network
    without batch norms in training is left alone.

    Args:
        model: The network, in training mode.
        run: Lets batches through the network.
    """
    norms = [m for m in model.modules() if isinstance(m, _BatchNorm) and m.training]
    if not norms:
        yield
        return
    before = [buffer.clone() for buffer in model.buffers()]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean of all batches
    try:
        run()
        yield
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
        for buffer, value in zip(model.buffers(), before, strict=True):
            buffer.copy_(value)
