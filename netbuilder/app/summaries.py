"""A document's data and recipe in a few words, as bars and forms say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.data.registry import sources
from netbuilder.training.recipe import Recipe

_OPTIMIZERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW"}


def data_title(data: Mapping[str, Any]) -> str:
    """Return what the chosen source is called; empty while none is chosen."""
    name = str(data.get("source") or "")
    known = sources().get(name)
    return known.title if known else name


def optimizer_title(recipe: Mapping[str, Any]) -> str:
    """Return what the optimizer is called: ``AdamW``."""
    name = str(setting(recipe, "optimizer"))
    return _OPTIMIZERS.get(name, name)


def rate_text(recipe: Mapping[str, Any]) -> str:
    """Return the learning rate as people write it: ``0.003``."""
    rate = setting(recipe, "learning_rate")
    return f"{rate:g}" if isinstance(rate, int | float) else str(rate)


def recipe_line(recipe: Mapping[str, Any]) -> str:
    """Return optimizer, schedule and learning rate: ``AdamW, cosine, 0.003``."""
    parts = [optimizer_title(recipe), rate_text(recipe)]
    schedule = setting(recipe, "schedule")
    if schedule not in (None, "constant"):
        parts.insert(1, str(schedule).replace("_", " "))
    return ", ".join(parts)


def setting(recipe: Mapping[str, Any], name: str) -> Any:
    """Return a setting of a recipe, or its default."""
    return recipe.get(name, Recipe.params[name].default)
