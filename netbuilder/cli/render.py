"""``netbuilder render``: a picture of a network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from netbuilder.cli.codes import FINE
from netbuilder.cli.errors import UsageError
from netbuilder.cli.inputs import opened, write_text


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "render",
        help="draw a network as an SVG picture",
        description="Draw a network as it lies on the canvas, with shapes on its edges.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a .netgraph file")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="PATH", help="the .svg file to write"
    )
    parser.add_argument(
        "--theme", choices=("light", "dark"), default="light", help="by default light"
    )
    parser.add_argument(
        "--group", default="", metavar="ID", help="draw the inside of this group instead"
    )
    parser.add_argument(
        "--fold", type=int, default=0, metavar="PX", help="fold a long network into rows this wide"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Draw and return the exit code."""
    from netbuilder.app.picture import picture
    from netbuilder.app.project import check_network

    if args.output.suffix.lower() != ".svg":
        raise UsageError(f"{args.output} does not end in .svg, the one format there is")
    network = opened(args.file)
    if args.group and args.group not in network.groups:
        known = ", ".join(network.groups) or "none"
        raise UsageError(f"{args.file} has no group {args.group}; there are: {known}")
    if args.fold < 0:
        raise UsageError(f"--fold is {args.fold}, but takes a width in px")
    report = check_network(network, args.file.parent)
    drawn = picture(report, theme=args.theme, group=args.group, fold=args.fold)
    write_text(args.output, drawn)
    print(args.output)
    return FINE
