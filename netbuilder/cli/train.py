"""``netbuilder train``: a training in a process of its own, watched to its end."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.cli.codes import FINE, INTERRUPTED, PROBLEMS, WRONG
from netbuilder.cli.errors import UsageError
from netbuilder.cli.inputs import new_folder, opened, run_at

if TYPE_CHECKING:
    from netbuilder.app.training import Trained
    from netbuilder.training.client import Worker

_EPILOG = """\
settings are named as in the file: recipe.epochs=3, recipe.learning_rate=0.01, data.source=iris,
data.params.noise=0.2, data.split.seed=1, data.standardize=a,b, title=...

Ctrl-C stops after the current step and keeps a checkpoint (exit code 130); a second one kills.
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "train",
        help="train a network in a process of its own",
        description="Train a network, or go on with a run. Everything of a run lies in its folder.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="a .netgraph file (not with --resume)"
    )
    parser.add_argument(
        "--run",
        type=Path,
        metavar="DIR",
        dest="folder",
        help="the new run's folder; by default runs/<name>-<UTC time>",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="change a setting for this run; may be given several times",
    )
    parser.add_argument(
        "--resume", type=Path, metavar="DIR", help="go on with this run from its last checkpoint"
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="RUN",
        help="start from the best weights of this run where names and shapes still fit",
    )
    parser.add_argument(
        "--tensorboard",
        action="store_true",
        help="keep files for TensorBoard in the run's folder as it trains",
    )
    parser.add_argument(
        "--json", action="store_true", help="print a JSON object a line: records, then the result"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train and return the exit code."""
    from netbuilder.app.training import follow, outcome
    from netbuilder.cli.live import followed, shown
    from netbuilder.cli.output import print_json
    from netbuilder.cli.telling import print_end
    from netbuilder.cli.tensorboard import Boarded
    from netbuilder.codegen.emit import NotSoundError
    from netbuilder.training.run import read_json

    try:
        worker = _resumed(args) if args.resume else _started(args)
    except NotSoundError as error:
        if args.json:
            print_json({"kind": "problems", "error": str(error), **error.report.to_plain()})
        else:
            from netbuilder.cli.output import print_findings

            print_findings(args.file, error.report.diagnostics)
        print(f"netbuilder train: {args.file} has errors, so it is not trained", file=sys.stderr)
        return PROBLEMS
    show = shown(worker.run, json=args.json)
    interrupted = followed(
        worker,
        lambda it, show: follow(it, show, from_start=not args.resume),
        Boarded(show, worker.run) if args.tensorboard else show,
    )
    trained = outcome(worker.run)
    taken = read_json(worker.run.transplant) if worker.run.transplant.exists() else None
    if taken and not args.json and not args.resume:
        _print_taken(taken)
    if args.json:
        print_json({"kind": "result", **trained.to_plain(), "transplant": taken})
    elif trained.ok:
        print_end(trained)
    if not trained.ok or interrupted:
        print(f"netbuilder train: {ended(trained)}", file=sys.stderr)
    if interrupted:
        return INTERRUPTED
    return FINE if trained.ok else WRONG


def _print_taken(taken: dict[str, Any]) -> None:
    """Say which weights of the other run were taken over."""
    from netbuilder.cli.output import print_rows

    reshaped = [f"{name} {old} -> {new}" for name, (old, new) in taken["reshaped"].items()]
    rows = {
        "kept": taken["kept"],
        "new": taken["new"],
        "other shape, so new": reshaped,
        "left behind": taken["left"],
    }
    print("weights to start from:")
    print_rows([(words, ", ".join(n)) for words, n in rows.items() if n], indent="    ")


def ended(trained: Trained) -> str:
    """Say how a training ended before its time, and how to go on."""
    sentence = trained.state.sentence
    way = f"netbuilder train --resume {trained.run.path}"
    if not trained.state.resumable or way in sentence:
        return sentence
    return f"{sentence}; go on with: {way}"


def _started(args: argparse.Namespace) -> Worker:
    from netbuilder.app.settings import SettingError, with_settings
    from netbuilder.app.training import new_run_path, start_training

    if args.file is None:
        raise UsageError("there is nothing to train; give a FILE, or a run with --resume DIR")
    network = opened(args.file)
    try:
        network = with_settings(network, args.settings)
    except SettingError as error:
        raise UsageError(str(error)) from error
    folder = new_folder(args.folder) if args.folder else new_run_path(args.file.stem)
    weights = run_at(args.weights) if args.weights else None
    worker = start_training(network, args.file.parent, folder, weights_of=weights)
    if not args.json:
        print(f"training {args.file} in {folder}", flush=True)
    return worker


def _resumed(args: argparse.Namespace) -> Worker:
    from netbuilder.app.training import resume_training

    given = {
        "FILE": args.file,
        "--run": args.folder,
        "--set": args.settings,
        "--weights": args.weights,
    }
    for name, value in given.items():
        if value:
            raise UsageError(
                f"{name} has no place beside --resume: the run goes on exactly, with its own copy of "
                "everything"
            )
    return resume_training(run_at(args.resume).path)
