"""The learning rate and the order of samples, as pure functions of where training stands.

Nothing here has a state, so a resumed training computes the same values without having saved any.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from netbuilder.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Plan:
    """How an epoch falls into batches and steps.

    Attributes:
        samples: Training samples an epoch sees.
        batch_size: Samples a batch; the last one may have fewer.
        batches: Batches an epoch.
        accumulate: Batches a step; the last step of an epoch may have fewer.
        steps: Steps (changes of the weights) an epoch.
        epochs: Epochs in all.
    """

    samples: int
    batch_size: int
    batches: int
    accumulate: int
    steps: int
    epochs: int

    @property
    def total(self) -> int:
        """Steps in all."""
        return self.steps * self.epochs


def plan(recipe: Recipe, samples: int) -> Plan:
    """Lay out the epochs of a training on ``samples`` training samples."""
    size = min(recipe.batch_size, max(samples, 1))
    used = samples - samples % size if recipe.drop_last else samples
    batches = -(-used // size)
    steps = -(-batches // recipe.accumulate)
    return Plan(used, size, batches, recipe.accumulate, steps, recipe.epochs)


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """Return the learning rate of a step.

    Args:
        recipe: The recipe.
        step: The step, counted from 0.
        steps: Steps an epoch.
    """
    top = recipe.learning_rate
    if step < recipe.warmup_steps:
        return top * (step + 1) / recipe.warmup_steps
    if recipe.schedule == "step":
        return float(top * recipe.gamma ** (step // steps // recipe.step_size))
    if recipe.schedule == "cosine":
        length = max(1, steps * recipe.epochs - recipe.warmup_steps)
        done = min(1.0, (step - recipe.warmup_steps) / length)
        low = recipe.min_learning_rate
        return low + (top - low) * 0.5 * (1.0 + math.cos(math.pi * done))
    return top


def is_constant(recipe: Recipe) -> bool:
    """Whether the learning rate never changes."""
    return recipe.schedule == "constant" and recipe.warmup_steps == 0


def epoch_seed(seed: int, epoch: int) -> int:
    """The seed of the order of samples in an epoch, epochs counted from 0.

    The factor keeps the orders of neighbouring seeds apart.
    """
    return seed * 1_000_003 + epoch
