"""``netbuilder check``: what is wrong with a network, and mending it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.cli.codes import FINE, PROBLEMS
from netbuilder.cli.inputs import opened

if TYPE_CHECKING:
    from netbuilder.app.mending import Mended
    from netbuilder.check.report import Report


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "check",
        help="find what is wrong with a network, and what it costs",
        description="Check a network with its data and its recipe: all problems at once, each at its "
        "node, with fixes where there are. Exits with 1 where there are errors; warnings are fine.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a .netgraph file")
    parser.add_argument(
        "--fix", action="store_true", help="take the first fix of each problem and save the file"
    )
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="CODE",
        help="a warning that is not told, such as NB331; may be given several times",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check a file and return the exit code."""
    from netbuilder.app.mending import mend
    from netbuilder.app.project import check_network

    network = opened(args.file)
    mended = mend(network, args.file.parent) if args.fix else None
    if mended is not None and mended.done:
        from netbuilder.files.documents import save

        save(mended.network, args.file)
    report = mended.report if mended else check_network(network, args.file.parent)
    report = report.without(args.ignore)
    if args.json:
        _print_json(report, mended)
    else:
        _print_text(args.file, report, mended)
    return FINE if report.ok else PROBLEMS


def _print_json(report: Report, mended: Mended | None) -> None:
    from netbuilder.cli.output import print_json

    plain = report.to_plain()
    if mended is not None:
        plain["fixed"] = [{**found.to_plain(), "fix": title} for found, title in mended.done]
    print_json(plain)


def _print_text(path: Path, report: Report, mended: Mended | None) -> None:
    from netbuilder.cli.output import print_findings, summary

    for found, title in mended.done if mended else ():
        place = f"{found.where}: " if str(found.where) else ""
        print(f"{path}: {place}fixed {found.code}: {title}")
    if mended is not None:
        saved = f"{len(mended.done)} {'fix' if len(mended.done) == 1 else 'fixes'} taken, saved"
        print(f"{path}: {saved if mended.done else 'nothing to fix'}")
    print_findings(path, report.diagnostics)
    print(f"{path}: {summary(report)}")
