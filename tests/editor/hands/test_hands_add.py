"""Adding nodes: the search box and drops from the palette."""

from __future__ import annotations

import pytest
from hands_stage import LEFT, Stage
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView

from netbuilder.graph import edits

HERE = QPoint(420, 160)


def shown(stage: Stage) -> list[str]:
    return [found.offer.title for found in stage.box.found]


@pytest.mark.parametrize("how", ["tab", "double click", "right click"])
def test_the_search_opens_at_the_cursor_and_enter_places_there(stage: Stage, how: str) -> None:
    if how == "tab":
        QTest.mouseMove(stage.canvas.viewport(), HERE)
        stage.move(HERE, button=Qt.MouseButton.NoButton)
        stage.key(Qt.Key.Key_Tab)
    elif how == "double click":
        stage.double_click(HERE)
    else:
        stage.context(HERE)
    assert stage.box.is_open
    assert (stage.box.pos() - HERE).manhattanLength() < 4
    stage.type("conv2")
    assert shown(stage)[0] == "Conv2d"
    stage.type_key(Qt.Key.Key_Return)
    assert not stage.box.is_open
    assert (stage.middle("conv2d_1") - HERE).manhattanLength() < 40
    assert stage.tab.selection.nodes == {"conv2d_1"}
    assert stage.steps == ("Add Conv2d",)
    assert stage.canvas.hasFocus()


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("relu", "ReLU"),
        ("bn2", "BatchNorm2d"),
        ("maxpool2", "MaxPool2d"),
        ("lin", "Linear"),
        ("cross", "CrossEntropyLoss"),
        ("lstm", "LSTM"),
    ],
)
def test_the_best_comes_first(stage: Stage, typed: str, best: str) -> None:
    stage.key(Qt.Key.Key_Tab)
    stage.type(typed)
    first = shown(stage)[0]
    assert first.replace(" ", "").replace("-", "").lower() == best.lower(), shown(stage)[:5]


def test_arrows_choose_and_go_round(stage: Stage) -> None:
    stage.key(Qt.Key.Key_Tab)
    stage.type("conv")
    titles = shown(stage)
    stage.type_key(Qt.Key.Key_Down)
    stage.type_key(Qt.Key.Key_Up)
    stage.type_key(Qt.Key.Key_Up)
    rows = stage.box.findChild(QListView, "search_list")
    assert rows.currentIndex().row() == len(titles) - 1
    stage.type_key(Qt.Key.Key_Down)
    stage.type_key(Qt.Key.Key_Down)
    stage.type_key(Qt.Key.Key_Return)
    assert len(stage.graph.nodes) == 1
    node = next(iter(stage.graph.nodes.values()))
    assert node.type in titles[1].lower().replace(" ", "_")


def test_a_row_is_clicked(stage: Stage) -> None:
    stage.key(Qt.Key.Key_Tab)
    stage.type("tanh")
    rows = stage.box.findChild(QListView, "search_list")
    place = rows.visualRect(rows.model().index(0, 0)).center()
    QTest.mouseClick(rows.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    assert "tanh_1" in stage.graph.nodes


def test_nothing_that_fits_is_said(stage: Stage) -> None:
    stage.key(Qt.Key.Key_Tab)
    stage.type("zzqx")
    assert not shown(stage)
    stage.type_key(Qt.Key.Key_Return)
    assert stage.box.is_open
    assert not stage.graph.nodes


def test_esc_and_a_click_elsewhere_close(stage: Stage) -> None:
    stage.key(Qt.Key.Key_Tab)
    stage.type_key(Qt.Key.Key_Escape)
    assert not stage.box.is_open
    stage.key(Qt.Key.Key_Tab)
    stage.click(QPoint(20, 580))
    assert not stage.box.is_open
    assert stage.canvas.hasFocus()


def test_what_was_used_last_comes_first(stage: Stage) -> None:
    stage.key(Qt.Key.Key_Tab)
    stage.type("sigmoid")
    stage.type_key(Qt.Key.Key_Return)
    stage.key(Qt.Key.Key_Tab)
    assert shown(stage)[0] == "Sigmoid"


def test_letters_typed_in_the_box_are_no_commands(stage: Stage) -> None:
    stage.add("relu", 0, 0)
    stage.tab.select(nodes=["relu_1"])
    before = stage.steps
    stage.key(Qt.Key.Key_Tab)
    stage.type("bmx")
    stage.type_key(Qt.Key.Key_Delete)
    stage.type_key(Qt.Key.Key_Escape)
    assert stage.steps == before


def test_the_box_stays_inside_of_the_canvas(stage: Stage) -> None:
    stage.double_click(QPoint(880, 580))
    assert stage.canvas.rect().contains(stage.box.geometry())


def test_placing_twice_at_one_spot_hides_nothing(stage: Stage) -> None:
    for _ in range(2):
        stage.double_click(QPoint(700, 500)) if not stage.graph.nodes else stage.hands.asking.add(
            stage.scene(QPoint(700, 500))
        )
        stage.type("relu")
        stage.type_key(Qt.Key.Key_Return)
    one, other = (stage.rect(name).topLeft() for name in ("relu_1", "relu_2"))
    assert (one - other).manhattanLength() >= 16


def test_inputs_stand_outside_and_ports_inside_of_groups(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.key(Qt.Key.Key_Tab)
    assert "Input" in shown(stage)
    assert not any(found.offer.id == "group_input" for found in stage.box.found)
    stage.type_key(Qt.Key.Key_Escape)
    stage.tab.do("Group", lambda n: edits.make_group(n, ["relu_1"])[:2])
    stage.tab.enter("group_1")
    stage.key(Qt.Key.Key_Tab)
    ids = [found.offer.id for found in stage.box.found]
    assert "group_input" in ids
    assert "input" not in ids
    assert "group_1" not in ids


def test_the_palette_drops_a_node_where_the_mouse_is(stage: Stage) -> None:
    stage.drop(HERE, "relu")
    assert (stage.middle("relu_1") - HERE).manhattanLength() < 40
    assert stage.steps == ("Add ReLU",)
    assert stage.tab.selection.nodes == {"relu_1"}


def test_the_palette_drops_a_node_into_a_wire(stage: Stage) -> None:
    stage.chain("relu", "gelu", gap=400.0)
    at = (stage.port("relu_1.output") + stage.port("gelu_1.input")) / 2
    stage.drop(at, "tanh")
    assert stage.source("tanh_1.input") == "relu_1.output"
    assert stage.source("gelu_1.input") == "tanh_1.output"


def test_what_does_not_fit_into_the_wire_lands_beside_it(stage: Stage) -> None:
    stage.chain("relu", "gelu", gap=400.0)
    at = (stage.port("relu_1.output") + stage.port("gelu_1.input")) / 2
    stage.drop(at, "target")
    assert "target_1" in stage.graph.nodes
    assert stage.source("gelu_1.input") == "relu_1.output"


def test_groups_of_the_document_are_dropped(stage: Stage) -> None:
    stage.chain("relu", "gelu")
    stage.tab.do("Group", lambda n: edits.make_group(n, ["relu_1"])[:2])
    stage.drop(QPoint(420, 480), "group:group_1")
    assert [n.type for n in stage.graph.nodes.values()].count("group:group_1") == 2


def test_files_and_strange_drops_are_left_to_the_window(stage: Stage) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/tmp/some.netgraph")])
    event = stage.drop_data(HERE, data)
    assert not event.isAccepted()
    stage.drop(HERE, "no_such_type")
    assert not stage.graph.nodes
