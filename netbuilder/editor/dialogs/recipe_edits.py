"""Edits of the training recipe, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.editor.dialogs.phase_edits import phases_text
from netbuilder.editor.widgets.reading import is_default
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.node_api.params import ParamError, plain
from netbuilder.training.recipe import (
    NOT_OF_LBFGS,
    OF_OPTIMIZERS,
    OF_SCHEDULES,
    Recipe,
    recipe_problems,
)
from netbuilder.training.schedule import anneals


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
        if text.startswith(("the cosine", "the learning rate would")):
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
    idle = {name for name, kinds in OF_OPTIMIZERS.items() if recipe.optimizer not in kinds}
    idle |= {name for name, kinds in OF_SCHEDULES.items() if recipe.schedule not in kinds}
    if recipe.optimizer == "sgd" and recipe.momentum == 0:
        idle.add("nesterov")
    if recipe.weight_decay == 0:
        idle.add("decay_biases")
    if recipe.optimizer == "lbfgs":
        idle |= set(NOT_OF_LBFGS)
    if recipe.patience == 0:
        idle.add("min_delta")
    if recipe.swa_start == 0:
        idle |= {"swa_learning_rate", "swa_anneal"}
    elif recipe.swa_learning_rate == 0:
        idle.add("swa_anneal")
    if recipe.sampling != "weighted":
        idle.add("weight_column")
    return frozenset(idle)


def schedule_text(recipe: Recipe) -> str:
    """Return in a sentence or two how the learning rate changes."""
    return _scheduled_text(recipe) + _annealed_text(recipe) + phases_text(recipe)


def _annealed_text(recipe: Recipe) -> str:
    if not anneals(recipe):
        return ""
    over = f"over {_epochs(recipe.swa_anneal)}" if recipe.swa_anneal else "at once"
    return f" From epoch {recipe.swa_start:,} on it goes to {recipe.swa_learning_rate:g} {over}."


def _scheduled_text(recipe: Recipe) -> str:
    top = f"{recipe.learning_rate:g}"
    warm = (
        f"It rises to {top} over {recipe.warmup_steps:,} steps, then "
        if recipe.warmup_steps
        else "It "
    )
    epochs = _epochs(recipe.epochs)
    low, gamma = f"{recipe.min_learning_rate:g}", f"{recipe.gamma:g}"
    match recipe.schedule:
        case "step":
            drop = _epochs(recipe.step_size)
            return f"{warm}is multiplied by {gamma} every {drop}, {epochs} in all."
        case "multi_step":
            at = ", ".join(f"{one:,}" for one in recipe.milestones) or "no epoch"
            return f"{warm}is multiplied by {gamma} after epochs {at}, {epochs} in all."
        case "exponential":
            return f"{warm}is multiplied by {gamma} every epoch, {epochs} in all."
        case "linear":
            return f"{warm}falls from {top} to {low} along a line over {epochs}."
        case "polynomial":
            way = f"with power {recipe.power:g}"
            return f"{warm}falls from {top} to {low} {way} over {epochs}."
        case "cosine":
            return f"{warm}falls from {top} to {low} along a cosine over {epochs}."
        case "cosine_restarts":
            first, factor = _epochs(recipe.restart_epochs), recipe.restart_factor
            longer = f", each {factor} times as long as the last" if factor > 1 else ""
            return f"{warm}falls from {top} to {low} again and again: cosines of {first}{longer}."
        case "one_cycle":
            share = f"{recipe.rise:.0%}"
            return (
                f"It rises to {top} in the first {share} of {epochs}, then falls to almost nothing."
            )
        case "reduce_on_plateau":
            return (
                f"{warm}is multiplied by {gamma}, down to {low}, whenever {recipe.metric} has not improved "
                f"for more than {_epochs(recipe.plateau_patience)}; when that is, nobody knows before."
            )
    return f"{warm}stays at {top} for {epochs}."


def _epochs(count: int) -> str:
    return f"{count:,} epoch{'' if count == 1 else 's'}"
