"""The whole window: its start, opening, memory, stalls of the main loop, and what a training loses.

    python tests/benchmarks/window_speed.py

Each part runs in a process of its own on the offscreen platform. The start is measured against a bare
main window of Qt, from the spawning of the process to the first picture; a training with the editor at
work against the same with the editor stopped, by turns.
"""

from __future__ import annotations

import bisect
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = 9
TRAINING_TURNS = 100
TRAINING_S = 1.0
BARE = """
import sys, time
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.monotonic(), flush=True)
        QApplication.quit()
app = QApplication(sys.argv)
window = Window()
window.resize(1440, 900)
window.show()
app.exec()
"""
HEAVY = ("torch", "numpy", "sklearn", "onnx", "pyqtgraph")


# What runs in a process of its own; each prints one line of JSON.


def told(**figures: object) -> None:
    """Print what a child found."""
    print(json.dumps(figures), flush=True)


def start_child() -> None:
    """Open the editor as its command does; tell when it was painted and when it could be edited."""
    from PySide6.QtWidgets import QApplication

    from netbuilder.editor import start, window

    at: dict[str, float] = {}
    paint, furnish = window.MainWindow.paintEvent, start.Opening.furnish

    def painted(self: window.MainWindow, event: object) -> None:
        paint(self, event)  # type: ignore[arg-type]
        at.setdefault("painted", time.monotonic())
        at.setdefault("heavy", sum(name in sys.modules for name in HEAVY))
        if "furnished" in at:
            at.setdefault("ready", time.monotonic())
            at["heavy"] += sum(name in sys.modules for name in HEAVY)
            QApplication.quit()

    def furnished(self: start.Opening) -> None:
        furnish(self)
        at["furnished"] = time.monotonic()
        self._window.update()

    window.MainWindow.paintEvent = painted  # type: ignore[method-assign]
    start.Opening.furnish = furnished  # type: ignore[method-assign]
    start.open_editor([])
    told(**at)


class Stage:
    """A furnished window on documents of a folder, and the gaps between the beats of its loop."""

    def __init__(self, folder: Path) -> None:
        from PySide6.QtCore import QTimer

        from netbuilder.app.preferences import Preferences
        from netbuilder.editor.start import application
        from netbuilder.editor.window import MainWindow
        from netbuilder.editor.workspace import Workspace

        preferences = Preferences(folder / "state")
        preferences.set("theme", "dark")
        self.app = application(preferences)
        self.window = MainWindow(Workspace(preferences))
        self.window.show()
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self.timer = QTimer(self.window)
        self.timer.timeout.connect(self._beat)
        self.timer.start(2)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now

    def wait(self, until: Callable[[], bool], limit: float = 60.0, every: int = 5) -> float:
        """Let the loop run until something holds; return how long that took, in seconds."""
        from PySide6.QtCore import QEventLoop, QTimer

        begin, loop = time.perf_counter(), QEventLoop()
        watch = QTimer()
        watch.timeout.connect(lambda: loop.quit() if until() else None)
        watch.start(every)
        QTimer.singleShot(int(1000 * limit), loop.quit)
        if not until():
            loop.exec()
        watch.stop()
        return time.perf_counter() - begin

    def rest(self, seconds: float) -> None:
        """Let the loop run for a while."""
        end = time.perf_counter() + seconds
        self.wait(lambda: time.perf_counter() > end, seconds + 1)

    def taken(self) -> list[float]:
        """Return the gaps since the last call, in milliseconds."""
        found, self.gaps = self.gaps, []
        return [1000 * gap for gap in found]

    def close(self) -> None:
        """Close the window and whatever it started, and let nobody be asked."""
        self.window.windows.sure()
        self.window.close()
        self.rest(0.2)


def wide_file(folder: Path, count: int) -> Path:
    """Write a network of ``count`` nodes."""
    from canvas_speed import wide_network

    from netbuilder.files.documents import save

    path = folder / f"wide_{count}.netgraph"
    save(wide_network(count), path)
    return path


def opening_child() -> None:
    """Open and show the largest example, again and again; and 1,000 nodes, for the memory."""
    with tempfile.TemporaryDirectory() as temporary:
        stage = Stage(Path(temporary))
        stage.rest(1.0)
        bare = resident()
        times = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            stage.window.files.open_example("digits_residual")
            assert stage.window.canvas is not None
            stage.window.canvas.grab()
            times.append(time.perf_counter() - begin)
            stage.rest(0.3)
        wide = wide_file(Path(temporary), 1000)
        stage.window.files.open_text(str(wide))
        stage.rest(3.0)
        told(example=statistics.median(times), bare=bare, wide=resident())
        stage.close()


