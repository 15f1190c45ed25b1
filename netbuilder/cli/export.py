"""``netbuilder export``: a network as ONNX or plain Python, verified before it is written."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.cli.codes import FINE, PROBLEMS, WRONG
from netbuilder.cli.inputs import opened, run_at

if TYPE_CHECKING:
    from netbuilder.exchange.report import ExportReport

# Help must not wait for imports; a test holds these to the formats there are.
_FORMATS = ("python", "onnx", "pt2", "torchscript")


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "export",
        help="write a network as ONNX, .pt2, TorchScript or a Python project",
        description="Write a run with its best weights, or a .netgraph file with fresh ones, as ONNX, "
        "as a .pt2 of torch.export, as TorchScript (which torch deprecates) or as plain PyTorch. What is "
        "written is run and compared with the network first. A run gets a model card beside it.",
    )
    parser.add_argument(
        "what", type=Path, metavar="FILE_OR_RUN", help="a .netgraph file or the folder of a run"
    )
    parser.add_argument("--to", choices=_FORMATS, required=True, help="the format")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="PATH",
        help="an .onnx, .pt2 or .pt file; a .py file for the model alone; a folder for a Python project",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="where relative paths of a file's data start; by default its folder",
    )
    parser.add_argument(
        "--with-preprocessing",
        action="store_true",
        help="let an .onnx file of a run take numbers as the data have them: gaps, scaling and the other "
        "steps are inside",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Export and return the exit code."""
    from netbuilder.app.exporting import export_network, export_run
    from netbuilder.cli.output import print_findings, print_json
    from netbuilder.codegen.emit import NotSoundError

    what, note, inside = args.what, "", args.with_preprocessing
    try:
        if what.is_dir():
            source = run_at(what)
            note = source.weights_note()
            report = export_run(source, args.to, args.output, with_preprocessing=inside)
        else:
            folder = args.folder or what.parent
            network = opened(what)
            report = export_network(
                network, folder, args.to, args.output, with_preprocessing=inside
            )
    except NotSoundError as error:
        if args.json:
            print_json({"error": str(error), **error.report.to_plain()})
        else:
            print_findings(what, error.report.diagnostics)
        print(f"netbuilder export: {what} has errors, so it cannot be exported", file=sys.stderr)
        return PROBLEMS
    note = "; ".join(part for part in (note, report.note) if part)
    if args.json:
        print_json({**report.to_plain(), "note": note})
    elif report.ok:
        print_report(report)
        if note:
            print(f"    note: {note}")
    if not report.ok:
        print(f"netbuilder export: {report.problem()}", file=sys.stderr)
    return FINE if report.ok else WRONG


def print_report(report: ExportReport) -> None:
    """Write what was written, and how it compares with the network."""
    from netbuilder.cli.output import counted, print_rows

    sizes = ", ".join(map(str, report.batch_sizes))
    print(f"{report.path}: verified at batch sizes {sizes}; largest difference an output:")
    rows = [
        (one.name, f"{one.max_abs_diff:.3g}", f"(at most {one.tolerance:.3g} is let pass)")
        for one in report.outputs
    ]
    print_rows(rows, indent="    ")
    if report.prepares:
        print("    it prepares its inputs by itself: give it numbers as the data have them")
    if report.path.is_dir():
        names = ", ".join(sorted(file.name for file in report.files))
        print(f"{report.path}: {counted(len(report.files), 'file')}: {names}")
