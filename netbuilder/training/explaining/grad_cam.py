"""Where the last convolution of a network sees what speaks for a score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from netbuilder.training.run import RunError

_CONVOLUTIONS = (
    nn.Conv1d,
    nn.Conv2d,
    nn.Conv3d,
    nn.ConvTranspose1d,
    nn.ConvTranspose2d,
    nn.ConvTranspose3d,
)
_SMOOTH = {1: "linear", 2: "bilinear", 3: "trilinear"}


@dataclass(frozen=True)
class Seen:
    """A map of where a convolution sees what speaks for a score.

    Attributes:
        node: The path of the convolution.
        values: As large as what comes into the network; 0 and more.
    """

    node: str
    values: Tensor


def grad_cam(
    model: nn.Module,
    score: Callable[[], Tensor],
    inputs: Sequence[Tensor],
    node_of: Callable[[str], str] = str,
    wanted: str = "",
) -> Seen:
    """Weigh each channel of a convolution by what it adds to a score, and draw where it is.

    Args:
        model: The network.
        score: Runs it on the sample and gives what is explained.
        inputs: The sample, which tells the size of the map.
        node_of: Gives the path of the node of a module.
        wanted: The path of a convolution; empty for the last one.

    Raises:
        RunError: There is no such convolution on the way to the score.

    Source: Selvaraju et al. 2017, "Grad-CAM"
    """
    calls: list[tuple[str, Tensor, Tensor]] = []

    def remember(name: str) -> Callable[[nn.Module, Any, Tensor], None]:
        def hook(module: nn.Module, given: Any, out: Tensor) -> None:
            calls.append((name, given[0], out))

        return hook

    with ExitStack() as hooks, torch.enable_grad():
        for name, module in model.named_modules():
            if isinstance(module, _CONVOLUTIONS):
                hooks.callback(module.register_forward_hook(remember(name)).remove)
        total = score().sum()
        whole = [(name, given, out) for name, given, out in calls if len(out) == 1]
        found: Sequence[Tensor | None] = ()
        if whole and total.requires_grad:
            found = torch.autograd.grad(total, [out for _, _, out in whole], allow_unused=True)
    used = [
        (node_of(name), out, slope)
        for (name, _, out), slope in zip(whole, found, strict=False)
        if slope is not None
    ]
    if not used:
        raise RunError(
            "grad_cam takes a network with a convolution on the way to the output, and this one has "
            "none; take integrated_gradients or occlusion"
        )
    nodes = list(dict.fromkeys(node for node, _, _ in used))
    if wanted and wanted not in nodes:
        raise RunError(
            f"no convolution {wanted} is on the way to the output; there are: {', '.join(nodes)}"
        )
    node, out, slope = [one for one in used if wanted in ("", one[0])][-1]
    weights = slope.mean(tuple(range(2, slope.ndim)), keepdim=True)
    small = (weights * out).sum(1, keepdim=True).relu().detach()
    size = _size(inputs, out.ndim - 2) or tuple(whole[0][1].shape[2:])
    return Seen(node, F.interpolate(small, size, mode=_SMOOTH[out.ndim - 2])[0, 0])


def _size(inputs: Sequence[Tensor], axes: int) -> tuple[int, ...]:
    """The size of the first input that is a picture of as many axes; empty where none is."""
    sizes = (tuple(tensor.shape[2:]) for tensor in inputs if tensor.ndim == axes + 2)
    return next(sizes, ())
