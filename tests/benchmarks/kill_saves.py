"""Count documents that a kill during a save makes unreadable.

    python tests/benchmarks/kill_saves.py --kills 300

Saves revisions of a network of 2,000 nodes in a loop, in a process of its own, and sends SIGKILL at a
random moment. What then lies on the disk must open, and be the last revision that was told to be saved
or the one after it. Then the same is done with a planted bad writer, ``open(path, "w").write(text)``:
the harness has to see that one fail, or its own zero means nothing. Exits with 0 only if both hold.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from netbuilder.files.atomic import write_atomic
from netbuilder.files.documents import load
from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps
from netbuilder.graph.model import Endpoint, Graph, Network, Node, frozen

Writer = Callable[[Path, str], None]

NODES = 2000
WINDOW_S = 0.1
_NUMBER = struct.Struct("<Q")
_MARK = "revision 0000000"


@dataclass
class Count:
    """What became of the kills.

    Attributes:
        kills: How many there were.
        unreadable: How often the file did not open.
        empty: How often it had no byte.
        lost: How often it opened, but was older than what had been told to be saved.
        strays: How many temporary files were there after opening again.
    """

    kills: int = 0
    unreadable: int = 0
    empty: int = 0
    lost: int = 0
    strays: int = 0

    @property
    def good(self) -> bool:
        """Whether nothing was ever lost."""
        return not (self.unreadable or self.lost or self.strays)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills: {self.unreadable} unreadable ({self.empty} of length 0), "
            f"{self.lost} older than told, {self.strays} files left behind"
        )


def large_network(nodes: int = NODES) -> Network:
    """A chain of nodes whose title is the mark that revisions replace."""
    made = {
        f"conv_{i}": Node(
            f"conv_{i}",
            "conv2d",
            params=frozen({"kernel_size": [3, 3], "out_channels": 32}),
            position=(10.0 * i, 20.0),
        )
        for i in range(nodes)
    }
    edges = {
        Endpoint(f"conv_{i}", "input"): Endpoint(f"conv_{i - 1}", "output") for i in range(1, nodes)
    }
    return Network(_MARK, graph=Graph(made, edges))


def careful(path: Path, text: str) -> None:
    """The program's own writer."""
    write_atomic(path, text.encode("utf-8"))


def careless(path: Path, text: str) -> None:
    """The planted bad writer: it empties the file before it fills it."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)


def revision(text: str, number: int) -> str:
    """The text of a revision."""
    return text.replace(_MARK, f"revision {number:07}", 1)


def save_for_ever(write: Writer, path: Path, text: str, number: int, told: int) -> None:
    """Save one revision after the other, and tell each number once it is saved."""
    while True:
        number += 1
        write(path, revision(text, number))
        os.write(told, _NUMBER.pack(number))


def kill_once(write: Writer, path: Path, text: str, number: int, delay: float) -> int:
    """Start saving behind revision ``number``, kill after ``delay`` seconds; return the last told."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            save_for_ever(write, path, text, number, writer)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        first = pipe.read(_NUMBER.size)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        rest = pipe.read()
    numbers = first + rest
    return int(_NUMBER.unpack(numbers[-_NUMBER.size :])[0])


def count(write: Writer, kills: int, seed: int = 0) -> Count:
    """Kill the writer so many times; each time look at what is on the disk."""
    found = Count()
    moments = random.Random(seed)
    text = dumps(large_network())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.netgraph"
        number = 0
        path.write_text(revision(text, number), encoding="utf-8")
        for _ in range(kills):
            told = kill_once(write, path, text, number, moments.uniform(0, WINDOW_S))
            found.kills += 1
            try:
                number = int(load(path).title.split()[1])
                found.lost += not told <= number <= told + 1
            except FileError:
                found.unreadable += 1
                found.empty += path.stat().st_size == 0
                number = told
                path.write_text(revision(text, number), encoding="utf-8")
            found.strays += len(list(Path(folder).iterdir())) - 1
    return found


def main() -> int:
    """Count both writers and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    ours = count(careful, options.kills, options.seed)
    print(f"our writer      {ours}")
    planted = count(careless, options.kills, options.seed)
    print(f"planted writer  {planted}")
    seen = planted.unreadable > 0
    if not seen:
        print("the planted writer was not caught: the count of our writer says nothing")
    return 0 if ours.good and seen else 1


if __name__ == "__main__":
    sys.exit(main())
