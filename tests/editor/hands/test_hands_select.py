"""Selecting and moving nodes, frames and notes."""

from __future__ import annotations

import pytest
from hands_stage import ALT, CTRL, SHIFT, Stage
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint


def test_a_click_selects_and_a_click_beside_selects_nothing(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.click(stage.middle("relu_1"))
    assert stage.tab.selection.nodes == {"relu_1"}
    stage.click(stage.middle("gelu_1"))
    assert stage.tab.selection.nodes == {"gelu_1"}
    stage.click(QPoint(500, 500))
    assert not stage.tab.selection


@pytest.mark.parametrize("keys", [SHIFT, CTRL])
def test_shift_and_control_add_and_take_away(stage: Stage, keys: Qt.KeyboardModifier) -> None:
    stage.chain("relu", "gelu")
    stage.click(stage.middle("relu_1"))
    stage.click(stage.middle("gelu_1"), keys)
    assert stage.tab.selection.nodes == {"relu_1", "gelu_1"}
    stage.click(stage.middle("relu_1"), keys)
    assert stage.tab.selection.nodes == {"gelu_1"}
    stage.click(QPoint(500, 500), keys)
    assert stage.tab.selection.nodes == {"gelu_1"}


def test_a_click_on_a_wire_selects_it_and_delete_cuts_it(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.click((stage.port("relu_1.output") + stage.port("gelu_1.input")) / 2)
    assert stage.tab.selection.edges == {Endpoint("gelu_1", "input")}
    stage.key(Qt.Key.Key_Delete)
    assert not stage.graph.edges
    assert len(stage.graph.nodes) == 2


def test_a_rubber_band_selects_what_it_touches(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh")
    start = stage.middle("relu_1") - QPoint(90, 60)
    end = stage.middle("gelu_1")
    stage.press(start)
    stage.move(start + QPoint(20, 20))
    stage.move(end)
    assert stage.canvas.overlay.rubber is not None
    assert stage.tab.selection.nodes == {"relu_1", "gelu_1"}
    stage.release(end)
    assert stage.canvas.overlay.rubber is None
    assert not stage.steps[1:]  # looking is no edit


def test_a_rubber_band_with_shift_adds_and_esc_takes_it_back(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh")
    stage.click(stage.middle("tanh_1"))
    start = stage.middle("relu_1") - QPoint(90, 60)
    stage.press(start, SHIFT)
    stage.move(stage.middle("relu_1"), SHIFT)
    assert stage.tab.selection.nodes == {"relu_1", "tanh_1"}
    stage.key(Qt.Key.Key_Escape)
    assert stage.tab.selection.nodes == {"tanh_1"}
    assert stage.canvas.overlay.rubber is None
    stage.release(stage.middle("relu_1"), SHIFT)
    assert stage.tab.selection.nodes == {"tanh_1"}


def test_control_a_selects_everything_and_l_what_is_linked(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.add("tanh", 0, 300)
    stage.tab.do("Set the stage", lambda n: edits.add_note(n, "hm", position=(300, 300)))
    stage.key(Qt.Key.Key_A, CTRL)
    assert stage.tab.selection.nodes == {"relu_1", "gelu_1", "tanh_1"}
    assert stage.tab.selection.notes == {"note_1"}
    stage.click(stage.middle("gelu_1"))
    stage.key(Qt.Key.Key_L)
    assert stage.tab.selection.nodes == {"relu_1", "gelu_1"}


def test_a_drag_moves_what_is_selected_as_one_step(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh")
    stage.tab.select(nodes=["relu_1", "gelu_1"])
    before = len(stage.steps)
    start = stage.middle("relu_1")
    stage.drag(start, start + QPoint(0, 160), ALT, steps=7)
    nodes = stage.graph.nodes
    assert nodes["relu_1"].position == (0, 160)
    assert nodes["gelu_1"].position == (240, 160)
    assert nodes["tanh_1"].position == (480, 0)
    assert len(stage.steps) == before + 1
    assert stage.steps[0] == "Move 2 cards"
    assert stage.tab.selection.nodes == {"relu_1", "gelu_1"}
    stage.tab.undo()
    assert stage.graph.nodes["relu_1"].position == (0, 0)


def test_two_drags_are_two_steps(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    before = len(stage.steps)
    for _ in range(2):
        start = stage.middle("relu_1")
        stage.drag(start, start + QPoint(0, 80), ALT)
    assert len(stage.steps) == before + 2


def test_a_click_on_one_of_several_selects_it_alone(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.tab.select(nodes=["relu_1", "gelu_1"])
    stage.click(stage.middle("gelu_1"))
    assert stage.tab.selection.nodes == {"gelu_1"}


def test_esc_puts_a_dragged_node_back_without_a_step(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    before = stage.steps
    start = stage.middle("relu_1")
    stage.press(start)
    stage.move(start + QPoint(30, 30))
    stage.move(start + QPoint(100, 90))
    assert stage.graph.nodes["relu_1"].position != (0, 0)
    stage.key(Qt.Key.Key_Escape)
    assert stage.graph.nodes["relu_1"].position == (0, 0)
    stage.move(start + QPoint(150, 90))
    stage.release(start + QPoint(150, 90))
    assert stage.graph.nodes["relu_1"].position == (0, 0)
    assert stage.steps == before


def test_a_drag_snaps_to_a_neighbour_with_a_guide_and_alt_does_not(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    stage.add("relu", 300, 131)
    start = stage.middle("relu_2")
    stage.press(start)
    stage.move(start + QPoint(0, -60))
    stage.move(start + QPoint(3, -128))
    assert stage.graph.nodes["relu_2"].position[1] == 0
    assert stage.canvas.overlay.guides
    stage.move(start + QPoint(3, -128), ALT)
    assert stage.graph.nodes["relu_2"].position == (303, 3)
    assert not stage.canvas.overlay.guides
    stage.release(start + QPoint(3, -128), ALT)
    stage.tab.undo()
    assert stage.graph.nodes["relu_2"].position == (300, 131)


def test_a_drag_snaps_to_the_grid_unless_that_is_off(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    start = stage.middle("relu_1")
    stage.drag(start, start + QPoint(101, 51))
    assert stage.graph.nodes["relu_1"].position == (104, 48)
    stage.workspace.preferences.set("snap", False)
    start = stage.middle("relu_1")
    stage.drag(start, start + QPoint(3, 7))
    assert stage.graph.nodes["relu_1"].position == (107, 55)


def test_arrows_nudge_and_a_held_key_is_one_step(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    stage.click(stage.middle("relu_1"))
    before = len(stage.steps)
    QTest.keyPress(stage.canvas, Qt.Key.Key_Right)
    QTest.keyPress(stage.canvas, Qt.Key.Key_Right)
    QTest.keyRelease(stage.canvas, Qt.Key.Key_Right)
    stage.key(Qt.Key.Key_Up)
    stage.key(Qt.Key.Key_Left, SHIFT)
    assert stage.graph.nodes["relu_1"].position == (15, -8)
    assert len(stage.steps) == before + 3


def test_a_frame_takes_what_it_holds_along(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    stage.add("gelu", 500, 0)
    stage.tab.do(
        "Set the stage",
        lambda n: edits.add_frame(n, "A", position=(-24, -48), size=(220, 160)),
    )
    stage.tab.do(
        "Set the stage", lambda n: edits.add_note(n, "x", position=(0, 62), size=(100, 40))
    )
    title = stage.seen(QPointF(60, -36))
    before = len(stage.steps)
    stage.drag(title, title + QPoint(0, 160), ALT)
    graph = stage.graph
    assert graph.frames["frame_1"].position == (-24, 112)
    assert graph.nodes["relu_1"].position == (0, 160)
    assert graph.notes["note_1"].position == (0, 222)
    assert graph.nodes["gelu_1"].position == (500, 0)
    assert len(stage.steps) == before + 1


def test_corners_resize_frames_and_notes(stage: Stage) -> None:
    stage.tab.do(
        "Set the stage", lambda n: edits.add_frame(n, "A", position=(0, 0), size=(200, 160))
    )
    stage.tab.do(
        "Set the stage", lambda n: edits.add_note(n, "x", position=(300, 0), size=(160, 80))
    )
    corner = stage.seen(QPointF(196, 156))
    stage.drag(corner, corner + QPoint(60, 40), ALT)
    assert stage.graph.frames["frame_1"].size == (260, 200)
    corner = stage.seen(QPointF(456, 76))
    stage.drag(corner, corner - QPoint(400, 400))
    assert stage.graph.notes["note_1"].size == (80, 40)
    corner = stage.seen(QPointF(256, 196))
    stage.press(corner)
    stage.move(corner + QPoint(50, 50))
    stage.key(Qt.Key.Key_Escape)
    stage.release(corner + QPoint(50, 50))
    assert stage.graph.frames["frame_1"].size == (260, 200)


def test_a_note_is_dragged(stage: Stage) -> None:
    stage.tab.do(
        "Set the stage", lambda n: edits.add_note(n, "x", position=(300, 0), size=(160, 80))
    )
    at = stage.seen(QPointF(350, 30))
    stage.drag(at, at + QPoint(10, 100), ALT)
    assert stage.graph.notes["note_1"].position == (310, 100)


def test_nodes_that_lie_in_one_spot_are_written_where_they_are_shown(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh", gap=0.0)
    seen = {name: stage.rect(name).topLeft() for name in stage.graph.nodes}
    start = stage.middle("tanh_1")
    stage.drag(start, start + QPoint(0, 120), ALT)
    nodes = stage.graph.nodes
    assert nodes["gelu_1"].position == seen["gelu_1"].toTuple()
    assert nodes["tanh_1"].position == (seen["tanh_1"] + QPointF(0, 120)).toTuple()
    stage.tab.undo()
    assert stage.graph.nodes["gelu_1"].position == (0, 0)


def test_an_undo_in_the_middle_of_a_drag_ends_it(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    start = stage.middle("relu_1")
    stage.press(start)
    stage.move(start + QPoint(60, 60))
    stage.tab.undo()
    stage.tab.undo()
    assert not stage.hands.busy
    assert not stage.graph.nodes
    stage.move(start + QPoint(90, 90))
    stage.release(start + QPoint(90, 90))
    assert not stage.said


def test_entering_a_group_in_the_middle_of_a_drag_ends_it(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.tab.do("Group", lambda n: edits.make_group(n, ["relu_1"])[:2])
    start = stage.middle("group_1")
    stage.press(start)
    stage.move(start + QPoint(60, 60))
    stage.key(Qt.Key.Key_Return)
    assert stage.tab.trail == ("group_1",)
    stage.move(start + QPoint(90, 90))
    stage.release(start + QPoint(90, 90))
    assert not stage.said


def test_a_release_that_went_elsewhere_leaves_no_gesture_behind(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.press(QPoint(400, 400))
    stage.move(QPoint(450, 450))
    stage.click(stage.middle("gelu_1"))
    assert stage.tab.selection.nodes == {"gelu_1"}
    assert stage.canvas.overlay.rubber is None
    assert not stage.hands.busy