def stalls_child() -> None:
    """Count how long the loop stands still while things go on."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        stage = Stage(folder)
        window, found = stage.window, {}
        stage.rest(1.0)

        def count(name: str, work: Callable[[], object], rest: float) -> None:
            stage.rest(0.3)
            stage.taken()
            work()
            stage.rest(rest)
            found[name] = stage.taken()

        count("open an example", lambda: window.files.open_example("digits_residual"), 1.0)
        count("lay out an example", lambda: window.actions_.run("graph.layout"), 1.0)
        wide = wide_file(folder, 1000)
        count("open 1,000 nodes", lambda: window.files.open_text(str(wide)), 2.0)
        count("lay out 1,000 nodes", lambda: window.actions_.run("graph.layout"), 3.0)
        count("save 1,000 nodes", lambda: window.actions_.run("file.save"), 1.0)
        window.files.open_example("digits_cnn")
        window.runs.begin()
        window.bring("training")
        stage.rest(8.0)  # the worker gets warm
        count("train", lambda: window.actions_.run("run.train"), 12.0)
        window.runs.stop()
        stage.rest(1.0)
        told(stalls=found)
        stage.close()


def training_child() -> None:
    """Have the editor open on a training; tell where its records are; end when the input ends."""
    from netbuilder.app.examples import example
    from netbuilder.app.settings import with_settings
    from netbuilder.files.documents import save

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / "long.netgraph"
        save(with_settings(example("digits_cnn"), ["recipe.epochs=1000000"]), path)
        stage = Stage(folder)
        stage.window.files.open_text(str(path))
        stage.window.bring("training")
        stage.rest(1.0)
        stage.window.actions_.run("run.train")
        runs = stage.window.runs
        stage.wait(lambda: runs.active is not None and runs.active.step > 100, 90)
        assert runs.active is not None
        stage.timer.stop()  # its beat is no part of the editor
        told(records=str(runs.active.path / "records.bin"))
        ended = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
        stage.wait(ended.is_set, 600, every=500)
        runs.stop()
        stage.rest(1.0)
        stage.close()


CHILDREN = {
    "start": start_child,
    "opening": opening_child,
    "stalls": stalls_child,
    "training": training_child,
}


# What is asked of them.


def resident() -> float:
    """Resident memory of this process, in MiB; of those pages nobody else has, as far as Linux tells."""
    fields = Path("/proc/self/smaps_rollup").read_text().splitlines()
    sizes = {line.split(":")[0]: line.split()[1] for line in fields if line.endswith("kB")}
    return int(sizes["Rss"]) / 1024


def asked(*arguments: str) -> tuple[float, str]:
    """Run a child; return when it was spawned and what it printed last."""
    with tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "NETBUILDER_STATE": state}
        begin = time.monotonic()
        done = subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    return begin, done.stdout.strip().splitlines()[-1]


def child(name: str) -> dict[str, object]:
    """Return the figures of a part."""
    return dict(json.loads(asked(__file__, name)[1]))


def start_figures() -> None:
    """The window on the screen, against a bare one."""
    bare, painted, ready, heavy = [], [], [], 0.0
    for _ in range(ROUNDS):
        begin, line = asked("-c", BARE)
        bare.append(float(line) - begin)
        begin, line = asked(__file__, "start")
        found = json.loads(line)
        painted.append(found["painted"] - begin)
        ready.append(found["ready"] - begin)
        heavy += found["heavy"]
    ratio = statistics.median(a / b for a, b in zip(painted, bare, strict=True))
    print(
        f"window shown {1000 * statistics.median(painted):4.0f} ms, {ratio:.2f}x a bare main window "
        f"({1000 * statistics.median(bare):.0f} ms; goal: 2x); ready to edit after "
        f"{1000 * statistics.median(ready):.0f} ms; heavy imports: {heavy:.0f}",
        flush=True,
    )


def stall_figures() -> None:
    """How long the loop stood still, beat by beat."""
    print("main loop stalls (goal: 99% of the beats within 50 ms)")
    found = child("stalls")["stalls"]
    assert isinstance(found, dict)
    for name, gaps in found.items():
        ordered = sorted(gaps)
        p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
        longest = ", ".join(f"{gap:.0f}" for gap in ordered[-3:])
        print(f"  {name:20} p99 {p99:5.1f} ms, longest {longest} ms", flush=True)


def training_figures() -> None:
    """What a training does in a second with the editor at work, and with the editor stood still.

    Two trainings side by side differ by more than what is asked for; so one goes on all the time, and its
    editor is stopped and continued by turns.
    """
    from netbuilder.training.records import read_records

    with tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "NETBUILDER_STATE": state}
        editor = subprocess.Popen(
            [sys.executable, __file__, "training"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert editor.stdin is not None
        assert editor.stdout is not None
        records = Path(json.loads(editor.stdout.readline())["records"])
        parts: list[tuple[str, float, float]] = []
        for number in range(2 * TRAINING_TURNS):
            name = ("at work", "stopped", "stopped", "at work")[number % 4]
            os.kill(editor.pid, signal.SIGCONT if name == "at work" else signal.SIGSTOP)
            time.sleep(0.1)  # it catches up on what it missed
            begin = time.monotonic()
            time.sleep(TRAINING_S)
            parts.append((name, begin, time.monotonic()))
        os.kill(editor.pid, signal.SIGCONT)
        moments = [found.monotonic for found in read_records(records) if found.kind == "step"]
        editor.communicate("")
    rates = {"at work": [], "stopped": []}  # type: dict[str, list[float]]
    for name, begin, end in parts:
        first, last = bisect.bisect(moments, begin), bisect.bisect(moments, end) - 1
        rates[name].append((last - first) / (moments[last] - moments[first]))
    ratios = sorted(a / b for a, b in zip(rates["at work"], rates["stopped"], strict=True))
    error = statistics.stdev(ratios) / len(ratios) ** 0.5
    print(
        f"training with the editor at work {statistics.mean(ratios):.3f} +- {error:.3f}x the steps a second with "
        f"the editor stopped ({statistics.median(rates['stopped']):.0f}; goal: 0.98x)"
    )


def main() -> None:
    """Print the figures, or be one of the children."""
    if len(sys.argv) > 1:
        sys.path.insert(0, str(Path(__file__).parent))
        CHILDREN[sys.argv[1]]()
        return
    start_figures()
    opened = child("opening")
    print(
        f"largest example opened and drawn in {1000 * float(str(opened['example'])):.0f} ms (goal: 200 ms)"
    )
    print(
        f"memory {float(str(opened['wide'])):.0f} MiB with 1,000 nodes and {ROUNDS} documents open "
        f"(goal: 250 MiB); {float(str(opened['bare'])):.0f} MiB on the start page",
        flush=True,
    )
    stall_figures()
    training_figures()


if __name__ == "__main__":
    main()
