"""The process that trains a run: ``python -m netbuilder.training.worker RUN``.

It reads the run folder and the data, and nothing else of the program that started it; that one may end,
and another one watch. Exit code 0: ended as it should; 1: failed, and the folder says why; 2: wrong usage.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from types import FrameType

from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.control import send, size
from netbuilder.training.run import RunFolder

# Somebody who looks whether the run is active holds its lock for a moment.
PATIENCE = 2.0


def main(arguments: Sequence[str]) -> int:
    """Train the run whose folder is the one argument."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m netbuilder.training.worker RUN\n")
        return 2
    faulthandler.enable()
    run = RunFolder(arguments[0])
    try:
        run.require()
        with run.hold(patience=PATIENCE):
            return _work(run)
    except NetBuilderError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _work(run: RunFolder) -> int:
    status = run.status()
    if status.state != "queued":
        # Started by hand: commands that lie there were meant for an earlier worker.
        status = replace(status, commands=size(run.commands))
    run.write_status(replace(status, state="running", cause="", pid=os.getpid(), time=time.time()))

    def stop(number: int, frame: FrameType | None) -> None:
        send(run.commands, "stop")

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    # torch takes seconds to import; whoever watches sees a running worker meanwhile.
    from netbuilder.training.session import prepare_process, train_run

    prepare_process()
    result = train_run(run)
    return 1 if result["why"] == "failed" else 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is on the disk; taking torch apart would take most of a second.
    os._exit(code)
