"""Rules about gradients: what no way back from a loss leads to keeps the weights it starts with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from netbuilder.check.diagnostics import Fix
from netbuilder.check.findings import Finding, listed
from netbuilder.check.layout import NO_WIRES
from netbuilder.graph import edits
from netbuilder.node_api.ports import FLOATS

if TYPE_CHECKING:
    from netbuilder.check.runs import GraphRun

# Functions that are flat wherever they have a slope, although they give floating-point numbers.
_FLAT = frozenset({"step", "sign", "round", "floor", "ceil", "heaviside"})
_INSTEAD = {
    "step": "use Sigmoid, which goes from 0 to 1 with a slope",
    "argmax": "give the loss the scores themselves, and take the ArgMax for an Output only",
    "argmin": "give the loss the scores themselves, and take the ArgMin for an Output only",
    "compare": "use Sigmoid of the difference, which says how far one is above the other",
}


def lets_no_gradient_through(type_id: str, given: Iterable[str], made: Iterable[str]) -> bool:
    """Whether no gradient comes back through a node.

    Args:
        type_id: The id of its type.
        given: The dtypes at its inputs.
        made: The dtypes at its outputs.
    """
    if type_id in _FLAT:
        return True
    return any(dtype in FLOATS for dtype in given) and not any(dtype in FLOATS for dtype in made)


def gradient_findings(
    run: GraphRun, losses: list[str], trained: frozenset[str], stops: list[str]
) -> Iterator[Finding]:
    """Yield where gradients stop on their way to weights that no other way leads to.

    Args:
        run: The evaluation of the main graph.
        losses: Its losses.
        trained: The nodes that a loss depends on.
        stops: The nodes that let no gradient through.
    """
    between = [name for name in stops if name in trained]
    if not between:
        return
    reached = _reached(run, losses, set(between))
    weighted = [n for n in run.layout.order if n in trained and _learns(run, n)]
    lost = {name for name in weighted if name not in reached}
    if not lost:
        return
    for name in between:
        if name in reached:
            behind = run.layout.upstream([name]) & lost
            mine = [n for n in weighted if n in behind]
            if mine:
                yield _told(run, name, mine, all_lost=len(lost) == len(weighted))


def _told(run: GraphRun, name: str, lost: list[str], *, all_lost: bool) -> Finding:
    record = run.records[name]
    what = f"{name} is a {record.kind.title}, through which no gradient comes back"
    hint = _INSTEAD.get(record.node.type, "use a function with a slope in its place")
    found: tuple[Fix, ...] = ()
    if record.node.type == "step":
        fix = Fix(
            f"make {name} a Sigmoid",
            lambda n: edits.set_type(n, name, "sigmoid", {}),
            safe=False,
        )
        found = (fix,)
    if all_lost:
        message = (
            f"{what}, so training changes no weights at all, not those of {listed(lost)} either"
        )
        return Finding(
            "NB327", message, name, severity="warning", hint=hint, related=tuple(lost), fixes=found
        )
    lead, keep = ("leads", "keeps its") if len(lost) == 1 else ("lead", "keep their")
    return Finding(
        "NB328",
        f"{listed(lost)} {lead} to a loss through {name} alone, and {keep} random weights: {what}",
        lost[0],
        severity="warning",
        hint=hint,
        related=(name, *lost[1:]),
        fixes=found,
    )


def _learns(run: GraphRun, name: str) -> bool:
    record = run.records.get(name)
    return record is not None and record.result.cost.trainable != 0


def _reached(run: GraphRun, losses: list[str], stops: set[str]) -> set[str]:
    """The nodes that a gradient gets to, those that stop it included."""
    seen, waiting = set(losses), list(losses)
    while waiting:
        name = waiting.pop()
        if name in stops:
            continue
        for source in run.layout.wires.get(name, NO_WIRES).values():
            tensor = run.type_at(source)
            carries = tensor is None or tensor.dtype in FLOATS or source.node in stops
            if carries and source.node not in seen:
                seen.add(source.node)
                waiting.append(source.node)
    return seen
