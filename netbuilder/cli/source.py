"""``netbuilder source``: the PyTorch a network becomes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from netbuilder.cli.codes import FINE, PROBLEMS
from netbuilder.cli.inputs import opened, write_text


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "source",
        help="write the PyTorch source of a network",
        description="Write the PyTorch source of a network: the text that is compiled and trained.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a .netgraph file")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="PATH", help="the file to write; else it is printed"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the source and return the exit code."""
    from netbuilder.app.project import source_of
    from netbuilder.codegen.emit import NotSoundError

    network = opened(args.file)
    try:
        source = source_of(network, args.file.parent)
    except NotSoundError as error:
        from netbuilder.cli.output import print_findings

        print_findings(args.file, error.report.diagnostics)
        print(f"netbuilder source: {args.file} has errors, so there is no source", file=sys.stderr)
        return PROBLEMS
    if args.output:
        write_text(args.output, source.text)
    else:
        sys.stdout.write(source.text)
    return FINE
