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
    from netbuilder.cli.train import ended

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
        print(f"netbuilder demo: {ended(trained)}", file=sys.stderr)
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
    from netbuilder.cli.output import console, print_rows

    figures, paths = _figures(trained, finished), _paths(trained, finished)
    out = console()
    if not out.is_terminal:
        print_rows([*figures, *paths], indent="  ")
        return
    from rich import box
    from rich.table import Table

    table = Table(box=box.ROUNDED, show_header=False, border_style="dim", title="Digits CNN")
    for style in ("bold", "", "dim"):
        table.add_column(style=style, overflow="fold")
    for row in figures:
        table.add_row(*row)
    table.add_section()
    for row in paths:
        table.add_row(*row)
    out.print(table)


def _figures(trained: Trained, finished: Finished) -> list[tuple[str, str, str]]:
    from netbuilder.cli.output import figure
    from netbuilder.cli.telling import baseline_texts

    result = trained.result or {}
    best = result.get("best") or {}
    compared = "largest difference to the trained network"
    return [
        ("test accuracy", figure(finished.test["metrics"].get("accuracy")), _held_out(finished)),
        *(("baseline", *_split(text)) for text in baseline_texts(result.get("baseline") or {})),
        ("best epoch", str(best.get("epoch", "-")), f"by validation {best.get('metric', '')}"),
        ("ONNX", f"{finished.onnx.max_abs_diff:.1e}", compared),
        ("Python", f"{finished.python.max_abs_diff:.1e}", compared),
    ]


def _paths(trained: Trained, finished: Finished) -> list[tuple[str, str, str]]:
    return [
        ("run", str(trained.run.path), "graph, source, records, checkpoints, result"),
        ("ONNX file", str(finished.onnx.path), "any batch size"),
        ("Python project", str(finished.python.path), "plain PyTorch: python train.py"),
        ("picture", str(finished.picture), ""),
    ]


def _held_out(finished: Finished) -> str:
    return f"on {finished.test['samples']:,} samples it has never seen"


def _split(text: str) -> tuple[str, str]:
    """Return the figure at the end of a baseline's sentence, and what is before it."""
    before, _, value = text.rpartition(" ")
    return value, before.replace(":", " on", 1)
