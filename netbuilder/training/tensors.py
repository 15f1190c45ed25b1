"""The data of a split as tensors, in the shape and dtype that the module's arguments declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from netbuilder.codegen.source import Argument
from netbuilder.data.feed import feed


def to_tensors(
    split: Mapping[str, Any], arguments: Sequence[Argument], device: torch.device
) -> list[Tensor]:
    """Return one tensor an argument, samples along the first axis; none for an empty split.

    Args:
        split: The arrays of a split by field.
        arguments: The inputs and targets of the module, in order.
        device: Where the tensors go.

    Raises:
        DataError: A field is missing or does not fit what is declared.
    """
    arrays = feed(split, arguments)
    if not arrays:
        return []
    return [
        torch.tensor(arrays[argument.name]).to(device, getattr(torch, argument.dtype))
        for argument in arguments
    ]
