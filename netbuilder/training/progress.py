"""How far a training is: all that a checkpoint keeps besides tensors and random generators."""

from __future__ import annotations

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

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return what ``to_plain`` gave; further keys are left out."""
        return cls(**{key: plain[key] for key in cls.__dataclass_fields__})

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

    def exhausted(self, recipe: Recipe) -> bool:
        """Whether patience has run out."""
        return 0 < recipe.patience <= self.stale
