"""Rules about what a network is for: losses, their targets, and the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.data_rules import data_findings, lookup_findings, target_findings
from netbuilder.check.fields import Fields
from netbuilder.check.findings import Finding
from netbuilder.check.last_axis import last_axis_findings
from netbuilder.check.last_layer import last_layer_findings
from netbuilder.check.losses import loss_findings
from netbuilder.check.runs import GraphRun
from netbuilder.check.targets import idle_target_findings
from netbuilder.check.training_rules import training_findings


def meaning_findings(
    catalogue: Catalogue, run: GraphRun, fields: Fields | None, recipe: Mapping[str, Any]
) -> Iterator[Finding]:
    """Yield what is wrong with the losses and the data of the main graph.

    Args:
        catalogue: The node types, for nodes that fixes add.
        run: The evaluation of the main graph.
        fields: The fields of the data, or None where they are not known.
        recipe: The training recipe as plain data.
    """
    roles = run.structure.roles
    if fields is not None:
        for name in (*roles.get("input", ()), *roles.get("target", ())):
            yield from data_findings(run, name, fields)
            yield from lookup_findings(run, name, fields)
    yield from last_axis_findings(catalogue, run)
    for name in roles.get("target", ()):
        yield from idle_target_findings(catalogue, run, name, fields)
    for name in roles.get("loss", ()):
        yield from loss_findings(catalogue, run, name)
        yield from last_layer_findings(catalogue, run, name)
        if fields is not None:
            yield from target_findings(run, name, fields, recipe)
    yield from training_findings(run, recipe)
