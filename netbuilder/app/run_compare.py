"""Two runs side by side: what differs in graph, recipe, data and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from netbuilder.data.settings import DataSettings
from netbuilder.files.documents import load
from netbuilder.graph.delta import delta
from netbuilder.graph.model import Network
from netbuilder.training.run import RunFolder

Pair = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class GraphDifference:
    """The nodes that two networks do not share, by path: the id, behind ``group/`` within a definition.

    Attributes:
        added: Nodes that only the second has.
        removed: Nodes that only the first has.
        changed: Nodes of one path that differ in more than their place.
        rewired: Inputs that take their value from elsewhere, as ``node.port``.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    rewired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunComparison:
    """What differs between two runs; equal values are left out, metrics never.

    Attributes:
        first: The name of the first run.
        second: The name of the second run.
        graph: The nodes that differ.
        recipe: Settings with both values, defaults included.
        data: The same of the data, dotted names such as ``split.seed``; ``fingerprint`` among them.
        metrics: Every figure that came out, with both values; None where one run has none.
    """

    first: str
    second: str
    graph: GraphDifference = field(default_factory=GraphDifference)
    recipe: Mapping[str, Pair] = field(default_factory=dict)
    data: Mapping[str, Pair] = field(default_factory=dict)
    metrics: Mapping[str, Pair] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        graph = self.graph
        return {
            "first": self.first,
            "second": self.second,
            "graph": {
                "added": list(graph.added),
                "removed": list(graph.removed),
                "changed": list(graph.changed),
                "rewired": list(graph.rewired),
            },
            **{
                name: {key: list(pair) for key, pair in getattr(self, name).items()}
                for name in ("recipe", "data", "metrics")
            },
        }


def compare_runs(first: RunFolder, second: RunFolder) -> RunComparison:
    """Return what differs between two runs.

    Raises:
        RunError: A folder holds no run, or a file of it cannot be read.
        FileError: A graph cannot be read.
        RecipeError: A recipe has problems.
        DataError: The settings of the data have problems.
    """
    first.require()
    second.require()
    return RunComparison(
        first.name,
        second.name,
        graph_difference(load(first.graph), load(second.graph)),
        _differing(first.recipe().to_plain(), second.recipe().to_plain()),
        _differing(_data(first), _data(second)),
        _beside(_figures(first), _figures(second)),
    )


def graph_difference(first: Network, second: Network) -> GraphDifference:
    """Return the nodes that two networks do not share; where they lie does not count."""
    added, removed, changed, rewired = [], [], [], []
    for name, graph in delta(first, second).graphs.items():
        within = f"{name}/" if name else ""
        added += [within + node for node in graph.added]
        removed += [within + node for node in graph.removed]
        changed += [within + node for node in graph.changed]
        inputs = graph.connected | graph.disconnected
        rewired += [
            f"{within}{end.node}.{end.port}"
            for end in inputs
            if end.node not in graph.added | graph.removed
        ]
    lists = (added, removed, changed, rewired)
    return GraphDifference(*(tuple(sorted(found)) for found in lists))


def _data(run: RunFolder) -> dict[str, Any]:
    data = run.data()
    settings = DataSettings.from_plain(data["settings"]).to_plain()
    return {**_flat(settings), "fingerprint": data.get("fingerprint")}


def _figures(run: RunFolder) -> dict[str, Any]:
    result = run.result() or {}
    best, test = result.get("best") or {}, result.get("test") or {}
    found = {"step": result.get("step"), "epoch": result.get("epoch")}
    if best:
        found[f"best {best.get('on', '')} {best['metric']}"] = best["value"]
        found["best epoch"] = best.get("epoch")
    if test:
        found["test loss"] = test["loss"]
        known = test["metrics"].items()
        found |= {f"test {k}": v for k, v in known if not isinstance(v, list | dict)}
    return found


def _flat(plain: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in plain.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def _beside(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Pair]:
    return {name: (one.get(name), other.get(name)) for name in {**one, **other}}


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Pair]:
    return {name: pair for name, pair in _beside(one, other).items() if pair[0] != pair[1]}
