"""Clipboard, bypass, groups, frames, notes, names, layout: the commands of the canvas."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hands_stage import CTRL, SHIFT, Stage
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication

from netbuilder.editor.canvas.inline import InlineLine, InlineText
from netbuilder.graph import edits

HERE = QPoint(420, 400)
BOTH = CTRL | SHIFT


def point_at(stage: Stage, at: QPoint) -> None:
    stage.move(at, button=Qt.MouseButton.NoButton)


def clip() -> str:
    return QGuiApplication.clipboard().text()


# Clipboard.


def test_copy_puts_json_text_on_the_clipboard_and_paste_puts_it_at_the_cursor(
    stage: Stage,
) -> None:
    stage.chain("relu", "gelu")
    stage.tab.select(nodes=["relu_1", "gelu_1"])
    stage.key(Qt.Key.Key_C, CTRL)
    assert json.loads(clip())["netbuilder"] == "nodes"
    point_at(stage, HERE)
    stage.key(Qt.Key.Key_V, CTRL)
    assert stage.tab.selection.nodes == {"relu_2", "gelu_2"}
    assert stage.source("gelu_2.input") == "relu_2.output"
    corner = stage.seen(stage.rect("relu_2").topLeft())
    assert (corner - HERE).manhattanLength() <= 8
    assert stage.steps[0] == "Paste"


def test_pasting_twice_at_one_place_hides_nothing(stage: Stage) -> None:
    stage.chain("relu")
    stage.tab.select(nodes=["relu_1"])
    stage.key(Qt.Key.Key_C, CTRL)
    point_at(stage, HERE)
    stage.key(Qt.Key.Key_V, CTRL)
    stage.key(Qt.Key.Key_V, CTRL)
    places = {node.position for node in stage.graph.nodes.values()}
    assert len(places) == 3


def test_cut_takes_away_as_one_step(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.tab.do("Set the stage", lambda n: edits.add_note(n, "hm", position=(0, 200)))
    before = len(stage.steps)
    stage.key(Qt.Key.Key_A, CTRL)
    stage.key(Qt.Key.Key_X, CTRL)
    assert not stage.graph.nodes
    assert not stage.graph.notes
    assert len(stage.steps) == before + 1
    stage.key(Qt.Key.Key_V, CTRL)
    assert set(stage.graph.nodes) == {"relu_1", "gelu_1"}
    assert stage.tab.selection.notes == {"note_1"}


def test_paste_with_wires_keeps_what_came_in(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.tab.select(nodes=["gelu_1"])
    stage.key(Qt.Key.Key_C, CTRL)
    point_at(stage, HERE)
    stage.key(Qt.Key.Key_V, CTRL)
    assert stage.source("gelu_2.input") == ""
    stage.key(Qt.Key.Key_V, BOTH)
    assert stage.source("gelu_3.input") == "relu_1.output"


def test_duplicate_leaves_the_clipboard_alone(stage: Stage) -> None:
    QGuiApplication.clipboard().setText("mine")
    stage.chain("relu")
    stage.tab.select(nodes=["relu_1"])
    stage.key(Qt.Key.Key_D, CTRL)
    assert stage.tab.selection.nodes == {"relu_2"}
    assert stage.graph.nodes["relu_2"].position == (40, 40)
    assert clip() == "mine"


@pytest.mark.parametrize("text", ["", "hello", '{"netbuilder": "network"}', "[1, 2"])
def test_what_is_no_copy_is_refused_in_a_sentence(stage: Stage, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    stage.key(Qt.Key.Key_V, CTRL)
    assert not stage.graph.nodes
    level, sentence = stage.said[-1]
    assert level == "warning"
    assert "clipboard" in sentence


# Switches.


def test_b_bypasses_and_ends_it(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.click(stage.middle("relu_1"))
    stage.key(Qt.Key.Key_B)
    assert stage.graph.nodes["relu_1"].bypass
    assert stage.steps[0] == "Bypass relu_1"
    stage.key(Qt.Key.Key_B)
    assert not stage.graph.nodes["relu_1"].bypass


def test_what_changes_the_shape_is_not_bypassed(stage: Stage) -> None:
    stage.add("input", 0, 0, shape=[3, 8, 8])
    stage.add("conv2d", 240, 0, out_channels=16)
    stage.wire("input_1.output", "conv2d_1.input")
    stage.click(stage.middle("conv2d_1"))
    stage.key(Qt.Key.Key_B)
    assert not stage.graph.nodes["conv2d_1"].bypass
    assert "shape" in stage.said[-1][1]


def test_m_mutes_the_branch_between_a_fork_and_a_join(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh")
    stage.add("add", 720, 0)
    stage.wire("tanh_1.output", "add_1.x_1")
    stage.wire("relu_1.output", "add_1.x_2")
    stage.click(stage.middle("gelu_1"))
    stage.key(Qt.Key.Key_M)
    muted = {name for name, node in stage.graph.nodes.items() if node.bypass}
    assert muted == {"gelu_1", "tanh_1"}
    assert {name for name in stage.graph.nodes if stage.canvas.card(name).muted} == muted
    assert stage.canvas.accessibleDescription() == "gelu_1: GELU, muted. 4 nodes, 4 wires"
    stage.click(stage.middle("tanh_1"))
    stage.key(Qt.Key.Key_B)
    assert not any(stage.canvas.card(name).muted for name in stage.graph.nodes)
    stage.tab.undo()
    stage.click(stage.middle("gelu_1"))
    stage.key(Qt.Key.Key_M)
    assert not any(node.bypass for node in stage.graph.nodes.values())


def test_shift_f_freezes(stage: Stage) -> None:
    stage.chain("linear")
    stage.click(stage.middle("linear_1"))
    stage.key(Qt.Key.Key_F, SHIFT)
    assert stage.graph.nodes["linear_1"].frozen
    stage.key(Qt.Key.Key_F, SHIFT)
    assert not stage.graph.nodes["linear_1"].frozen


# Groups.


def grouped(stage: Stage) -> str:
    stage.chain("relu", "gelu", "tanh")
    stage.tab.select(nodes=["relu_1", "gelu_1"])
    stage.key(Qt.Key.Key_G, CTRL)
    return next(iter(stage.tab.selection.nodes))


def test_control_g_makes_a_group_and_control_shift_g_expands_it(stage: Stage) -> None:
    instance = grouped(stage)
    assert stage.graph.nodes[instance].group in stage.tab.network.groups
    assert stage.source("tanh_1.input").startswith(instance)
    assert stage.steps[0] == "Group 2 nodes"
    stage.key(Qt.Key.Key_G, BOTH)
    assert stage.tab.selection.nodes == {"relu_1", "gelu_1"}
    assert stage.source("tanh_1.input") == "gelu_1.output"


def test_a_double_click_enters_and_esc_leaves(stage: Stage) -> None:
    instance = grouped(stage)
    stage.double_click(stage.middle(instance))
    assert stage.tab.trail == (instance,)
    assert "relu_1" in stage.graph.nodes
    stage.key(Qt.Key.Key_Escape)
    assert stage.tab.trail == ()
    assert stage.tab.selection.nodes == {instance}


@pytest.mark.parametrize("keys", [CTRL, Qt.KeyboardModifier.NoModifier])
def test_enter_enters_a_group_and_asks_for_details_of_a_node(
    stage: Stage, keys: Qt.KeyboardModifier
) -> None:
    wanted: list[bool] = []

    def on_wanted() -> None:
        wanted.append(True)

    stage.commands.details_wanted.connect(on_wanted)
    instance = grouped(stage)
    stage.key(Qt.Key.Key_Return, keys)
    assert stage.tab.trail == (instance,)
    stage.tab.select(nodes=["relu_1"])
    stage.key(Qt.Key.Key_Return, keys)
    assert wanted == [True]
    assert stage.tab.trail == (instance,)


def test_editing_inside_of_a_group_edits_its_definition(stage: Stage) -> None:
    instance = grouped(stage)
    stage.tab.enter(instance)
    stage.tab.select(nodes=["relu_1"])
    stage.key(Qt.Key.Key_B)
    group = stage.tab.network.groups[stage.tab.group]
    assert group.graph.nodes["relu_1"].bypass


def test_esc_in_the_main_graph_selects_nothing(stage: Stage) -> None:
    stage.chain("relu")
    stage.tab.select(nodes=["relu_1"])
    stage.key(Qt.Key.Key_Escape)
    assert not stage.tab.selection


def test_a_group_is_kept_in_the_library_and_offered_elsewhere(stage: Stage) -> None:
    instance = grouped(stage)
    group = stage.graph.nodes[instance].group
    assert stage.actions.run("graph.keep_group")
    assert stage.said[-1] == ("info", f"{group} is in your library now, for every document.")
    stage.tab.do("Name", lambda n: edits.set_group_info(n, group, title="Café: 1/2"))
    assert stage.actions.run("graph.keep_group")
    assert stage.said[-1][1].startswith("Caf_ 1_2 is in your library now"), "as it is called there"
    stage.key(Qt.Key.Key_A, CTRL)
    stage.key(Qt.Key.Key_Delete)
    stage.tab.do("Forget it", lambda n: edits.remove_group(n, group))
    stage.key(Qt.Key.Key_Tab)
    assert any(found.offer.kind == "library" for found in stage.box.found)
    stage.type(group)
    stage.type_key(Qt.Key.Key_Return)
    assert [node.group for node in stage.graph.nodes.values()] == [group]
    assert group in stage.tab.network.groups


# Frames, notes, names.


def test_control_j_frames_the_selection_and_asks_for_the_title(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.tab.select(nodes=["relu_1", "gelu_1"])
    before = len(stage.steps)
    stage.key(Qt.Key.Key_J, CTRL)
    field = stage.hands.naming.field
    assert isinstance(field, InlineLine)
    assert field.hasFocus()
    stage.type("encoder")
    stage.type_key(Qt.Key.Key_Return)
    frame = stage.graph.frames["frame_1"]
    assert frame.title == "encoder"
    assert len(stage.steps) == before + 1
    whole = stage.canvas.rect_of(["relu_1", "gelu_1"])
    assert frame.position[0] < whole.left()
    assert frame.position[1] < whole.top()
    assert frame.position[0] + frame.size[0] > whole.right()
    assert stage.canvas.hasFocus()


def test_n_writes_a_note_at_the_cursor(stage: Stage) -> None:
    point_at(stage, HERE)
    stage.key(Qt.Key.Key_N)
    assert isinstance(stage.hands.naming.field, InlineText)
    stage.type("mind the gap")
    stage.type_key(Qt.Key.Key_Return, CTRL)
    note = stage.graph.notes["note_1"]
    assert note.text == "mind the gap"
    assert (stage.seen(QPointF(*note.position)) - HERE).manhattanLength() <= 8
    assert stage.steps == ("Add a note",)


def test_a_note_without_words_goes_again(stage: Stage) -> None:
    stage.key(Qt.Key.Key_N)
    stage.type_key(Qt.Key.Key_Escape)
    assert not stage.graph.notes
    assert not stage.steps


def test_f2_renames_a_node_in_its_place(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.click(stage.middle("relu_1"))
    stage.key(Qt.Key.Key_F2)
    stage.type("stem")
    stage.type_key(Qt.Key.Key_Return)
    assert "stem" in stage.graph.nodes
    assert stage.source("gelu_1.input") == "stem.output"
    assert stage.steps[0] == "Rename relu_1 to stem"
    assert stage.tab.selection.nodes == {"stem"}


def test_a_name_that_cannot_be_stays_open_and_esc_drops_it(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.click(stage.middle("relu_1"))
    stage.key(Qt.Key.Key_F2)
    stage.type("gelu_1")
    stage.type_key(Qt.Key.Key_Return)
    field = stage.hands.naming.field
    assert field is not None
    assert field.property("wrong") is True
    stage.type_key(Qt.Key.Key_Escape)
    assert stage.hands.naming.field is None
    assert set(stage.graph.nodes) == {"relu_1", "gelu_1"}


def test_a_click_elsewhere_keeps_the_name(stage: Stage) -> None:
    stage.chain("relu")
    stage.click(stage.middle("relu_1"))
    stage.key(Qt.Key.Key_F2)
    stage.type("stem")
    stage.click(QPoint(500, 500))
    assert "stem" in stage.graph.nodes


def test_double_clicks_write_titles_and_notes(stage: Stage) -> None:
    stage.tab.do("Set", lambda n: edits.add_frame(n, "A", position=(0, 0), size=(200, 160)))
    stage.tab.do("Set", lambda n: edits.add_note(n, "x", position=(300, 0), size=(160, 80)))
    stage.double_click(stage.seen(QPointF(60, 14)))
    stage.type("stage one")
    stage.type_key(Qt.Key.Key_Return)
    assert stage.graph.frames["frame_1"].title == "stage one"
    stage.double_click(stage.seen(QPointF(350, 30)))
    stage.type("two lines")
    stage.type_key(Qt.Key.Key_Return)
    stage.type("of text")
    stage.click(QPoint(500, 500))
    assert stage.graph.notes["note_1"].text == "two lines\nof text"


# Arranging.


def test_control_l_lays_out_everything_as_one_step(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh", gap=20.0)
    before = len(stage.steps)
    stage.key(Qt.Key.Key_L, CTRL)
    rects = [stage.rect(name) for name in ("relu_1", "gelu_1", "tanh_1")]
    assert all(a.right() < b.left() for a, b in pairwise(rects))
    assert rects[0].topLeft() == QPointF(0, 0)
    assert len(stage.steps) == before + 1
    stage.tab.undo()
    assert stage.graph.nodes["tanh_1"].position == (40, 0)


def test_a_layout_of_the_selection_leaves_the_rest(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh", gap=20.0)
    stage.tab.select(nodes=["relu_1", "gelu_1"])
    stage.key(Qt.Key.Key_L, CTRL)
    assert stage.graph.nodes["tanh_1"].position == (40, 0)
    assert stage.rect("relu_1").right() < stage.rect("gelu_1").left()


def test_frames_stay_around_what_they_hold(stage: Stage) -> None:
    stage.chain("relu", "gelu", gap=20.0)
    stage.tab.do("Set", lambda n: edits.add_frame(n, "A", position=(-24, -56), size=(230, 170)))
    stage.key(Qt.Key.Key_L, CTRL)
    frame = stage.graph.frames["frame_1"]
    whole = stage.canvas.rect_of(["relu_1", "gelu_1"])
    assert frame.position == (whole.x() - 24, whole.y() - 56)
    assert frame.position[0] + frame.size[0] > whole.right()


def test_align_and_distribute(stage: Stage) -> None:
    for index, x in enumerate((0, 230, 700)):
        stage.add("relu", x, 30 * index)
    stage.key(Qt.Key.Key_A, CTRL)
    assert stage.actions.run("graph.align_top")
    assert {node.position[1] for node in stage.graph.nodes.values()} == {0}
    assert stage.actions.run("graph.distribute_across")
    assert stage.graph.nodes["relu_2"].position[0] == 350
    stage.tab.select(nodes=["relu_1", "relu_3"])
    assert not stage.actions.can("graph.distribute_across")
    assert stage.actions.run("graph.align_left")
    assert stage.graph.nodes["relu_3"].position[0] == 0


def test_commands_know_when_they_make_sense(stage: Stage) -> None:
    can = stage.actions.can
    assert can("graph.add")
    for name in ("edit.copy", "edit.delete", "graph.group", "graph.enter", "graph.insert"):
        assert not can(name)
    stage.chain("relu", "gelu")
    stage.tab.select(nodes=["relu_1", "gelu_1"])
    assert can("graph.group")
    assert not can("graph.connect")
    assert not can("graph.expand")


def test_what_nothing_goes_through_is_not_bypassed(stage: Stage) -> None:
    stage.chain("input", "output")
    stage.tab.select(nodes=["output_1"])
    stage.key(Qt.Key.Key_B)
    assert not stage.graph.nodes["output_1"].bypass
    assert "nothing goes through" in stage.said[-1][1]


def test_f2_on_a_note_that_was_just_left_empty_does_nothing(stage: Stage) -> None:
    stage.key(Qt.Key.Key_N)
    stage.actions.run("edit.rename")
    assert not stage.graph.notes
    assert stage.hands.naming.field is None


def test_an_undo_under_an_open_field_is_no_fault(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    stage.tab.select(nodes=["relu_1"])
    stage.key(Qt.Key.Key_F2)
    stage.tab.undo()
    stage.click(QPoint(500, 500))
    assert stage.hands.naming.field is None
    assert not stage.said
