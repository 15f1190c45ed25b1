"""What is wrong with a recipe's optimizer, given the network: weights that it cannot treat."""

from __future__ import annotations

from collections.abc import Iterator

from netbuilder.app.phase_findings import NO_RECIPE
from netbuilder.check.diagnostics import Diagnostic, Fix
from netbuilder.check.findings import listed
from netbuilder.check.report import Report
from netbuilder.check.runs import GraphRun
from netbuilder.graph import edits
from netbuilder.graph.model import Network


def optimizer_findings(report: Report) -> Iterator[Diagnostic]:
    """Yield why the optimizer cannot train this network.

    Args:
        report: What the check says of the network.
    """
    optimizer = report.network.recipe.get("optimizer")
    if optimizer == "lbfgs":
        yield from _own_rates(report.network)
    elif optimizer == "muon" and report.ok:
        yield from _no_matrices(report.run)


def _own_rates(network: Network) -> Iterator[Diagnostic]:
    paced = _paced(network)
    if not paced:
        return
    names = listed([f"{group}/{name}" if group else name for group, name in paced])
    learn, rates = ("learns", "a rate of its") if len(paced) == 1 else ("learn", "rates of their")
    yield Diagnostic(
        NO_RECIPE,
        "error",
        f"lbfgs moves all weights along one line, but {names} {learn} at {rates} own",
        hint="set learning rates of nodes to 1, or choose another optimizer",
        fixes=(Fix("let all nodes learn at one rate", _at_one_rate, safe=False),),
    )


def _paced(network: Network) -> list[tuple[str, str]]:
    """The nodes that learn at rates of their own, with the groups that they lie in."""
    graphs = {"": network.graph, **{name: group.graph for name, group in network.groups.items()}}
    return [
        (group, node.id)
        for group, graph in graphs.items()
        for node in graph.nodes.values()
        if node.lr_factor != 1 and not node.frozen
    ]


def _at_one_rate(network: Network) -> Network:
    for group, name in _paced(network):
        network = edits.set_flags(network, [name], group=group, lr_factor=1.0)
    return network


def _no_matrices(run: GraphRun) -> Iterator[Diagnostic]:
    """Told only where it is certain: the worker sees the rest, such as which weights are frozen."""
    axes = list(_axes(run))
    if len(axes) > 2 and 2 in axes:
        return
    yield Diagnostic(
        NO_RECIPE,
        "error",
        "muon changes weight matrices between the first and the last layer, and there are none",
        hint="choose adamw, or add a layer",
        fixes=(
            Fix(
                "set optimizer to adamw",
                lambda n: edits.set_recipe(n, {**n.recipe, "optimizer": "adamw"}),
                safe=False,
            ),
        ),
    )


def _axes(run: GraphRun) -> Iterator[int]:
    """How many axes each trained tensor of more than one has."""
    for record in run.records.values():
        yield from (len(shape) for shape in record.result.weights.values() if len(shape) > 1)
        for _, inside in record.result.runs:
            yield from list(_axes(inside)) * record.kind.repeat
