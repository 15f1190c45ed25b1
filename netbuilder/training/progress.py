"""How far a training is: all that a checkpoint keeps besides tensors and random generators."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from netbuilder.training.recipe import Recipe


@dataclass(slots=True)
class Progress:
    """How far a training is.

    Attributes:
        step: Steps done.
        epoch: Epochs done, that is the index of the one under way.
        position: Steps done in this epoch.
        seen: Training samples seen.
        counted: Samples that went into ``sums``.
        sums: For each loss, the sum over this epoch's samples so far.
        best: The best value of the recipe's metric; None before the first.
        best_step: Steps done when it was reached.
        best_epoch: The epoch of it, counted from 1.
        best_losses: The losses of that validation.
        best_metrics: The metrics of that validation.
        stale: Epochs since then.
        rate: What the learning rate was lowered to; None while it is the recipe's.
        plateau_best: The best value of the metric that lowered nothing.
        plateau_stale: Epochs since then, or since the learning rate was lowered.
    """

    step: int = 0
    epoch: int = 0
    position: int = 0
    seen: int = 0
    counted: int = 0
    sums: list[float] = field(default_factory=list)
    best: float | None = None
    best_step: int = 0
    best_epoch: int = 0
    best_losses: list[float] = field(default_factory=list)
    best_metrics: dict[str, float] = field(default_factory=dict)
    stale: int = 0
    rate: float | None = None
    plateau_best: float | None = None
    plateau_stale: int = 0

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return what ``to_plain`` gave; further keys are left out, and older ones lack some."""
        return cls(**{key: plain[key] for key in cls.__dataclass_fields__ if key in plain})

    def begin_epoch(self) -> None:
        """Start to count a new epoch."""
        self.position = 0
        self.counted = 0
        self.sums = [0.0] * len(self.sums)

    def judge(
        self, recipe: Recipe, value: float, losses: list[float], metrics: dict[str, float]
    ) -> bool:
        """Take in an epoch's value of the recipe's metric; whether it is the best so far."""
        if not recipe.better(value, self.best):
            self.stale += 1
            return False
        self.best, self.best_step, self.best_epoch = value, self.step, self.epoch + 1
        self.best_losses, self.best_metrics = losses, metrics
        self.stale = 0
        return True

    def begin_average(self, recipe: Recipe) -> None:
        """Forget the best epoch of weights that were not averaged, once averaged ones are judged."""
        if self.best is not None and self.best_epoch < recipe.swa_start <= self.epoch + 1:
            self.best, self.stale = None, 0

    def settle(self, recipe: Recipe, value: float) -> None:
        """Take in an epoch's value, and lower the learning rate where it no longer improves.

        The rules are those of torch.optim.lr_scheduler.ReduceLROnPlateau with a relative threshold.
        """
        best = self.plateau_best
        margin = recipe.plateau_threshold
        if best is None:
            better = math.isfinite(value)
        elif recipe.smaller_is_better:
            better = value < best * (1 - margin)
        else:
            better = value > best * (1 + margin)
        if better:
            self.plateau_best, self.plateau_stale = value, 0
            return
        self.plateau_stale += 1
        if self.plateau_stale > recipe.plateau_patience:
            rate = recipe.learning_rate if self.rate is None else self.rate
            self.rate = max(rate * recipe.gamma, recipe.min_learning_rate)
            self.plateau_stale = 0

    def exhausted(self, recipe: Recipe) -> bool:
        """Whether patience has run out."""
        return 0 < recipe.patience <= self.stale
