"""How well a network does on a split: losses and metrics, with the weights a run has."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_tensors
from torch import Tensor, nn

from netbuilder.codegen.source import Loss
from netbuilder.training.metrics import Scored, all_metrics
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunError, RunFolder
from netbuilder.training.tensors import sliced

SPLITS = ("train", "val", "test")
# Without gradients a pass needs little memory, so larger batches than in training pay off.
LEAST_BATCH = 256
# Scores of a split beyond so many numbers (half a GiB) are kept as the class that they name: those of
# every token over a large vocabulary would fill the memory.
MOST_SCORES = 2**27

_HALF = {"bf16": torch.bfloat16, "fp16": torch.float16}

Precision = Callable[[], AbstractContextManager[Any]]
# Gets the name of a loss with a batch's predictions and targets.
Take = Callable[[str, Tensor, Tensor], None]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result on a split.

    Attributes:
        samples: How many there were.
        losses: The mean over samples of each loss, in the order of the losses.
        scored: Predictions and targets of all samples by the name of the loss, for those that have
            metrics; of more than ``MOST_SCORES`` scores of classes the highest one's class instead.
    """

    samples: int
    losses: tuple[float, ...]
    scored: dict[str, Scored]

    @property
    def loss(self) -> float:
        """The sum of the losses."""
        return sum(self.losses)


def evaluate(
    model: nn.Module,
    tensors: Sequence[Tensor],
    batch_size: int,
    precision: Precision,
    take: Take | None = None,
) -> Evaluation:
    """Run a network over a split without changing it.

    Args:
        model: The network; it is left in the mode it was in.
        tensors: Inputs and targets.
        batch_size: The recipe's; a larger one is used where that is faster.
        precision: Makes the context of a forward pass.
        take: Gets the predictions of each batch, with all scores, in order.
    """
    losses_of: Any = model.losses
    size = max(batch_size, LEAST_BATCH)
    samples = len(tensors[0])
    sums: list[Tensor] = []
    parts: dict[str, list[Scored]] = {}
    with judged(model), torch.inference_mode():
        for batch in sliced(tensors, size):
            with precision():
                losses, scored = losses_of(*batch)
            sums.append(torch.stack([v.double() for v in losses.values()]) * len(batch[0]))
            for name, (prediction, target) in scored.items():
                if take is not None:
                    take(name, prediction.float(), target)
                kept = _kept(prediction, target, samples)
                parts.setdefault(name, []).append((kept, target))
        totals = torch.stack(sums).sum(0) / samples
        whole = {
            name: (torch.cat([p for p, _ in pairs]), torch.cat([t for _, t in pairs]))
            for name, pairs in parts.items()
        }
    return Evaluation(samples, tuple(totals.tolist()), whole)


@contextmanager
def judged(model: nn.Module) -> Iterator[None]:
    """Have a network in the mode in which it is judged; each module is in its own mode afterwards."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def _kept(prediction: Tensor, target: Tensor, samples: int) -> Tensor:
    """A batch's predictions; the classes they name where all scores of the split are too many."""
    classes = prediction.ndim == target.ndim + 1 and not target.is_floating_point()
    if classes and prediction[0].numel() * samples > MOST_SCORES:
        return prediction.argmax(1)
    return prediction.float()


def in_precision(recipe: Recipe, device: torch.device) -> Precision:
    """What makes the context of a forward pass for the recipe's precision."""
    dtype = _HALF.get(recipe.precision)
    if dtype is None:
        return contextlib.nullcontext
    return lambda: torch.autocast(device.type, dtype=dtype)


def choose_device(recipe: Recipe) -> torch.device:
    """Return the device a recipe asks for.

    Raises:
        RunError: It asks for a GPU, and there is none that torch can use.
    """
    if recipe.device == "cuda" and not torch.cuda.is_available():
        raise RunError(
            "the recipe asks for device cuda, but torch finds no GPU it can use; set device to auto or cpu"
        )
    use_gpu = recipe.device != "cpu" and torch.cuda.is_available()
    return torch.device("cuda" if use_gpu else "cpu")


def load_weights(run: RunFolder, model: nn.Module) -> Path:
    """Load a run's best weights into its network and return the file they came from.

    Raises:
        RunError: There are none yet, or they do not fit.
    """
    path = run.best_weights()
    if path is None:
        raise RunError(f"{run.path} has no checkpoint yet, so there are no weights")
    try:
        model.load_state_dict(load_tensors(path.read_bytes()))
    except (OSError, RuntimeError, ValueError) as error:
        raise RunError(f"{path}: these weights cannot be used: {error}") from error
    return path


def figures(found: Evaluation, losses: Sequence[Loss]) -> dict[str, Any]:
    """An evaluation as plain data: samples, loss, losses, metrics."""
    names = [loss.name for loss in losses]
    return {
        "samples": found.samples,
        "loss": found.loss,
        "losses": dict(zip(names, found.losses, strict=True)),
        "metrics": all_metrics(losses, found.scored),
    }
