"""Edits of the training recipe, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.editor.widgets.reading import is_default
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.node_api.params import ParamError, plain
from netbuilder.training.recipe import Recipe, recipe_problems

_SGD = frozenset({"momentum", "nesterov"})
_ADAM = frozenset({"beta1", "beta2", "epsilon"})


def with_setting(network: Network, name: str, value: Any) -> Network:
    """Return a network with one setting of its recipe; a default is taken out of the document."""
    recipe = dict(network.recipe)
    param = Recipe.params.get(name)
    if value is edits.DEFAULT or (param is not None and is_default(param, value)):
        recipe.pop(name, None)
    else:
        recipe[name] = plain(value)
    return edits.set_recipe(network, recipe)


def problems_by_name(values: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Return what is wrong with a recipe: the sentence for each setting, and the other sentences."""
    by_name: dict[str, str] = {}
    others: list[str] = []
    for sentence in recipe_problems(values):
        text = sentence.removeprefix("recipe: ")
        # The setting that a sentence is about comes first in it, perhaps behind an article.
        name = next((word for word in text.split()[:4] if word in Recipe.params), "")
        if text.startswith("the cosine"):
            name = "min_learning_rate"
        if name and name not in by_name:
            by_name[name] = text
        else:
            others.append(text)
    return by_name, others


def sound_recipe(values: Mapping[str, Any]) -> Recipe:
    """Return the recipe of those values that are taken; the others have their defaults."""
    sound: dict[str, Any] = {}
    for name, value in values.items():
        param = Recipe.params.get(name)
        if param is None:
            continue
        try:
            sound[name] = param.accept(value)
        except ParamError:
            continue
    return Recipe(sound)


def without_effect(recipe: Recipe) -> frozenset[str]:
    """Return the settings that change nothing, given the others."""
    idle = set(_ADAM if recipe.optimizer == "sgd" else _SGD)
    if recipe.optimizer == "sgd" and recipe.momentum == 0:
        idle.add("nesterov")
    if recipe.schedule != "step":
        idle |= {"step_size", "gamma"}
    if recipe.schedule != "cosine":
        idle.add("min_learning_rate")
    if recipe.patience == 0:
        idle.add("min_delta")
    return frozenset(idle)


def schedule_text(recipe: Recipe) -> str:
    """Return in a sentence how the learning rate changes."""
    top = f"{recipe.learning_rate:g}"
    warm = (
        f"It rises to {top} over {recipe.warmup_steps:,} steps, then "
        if recipe.warmup_steps
        else "It "
    )
    epochs = f"{recipe.epochs:,} epoch{'' if recipe.epochs == 1 else 's'}"
    if recipe.schedule == "step":
        drop = f"{recipe.step_size:,} epoch{'' if recipe.step_size == 1 else 's'}"
        return f"{warm}is multiplied by {recipe.gamma:g} every {drop}, {epochs} in all."
    if recipe.schedule == "cosine":
        return (
            f"{warm}falls from {top} to {recipe.min_learning_rate:g} along a cosine over {epochs}."
        )
    return f"{warm}stays at {top} for {epochs}."
