"""Random inputs to compare two implementations of a network at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from netbuilder.codegen.source import Argument, Source

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
    from torch import Tensor, nn

BATCH_SIZES = (1, 4, 7)
# Sizes of open axes; eight and its multiples divide by what poolings leave over.
OPEN_SIZES = (16, 11, 24)


def open_sizes(source: Source) -> tuple[str, ...]:
    """Return the names of the axes that inputs leave open, the batch left out."""
    names = (size for item in source.inputs for size in item.shape if isinstance(size, str))
    return tuple(dict.fromkeys(names))


def draw_inputs(
    module: nn.Module, arguments: Sequence[Argument], batch: int, sizes: dict[str, int], seed: int
) -> list[Tensor]:
    """Return random inputs: normal numbers, and integers that every embedding of the module knows."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    tables = torch.nn.Embedding, torch.nn.EmbeddingBag
    embeddings = (m.num_embeddings for m in module.modules() if isinstance(m, tables))
    high = min(embeddings, default=100)
    drawn = []
    for item in arguments:
        shape = (batch, *(sizes[s] if isinstance(s, str) else s for s in item.shape))
        dtype: torch.dtype = getattr(torch, item.dtype)
        if dtype.is_floating_point:
            drawn.append(torch.randn(shape, generator=generator).to(dtype))
        else:
            limit = 2 if dtype == torch.bool else high
            drawn.append(torch.randint(limit, shape, generator=generator).to(dtype))
    return drawn


def expected(
    module: nn.Module, source: Source, batch: int, index: int
) -> tuple[list[Tensor], list[NDArray[Any]], dict[str, int]]:
    """Draw inputs that a module takes.

    Args:
        module: The module, in evaluation mode.
        source: What it was built from.
        batch: The batch size.
        index: The number of the draw; others have other lengths.

    Returns:
        The inputs, the module's outputs, and the sizes of open axes.
    """
    names = open_sizes(source)
    for size in (OPEN_SIZES[index % len(OPEN_SIZES)], OPEN_SIZES[0]):
        sizes = {name: size + 8 * i for i, name in enumerate(names)}
        inputs = draw_inputs(module, source.inputs, batch, sizes, seed=index + 1)
        try:
            return inputs, outputs_of(module, inputs), sizes
        except RuntimeError:
            # The network does not take every length; the first one it may.
            if size == OPEN_SIZES[0]:
                raise
    raise AssertionError("unreachable")


def outputs_of(module: nn.Module, inputs: Sequence[Tensor]) -> list[NDArray[Any]]:
    """Return the outputs of a module as arrays; numpy has no bfloat16, which becomes float32."""
    import torch

    with torch.no_grad():
        result = module(*inputs)
    results = result if isinstance(result, tuple) else (result,)
    return [(x.float() if x.dtype == torch.bfloat16 else x).numpy() for x in results]
