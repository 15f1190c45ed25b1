"""How well a network does on a split: losses, metrics, and a whole run from its folder."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_tensors
from torch import Tensor, nn

from netbuilder.codegen.load import load_text
from netbuilder.codegen.source import Loss
from netbuilder.data.prepare import prepare
from netbuilder.training.metrics import Scored, all_metrics
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunError, RunFolder
from netbuilder.training.tensors import to_tensors

SPLITS = ("train", "val", "test")
# Without gradients a pass needs little memory, so larger batches than in training pay off.
LEAST_BATCH = 256

Precision = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result on a split.

    Attributes:
        samples: How many there were.
        losses: The mean over samples of each loss, in the order of the losses.
        scored: Predictions and targets of all samples by the name of the loss, for those that have
            metrics.
    """

    samples: int
    losses: tuple[float, ...]
    scored: dict[str, Scored]

    @property
    def loss(self) -> float:
        """The sum of the losses."""
        return sum(self.losses)


def evaluate(
    model: nn.Module, tensors: Sequence[Tensor], batch_size: int, precision: Precision
) -> Evaluation:
    """Run a network over a split without changing it.

    Args:
        model: The network; it is left in the mode it was in.
        tensors: Inputs and targets.
        batch_size: The recipe's; a larger one is used where that is faster.
        precision: Makes the context of a forward pass.
    """
    training = model.training
    losses_of: Any = model.losses
    model.eval()
    size = max(batch_size, LEAST_BATCH)
    samples = len(tensors[0])
    sums: list[Tensor] = []
    parts: dict[str, list[Scored]] = {}
    try:
        with torch.inference_mode():
            for batch in zip(*(torch.split(tensor, size) for tensor in tensors), strict=True):
                with precision():
                    losses, scored = losses_of(*batch)
                sums.append(torch.stack([v.double() for v in losses.values()]) * len(batch[0]))
                for name, (prediction, target) in scored.items():
                    parts.setdefault(name, []).append((prediction.float(), target))
            totals = torch.stack(sums).sum(0) / samples
            whole = {
                name: (torch.cat([p for p, _ in pairs]), torch.cat([t for _, t in pairs]))
                for name, pairs in parts.items()
            }
    finally:
        model.train(training)
    return Evaluation(samples, tuple(totals.tolist()), whole)


def in_precision(recipe: Recipe, device: torch.device) -> Precision:
    """What makes the context of a forward pass for the recipe's precision."""
    if recipe.precision == "bf16":
        return lambda: torch.autocast(device.type, dtype=torch.bfloat16)
    return contextlib.nullcontext


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


def evaluate_run(run: RunFolder, split: str = "test") -> dict[str, Any]:
    """Return the figures of a run's best weights on a split, as plain data.

    Args:
        run: The run.
        split: ``train``, ``val`` or ``test``.

    Raises:
        RunError: There is no such split, no data in it, or there are no weights.
        DataError: The data cannot be prepared.
    """
    run.require()
    if split not in SPLITS:
        raise RunError(f"there is no split {split}; there are: {', '.join(SPLITS)}")
    recipe, source, data = run.recipe(), run.source(), run.data()
    prepared = prepare(data["settings"], Path(data["folder"]))
    if data.get("fingerprint", prepared.fingerprint) != prepared.fingerprint:
        raise RunError(
            f"the data of {run.path} have changed since it was trained, so its split cannot be made again"
        )
    device = choose_device(recipe)
    model = load_text(source.text, source.class_name, str(run.model))().to(device)
    path = load_weights(run, model)
    tensors = to_tensors(prepared.splits[split], (*source.inputs, *source.targets), device)
    if not tensors:
        raise RunError(f"the split {split} of {run.path} is empty")
    found = evaluate(model, tensors, recipe.batch_size, in_precision(recipe, device))
    return {
        "split": split,
        "weights": str(path.relative_to(run.path)),
        "note": run.weights_note(),
        **figures(found, source.losses),
    }


def figures(found: Evaluation, losses: Sequence[Loss]) -> dict[str, Any]:
    """An evaluation as plain data: samples, loss, losses, metrics."""
    names = [loss.name for loss in losses]
    return {
        "samples": found.samples,
        "loss": found.loss,
        "losses": dict(zip(names, found.losses, strict=True)),
        "metrics": all_metrics(losses, found.scored),
    }
