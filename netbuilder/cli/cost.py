"""``netbuilder cost``: what each node costs, and whether training fits into a memory."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from netbuilder.cli.codes import FINE, PROBLEMS
from netbuilder.cli.errors import UsageError
from netbuilder.cli.inputs import opened

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kKMGT]?)(i?)B?\Z")
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
# These are named here as well, so that the parser imports nothing; a test holds them together.
COLUMNS = (
    "node",
    "type",
    "shape",
    "parameters",
    "macs",
    "flops",
    "backward",
    "activations",
    "memory",
    "cache",
    "field",
)
PRECISIONS = ("fp32", "bf16", "fp16")
OPTIMIZERS = (
    "sgd",
    "sgd with momentum",
    "adam",
    "adamw",
    "rmsprop",
    "rmsprop with momentum",
    "adagrad",
    "adadelta",
    "adamax",
    "nadam",
    "radam",
    "muon",
    "lbfgs",
)


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "cost",
        help="list what every node costs, and whether training fits into memory",
        description="List parameters, operations, memory and receptive field node by node, and say "
        "whether a training step fits into memory and with which batch. Operations are those of one "
        "sample, memory is that of a batch. Batch, precision and optimizer are those of the recipe.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a .netgraph file")
    parser.add_argument(
        "--sort",
        choices=COLUMNS,
        default="node",
        metavar="COLUMN",
        help=f"the column to sort by, the largest first: {', '.join(COLUMNS)}",
    )
    parser.add_argument("--batch", type=int, metavar="N", help="samples in a batch")
    parser.add_argument("--precision", choices=PRECISIONS, help="numbers of the forward pass")
    parser.add_argument("--optimizer", choices=OPTIMIZERS, help="the rule that changes weights")
    parser.add_argument(
        "--device-memory",
        metavar="SIZE",
        help="the memory to fit into, such as 8G or 512M; by default what is free here",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the table and return the exit code."""
    from netbuilder.app.costs import fits_text, plain_table, table_of
    from netbuilder.app.project import check_network
    from netbuilder.check.fits import LARGEST_BATCH, Plan, plan_of
    from netbuilder.check.machine import free_memory

    if args.batch is not None and not 1 <= args.batch <= LARGEST_BATCH:
        raise UsageError(f"--batch is {args.batch}, but takes 1 to {LARGEST_BATCH:,}")
    memory = bytes_of(args.device_memory) if args.device_memory else free_memory()
    report = check_network(opened(args.file), args.file.parent)
    meant = plan_of(report.cost, report.network.recipe)
    plan = Plan(
        args.batch or meant.batch,
        args.precision or meant.precision,
        args.optimizer or meant.optimizer,
    )
    table = table_of(report, plan)
    if args.json:
        from netbuilder.cli.output import print_json

        print_json(plain_table(report, table, memory))
    else:
        device = "the device" if args.device_memory else "this machine"
        _print(table, args.sort)
        print(fits_text(report.cost, plan, memory, device))
        errors = sum(found.severity == "error" for found in report.diagnostics)
        if errors:
            number = f"{errors} error{'' if errors == 1 else 's'}"
            print(
                f"{number}: nodes that could not be evaluated count nothing; see netbuilder check"
            )
    return FINE if report.ok else PROBLEMS


def bytes_of(text: str) -> int:
    """Return the bytes that a size such as ``8G``, ``8GB`` or ``7.5GiB`` means.

    Raises:
        UsageError: It is no size.
    """
    match = _SIZE.match(text.strip())
    if match is None:
        raise UsageError(f"--device-memory is {text!r}, but takes a size such as 8G or 512M")
    number, unit, binary = match.groups()
    return int(float(number) * (1024 if binary else 1000) ** _POWERS[unit.upper()])


def _print(table: Any, column: str) -> None:
    from netbuilder.app.costs import COLUMNS as DECLARED
    from netbuilder.app.costs import sorted_rows
    from netbuilder.cli.output import print_rows

    rows = [row.texts for row in sorted_rows(table.rows, column)]
    shown = [
        kind
        for kind in DECLARED
        if not kind.is_number or any(row.get(kind.id) for row in rows) or kind.id == column
    ]
    lines = [[kind.title for kind in shown]]
    lines += [[row.get(kind.id, "") for kind in shown] for row in (*rows, table.totals)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    print_rows(
        [
            [
                cell.rjust(width) if kind.is_number else cell
                for cell, width, kind in zip(line, widths, shown, strict=True)
            ]
            for line in lines
        ]
    )
