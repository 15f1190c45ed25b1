"""The actions of ``netbuilder runs`` that change or compare runs: compare, note, rename, delete, restore."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.cli.codes import FINE
from netbuilder.cli.inputs import run_at

if TYPE_CHECKING:
    from netbuilder.app.run_compare import RunComparison


def add(actions: Any) -> None:
    """Declare the actions."""
    compare = actions.add_parser("compare", help="say what differs between two runs")
    compare.add_argument("first", type=Path, metavar="A", help="the folder of a run")
    compare.add_argument("second", type=Path, metavar="B", help="the folder of another run")
    compare.set_defaults(act=_compare)
    note = actions.add_parser("note", help="tag, pin and describe a run")
    note.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    note.add_argument("--tag", action="append", default=[], metavar="TAG", help="add a tag")
    note.add_argument("--untag", action="append", default=[], metavar="TAG", help="remove a tag")
    note.add_argument("--text", metavar="TEXT", help="replace the note")
    pin = note.add_mutually_exclusive_group()
    pin.add_argument("--pin", action="store_true", default=None, dest="pin", help="list it first")
    pin.add_argument("--unpin", action="store_false", dest="pin", help="list it in its place again")
    note.set_defaults(act=_note)
    rename = actions.add_parser("rename", help="give a run another name")
    rename.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    rename.add_argument("name", metavar="NAME", help="the new name of the folder")
    rename.set_defaults(act=_rename)
    delete = actions.add_parser("delete", help="move a run to the folder .trash beside it")
    delete.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    delete.set_defaults(act=_delete)
    restore = actions.add_parser("restore", help="take a deleted run back out of .trash")
    restore.add_argument(
        "folder", type=Path, metavar="RUN", help="where it was, such as runs/digits"
    )
    restore.set_defaults(act=_restore)
    for action in (compare, note, rename, delete, restore):
        action.add_argument("--json", action="store_true", help="print one JSON object")


def _compare(args: argparse.Namespace) -> int:
    from netbuilder.app.run_compare import compare_runs
    from netbuilder.cli.output import print_json

    found = compare_runs(run_at(args.first), run_at(args.second))
    if args.json:
        print_json(found.to_plain())
    else:
        _print_comparison(found)
    return FINE


def _print_comparison(found: RunComparison) -> None:
    from netbuilder.cli.output import print_rows

    graph = found.graph
    nodes = {
        "only in the second": graph.added,
        "only in the first": graph.removed,
        "changed": graph.changed,
        "wired otherwise": graph.rewired,
    }
    if any(nodes.values()):
        print("graph:")
        print_rows([(words, ", ".join(n)) for words, n in nodes.items() if n], indent="    ")
    else:
        print("graph: the same")
    for name in ("recipe", "data", "metrics"):
        pairs: Mapping[str, tuple[Any, Any]] = getattr(found, name)
        print(f"{name}:" if pairs else f"{name}: the same")
        rows = [(key, _shown(one), _shown(other)) for key, (one, other) in pairs.items()]
        if rows:
            print_rows([("", found.first, found.second), *rows], indent="    ")


def _shown(value: Any) -> str:
    from netbuilder.cli.output import figure

    return figure(value) if value is None or isinstance(value, float) else str(value)


def _note(args: argparse.Namespace) -> int:
    from netbuilder.cli.output import print_json
    from netbuilder.training.run_notes import RunNotes, read_notes, write_notes

    run = run_at(args.folder)
    notes = read_notes(run)
    notes = RunNotes(
        notes.tagged(args.tag, args.untag),
        notes.note if args.text is None else args.text,
        notes.pinned if args.pin is None else args.pin,
    )
    if args.tag or args.untag or args.text is not None or args.pin is not None:
        write_notes(run, notes)
    if args.json:
        print_json(
            {
                "run": str(run.path),
                "tags": list(notes.tags),
                "note": notes.note,
                "pinned": notes.pinned,
            }
        )
    else:
        pinned = ", pinned" if notes.pinned else ""
        print(f"{run.path}: tags {', '.join(notes.tags) or 'none'}{pinned}")
        if notes.note:
            print(f"    {notes.note}")
    return FINE


def _rename(args: argparse.Namespace) -> int:
    from netbuilder.training.run_notes import rename

    return _moved(args, rename(run_at(args.folder), args.name), "is now")


def _delete(args: argparse.Namespace) -> int:
    from netbuilder.training.run_notes import to_trash

    path = to_trash(run_at(args.folder))
    return _moved(args, path, "can be restored by `netbuilder runs restore`; it is in")


def _restore(args: argparse.Namespace) -> int:
    from netbuilder.app.training import RUNS
    from netbuilder.training.run_notes import restore

    # As everywhere, the name alone means a run in runs/.
    folder = args.folder.parent if len(args.folder.parts) > 1 else RUNS
    return _moved(args, restore(folder, args.folder.name), "is back at")


def _moved(args: argparse.Namespace, to: Path, words: str) -> int:
    from netbuilder.cli.output import print_json

    if args.json:
        print_json({"run": str(args.folder), "to": str(to)})
    else:
        print(f"{args.folder} {words} {to}")
    return FINE
