"""What a recipe does to gradients before they change the weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import nn

from netbuilder.training.recipe import Recipe


def gradient_changes(
    recipe: Recipe, parameters: Sequence[nn.Parameter]
) -> Callable[[], None] | None:
    """Return the function that changes the gradients of a step in place; None where they stay.

    L1 adds the sign of every weight of more than one axis. Noise is drawn from torch's own generator,
    so a resumed training draws the same (Neelakantan et al., 2015, https://arxiv.org/abs/1511.06807).
    Values are cut off last.
    """
    l1, noise, most = recipe.l1, recipe.gradient_noise, recipe.clip_value
    if not (l1 or noise or most):
        return None

    @torch.no_grad()
    def change() -> None:
        for parameter in parameters:
            gradient = parameter.grad
            if gradient is None:
                continue
            if l1 and parameter.ndim > 1:
                gradient.add_(torch.sign(parameter), alpha=l1)
            if noise:
                gradient.add_(torch.randn_like(gradient), alpha=noise)
            if most:
                gradient.clamp_(-most, most)

    return change
