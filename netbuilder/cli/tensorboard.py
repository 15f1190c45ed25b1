"""``netbuilder runs tensorboard`` and ``train --tensorboard``: a run's records for TensorBoard."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.cli.codes import FINE
from netbuilder.cli.inputs import run_at
from netbuilder.node_api.errors import NetBuilderError

if TYPE_CHECKING:
    from netbuilder.cli.live import Show
    from netbuilder.training.client import Event
    from netbuilder.training.records import Record
    from netbuilder.training.run import RunFolder
    from netbuilder.training.tensorboard import TensorBoardFiles

PAUSE = 1.0  # s between two looks; TensorBoard itself looks every few seconds


def add(actions: Any) -> None:
    """Declare the action."""
    action = actions.add_parser(
        "tensorboard",
        help="write a run's records for TensorBoard",
        description="Write every record of a run as TensorBoard's event files into the folder "
        "tensorboard of the run. To look at them: tensorboard --logdir RUN, or the folder of many runs.",
    )
    action.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    action.add_argument(
        "--follow", action="store_true", help="keep them up with a training until it has ended"
    )
    action.add_argument("--json", action="store_true", help="print one JSON object")
    action.set_defaults(act=_write)


class Boarded:
    """Keeps TensorBoard's files up with a training that is shown.

    Args:
        show: What shows it.
        run: The run.
    """

    def __init__(self, show: Show, run: RunFolder) -> None:
        from netbuilder.training.tensorboard import TensorBoardFiles

        self._show = show
        self._files: TensorBoardFiles | None = TensorBoardFiles(run)
        self._due = 0.0

    def __call__(self, item: Record | Event) -> None:
        """Take in a record or an event."""
        self._show(item)
        now = time.monotonic()
        if now >= self._due:
            self._due = now + PAUSE
            self._update()

    def close(self) -> None:
        """Write the rest, and take down what is shown."""
        self._update()
        if self._files is not None:
            self._files.close()
        self._show.close()

    def _update(self) -> None:
        """Write what came; a disk that takes no more is no reason to end the training."""
        try:
            if self._files is not None:
                self._files.update()
        except NetBuilderError as error:
            self._files = None
            print(f"{error}; training goes on without them", file=sys.stderr)


def _write(args: argparse.Namespace) -> int:
    from netbuilder.cli.output import counted, print_json
    from netbuilder.training.tensorboard import TensorBoardFiles

    run = run_at(args.folder)
    files = TensorBoardFiles(run)
    # Whoever ends the watching does not end the training.
    with closing(files), suppress(KeyboardInterrupt):
        going = args.follow
        while going:
            # Asked first and written after: what a worker said last is then always there.
            going = run.is_active()
            files.update()
            if going:
                time.sleep(PAUSE)
        files.update()
    if args.json:
        print_json({"run": str(run.path), "folder": str(run.tensorboard), "records": files.written})
    else:
        print(
            f"{run.tensorboard}: {counted(files.written, 'record')}; "
            f"look at them with: tensorboard --logdir {run.path}"
        )
    return FINE
