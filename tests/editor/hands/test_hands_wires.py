"""Connecting, moving, cutting, inserting into and rerouting wires."""

from __future__ import annotations

from itertools import pairwise

from hands_stage import CTRL, RIGHT, SHIFT, Stage
from PySide6.QtCore import QPoint, Qt

from netbuilder.graph.model import Endpoint

EMPTY = QPoint(420, 480)


def pair(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    stage.add("gelu", 260, 0)
    stage.home()


def middle(stage: Stage, source: str, target: str) -> QPoint:
    return (stage.port(source) + stage.port(target)) / 2


def test_a_wire_is_drawn_from_output_to_input(stage: Stage) -> None:
    pair(stage)
    stage.drag(stage.port("relu_1.output"), stage.port("gelu_1.input"))
    assert stage.source("gelu_1.input") == "relu_1.output"
    assert stage.steps[0] == "Connect relu_1 to gelu_1"
    assert stage.canvas.overlay.wire is None


def test_a_wire_is_drawn_from_input_to_output(stage: Stage) -> None:
    pair(stage)
    stage.drag(stage.port("gelu_1.input"), stage.port("relu_1.output"))
    assert stage.source("gelu_1.input") == "relu_1.output"


def test_a_port_within_reach_catches_the_wire(stage: Stage) -> None:
    pair(stage)
    near = stage.port("gelu_1.input") - QPoint(18, 12)
    stage.press(stage.port("relu_1.output"))
    stage.move(near - QPoint(30, 0))
    stage.move(near)
    wire = stage.canvas.overlay.wire
    assert wire is not None
    assert stage.seen(wire[1]) == stage.port("gelu_1.input")
    assert wire[3] is True
    stage.release(near)
    assert stage.source("gelu_1.input") == "relu_1.output"


def test_a_card_takes_a_wire_at_the_port_that_fits(stage: Stage) -> None:
    pair(stage)
    stage.drag(stage.port("relu_1.output"), stage.middle("gelu_1"))
    assert stage.source("gelu_1.input") == "relu_1.output"


def test_ports_that_do_not_fit_say_why(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.press(stage.port("gelu_1.output"))
    stage.move(EMPTY)
    reason = stage.canvas.overlay.reason("relu_1", "input", "in")
    assert "cycle" in reason
    stage.move(stage.port("relu_1.input"))
    assert stage.canvas.overlay.wire[3] is False
    stage.key(Qt.Key.Key_Escape)
    assert stage.canvas.overlay.wire is None
    assert not stage.canvas.overlay.reason("relu_1", "input", "in")
    stage.release(stage.port("relu_1.input"))
    assert stage.source("relu_1.input") == ""


def test_dropping_on_a_used_input_replaces(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.add("tanh", 0, 160)
    stage.drag(stage.port("tanh_1.output"), stage.port("gelu_1.input"))
    assert stage.source("gelu_1.input") == "tanh_1.output"


def test_shift_takes_a_wire_off_an_input_to_another(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.add("tanh", 240, 160)
    before = len(stage.steps)
    stage.drag(stage.port("gelu_1.input"), stage.port("tanh_1.input"), SHIFT)
    assert stage.source("gelu_1.input") == ""
    assert stage.source("tanh_1.input") == "relu_1.output"
    assert len(stage.steps) == before + 1


def test_a_wire_dropped_on_nothing_searches_what_fits(stage: Stage) -> None:
    stage.add("input", 0, 0, shape=[3, 32, 32])
    stage.press(stage.port("input_1.output"))
    stage.move(EMPTY - QPoint(40, 40))
    stage.move(EMPTY)
    stage.release(EMPTY)
    assert stage.box.is_open
    titles = [found.offer.title for found in stage.box.found]
    assert "Conv2d" in titles
    assert "Conv1d" not in titles
    assert "Input" not in titles
    assert stage.canvas.overlay.wire is not None  # it waits where it was dropped
    stage.type("conv2d")
    stage.type_key(Qt.Key.Key_Return)
    assert stage.source("conv2d_1.input") == "input_1.output"
    assert stage.tab.selection.nodes == {"conv2d_1"}
    assert (stage.port("conv2d_1.input") - EMPTY).manhattanLength() < 12
    assert stage.steps[0] == "Add Conv2d"
    assert stage.canvas.overlay.wire is None
    stage.tab.undo()
    assert set(stage.graph.nodes) == {"input_1"}


def test_a_wire_dropped_backwards_gets_a_source(stage: Stage) -> None:
    stage.add("gelu", 400, 0)
    stage.drag(stage.port("gelu_1.input"), EMPTY)
    stage.type("relu")
    stage.type_key(Qt.Key.Key_Return)
    assert stage.source("gelu_1.input") == "relu_1.output"
    assert (stage.port("relu_1.output") - EMPTY).manhattanLength() < 12


def test_esc_in_the_search_lets_the_wire_go(stage: Stage) -> None:
    pair(stage)
    before = stage.steps
    stage.drag(stage.port("relu_1.output"), EMPTY)
    stage.type_key(Qt.Key.Key_Escape)
    assert not stage.box.is_open
    assert stage.canvas.overlay.wire is None
    assert stage.canvas.hasFocus()
    assert stage.steps == before


def test_control_and_the_right_button_cut_all_wires_crossed(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh")
    stage.add("tanh", 240, 160)
    stage.wire("relu_1.output", "tanh_2.input")
    before = len(stage.steps)
    start = stage.port("relu_1.output") + QPoint(30, -40)
    stage.drag(start, start + QPoint(10, 200), CTRL, RIGHT, steps=8)
    assert stage.source("gelu_1.input") == ""
    assert stage.source("tanh_2.input") == ""
    assert stage.source("tanh_1.input") == "gelu_1.output"
    assert stage.steps[0] == "Cut 2 wires"
    assert len(stage.steps) == before + 1
    assert not stage.canvas.overlay.cut


def test_esc_lets_a_cut_be(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    start = middle(stage, "relu_1.output", "gelu_1.input") - QPoint(0, 40)
    stage.press(start, CTRL, RIGHT)
    stage.move(start + QPoint(0, 80), CTRL, RIGHT)
    stage.key(Qt.Key.Key_Escape)
    stage.release(start + QPoint(0, 80), CTRL, RIGHT)
    assert stage.source("gelu_1.input") == "relu_1.output"
    assert not stage.canvas.overlay.cut


def test_a_lone_node_dropped_on_a_wire_goes_into_it(stage: Stage) -> None:
    stage.chain("relu", "gelu", gap=400.0)
    stage.add("tanh", 160, 200)
    before = len(stage.steps)
    start = stage.middle("tanh_1")
    end = middle(stage, "relu_1.output", "gelu_1.input")
    stage.drag(start, end)
    assert stage.source("tanh_1.input") == "relu_1.output"
    assert stage.source("gelu_1.input") == "tanh_1.output"
    assert len(stage.steps) == before + 1
    assert stage.steps[0] == "Insert tanh_1"
    stage.tab.undo()
    assert stage.graph.nodes["tanh_1"].position == (160, 200)
    assert stage.source("gelu_1.input") == "relu_1.output"


def test_a_wired_node_only_moves_over_a_wire(stage: Stage) -> None:
    stage.chain("relu", "gelu", gap=400.0)
    stage.add("tanh", 160, 200)
    stage.wire("relu_1.output", "tanh_1.input")
    stage.drag(stage.middle("tanh_1"), middle(stage, "relu_1.output", "gelu_1.input"))
    assert stage.source("gelu_1.input") == "relu_1.output"


def test_search_puts_a_node_into_a_wire_and_room_is_made(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh")
    stage.click(middle(stage, "relu_1.output", "gelu_1.input"))
    before = len(stage.steps)
    assert stage.actions.run("graph.insert")
    stage.type("silu")
    stage.type_key(Qt.Key.Key_Return)
    assert stage.source("silu_1.input") == "relu_1.output"
    assert stage.source("gelu_1.input") == "silu_1.output"
    assert len(stage.steps) == before + 1
    rects = [stage.rect(name) for name in ("relu_1", "silu_1", "gelu_1", "tanh_1")]
    assert all(a.right() < b.left() for a, b in pairwise(rects))


def test_x_and_control_delete_heal_the_wire(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh", "silu")
    stage.click(stage.middle("gelu_1"))
    stage.key(Qt.Key.Key_X)
    assert stage.source("tanh_1.input") == "relu_1.output"
    stage.click(stage.middle("tanh_1"))
    stage.key(Qt.Key.Key_Delete, CTRL)
    assert stage.source("silu_1.input") == "relu_1.output"
    assert stage.steps[0] == "Delete tanh_1 and heal"


def test_delete_leaves_a_gap(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh")
    stage.click(stage.middle("gelu_1"))
    stage.key(Qt.Key.Key_Backspace)
    assert stage.source("tanh_1.input") == ""
    assert set(stage.graph.nodes) == {"relu_1", "tanh_1"}


def test_a_double_click_on_a_wire_adds_a_dot(stage: Stage) -> None:
    stage.chain("relu", "gelu", gap=400.0)
    at = middle(stage, "relu_1.output", "gelu_1.input")
    stage.double_click(at)
    assert stage.graph.nodes["identity_1"].type == "identity"
    assert stage.source("identity_1.input") == "relu_1.output"
    assert stage.source("gelu_1.input") == "identity_1.output"
    assert (stage.middle("identity_1") - at).manhattanLength() < 4
    assert len([s for s in stage.steps if "dot" in s]) == 1
    start = stage.middle("identity_1")
    stage.drag(start, start + QPoint(0, 80))
    assert (stage.middle("identity_1") - start - QPoint(0, 80)).manhattanLength() < 10


def test_r_adds_a_dot_to_the_selected_wire(stage: Stage) -> None:
    stage.chain("relu", "gelu", gap=400.0)
    stage.tab.select(edges=[Endpoint("gelu_1", "input")])
    stage.key(Qt.Key.Key_R)
    assert stage.source("gelu_1.input") == "identity_1.output"
