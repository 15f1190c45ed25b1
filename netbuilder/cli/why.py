"""``netbuilder why``: what made a size."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from netbuilder.cli.codes import FINE
from netbuilder.cli.errors import UsageError
from netbuilder.cli.inputs import opened


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "why",
        help="say which nodes and parameters made a size",
        description="Say which nodes, ports and parameters made the size of an axis.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a .netgraph file")
    parser.add_argument(
        "port", metavar="NODE.PORT", help="such as conv_1.output or block/conv_1.output"
    )
    parser.add_argument(
        "axis", type=int, metavar="DIM", help="the axis, counted from 0; -1 is the last"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the chain and return the exit code."""
    from netbuilder.app.project import check_network
    from netbuilder.check.why import told, why

    report = check_network(opened(args.file), args.file.parent)
    path, dot, port = args.port.rpartition(".")
    reason = why(report.run, path, port, args.axis) if dot else None
    if reason is None:
        raise UsageError(_refusal(report, args.port, args.axis))
    print("\n".join(told(reason)))
    return FINE


def _refusal(report: Any, name: str, axis: int) -> str:
    import difflib

    tensor = report.types.get(name)
    if tensor is not None:
        return f"{name} is {tensor}: its axes are 0 to {tensor.rank - 1}, there is no {axis}"
    near = difflib.get_close_matches(name, report.types, 3)
    more = (
        f"near it are: {', '.join(near)}" if near else "netbuilder check FILE --json lists shapes"
    )
    return f"there is no port {name} whose shape is known; {more}"
