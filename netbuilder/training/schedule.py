"""The learning rate and the order of samples, as pure functions of where training stands.

Nothing here has a state, so a resumed training computes the same values without having saved any.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from netbuilder.training.phases import pace
from netbuilder.training.recipe import Recipe

ONE_CYCLE_START = 25.0  # the learning rate starts at this part of its top, as torch's does
ONE_CYCLE_END = 1e4  # and ends at this part of its start


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


def learning_rate(recipe: Recipe, step: int, steps: int, top: float | None = None) -> float:
    """Return the learning rate of a step.

    Args:
        recipe: The recipe.
        step: The step, counted from 0.
        steps: Steps an epoch.
        top: What ``reduce_on_plateau`` has lowered the recipe's learning rate to; None for the recipe's.
    """
    rate = _averaged(recipe, step, steps, top)
    return rate * pace(recipe.phases, step // steps) if recipe.phases else rate


def _averaged(recipe: Recipe, step: int, steps: int, top: float | None) -> float:
    begin = (recipe.swa_start - 1) * steps
    if step < begin or not anneals(recipe):
        return _scheduled(recipe, step, steps, top)
    return _annealed(recipe, _scheduled(recipe, begin, steps, top), (step - begin) // steps)


def anneals(recipe: Recipe) -> bool:
    """Whether the learning rate leaves its schedule once weights are averaged."""
    return recipe.swa_start > 0 and recipe.swa_learning_rate > 0


def _annealed(recipe: Recipe, start: float, epoch: int) -> float:
    """Go to the rate of averaging along a cosine, epoch by epoch, as torch.optim.swa_utils.SWALR does."""
    length = recipe.swa_anneal
    return _cosine(start, recipe.swa_learning_rate, min(1.0, epoch / length) if length else 1.0)


def _scheduled(recipe: Recipe, step: int, steps: int, top: float | None) -> float:
    top = recipe.learning_rate if top is None else top
    if step < recipe.warmup_steps:
        return top * (step + 1) / recipe.warmup_steps
    after, epoch = step - recipe.warmup_steps, step // steps
    length = max(1, steps * recipe.epochs - recipe.warmup_steps)
    done = min(1.0, after / length)
    low = recipe.min_learning_rate
    match recipe.schedule:
        case "step":
            return float(top * recipe.gamma ** (epoch // recipe.step_size))
        case "multi_step":
            return float(top * recipe.gamma ** sum(epoch >= one for one in recipe.milestones))
        case "exponential":
            return float(top * recipe.gamma**epoch)
        case "linear":
            return low + (top - low) * (1.0 - done)
        case "polynomial":
            return float(low + (top - low) * (1.0 - done) ** recipe.power)
        case "cosine":
            return _cosine(top, low, done)
        case "cosine_restarts":
            first = recipe.restart_epochs * steps
            return _cosine(top, low, within_restart(after, first, recipe.restart_factor))
        case "one_cycle":
            return _one_cycle(top, step, max(2, steps * recipe.epochs), recipe.rise)
    return top


def within_restart(after: int, length: int, factor: int) -> float:
    """Return the share of its cosine that a step has done.

    Args:
        after: Steps since the first cosine began.
        length: Steps of the first one.
        factor: How many times as long each is as the last one.
    """
    while after >= length:
        after -= length
        length *= factor
    return after / length


def _one_cycle(top: float, step: int, total: int, rise: float) -> float:
    """A cosine up and one down; the ends are those of torch.optim.lr_scheduler.OneCycleLR."""
    start, peak = top / ONE_CYCLE_START, rise * total - 1
    end = start / ONE_CYCLE_END
    if step <= peak:
        return _cosine(start, top, step / peak if peak > 0 else 1.0)
    return _cosine(
        top, end, min(1.0, (step - max(peak, 0.0)) / max(total - 1 - max(peak, 0.0), 1.0))
    )


def _cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * done))


def is_constant(recipe: Recipe) -> bool:
    """Whether the learning rate never changes."""
    flat = recipe.schedule == "constant" and recipe.warmup_steps == 0 and not anneals(recipe)
    return flat and not paces(recipe)


def paces(recipe: Recipe) -> bool:
    """Whether the learning rate is another in some phase."""
    return any(phase.learning_rate != 1 for phase in recipe.phases)


def epoch_seed(seed: int, epoch: int) -> int:
    """The seed of the order of samples in an epoch, epochs counted from 0.

    The factor keeps the orders of neighbouring seeds apart.
    """
    return seed * 1_000_003 + epoch
