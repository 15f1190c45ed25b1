"""Half precision: losses scaled up, so that small gradients do not vanish, and steps left out on overflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from netbuilder.training.run import RunError

_SKIPPED = "skipped"
# What torch computes on the CPU in float32 and bfloat16 alone.
_NOT_ON_CPU = (nn.LSTM, nn.RReLU)


class LossScaler:
    """torch.amp.GradScaler, with a count of the steps that it leaves out.

    Micikevicius et al., 2018, https://arxiv.org/abs/1710.03740. Nothing is read back from the device.

    Args:
        device: Where gradients are.
    """

    def __init__(self, device: torch.device) -> None:
        self._scaler = torch.amp.GradScaler(device.type)
        self._skipped = torch.zeros((), dtype=torch.int64, device=device)

    def backward(self, total: Tensor) -> None:
        """Add the gradients of a scaled loss."""
        self._scaler.scale(total).backward()  # type: ignore[no-untyped-call]

    def unscale(self, optimizer: Optimizer) -> None:
        """Bring the gradients back to their size, so that they can be clipped and measured."""
        self._scaler.unscale_(optimizer)

    def step(self, optimizer: Optimizer) -> None:
        """Change the weights, unless a gradient is not finite, and choose the next scale."""
        self._scaler.step(optimizer)
        scale = self._scaler._get_scale_async()  # noqa: SLF001 - get_scale would wait for the device
        assert scale is not None
        before = scale.clone()
        self._scaler.update()
        self._skipped += scale < before

    @property
    def scale(self) -> float:
        """What losses are multiplied by."""
        return float(self._scaler.get_scale())

    @property
    def skipped(self) -> int:
        """Steps left out so far."""
        return int(self._skipped)

    def state(self) -> dict[str, Any]:
        """Where it stands, as plain data."""
        return {**self._scaler.state_dict(), _SKIPPED: self.skipped}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go back to where ``state`` was."""
        own = {key: value for key, value in state.items() if key != _SKIPPED}
        self._scaler.load_state_dict(own)
        self._skipped.fill_(state[_SKIPPED])


def require_half(model: nn.Module, device: torch.device) -> None:
    """Make sure that torch computes a network in half precision.

    Raises:
        RunError: It does not, on the CPU.
    """
    if device.type != "cpu":
        return
    for name, module in model.named_modules():
        if isinstance(module, _NOT_ON_CPU):
            raise RunError(
                f"precision is fp16, but on the CPU torch computes {type(module).__name__} ({name}) in fp32 "
                "and bf16 only; set precision to bf16, or device to cuda"
            )
