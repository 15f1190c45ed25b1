"""Schedules are torch's own, step for step."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler
from torch.optim.swa_utils import SWALR

from netbuilder.training.progress import Progress
from netbuilder.training.recipe import OF_SCHEDULES, Recipe
from netbuilder.training.schedule import is_constant, learning_rate

EPOCHS, STEPS, TOP = 12, 7, 0.2


def rates(**recipe: Any) -> list[float]:
    made = Recipe.from_plain({"learning_rate": TOP, "epochs": EPOCHS, **recipe})
    return [learning_rate(made, step, STEPS) for step in range(EPOCHS * STEPS)]


def torchs(make: Any, each: int = 1) -> list[float]:
    """The rates of a scheduler of torch that is told of every step, or of every so many."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=TOP)
    scheduler, found = make(optimizer), []
    for step in range(EPOCHS * STEPS):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if (step + 1) % each == 0 and step + 1 < EPOCHS * STEPS:
            scheduler.step()
    return found


TOTAL = EPOCHS * STEPS
PAIRS: dict[str, tuple[dict[str, Any], Any, int]] = {
    "constant": ({}, lambda o: lr_scheduler.ConstantLR(o, factor=1.0), 1),
    "step": (
        {"schedule": "step", "step_size": 5, "gamma": 0.3},
        lambda o: lr_scheduler.StepLR(o, 5, 0.3),
        STEPS,
    ),
    "multi_step": (
        {"schedule": "multi_step", "milestones": [3, 4, 9], "gamma": 0.5},
        lambda o: lr_scheduler.MultiStepLR(o, [3, 4, 9], 0.5),
        STEPS,
    ),
    "exponential": (
        {"schedule": "exponential", "gamma": 0.8},
        lambda o: lr_scheduler.ExponentialLR(o, 0.8),
        STEPS,
    ),
    "linear": (
        {"schedule": "linear", "min_learning_rate": 0.02},
        lambda o: lr_scheduler.LinearLR(o, 1.0, 0.1, TOTAL),
        1,
    ),
    "polynomial": (
        {"schedule": "polynomial", "power": 3.0},
        lambda o: lr_scheduler.PolynomialLR(o, TOTAL, 3.0),
        1,
    ),
    "cosine": (
        {"schedule": "cosine", "min_learning_rate": 0.01},
        lambda o: lr_scheduler.CosineAnnealingLR(o, TOTAL, 0.01),
        1,
    ),
    "cosine_restarts": (
        {
            "schedule": "cosine_restarts",
            "restart_epochs": 2,
            "restart_factor": 2,
            "min_learning_rate": 0.01,
        },
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 2 * STEPS, 2, 0.01),
        1,
    ),
    "one_cycle": (
        {"schedule": "one_cycle", "rise": 0.4},
        lambda o: lr_scheduler.OneCycleLR(o, TOP, TOTAL, pct_start=0.4, cycle_momentum=False),
        1,
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_schedule_is_torchs(name: str) -> None:
    recipe, make, each = PAIRS[name]
    assert rates(**recipe) == pytest.approx(torchs(make, each), rel=1e-5, abs=1e-9)


def test_every_schedule_is_compared() -> None:
    choices = set(Recipe.params["schedule"].facts()["choices"])
    assert set(PAIRS) == choices - {"reduce_on_plateau"}  # which goes by the metric; see below


@given(
    name=st.sampled_from(sorted(set(PAIRS) - {"one_cycle"})),
    warmup=st.integers(1, 30),
    steps=st.integers(1, 9),
)
def test_a_warm_up_rises_to_the_schedule(name: str, warmup: int, steps: int) -> None:
    recipe = Recipe({**PAIRS[name][0], "learning_rate": TOP, "warmup_steps": warmup, "epochs": 40})
    found = [learning_rate(recipe, step, steps) for step in range(40 * steps)]
    rising = found[: min(warmup, len(found))]
    assert rising == sorted(rising)
    assert rising[-1] == pytest.approx(TOP * len(rising) / warmup)
    assert all(0 <= rate <= TOP * (1 + 1e-9) for rate in found)


@given(
    rise=st.floats(0, 0.99), epochs=st.integers(1, 20), steps=st.integers(1, 20), top=st.just(TOP)
)
def test_one_cycle_stays_below_its_top(rise: float, epochs: int, steps: int, top: float) -> None:
    recipe = Recipe({"schedule": "one_cycle", "rise": rise, "learning_rate": top, "epochs": epochs})
    found = [learning_rate(recipe, step, steps) for step in range(epochs * steps)]
    assert all(0 < rate <= top * (1 + 1e-9) for rate in found)


@settings(deadline=None)  # the first call waits for what torch imports
@given(
    values=st.lists(
        st.floats(-2, 2, allow_nan=False) | st.sampled_from([float("nan"), float("inf"), 1.0]),
        max_size=40,
    ),
    patience=st.integers(0, 3),
    threshold=st.sampled_from([0.0, 1e-4, 0.3]),
    mode=st.sampled_from(["min", "max"]),
)
def test_a_plateau_lowers_the_rate_as_torch_does(
    values: list[float], patience: int, threshold: float, mode: str
) -> None:
    recipe = Recipe(
        {
            "schedule": "reduce_on_plateau",
            "learning_rate": TOP,
            "gamma": 0.3,
            "min_learning_rate": 0.001,
            "plateau_patience": patience,
            "plateau_threshold": threshold,
            "mode": mode,
        }
    )
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=TOP)
    theirs = lr_scheduler.ReduceLROnPlateau(
        optimizer, mode, 0.3, patience, threshold, min_lr=0.001, eps=0.0
    )
    progress = Progress()
    # torch's best starts at infinity, which takes one infinite value for an improvement of the other.
    for value in values:
        if math.isinf(value) and mode == "max":
            continue
        theirs.step(value)
        progress.settle(recipe, value)
        progress = Progress.from_plain(json.loads(json.dumps(progress.to_plain())))
        assert learning_rate(recipe, 3, STEPS, progress.rate) == optimizer.param_groups[0]["lr"]


