"""``netbuilder data``: what the samples of a network hold, and what is wrong with them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.cli.codes import FINE, PROBLEMS
from netbuilder.cli.inputs import opened

if TYPE_CHECKING:
    from netbuilder.app.data_linting import Inspection

_MOST_COLUMNS = 20  # on a terminal; --json has them all
_MOST_CLASSES = 20
_HEAD = ("column", "values", "missing", "distinct", "mean", "std", "min", "median", "max")


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "data",
        help="look at the data of a network and say what is wrong with them",
        description="Print figures of the columns, how many samples each class has, and what is wrong: "
        "leaks between splits, features that give the answer away, outliers, personal data and more.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a .netgraph file")
    parser.add_argument(
        "--download",
        action="store_true",
        help="first download what is missing of a public set, such as MNIST, into the cache",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Inspect the data and return the exit code."""
    from netbuilder.app.data_linting import inspect
    from netbuilder.cli.output import print_findings, print_json, problems
    from netbuilder.training.evaluation.report import finite

    network = opened(args.file)
    if args.download:
        _download(network.data, args.file.parent)
    found = inspect(network, args.file.parent)
    ok = all(one.severity != "error" for one in found.findings)
    if args.json:
        print_json({"file": str(args.file), "ok": ok, **finite(found.to_plain())})
        return FINE if ok else PROBLEMS
    _print_figures(found)
    print_findings(args.file, found.findings)
    print(f"{args.file}: {problems(found.findings)}")
    return FINE if ok else PROBLEMS


def _download(data: Mapping[str, Any], folder: Path) -> None:
    """Fetch what is missing; a bar on a terminal, nothing elsewhere but what was fetched."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    from netbuilder.cli.output import console
    from netbuilder.data.fetching import fetch_missing, missing_files
    from netbuilder.data.public_sets import megabytes

    files = missing_files(data, folder)
    if not files:
        return
    out = console(stderr=True)
    columns = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out, disable=not out.is_terminal) as bars:
        tasks = {one.name: bars.add_task(one.name, total=one.size) for one in files}

        def told(name: str, have: int) -> bool:
            bars.update(tasks[name], completed=have)
            return True

        fetch_missing(data, folder, told)
    names = ", ".join(one.name for one in files)
    print(f"downloaded {megabytes(files)}: {names}", file=sys.stderr)


def _print_figures(found: Inspection) -> None:
    from netbuilder.cli.output import figure, print_rows

    print("samples: " + ", ".join(f"{split} {size:,}" for split, size in found.sizes.items()))
    rows: list[tuple[str, ...]] = [_HEAD]
    for c in found.columns[:_MOST_COLUMNS]:
        numbers = (c.mean, c.deviation, c.low, c.median, c.high)
        rows.append(
            (c.name, f"{c.count:,}", f"{c.missing:,}", f"{c.distinct:,}", *map(figure, numbers))
        )
    if found.columns:
        print_rows(rows, indent="    ")
    more = len(found.columns) - _MOST_COLUMNS
    if more > 0:
        print(f"    and {more:,} columns more")
    for field, classes in found.balance.items():
        print(f"classes of {field}:")
        listed = list(classes.items())
        counts = [(name, *(f"{n:,}" for n in of.values())) for name, of in listed[:_MOST_CLASSES]]
        print_rows([("class", *found.sizes), *counts], indent="    ")
        if len(listed) > _MOST_CLASSES:
            print(f"    and {len(listed) - _MOST_CLASSES:,} classes more")
