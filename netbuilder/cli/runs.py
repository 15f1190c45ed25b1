"""``netbuilder runs``: trainings listed, shown, steered, compared and tidied."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.cli import run_actions, tensorboard, watch
from netbuilder.cli.codes import FINE, WRONG
from netbuilder.cli.errors import UsageError
from netbuilder.cli.inputs import run_at

if TYPE_CHECKING:
    from netbuilder.training.run import RunFolder

RUNS = Path("runs")
_HELP = {
    "pause": "pause a training after its step, with a checkpoint",
    "resume": "go on with a paused training, or in the background with one whose worker has ended",
    "stop": "stop a training after its step, with a checkpoint",
}


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "runs",
        help="list, show, steer, compare and tidy up trainings",
        description="Trainings, wherever they were started: each is a folder and, while it goes on, a "
        "process of its own.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    listing = actions.add_parser("list", help="list the runs in a folder")
    listing.add_argument("folder", type=Path, nargs="?", default=RUNS, help="by default runs")
    listing.add_argument("--search", default="", metavar="TEXT", help="in names, titles and notes")
    listing.add_argument(
        "--state", metavar="STATE", help="only those in it, such as done or failed"
    )
    listing.add_argument("--tag", metavar="TAG", help="only those with it")
    listing.add_argument(
        "--sort", choices=("name", "state", "step", "title"), default="name", help="by default name"
    )
    listing.set_defaults(act=_list)
    show = actions.add_parser("show", help="show where a run stands and what came out")
    show.set_defaults(act=_show)
    each = [show]
    for name, text in _HELP.items():
        action = actions.add_parser(name, help=text)
        action.set_defaults(act=_steer)
        each.append(action)
    each[-1].add_argument(
        "--after-epoch", action="store_true", help="at the end of the epoch instead of at once"
    )
    for action in each:
        action.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    run_actions.add(actions)
    tensorboard.add(actions)
    watch.add(actions)
    for action in (listing, *each):
        action.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what is asked and return the exit code."""
    code: int = args.act(args)
    return code


def _list(args: argparse.Namespace) -> int:
    from netbuilder.cli.output import print_json, print_rows
    from netbuilder.training.client import list_runs

    if not args.folder.is_dir():
        raise UsageError(
            f"{args.folder}: there is no such folder; give the one that trainings were written to"
        )
    plain = _wanted([_overview(found) for found in list_runs(args.folder)], args)
    if args.json:
        print_json({"folder": str(args.folder), "runs": plain})
        return FINE
    if not plain:
        print(f"{args.folder}: no runs")
        return FINE
    rows = [("RUN", "STATE", "STEP", "TEST", "TITLE")]
    rows += [(p["run"], p["state"], str(p["step"]), _test(p), p["title"]) for p in plain]
    print_rows(rows)
    return FINE


def _wanted(plain: list[dict[str, Any]], args: argparse.Namespace) -> list[dict[str, Any]]:
    """The runs that are asked for, in the order that is asked for; pinned ones stand first."""
    text = args.search.casefold()
    found = [
        one
        for one in plain
        if text in f"{one['run']} {one['title']} {one['note']}".casefold()
        and args.state in (None, one["state"])
        and (args.tag is None or args.tag in one["tags"])
    ]
    key = "run" if args.sort == "name" else args.sort
    return sorted(found, key=lambda one: (not one["pinned"], one[key]))


def _show(args: argparse.Namespace) -> int:
    from netbuilder.app.training import outcome
    from netbuilder.cli.output import print_json
    from netbuilder.cli.telling import print_end
    from netbuilder.training.usage import read_usage

    trained = outcome(run_at(args.folder))
    if args.json:
        plain = {**trained.to_plain(), **_overview(trained.run)}
        recipe, data = trained.run.recipe().to_plain(), trained.run.data()
        usage = read_usage(trained.run)
        more = {"recipe": recipe, "data": data, "usage": usage.to_plain() if usage else None}
        print_json({**plain, **more})
        return FINE
    print_end(trained, recipe=True)
    return FINE


def _steer(args: argparse.Namespace) -> int:
    from netbuilder.cli.output import print_json
    from netbuilder.training import client
    from netbuilder.training.run import RunError

    run_folder = run_at(args.folder)
    if args.action == "resume" and not run_folder.is_active():
        return _restart(args, run_folder)
    sends = {"pause": client.pause, "resume": client.resume, "stop": client.stop}
    send = client.stop_after_epoch if getattr(args, "after_epoch", False) else sends[args.action]
    try:
        send(run_folder)
    except RunError as error:
        state = client.run_state(run_folder)
        more = f"; {state.sentence}" if state.resumable else ""
        print(f"netbuilder runs {args.action}: {error}{more}", file=sys.stderr)
        if args.json:
            print_json({"error": f"{error}{more}"})
        return WRONG
    if args.json:
        print_json({"run": str(run_folder.path), "sent": _sent(args)})
    else:
        print(f"{run_folder.path}: told to {_sent(args).replace('_', ' ')}")
    return FINE


def _sent(args: argparse.Namespace) -> str:
    """The command as the worker reads it."""
    return "stop_after_epoch" if getattr(args, "after_epoch", False) else str(args.action)


def _restart(args: argparse.Namespace, run: RunFolder) -> int:
    from netbuilder.app.training import resume_training
    from netbuilder.cli.output import print_json

    resume_training(run.path)
    if args.json:
        print_json({"run": str(run.path), "sent": "resume"})
    else:
        print(f"{run.path}: goes on by itself; `netbuilder runs show` says how far it is")
    return FINE


def _overview(run: RunFolder) -> dict[str, Any]:
    """Where a run stands, in plain data; a damaged one says so and hides no other."""
    from netbuilder.node_api.errors import NetBuilderError
    from netbuilder.training.client import run_state
    from netbuilder.training.run_notes import read_notes

    plain: dict[str, Any] = {"run": str(run.path), "title": "", "test": None}
    plain |= {"tags": [], "note": "", "pinned": False}
    try:
        notes = read_notes(run)
        plain |= {"tags": list(notes.tags), "note": notes.note, "pinned": notes.pinned}
        state = run_state(run)
        plain |= {
            "state": state.state,
            "sentence": state.sentence,
            "step": state.step,
            "total_steps": state.status.total_steps,
            "resumable": state.resumable,
        }
        result = None if state.active else run.result()
        plain["test"] = (result or {}).get("test")
        plain["title"] = _title(run)
    except NetBuilderError as error:
        plain |= {"state": "damaged", "sentence": str(error), "step": 0}
        plain |= {"total_steps": 0, "resumable": False}
    return plain


def _title(run: RunFolder) -> str:
    from netbuilder.files.documents import load

    return load(run.graph).title


def _test(plain: dict[str, Any]) -> str:
    from netbuilder.cli.output import figure

    test = plain["test"]
    if not test:
        return "-"
    numbers = [(k, v) for k, v in test["metrics"].items() if not isinstance(v, list)]
    name, value = numbers[0] if numbers else ("loss", test["loss"])
    return f"{name} {figure(value)}"
