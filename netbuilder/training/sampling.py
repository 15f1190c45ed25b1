"""Which samples an epoch sees: each once, of every class as many, or as often as a column says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.codegen.source import Source
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from netbuilder.data.prepare import Prepared


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


def balancing(labels: Tensor) -> Tensor:
    """Return weights by which each class is drawn as often as another, (samples,).

    Args:
        labels: The class of each sample, (samples, ...) with one number a sample.
    """
    import torch

    _, code = torch.unique(labels.reshape(len(labels)).cpu(), return_inverse=True)
    return 1.0 / torch.bincount(code).double()[code]


def drawn_order(weights: Tensor, generator: torch.Generator) -> Tensor:
    """Return as many samples as there are, drawn again and again, as likely as their weights say.

    Args:
        weights: A number from 0 on for each sample, (samples,).
        generator: Where the random numbers come from.
    """
    import torch

    return torch.multinomial(weights, len(weights), replacement=True, generator=generator)


def weights_of(
    source: Source,
    recipe: Recipe,
    tensors: Sequence[Tensor],
    data: Mapping[str, Any],
    prepared: Prepared,
    folder: Path,
) -> Tensor | None:
    """Return how likely each training sample is drawn, (samples,); None where each is seen once.

    Args:
        source: The network.
        recipe: How it is trained.
        tensors: Inputs and targets of the training split.
        data: The settings of the data.
        prepared: What they gave.
        folder: Where relative paths start.

    Raises:
        RunError: Classes should be balanced, but there are none.
        DataError: The column with the weights is not there or not as expected.
    """
    import torch

    if recipe.sampling == "weighted":
        from netbuilder.data.sample_weights import sample_weights

        found = sample_weights(data, folder, recipe.weight_column, prepared.indices["train"])
        return torch.tensor(found, dtype=torch.float64)
    place = balanced_by(source, recipe)
    return None if place is None else balancing(tensors[place])
