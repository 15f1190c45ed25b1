"""Count edits that a kill in the middle of editing loses.

    python tests/benchmarks/kill_editing.py --kills 100 [--window]

Edits a document at 10 edits a second in a process of its own, with copies for recovery at most 1 s
after an edit, as the editor keeps them; sends SIGKILL at a random moment, starts again and takes what
is offered. That must be a state the document had, at most 2 s of edits old, and the named file must
not have changed. Then the same is done with a planted bad writer, which keeps a copy every 4 s only and
empties it before it fills it: the harness has to see that one fail, or its own zero means nothing.
With ``--window`` the process is the whole editor, offscreen, and what is offered is what the editor opens
when it is started again. Exits with 0 only if both hold.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from netbuilder.app.recovery import Recovery
from netbuilder.app.session import Session
from netbuilder.files.documents import load, save
from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Graph, Network, Node, frozen

NODES = 2000
IN_WINDOW = 300  # nodes, so that a start takes no longer than what is edited
EDITS_PER_S = 10.0
INTERVAL_S = 1.0
MOST_LOST_S = 2.0
LONGEST_S = 4.0
RARE_S = 4.0
TOLD = struct.Struct("<Qd")  # the number of an edit, and when it was done
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
        self._first = session.network
        self._written = time.monotonic()

    @property
    def pending(self) -> bool:
        """Whether it is time again; it counts from the first edit."""
        if self._session.network is self._first:
            self._written = time.monotonic()
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


def scripted(
    rng: random.Random, nodes: int = NODES
) -> Iterator[tuple[str, Callable[[Network], Network]]]:
    """Yield edits as hands make them, without end."""
    names = [f"conv_{i}" for i in range(nodes)]
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
        os.write(told, TOLD.pack(number, time.time()))
        time.sleep(rng.expovariate(EDITS_PER_S))


@dataclass(frozen=True)
class Way:
    """A way to edit in a process of its own, and to find what is left of it.

    Attributes:
        begin: Begins to edit a file with a seed, copies going below a folder; returns the process's
            id and where it tells of its edits.
        left: Returns the title of what is offered below the folder afterwards; empty for nothing.
        nodes: How large the file is.
    """

    begin: Callable[[Path, Path, int], tuple[int, BinaryIO]]
    left: Callable[[Path], str]
    nodes: int = NODES


def kill_once(way: Way, path: Path, folder: Path, seed: int, delay: float) -> dict[int, float]:
    """Edit in a process of its own, kill it ``delay`` seconds later; return when each edit was done."""
    child, pipe = way.begin(path, folder, seed)
    with pipe:
        first = pipe.read(TOLD.size)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed = time.time()
        told = first + pipe.read()
    whole = len(told) - len(told) % TOLD.size
    done = dict(TOLD.iter_unpack(told[:whole]))
    return {**done, -1: killed}


def _forked(keeper: Callable[[Session, Path], Keeper]) -> Callable[..., tuple[int, BinaryIO]]:
    """Begin with a document alone, no window."""

    def begin(path: Path, folder: Path, seed: int) -> tuple[int, BinaryIO]:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reader)
                session = Session.open(path)
                edit_for_ever(session, keeper(session, _copies(folder)), seed, writer)
            finally:
                os._exit(1)
        os.close(writer)
        return child, os.fdopen(reader, "rb")

    return begin


def _in_window(*more: str) -> Callable[..., tuple[int, BinaryIO]]:
    """Begin with the whole editor."""

    def begin(path: Path, folder: Path, seed: int) -> tuple[int, BinaryIO]:
        reader, writer = os.pipe()
        with os.fdopen(writer, "wb") as told:
            child = subprocess.Popen(
                [*_WINDOW, str(path), str(seed), *more], env=_environment(folder), stdout=told
            )
        return child.pid, os.fdopen(reader, "rb")

    return begin


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "NETBUILDER_STATE": str(folder),
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
    }


def _copies(folder: Path) -> Path:
    return folder / "recovery"


def offered(folder: Path) -> str:
    """What the program offers at the next start."""
    found = Recovery(_copies(folder)).leftovers()
    title = found[-1].session().network.title if found else ""
    for leftover in found:
        leftover.discard()
    return title


def opened_by_window(folder: Path) -> str:
    """What the editor opens when it is started again."""
    command, environment = [*_WINDOW, "--recover"], _environment(folder)
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    titles = done.stdout.split("\n")[:-1]
    return titles[-1] if titles else ""


def _careless(session: Session, copies: Path) -> Keeper:
    copies.mkdir(parents=True, exist_ok=True)
    return Careless(session, copies)


def opened(folder: Path) -> str:
    """What the bad writer left."""
    try:
        return load(_copies(folder) / "copy.netgraph").title
    except FileError:
        return ""


_WINDOW = (sys.executable, str(Path(__file__).with_name("kill_editing_window.py")))
OURS = Way(_forked(lambda session, copies: Recovery(copies).watch(session)), offered)
PLANTED = Way(_forked(_careless), opened)
WINDOW = Way(_in_window(), opened_by_window, IN_WINDOW)
PLANTED_WINDOW = Way(_in_window("--careless"), opened, IN_WINDOW)


def count(way: Way, kills: int, seed: int = 0, longest: float = LONGEST_S) -> Count:
    """Kill so many times; each time take what is offered and compare it with what was done."""
    found = Count()
    moments = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        path, folder = Path(place) / "net.netgraph", Path(place) / "state"
        save(large_network(way.nodes), path)
        before = path.read_bytes()
        for number in range(kills):
            # The first copy is due a second after the first edit, so before there is none to lose.
            delay = INTERVAL_S + 0.5 + moments.uniform(0, longest)
            done = kill_once(way, path, folder, seed + number, delay)
            _judge(found, way.left(folder), done)
            found.kills += 1
            found.touched += path.read_bytes() != before
    return found


def _judge(found: Count, title: str, done: dict[int, float]) -> None:
    killed = done.pop(-1)
    number = int(title.removeprefix(_MARK)) if title.startswith(_MARK) else 0
    # An edit that was done, but not told any more, is kept as well.
    if number not in done and number - 1 not in done:
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
    parser.add_argument("--window", action="store_true", help="kill the whole editor")
    options = parser.parse_args()
    way, bad_way = (WINDOW, PLANTED_WINDOW) if options.window else (OURS, PLANTED)
    good = count(way, options.kills, options.seed, options.longest)
    print(f"our copies      {good}", flush=True)
    kills = options.planted or options.kills
    bad = count(bad_way, kills, options.seed, options.longest)
    print(f"planted writer  {bad}")
    seen = not bad.good
    if not seen:
        print("the planted writer was not caught: the count of our copies says nothing")
    return 0 if good.good and seen else 1


if __name__ == "__main__":
    sys.exit(main())
