"""The canvas without a mouse: walking, connecting, cutting, menus; and the breadcrumb."""

from __future__ import annotations

from hands_stage import ALT, CTRL, SHIFT, Stage
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QToolButton

from netbuilder.editor.canvas.breadcrumb import Breadcrumb
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint

RIGHT, LEFT, UP, DOWN = (
    Qt.Key.Key_Right,
    Qt.Key.Key_Left,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
)


def fork(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    stage.add("gelu", 260, -80)
    stage.add("tanh", 260, 80)
    stage.wire("relu_1.output", "gelu_1.input")
    stage.wire("relu_1.output", "tanh_1.input")
    stage.home()


def chosen(stage: Stage) -> set[str]:
    return set(stage.tab.selection.nodes)


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def test_control_and_arrows_walk_along_wires(stage: Stage) -> None:
    fork(stage)
    stage.tab.select(nodes=["relu_1"])
    stage.key(RIGHT, CTRL)
    first = chosen(stage)
    assert first <= {"gelu_1", "tanh_1"}
    stage.key(DOWN if first == {"gelu_1"} else UP, CTRL)
    assert chosen(stage) == {"gelu_1", "tanh_1"} - first
    stage.key(LEFT, CTRL)
    assert chosen(stage) == {"relu_1"}
    stage.key(RIGHT, CTRL | SHIFT)
    assert len(chosen(stage)) == 2


def test_walking_begins_in_the_middle_and_brings_into_view(stage: Stage) -> None:
    stage.chain("relu", "gelu", "tanh", "silu", "relu", "gelu", gap=400.0)
    stage.key(RIGHT, CTRL)
    assert len(chosen(stage)) == 1
    stage.tab.select(nodes=["relu_1"])
    for _ in range(5):
        stage.key(RIGHT, CTRL)
    assert chosen(stage) == {"gelu_2"}
    assert stage.canvas.viewport().rect().contains(stage.middle("gelu_2"))


def test_page_keys_go_through_everything_in_order(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.tab.do("Set", lambda n: edits.add_frame(n, "A", position=(0, 300)))
    stage.tab.do("Set", lambda n: edits.add_note(n, "x", position=(400, 300)))
    seen = []
    for _ in range(5):
        stage.key(Qt.Key.Key_PageDown)
        now = stage.tab.selection
        seen.append(next(iter([*now.nodes, *now.frames, *now.notes])))
    assert seen == ["relu_1", "gelu_1", "frame_1", "note_1", "relu_1"]
    stage.key(Qt.Key.Key_PageUp)
    assert stage.tab.selection.notes == {"note_1"}


def test_alt_and_arrows_select_wires_that_delete_cuts(stage: Stage) -> None:
    fork(stage)
    stage.tab.select(nodes=["relu_1"])
    stage.key(RIGHT, ALT)
    first = stage.tab.selection.edges
    stage.key(RIGHT, ALT)
    second = stage.tab.selection.edges
    assert first | second == {Endpoint("gelu_1", "input"), Endpoint("tanh_1", "input")}
    stage.key(RIGHT, CTRL)
    assert chosen(stage) == {next(iter(second)).node}
    stage.key(LEFT, ALT)
    stage.key(Qt.Key.Key_Delete)
    assert stage.graph.edges.keys() == first


def test_c_connects_to_a_port_that_is_there(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    stage.add("gelu", 260, 0)
    stage.tab.select(nodes=["relu_1"])
    stage.key(Qt.Key.Key_C)
    assert stage.box.found[0].offer.kind == "port"
    stage.type("gelu_1")
    stage.type_key(Qt.Key.Key_Return)
    assert stage.source("gelu_1.input") == "relu_1.output"
    assert stage.canvas.hasFocus()


def test_c_adds_a_wired_node(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    stage.tab.select(nodes=["relu_1"])
    stage.key(Qt.Key.Key_C)
    stage.type("tanh")
    stage.type_key(Qt.Key.Key_Return)
    assert stage.source("tanh_1.input") == "relu_1.output"
    assert stage.rect("tanh_1").left() > stage.rect("relu_1").right()


def test_c_begins_at_any_port(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    stage.add("add", 260, 0)
    stage.tab.select(nodes=["add_1"])
    stage.key(Qt.Key.Key_C)
    categories = [found.offer.category for found in stage.box.found]
    place = categories.index("into x_2")
    for _ in range(place):
        stage.type_key(Qt.Key.Key_Down)
    stage.type_key(Qt.Key.Key_Return)
    assert stage.source("add_1.x_2") == "relu_1.output"


def test_a_whole_network_is_built_without_a_mouse(stage: Stage) -> None:
    stage.key(Qt.Key.Key_Tab)
    stage.type("input")
    stage.type_key(Qt.Key.Key_Return)
    for typed in ("linear", "relu", "output"):
        stage.key(Qt.Key.Key_C)
        stage.type(typed)
        stage.type_key(Qt.Key.Key_Return)
    assert [node.type for node in stage.graph.nodes.values()].count("relu") == 1
    assert len(stage.graph.edges) == 3
    assert stage.source("output_1.input") == "relu_1.output"


def test_frames_grow_by_keys(stage: Stage) -> None:
    stage.tab.do("Set", lambda n: edits.add_frame(n, "A", position=(0, 0), size=(200, 160)))
    stage.tab.select(frames=["frame_1"])
    stage.key(RIGHT, CTRL | SHIFT)
    stage.key(UP, CTRL | SHIFT)
    assert stage.graph.frames["frame_1"].size == (216, 144)
    stage.key(DOWN)
    assert stage.graph.frames["frame_1"].position == (0, 8)


def test_screen_readers_hear_what_is_selected(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.tab.select(nodes=["relu_1"])
    assert "relu_1: ReLU" in stage.canvas.accessibleDescription()
    stage.tab.select(edges=[Endpoint("gelu_1", "input")])
    assert "relu_1.output" in stage.canvas.accessibleDescription()
    stage.tab.select(nodes=["gelu_1"])
    stage.add("tanh", 600.0, 0.0)
    assert stage.canvas.accessibleDescription() == "gelu_1: GELU. 3 nodes, 1 wire"
    stage.tab.do("Delete", lambda n: edits.remove_nodes(n, ["gelu_1", "tanh_1"]))
    assert stage.canvas.accessibleDescription() == "Nothing selected. 1 node, 0 wires"


# Context menus.


def test_the_menu_of_a_node_selects_it_and_acts(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.context(stage.middle("relu_1"))
    assert chosen(stage) == {"relu_1"}
    menu = stage.menu()
    assert "Rename" in texts(menu)
    assert "Expand Group" not in texts(menu)
    next(a for a in menu.actions() if a.text() == "Bypass").trigger()
    menu.close()
    assert stage.graph.nodes["relu_1"].bypass


def test_the_menu_of_several_keeps_them_selected(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.tab.select(nodes=["relu_1", "gelu_1"])
    stage.context(stage.middle("relu_1"))
    menu = stage.menu()
    assert chosen(stage) == {"relu_1", "gelu_1"}
    assert "Make Group" in texts(menu)
    assert "Align" in texts(menu)
    menu.close()


def test_the_menu_of_a_wire_inserts_into_it(stage: Stage) -> None:
    stage.chain("relu", "gelu", gap=400.0)
    stage.context((stage.port("relu_1.output") + stage.port("gelu_1.input")) / 2)
    menu = stage.menu()
    assert texts(menu) == ["Insert into Wire…", "Add Reroute Dot", "Delete"]
    menu.actions()[0].trigger()
    menu.close()
    stage.type("tanh")
    stage.type_key(Qt.Key.Key_Return)
    assert stage.source("gelu_1.input") == "tanh_1.output"


def test_the_menu_of_a_frame_colours_it(stage: Stage) -> None:
    stage.tab.do("Set", lambda n: edits.add_frame(n, "A", position=(0, 0), size=(200, 160)))
    stage.tab.select(frames=["frame_1"])
    stage.context(QPoint(0, 0), keyboard=True)
    menu = stage.menu()
    colours = menu.findChild(QMenu, "context_colour")
    next(a for a in colours.actions() if a.text() == "Green").trigger()
    menu.close()
    assert stage.graph.frames["frame_1"].colour.startswith("#")
    assert stage.steps[0] == "Colour a frame"


def test_the_menu_key_with_nothing_selected_offers_what_the_graph_can(stage: Stage) -> None:
    stage.context(QPoint(0, 0), keyboard=True)
    menu = stage.menu()
    assert "Paste" in texts(menu)
    assert "Leave Group" not in texts(menu)
    menu.close()


def test_a_right_click_on_nothing_offers_commands_beside_the_search(stage: Stage) -> None:
    stage.context(QPoint(420, 200))
    button = next(b for b in stage.box.findChildren(QToolButton) if b.text() == "Note")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not stage.box.is_open
    assert stage.graph.notes
    stage.type("words")
    stage.type_key(Qt.Key.Key_Return, CTRL)
    assert stage.graph.notes["note_1"].text == "words"


# Breadcrumb.


def test_the_breadcrumb_leads_back(stage: Stage) -> None:
    crumbs = Breadcrumb(stage.workspace, stage.window)
    assert crumbs.isHidden()
    stage.chain("relu", "gelu", "tanh")
    stage.tab.do("Group", lambda n: edits.make_group(n, ["relu_1", "gelu_1"])[:2])
    inner = stage.tab.network.graph.nodes.keys() - {"tanh_1"}
    outer = inner.pop()
    stage.tab.enter(outer)
    group = stage.tab.group
    stage.tab.do("Group", lambda n: edits.make_group(n, ["relu_1"], group=group)[:2])
    instance = next(name for name, node in stage.graph.nodes.items() if node.group)
    stage.tab.enter(instance)
    assert not crumbs.isHidden()
    assert crumbs.findChild(QLabel, "crumb_here").text() == instance
    crumbs.findChild(QToolButton, "crumb_1").click()
    assert stage.tab.trail == (outer,)
    crumbs.findChild(QToolButton, "crumb_0").click()
    assert stage.tab.trail == ()
    assert crumbs.isHidden()


def test_c_on_an_output_replaces_its_wire(stage: Stage) -> None:
    stage.chain("relu", "output")
    stage.add("gelu", 0, 160)
    stage.tab.select(nodes=["output_1"])
    stage.key(Qt.Key.Key_C)
    stage.type("gelu_1")
    stage.type_key(Qt.Key.Key_Return)
    assert stage.source("output_1.input") == "gelu_1.output"
