"""What the recipe's optimizers are called by torch, and what they take; without torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.training.recipe import OF_OPTIMIZERS, Recipe

CLASSES: Mapping[str, str] = {
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
    "adadelta": "Adadelta",
    "adamax": "Adamax",
    "nadam": "NAdam",
    "radam": "RAdam",
}
_FUSED = ("sgd", "adam", "adamw", "adagrad")  # one kernel a step and group of weights
_SAME = ("momentum", "nesterov", "alpha", "rho")  # settings that torch calls the same


def optimizer_options(recipe: Recipe) -> dict[str, Any]:
    """Return the arguments that are the optimizer's own, by torch's names."""
    has = {name for name, kinds in OF_OPTIMIZERS.items() if recipe.optimizer in kinds}
    options = {name: getattr(recipe, name) for name in _SAME if name in has}
    if "beta1" in has:
        options["betas"] = (recipe.beta1, recipe.beta2)
    if "epsilon" in has:
        options["eps"] = recipe.epsilon
    if "line_search" in has:
        search = None if recipe.line_search == "none" else recipe.line_search
        options |= {"line_search_fn": search, "max_iter": recipe.max_iter}
        options["history_size"] = recipe.history_size
    return options


def form_of(recipe: Recipe) -> str:
    """Return which of torch's forms of the optimizer is used: ``fused`` or ``foreach``."""
    # Fused, SGD does not take weights with a momentum together with some that had no step yet.
    late = recipe.optimizer == "sgd" and recipe.momentum > 0 and recipe.phases
    return "fused" if recipe.optimizer in _FUSED and not late else "foreach"


def spares(recipe: Recipe) -> bool:
    """Whether weights of a single axis are kept from decaying."""
    return recipe.weight_decay > 0 and not recipe.decay_biases
