"""The entry of the command line: one parser, one file a sub-command, exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from netbuilder.cli import (
    archive,
    attribute,
    check,
    cost,
    data,
    demo,
    diagnose,
    edit,
    evaluate,
    explain,
    export,
    nodes,
    predict,
    render,
    reproduce,
    runs,
    source,
    train,
    why,
)
from netbuilder.cli.codes import PROBLEMS, USAGE, WRONG
from netbuilder.cli.errors import RefusedError, UsageError
from netbuilder.node_api.errors import NetBuilderError

_COMMANDS = (
    edit,
    check,
    cost,
    source,
    data,
    diagnose,
    train,
    evaluate,
    attribute,
    predict,
    export,
    nodes,
    explain,
    why,
    runs,
    archive,
    reproduce,
    render,
    demo,
)
# Those that look at node types, and so may have to run the code of a person's own.
_WITH_NODES = (
    edit,
    check,
    cost,
    source,
    data,
    diagnose,
    train,
    export,
    nodes,
    why,
    reproduce,
    render,
)
_EPILOG = """\
exit codes: 0 fine, 1 problems found, 2 wrong usage, 3 run or export failed, 130 interrupted
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; nothing heavy is imported for it."""
    top = argparse.ArgumentParser(
        prog="netbuilder",
        description="Draw neural networks as graphs, check them, read the PyTorch they become, train and export them.\n"
        "Without a command, the editor opens: netbuilder [FILE.netgraph ...]",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version and exit")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for command in _COMMANDS:
        command.add(commands)
    for command in _WITH_NODES:
        _add_trust(commands.choices[_name(command)])
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Args:
        argv: The arguments; by default those of the process.

    Raises:
        SystemExit: The arguments are wrong (2), or help was asked for (0).
    """
    top = parser()
    given = list(sys.argv[1:] if argv is None else argv)
    if edit.is_meant(given, {_name(command) for command in _COMMANDS}):
        given.insert(0, edit.NAME)
    args = top.parse_args(given)
    if args.version:
        from netbuilder.exchange.place import program_version

        print(f"netbuilder {program_version() or '(not installed)'}")
        return 0
    try:
        _trust(getattr(args, "trust_nodes", ()))
        code: int = args.run(args)
        sys.stdout.flush()
    except UsageError as error:
        return _told(args, error, USAGE)
    except RefusedError as error:
        return _told(args, error, PROBLEMS)
    except NetBuilderError as error:
        return _told(args, error, WRONG)
    except BrokenPipeError:
        # The reader has seen enough (`| head`); what is left must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _name(command: ModuleType) -> str:
    return command.__name__.rpartition(".")[2]


def _add_trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--trust-nodes",
        action="append",
        default=[],
        type=Path,
        metavar="FOLDER",
        help="a folder of custom nodes whose code may run; may be given several times",
    )


def _trust(named: Sequence[Path]) -> None:
    """Let the code of these folders run in this process, and of no others.

    Raises:
        UsageError: One is no folder.
    """
    from netbuilder.catalogue.folders import set_trusted

    for folder in named:
        if not folder.is_dir():
            raise UsageError(f"--trust-nodes: {folder} is not a folder")
    set_trusted(named)


def _told(args: argparse.Namespace, error: NetBuilderError, code: int) -> int:
    if getattr(args, "json", False):
        from netbuilder.cli.output import print_json

        print_json({"error": str(error)})
    print(f"netbuilder {args.command}: {error}", file=sys.stderr)
    return code
