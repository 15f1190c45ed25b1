"""Whether a network can learn a single batch by heart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from netbuilder.training.sanity.bench import Bench, total, without_dropout
from netbuilder.training.sanity.finding import ONE_BATCH, Finding, numbers, spoken
from netbuilder.training.sanity.gradients import gradients

_STEPS = 300
_SAMPLES = 32  # at most: more take longer and say the same
_LEFT = 0.05  # of the way from the first loss to the floor
_OTHER_RATES = (10.0, 0.1, 0.01)  # times the recipe's, tried to tell a bad rate from a bad network
_LIKELY = (
    "likely reasons: answers that do not belong to their inputs, inputs of a wild scale, an "
    "activation or a normalization that hides them, or no nonlinearity where one is needed"
)


@dataclass(frozen=True, slots=True)
class _Try:
    """How one attempt went.

    Attributes:
        rate: The learning rate.
        first: The loss before the first step.
        best: The least loss that was seen.
        last: The loss at the end; not finite where it diverged.
        steps: How many steps it took.
    """

    rate: float
    first: float
    best: float
    last: float
    steps: int

    def learned(self, floor: float) -> bool:
        """Whether the loss came near its floor."""
        return self.best <= floor + _LEFT * max(self.first - floor, 0.0)


def one_batch(bench: Bench) -> Finding:
    """Train on one batch without any regularization and see whether its loss comes near the floor.

    A network with more weights than the batch has answers can learn it by heart; one that does not has
    a fault in its graph, loss, data or learning rate (Karpathy 2019, A Recipe for Training Neural
    Networks: "overfit one batch"). The floor is 0, or what the same input with different answers
    leaves.
    """
    batch = _batch(bench)
    floor = _floor(bench, batch)
    rate = bench.recipe.learning_rate
    tried = _tried(bench, batch, rate, floor)
    if tried.learned(floor):
        sentence = (
            f"the loss of one batch fell from {spoken(tried.first)} to {spoken(tried.best)} in "
            f"{tried.steps} steps: the network can learn"
        )
        return Finding(ONE_BATCH.name, "ok", sentence, numbers=_numbers(tried, floor))
    for factor in _OTHER_RATES:
        other = _tried(bench, batch, rate * factor, floor)
        if other.learned(floor):
            return _rate_is_wrong(tried, other, floor)
    return _cannot_learn(bench, batch, tried, floor)


def _batch(bench: Bench) -> list[Tensor]:
    """The first batch that training would take."""
    learner = bench.learner()
    index = learner.batches(0)[0][:_SAMPLES]
    return [tensor.index_select(0, index) for tensor in learner.tensors]


def _tried(bench: Bench, batch: list[Tensor], rate: float, floor: float) -> _Try:
    """Train on a batch until its loss is near the floor, or the steps are up."""
    learner = bench.learner(batch, learning_rate=min(rate, 100.0), batch_size=len(batch[0]))
    without_dropout(learner.model)
    first = best = last = math.nan
    steps = 0
    for step in bench.steps(learner, _STEPS):
        last = total(step()[0])
        first = last if steps == 0 else first
        steps += 1
        if not math.isfinite(last):
            break
        best = last if steps == 1 else min(best, last)
        if _Try(rate, first, best, last, steps).learned(floor):
            break
    return _Try(rate, first, best, last, steps)


def _floor(bench: Bench, batch: list[Tensor]) -> float:
    """The least loss there can be where samples agree in all inputs but not in the answer.

    Only for classes, where it is the entropy of the answers to one input; 0 for all other losses.
    """
    losses = bench.source.losses
    if len(losses) != 1 or losses[0].type not in ("cross_entropy", "bce_with_logits", "nll_loss"):
        return 0.0
    inputs, targets = _halves(bench, batch)
    if len(targets) != 1 or targets[0].numel() != len(targets[0]):
        return 0.0
    rows = torch.cat([tensor.reshape(len(tensor), -1).double() for tensor in inputs], dim=1)
    _, same = torch.unique(rows, dim=0, return_inverse=True)
    answers = targets[0].reshape(-1)
    entropy = 0.0
    for group in same.unique():
        mine = answers[same == group]
        shares = torch.unique(mine, return_counts=True)[1].double() / len(mine)
        entropy -= float((shares * shares.log()).sum()) * len(mine) / len(answers)
    return max(entropy, 0.0) * losses[0].weight


def _halves(bench: Bench, batch: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """The inputs and the targets."""
    count = len(bench.source.inputs)
    return batch[:count], batch[count:]


def _rate_is_wrong(tried: _Try, other: _Try, floor: float) -> Finding:
    size = "too small" if other.rate > tried.rate else "too large"
    sentence = (
        f"the loss of one batch falls from {spoken(tried.first)} to {spoken(tried.best)} only; with a "
        f"learning rate of {other.rate:.3g} in place of {tried.rate:.3g} it falls to {spoken(other.best)}"
    )
    if not math.isfinite(tried.last):
        sentence = (
            f"the loss of one batch is no finite number after {tried.steps} steps; with a learning rate "
            f"of {other.rate:.3g} in place of {tried.rate:.3g} it falls to {spoken(other.best)}"
        )
    hint = f"the network can learn, but the learning rate is {size}; look for a better one"
    status = "bad" if size == "too large" else "warning"
    return Finding(ONE_BATCH.name, status, sentence, hint, (), _numbers(tried, floor, other))  # type: ignore[arg-type]


def _cannot_learn(bench: Bench, batch: list[Tensor], tried: _Try, floor: float) -> Finding:
    where = f", though it could be {spoken(floor)}"
    sentence = (
        f"the loss of one batch of {len(batch[0])} samples goes from {spoken(tried.first)} to "
        f"{spoken(tried.best)} in {tried.steps} steps{where}"
    )
    hint, nodes = _reason(bench, batch)
    return Finding(ONE_BATCH.name, "bad", sentence, hint, nodes, _numbers(tried, floor))


def _reason(bench: Bench, batch: list[Tensor]) -> tuple[str, tuple[str, ...]]:
    """The likeliest reason, and the nodes it is at."""
    model = without_dropout(bench.model()).train()
    with torch.no_grad():
        losses, scored = model.losses(*batch)  # type: ignore[operator]
    for loss in bench.source.losses:
        if loss.type in ("cross_entropy", "bce_with_logits") and loss.name in scored:
            squashed = _squashed(scored[loss.name][0])
            if squashed:
                hint = f"{loss.name} wants scores of any size, but gets {squashed}; take the Sigmoid or Softmax before it out"
                return hint, (loss.name,)
    if not all(math.isfinite(float(value)) for value in losses.values()):
        return "the first loss is no finite number already; see the first loss", ()
    found = gradients(bench)
    if found.status != "ok":
        return f"{found.sentence}; {found.hint}", found.nodes
    weights = sum(p.numel() for p in model.parameters() if p.requires_grad)
    answers = sum(tensor.numel() for tensor in _halves(bench, batch)[1])
    if weights < answers:
        return f"{weights} weights are too few for {answers} answers: make layers wider", ()
    return _LIKELY, ()


def _squashed(scores: Tensor) -> str:
    low, high = float(scores.min()), float(scores.max())
    if low >= 0.0 and high <= 1.0:
        return "numbers between 0 and 1"
    if high <= 0.0 and scores.ndim > 1 and _is_log_softmax(scores):
        return ""  # which is the same once more: nothing is lost
    if low >= -1.0 and high <= 1.0 and max(-low, high) > 0.99:
        return "numbers between -1 and 1"
    return ""


def _is_log_softmax(scores: Tensor) -> bool:
    return bool(torch.allclose(scores.exp().sum(1), torch.ones(()).to(scores), atol=1e-3))


def _numbers(tried: _Try, floor: float, other: _Try | None = None) -> dict[str, float | None]:
    found = numbers(
        first=tried.first,
        best=tried.best,
        floor=floor,
        steps=tried.steps,
        learning_rate=tried.rate,
    )
    if other is not None:
        found |= numbers(other_learning_rate=other.rate, other_best=other.best)
    return found
