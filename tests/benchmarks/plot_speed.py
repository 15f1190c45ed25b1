"""How long a plot of four curves of a million points takes to take in new points and to draw.

    python tests/benchmarks/plot_speed.py

Goal: at most 16 ms an update at scale 1 and 2. Where pyqtgraph is installed, it draws the same points,
brought down to the columns of pixels beforehand, which is the fastest way known for it.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from netbuilder.app.preferences import Preferences
from netbuilder.editor.look import Look
from netbuilder.editor.training.plot import Line, Plot
from netbuilder.editor.training.series import Series

POINTS, NEW, CURVES = 1_000_000, 500, 4
COLOURS = ("#4c8dff", "#e5a63a", "#3fb97a", "#c46ad1")
SIZE = (600, 240)


def curve(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """A falling loss with its noise."""
    draw = np.random.default_rng(seed)
    x = np.arange(1, count + 1, dtype=float)
    return x, 2 * np.exp(-4 * x / count) + 0.3 + 0.1 * draw.standard_normal(count)


def median_ms(work: Callable[[], object], times: int = 40) -> str:
    """The median and the slowest of some calls, of this process alone: others do not count."""
    found = []
    for _ in range(times):
        begin = time.process_time()
        work()
        found.append(1000 * (time.process_time() - begin))
    return f"median {statistics.median(found):5.1f} ms, slowest {max(found):5.1f} ms"


def painted(widget: QWidget, ratio: float) -> Callable[[], None]:
    """What draws a widget into a picture of a screen of that pixel ratio."""
    image = QImage(widget.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)

    def paint() -> None:
        painter = QPainter(image)
        widget.render(painter)
        painter.end()

    return paint


def ours(look: Look, ratio: float, strength: float) -> str:
    """New points for each curve, and a picture of all."""
    plot = Plot(look, "loss")
    plot.resize(*SIZE)
    series = []
    for seed in range(CURVES):
        one = Series()
        one.append(*curve(seed, POINTS))
        series.append(one)
    lines = [Line(str(n), one, COLOURS[n], 1.6, strength) for n, one in enumerate(series)]
    plot.set_lines(lines, epoch_steps=POINTS / 20, best=POINTS / 2)

    def update() -> None:
        for one in series:
            at = len(one)
            one.append(np.arange(at, at + NEW), np.full(NEW, 0.4))
        plot.refresh()
        plot._draw(ratio)

    update()
    return median_ms(update)


def theirs(ratio: float) -> str:
    """pyqtgraph with the least and largest value in each of 1,200 columns."""
    import pyqtgraph

    widget = pyqtgraph.PlotWidget()
    widget.resize(*SIZE)
    items = [widget.plot(pen=pyqtgraph.mkPen(colour, width=1)) for colour in COLOURS]
    points = [curve(seed, POINTS) for seed in range(CURVES)]
    paint = painted(widget, ratio)

    def update() -> None:
        for item, (x, y) in zip(items, points, strict=True):
            width = POINTS // 1200
            cut = y[: width * 1200].reshape(1200, width)
            low_high = np.column_stack((cut.min(1), cut.max(1))).ravel()
            item.setData(np.repeat(x[: width * 1200 : width], 2), low_high)
        paint()

    update()
    found = median_ms(update)
    widget.close()
    return found


def main() -> None:
    """Print the figures."""
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        look = Look(Preferences(Path(folder)))
        print(f"{CURVES} curves of {POINTS:,} points, {NEW} new ones each, goal at most 16 ms")
        for ratio in (1.0, 2.0):
            print(f"  scale {ratio:g}, ours, strong    {ours(look, ratio, 1.0)}")
            print(f"  scale {ratio:g}, ours, faint     {ours(look, ratio, 0.3)}")
            if importlib.util.find_spec("pyqtgraph"):
                print(f"  scale {ratio:g}, pyqtgraph       {theirs(ratio)}")
    app.quit()


if __name__ == "__main__":
    main()
