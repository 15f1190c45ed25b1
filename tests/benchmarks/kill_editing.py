"""Count edits that a kill in the middle of editing loses.

    python tests/benchmarks/kill_editing.py --kills 100

Edits a document at 10 edits a second in a process of its own, with copies for recovery at most 1 s
after an edit, as the editor keeps them; sends SIGKILL at a random moment, starts again and takes what
is offered. That must be a state the document had, at most 2 s of edits old, and the named file must
not have changed. Then the same is done with a planted bad writer, which keeps a copy every 4 s only and
empties it before it fills it: the harness has to see that one fail, or its own zero means nothing.
Exits with 0 only if both hold.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from netbuilder.app.recovery import Recovery
from netbuilder.app.session import Session
from netbuilder.files.documents import load, save
from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Graph, Network, Node, frozen

NODES = 2000
EDITS_PER_S = 10.0
INTERVAL_S = 1.0
MOST_LOST_S = 2.0
LONGEST_S = 4.0
RARE_S = 4.0
_TOLD = struct.Struct("<Qd")  # the number of an edit, and when it was done
_MARK = "edit "


class Keeper(Protocol):
    """What keeps copies of a document, as the editor uses it."""

    @property
    def pending(self) -> bool:
        """Whether something is not written yet."""

    def flush(self) -> None:
        """Write the present value."""


@dataclass
class Count:
    """What became of the kills.

    Attributes:
        kills: How many there were.
        lost_all: How often nothing was offered, or nothing that the document had been.
        late: How often more than two seconds of edits were lost.
        touched: How often the named file had changed.
        worst: The most that was lost, s.
        recovered: How often something was offered.
    """

    kills: int = 0
    lost_all: int = 0
    late: int = 0
    touched: int = 0
    worst: float = 0.0
    recovered: int = 0

    @property
    def good(self) -> bool:
        """Whether everything was as promised."""
        return not (self.lost_all or self.late or self.touched)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills: {self.recovered} recovered, {self.lost_all} lost, {self.late} lost "
            f"more than {MOST_LOST_S:g} s, {self.touched} named files touched; "
            f"at most {self.worst:.2f} s of edits lost"
        )


class Careless:
    """The planted bad writer: a copy now and then, emptied before it is filled, and never flushed."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session = session
        self._path = folder / "copy.netgraph"
        self._written = time.monotonic()

    @property
    def pending(self) -> bool:
        """Whether it is time again."""
        return time.monotonic() - self._written > RARE_S

    def flush(self) -> None:
        """Write the whole, by emptying the copy first."""
        network = self._session.network
        with self._path.open("w", encoding="utf-8") as file:
            for line in dumps(network).splitlines(keepends=True):
                file.write(line)
        self._written = time.monotonic()


def large_network(nodes: int = NODES) -> Network:
    """A chain of nodes."""
    made = {
        f"conv_{i}": Node(f"conv_{i}", "conv2d", params=frozen({"out_channels": 32}))
        for i in range(nodes)
    }
    edges = {
        Endpoint(f"conv_{i}", "input"): Endpoint(f"conv_{i - 1}", "output") for i in range(1, nodes)
    }
    return Network("edit 0", graph=Graph(made, edges))


def scripted(rng: random.Random) -> Iterator[tuple[str, Callable[[Network], Network]]]:
    """Yield edits as hands make them, without end."""
    names = [f"conv_{i}" for i in range(NODES)]
    number = 0
    while True:
        number += 1
        some, place = rng.sample(names, 3), (rng.uniform(-1e4, 1e4), rng.uniform(-1e4, 1e4))
        kinds: list[Callable[[Network], Network]] = [
            lambda n, s=some, p=place: edits.move_nodes(n, dict.fromkeys(s, p)),
            lambda n, s=some, v=number: edits.set_param(n, s[0], "out_channels", 1 + v % 64),
            lambda n, p=place: edits.add_node(n, "relu", position=p)[0],
            lambda n, s=some: edits.connect(n, f"{s[0]}.output", f"{s[1]}.input"),
            lambda n, p=place: edits.add_note(n, "a remark " * 20, position=p)[0],
        ]
        change = rng.choice(kinds)

        def edit(network: Network, change=change, number=number) -> Network:
            return edits.set_title(change(network), f"{_MARK}{number}")

        yield f"Edit {number}", edit


