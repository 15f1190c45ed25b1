"""Which samples an epoch sees: each once, or of every class as many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from netbuilder.codegen.source import Source
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunError

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def balanced_by(source: Source, recipe: Recipe) -> int | None:
    """Return which input or target has the classes that samples are balanced by.

    It is what the first loss on classes compares with.

    Args:
        source: The network.
        recipe: How it is trained.

    Returns:
        Its place among inputs and targets; None where samples are not balanced.

    Raises:
        RunError: They should be, but no loss compares with one class a sample.
    """
    if recipe.sampling != "balanced":
        return None
    arguments = (*source.inputs, *source.targets)
    for loss in source.losses:
        if loss.task not in ("classification", "binary"):
            continue
        for place, argument in enumerate(arguments):
            one = argument.shape in ((), (1,))
            if one and loss.target and (argument.field or argument.name) == loss.target:
                return place
    raise RunError(
        "the recipe's sampling is balanced, but no loss of the network compares with one class a sample; "
        "set sampling to shuffled"
    )


def balanced_order(labels: Tensor, generator: torch.Generator) -> Tensor:
    """Return as many samples as there are, drawn again and again, each class as likely as another.

    Args:
        labels: The class of each sample, (samples, ...) with one number a sample.
        generator: Where the random numbers come from.
    """
    import torch

    _, code = torch.unique(labels.reshape(len(labels)).cpu(), return_inverse=True)
    weights = 1.0 / torch.bincount(code).double()[code]
    return torch.multinomial(weights, len(code), replacement=True, generator=generator)


def labels_of(source: Source, recipe: Recipe, tensors: Sequence[Tensor]) -> Tensor | None:
    """Return the classes that samples are balanced by, (samples, ...); None where they are not.

    Raises:
        RunError: They should be, but there is nothing to balance by.
    """
    place = balanced_by(source, recipe)
    return None if place is None else tensors[place]
