"""``netbuilder reproduce``: the run of an archive trained again and compared."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from netbuilder.cli.codes import FINE, PROBLEMS
from netbuilder.cli.inputs import new_folder

_VERDICTS = {
    "equal": "equal bit by bit",
    "close": "equal within 2 per cent, but not bit by bit",
    "different": "not equal",
}


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "reproduce",
        help="train the run of an archive again and compare",
        description="Unpack what `netbuilder archive` wrote, train it again and say whether the same "
        "came out: equal bit by bit, equal within tolerance, or not, and why (exit code 1).",
    )
    parser.add_argument("archive", type=Path, metavar="ARCHIVE", help="the zip file")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="a new folder; by default named like ARCHIVE",
    )
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="where data start that ARCHIVE does not hold"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Reproduce and return the exit code."""
    from netbuilder.app.archive import reproduce
    from netbuilder.cli.output import figure, print_json, print_rows

    out = new_folder(args.output or args.archive.with_name(f"{args.archive.stem}-reproduced"))
    found = reproduce(args.archive, out, args.folder)
    if args.json:
        print_json(found.to_plain())
    else:
        print(f"{found.run}: {_VERDICTS[found.verdict]}")
        rows = [(name, figure(one), figure(other)) for name, (one, other) in found.figures.items()]
        print_rows([("", "THEN", "NOW"), *rows], indent="    ")
        for reason in found.reasons:
            print(f"    {reason}")
    return PROBLEMS if found.verdict == "different" else FINE