def edit_for_ever(session: Session, keeper: Keeper, seed: int, told: int) -> None:
    """Edit; a timer keeps copies, beside the editing, as the editor's does."""

    def keep() -> None:
        while True:
            time.sleep(INTERVAL_S)
            if keeper.pending:
                keeper.flush()

    threading.Thread(target=keep, daemon=True).start()
    rng = random.Random(seed)
    for number, (label, edit) in enumerate(scripted(rng), 1):
        session.document.do(label, edit)
        os.write(told, _TOLD.pack(number, time.time()))
        time.sleep(rng.expovariate(EDITS_PER_S))


def kill_once(
    keeper: Callable[[Session], Keeper], session: Session, seed: int, delay: float
) -> dict[int, float]:
    """Edit in a process of its own, kill it ``delay`` seconds later; return when each edit was done."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            edit_for_ever(session, keeper(session), seed, writer)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        first = pipe.read(_TOLD.size)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed = time.time()
        told = first + pipe.read()
    whole = len(told) - len(told) % _TOLD.size
    done = dict(_TOLD.iter_unpack(told[:whole]))
    return {**done, -1: killed}


def ours(folder: Path) -> Callable[[Session], Keeper]:
    """The program's own copies."""
    return lambda session: Recovery(folder).watch(session)


def offered(folder: Path) -> Network | None:
    """What the program offers at the next start."""
    found = Recovery(folder).leftovers()
    network = found[-1].session().network if found else None
    for leftover in found:
        leftover.discard()
    return network


def planted(folder: Path) -> Callable[[Session], Keeper]:
    """The bad writer."""
    folder.mkdir(exist_ok=True)
    return lambda session: Careless(session, folder)


def opened(folder: Path) -> Network | None:
    """What the bad writer left."""
    try:
        return load(folder / "copy.netgraph")
    except FileError:
        return None


def count(
    keeper: Callable[[Path], Callable[[Session], Keeper]],
    left: Callable[[Path], Network | None],
    kills: int,
    seed: int = 0,
    longest: float = LONGEST_S,
) -> Count:
    """Kill so many times; each time take what is offered and compare it with what was done."""
    found = Count()
    moments = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        path, copies = Path(folder) / "net.netgraph", Path(folder) / "recovery"
        save(large_network(), path)
        before = path.read_bytes()
        session = Session.open(path)
        for number in range(kills):
            # The first copy is due a second after the first edit, so before there is none to lose.
            delay = INTERVAL_S + 0.5 + moments.uniform(0, longest)
            done = kill_once(keeper(copies), session, seed + number, delay)
            _judge(found, left(copies), done)
            found.kills += 1
            found.touched += path.read_bytes() != before
    return found


def _judge(found: Count, network: Network | None, done: dict[int, float]) -> None:
    killed = done.pop(-1)
    title = network.title if network is not None else ""
    number = int(title.removeprefix(_MARK)) if title.startswith(_MARK) else 0
    if number not in done:
        found.lost_all += 1
        return
    found.recovered += 1
    missing = [moment for edit, moment in done.items() if edit > number]
    lost = killed - min(missing) if missing else 0.0
    found.worst = max(found.worst, lost)
    found.late += lost > MOST_LOST_S


def main() -> int:
    """Count both writers and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--planted", type=int, default=0, help="kills of the planted writer")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=float, default=LONGEST_S, help="s of editing at most")
    options = parser.parse_args()
    good = count(ours, offered, options.kills, options.seed, options.longest)
    print(f"our copies      {good}", flush=True)
    kills = options.planted or options.kills
    bad = count(planted, opened, kills, options.seed, options.longest)
    print(f"planted writer  {bad}")
    seen = not bad.good
    if not seen:
        print("the planted writer was not caught: the count of our copies says nothing")
    return 0 if good.good and seen else 1


if __name__ == "__main__":
    sys.exit(main())