def test_a_plateau_rises_to_its_rate_first() -> None:
    recipe = Recipe({"schedule": "reduce_on_plateau", "learning_rate": TOP, "warmup_steps": 4})
    found = [learning_rate(recipe, step, STEPS, 0.1) for step in range(6)]
    assert found == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1, 0.1])
    assert learning_rate(recipe, 9, STEPS) == TOP


def test_progress_of_older_checkpoints_is_read() -> None:
    plain = Progress(step=7, sums=[0.5]).to_plain()
    for name in ("rate", "plateau_best", "plateau_stale"):
        del plain[name]
    assert Progress.from_plain(plain) == Progress(step=7, sums=[0.5])


@pytest.mark.parametrize("anneal", [0, 1, 4])
def test_averaged_weights_learn_as_torchs_do(anneal: int) -> None:
    values = {"learning_rate": TOP, "schedule": "exponential", "gamma": 0.8, "epochs": 12}
    plain = Recipe({**values, "swa_start": 5})
    recipe = Recipe({**values, "swa_start": 5, "swa_learning_rate": 0.4, "swa_anneal": anneal})
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=TOP)
    falling = lr_scheduler.ExponentialLR(optimizer, 0.8)
    rising: Any = None
    for epoch in range(12):
        if epoch == 4:
            rising = SWALR(optimizer, 0.4, anneal_epochs=anneal)
        rates = {learning_rate(recipe, epoch * STEPS + step, STEPS) for step in range(STEPS)}
        assert len(rates) == 1
        assert rates.pop() == pytest.approx(optimizer.param_groups[0]["lr"])
        assert learning_rate(plain, epoch * STEPS, STEPS) == pytest.approx(TOP * 0.8**epoch)
        optimizer.step()
        (rising or falling).step()
    assert not is_constant(Recipe({"swa_start": 5, "swa_learning_rate": 0.4}))


def test_settings_of_schedules_name_schedules() -> None:
    choices = set(Recipe.params["schedule"].facts()["choices"])
    for name, kinds in OF_SCHEDULES.items():
        assert name in Recipe.params
        assert set(kinds) <= choices
