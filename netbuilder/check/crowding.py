"""A rule about one layer that has nearly all weights, which is mostly a Linear behind a Flatten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.advice import Hit
from netbuilder.check.diagnostics import Fix
from netbuilder.check.findings import Finding
from netbuilder.check.fitting import fits, made_by
from netbuilder.check.layout import NO_WIRES
from netbuilder.check.runs import GraphRun
from netbuilder.graph import edits

_SHARE = 0.9
_POOL = "global_average_pool"


def crowded(catalogue: Catalogue, run: GraphRun, hits: Sequence[Hit]) -> Iterator[Finding]:
    """Yield that one map behind an image has more than nine tenths of all weights.

    Args:
        catalogue: The node types, for the pool that a fix takes in place of a Flatten.
        run: The evaluation of a graph; only the main one is looked at as a whole.
        hits: The maps with many weights.
    """
    if run.group or not hits:
        return
    largest = max(hits, key=lambda hit: int(hit.facts[0]))
    name, mine = largest.node, largest.facts[0]
    source = run.source(name, "input")
    flat = source.node if source is not None else ""
    image = run.records[flat].inputs[0] if flat and run.records[flat].inputs else None
    if (
        image is None
        or image.rank < 4
        or not getattr(run.records[flat].kind.instance, "view", False)
    ):
        return
    total = sum(
        weights
        for record in run.records.values()
        if isinstance(weights := run.cost_of(record).parameters, int)
    )
    others = [r for r in run.records.values() if run.cost_of(r).parameters != 0]
    if mine <= _SHARE * total or len(others) < 3:
        return
    found: tuple[Fix, ...] = ()
    kind, pooled = catalogue.get(_POOL), made_by(catalogue, _POOL, image)
    fitting = pooled is not None and fits(run.records[name], "input", pooled)
    takers = set(run.layout.follows.get(flat, ()))
    if kind is not None and fitting and takers == {name}:
        version, title = kind.version, f"make {flat} a {kind.title}"
        fix = Fix(title, lambda n: edits.set_type(n, flat, _POOL, {}, version), safe=False)
        found = (fix,)
    wires = run.layout.wires.get(flat, NO_WIRES).values()
    before = next((wire.node for wire in wires), flat)
    yield Finding(
        "NB226",
        f"{name} has {mine:,} of the {total:,} weights, {mine / total:.1%}, "
        f"because it has some for every position and channel of {before}'s {image}",
        name,
        severity="info",
        hint=f"pool before {flat}, so that {name} sees fewer positions",
        related=(flat,),
        fixes=found,
    )
