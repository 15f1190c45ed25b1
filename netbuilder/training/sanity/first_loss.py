"""The loss before the first step, against that of somebody who guesses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from netbuilder.codegen.source import Loss
from netbuilder.training.evaluate import in_precision
from netbuilder.training.metrics import Scored
from netbuilder.training.sanity.bench import Bench, without_dropout
from netbuilder.training.sanity.finding import FIRST_LOSS, Finding, Status, numbers, spoken

_MOST = 2048  # samples: enough for two digits
_NEAR = 1.5  # times the guess's loss, up or down
_FAR = 4.0


def first_loss(bench: Bench) -> Finding:
    """Compare the loss of the fresh network with that of a guess.

    Somebody who gives each of C classes the same chance has a cross entropy of log(C), of two, ln 2;
    somebody who always says the mean has the variance of the target as squared error. First weights
    that know nothing should do about as well (Karpathy 2019, A Recipe for Training Neural Networks:
    "verify loss at init").
    """
    measured, scored = _measured(bench)
    for loss in bench.source.losses:
        wanted = _guess(loss, scored)
        if wanted is None or wanted[0] <= 0:
            continue
        expected, whose = wanted
        found = measured[loss.name] / loss.weight if loss.weight else math.nan
        return _judged(loss, found, expected, whose, scored)
    first = sum(measured.values())
    sentence = (
        f"the first loss is {spoken(first)}; what a guess would have is not known of this loss"
    )
    return Finding(FIRST_LOSS.name, "skipped", sentence, numbers=numbers(loss=first))


def _measured(bench: Bench) -> tuple[dict[str, float], dict[str, Scored]]:
    """The mean of each loss by its name, and what was scored, batches as in training."""
    model = without_dropout(bench.model()).train()
    losses_of: Any = model.losses
    tensors = [tensor[:_MOST] for tensor in bench.tensors("train")]
    sums: dict[str, float] = {}
    parts: dict[str, list[Scored]] = {}
    # Batch normalization refuses a last batch of one sample.
    size = max(2, min(bench.recipe.batch_size, len(tensors[0])))
    batches = [
        b for b in zip(*(torch.split(t, size) for t in tensors), strict=True) if len(b[0]) == size
    ]
    with torch.no_grad():
        for batch in batches:
            with in_precision(bench.recipe, bench.device)():
                losses, scored = losses_of(*batch)
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + float(value) / len(batches)
            for name, (prediction, target) in scored.items():
                parts.setdefault(name, []).append((prediction.float(), target))
    whole = {
        name: (torch.cat([p for p, _ in pairs]), torch.cat([t for _, t in pairs]))
        for name, pairs in parts.items()
    }
    return sums, whole


def _guess(loss: Loss, scored: dict[str, Scored]) -> tuple[float, str] | None:
    """The loss of a guess, and how it comes about; None where that is not known."""
    rule = _GUESSES.get(loss.type)
    return rule(*scored[loss.name]) if rule and loss.name in scored else None


def _of_classes(prediction: Tensor, target: Tensor) -> tuple[float, str]:
    classes = prediction.shape[1]
    return math.log(classes), f"log({classes}), what an even guess among the classes has"


def _of_two(prediction: Tensor, target: Tensor) -> tuple[float, str]:
    return math.log(2), "ln 2, what an even guess between yes and no has"


def _of_amounts(prediction: Tensor, target: Tensor) -> tuple[float, str]:
    return float(target.double().var(correction=0)), "the variance of the target"


_GUESSES: dict[str, Callable[[Tensor, Tensor], tuple[float, str]]] = {
    "cross_entropy": _of_classes,
    "nll_loss": _of_classes,
    "bce_with_logits": _of_two,
    "bce_loss": _of_two,
    "mse": _of_amounts,
}


def _judged(
    loss: Loss, found: float, expected: float, whose: str, scored: dict[str, Scored]
) -> Finding:
    ratio = found / expected
    status: Status = "ok"
    hint = ""
    about = f"{spoken(expected)} ({whose})"
    if not math.isfinite(found):
        status, sentence = "bad", f"the first loss is not a finite number; {about} was expected"
        hint = (
            "look for a log, a division or a root of what can be 0, and for bad numbers in the data"
        )
    elif ratio > _NEAR:
        status = "bad" if ratio > _FAR else "warning"
        sentence = f"the first loss is {spoken(found)}, {ratio:.1f} times the expected {about}"
        hint = _too_high(loss, scored)
    elif ratio < 1 / _NEAR:
        status = "warning"
        sentence = f"the first loss is {spoken(found)}, less than the expected {about}"
        hint = "before training nothing can be known: look whether an input holds the answer"
    else:
        sentence = f"the first loss is {spoken(found)}, near the expected {about}"
    return Finding(
        FIRST_LOSS.name,
        status,
        sentence,
        hint,
        (loss.name,) if status != "ok" else (),
        numbers(loss=found, expected=expected),
    )


def _too_high(loss: Loss, scored: dict[str, Scored]) -> str:
    if loss.type == "mse":
        target = scored[loss.name][1].double()
        mean, deviation = float(target.mean()), float(target.std(correction=0))
        if abs(mean) > deviation:
            return (
                f"standardize the target: its mean is {spoken(mean)}, its standard deviation "
                f"{spoken(deviation)}, and a fresh network says about 0"
            )
    return (
        "its first scores are too sure: standardize the inputs, put a normalization in, or begin with "
        "smaller weights in the last layer"
    )
