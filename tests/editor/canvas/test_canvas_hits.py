"""What lies under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from netbuilder.editor.canvas.hits import Hit
from netbuilder.editor.canvas.view import Canvas
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint


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


def test_no_port_is_hit_where_none_is_drawn(canvas: Canvas) -> None:
    card = canvas.card("head")
    assert card is not None
    at = QPointF(card.x + 2, card.y + 27)
    assert canvas.hit(at).kind == "port"
    canvas.set_zoom(0.3)
    assert canvas.hit(at).kind == "node"
