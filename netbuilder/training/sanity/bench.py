"""What every sanity test works on: the data of a document, and a fresh network as often as wanted."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from netbuilder.codegen.load import load_text
from netbuilder.codegen.source import Source
from netbuilder.data.prepare import Prepared, prepare
from netbuilder.training.evaluate import choose_device
from netbuilder.training.learner import Learner, Step
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunError
from netbuilder.training.tensors import to_tensors

PATIENCE = 60.0  # s a test may take before it goes by what it has seen

# What of a recipe a short experiment follows: schedules, averages and penalties have no part in it.
_RUN = ("batch_size", "seed", "device", "precision", "channels_last", "threads")
_PENALTIES = ("weight_decay", "decay_biases", "l1", "gradient_noise")
_AVERAGES = ("ema_decay", "swa_start", "swa_learning_rate", "swa_anneal")
_FOLLOWED = tuple(
    name
    for name, param in Recipe.params.items()
    if name in _RUN or (param.group == "Optimizer" and name not in (*_PENALTIES, *_AVERAGES))
)

Told = Callable[[float], None]


def _unheard(share: float) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Bench:
    """A network and its data, on which experiments are made; nothing of a document or run changes.

    Attributes:
        source: What was generated from the network.
        recipe: The document's recipe.
        prepared: Its data.
        device: Where is computed.
        told: Gets the share of a test that is done, 0 to 1.
        patience: Seconds that a test may take.
    """

    source: Source
    recipe: Recipe
    prepared: Prepared
    device: torch.device
    told: Told = field(default=_unheard)
    patience: float = PATIENCE

    @classmethod
    def of(
        cls, source: Source, recipe: Recipe, data: dict[str, Any], folder: Path, told: Told
    ) -> Bench:
        """Read the data of a document.

        Raises:
            DataError: They cannot be prepared.
            RunError: There is no such device, or nothing to train on.
        """
        prepared = prepare(data, folder)
        if not prepared.splits["train"]:
            raise RunError("the training split of the data is empty; give split.train a share")
        if recipe.threads:
            torch.set_num_threads(recipe.threads)
        return cls(source, recipe, prepared, choose_device(recipe), told)

    def model(self) -> nn.Module:
        """The network with the first weights that the recipe's seed gives, as a training begins."""
        seed = self.recipe.seed
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        model = load_text(self.source.text, self.source.class_name, "<diagnose>")()
        return model.to(self.device)

    def tensors(self, split: str) -> list[Tensor]:
        """Inputs and targets of a split; none where it has no samples."""
        arguments = (*self.source.inputs, *self.source.targets)
        return to_tensors(self.prepared.splits[split], arguments, self.device)

    def learner(self, tensors: Sequence[Tensor] | None = None, **changes: Any) -> Learner:
        """A fresh network with its optimizer, in training mode.

        Args:
            tensors: What it learns; by default the training split.
            changes: Values of the recipe to be others; penalties and schedules are left out anyway.

        Raises:
            RunError: There is nothing to train.
        """
        plain = self.recipe.to_plain()
        followed = {name: plain[name] for name in _FOLLOWED}
        model = self.model()
        model.train()
        return Learner(
            model,
            self.tensors("train") if tensors is None else tensors,
            Recipe({**followed, "gradient_norm_every": 0, **changes}),
            self.device,
            self.source.learning_rates,
        )

    def steps(self, learner: Learner, most: int) -> Iterator[Callable[[], Step]]:
        """Yield steps to be done one after the other, epoch after epoch, until patience ends."""
        end = time.monotonic() + self.patience
        done = epoch = 0
        while done < most:
            take = learner.steps(epoch)
            for position in range(learner.plan.steps):
                if done == most or time.monotonic() > end:
                    return
                yield partial(take, position)
                done += 1
                self.told(done / most)
            epoch += 1


def total(losses: Sequence[Tensor]) -> float:
    """The sum of the losses of a step."""
    return float(sum(float(loss) for loss in losses))


def without_dropout(model: nn.Module) -> nn.Module:
    """Let nothing be dropped, in place; noise would hide whether a network can learn by heart."""
    for module in model.modules():
        if isinstance(module, nn.modules.dropout._DropoutNd):  # noqa: SLF001 - torch's only name for all
            module.p = 0.0
    return model
