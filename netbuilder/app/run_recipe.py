"""The recipe of a run taken over by a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.graph.edits import set_recipe
from netbuilder.graph.model import Network
from netbuilder.node_api.params import plain
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunFolder

# They suit a computer, not a network.
OF_THE_MACHINE = ("device", "threads")


def recipe_of(run: RunFolder) -> dict[str, Any]:
    """Return what a run was trained by, as a document keeps it: values other than the defaults.

    Raises:
        RunError: There is no run, or its recipe cannot be read.
        RecipeError: The recipe has problems.
    """
    run.require()
    return run.recipe().changed()


def with_recipe_of(network: Network, recipe: Mapping[str, Any]) -> Network:
    """Return a network that is trained as a run was; device and threads stay as they are.

    A network of which that is so already is returned as it is.

    Args:
        network: The network.
        recipe: What ``recipe_of`` said of the run.
    """
    taken = {name: value for name, value in recipe.items() if name not in OF_THE_MACHINE}
    own = {name: value for name, value in network.recipe.items() if name in OF_THE_MACHINE}
    wanted = {**taken, **own}
    return network if _other(network.recipe) == _other(wanted) else set_recipe(network, wanted)


def _other(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not the defaults."""
    params = Recipe.params
    return {
        name: value
        for name, value in values.items()
        if name not in params or value != plain(params[name].default)
    }
