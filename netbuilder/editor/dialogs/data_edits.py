"""Edits of a document's data settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.app.settings import with_setting as with_assignment
from netbuilder.data.augment import Augment
from netbuilder.data.registry import sources
from netbuilder.data.settings import Scaling, Split
from netbuilder.editor.widgets.reading import is_default
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.node_api.params import Param, plain

_PARTS = ("train", "val", "test")
_DIGITS = 6


def with_source(network: Network, name: str) -> Network:
    """Return a network with another data source; the split is kept, the rest belongs to the source."""
    return with_assignment(network, f"data.source={name}")


def with_param(network: Network, name: str, value: Any) -> Network:
    """Return a network with one setting of its data source; a default is taken out."""
    source = sources().get(str(network.data.get("source")))
    params = source.params if source else {}
    return _with(network, "params", name, value, params.get(name))


def with_split(network: Network, name: str, value: Any) -> Network:
    """Return a network with one setting of its split; the other fractions make room."""
    if name not in _PARTS or value is edits.DEFAULT:
        return _with(network, "split", name, value, Split.params.get(name))
    now = fractions(network)
    for part, share in balanced(now, name, float(value)).items():
        network = _with(network, "split", part, share, Split.params[part])
    return network


def with_scaling(network: Network, name: str, value: Any) -> Network:
    """Return a network with other fields standardized."""
    data = dict(network.data)
    param = Scaling.params[name]
    if value is edits.DEFAULT or is_default(param, value):
        data.pop(name, None)
    else:
        data[name] = plain(value)
    return edits.set_data(network, data)


def with_augment(network: Network, name: str, value: Any) -> Network:
    """Return a network with one change of its samples; a default is taken out."""
    return _with(network, "augment", name, value, Augment.params.get(name))


def part_of(network: Network, key: str) -> Mapping[str, Any]:
    """Return a part of the data settings; nothing where the document has something else there."""
    found = network.data.get(key, {})
    return found if isinstance(found, Mapping) else {}


def fractions(network: Network) -> dict[str, float]:
    """Return the fractions of the split as they are written."""
    written = part_of(network, "split")
    found: dict[str, float] = {}
    for part in _PARTS:
        value = written.get(part, Split.params[part].default)
        sound = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
        found[part] = float(value) if sound else 0.0
    return found


def balanced(now: Mapping[str, float], name: str, value: float) -> dict[str, float]:
    """Return fractions that add up to 1 after one of them was set.

    Training makes room for the others; the others share, as they did before, what training leaves.
    """
    rest = 1.0 - value
    if name == "train":
        val, test = now["val"], now["test"]
        share = val / (val + test) if val + test > 0 else 0.5
        parts = {"train": value, "val": rest * share, "test": rest * (1 - share)}
    else:
        other = "test" if name == "val" else "val"
        kept = min(now[other], rest)
        parts = {"train": rest - kept, name: value, other: kept}
    return {part: round(share, _DIGITS) for part, share in parts.items()}


def _with(network: Network, key: str, name: str, value: Any, param: Param[Any] | None) -> Network:
    inner = dict(part_of(network, key))
    if value is edits.DEFAULT or (param is not None and is_default(param, value)):
        inner.pop(name, None)
    else:
        inner[name] = plain(value)
    data = {k: v for k, v in network.data.items() if k != key}
    return edits.set_data(network, {**data, key: inner} if inner else data)
