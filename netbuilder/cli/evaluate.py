"""``netbuilder evaluate``: how well a run's best weights do on a split."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from netbuilder.cli.codes import FINE
from netbuilder.cli.inputs import run_at


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "evaluate",
        help="measure a trained run on a split of its data",
        description="Measure the best weights of a run on a split of its data: figures with intervals, each "
        "class, calibration, the groups it is worse on. The whole report, with curves and the samples "
        "behind them, is kept as evaluation/SPLIT.json in the run's folder.",
    )
    parser.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    parser.add_argument(
        "--split", choices=("train", "val", "test"), default="test", help="by default test"
    )
    parser.add_argument(
        "--baselines",
        action="store_true",
        help="fit simpler models on the same split too, and say whether the network beats them",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate a run and return the exit code."""
    from netbuilder.app.training import evaluate
    from netbuilder.cli.evaluation_text import print_report
    from netbuilder.cli.output import print_json
    from netbuilder.training.evaluation.report import finite

    run_folder = run_at(args.folder)
    on_stage = _say if args.baselines and sys.stderr.isatty() else None
    found = evaluate(run_folder, args.split, baselines=args.baselines, on_stage=on_stage)
    if args.json:
        print_json({"run": str(run_folder.path), **finite(found)})
        return FINE
    print(f"{run_folder.path}: {found['split']} split, {found['samples']:,} samples")
    print_report(found)
    if found["note"]:
        print(f"    note: {found['note']}")
    return FINE


def _say(stage: str) -> None:
    print(f"{stage}...", file=sys.stderr)
