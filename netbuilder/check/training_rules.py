"""Rules about how a network is trained: the batch, and the size of a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netbuilder.check.cost import batch_of
from netbuilder.check.diagnostics import Fix
from netbuilder.check.findings import Finding, listed
from netbuilder.check.runs import GraphRun
from netbuilder.graph import edits

_USUAL_BATCH = 32
# The smallest and the largest learning rate that is taken for an optimizer, and a good first one.
_USUAL_RATES = {
    "sgd": (1e-4, 1.0, 0.01),
    "adam": (1e-5, 0.05, 0.001),
    "adamw": (1e-5, 0.05, 0.001),
    "rmsprop": (1e-5, 0.05, 0.001),
    "adagrad": (1e-4, 0.5, 0.01),
    "adadelta": (0.01, 10.0, 1.0),
    "adamax": (1e-5, 0.05, 0.002),
    "nadam": (1e-5, 0.05, 0.002),
    "radam": (1e-5, 0.05, 0.001),
    "muon": (1e-5, 0.05, 0.001),
    "lbfgs": (0.1, 1.0, 1.0),
}
_RATE = 0.001  # where the recipe says none
# How far outside of these a rate is that nobody means.
_FAR = 10.0


def training_findings(run: GraphRun, recipe: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what the recipe will make of this network.

    Args:
        run: The evaluation of the main graph.
        recipe: The training recipe as plain data.
    """
    if not run.structure.roles.get("loss"):
        return
    if batch_of(recipe) == 1:
        yield from _single_samples(run)
    yield from _rate(recipe)


def _single_samples(run: GraphRun) -> Iterator[Finding]:
    names = list(_norms(run))
    if not names:
        return
    message = (
        f"{listed(names)} {'takes' if len(names) == 1 else 'take'} mean and variance over the batch, "
        "but batch_size is 1, so every sample is measured by itself alone"
    )
    yield Finding(
        "NB703",
        message,
        names[0].partition("/")[0],
        severity="warning",
        hint="use batches of 8 or more, or LayerNorm or GroupNorm, which need no batch",
        fixes=(_set("batch_size", _USUAL_BATCH),),
    )


def _norms(run: GraphRun, path: str = "") -> Iterator[str]:
    for name, record in run.records.items():
        if record.kind.manner is not None and record.kind.manner.sort == "batch_norm":
            if not record.node.bypass:
                yield path + name
        elif record.result.runs:
            yield from _norms(record.result.runs[0][1], f"{path}{name}/")


def _rate(recipe: Mapping[str, Any]) -> Iterator[Finding]:
    rate, optimizer = recipe.get("learning_rate", _RATE), recipe.get("optimizer", "adam")
    if not isinstance(rate, int | float) or isinstance(rate, bool) or not rate > 0:
        return
    usual = _USUAL_RATES.get(optimizer) if isinstance(optimizer, str) else None
    if usual is None or usual[0] / _FAR <= rate <= usual[1] * _FAR:
        return
    least, most, good = usual
    far = "above" if rate > most else "below"
    message = (
        f"the learning rate is {rate:g}, far {far} the {least:g} to {most:g} "
        f"that are usual with {optimizer}"
    )
    effect = (
        "the loss will jump or become NaN" if rate > most else "hardly anything will be learned"
    )
    yield Finding(
        "NB702",
        f"{message}; {effect}",
        severity="warning",
        hint=f"start with {good:g}, and go up or down in steps of 3",
        fixes=(_set("learning_rate", good),),
    )


def _set(name: str, value: Any) -> Fix:
    return Fix(
        f"set {name} to {value:g}",
        lambda n: edits.set_recipe(n, {**n.recipe, name: value}),
        safe=False,
    )
