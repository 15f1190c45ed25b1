"""``netbuilder archive``: a finished run as one file that another machine trains again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from netbuilder.cli.codes import FINE
from netbuilder.cli.inputs import run_at


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "archive",
        help="write a finished run as one file that another machine trains again",
        description="Write graph, recipe, data, versions and results of a finished run as a zip file. "
        "Data of more than 256 MiB are told by their fingerprint alone.",
    )
    parser.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="by default RUN.zip beside the run"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the archive and return the exit code."""
    from netbuilder.app.archive import archive_run
    from netbuilder.cli.output import print_json, size

    found = run_at(args.folder)
    out = args.output or found.path.with_name(f"{found.name}.zip")
    has_data = archive_run(found, out)
    if args.json:
        print_json({"archive": str(out), "has_data": has_data, "bytes": out.stat().st_size})
        return FINE
    what = "with its data" if has_data else "without its data, which are too large"
    print(f"{out}: {size(out.stat().st_size)}, {what}")
    return FINE
