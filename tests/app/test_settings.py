"""Settings by name: recipe, data and titles."""

from __future__ import annotations

from typing import Any

import pytest

from netbuilder.app.settings import SettingError, settings_of, with_setting, with_settings
from netbuilder.graph.model import Network
from netbuilder.training.recipe import Recipe

MOONS = Network(title="Moons", data={"source": "moons"}, recipe={"epochs": 3})


@pytest.mark.parametrize(
    ("assignment", "where", "value"),
    [
        ("recipe.epochs=5", ("recipe", "epochs"), 5),
        ("recipe.learning_rate=1e-2", ("recipe", "learning_rate"), 0.01),
        ("recipe.shuffle=false", ("recipe", "shuffle"), False),
        ("recipe.optimizer=sgd", ("recipe", "optimizer"), "sgd"),
        ("recipe.metric=accuracy", ("recipe", "metric"), "accuracy"),
        ("data.params.noise=0.3", ("data", "params", "noise"), 0.3),
        ("data.split.seed=7", ("data", "split", "seed"), 7),
        ("data.standardize=point", ("data", "standardize"), ["point"]),
        ("data.standardize=a, b", ("data", "standardize"), ["a", "b"]),
        ('data.standardize=["a"]', ("data", "standardize"), ["a"]),
        ("title=A=B", ("title",), "A=B"),
        ("description=5", ("description",), "5"),
    ],
)
def test_a_setting_is_made(assignment: str, where: tuple[str, ...], value: Any) -> None:
    found: Any = with_setting(MOONS, assignment)
    for name in where:
        found = found[name] if hasattr(found, "items") else getattr(found, name)
    assert found == value
    assert type(found) is type(value)


def test_others_stay() -> None:
    network = with_settings(MOONS, ["recipe.batch_size=8", "data.split.seed=1"])
    assert network.recipe == {"epochs": 3, "batch_size": 8}
    assert network.data == {"source": "moons", "split": {"seed": 1}}
    assert MOONS.recipe == {"epochs": 3}


def test_another_source_leaves_the_parameters_of_the_first_behind() -> None:
    first = with_settings(MOONS, ["data.params.noise=0.3", "data.split.seed=1"])
    assert with_setting(first, "data.source=moons") is first
    other = with_setting(first, "data.source=iris")
    assert other.data == {"source": "iris", "split": {"seed": 1}}


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("recipe.nothing=3", ("recipe.nothing", "recipe.epochs")),
        ("data.params.nothing=3", ("data.params.noise", "data.source")),
        ("nothing=3", ("title", "recipe.epochs")),
        ("recipe.epochs", ("NAME=VALUE",)),
        ("recipe.epochs=many", ("recipe.epochs", "'many'", "whole number")),
        ("recipe.epochs=0", ("recipe.epochs", "0", "from 1")),
        ("recipe.optimizer=fast", ("sgd, adam, adamw",)),
        ("data.source=nowhere", ("nowhere", "digits")),
    ],
)
def test_what_cannot_be_set_is_told_with_what_can(assignment: str, words: tuple[str, ...]) -> None:
    with pytest.raises(SettingError) as caught:
        with_settings(MOONS, [assignment])
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_recipe_has_to_hold_together_after_all_settings() -> None:
    with pytest.raises(SettingError, match="momentum"):
        with_settings(MOONS, ["recipe.momentum=0.9"])
    sgd = with_settings(MOONS, ["recipe.momentum=0.9", "recipe.optimizer=sgd"])
    assert Recipe.from_plain(sgd.recipe).momentum == 0.9


def test_every_setting_can_be_set_to_its_default() -> None:
    for name, param in settings_of(MOONS).items():
        if name.startswith("recipe."):
            text = "[]" if param.default == () else str(param.default)
            with_setting(MOONS, f"{name}={text.lower()}")


def test_a_list_of_numbers_needs_no_brackets() -> None:
    for text in ("3,5", "[3, 5]"):
        assert with_setting(MOONS, f"recipe.milestones={text}").recipe["milestones"] == [3, 5]
    with pytest.raises(SettingError, match="takes a list of"):
        with_setting(MOONS, "recipe.milestones=3,x")
