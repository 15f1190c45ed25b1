"""Networks as a person works with them: opened, checked with their data, written as source, built."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from netbuilder.app.augment_findings import augment_findings
from netbuilder.app.optimizer_findings import optimizer_findings
from netbuilder.app.phase_findings import NO_RECIPE, phase_findings
from netbuilder.app.precision_findings import precision_findings
from netbuilder.app.probing import settled
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.check.diagnostics import Diagnostic, Fix, Where
from netbuilder.check.fields import Fields
from netbuilder.check.report import Report
from netbuilder.codegen.emit import NotSoundError, write
from netbuilder.codegen.source import Source
from netbuilder.data.prepare import fields
from netbuilder.data.source import DataError
from netbuilder.files.documents import load
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.training.recipe import RecipeProblem, recipe_problems

if TYPE_CHECKING:
    from torch import nn

NO_DATA = "NB407"


def open_network(path: str | os.PathLike[str]) -> Network:
    """Open a network; nothing in the file is ever run.

    Raises:
        FileError: The file cannot be read or is not a network.
    """
    return load(path)


def check_network(network: Network, folder: Path) -> Report:
    """Check a network together with its data and its recipe.

    Args:
        network: The network.
        folder: Where relative paths of the data start: the document's folder.
    """
    known, trouble = known_fields(network, folder)
    report = settled(lambda: check(network, standard_catalogue(), known))
    more = [*data_findings(trouble), *recipe_findings(report)]
    return replace(report, diagnostics=(*report.diagnostics, *more)) if more else report


def known_fields(network: Network, folder: Path) -> tuple[Fields | None, str]:
    """Return the fields of a network's data, or None; then a sentence says why, where it is a mistake.

    A network that names no data yet is no mistake.
    """
    if not network.data:
        return None, ""
    try:
        return fields(network.data, folder), ""
    except DataError as error:
        return None, str(error)


def require_sound(network: Network, folder: Path) -> Report:
    """Check a network, its data and its recipe.

    Raises:
        NotSoundError: There are errors; it carries the report.
    """
    report = check_network(network, folder)
    if not report.ok:
        raise NotSoundError(report)
    return report


def source_of(network: Network, folder: Path) -> Source:
    """Write a network's source; data that cannot be read do not stand in the way.

    Raises:
        NotSoundError: The network has errors; it carries the report.
    """
    known, _ = known_fields(network, folder)
    report = settled(lambda: check(network, standard_catalogue(), known))
    if not report.ok:
        raise NotSoundError(report)
    return write(network, standard_catalogue())


def build(network: Network, folder: Path) -> nn.Module:
    """Return the network as a module with fresh weights, drawn from torch's random state.

    Raises:
        NotSoundError: The network has errors; it carries the report.
    """
    from netbuilder.codegen.load import load as load_source

    return load_source(source_of(network, folder))()


def data_findings(trouble: str) -> Iterator[Diagnostic]:
    """Yield that the data cannot be read, where ``trouble`` says so."""
    if trouble:
        hint = "mend the data settings; paths start at the document's folder"
        yield Diagnostic(NO_DATA, "error", trouble, hint=hint)


def recipe_findings(report: Report) -> Iterator[Diagnostic]:
    """Yield what is wrong with a network's recipe.

    Args:
        report: What the check says of the network.
    """
    for problem in recipe_problems(report.network.recipe):
        yield Diagnostic(
            NO_RECIPE,
            "error",
            str(problem),
            Where(),
            hint="change the recipe",
            fixes=_mends(problem),
        )
    yield from phase_findings(report)
    yield from augment_findings(report)
    yield from optimizer_findings(report)
    yield from precision_findings(report)


def _spoken(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower()


def _mends(problem: RecipeProblem) -> tuple[Fix, ...]:
    """The fix that a problem of a recipe has; none where there is no single one."""
    if not problem.mend:
        return ()
    values = dict(problem.mend)
    title = " and ".join(f"set {name} to {_spoken(value)}" for name, value in values.items())
    return (Fix(title, lambda n: edits.set_recipe(n, {**n.recipe, **values}), safe=False),)
