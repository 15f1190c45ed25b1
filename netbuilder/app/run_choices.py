"""Which trained runs a document has, so that a person can choose one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from netbuilder.files.documents import load
from netbuilder.files.errors import FileError
from netbuilder.graph.model import Network
from netbuilder.graph.semantics import semantic_hash
from netbuilder.training.run import RunError, RunFolder, list_runs

_MOST = 40  # runs that are looked into; older ones are found by their folder


@dataclass(frozen=True, slots=True)
class RunChoice:
    """A run that has weights.

    Attributes:
        path: Its folder.
        name: The folder's name.
        sentence: What its best epoch reached, such as ``val accuracy 0.9926, epoch 4``.
        is_same: Whether it computes what the document computes now; otherwise an earlier version.
    """

    path: Path
    name: str
    sentence: str
    is_same: bool


def run_choices(folder: Path, network: Network, stem: str) -> tuple[RunChoice, ...]:
    """Return the runs of a document that have weights, the newest first.

    Args:
        folder: Where the runs lie.
        network: The document.
        stem: Its name, which its runs are called after.
    """
    named = re.compile(rf"{re.escape(stem)}(-\d{{8}}-\d{{6}}(-\d+)?)?")
    own = [run for run in list_runs(folder) if named.fullmatch(run.name)]
    now = _computed(network)
    own.sort(key=_age, reverse=True)
    found = (_choice(run, now) for run in own[:_MOST])
    return tuple(one for one in found if one is not None)


def _age(run: RunFolder) -> float:
    try:
        return run.recipe_file.stat().st_mtime
    except OSError:
        return 0.0


def _choice(run: RunFolder, now: str) -> RunChoice | None:
    weights = run.best_weights()
    if weights is None or not weights.is_file():
        return None
    try:
        same = _computed(load(run.graph)) == now
        result = run.result()
    except (FileError, RunError):
        return None
    return RunChoice(run.path, run.name, _sentence(result), same)


def _computed(network: Network) -> str:
    """What names what a network computes, however and on whatever it is trained."""
    return semantic_hash(replace(network, data={}, recipe={}))


def _sentence(result: dict[str, Any] | None) -> str:
    best = (result or {}).get("best")
    if not isinstance(best, dict) or not isinstance(best.get("value"), int | float):
        return "its newest checkpoint" if result is None else ""
    metric = f"{best.get('on', '')} {best.get('metric', 'loss')}".strip()
    return f"{metric} {best['value']:.4g}, epoch {best.get('epoch', '?')}"
