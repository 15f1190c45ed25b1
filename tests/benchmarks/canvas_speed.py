"""How quick the canvas is: building a scene, frames while panning, zooming and dragging, edit to badge.

Run it with ``python tests/benchmarks/canvas_speed.py``. Milliseconds are medians on a canvas of 1600x900
drawn in memory; each is the whole way from the call to the pixels. With ``--peer PYTHON`` naming an
interpreter that has NodeGraphQt, the same is done there, and the ratios are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[1]))

from networks import NodeText, network
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from netbuilder.app.preferences import Preferences
from netbuilder.app.session import Session
from netbuilder.editor.canvas.view import Canvas
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.graph.model import Network

# With --cpu, time of the processor: what counts on a machine that does other things, too.
clock = time.process_time if "--cpu" in sys.argv else time.perf_counter

PEER = Path(__file__).with_name("canvas_speed_peer.py")
SIZE = (1600, 900)
ROUNDS = 40
COLUMN, ROW = 240.0, 160.0

GOALS = {
    "build": 400,
    "pan at 100%": 16,
    "zoom at 100%": 16,
    "drag at 100%": 16,
    "pan fitted": 33,
    "zoom fitted": 33,
    "drag fitted": 33,
    "drag event": 8,
    "edit to badge": 16,
    "5,000 nodes fitted": 100,
}


def wide_network(count: int) -> Network:
    """A network of ``count`` nodes with one and a half edges a node, laid out in rows."""
    nodes: list[NodeText] = [
        ("features", "input", {"shape": (64,)}),
        ("stem", "linear", {"out_features": 64}),
    ]
    edges = ["features -> stem"]
    ends = ["stem"]
    while len(nodes) + 7 <= count:
        i = len(ends)
        norm, up, act, drop, down, plus = (
            f"{n}_{i}" for n in ("norm", "up", "act", "drop", "down", "plus")
        )
        sources = [down, *reversed(ends[-3:])]
        nodes += [
            (norm, "layer_norm"),
            (up, "linear", {"out_features": 65 + i % 500}),
            (act, ("relu", "gelu", "silu")[i % 3]),
            (drop, "dropout", {"p": 0.1}),
            (down, "linear", {"out_features": 64}),
            (plus, "add", {"inputs": max(len(sources), 2)}),
        ]
        row = [ends[-1], norm, up, act, drop, down]
        edges += [f"{a} -> {b}" for a, b in pairwise(row)]
        edges += [f"{source} -> {plus}.x_{k + 1}" for k, source in enumerate(sources)]
        ends.append(plus)
    nodes.append(("logits", "output"))
    edges.append(f"{ends[-1]} -> logits")
    made = network(nodes, ",".join(edges), title="Wide")
    across = max(round((count * SIZE[0] / SIZE[1] * ROW / COLUMN) ** 0.5), 1)
    names = [str(row[0]) for row in nodes]
    places = {n: (i % across * COLUMN, i // across * ROW) for i, n in enumerate(names)}
    return edits.move_nodes(made, places)


class Bench:
    """A canvas to measure on.

    Args:
        app: The application.
        made: What it shows.
    """

    def __init__(self, app: QApplication, made: Network) -> None:
        self.app = app
        folder = Path(tempfile.mkdtemp())
        self.workspace = Workspace(Preferences(folder))
        self.tab = self.workspace.open(Session(made, name="bench"))
        self.tab.report  # noqa: B018 - the check has its own benchmark
        start = clock()
        self.canvas = Canvas(self.tab, self.workspace)
        self.build = 1000 * (clock() - start)
        self.canvas.resize(*SIZE)
        self.canvas.show()
        self.settle()
        self.first = 1000 * (clock() - start)

    def settle(self) -> None:
        """Let everything happen that is due."""
        for _ in range(3):
            self.app.processEvents()

    def median(self, step: Callable[[int], None], rounds: int = ROUNDS) -> float:
        """Return the median time from a step to its pixels."""
        times = []
        for i in range(rounds):
            start = clock()
            step(i)
            self.app.processEvents()
            times.append(1000 * (clock() - start))
        self.settle()
        return statistics.median(times)

    def frame(self) -> float:
        """Return the time of drawing everything once."""
        return self.median(lambda _: self.canvas.viewport().repaint(), 10)

    def pan(self) -> float:
        """Return the time of a frame while panning."""
        self.canvas.set_moving(True)
        found = self.median(lambda i: self.canvas.pan_by(17 if i % 20 < 10 else -17, 9))
        self.canvas.set_moving(False)
        return found

    def pan_whole(self) -> float:
        """Return the time of a frame while panning so far that everything is drawn anew."""
        self.canvas.set_moving(True)

        def step(i: int) -> None:
            self.canvas.pan_by(700 if i % 2 else -700, 0)
            self.canvas.viewport().update()

        found = self.median(step)
        self.canvas.set_moving(False)
        return found

    def zoom(self) -> float:
        """Return the time of a frame while zooming."""
        self.canvas.set_moving(True)
        middle = QPoint(SIZE[0] // 2, SIZE[1] // 2)
        found = self.median(lambda i: self.canvas.zoom_by(1.04 if i % 10 < 5 else 1 / 1.04, middle))
        self.canvas.set_moving(False)
        return found

    def drag(self, node: str) -> float:
        """Return the time of moving a card by one event, check and pixels included."""
        self.canvas.set_moving(True)
        x, y = self.tab.graph.nodes[node].position

        def step(i: int) -> None:
            place = {node: (x + 4 * (i % 12), y + 3 * (i % 12))}
            self.tab.do("Move", lambda n: edits.move_nodes(n, place), merge="drag")

        found = self.median(step)
        self.canvas.set_moving(False)
        return found

    def look_at(self, node: str) -> None:
        """Show a node at 100%, all drawn well."""
        self.canvas.set_zoom(1.0)
        self.canvas.centre_on(node)
        QTest.qWait(400)

    def edit(self, block: int) -> float:
        """Return the time from an edit that makes or mends an error to its badge on the screen."""
        node, wrong = f"down_{block}", f"plus_{block}"
        times = []
        for i in range(ROUNDS):
            value = 64 if i % 2 else 63
            start = clock()
            self.tab.do("Set", lambda n, v=value: edits.set_param(n, node, "out_features", v))
            self.canvas.viewport().repaint()
            times.append(1000 * (clock() - start))
            QTest.qWait(200)
            card = self.canvas.card(wrong)
            assert card is not None
            assert bool(card.severity) is (value == 63), "the badge follows the edit"
        return statistics.median(times)


def measured(app: QApplication, count: int) -> dict[str, float]:
    """Return all figures."""
    bench = Bench(app, wide_network(count))
    canvas = bench.canvas
    graph = bench.tab.graph
    blocks = sum(name.startswith("down_") for name in graph.nodes)
    print(f"{len(graph.nodes):,} nodes, {len(graph.edges):,} edges; fitted at {canvas.zoom:.0%}")
    found = {"build": bench.build, "first paint": bench.first}
    found["frame fitted"] = bench.frame()
    found["pan fitted"] = bench.pan_whole()
    found["zoom fitted"] = bench.zoom()
    canvas.frame_all()
    bench.settle()
    middle = f"act_{blocks // 2}"
    found["drag fitted"] = bench.drag(middle)
    bench.look_at(middle)
    found["frame at 100%"] = bench.frame()
    found["pan at 100%"] = bench.pan_whole()
    found["pan at 100%, by little"] = bench.pan()
    found["zoom at 100%"] = bench.zoom()
    bench.look_at(middle)
    found["drag at 100%"] = bench.drag(middle)
    found["drag event"] = max(found["drag at 100%"], found["drag fitted"])
    edits_at = {"edit to badge": blocks * 9 // 10, "edit that reaches half": blocks // 2}
    for name, block in edits_at.items():
        bench.look_at(f"down_{block}")
        found[name] = bench.edit(block)
    canvas.close()
    large = Bench(app, wide_network(5000))
    found["5,000 nodes build"] = large.build
    large.canvas.set_moving(True)
    found["5,000 nodes fitted"] = large.frame()
    large.canvas.set_moving(False)
    large.settle()
    large.canvas.close()
    return found


def peer_figures(python: str, count: int) -> dict[str, float] | None:
    """Return what the peer takes, or None where it is not installed."""
    done = subprocess.run(
        [python, str(PEER), str(count), *(["--cpu"] if "--cpu" in sys.argv else [])],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"no peer: {python} cannot run NodeGraphQt ({done.stderr.strip()[-200:]})")
        return None
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", default=sys.executable, help="a Python that has NodeGraphQt")
    parser.add_argument("--cpu", action="store_true", help="count time of the processor")
    parser.add_argument("--count", type=int, default=1000, help="nodes, of the peer as well")
    chosen = parser.parse_args()
    app = QApplication.instance() or QApplication([])
    found = measured(app, chosen.count)  # type: ignore[arg-type]
    missed = 0
    for name, value in found.items():
        goal = GOALS.get(name)
        late = goal is not None and value > goal
        missed += late
        print(f"{name:26} {value:8.1f} ms" + (f" (goal {goal})" if goal else "") + " MISSED" * late)
    peer = peer_figures(chosen.peer, chosen.count)
    if peer:
        print(f"beside NodeGraphQt with {chosen.count:,} nodes:")
        for name in (name for name in found if name in peer):
            print(f"{name:26} {peer[name]:8.1f} ms, {peer[name] / found[name]:.0f} times ours")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
