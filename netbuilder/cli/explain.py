"""``netbuilder explain``: what a code of the check means."""

from __future__ import annotations

import argparse
from typing import Any

from netbuilder.cli.codes import FINE
from netbuilder.cli.errors import UsageError


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "explain",
        help="say what a code of the check means",
        description="Say what a code of the check means, and the way out.",
    )
    parser.add_argument("code", metavar="CODE", help="such as NB202")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explain a code and return the exit code."""
    import textwrap

    from netbuilder.check.codes import CODES, explain

    found = explain(args.code)
    if found is None:
        raise UsageError(f"there is no code {args.code}; there are: {', '.join(CODES)}")
    if args.json:
        from dataclasses import asdict

        from netbuilder.cli.output import print_json

        print_json({**asdict(found), "area": found.area})
        return FINE
    print(f"{found.code}: {found.title} ({found.severity}; {found.area.lower()})\n")
    print(textwrap.fill(found.text, 88))
    if found.source:
        print("\n" + textwrap.fill(f"Source: {found.source}.", 88))
    return FINE
