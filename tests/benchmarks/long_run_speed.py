"""The editor with a run of a million steps: opening its folder, zooming and dragging its curves.

    python tests/benchmarks/long_run_speed.py [STEPS]

Goals: the first curve is drawn within a second of opening the document, all of them are there within a
few, the longest stall of the main loop from then on and the 99th percentile of frames while zooming and
dragging are at most 20 ms. A training that goes on without a window is found again by the next one
within 3 s. Times of frames are of the main thread's processor alone, so that a busy machine does not
count; the others are what a clock says.
"""

from __future__ import annotations

import json
import math
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from netbuilder.app.examples import example
from netbuilder.app.preferences import Preferences
from netbuilder.app.project import open_network
from netbuilder.app.settings import with_settings
from netbuilder.app.training import create_training, start_training
from netbuilder.editor import start
from netbuilder.editor.window import MainWindow
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import save
from netbuilder.training.client import stop
from netbuilder.training.records import EPOCH, NAN, STEP, VALIDATION, RecordWriter, Schema
from netbuilder.training.run import RunFolder

STEPS, EPOCH_STEPS = 1_000_000, 1000
FRAMES = 300
LIMIT = 60.0  # s


def long_run(folder: Path, steps: int) -> RunFolder:
    """A document with a run of many steps beside it, as a worker would have left it."""
    network = with_settings(example("iris_mlp"), [f"recipe.epochs={steps // EPOCH_STEPS}"])
    save(network, folder / "iris.netgraph")
    run = create_training(network, folder, folder / "runs" / "iris-20260101-000000")
    writer = RecordWriter(run.records, Schema(("loss",), ("accuracy", "f1")))
    draw = random.Random(0)
    packed = []
    for step in range(1, steps + 1):
        loss = 2 * math.exp(-4 * step / steps) + 0.3 + 0.1 * draw.gauss(0, 1)
        clock, rate, norm = step * 1e-3, 1e-3, loss if step % 10 == 0 else NAN
        epoch = (step - 1) // EPOCH_STEPS + 1
        head = (STEP, epoch, step, 1, 32, 32 * step, clock, 1.7e9 + clock, loss, rate, norm)
        packed.append(writer.pack(head, [loss]))
        if step % EPOCH_STEPS == 0:
            for kind in (EPOCH, VALIDATION):
                metrics = [0.9, 0.8] if kind == VALIDATION else []
                packed.append(writer.pack((kind, *head[1:]), [loss, *metrics]))
    writer.append(packed)
    writer.close()
    status = json.loads(run.status_file.read_text())
    status |= {"state": "stopped", "step": steps, "total_steps": steps, "checkpoint": 0}
    run.status_file.write_text(json.dumps(status))
    return run


def window_of(folder: Path) -> MainWindow:
    """A window on settings of its own, with the panel of trainings in front."""
    window = MainWindow(Workspace(Preferences(folder / "state")))
    window.resize(1440, 900)
    window.show()
    return window


class Stalls:
    """How long the main loop does not come by: the processor time of this thread between two ticks."""

    def __init__(self) -> None:
        self.found: list[float] = []
        self._timer = QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._tick)
        self._before = time.thread_time()
        self._timer.start()

    def _tick(self) -> None:
        now = time.thread_time()
        self.found.append(1000 * (now - self._before))
        self._before = now

    def stop(self) -> None:
        """Measure no further."""
        self._timer.stop()


def wait(condition: Any) -> float:
    """Run the main loop until something is true; return the seconds."""
    begin, loop = time.monotonic(), QEventLoop()
    timer = QTimer()
    timer.setInterval(2)
    timer.timeout.connect(lambda: loop.quit() if condition() else None)
    timer.start()
    QTimer.singleShot(int(1000 * LIMIT), loop.quit)
    loop.exec()
    return time.monotonic() - begin


