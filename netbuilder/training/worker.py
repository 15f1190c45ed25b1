"""The process that trains a run: ``python -m netbuilder.training.worker RUN``.

With ``--wait`` in place of the run it imports torch first and then reads the run's path from standard
input, so that a training begins at once; if standard input closes before, it ends.

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
WAIT = "--wait"


def main(arguments: Sequence[str]) -> int:
    """Train the run whose folder is the one argument, or the one that standard input names."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m netbuilder.training.worker RUN | --wait\n")
        return 2
    if arguments[0] != WAIT:
        return _train(RunFolder(arguments[0]))
    warm_up()
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        return 0
    run = RunFolder(os.fsdecode(line[:-1]))
    _write_to(run)
    return _train(run)


def warm_up() -> None:
    """Import what every training needs, and let torch set itself up."""
    import sklearn.datasets  # noqa: F401 - what the bundled data come from
    import torch
    import torchmetrics.functional.classification  # noqa: F401 - of the first validation

    import netbuilder.training.session  # noqa: F401

    layer = torch.nn.Linear(2, 2)
    layer(torch.zeros(1, 2)).sum().backward()


def _write_to(run: RunFolder) -> None:
    """Let everything that is written go to the log of a run, as it does for a worker started on it."""
    try:
        log = os.open(run.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError:
        return  # nobody can be told; the status will say what cannot be written
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, place)
    os.close(log)
    os.close(nothing)


def _train(run: RunFolder) -> int:
    faulthandler.enable()
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
