"""What lies under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtTest import QTest

from netbuilder.editor.canvas.hits import Hit
from netbuilder.editor.canvas.view import Canvas
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_everything_can_be_hit(canvas: Canvas) -> None:
    card = canvas.card("loss")
    assert card is not None
    target = card.ins["target"]
    assert canvas.hit(QPointF(card.x + 60, card.y + 20)) == Hit("node", "loss")
    assert canvas.hit(QPointF(card.right - 4, card.y + 2)) == Hit("badge", "loss")
    assert canvas.hit(QPointF(target.x - 6, target.y)) == Hit("port", "loss", "target", "in")
    assert canvas.hit(QPointF(993, 308)) == Hit("reroute", "dot")
    assert canvas.hit(QPointF(986, 308)) == Hit("port", "dot", "input", "in")
    assert canvas.hit(QPointF(20, 430)) == Hit("note", id="note_1")
    assert canvas.hit(QPointF(195, 495)) == Hit("note_corner", id="note_1")
    assert canvas.hit(QPointF(580, 70)) == Hit("frame_title", id="frame_1")
    assert canvas.hit(QPointF(580, 300)) == Hit("frame", id="frame_1")
    assert canvas.hit(QPointF(965, 385)) == Hit("frame_corner", id="frame_1")
    assert canvas.hit(QPointF(-500, -500)) == Hit()
    edge = Endpoint("relu_1", "input")
    assert canvas.hit(QPointF(380, 268)) == Hit("edge", edge=edge)
    assert canvas.edge_near(QPointF(380, 290), 30) == edge
    assert canvas.edge_near(QPointF(380, 290), 5) is None


def test_the_nearest_port_is_found_within_reach(canvas: Canvas) -> None:
    card = canvas.card("add_1")
    assert card is not None
    below = QPointF(card.x - 20, card.ins["x_2"].y + 5)
    found = canvas.nearest_port(below, 40)
    assert found == Hit("port", "add_1", "x_2", "in")
    assert canvas.nearest_port(below, 10) is None
    assert canvas.nearest_port(below, 40, "out") is None
    dot = canvas.nearest_port(QPointF(993, 308), 20, "in")
    assert dot == Hit("port", "dot", "input", "in")


def test_the_selected_card_is_found_first_where_two_overlap(canvas: Canvas) -> None:
    canvas.tab.do("Move", lambda n: edits.move_nodes(n, {"relu_1": (210.0, 250.0)}))
    at = QPointF(260, 265)
    first = canvas.hit(at).node
    other = {"conv_1": "relu_1", "relu_1": "conv_1"}[first]
    canvas.tab.select(nodes=[other])
    assert canvas.hit(at).node == other


def test_rectangles_find_cards_frames_and_notes(canvas: Canvas) -> None:
    assert canvas.nodes_in(QRectF(590, 90, 30, 30)) == {"conv_2"}
    assert canvas.nodes_in(QRectF(620, 120, -30, -30)) == {"conv_2"}
    assert canvas.frames_in(QRectF(500, 0, 600, 500)) == {"frame_1"}
    assert canvas.frames_in(QRectF(500, 0, 300, 500)) == frozenset()
    assert canvas.notes_in(QRectF(-10, 400, 300, 200)) == {"note_1"}
    assert canvas.rect_of(["image", "none"]) == canvas.rect_of(["image"])
    assert canvas.rect_of([]).isNull()


def test_a_cut_crosses_wires_in_its_order(canvas: Canvas) -> None:
    line = [QPointF(380, 200), QPointF(380, 400), QPointF(175, 400), QPointF(175, 200)]
    assert canvas.edges_crossing(line) == [Endpoint("relu_1", "input"), Endpoint("conv_1", "input")]
    assert canvas.edges_crossing([QPointF(0, 0)]) == []


@pytest.mark.parametrize("zoom", [0.1, 0.2, 0.3, 0.49, 0.5, 0.8, 1.0, 2.0, 4.0])
def test_ports_are_reached_at_every_zoom_and_leave_the_card_its_body(
    canvas: Canvas, zoom: float
) -> None:
    canvas.set_zoom(zoom)
    card = canvas.card("head")
    assert card is not None
    port = card.outs["output"]
    reach = max(min(10 / zoom, 36.0), 7.0)
    for beside in (0.0, 0.95 * reach):
        assert canvas.hit(QPointF(port.x + beside, port.y)) == Hit("port", "head", "output", "out")
    assert canvas.hit(QPointF(port.x + 1.2 * reach, port.y)).kind != "port"
    # Three fifths of the card are its own, and at 100% all but 10 px.
    own = min(max(10 / zoom, 7.0), card.width / 5)
    for x in (card.x + own + 1, card.x + card.width / 2, card.right - own - 1):
        assert canvas.hit(QPointF(x, port.y)) == Hit("node", "head")


def test_of_two_ports_within_reach_the_nearer_one_is_hit(canvas: Canvas) -> None:
    canvas.set_zoom(0.2)
    card = canvas.card("add_1")
    assert card is not None
    one, two = card.ins["x_1"], card.ins["x_2"]
    middle = (one.y + two.y) / 2
    assert canvas.hit(QPointF(one.x - 12, middle - 2)).port == "x_1"
    assert canvas.hit(QPointF(one.x - 12, middle + 2)).port == "x_2"


def test_a_dot_is_moved_from_far(canvas: Canvas) -> None:
    canvas.set_zoom(0.3)
    assert canvas.hit(QPointF(986, 308)) == Hit("reroute", "dot")


def test_from_far_a_port_is_shown_with_its_name_under_the_pointer(
    canvas: Canvas, qtbot: QtBot
) -> None:
    canvas.set_zoom(0.2)
    card = canvas.card("loss")
    assert card is not None
    port = card.ins["target"]
    calm = canvas.viewport().grab().toImage()
    at = canvas.mapFromScene(QPointF(port.x, port.y))
    QTest.mouseMove(canvas.viewport(), at)
    qtbot.waitUntil(lambda: canvas.viewport().grab().toImage() != calm)
    shown = canvas.viewport().grab().toImage()
    other = [
        (x, y)
        for x in range(0, shown.width(), 2)
        for y in range(0, shown.height(), 2)
        if shown.pixel(x, y) != calm.pixel(x, y)
    ]
    assert min(y for _, y in other) < at.y() - 18, (
        "the name stands above the port, as large as ever"
    )
    QTest.mouseMove(canvas.viewport(), QPoint(5, 5))
    qtbot.waitUntil(lambda: canvas.viewport().grab().toImage() == calm)
