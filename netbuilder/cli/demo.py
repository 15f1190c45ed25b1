"""``netbuilder demo``: the whole path on a bundled example."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.cli.codes import FINE, INTERRUPTED, WRONG
from netbuilder.cli.errors import UsageError
from netbuilder.cli.inputs import new_folder

if TYPE_CHECKING:
    from netbuilder.app.demo import Finished
    from netbuilder.app.training import Trained


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "demo",
        help="train, evaluate and export the bundled digits network",
        description="Open the bundled digits CNN, check it, train it, evaluate it on held-out data, "
        "export it as ONNX and as a Python project, and compare both with the trained network.",
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="by default as the example says")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="the folder for the run and its exports; by default runs/digits_cnn-<UTC time>",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do the main job and return the exit code."""
    from netbuilder.app.demo import EXAMPLE, checked, finish
    from netbuilder.app.examples import example
    from netbuilder.app.training import follow, new_run_path, outcome, start_training
    from netbuilder.cli.live import followed, shown
    from netbuilder.cli.output import summary

    if args.epochs is not None and args.epochs < 1:
        raise UsageError(f"--epochs is {args.epochs}, but at least 1 is needed to train")
    network, report = checked(example(EXAMPLE), args.epochs)
    print(f"{network.title}: {summary(report)}")
    folder = new_folder(args.out) if args.out else new_run_path(EXAMPLE)
    worker = start_training(network, Path(), folder)
    print(f"training in {worker.run.path}", flush=True)
    interrupted = followed(worker, follow, shown(worker.run, json=False))
    trained = outcome(worker.run)
    if not trained.ok or interrupted:
        print(f"netbuilder demo: {trained.state.sentence}", file=sys.stderr)
        return INTERRUPTED if interrupted else WRONG
    finished = finish(worker.run, report, EXAMPLE, _say)
    _print_table(trained, finished)
    for export in (finished.onnx, finished.python):
        if not export.ok:
            print(f"netbuilder demo: {export.problem()}", file=sys.stderr)
    return FINE if finished.ok else WRONG


def _say(text: str) -> None:
    print(f"{text} ...", flush=True)


def _print_table(trained: Trained, finished: Finished) -> None:
    """Write what was reached, how the exports compare, and where everything lies."""
    from rich import box
    from rich.table import Table

    from netbuilder.cli.output import console, figure
    from netbuilder.cli.telling import baseline_texts

    result = trained.result or {}
    best = result.get("best") or {}
    rows = [
        ("test accuracy", figure(finished.test["metrics"].get("accuracy")), _held_out(finished)),
        *(("baseline", *_split(text)) for text in baseline_texts(result.get("baseline") or {})),
        ("best epoch", str(best.get("epoch", "-")), "by validation"),
        ("ONNX", f"{finished.onnx.max_abs_diff:.1e}", "largest difference to the network"),
        ("Python", f"{finished.python.max_abs_diff:.1e}", "largest difference to the network"),
    ]
    paths = [
        ("run", trained.run.path),
        ("ONNX", finished.onnx.path),
        ("Python", finished.python.path),
        ("picture", finished.picture),
    ]
    out = console()
    table = Table(box=box.SIMPLE_HEAD if out.is_terminal else None, show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column(style="dim")
    for row in rows:
        table.add_row(*row)
    out.print(table)
    for name, path in paths:
        out.print(f"  {name:<8} {path}", soft_wrap=True)


def _held_out(finished: Finished) -> str:
    return f"on {finished.test['samples']:,} samples it has never seen"


def _split(text: str) -> tuple[str, str]:
    """Return the figure at the end of a baseline's sentence, and what is before it."""
    before, _, value = text.rpartition(" ")
    return value, before.replace(":", " on", 1)
