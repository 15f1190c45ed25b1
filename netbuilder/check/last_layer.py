"""Rules about what stands last before a loss: some losses take raw scores, others probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check import fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.findings import Finding
from netbuilder.check.runs import GraphRun, Record
from netbuilder.check.tracing import Spot, backwards, source_of
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Network
from netbuilder.node_api.node_type import LossType

# What a loss wants to be done before, by its title: the node that does it, what it is called, and
# the loss that does it itself.
_WANTED = {
    "BCELoss": (("sigmoid", "hardsigmoid"), "probabilities", "bce_with_logits"),
    "NLLLoss": (("log_softmax",), "logarithms of probabilities", "cross_entropy"),
}
_RECTIFIED = ("relu", "relu6")
_AMOUNTS = ("mse", "l1", "smooth_l1_loss", "huber_loss")


def last_layer_findings(catalogue: Catalogue, run: GraphRun, name: str) -> Iterator[Finding]:
    """Yield that the last function before a loss is not the one it needs.

    Args:
        catalogue: The node types, for the loss that a fix puts in the place of another.
        run: The evaluation of the main graph.
        name: The loss.
    """
    record = run.records[name]
    loss = record.kind.instance
    if not isinstance(loss, LossType) or not record.result.types:
        return
    last = _last(source_of(run, name, loss.prediction_port))
    if last is None or last.record.kind.manner is None:
        return
    if loss.title in _WANTED and last.record.kind.manner.sort == "map":
        yield _raw(catalogue, run, record, loss, last)
    elif last.record.node.type in _RECTIFIED and _takes_any_number(loss):
        yield _cut(run, record, loss, last)


def _takes_any_number(loss: LossType) -> bool:
    scores = loss.task in ("classification", "binary") and loss.title not in _WANTED
    return scores or loss.id in _AMOUNTS


def _last(spot: Spot | None) -> Spot | None:
    """The last node before that does more than to lay numbers out anew."""
    for step in backwards(spot):
        manner = step.record.kind.manner
        if manner is None or manner.sort not in ("view", "dropout"):
            return step
    return None


def _raw(
    catalogue: Catalogue, run: GraphRun, record: Record, loss: LossType, last: Spot
) -> Finding:
    _, what, other = _WANTED[loss.title]
    kind = catalogue.get(other)
    found: tuple[Fix, ...] = ()
    name = record.node.id
    if kind is not None:
        kept = {n: v for n, v in record.node.params.items() if n in kind.params}
        version = kind.version

        def edit(network: Network) -> Network:
            return edits.set_type(network, name, other, kept, version)

        found = (Fix(f"make {name} a {kind.title}", edit),)
    instead = kind.title if kind is not None else other
    return Finding(
        "NB329",
        f"{name} takes {what}, but {last.name} gives raw scores, which may be any number",
        name,
        loss.prediction_port,
        severity="warning",
        hint=f"use {instead}, which takes raw scores and is safer with large ones",
        fixes=found,
    )


def _cut(run: GraphRun, record: Record, loss: LossType, last: Spot) -> Finding:
    name, port = record.node.id, loss.prediction_port
    amounts = loss.task == "regression"
    effect = (
        "so what is below 0 is never said, and a weight that leads there once gets no gradient"
        if amounts
        else "but the scores that it takes say no by numbers below 0"
    )
    return Finding(
        "NB330",
        f"{last.name} before {name} makes every number below 0 a 0, {effect}",
        name,
        port,
        severity="info" if amounts else "warning",
        hint=f"connect {name} to what comes before {last.name}",
        fixes=tuple(_without(run, record, loss, last)),
    )


def _without(run: GraphRun, record: Record, loss: LossType, last: Spot) -> Iterator[Fix]:
    wires = last.run.layout.wires.get(last.value.node, {})
    if len(wires) != 1:
        return
    [(in_port, earlier)] = wires.items()
    target = Endpoint(record.node.id, loss.prediction_port)
    followers = last.run.layout.follows.get(last.value.node, ())
    if len(followers) > 1:
        if not last.path and run.source(*target) == last.value:
            title = f"connect {target} to {earlier}, before {last.name}"
            yield fixes.connect("", earlier, target, title)
        return
    ports = in_port, last.value.port
    title = f"remove {last.name}"
    fix = fixes.take_out(last.run.group, last.value.node, ports, title)
    yield Fix(fix.title, fix.edit, safe=False, group=fix.group)
