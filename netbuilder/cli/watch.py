"""``netbuilder runs watch``: a training that was started elsewhere, followed from here."""

from __future__ import annotations

import argparse
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from netbuilder.cli.codes import FINE, WRONG
from netbuilder.cli.inputs import run_at


def add(actions: Any) -> None:
    """Declare the action."""
    action = actions.add_parser(
        "watch",
        help="follow a training that goes on elsewhere",
        description="Show a training as it goes, wherever it was started, until it has ended. Ctrl-C "
        "ends the watching, not the training.",
    )
    action.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    action.add_argument(
        "--json",
        action="store_true",
        help="print a JSON object a line: all records, then the result",
    )
    action.set_defaults(act=_watch)


def _watch(args: argparse.Namespace) -> int:
    from netbuilder.app.training import outcome
    from netbuilder.cli.live import shown
    from netbuilder.cli.output import print_json
    from netbuilder.cli.telling import print_end
    from netbuilder.training.client import run_state, watch

    run = run_at(args.folder)
    if not args.json and run.is_active():
        print(run_state(run).sentence, flush=True)
    with suppress(KeyboardInterrupt), closing(shown(run, json=args.json)) as show:
        for item in watch(run, from_start=args.json):
            show(item)
    trained = outcome(run)
    if args.json:
        print_json({"kind": "result", **trained.to_plain()})
    else:
        print_end(trained)
    return FINE if trained.ok or trained.state.active else WRONG
