"""The learning-rate finder: where the loss falls fastest while the rate rises."""

from __future__ import annotations

import math
from collections.abc import Sequence

from netbuilder.training.optimizers import FACTOR
from netbuilder.training.sanity.bench import Bench, total
from netbuilder.training.sanity.finding import (
    LEARNING_RATE,
    Finding,
    Status,
    numbers,
    spoken,
)

LOWEST, HIGHEST = 1e-6, 10.0
_STEPS = 200
_MEMORY = 0.9  # of the running mean; about ten steps
_DIVERGED = 4.0  # times the least loss so far
_WORTH = 0.03  # share of the first loss that it has to fall by
_OFF = 8.0  # times the suggestion; nearer ones do about as well
_FAR = 50.0  # times the suggestion
_SETTLED = 10  # steps before the running mean says much
_TRIED = 40  # steps at the recipe's rate; the last ten say where it leads

Curve = Sequence[tuple[float, float]]


def learning_rate(bench: Bench) -> Finding:
    """Raise the learning rate exponentially over some hundred steps and suggest one.

    The range test of Smith 2017, Cyclical Learning Rates for Training Neural Networks
    (https://arxiv.org/abs/1506.01186): batches as in training, the rate times a constant factor at each
    step from 1e-6 to 10, the losses smoothed by a running mean that is corrected for its start; it ends
    when the smoothed loss is four times its least. Suggested is the rate at which the smoothed loss
    falls most steeply over the logarithm of the rate, yet no more than a tenth of the rate of the
    least loss. Experiments are made on a copy with the first weights; no weight of anybody's changes.
    """
    if bench.recipe.optimizer == "lbfgs" and bench.recipe.line_search != "none":
        sentence = "not tested: lbfgs searches for the length of its steps by itself; start with 1"
        return Finding(LEARNING_RATE.name, "skipped", sentence)
    curve = sweep(bench)
    diverged = len(curve) < _STEPS
    found = suggestion(curve)
    mine = bench.recipe.learning_rate
    first = curve[0][1] if curve else math.nan
    least = min(curve, key=lambda point: point[1], default=(math.nan, math.nan))
    if found is None:
        sentence = f"the loss, {spoken(first)} at first, falls at no learning rate between {LOWEST:g} and {HIGHEST:g}"
        hint = "the fault lies elsewhere: see the gradients and the test on one batch"
        measured = numbers(learning_rate=mine, first=first)
        return Finding(LEARNING_RATE.name, "bad", sentence, hint, (), measured, tuple(curve))
    worst = curve[-1][0] if diverged else math.inf
    reached = _reached(bench)
    status, sentence, hint = _judged(mine, found, worst, reached, first)
    measured = numbers(
        suggestion=found,
        learning_rate=mine,
        least_at=least[0],
        diverged_at=worst,
        first=first,
        least=least[1],
        reached=reached,
    )
    return Finding(LEARNING_RATE.name, status, sentence, hint, (), measured, tuple(curve))


def sweep(bench: Bench) -> list[tuple[float, float]]:
    """Return (learning rate, smoothed loss) of every step until the loss diverges."""
    learner = bench.learner(learning_rate=LOWEST)
    factor = (HIGHEST / LOWEST) ** (1 / (_STEPS - 1))
    curve: list[tuple[float, float]] = []
    mean, least, rate = 0.0, math.inf, LOWEST
    for number, step in enumerate(bench.steps(learner, _STEPS)):
        for group in learner.optimizer.param_groups:
            group["lr"] = rate * group[FACTOR]
        loss = total(step()[0])
        if not math.isfinite(loss):
            break
        mean = _MEMORY * mean + (1 - _MEMORY) * loss
        smooth = mean / (1 - _MEMORY ** (number + 1))
        curve.append((rate, smooth))
        least = min(least, smooth)
        if number >= _SETTLED and smooth > _DIVERGED * least:
            break
        rate *= factor
    return curve


def suggestion(curve: Curve) -> float | None:
    """The rate of the steepest descent, at most a tenth of that of the least loss; None without a fall.

    Args:
        curve: (learning rate, smoothed loss), rates by a constant factor apart.
    """
    if len(curve) < _SETTLED:
        return None
    losses = [loss for _, loss in curve]
    low = min(range(len(losses)), key=losses.__getitem__)
    top = max(losses[: low + 1])
    if top - losses[low] < _WORTH * abs(top):
        return None
    slopes = {i: losses[i + 1] - losses[i - 1] for i in range(_SETTLED, low)}
    steepest = min(slopes, key=slopes.__getitem__) if slopes else low
    return _rounded(min(curve[steepest][0], curve[low][0] / 10))


def _rounded(rate: float) -> float:
    """Two digits: the test tells no more."""
    return float(f"{rate:.1e}")


def _reached(bench: Bench) -> float:
    """The loss that a few steps at the recipe's own rate lead to; not finite where it diverges.

    A network that has learnt all it can while the rate rose seems to stand a rate that would throw
    fresh weights about, so the sweep alone does not tell.
    """
    learner = bench.learner()
    losses: list[float] = []
    for step in bench.steps(learner, _TRIED):
        losses.append(total(step()[0]))
        if not math.isfinite(losses[-1]):
            return math.inf
    last = losses[-_SETTLED:]
    return sum(last) / len(last) if last else math.nan


def _judged(
    mine: float, found: float, worst: float, reached: float, first: float
) -> tuple[Status, str, str]:
    falls = f"the loss falls fastest at a learning rate of about {found:.2g}"
    hint = f"set learning_rate to {found:.2g}"
    if mine >= worst:
        return "bad", f"{falls} and diverges at {worst:.2g}; the recipe has {mine:.3g}", hint
    if mine > found and not reached < first:
        grows = "becomes infinite" if math.isinf(reached) else f"grows to {spoken(reached)}"
        text = f"{falls}; at the recipe's {mine:.3g} it {grows} in {_TRIED} steps"
        return "bad", text, hint
    if mine > _FAR * found:
        times = mine / found
        return "warning", f"{falls}; the recipe has {mine:.3g}, {times:.0f} times more", hint
    if mine * _OFF < found:
        times = found / mine
        return "warning", f"{falls}; the recipe has {mine:.3g}, {times:.0f} times less", hint
    return "ok", f"{falls}; the recipe has {mine:.3g}", ""
