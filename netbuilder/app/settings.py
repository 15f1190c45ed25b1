"""Changing a document's recipe, data and title by name: ``recipe.epochs=3``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from netbuilder.data.augment import Augment
from netbuilder.data.registry import sources
from netbuilder.data.settings import Scaling, Split
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.node_api.params import Choice, Param, ParamError, Several, Text, Texts, plain
from netbuilder.training.recipe import Recipe, RecipeError

TITLES = ("title", "description")


class SettingError(NetBuilderError):
    """A setting that does not exist, or a value it does not take."""


def with_setting(network: Network, assignment: str) -> Network:
    """Return a network with one setting changed.

    Args:
        network: The network.
        assignment: ``title=...``, ``description=...``, ``recipe.NAME=...``, ``data.source=...``,
            ``data.params.NAME=...``, ``data.split.NAME=...``, ``data.augment.NAME=...`` or
            ``data.standardize=a,b``. Values are written as in JSON; text needs no quotes.

    Raises:
        SettingError: There is no such setting, or it does not take the value.
    """
    key, sign, text = assignment.partition("=")
    key = key.strip()
    if not sign:
        raise SettingError(
            f"{assignment!r} sets nothing; write NAME=VALUE, such as recipe.epochs=3"
        )
    if key == "title":
        return edits.set_title(network, text)
    if key == "description":
        return edits.set_description(network, text)
    if key == "data.source":
        return _with_source(network, text)
    known = settings_of(network)
    if key not in known:
        raise SettingError(f"there is no setting {key}; {_hint(key, known)}")
    value = _value(known[key], key, text)
    *path, name = key.split(".")
    if path == ["recipe"]:
        return edits.set_recipe(network, {**network.recipe, name: value})
    data = dict(network.data)
    if path == ["data"]:
        data[name] = value
    else:
        inner = data.get(path[1])
        data[path[1]] = {**(inner if isinstance(inner, Mapping) else {}), name: value}
    return edits.set_data(network, data)


def with_settings(network: Network, assignments: list[str]) -> Network:
    """Return a network with several settings changed, in their order.

    Raises:
        SettingError: One of them cannot be made, or the recipe does not hold together afterwards.
    """
    for assignment in assignments:
        network = with_setting(network, assignment)
    if any(text.lstrip().startswith("recipe.") for text in assignments):
        try:
            Recipe.from_plain(network.recipe)
        except RecipeError as error:
            raise SettingError(str(error)) from error
    return network


def settings_of(network: Network) -> dict[str, Param[Any]]:
    """Return the declared settings that a network has, by their full names."""
    found: dict[str, Param[Any]] = {f"recipe.{name}": p for name, p in Recipe.params.items()}
    source = sources().get(str(network.data.get("source")))
    if source is not None:
        found |= {f"data.params.{name}": p for name, p in source.params.items()}
    found |= {f"data.split.{name}": p for name, p in Split.params.items()}
    found |= {f"data.augment.{name}": p for name, p in Augment.params.items()}
    return found | {f"data.{name}": p for name, p in Scaling.params.items()}


def _with_source(network: Network, name: str) -> Network:
    if name not in sources():
        raise SettingError(f"there is no data source {name}; there are: {', '.join(sources())}")
    if network.data.get("source") == name:
        return network
    # Parameters and fields belong to the source they were written for; the split is everybody's.
    kept = {key: value for key, value in network.data.items() if key == "split"}
    return edits.set_data(network, {"source": name, **kept})


def _value(param: Param[Any], key: str, text: str) -> Any:
    value: Any = text
    if isinstance(param, Texts) and not text.lstrip().startswith("["):
        value = [part.strip() for part in text.split(",") if part.strip()]
    elif isinstance(param, Several) and not text.lstrip().startswith("["):
        value = _json(f"[{text}]")
    elif not isinstance(param, Text | Choice) or (param.optional and text == "null"):
        value = _json(text)
    try:
        return plain(param.accept(value))
    except ParamError as error:
        raise SettingError(f"{key}: {error}") from error


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _hint(key: str, known: Mapping[str, Param[Any]]) -> str:
    near = get_close_matches(key, known, n=2)
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    head = key.split(".")[0]
    same = [name for name in known if name.split(".")[0] == head]
    if head == "data":
        same = ["data.source", *same]
    return f"{meant}there are: {', '.join(same or (*TITLES, 'data.source', *known))}"
