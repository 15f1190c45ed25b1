"""Which card of a graph a problem belongs to, and which of its wires do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netbuilder.check.diagnostics import Diagnostic
from netbuilder.check.report import Report
from netbuilder.check.runs import Record
from netbuilder.graph.model import Network

_SHAPES = "NB2"


def problems_in(report: Report, group: str) -> dict[str, list[Diagnostic]]:
    """Return what is wrong with each node of a graph; what lies inside of an instance is the instance's.

    Args:
        report: What the check says.
        group: The id of the graph's group; empty for the main graph.
    """
    found: dict[str, list[Diagnostic]] = {}
    for one in report.diagnostics:
        if one.where.node:
            name = _card_of(report.network, one, group)
            if name:
                found.setdefault(name, []).append(one)
    return found


def wrong_inputs(record: Record, problems: Iterable[Diagnostic]) -> frozenset[str]:
    """Return the inputs of a node whose wires bring what does not fit.

    Args:
        record: The node.
        problems: What is wrong with it.
    """
    wrong: set[str] = set()
    for one in problems:
        if one.severity != "error" or "/" in one.where.node:
            continue
        if one.where.port in record.kind.inputs:
            wrong.add(one.where.port)
        elif one.code.startswith(_SHAPES) and not one.where.param:
            wrong.update(record.kind.inputs)
    return frozenset(wrong)


def _card_of(network: Network, one: Diagnostic, group: str) -> str:
    parts = one.where.node.split("/")
    graphs = _graphs_along(network, parts, one.where.group)
    return next((part for part, at in zip(parts, graphs, strict=False) if at == group), "")


def _graphs_along(network: Network, parts: Sequence[str], last: str) -> list[str]:
    """The graph that each part of a path lies in; the last one is known."""
    if len(parts) == 1:
        return [last]
    # A group that no instance shows is checked by itself, and paths begin there.
    for start in ("", *network.groups):
        graphs = _walk(network, start, parts)
        if len(graphs) == len(parts) and graphs[-1] == last:
            return graphs
    return []


def _walk(network: Network, start: str, parts: Sequence[str]) -> list[str]:
    graphs = [start]
    for part in parts[:-1]:
        node = network.graph_at(graphs[-1]).nodes.get(part)
        if node is None or node.group not in network.groups:
            break
        graphs.append(node.group)
    return graphs
