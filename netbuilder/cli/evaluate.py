"""``netbuilder evaluate``: how well a run's best weights do on a split."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from netbuilder.cli.codes import FINE
from netbuilder.cli.inputs import run_at


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "evaluate",
        help="measure a trained run on a split of its data",
        description="Measure the best weights of a run on a split of its data.",
    )
    parser.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    parser.add_argument(
        "--split", choices=("train", "val", "test"), default="test", help="by default test"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate a run and return the exit code."""
    from netbuilder.app.training import evaluate
    from netbuilder.cli.output import print_json
    from netbuilder.cli.telling import print_evaluation

    run_folder = run_at(args.folder)
    found = evaluate(run_folder, args.split)
    if args.json:
        print_json({"run": str(run_folder.path), **plain_figures(found)})
        return FINE
    print(f"{run_folder.path}: {found['split']} split, {found['samples']:,} samples")
    print_evaluation(found)
    if found["note"]:
        print(f"    note: {found['note']}")
    return FINE


def plain_figures(value: Any) -> Any:
    """Return measured figures fit for JSON: what is not finite becomes None."""
    if isinstance(value, dict):
        return {key: plain_figures(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_figures(item) for item in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value
