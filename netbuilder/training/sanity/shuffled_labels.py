"""Whether a network beats chance although the answers are shuffled: then it is told them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from netbuilder.codegen.source import Argument, Loss
from netbuilder.data.feed import feed
from netbuilder.data.giveaway import giveaways
from netbuilder.training.evaluate import evaluate, in_precision
from netbuilder.training.metrics import Scored
from netbuilder.training.sanity.bench import Bench
from netbuilder.training.sanity.finding import SHUFFLED_LABELS, Finding, numbers

_STEPS = 300
_FEWEST = 20  # validation samples; fewer say nothing about chance
_MARGIN = 3.0  # standard errors
_LEAST = 0.02  # share of samples above chance that is worth a word
_LISTED = 5


@dataclass(frozen=True, slots=True)
class _Leak:
    """An input that holds the answer.

    Attributes:
        node: The Input node.
        columns: The places of its numbers that do, in a flattened sample; empty for all of it.
        text: What people call them.
    """

    node: str
    columns: tuple[int, ...]
    text: str


def shuffled_labels(bench: Bench) -> Finding:
    """Train with shuffled answers and measure on the validation split, whose answers are shuffled too.

    What the inputs say of the answers is then lost, so no network can beat chance, unless it gets the
    answers themselves (Zhang and others 2017, Understanding Deep Learning Requires Rethinking
    Generalization, train so to measure memory). Whatever is made from the answers is therefore shuffled
    along with them: inputs that take the target's field, and numbers from which alone the target
    follows without a mistake.
    """
    scored = next((loss for loss in bench.source.losses if loss.task and loss.target), None)
    if scored is None:
        return _skipped("no loss compares with a target that can be counted right or wrong")
    if len(bench.prepared.indices["val"]) < _FEWEST:
        return _skipped(
            f"it needs at least {_FEWEST} validation samples, and there are "
            f"{len(bench.prepared.indices['val'])}"
        )
    leaks = _leaks(bench, scored)
    learner = bench.learner(_shuffled(bench, "train", leaks))
    for step in bench.steps(learner, _STEPS):
        losses = step()[0]
        if not all(bool(torch.isfinite(loss)) for loss in losses):
            return _skipped("the loss is no finite number; mend that first")
    precision = in_precision(bench.recipe, bench.device)
    size = bench.recipe.batch_size
    found = evaluate(learner.model, _shuffled(bench, "val", leaks), size, precision)
    if scored.name not in found.scored:
        return _skipped(f"{scored.name} scores nothing that can be counted right or wrong")
    return _judged(scored, found.scored[scored.name], leaks)


def _skipped(why: str) -> Finding:
    return Finding(SHUFFLED_LABELS.name, "skipped", f"not tested: {why}")


def _leaks(bench: Bench, loss: Loss) -> list[_Leak]:
    """The inputs, or numbers in them, that hold the answer."""
    arguments = bench.source.inputs
    train = bench.prepared.splits["train"]
    right = train[loss.target]
    classes = loss.task != "regression"
    found = []
    for argument in arguments:
        if argument.field == loss.target:
            found.append(_Leak(argument.name, (), f"{argument.name}, which takes {loss.target}"))
            continue
        values = train[argument.field]
        places = giveaways(values, right, classes=classes)
        if places:
            names = bench.prepared.preprocessing["columns"].get(argument.field, ())
            text = _columns_text(places, names, argument)
            found.append(_Leak(argument.name, tuple(places), text))
    return found


def _columns_text(places: list[int], names: Any, argument: Argument) -> str:
    told = [
        names[place] if place < len(names) else f"number {place + 1}" for place in places[:_LISTED]
    ]
    more = f" and {len(places) - _LISTED} more" if len(places) > _LISTED else ""
    return f"{', '.join(told)}{more} of {argument.field}"


def _shuffled(bench: Bench, split: str, leaks: list[_Leak]) -> list[Tensor]:
    """The tensors of a split with the answers, and what is made from them, in another order."""
    source = bench.source
    arrays: dict[str, Any] = dict(feed(bench.prepared.splits[split], _arguments(bench)))
    count = len(next(iter(arrays.values())))
    order = np.random.RandomState(bench.recipe.seed).permutation(count)
    for target in source.targets:
        arrays[target.name] = arrays[target.name][order]
    for leak in leaks:
        values = arrays[leak.node]
        if not leak.columns:
            arrays[leak.node] = values[order]
            continue
        table = values.reshape(count, -1).copy()
        places = list(leak.columns)
        table[:, places] = table[order][:, places]
        arrays[leak.node] = table.reshape(values.shape)
    return [
        torch.tensor(arrays[argument.name]).to(bench.device, getattr(torch, argument.dtype))
        for argument in _arguments(bench)
    ]


def _arguments(bench: Bench) -> tuple[Argument, ...]:
    return (*bench.source.inputs, *bench.source.targets)


def _judged(loss: Loss, pair: Scored, leaks: list[_Leak]) -> Finding:
    prediction, target = pair
    value, chance, most, what = _against_chance(loss, prediction, target)
    seen = numbers(value=value, chance=chance, most=most)
    figure = f"{value:.1%} accuracy" if what == "accuracy" else f"an R2 of {value:.2f}"
    by_chance = f"{chance:.1%}" if what == "accuracy" else "0"
    if value <= most and not leaks:
        sentence = f"with shuffled answers it has {figure} on validation, no better than chance ({by_chance})"
        return Finding(SHUFFLED_LABELS.name, "ok", sentence, numbers=seen)
    nodes = tuple(leak.node for leak in leaks)
    if leaks:
        text = "; ".join(leak.text for leak in leaks)
        sentence = f"the answer can be read from {text}"
        if value > most:
            sentence += f": shuffled with it, it still has {figure} on validation where chance has {by_chance}"
        hint = "leave that out of the inputs; when the network is used, the answer is not known"
        return Finding(SHUFFLED_LABELS.name, "bad", sentence, hint, nodes, seen)
    sentence = (
        f"with shuffled answers it still has {figure} on validation where chance has {by_chance}"
    )
    hint = "the answer reaches the network on the way to its output: look what is wired to a Target"
    return Finding(SHUFFLED_LABELS.name, "bad", sentence, hint, (loss.name,), seen)


def _against_chance(
    loss: Loss, prediction: Tensor, target: Tensor
) -> tuple[float, float, float, str]:
    """What was reached, what chance has, and the most that it may have by luck."""
    if loss.task == "regression":
        wide, right = prediction.double().reshape(len(target), -1), target.double()
        right = right.reshape(len(target), -1)
        spread = float(((right - right.mean(0)) ** 2).sum())
        value = 1 - float(((wide - right) ** 2).sum()) / spread if spread else 0.0
        return value, 0.0, max(0.1, _MARGIN**2 / len(target)), "r2"
    said = prediction.argmax(1) if loss.task == "classification" else (prediction > 0).long()
    right = target.long()
    value = float((said == right).double().mean())
    share = float(torch.unique(right, return_counts=True)[1].max()) / right.numel()
    error = math.sqrt(share * (1 - share) / len(right))
    return value, share, share + max(_MARGIN * error, _LEAST), "accuracy"
