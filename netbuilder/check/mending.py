"""Which fixes there are for what a node's own rule found."""

from __future__ import annotations

from collections.abc import Iterator

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check import fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.evaluation import GraphRun, Record
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.problems import Problem


def fixes_for(
    catalogue: Catalogue, run: GraphRun, record: Record, problem: Problem
) -> tuple[Fix, ...]:
    """Return the fixes for a problem at a node.

    Args:
        catalogue: The node types, for nodes that a fix adds.
        run: The evaluation of the graph that the node is in.
        record: The node.
        problem: What was found.
    """
    return tuple(_fixes(catalogue, run, record, problem))


def _fixes(catalogue: Catalogue, run: GraphRun, record: Record, problem: Problem) -> Iterator[Fix]:
    node, group = record.node, run.group
    if problem.settings and not _has_expression(record, problem.settings):
        yield fixes.set_params(group, node.id, problem.settings)
    if problem.code == "NB102":
        yield fixes.drop_param(group, node.id, problem.param)
    elif problem.code in ("NB302", "NB303", "NB304"):
        yield fixes.remove_edge_into(group, Endpoint(node.id, problem.port))
    elif problem.code == "NB311":
        yield fixes.set_field(group, node.id, "switch the bypass off", bypass=False)
    elif problem.code == "NB317":
        yield fixes.set_field(group, node.id, "give every repeat its own weights", shared=False)
    elif problem.code in ("NB315", "NB316"):
        yield fixes.set_field(group, node.id, "set repeat to 1", repeat=1)


def _has_expression(record: Record, names: object) -> bool:
    """Whether one of the parameters is arithmetic, which a fix must not throw away."""
    return any(
        isinstance(record.node.params.get(name), Expression)
        for name in (names if isinstance(names, dict) else ())
    )
