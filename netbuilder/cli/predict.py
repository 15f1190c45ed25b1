"""``netbuilder predict``: what a trained run says of the samples of a file, as CSV."""

from __future__ import annotations

import argparse
import csv
import io
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.cli.codes import FINE
from netbuilder.cli.errors import UsageError
from netbuilder.cli.inputs import run_at, write_text

if TYPE_CHECKING:
    from netbuilder.training.predicting import Predictions

_EPILOG = """\
FILE is a table with the columns that the run was trained on, in any order and with others beside
them, of a series a row a moment; a text, of which windows are cut; a PNG or JPEG image, or a
folder of them; an .npy file with samples, or an .npz file with an
array for each field, with numbers as the source of the training has them.

Gaps are filled and all steps of the preprocessing are done as in the training.
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "predict",
        help="let a trained run predict a table, a text, images or arrays",
        description="Let the best weights of a run predict every sample of a file, and write a row of "
        "CSV for each: classes with their probabilities, or numbers.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    parser.add_argument("file", type=Path, metavar="FILE", help="what is predicted")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="CSV", help="by default what is printed"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Predict a file and return the exit code."""
    from netbuilder.cli.output import counted, print_json
    from netbuilder.training.predicting import predict_file

    found_run = run_at(args.folder)
    if not args.file.exists():
        raise UsageError(f"{args.file}: there is no such file")
    found = predict_file(found_run, args.file)
    if args.output:
        write_text(args.output, _csv(found))
    if args.json:
        plain = {
            "run": str(found_run.path),
            "weights": found.weights,
            "samples": len(found.rows),
            "notes": list(found.notes),
        }
        shown = {"output": str(args.output)} if args.output else _rows(found)
        print_json({**plain, **shown})
        return FINE
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    if args.output:
        print(f"{args.output}: {counted(len(found.rows), 'sample')} predicted")
    else:
        print(_csv(found), end="")
    return FINE


def _rows(found: Predictions) -> dict[str, Any]:
    rows = [dict(zip(found.columns, map(_finite, row), strict=True)) for row in found.rows]
    return {"predictions": rows}


def _finite(value: str | float) -> str | float | None:
    """A value fit for JSON."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _csv(found: Predictions) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(found.columns)
    for row in found.rows:
        writer.writerow([f"{x:.6g}" if isinstance(x, float) else x for x in row])
    return text.getvalue()
