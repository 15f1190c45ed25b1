"""The plot by mouse, wheel and keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from netbuilder.editor.look import ui_font
from netbuilder.editor.training.chart import Legend
from netbuilder.editor.training.plot import Line, Plot
from netbuilder.editor.training.series import Series
from netbuilder.editor.workspace import Workspace


@pytest.fixture
def plot(workspace: Workspace, qtbot: Any) -> Plot:
    made = Plot(workspace.look, "loss")
    qtbot.addWidget(made)
    made.resize(500, 220)
    series = Series()
    x = np.arange(1, 1001)
    series.append(x, 2 * np.exp(-x / 200) + 0.1)
    val = Series()
    val.append(x[99::100], np.linspace(1, 0.2, 10))
    made.set_lines(
        [Line("train", series, "#4c8dff"), Line("val", val, "#ff0000", 1.6, marked=True)],
        total=1000,
        epoch_steps=100,
        best=900,
    )
    made.show()
    qtbot.waitExposed(made)
    return made


def wheel(plot: Plot, at: QPoint, turns: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(plot.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * turns),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot, event)


def test_curves_are_drawn_in_their_colours(plot: Plot) -> None:
    image = plot.grab().toImage()
    found = {
        QColor(image.pixel(x, y)).name()
        for x in range(image.width())
        for y in range(image.height())
    }
    assert "#ff0000" in found
    assert "#4c8dff" in found


def test_the_wheel_enlarges_at_the_cursor_and_a_double_click_shows_all(plot: Plot) -> None:
    at = QPoint(300, 100)
    step = plot.part().step(300)
    wheel(plot, at, 4)
    assert plot.is_zoomed
    assert plot.part().step(300) == pytest.approx(step)
    assert plot.part().right - plot.part().left == pytest.approx(1000 / 1.25**4)
    QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=at)
    assert not plot.is_zoomed
    wheel(plot, at, -3)
    assert not plot.is_zoomed


def test_dragging_moves_what_is_enlarged(plot: Plot) -> None:
    wheel(plot, QPoint(300, 100), 6)
    left = plot.part().left
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    QTest.mouseMove(plot, QPoint(360, 100))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(360, 100))
    assert plot.part().left < left
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(plot, QPoint(4000, 100))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(490, 100))
    assert plot.part().left == 0.0


def test_hovering_reads_values(plot: Plot, qtbot: Any) -> None:
    with qtbot.waitSignal(plot.read):
        QTest.mouseMove(plot, QPoint(round(plot.part().x(500)), 100))
    words, rows = plot.reading()
    assert words.startswith("step ")
    assert words.endswith(("epoch 5", "epoch 6"))
    assert [row[0] for row in rows] == ["train", "val"]
    assert rows[0][2] == pytest.approx(2 * np.exp(-2.5) + 0.1, abs=0.02)
    plot.grab()
    plot.read_at(None)
    assert plot.reading() == ("", [])


def test_a_curve_has_no_value_far_beyond_its_end(plot: Plot) -> None:
    plot.read_at(40.0)
    assert [row[0] for row in plot.reading()[1]] == ["train"]


def test_everything_goes_by_keys(plot: Plot) -> None:
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Right)
    first = plot.cursor_step
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert first is not None
    assert plot.cursor_step == first + 25
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.is_zoomed
    QTest.keyClick(plot, Qt.Key.Key_Minus)
    QTest.keyClick(plot, Qt.Key.Key_Minus)
    assert not plot.is_zoomed
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert not plot.is_zoomed


def test_a_logarithmic_axis_takes_what_is_not_positive(plot: Plot) -> None:
    series = Series()
    series.append([1, 2, 3, 4], [0.0, 10.0, 1000.0, -1.0])
    plot.set_lines([Line("x", series, "#ff0000")])
    plot.set_log(True)
    part = plot.part()
    assert part.low == pytest.approx(1, abs=0.2)
    assert part.high == pytest.approx(3, abs=0.2)
    plot.grab()
    nothing = Series()
    plot.set_lines([Line("x", nothing, "#ff0000")])
    plot.grab()


def test_it_draws_at_most_thirty_times_a_second(
    plot: Plot, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    drawn: list[float] = []
    real = plot._draw

    def draw(ratio: float) -> None:
        drawn.append(ratio)
        real(ratio)

    monkeypatch.setattr(plot, "_draw", draw)
    for _ in range(200):
        plot.refresh()
    qtbot.waitUntil(lambda: bool(drawn))
    assert len(drawn) == 1


def test_both_themes(plot: Plot, workspace: Workspace) -> None:
    pictures = []
    for theme in ("light", "dark"):
        workspace.preferences.set("theme", theme)
        pictures.append(QColor(plot.grab().toImage().pixel(2, 2)).name())
    assert pictures == ["#ffffff", "#1d2026"]


def test_noise_of_a_hundred_thousand_points_is_drawn(plot: Plot) -> None:
    series = Series()
    series.append(np.arange(100_000), np.random.default_rng(0).standard_normal(100_000))
    plot.set_lines([Line("x", series, "#ff0000", 1.0, 1.0)])
    image = plot.grab().toImage()
    middle = image.pixelColor(300, 100)
    assert middle.red() > 200
    assert middle.green() < 60


def test_values_of_a_legend_give_way_from_the_left(workspace: Workspace, qtbot: Any) -> None:
    legend = Legend(workspace)
    qtbot.addWidget(legend)
    legend.set_rows([("train", "#4c8dff", 0.5), ("val", "#e5a63a", 0.25)])
    metrics = QFontMetricsF(ui_font(12))
    seen = []
    for width in (400, 130, 90):
        legend.resize(width, 20)
        legend.grab()
        seen.append(legend._fitting(metrics))
    assert seen == [["train 0.500", "val 0.250"], ["train", "val 0.250"], ["train", "val"]]
    assert legend.toolTip() == "train 0.500, val 0.250"
