"""``netbuilder [FILE ...]``: the desktop editor."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from netbuilder.cli.errors import UsageError

NAME = "edit"


def add(commands: Any) -> None:
    """Add the sub-command."""
    parser = commands.add_parser(
        NAME,
        help="open the editor; also what netbuilder does without a command",
        description="Open the editor with some networks; without any, with those of last time.",
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=".netgraph files")
    parser.add_argument(
        "--screenshot", type=Path, metavar="PNG", help="write a picture of the window and end"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Open the editor; return its exit code."""
    if args.screenshot and "QT_QPA_PLATFORM" not in os.environ and not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if "QT_QPA_PLATFORM" not in os.environ and not has_display():
        raise UsageError(
            "there is no display to open a window on; "
            "the other commands need none: netbuilder --help lists them"
        )
    from netbuilder.editor.start import open_editor

    return open_editor(args.files, args.screenshot)


def has_display() -> bool:
    """Whether a window can be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def is_meant(argv: list[str], known: set[str]) -> bool:
    """Whether arguments without a command ask for the editor: none, files, or a screenshot."""
    if not argv:
        return True
    first = argv[0]
    if first.startswith("--screenshot"):
        return True
    return first not in known and not first.startswith("-") and Path(first).suffix == ".netgraph"
