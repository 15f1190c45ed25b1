"""``netbuilder diagnose``: sanity tests of a network before it is trained."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.cli.codes import FINE, PROBLEMS
from netbuilder.cli.errors import UsageError
from netbuilder.cli.inputs import opened

if TYPE_CHECKING:
    from netbuilder.training.sanity.finding import Finding

_COLOURS = {"ok": "green", "warning": "yellow", "bad": "bold red", "skipped": "dim"}
_EPILOG = """\
tests: first_loss, gradients, one_batch, learning_rate, shuffled_labels, probe

They run on copies with the recipe's first weights: nothing of the file or of a run is changed.
Exit code 1 where a test says that training will not work.
"""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "diagnose",
        help="test before training whether a network can learn",
        description="Make short experiments with a network and its data: the first loss, gradients, one "
        "batch learnt by heart, a learning rate, shuffled answers, time and memory.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a .netgraph file")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="make this test only; may be given several times",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Test a network and return the exit code."""
    from netbuilder.app.diagnosing import diagnose
    from netbuilder.cli.output import print_findings, print_json
    from netbuilder.codegen.emit import NotSoundError
    from netbuilder.training.sanity.finding import TESTS

    for name in args.only:
        if name not in TESTS:
            raise UsageError(f"--only: there is no test {name}; there are: {', '.join(TESTS)}")
    network = opened(args.file)
    try:
        found = diagnose(network, args.file.parent, args.only)
    except NotSoundError as error:
        if args.json:
            print_json({"error": str(error), **error.report.to_plain()})
        else:
            print_findings(args.file, error.report.diagnostics)
        print(f"netbuilder diagnose: {args.file} has errors, so it is not tested", file=sys.stderr)
        return PROBLEMS
    ok = all(one.status != "bad" for one in found)
    if args.json:
        plain = [one.to_plain() for one in found]
        print_json({"file": str(args.file), "ok": ok, "findings": plain})
    else:
        _print(found)
    return FINE if ok else PROBLEMS


def _print(found: tuple[Finding, ...]) -> None:
    from rich.text import Text

    from netbuilder.cli.output import console

    out = console()
    for one in found:
        line = Text(f"{one.status:8}", _COLOURS[one.status])
        line.append(f"{one.title}: {one.sentence}", "default")
        out.print(line)
        if one.hint:
            out.print(Text(f"        way out: {one.hint}", "dim"))
