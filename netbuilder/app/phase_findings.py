"""What is wrong with the phases of a recipe, given the network: nodes that cannot be frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from netbuilder.check.diagnostics import Diagnostic, Fix
from netbuilder.check.report import Report
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.node_api.params import ParamError
from netbuilder.training.recipe import Recipe

NO_RECIPE = "NB701"
_KEY = "phases"


def phase_findings(report: Report) -> Iterator[Diagnostic]:
    """Yield what of a network's phases cannot be followed; settings that are not taken are told elsewhere.

    Args:
        report: What the check says of the network.
    """
    try:
        phases = Recipe.params[_KEY].accept(report.network.recipe.get(_KEY, ()))
    except ParamError:
        return
    records = report.run.records
    learning = {name for name in freezable(report) if records[name].result.cost.trainable != 0}
    for number, phase in enumerate(phases, 1):
        found = [_finding(report, number, name) for name in dict.fromkeys(phase.frozen)]
        yield from filter(None, found)
        if learning and learning <= set(phase.frozen):
            yield Diagnostic(
                NO_RECIPE,
                "error",
                f"phase {number} freezes all nodes that have weights, so nothing would learn",
                hint="take a node out of it",
            )


def freezable(report: Report) -> tuple[str, ...]:
    """Return the nodes of the main graph whose weights a phase can freeze, in order of evaluation."""
    records = report.run.records
    return tuple(
        name
        for name in report.run.layout.order
        if not _why_not(report, name) and records[name].result.cost.parameters != 0
    )


def without_frozen(network: Network, number: int, name: str, instead: str = "") -> Network:
    """Return a network in which a phase, counted from 1, does not freeze a node but perhaps another."""
    phases: list[Any] = list(network.recipe.get(_KEY, ()))
    phase: Mapping[str, Any] = phases[number - 1]
    frozen = [instead if one == name else one for one in phase.get("frozen", ())]
    phases[number - 1] = {**phase, "frozen": list(dict.fromkeys(filter(None, frozen)))}
    return edits.set_recipe(network, {**network.recipe, _KEY: phases})


def _finding(report: Report, number: int, name: str) -> Diagnostic | None:
    why = _why_not(report, name)
    if not why:
        return None
    node = report.network.graph.nodes.get(name)
    near = [node.shares] if node else get_close_matches(name, freezable(report), n=1)
    out = Fix(
        f"take {name} out of phase {number}", lambda n: without_frozen(n, number, name), safe=False
    )
    others = [
        Fix(
            f"freeze {other} in phase {number}",
            lambda n, other=other: without_frozen(n, number, name, other),  # type: ignore[misc]
            safe=False,
        )
        for other in near
        if other
    ]
    return Diagnostic(
        NO_RECIPE,
        "error",
        f"phase {number} freezes {name}, but {why}",
        hint="name nodes of the main graph that have weights of their own",
        fixes=(*others, out),
    )


def _why_not(report: Report, name: str) -> str:
    """Why a node cannot be frozen; empty where it can, or where it is not known what it is."""
    node, record = report.network.graph.nodes.get(name), report.run.records.get(name)
    if node is None or record is None:
        return "there is no such node in the main graph"
    if node.shares:
        return f"its weights are those of {node.shares}"
    known = bool(record.result.types) and not record.problems
    return "it has no weights" if known and record.result.cost.parameters == 0 else ""
