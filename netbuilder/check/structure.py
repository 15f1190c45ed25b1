"""Rules about a graph as a whole: cycles, dead ends, what reaches a loss, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netbuilder.check.findings import Finding, arrows, listed
from netbuilder.check.fixes import add_output, disconnect, remove_nodes
from netbuilder.check.gradients import gradient_findings
from netbuilder.check.layout import NO_WIRES
from netbuilder.check.topology import cycles
from netbuilder.graph.model import Endpoint, Graph

if TYPE_CHECKING:
    from netbuilder.check.runs import GraphRun


@dataclass(frozen=True, slots=True)
class Structure:
    """What is known of a graph as a whole.

    Attributes:
        findings: What is wrong with it.
        roles: The nodes of every role but the empty one, in order of evaluation.
    """

    findings: tuple[Finding, ...] = ()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NO_STRUCTURE = Structure()

# Problems that say that an input has no source.
_OPEN = ("NB301", "NB303", "NB304")


def structure_of(run: GraphRun) -> Structure:
    """Look at a graph as a whole, once its nodes are evaluated."""
    roles: dict[str, list[str]] = {}
    unknown: list[str] = []
    stops: list[str] = []
    for name in run.layout.order:
        kind = run.records[name].kind
        if run.records[name].result.stops:
            stops.append(name)
        if kind.role:
            roles.setdefault(kind.role, []).append(name)
        elif kind.instance is None and not kind.ports_known:
            unknown.append(name)
    findings = [*_names(run), *_loose_edges(run), *_cycles(run)]
    if run.group:
        findings += _of_group(run, roles, unknown)
    else:
        findings += _of_main(run, roles, unknown, stops)
    return Structure(tuple(findings), {role: tuple(names) for role, names in roles.items()})


def _names(run: GraphRun) -> Iterator[Finding]:
    for name in run.layout.bad_names:
        message = (
            f"{name!r} cannot be a node's name: it becomes an attribute of the generated class, so it is "
            "made of letters, digits and _, and is no word of Python or torch"
        )
        yield Finding("NB321", message, node=name, hint="rename the node")


def _loose_edges(run: GraphRun) -> Iterator[Finding]:
    for target in run.layout.loose:
        source = run.graph.edges[target]
        message = f"an edge from {source} goes to {target}, but there is no node {target.node}"
        known = source.node in run.graph.nodes
        yield Finding(
            "NB304",
            message,
            node=source.node if known else "",
            port=source.port if known else "",
            hint="remove the edge",
            fixes=(disconnect(run.group, target),),
        )


def _cycles(run: GraphRun) -> Iterator[Finding]:
    stuck = run.layout.stuck
    if not stuck:
        return
    edges = {t: s for t, s in run.graph.edges.items() if t.node in stuck and s.node in stuck}
    nodes = {name: run.graph.nodes[name] for name in run.layout.order if name in stuck}
    for cycle in cycles(Graph(nodes, edges)):
        last = next(t for t, s in edges.items() if t.node == cycle[0] and s.node == cycle[-1])
        message = f"{arrows([*cycle, cycle[0]])} is a cycle, but values must flow one way"
        yield Finding(
            "NB305",
            message,
            node=cycle[0],
            port=last.port,
            related=tuple(cycle[1:]),
            hint="remove one of its edges",
            fixes=(disconnect(run.group, last, f"remove the edge from {edges[last]}"),),
        )


def _of_group(
    run: GraphRun, roles: Mapping[str, list[str]], unknown: list[str]
) -> Iterator[Finding]:
    unused = [n for n in roles.get("group_input", ()) if n not in run.layout.follows]
    for name in unused:
        message = f"nothing in the group {run.group} uses its input {name}"
        yield Finding(
            "NB318",
            message,
            node=name,
            severity="warning",
            hint=f"connect {name}, or remove it",
            fixes=(remove_nodes(run.group, (name,), f"remove {name}"),),
        )
    sinks = roles.get("group_output", [])
    if not sinks:
        if not unknown and run.graph.nodes:
            message = f"the group {run.group} has no output, so its instances hand nothing on"
            yield Finding("NB319", message, severity="warning", hint="add a Group output")
        return
    alive = run.layout.upstream([*sinks, *unknown, *unused])
    yield from _dead_ends(run, alive, f"no output of the group {run.group}")


def _of_main(
    run: GraphRun, roles: Mapping[str, list[str]], unknown: list[str], stops: list[str]
) -> Iterator[Finding]:
    outputs, losses = roles.get("output", []), roles.get("loss", [])
    if not unknown and not roles.get("input"):
        message = "the network has no Input, so no data can come in"
        yield Finding("NB306", message, hint="add an Input and connect it")
    if not unknown and not outputs:
        yield _no_output(run, losses)
    if not outputs and not losses:
        return
    yield from _trained_outputs(run, outputs, roles.get("target", []), losses)
    trained = run.layout.upstream(losses)
    if losses:
        yield from _untrained_losses(run, losses, trained)
        yield from gradient_findings(run, losses, trained, stops)
        for name in outputs:
            yield from _untrained_output(run, name, trained)
    alive = trained | run.layout.upstream([*outputs, *unknown])
    yield from _dead_ends(run, alive, "no Output and no loss" if losses else "no Output")


def _trained_outputs(
    run: GraphRun, outputs: list[str], targets: list[str], losses: list[str]
) -> Iterator[Finding]:
    """Say which Outputs cannot be worked out where there is no training."""
    for name in outputs if targets or losses else ():
        needed = run.layout.upstream([name]).intersection((*targets, *losses))
        if needed:
            message = (
                f"{name} shows what depends on {listed(sorted(needed))}, "
                "but Targets and losses are there in training only, not when the network is used"
            )
            yield Finding(
                "NB324",
                message,
                node=name,
                hint=f"connect {name} to what comes before, or make an Input of a Target",
                related=tuple(sorted(needed)),
            )


def _no_output(run: GraphRun, losses: list[str]) -> Finding:
    message = "the network has no Output, so nobody can ask it anything"
    value = _only_result(run, losses)
    return Finding(
        "NB307",
        message,
        hint="add an Output and connect what the network says to it",
        fixes=(add_output(value, 1),) if value else (),
    )


def _only_result(run: GraphRun, losses: list[str]) -> Endpoint | None:
    """The value that an Output would name: what the loss scores, or the only loose end."""
    scored = {run.source(name, run.records[name].kind.inputs[0]) for name in losses}
    if losses:
        value = scored.pop() if len(scored) == 1 else None
        return value if value and run.type_at(value) else None
    ends = [
        Endpoint(name, record.kind.outputs[0])
        for name, record in run.records.items()
        if name not in run.layout.follows
        and record.kind.outputs
        and record.kind.role not in ("input", "target")
    ]
    return ends[0] if len(ends) == 1 and run.type_at(ends[0]) else None


def _dead_ends(run: GraphRun, alive: frozenset[str], what: str) -> Iterator[Finding]:
    layout, records = run.layout, run.records
    if len(alive) >= len(layout.order) and alive.issuperset(layout.order):
        return
    if any(p.code in _OPEN for name in run.troubled for p in records[name].problems):
        return  # While an input waits for an edge, loose ends are work in progress.
    counted = set(alive)
    for name in layout.order:
        if name in alive or name in layout.stuck or records[name].problems:
            continue
        if records[name].kind.role == "target":
            continue  # A Target that nothing takes has a sentence of its own.
        if any(follower in records for follower in layout.follows.get(name, ())):
            continue
        before = layout.upstream_beyond([name], set(counted)) - counted - {name}
        before &= records.keys()
        counted |= before
        chain = sorted(before, key=layout.position.__getitem__)
        message = f"{name} reaches {what}"
        if chain:
            message += f", and {listed(chain)} before it {'serves' if len(chain) == 1 else 'serve'} nothing else"
        more = f" and {len(chain)} before it" if chain else ""
        yield Finding(
            "NB308",
            message,
            node=name,
            severity="warning",
            hint="connect it to something, or remove it",
            related=tuple(chain),
            fixes=(remove_nodes(run.group, (name, *chain), f"remove {name}{more}"),),
        )


def _untrained_losses(
    run: GraphRun, losses: list[str], trained: frozenset[str]
) -> Iterator[Finding]:
    for name in losses:
        mine = trained if len(losses) == 1 else run.layout.upstream([name])
        records = [run.records[n] for n in mine if n in run.records]
        if any(r.result.cost.trainable != 0 for r in records):
            continue
        if len(records) < len(mine) or any(_is_open(r.kind.role, r.result.types) for r in records):
            continue  # Something before it is not known, which is told there.
        weights = any(record.result.cost.parameters != 0 for record in records)
        why = "all of its weights are frozen" if weights else "no weights lead to it"
        yield Finding(
            "NB310",
            f"training cannot make {name} smaller: {why}",
            node=name,
            severity="warning",
            hint="connect it to a node with weights that are not frozen",
        )


def _is_open(role: str, types: Mapping[str, object]) -> bool:
    return not types and role != "output"


def _untrained_output(run: GraphRun, name: str, trained: frozenset[str]) -> Iterator[Finding]:
    mine = run.layout.upstream_beyond([name], set(trained)) - trained - {name}
    idle = [n for n in run.layout.order if n in mine and n in run.records] if mine else []
    records = [(n, run.records[n]) for n in idle]
    if any(_is_open(record.kind.role, record.result.types) for _, record in records):
        return
    weighted = [n for n, record in records if record.result.cost.trainable != 0]
    source = run.source(name, run.records[name].kind.inputs[0])
    touches = any(
        value.node in trained
        for n in (name, *idle)
        for value in run.layout.wires.get(n, NO_WIRES).values()
    )
    if not source or (touches and not weighted):
        return
    effect = (
        f"so {listed(weighted)} will not be trained" if weighted else "so no training shapes it"
    )
    yield Finding(
        "NB309",
        f"{name} reaches no loss, {effect}",
        node=name,
        severity="warning",
        related=tuple(weighted),
        hint=f"connect {source} to a loss too, or remove {name}",
    )
