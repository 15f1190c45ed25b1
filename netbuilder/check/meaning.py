"""Rules about what a network is for: losses, their targets, and the data."""

from __future__ import annotations

from collections.abc import Iterator

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.evaluation import GraphRun
from netbuilder.check.fields import Fields
from netbuilder.check.findings import Finding


def meaning_findings(
    catalogue: Catalogue, run: GraphRun, fields: Fields | None
) -> Iterator[Finding]:
    """Yield what is wrong with losses and data of the main graph."""
    return iter(())
