"""Count workers that die suddenly and whose cause is not named within two seconds.

    python tests/benchmarks/sudden_deaths.py --deaths 500

Each death is another training: killed, a segmentation fault, an abort, an exit from within the network, and
an exception in it, one after the other at random moments. What follows the training must say which it was.
The workers are forks of this process, which has imported torch, so that five hundred take minutes.
"""

from __future__ import annotations

import argparse
import collections
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from training_runs import make_run

from netbuilder.training import worker as work
from netbuilder.training.client import Worker, run_state, watch
from netbuilder.training.records import last_record
from netbuilder.training.run import RunFolder

IN_TIME = 2.0  # s
LONGEST = 60.0  # s a training may take to die
NETWORK = """        self.linear_1 = nn.Linear(64, 32)
        self.head = nn.Linear(32, 3)
        self.calls = 0

    def forward(self, point):
        self.calls += 1
        {trouble}
        return self.head(F.relu(self.linear_1(point)))
"""
KINDS = {
    "SIGKILL": ("pass", "SIGKILL"),
    "SIGSEGV": ("pass", "SIGSEGV"),
    "SIGABRT": ("pass", "SIGABRT"),
    "exit": ("__import__('os')._exit(7) if self.calls == {call} else None", "exit code 7"),
    "exception": ("[][self.calls] if self.calls == {call} else None", "list index out of range"),
}


class Forked(subprocess.Popen):  # type: ignore[type-arg]
    """A worker that is a fork of this process, as far as the client needs to know."""

    def __init__(self, run: RunFolder) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            with suppress(BaseException):
                os.setsid()
                log = os.open(run.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
                os.dup2(log, 1)
                os.dup2(log, 2)
                code = work.main([str(run.path)])
            os._exit(code)

    def __del__(self) -> None:
        """Nothing is left to be told."""

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def die(folder: Path, kind: str, draw: random.Random) -> tuple[str, float]:
    """Train until a sudden death; return what is said of it, and how many seconds later."""
    trouble, _ = KINDS[kind]
    body = NETWORK.format(trouble=trouble.format(call=draw.randrange(5, 60)))
    run = make_run(folder, body, epochs=100_000, checkpoint_every=25)
    process = Forked(run)
    worker = Worker(run, process)
    died = 0.0

    def strike() -> None:
        nonlocal died
        died = time.time()
        with suppress(ProcessLookupError):
            os.kill(process.pid, getattr(signal, kind))

    if kind.startswith("SIG"):
        until = time.monotonic() + LONGEST
        while not (run.records.exists() and last_record(run.records)):
            if time.monotonic() > until:
                break
            time.sleep(0.005)
        threading.Timer(draw.random() * 0.2, strike).start()
    for _ in watch(run, worker):
        pass
    named = time.time()
    last = last_record(run.records) if run.records.exists() else None
    begin = died or (last.time if last else named)
    return run_state(run).sentence, named - begin


def main() -> int:
    """Run the harness; 1 if a cause was not named in time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--deaths", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    work.warm_up()
    kinds = list(KINDS)
    times: dict[str, list[float]] = collections.defaultdict(list)
    bad = []
    began = time.monotonic()
    for number in range(arguments.deaths):
        kind = kinds[number % len(kinds)]
        with tempfile.TemporaryDirectory() as folder:
            sentence, seconds = die(Path(folder) / "run", kind, draw)
        times[kind].append(seconds)
        if KINDS[kind][1] not in sentence or seconds > IN_TIME:
            bad.append(f"{kind}, {seconds:.2f} s: {sentence}")
    for kind, found in times.items():
        print(f"{kind:10} {len(found):4} deaths, named after {max(found):.2f} s at most")
    for one in bad[:10]:
        print(f"  {one}")
    print(
        f"{arguments.deaths - len(bad)} of {arguments.deaths} causes named within {IN_TIME:g} s, "
        f"{time.monotonic() - began:.0f} s in all"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