def opened(window: MainWindow, document: Path) -> None:
    """Open a document as a person does, and tell when its curves were there."""
    window.actions_.run("view.training")
    stalls = Stalls()
    begin = time.process_time()
    window.files.open_text(str(document))
    window.actions_.run("view.training")
    panel = window.dock("training").require()
    drawn = wait(lambda: bool(panel.left.plot.lines) and not panel.left.plot._dirty)
    worked, opening = time.process_time() - begin, len(stalls.found)
    whole = drawn + wait(lambda: window.runs.shown is not None and window.runs.shown.loaded)
    stalls.stop()
    print(
        f"  first curve drawn after {drawn:.2f} s ({worked:.2f} s of work), all after {whole:.2f} s"
    )
    for words, found in (
        ("until then", stalls.found[:opening]),
        ("afterwards", stalls.found[opening:]),
    ):
        print(f"  longest stalls {words}: {', '.join(f'{x:.0f} ms' for x in worst(found))}")


def worst(found: list[float]) -> list[float]:
    """The three largest."""
    return sorted(found, reverse=True)[:3]


def percentile(found: list[float], share: float) -> float:
    """The value that a share of all does not exceed."""
    return sorted(found)[min(len(found) - 1, math.ceil(share * len(found)) - 1)]


def hands(window: MainWindow) -> None:
    """Zoom and drag a plot as hands do; each frame is the event and the picture after it."""
    panel = window.dock("training").require()
    for chart in panel.charts:
        found = []
        plot = chart.plot
        middle = plot.rect().center()
        for number in range(FRAMES):
            begin = time.thread_time()
            if number % 3 == 2:
                QTest.mouseMove(plot, middle + QPoint(number % 40 - 20, 0))
            else:
                wheel(plot, middle, 120 if number % 60 < 30 else -120)
            plot.grab()
            found.append(1000 * (time.thread_time() - begin))
        print(
            f"  {chart.figure}: median {statistics.median(found):.1f} ms, p99 "
            f"{percentile(found, 0.99):.1f} ms, longest {max(found):.1f} ms a frame"
        )


def wheel(plot: Any, at: QPoint, turned: int) -> None:
    """Turn the wheel."""
    event = QWheelEvent(
        QPointF(at),
        QPointF(plot.mapToGlobal(at)),
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot, event)


def found_again(folder: Path) -> None:
    """How long the next window takes to show a training that goes on, with everything until then."""
    changed = ["recipe.epochs=1000000", "recipe.threads=1", "recipe.device=cpu"]
    path = folder / "again.netgraph"
    save(with_settings(example("iris_mlp"), changed), path)
    worker = start_training(open_network(path), folder, folder / "runs" / "again-20260101-000000")
    window = None
    try:
        wait(lambda: worker.run.records.exists() and worker.run.records.stat().st_size > 2e6)
        begin = time.monotonic()
        window = window_of(folder)
        window.files.open_text(str(path))
        window.actions_.run("view.training")
        runs = window.runs
        wait(lambda: runs.shown is not None and runs.shown.loaded and runs.shown.step > 0)
        shown = runs.shown
        assert shown is not None
        steps = shown.curves["loss"].raw.x.tolist()
        assert steps == [float(step) for step in range(1, len(steps) + 1)]
        print(
            f"  {len(steps):,} steps again after {time.monotonic() - begin:.2f} s, window included"
        )
    finally:
        stop(worker.run)
        worker.wait()
        close(window)


def close(window: MainWindow | None) -> None:
    """Close a window without a question."""
    if window is not None:
        window.windows.sure()
        window.close()
        window.deleteLater()


def main() -> None:
    """Print the figures."""
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else STEPS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        application = start.application(Preferences(folder / "state"))
        print(f"a run of {steps:,} steps")
        long_run(folder, steps)
        window = window_of(folder)
        wait(lambda: window.is_furnished)
        opened(window, folder / "iris.netgraph")
        hands(window)
        close(window)
        print("a training that went on without a window")
        found_again(folder)
        application.quit()


if __name__ == "__main__":
    main()
