"""The view moves on by itself while something is dragged at its edge."""

from __future__ import annotations

import pytest
from hands_stage import LEFT, MIDDLE, MIME, NONE, Stage
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent
from PySide6.QtWidgets import QApplication

from netbuilder.editor.canvas.drifting import MARGIN
from netbuilder.graph import edits


def drifting(stage: Stage) -> bool:
    return stage.hands._drifting.is_on


def corner(stage: Stage) -> QPointF:
    return stage.canvas.shown_rect().topLeft()


def edge(stage: Stage, side: str, depth: float) -> QPoint:
    """A point of the viewport that is so deep in the margin of a side."""
    room = stage.canvas.viewport().rect()
    at = {
        "left": QPointF(MARGIN - depth, 300),
        "right": QPointF(room.width() - MARGIN + depth, 300),
        "top": QPointF(400, MARGIN - depth),
        "bottom": QPointF(400, room.height() - MARGIN + depth),
    }[side]
    return at.toPoint()


def far(stage: Stage, qtbot, start: QPointF, by: float = 150.0) -> QPointF:
    """Wait until the view has moved so far; return where it is."""
    qtbot.waitUntil(lambda: (corner(stage) - start).manhattanLength() > by)
    return corner(stage)


@pytest.mark.parametrize(
    ("side", "x", "y"), [("left", -1, 0), ("right", 1, 0), ("top", 0, -1), ("bottom", 0, 1)]
)
def test_a_card_is_dragged_on_beyond_the_edge_in_one_step(
    stage: Stage, qtbot, side: str, x: int, y: int
) -> None:
    stage.workspace.preferences.set("snap", False)
    stage.add("relu", 300.0, 200.0)
    start = corner(stage)
    grip = stage.middle("relu_1")
    stage.press(grip)
    stage.move(edge(stage, side, 24))
    assert drifting(stage)
    now = far(stage, qtbot, start)
    assert ((now.x() - start.x()) * x > 150) == bool(x)
    assert ((now.y() - start.y()) * y > 150) == bool(y)
    rest = edge(stage, side, 24)
    assert stage.middle("relu_1") in [rest + QPoint(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    stage.release(rest)
    assert not drifting(stage)
    assert stage.steps[0] == "Move relu_1"
    still = corner(stage)
    qtbot.wait(40)
    assert corner(stage) == still
    stage.tab.undo()
    assert stage.graph.nodes["relu_1"].position == (300.0, 200.0)
    assert stage.steps == ("Set the stage",)


def test_escape_stops_it_and_puts_everything_back(stage: Stage, qtbot) -> None:
    stage.add("relu", 300.0, 200.0)
    start = corner(stage)
    stage.press(stage.middle("relu_1"))
    stage.move(edge(stage, "right", 30))
    far(stage, qtbot, start)
    stage.key(Qt.Key.Key_Escape)
    assert not drifting(stage)
    assert stage.graph.nodes["relu_1"].position == (300.0, 200.0)
    assert stage.steps == ("Set the stage",)
    stage.release(edge(stage, "right", 30))


def test_it_stops_when_the_mouse_comes_back_or_the_focus_goes(stage: Stage) -> None:
    stage.add("relu", 300.0, 200.0)
    stage.press(stage.middle("relu_1"))
    stage.move(edge(stage, "top", 10))
    assert drifting(stage)
    stage.move(QPoint(400, 300))
    assert not drifting(stage)
    stage.move(edge(stage, "top", 10))
    assert drifting(stage)
    stage.canvas.clearFocus()
    assert not drifting(stage)
    stage.release(QPoint(400, 300))


def test_deeper_is_faster_and_outside_is_fastest(stage: Stage) -> None:
    stage.add("relu", 300.0, 200.0)
    stage.press(stage.middle("relu_1"))
    speeds = []
    for depth in (1, 12, 31, 60):
        stage.move(edge(stage, "right", depth))
        speeds.append(-stage.hands._drifting._speed.x())
    assert speeds == sorted(set(speeds))
    assert speeds[0] < 100
    assert speeds[-1] > 1000
    stage.release(QPoint(400, 300))


def test_a_wire_reaches_a_port_that_was_out_of_sight(stage: Stage, qtbot) -> None:
    stage.add("relu", 0.0, 100.0)
    stage.add("gelu", 1400.0, 100.0)
    assert not stage.canvas.shown_rect().intersects(stage.rect("gelu_1"))
    stage.press(stage.port("relu_1.output"))
    stage.move(QPoint(400, 230))
    stage.move(edge(stage, "right", 30))
    target = stage.rect("gelu_1")
    qtbot.waitUntil(lambda: stage.canvas.shown_rect().right() > target.right() + 40)
    stage.move(stage.port("gelu_1.input"))
    assert not drifting(stage)
    stage.release(stage.port("gelu_1.input"))
    assert stage.source("gelu_1.input") == "relu_1.output"


def test_a_rubber_band_grows_while_the_mouse_rests(stage: Stage, qtbot) -> None:
    for i in range(8):
        stage.add("relu", 200.0 * i, 0.0)
    start = corner(stage)
    stage.press(QPoint(40, 40))
    stage.move(QPoint(400, 300))
    before = stage.tab.selection.nodes
    stage.move(edge(stage, "right", 30))
    far(stage, qtbot, start, 900.0)
    rubber = stage.canvas.overlay.rubber
    assert rubber is not None
    assert rubber.width() > stage.canvas.viewport().width()
    assert len(stage.tab.selection.nodes) > len(before) + 3
    stage.release(edge(stage, "right", 30))
    assert stage.canvas.overlay.rubber is None


def test_a_press_in_the_margin_moves_nothing_until_it_goes_outwards(stage: Stage) -> None:
    stage.add("relu", 300.0, 200.0)
    at = edge(stage, "left", 16)
    stage.press(at)
    stage.move(at + QPoint(0, 30))
    stage.move(at + QPoint(6, 60))
    assert not drifting(stage)
    stage.move(at + QPoint(-12, 60))
    assert drifting(stage)
    stage.release(at)


def test_a_click_at_the_edge_and_the_hand_move_nothing(stage: Stage, qtbot) -> None:
    start = corner(stage)
    stage.press(edge(stage, "left", 30))
    qtbot.wait(40)
    assert corner(stage) == start
    stage.release(edge(stage, "left", 30))
    stage.press(QPoint(400, 300), button=MIDDLE)
    stage.move(edge(stage, "left", 20), button=MIDDLE)
    assert not drifting(stage)
    stage.release(edge(stage, "left", 20), button=MIDDLE)


def hover(stage: Stage, kind: type, at: QPoint) -> None:
    data = QMimeData()
    data.setData(MIME, b"relu")
    event = kind(at, Qt.DropAction.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(stage.canvas.viewport(), event)


def test_what_comes_from_the_palette_moves_the_view_once_it_was_inside(stage: Stage, qtbot) -> None:
    start = corner(stage)
    left = edge(stage, "left", 28)
    hover(stage, QDragEnterEvent, left)
    hover(stage, QDragMoveEvent, left)
    hover(stage, QDragMoveEvent, left + QPoint(8, 0))
    assert not drifting(stage), "it has to come in by this side"
    hover(stage, QDragMoveEvent, QPoint(400, 300))
    hover(stage, QDragMoveEvent, edge(stage, "right", 28))
    assert drifting(stage)
    far(stage, qtbot, start)
    QApplication.sendEvent(stage.canvas.viewport(), QDragLeaveEvent())
    assert not drifting(stage)


def test_a_drop_at_the_edge_lands_where_it_is_seen(stage: Stage, qtbot) -> None:
    stage.add("relu", 1300.0, 172.0)
    stage.add("gelu", 1700.0, 172.0)
    stage.wire("relu_1.output", "gelu_1.input")
    start, at = corner(stage), edge(stage, "right", 28)
    hover(stage, QDragEnterEvent, QPoint(400, 300))
    hover(stage, QDragMoveEvent, at)
    qtbot.waitUntil(lambda: stage.hands._dropping._ports is not None)
    assert corner(stage).x() > start.x() + 300, "the wire came to the pointer"
    where = stage.scene(at)
    stage.drop(at, "tanh")
    assert not drifting(stage)
    assert stage.rect("tanh_1").adjusted(-60, -60, 60, 60).contains(where)
    assert stage.source("tanh_1.input") == "relu_1.output"


def test_a_resized_frame_goes_along(stage: Stage, qtbot) -> None:
    stage.tab.do("Set", lambda n: edits.add_frame(n, "A", position=(100, 100), size=(300, 200)))
    start = corner(stage)
    stage.press(stage.seen(QPointF(396, 296)))
    stage.move(edge(stage, "bottom", 30))
    far(stage, qtbot, start)
    stage.release(edge(stage, "bottom", 30))
    frame = stage.graph.frames["frame_1"]
    assert frame.position[1] + frame.size[1] > start.y() + stage.canvas.viewport().height()
