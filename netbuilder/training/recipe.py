"""The training recipe: every setting of a training with its default, range and meaning."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Self

from netbuilder.node_api.errors import NetBuilderError
from netbuilder.node_api.params import Bool, Choice, Declared, Float, Int, ParamError, Text

LARGER_IS_BETTER = ("accuracy", "f1", "auroc", "r2")
# Values that change no number, so that a checkpoint is good under others as well.
FREE = ("checkpoint_every", "checkpoint_seconds", "device", "threads")


class RecipeError(NetBuilderError):
    """A recipe that cannot be followed; carries a sentence for each problem.

    Attributes:
        problems: One sentence each.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class Recipe(Declared):
    """How a network is trained; flat names, so that ``recipe.epochs=3`` sets one of them."""

    optimizer = Choice(
        "adam", ("sgd", "adam", "adamw"), group="Optimizer", doc="The rule that changes weights."
    )
    learning_rate = Float(
        0.001,
        min=0.0,
        max=100.0,
        group="Optimizer",
        doc="Size of a step along the gradient, before the schedule changes it.",
    )
    momentum = Float(
        0.0, min=0.0, max=0.9999, group="Optimizer", doc="Share of the last step kept (sgd)."
    )
    nesterov = Bool(
        False, group="Optimizer", doc="Look ahead along the momentum (sgd with momentum)."
    )
    beta1 = Float(
        0.9, min=0.0, max=0.9999, group="Optimizer", doc="Memory of the gradient (adam, adamw)."
    )
    beta2 = Float(
        0.999,
        min=0.0,
        max=0.999999,
        group="Optimizer",
        doc="Memory of the squared gradient (adam, adamw).",
    )
    epsilon = Float(
        1e-8, min=1e-20, max=1.0, group="Optimizer", doc="Keeps the division finite (adam, adamw)."
    )
    weight_decay = Float(
        0.0,
        min=0.0,
        max=10.0,
        group="Optimizer",
        doc="Pull of weights towards zero; adamw applies it apart from the gradient.",
    )
    clip_norm = Float(
        0.0,
        min=0.0,
        max=1e6,
        group="Optimizer",
        doc="Largest norm of all gradients together; larger ones are scaled down, 0 leaves them.",
    )

    schedule = Choice(
        "constant",
        ("constant", "step", "cosine"),
        group="Schedule",
        doc="How the learning rate changes: not, by a factor every few epochs, or down a cosine.",
    )
    warmup_steps = Int(
        0,
        min=0,
        max=10_000_000,
        group="Schedule",
        unit="steps",
        doc="Steps over which the learning rate rises from near zero.",
    )
    step_size = Int(
        10,
        min=1,
        max=1_000_000,
        group="Schedule",
        unit="epochs",
        doc="Epochs between two drops (step).",
    )
    gamma = Float(
        0.1, min=0.0, max=1.0, group="Schedule", doc="Factor of the learning rate at a drop (step)."
    )
    min_learning_rate = Float(
        0.0, min=0.0, max=100.0, group="Schedule", doc="Where the cosine ends (cosine)."
    )

    epochs = Int(20, min=1, max=1_000_000, group="Length", doc="Passes over the training data.")
    batch_size = Int(
        32,
        min=1,
        max=1_000_000,
        group="Length",
        unit="samples",
        doc="Samples that go through the network at once.",
    )
    accumulate = Int(
        1,
        min=1,
        max=10_000,
        group="Length",
        unit="batches",
        doc="Batches whose gradients are averaged into one step.",
    )
    shuffle = Bool(True, group="Length", doc="Draw a new order of the samples every epoch.")
    drop_last = Bool(False, group="Length", doc="Leave out an incomplete last batch of an epoch.")

    patience = Int(
        0,
        min=0,
        max=1_000_000,
        group="Early stopping",
        unit="epochs",
        doc="Epochs without an improvement after which training stops; 0 never stops early.",
    )
    min_delta = Float(
        0.0, min=0.0, max=1e6, group="Early stopping", doc="Smallest change that is an improvement."
    )
    metric = Text(
        "loss",
        group="Early stopping",
        doc="The validation figure that names the best epoch: loss, accuracy, f1, auroc, mse, mae, r2; "
        "with several losses also loss_1.accuracy and the like.",
    )
    mode = Choice(
        "auto",
        ("auto", "min", "max"),
        group="Early stopping",
        doc="Whether smaller or larger is better; auto knows it from the metric.",
    )

    checkpoint_every = Int(
        0,
        min=0,
        max=1_000_000_000,
        group="Checkpoints",
        unit="steps",
        doc="Steps between checkpoints; 0 goes by time alone.",
    )
    checkpoint_seconds = Float(
        30.0,
        min=0.0,
        max=1e6,
        group="Checkpoints",
        unit="s",
        doc="Longest time between checkpoints; 0 goes by steps alone.",
    )

    seed = Int(
        0,
        min=0,
        max=2_147_483_647,
        group="Run",
        doc="Start of every random draw: first weights, order of samples, dropout.",
    )
    device = Choice(
        "auto",
        ("auto", "cpu", "cuda"),
        group="Run",
        doc="Where to compute; auto takes the GPU if any.",
    )
    precision = Choice(
        "fp32",
        ("fp32", "bf16"),
        group="Run",
        doc="Numbers of the forward pass; bf16 is mixed precision with float32 weights.",
    )
    threads = Int(
        0, min=0, max=1024, group="Run", doc="Threads of one operation; 0 leaves it to torch."
    )
    gradient_norm_every = Int(
        10,
        min=0,
        max=1_000_000,
        group="Run",
        unit="steps",
        doc="Steps between measurements of the gradient's norm; 0 never, and always with clip_norm.",
    )

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Return the recipe that plain data describe.

        Args:
            values: The values that differ from the defaults, by name.

        Raises:
            RecipeError: There are problems; it carries all of them.
        """
        found = recipe_problems(values)
        if found:
            raise RecipeError(found)
        return cls(values)

    def changed(self) -> dict[str, Any]:
        """The values that differ from the defaults, as plain data."""
        return {
            name: value
            for name, value in self.to_plain().items()
            if value != self.params[name].default
        }

    @property
    def smaller_is_better(self) -> bool:
        """Whether a smaller value of ``metric`` is the better one."""
        if self.mode != "auto":
            return self.mode == "min"
        return self.metric.rpartition(".")[2] not in LARGER_IS_BETTER

    def better(self, value: float, best: float | None) -> bool:
        """Whether ``value`` improves on ``best`` by more than ``min_delta``; only finite ones do."""
        if not math.isfinite(value):
            return False
        if best is None:
            return True
        gain = best - value if self.smaller_is_better else value - best
        return gain > self.min_delta


def recipe_problems(values: Mapping[str, Any]) -> list[str]:
    """Return a sentence for everything that is wrong with a recipe in plain data; empty if fine."""
    problems: list[str] = []
    accepted: dict[str, Any] = {}
    for name, value in values.items():
        try:
            accepted.update(Recipe({name: value}).__dict__)
        except ParamError as error:
            problems.append(f"recipe: {error}")
    recipe = Recipe(accepted)
    if recipe.nesterov and not (recipe.optimizer == "sgd" and recipe.momentum > 0):
        problems.append(
            f"recipe: nesterov needs sgd with momentum, but the optimizer is {recipe.optimizer} "
            f"with momentum {recipe.momentum:g}; set momentum or turn nesterov off"
        )
    if recipe.momentum > 0 and recipe.optimizer != "sgd":
        problems.append(
            f"recipe: momentum is {recipe.momentum:g}, but {recipe.optimizer} has beta1 instead; "
            "set momentum to 0 or choose sgd"
        )
    if recipe.schedule == "cosine" and recipe.min_learning_rate > recipe.learning_rate:
        problems.append(
            f"recipe: the cosine would rise from {recipe.learning_rate:g} to min_learning_rate "
            f"{recipe.min_learning_rate:g}; lower min_learning_rate"
        )
    if recipe.checkpoint_every == 0 and recipe.checkpoint_seconds == 0:
        problems.append(
            "recipe: checkpoint_every and checkpoint_seconds are both 0, so a run that dies is lost; "
            "set one of them"
        )
    return problems
