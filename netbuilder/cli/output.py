"""What commands write: JSON for machines, aligned lines for people, colour on a terminal only."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from netbuilder.check.diagnostics import Diagnostic
    from netbuilder.check.report import Report

_COLOURS = {"error": "bold red", "warning": "yellow", "info": "blue"}


def console(*, stderr: bool = False) -> Console:
    """Return what writes to the terminal: colours there, plain text into files and pipes."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    plain = not stream.isatty()
    # Lines are never wrapped in a file: a script reads one finding a line.
    return Console(
        file=stream,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=plain,
        width=10_000 if plain else None,
    )


def print_json(value: Any) -> None:
    """Write one JSON value on a line of its own."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False), flush=True)


def print_findings(path: Path, found: Iterable[Diagnostic]) -> None:
    """Write diagnostics, one a line as compilers do, with hint and fixes indented below."""
    from rich.text import Text

    out = console()
    for one in found:
        place = f"{path}: {one.where}: " if str(one.where) else f"{path}: "
        line = Text(place)
        line.append(f"{one.severity} {one.code}", _COLOURS[one.severity])
        line.append(f": {one.message}")
        out.print(line)
        if one.hint:
            out.print(Text(f"    hint: {one.hint}", "dim"))
        for fix in one.fixes:
            out.print(Text(f"    fix: {fix.title}", "green"))


def summary(report: Report) -> str:
    """Say in a line how many problems there are and what the network costs."""
    cost = report.cost
    parts = [
        counted(len(report.network.graph.nodes), "node"),
        f"{amount(cost.parameters)} parameters",
        f"{amount(cost.flops)} FLOPs a sample",
        f"{size(cost.memory)} to train at batch {cost.batch}",
    ]
    return f"{problems(report.diagnostics)}; {', '.join(parts)}"


def problems(found: Iterable[Diagnostic]) -> str:
    """Say how many errors, warnings and remarks there are."""
    severities = [one.severity for one in found]
    words = (("error", "error"), ("warning", "warning"), ("info", "remark"))
    parts = [counted(severities.count(s), word) for s, word in words if s in severities]
    return ", ".join(parts) or "no problems"


def counted(count: int, word: str) -> str:
    """Return a number with its word: ``1 node``, ``2 nodes``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def amount(value: Any) -> str:
    """Return a number as people say it: ``9,842``, ``1.77 M``; a formula as it is."""
    if not isinstance(value, int | float):
        return str(value)
    for factor, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if abs(value) >= factor:
            return f"{value / factor:.3g} {unit}"
    return f"{value:,}"


def size(value: Any) -> str:
    """Return bytes as people say them: ``16.8 MB``; a formula as it is."""
    if not isinstance(value, int | float):
        return f"{value} bytes"
    for factor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(value) >= factor:
            return f"{value / factor:.3g} {unit}"
    return f"{value:,} bytes"


def figure(value: Any) -> str:
    """Return a measured number with four digits behind the point, very small ones as powers."""
    if value is None:
        return "-"
    if isinstance(value, float) and value != 0 and abs(value) < 0.001:
        return f"{value:.2e}"
    return f"{value:.4f}" if isinstance(value, float) else f"{value:,}"


def print_rows(rows: Sequence[Sequence[str]], *, indent: str = "") -> None:
    """Write rows of text with their columns aligned; the last one is not padded."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print((indent + "  ".join(cells)).rstrip())
