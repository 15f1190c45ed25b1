"""Whether a training step fits into a memory, and the largest batch that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from netbuilder.check.cost import (
    Cost,
    Training,
    memory_to_train,
    optimizer_slots_of,
    precision_of,
)

PRECISIONS = ("fp32", "bf16", "fp16")
# The optimizers of a recipe with and without momentum, by what they keep for a weight.
OPTIMIZERS: Mapping[str, Mapping[str, Any]] = {
    "sgd": {"optimizer": "sgd"},
    "sgd with momentum": {"optimizer": "sgd", "momentum": 0.9},
    "adam": {"optimizer": "adam"},
    "adamw": {"optimizer": "adamw"},
    "rmsprop": {"optimizer": "rmsprop"},
    "rmsprop with momentum": {"optimizer": "rmsprop", "momentum": 0.9},
    "adagrad": {"optimizer": "adagrad"},
    "adadelta": {"optimizer": "adadelta"},
    "adamax": {"optimizer": "adamax"},
    "nadam": {"optimizer": "nadam"},
    "radam": {"optimizer": "radam"},
    "muon": {"optimizer": "muon"},
    "lbfgs": {"optimizer": "lbfgs"},
}
LARGEST_BATCH = 1_000_000  # more than that no recipe takes


@dataclass(frozen=True, slots=True)
class Plan:
    """How a network is to be trained, as far as memory depends on it.

    Attributes:
        batch: Samples in a batch.
        precision: One of ``PRECISIONS``.
        optimizer: A key of ``OPTIMIZERS``.
    """

    batch: int
    precision: str
    optimizer: str

    def memory(self, cost: Cost, batch: int = 0) -> Training:
        """Return what a step takes, with the plan's batch or another one."""
        slots = optimizer_slots_of(OPTIMIZERS[self.optimizer])
        return memory_to_train(cost, batch or self.batch, self.precision, slots)


def plan_of(cost: Cost, recipe: Mapping[str, Any]) -> Plan:
    """Return how a recipe trains."""
    name = recipe.get("optimizer", "adam")
    if recipe.get("momentum") and f"{name} with momentum" in OPTIMIZERS:
        name = f"{name} with momentum"
    return Plan(cost.batch, precision_of(recipe), name if name in OPTIMIZERS else "adam")


def fits(cost: Cost, plan: Plan, memory: int) -> bool | None:
    """Return whether a step fits into so many bytes; None where a size is left open."""
    needed = plan.memory(cost).total
    return needed <= memory if isinstance(needed, int) else None


def largest_batch(cost: Cost, plan: Plan, memory: int) -> int | None:
    """Return the largest batch of which a step fits; 0 for none, None where a size is left open.

    It is at most ``LARGEST_BATCH``.
    """
    if not isinstance(plan.memory(cost, 1).total, int):
        return None
    fitting, beyond = 0, LARGEST_BATCH + 1
    while beyond - fitting > 1:
        batch = (fitting + beyond) // 2
        needed = plan.memory(cost, batch).total
        if isinstance(needed, int) and needed <= memory:
            fitting = batch
        else:
            beyond = batch
    return fitting
