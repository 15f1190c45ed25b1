"""``netbuilder attribute``: why a trained network says what it says of a sample, and which columns count."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netbuilder.cli.codes import FINE
from netbuilder.cli.errors import UsageError
from netbuilder.cli.inputs import run_at

_EPILOG = """\
methods:
  saliency              how steeply the score changes with each number
  gradient_input        the gradient times the number
  integrated_gradients  gradients on the way from a baseline; they add up to the difference
  grad_cam              where the last convolution sees what speaks for it
  occlusion             how much the score falls when a part is covered

With --importance, each column is shuffled in turn: what the metric then loses is what it is worth.
"""
_MOST = 20


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "attribute",
        help="say which numbers of a sample, or which columns, a trained network goes by",
        description="Explain what the best weights of a run say of one sample, or tell what each column of "
        "the inputs is worth over a split.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--sample",
        type=int,
        metavar="N",
        help="explain this sample: its place in the source, from 0",
    )
    what.add_argument(
        "--importance", action="store_true", help="tell what each column of the inputs is worth"
    )
    one = parser.add_argument_group("with --sample")
    one.add_argument(
        "--method", default="integrated_gradients", help="by default integrated_gradients"
    )
    one.add_argument("--target", default="", metavar="CLASS", help="by default what is predicted")
    one.add_argument("--output", default="", metavar="NAME", help="by default the first output")
    one.add_argument(
        "--window", type=int, default=0, metavar="PX", help="edge of what occlusion covers"
    )
    one.add_argument(
        "--node",
        default="",
        metavar="PATH",
        help="the convolution of grad_cam, by default the last",
    )
    one.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help="write a .png of an image, or a .json"
    )
    all_of = parser.add_argument_group("with --importance")
    all_of.add_argument(
        "--split", choices=("train", "val", "test"), default="test", help="by default test"
    )
    all_of.add_argument(
        "--repeats",
        type=int,
        default=5,
        metavar="N",
        help="times a column is shuffled, by default 5",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explain and return the exit code."""
    from netbuilder.cli.output import print_json
    from netbuilder.training.evaluation.assess import subject_of
    from netbuilder.training.evaluation.report import finite
    from netbuilder.training.explaining.worker import explained

    _check(args)
    run_folder = run_at(args.folder)
    if args.importance:
        question: dict[str, Any] = {"importance": args.split, "repeats": args.repeats}
    else:
        names = ("sample", "method", "output", "target", "window", "node")
        question = {name: getattr(args, name) for name in names}
    found = finite(explained(subject_of(run_folder), question, _unheard))
    if args.out:
        _write(args.out, found)
    if args.json:
        print_json({"run": str(run_folder.path), **found})
    elif args.importance:
        _print_importance(found)
    else:
        _print_sample(found)
        if args.out:
            print(f"    {args.out}")
    return FINE


def _unheard(share: float) -> None:
    """A terminal waits."""


def _check(args: argparse.Namespace) -> None:
    if args.out and args.importance:
        raise UsageError("--out goes with --sample; --importance --json prints everything")
    if args.out and args.out.suffix.lower() not in (".png", ".json"):
        raise UsageError(f"--out: {args.out} is neither .png nor .json")
    if args.repeats < 1:
        raise UsageError(f"--repeats is {args.repeats}, but at least 1 is needed")
    if args.window < 0:
        raise UsageError(f"--window is {args.window}, but 0 or more pixels were expected")


def _write(path: Path, found: Mapping[str, Any]) -> None:
    import json

    from netbuilder.files.atomic import write_atomic
    from netbuilder.training.explaining.picture import picture

    if path.suffix.lower() == ".png":
        write_atomic(path, picture(found))
    else:
        write_atomic(path, (json.dumps(found, ensure_ascii=False) + "\n").encode("utf-8"))


def _print_sample(found: Mapping[str, Any]) -> None:
    from netbuilder.cli.output import figure, print_rows

    parts = [f"score {figure(found['score'])}"]
    if found["probability"] is not None:
        parts.append(f"probability {figure(found['probability'])}")
    for key, word in (("said", "it says"), ("right", "right is")):
        if found[key] is not None:
            value = found[key]
            parts.append(f"{word} {value if isinstance(value, str) else f'{value:.6g}'}")
    names = dict.fromkeys((found["output"], found["target"]))
    print(
        f"sample {found['sample']} ({found['split']} split): {' '.join(names)}, {', '.join(parts)}"
    )
    for given in found["inputs"]:
        rows = _strongest(given)
        if rows:
            print(f"{given['name']}, by {found['method']}")
            print_rows(rows, indent="    ")
    if "map" in found:
        print(f"    seen by {found['map']['node']}, {_spot(found['map'])}")
    if "adds_up" in found:
        total, difference = (figure(found["adds_up"][k]) for k in ("total", "difference"))
        print(f"    adds up to {total}; the score is {difference} above that of the baseline")


def _strongest(given: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The numbers that count most, with their values."""
    from netbuilder.cli.output import figure

    worth = given["attributions"]
    order = sorted(range(len(worth)), key=lambda place: -abs(worth[place]))[:_MOST]
    names = given["columns"] or [_place(place, given["shape"]) for place in range(len(worth))]
    rows = [(names[n], figure(given["values"][n]), f"{worth[n]:+.4g}") for n in order]
    head = "channel, row, column" if len(given["shape"]) == 3 else ""
    return [(head, "value", "counts"), *rows] if rows else []


def _place(place: int, shape: list[int]) -> str:
    """Where a number of a sample lies, its last axis last; counted from 0."""
    parts = []
    for size in reversed(shape):
        place, part = divmod(place, size)
        parts.append(str(part))
    return ", ".join(reversed(parts)) or "0"


def _spot(found: Mapping[str, Any]) -> str:
    values = found["values"]
    if not any(values):
        return "which sees nothing that speaks for it"
    return f"most at {_place(values.index(max(values)), found['shape'])}"


def _print_importance(found: Mapping[str, Any]) -> None:
    from netbuilder.cli.output import counted, figure, print_rows

    print(
        f"{found['split']} split, {counted(found['samples'], 'sample')}, each column shuffled "
        f"{counted(found['repeats'], 'time')}"
    )
    for name, loss in found["losses"].items():
        before = f"{name}: " if len(found["losses"]) > 1 else ""
        print(f"{before}{loss['metric']} {figure(loss['value'])}; without a column it falls by")
        columns = loss["columns"]
        rows = [
            (
                one["name"],
                f"{one['importance']:+.4f}",
                f"95 % interval {one['low']:+.4f} to {one['high']:+.4f}",
            )
            for one in columns[:_MOST]
        ]
        print_rows(rows, indent="    ")
        if len(columns) > _MOST:
            print(f"    {len(columns) - _MOST} more columns; --json has them")
