"""Taking the fixes that the check offers, until there is none left that helps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from netbuilder.app.project import check_network
from netbuilder.check.diagnostics import Diagnostic, Fix
from netbuilder.check.report import Report
from netbuilder.graph.model import Network
from netbuilder.graph.working import EditError

# Every fix removes its diagnostic, so a network needs few rounds; this ends what would go in circles.
MOST_FIXES = 1000


@dataclass(frozen=True, slots=True)
class Mended:
    """A network after its fixes.

    Attributes:
        network: The network.
        report: What the check says of it now.
        done: Each diagnostic that was mended, with the title of the fix.
    """

    network: Network
    report: Report
    done: tuple[tuple[Diagnostic, str], ...]


def mend(network: Network, folder: Path) -> Mended:
    """Apply the first safe fix of each diagnostic, one after the other, until none changes anything.

    What removes something or guesses an edge is left to a person. After each one the network is checked anew: what a fix brings up is mended too. A fix that led
    to a network that was there before is not taken.
    """
    seen = [network]
    done: list[tuple[Diagnostic, str]] = []
    report = check_network(network, folder)
    while len(done) < MOST_FIXES:
        step = _next(network, report, seen)
        if step is None:
            break
        found, fix, network = step
        seen.append(network)
        done.append((found, fix.title))
        report = check_network(network, folder)
    return Mended(network, report, tuple(done))


def _next(
    network: Network, report: Report, seen: list[Network]
) -> tuple[Diagnostic, Fix, Network] | None:
    for found in report.diagnostics:
        fix = next((fix for fix in found.fixes if fix.safe), None)
        if fix is None:
            continue
        try:
            changed = fix.edit(network)
        except EditError:  # it was made for a network that has changed since
            continue
        if changed not in seen:
            return found, fix, changed
    return None
