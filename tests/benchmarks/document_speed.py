"""Opening, saving and editing large networks.

    python tests/benchmarks/document_speed.py

Opening 10,000 nodes with as many edges shall take at most 300 ms. Beside each time stands its ratio to
what Python's own ``json.loads`` takes for the same text in the same run, so that a busy machine shows.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from kill_saves import large_network

from netbuilder.files.documents import load, save
from netbuilder.files.format import dumps, loads
from netbuilder.graph import edits
from netbuilder.graph.delta import delta
from netbuilder.graph.document import Document
from netbuilder.graph.semantics import semantic_hash

OPEN_MS = 300


def best(work: Callable[[], object], rounds: int = 7) -> float:
    """The least time of some rounds, in milliseconds: the one that was disturbed the least."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def main() -> int:
    """Print every figure; return 1 if opening takes too long."""
    network = large_network(10_000)
    text = dumps(network)
    raw = text.encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.netgraph"
        save(network, path)
        parsing = best(lambda: json.loads(text))
        figures = {
            "open a file": best(lambda: load(path)),
            "text to network": best(lambda: loads(raw)),
            "network to text": best(lambda: dumps(network)),
            "save, read back and flush": best(lambda: save(network, path), 3),
            "semantic hash": best(lambda: semantic_hash(network)),
        }
    print(f"10,000 nodes, {len(raw) / 1e6:.1f} MB; json.loads alone {parsing:.0f} ms")
    for name, figure in figures.items():
        print(f"  {name:<28}{figure:8.0f} ms  {figure / parsing:6.1f}x json.loads")
    small = large_network(1000)
    moved = edits.move_nodes(small, {"conv_500": (1, 2)})
    document = Document(small)
    places = iter(range(1, 10_000_000))

    def drag() -> None:
        x = next(places)
        document.do("Move", lambda n: edits.move_nodes(n, {"conv_500": (x, 0)}), merge="move")

    works: dict[str, Callable[[], object]] = {
        "move a node": lambda: edits.move_nodes(small, {"conv_500": (1, 2)}),
        "set a parameter": lambda: edits.set_param(small, "conv_500", "bias", False),
        "connect": lambda: edits.connect(small, "conv_1.output", "conv_500.other"),
        "add a node": lambda: edits.add_node(small, "relu"),
        "rename a node": lambda: edits.rename_node(small, "conv_500", "stem"),
        "a step of a drag": drag,
        "delta of two versions": lambda: delta(small, moved),
    }
    print("1,000 nodes")
    for name, work in works.items():
        print(f"  {name:<28}{best(work, 300) * 1e3:8.0f} us")
    return 0 if figures["open a file"] <= OPEN_MS else 1


if __name__ == "__main__":
    sys.exit(main())
