"""Images in memory channel by channel of a pixel, which convolutions of many channels are faster on."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from netbuilder.training.augmentation import Change


def lay_out(model: nn.Module) -> None:
    """Lay out the weights and buffers of four axes with channels last, in place.

    See https://pytorch.org/tutorials/intermediate/memory_format_tutorial.html; their numbers stay.
    """
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.ndim == 4:
            tensor.data = tensor.data.contiguous(memory_format=torch.channels_last)


def laid_out(change: Change | None) -> Change:
    """Return the function that changes batches, with their tensors of four axes laid out alike."""

    def lay(batch: Sequence[Tensor]) -> list[Tensor]:
        changed = batch if change is None else change(list(batch))
        return [
            t.contiguous(memory_format=torch.channels_last) if t.ndim == 4 else t for t in changed
        ]

    return lay
