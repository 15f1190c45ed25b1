"""Panning and zooming with mouse, touchpad and keys."""

from __future__ import annotations

import pytest
from hands_stage import CTRL, LEFT, MIDDLE, SHIFT, Stage
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

HERE = QPoint(300, 300)


def test_middle_drag_pans(stage: Stage) -> None:
    stage.chain("relu")
    before = stage.middle("relu_1")
    stage.drag(HERE, HERE + QPoint(40, 24), button=MIDDLE)
    assert stage.middle("relu_1") == before + QPoint(40, 24)
    assert not stage.tab.selection


def test_space_and_drag_pans_and_selects_nothing(stage: Stage) -> None:
    stage.chain("relu")
    before = stage.middle("relu_1")
    QTest.keyPress(stage.canvas, Qt.Key.Key_Space)
    assert stage.canvas.viewport().cursor().shape() == Qt.CursorShape.OpenHandCursor
    stage.drag(before, before + QPoint(40, 24), button=LEFT)
    QTest.keyRelease(stage.canvas, Qt.Key.Key_Space)
    assert stage.middle("relu_1") == before + QPoint(40, 24)
    assert not stage.tab.selection
    assert stage.canvas.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor
    stage.click(stage.middle("relu_1"))
    assert stage.tab.selection.nodes == {"relu_1"}


def test_two_fingers_pan(stage: Stage) -> None:
    stage.chain("relu")
    before = stage.middle("relu_1")
    stage.wheel(HERE, 0, QPoint(-12, 30), phase=Qt.ScrollPhase.ScrollUpdate)
    assert stage.middle("relu_1") == before + QPoint(-12, 30)
    assert stage.canvas.zoom == 1.0


def test_wheel_zooms_at_the_cursor(stage: Stage) -> None:
    stage.chain("relu")
    under = stage.scene(HERE)
    stage.wheel(HERE, 240)
    assert stage.canvas.zoom == pytest.approx(1.15**2)
    assert (stage.scene(HERE) - under).manhattanLength() < 2
    stage.wheel(HERE, -240)
    assert stage.canvas.zoom == pytest.approx(1.0)


def test_control_zooms_on_a_touchpad_and_shift_pans_sideways(stage: Stage) -> None:
    stage.chain("relu")
    stage.wheel(HERE, 120, QPoint(0, 20), keys=CTRL, phase=Qt.ScrollPhase.ScrollUpdate)
    assert stage.canvas.zoom == pytest.approx(1.15)
    stage.home()
    before = stage.middle("relu_1")
    stage.wheel(HERE, 120, keys=SHIFT)
    assert stage.middle("relu_1") == before + QPoint(60, 0)


def test_arrows_pan_with_nothing_selected(stage: Stage) -> None:
    stage.chain("relu")
    before = stage.middle("relu_1")
    stage.key(Qt.Key.Key_Right)
    stage.key(Qt.Key.Key_Down)
    assert stage.middle("relu_1") == before - QPoint(48, 48)
    assert stage.graph.nodes["relu_1"].position == (0, 0)


@pytest.mark.parametrize(("command", "bigger"), [("view.zoom_in", True), ("view.zoom_out", False)])
def test_zoom_commands(stage: Stage, command: str, bigger: bool) -> None:
    stage.chain("relu")
    assert stage.actions.run(command)
    assert (stage.canvas.zoom > 1) is bigger
    stage.actions.run("view.zoom_reset")
    assert stage.canvas.zoom == 1.0


def test_zoom_keys(stage: Stage) -> None:
    stage.key(Qt.Key.Key_Plus, CTRL)
    assert stage.canvas.zoom > 1
    stage.key(Qt.Key.Key_0, CTRL)
    assert stage.canvas.zoom == 1
    stage.key(Qt.Key.Key_Minus, CTRL)
    assert stage.canvas.zoom < 1


@pytest.mark.parametrize("key", [Qt.Key.Key_F, Qt.Key.Key_Period])
def test_f_and_period_frame_the_selection(stage: Stage, key: Qt.Key) -> None:
    first, *_, last = stage.chain("relu", "relu", "relu", "relu", "relu", "relu", "relu")
    stage.tab.select(nodes=[last])
    stage.key(key)
    middle = stage.canvas.viewport().rect().center()
    assert (stage.middle(last) - middle).manhattanLength() < 4
    stage.key(Qt.Key.Key_Home)
    room = stage.canvas.viewport().rect()
    assert room.contains(stage.middle(first))
    assert room.contains(stage.middle(last))
