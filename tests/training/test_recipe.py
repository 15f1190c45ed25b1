"""The recipe: declared values, sentences for problems, schedules as pure functions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.training.recipe import Recipe, RecipeError, recipe_problems
from netbuilder.training.schedule import epoch_seed, learning_rate, plan


def test_every_value_has_a_default_that_it_takes_and_a_sentence() -> None:
    for name, param in Recipe.params.items():
        assert param.accept(param.default) == param.default, name
        assert param.doc.endswith("."), name
        assert param.doc[0].isupper(), name


def test_a_recipe_survives_plain_data() -> None:
    recipe = Recipe.from_plain({"optimizer": "sgd", "momentum": 0.9, "epochs": 3})
    assert Recipe.from_plain(recipe.to_plain()).to_plain() == recipe.to_plain()
    assert recipe.changed() == {"optimizer": "sgd", "momentum": 0.9, "epochs": 3}


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        Recipe.from_plain({"epochs": 0, "batchsize": 3, "optimizer": "adam", "momentum": 0.9})
    assert len(caught.value.problems) == 3
    assert caught.value.problems[0] == (
        "recipe: epochs is 0, but takes a whole number from 1 to 1000000"
    )
    assert "no parameter batchsize" in caught.value.problems[1]
    assert "beta1" in caught.value.problems[2]


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"nesterov": True}, "nesterov"),
        ({"optimizer": "sgd", "nesterov": True}, "nesterov"),
        ({"schedule": "cosine", "min_learning_rate": 1.0}, "min_learning_rate"),
        ({"checkpoint_seconds": 0.0}, "checkpoint_every"),
    ],
)
def test_values_that_do_not_go_together_are_one_sentence(values: dict, word: str) -> None:
    (problem,) = recipe_problems(values)
    assert word in problem
    assert "\n" not in problem


def test_what_is_better_follows_the_metric() -> None:
    assert Recipe({"metric": "loss"}).better(0.1, 0.2)
    assert not Recipe({"metric": "loss", "min_delta": 0.2}).better(0.1, 0.2)
    assert Recipe({"metric": "loss_1.accuracy"}).better(0.9, 0.8)
    assert not Recipe({"metric": "accuracy"}).better(0.8, 0.8)
    assert not Recipe({"metric": "loss_1"}).better(0.3, 0.2)
    assert Recipe({"metric": "r2", "mode": "min"}).better(0.1, 0.2)
    assert not Recipe().better(math.nan, None)
    assert not Recipe({"metric": "auroc"}).better(math.inf, 0.5)


@given(
    samples=st.integers(1, 500),
    batch=st.integers(1, 64),
    accumulate=st.integers(1, 8),
    drop=st.booleans(),
)
def test_a_plan_uses_every_sample_once(
    samples: int, batch: int, accumulate: int, drop: bool
) -> None:
    made = plan(Recipe({"batch_size": batch, "accumulate": accumulate, "drop_last": drop}), samples)
    assert (made.batches - 1) * made.batch_size < made.samples <= made.batches * made.batch_size
    assert (made.steps - 1) * accumulate < made.batches <= made.steps * accumulate
    assert samples - made.samples < batch if drop else samples == made.samples


def test_schedules() -> None:
    rates = [
        learning_rate(Recipe({"learning_rate": 1.0, "warmup_steps": 4}), s, 10) for s in range(6)
    ]
    assert rates == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    step = Recipe({"learning_rate": 1.0, "schedule": "step", "step_size": 2, "gamma": 0.5})
    assert [learning_rate(step, s, 3) for s in (0, 5, 6, 11, 12)] == [1.0, 1.0, 0.5, 0.5, 0.25]
    values = {"learning_rate": 1.0, "schedule": "cosine", "epochs": 2, "min_learning_rate": 0.1}
    cosine = [learning_rate(Recipe(values), s, 5) for s in range(11)]
    assert cosine[0] == 1.0
    assert cosine[5] == pytest.approx(0.55)
    assert cosine[10] == pytest.approx(0.1)
    assert cosine == sorted(cosine, reverse=True)


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    seeds = {epoch_seed(seed, epoch) for seed in range(20) for epoch in range(50)}
    assert len(seeds) == 1000
