"""What NodeGraphQt takes for the same as ``canvas_speed``; run by it, in a Python that has NodeGraphQt."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from NodeGraphQt import BaseNode, NodeGraph
from PySide6.QtWidgets import QApplication

SIZE = (1600, 900)
COLUMN, ROW = 240.0, 160.0


class Layer(BaseNode):
    __identifier__ = "bench"
    NODE_NAME = "Layer"

    def __init__(self) -> None:
        super().__init__()
        for name in ("a", "b"):
            self.add_input(name)
        self.add_output("out")


def main() -> None:
    count = int(sys.argv[1])
    clock = time.process_time if "--cpu" in sys.argv else time.perf_counter
    app = QApplication([])
    graph = NodeGraph()
    graph.set_acyclic(False)
    graph.register_node(Layer)
    view = graph.viewer()
    view.acyclic = False
    graph.widget.resize(*SIZE)
    start = clock()
    across = max(round((count * SIZE[0] / SIZE[1] * ROW / COLUMN) ** 0.5), 1)
    nodes = []
    for i in range(count):
        place = [i % across * COLUMN, i // across * ROW]
        nodes.append(graph.create_node("bench.Layer", pos=place, selected=False, push_undo=False))
    for i in range(1, count):
        nodes[i - 1].output(0).connect_to(nodes[i].input(0), push_undo=False)
        if i % 2 and i > 7:
            nodes[i - 7].output(0).connect_to(nodes[i].input(1), push_undo=False)
    build = 1000 * (clock() - start)
    graph.widget.show()
    graph.fit_to_selection()
    for _ in range(3):
        app.processEvents()

    def median(step: Callable[[int], None], rounds: int = 8) -> float:
        times = []
        for i in range(rounds):
            begin = clock()
            step(i)
            app.processEvents()
            times.append(1000 * (clock() - begin))
        return statistics.median(times)

    def move(i: int) -> None:
        item = nodes[count // 2].view
        item.setPos(item.pos().x() + 4, item.pos().y() + 3)

    def pan(i: int) -> None:
        view._set_viewer_pan(300 if i % 2 else -300, 0)
        view.viewport().update()

    def frame(_: int) -> None:
        view.viewport().repaint()

    def zoom(i: int) -> None:
        view._set_viewer_zoom(40 if i % 2 else -40)
        view.viewport().update()

    found = {"build": build, "frame fitted": median(frame)}
    found["pan fitted"] = median(pan)
    found["zoom fitted"] = median(zoom)
    found["drag fitted"] = median(move)
    graph.reset_zoom()
    graph.center_on([nodes[count // 2]])
    app.processEvents()
    found["frame at 100%"] = median(frame)
    found["pan at 100%"] = median(pan)
    found["zoom at 100%"] = median(zoom)
    found["drag at 100%"] = median(move)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
