"""Looking around: zoom, pan, framing, hovering, tips, keyboard focus, settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shiboken6
from networks import network
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip, QWidget

from netbuilder.app.examples import example
from netbuilder.editor.canvas.hits import Hit
from netbuilder.editor.canvas.scene import Scene
from netbuilder.editor.canvas.tips import tip_of
from netbuilder.editor.canvas.view import LEAST_ZOOM, MOST_ZOOM, Canvas
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Network


def stage(canvas: Canvas) -> Scene:
    scene = canvas.scene()
    assert isinstance(scene, Scene)
    return scene


def wheel(canvas: Canvas, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(canvas.viewport().mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)


def test_the_point_under_the_pointer_stays_while_zooming(canvas: Canvas) -> None:
    at = QPoint(300, 200)
    before = canvas.map_to_scene(QPointF(at))
    told: list[float] = []
    canvas.zoomed.connect(told.append)
    for notches in (3, -5, 2):
        wheel(canvas, at, notches)
        after = canvas.map_to_scene(QPointF(at))
        assert (after - before).manhattanLength() < 2.5 / canvas.zoom
    assert told[-1] == canvas.zoom
    canvas.zoom_by(1e9)
    assert canvas.zoom == MOST_ZOOM
    canvas.zoom_by(1e-9)
    assert canvas.zoom == LEAST_ZOOM


def test_without_hands_the_middle_button_pans(canvas: Canvas) -> None:
    view = canvas.viewport()
    before = canvas.centre()
    QTest.mousePress(view, Qt.MouseButton.MiddleButton, pos=QPoint(500, 300))
    QTest.mouseMove(view, QPoint(560, 330))
    QTest.mouseRelease(view, Qt.MouseButton.MiddleButton, pos=QPoint(560, 330))
    moved = canvas.centre() - before
    assert abs(moved.x() + 60) <= 1
    assert abs(moved.y() + 30) <= 1


def test_framing_shows_what_was_asked_for(canvas: Canvas) -> None:
    canvas.frame_all()
    seen = canvas.shown_rect()
    assert seen.contains(canvas.rect_of(canvas.tab.graph.nodes))
    assert canvas.zoom <= 1
    canvas.frame_nodes(["head"])
    assert canvas.zoom == 1
    assert (canvas.shown_rect().center() - canvas.rect_of(["head"]).center()).manhattanLength() < 2
    canvas.centre_on("image")
    assert (canvas.shown_rect().center() - canvas.rect_of(["image"]).center()).manhattanLength() < 2
    canvas.centre_on("none")


def test_pointing_glides_where_things_may_move(canvas: Canvas, qtbot: Any) -> None:
    canvas.workspace.preferences.set("motion", "on")
    canvas.tab.reveal("image")
    middle = canvas.rect_of(["image"]).center()
    qtbot.waitUntil(lambda: (canvas.centre() - middle).manhattanLength() < 2)
    assert canvas.tab.selection.nodes == {"image"}


def test_cards_glide_and_arrive(canvas: Canvas, qtbot: Any) -> None:
    canvas.workspace.preferences.set("motion", "on")
    before = {"head": canvas.tab.graph.nodes["head"].position}
    canvas.tab.do("Move", lambda n: edits.move_nodes(n, {"head": (1060.0, 100.0)}))
    canvas.animate_moves(before)
    assert canvas.rect_of(["head"]).y() > 150
    qtbot.waitUntil(lambda: canvas.rect_of(["head"]).y() == 100)
    wire = stage(canvas).wire(Endpoint("head", "input"))
    assert wire.curve.end == QPointF(1060, 127)
    canvas.animate_moves(before)
    canvas.tab.do("Move", lambda n: edits.move_nodes(n, {"head": (1060.0, 120.0)}))
    assert canvas.rect_of(["head"]).y() == 120  # an edit ends the gliding
    canvas.workspace.preferences.set("motion", "off")
    canvas.animate_moves(before)
    assert canvas.rect_of(["head"]).y() == 120


def test_the_cursor_is_where_the_mouse_is(canvas: Canvas) -> None:
    middle = canvas.centre()
    QApplication.sendEvent(canvas.viewport(), QEvent(QEvent.Type.Leave))
    assert canvas.cursor() == middle
    QTest.mouseMove(canvas.viewport(), QPoint(100, 120))
    assert (canvas.cursor() - canvas.map_to_scene(QPointF(100, 120))).manhattanLength() < 1


def test_hovering_shows(canvas: Canvas) -> None:
    scene = stage(canvas)
    card = canvas.card("relu_1")
    assert card is not None
    QTest.mouseMove(canvas.viewport(), canvas.mapFromScene(QPointF(card.x + 60, card.y + 20)))
    assert scene.moods.of("relu_1").hovered
    QTest.mouseMove(canvas.viewport(), canvas.mapFromScene(QPointF(card.x, card.y + 27)))
    assert scene.moods.of("relu_1").port == ("input", "in")
    QTest.mouseMove(canvas.viewport(), canvas.mapFromScene(QPointF(card.x - 20, card.y + 27)))
    assert scene.moods.edge == Endpoint("relu_1", "input")
    assert not scene.moods.of("relu_1").hovered
    QApplication.sendEvent(canvas.viewport(), QEvent(QEvent.Type.Leave))
    assert scene.moods.edge is None


def test_tips_say_what_is_there(canvas: Canvas) -> None:
    scene = stage(canvas)
    port = tip_of(scene, Hit("port", "conv_1", "input", "in"), "it has 2 axes")
    assert "N \u00d7 3 \u00d7 32 \u00d7 32" in port
    assert "float32" in port
    assert "Does not fit: it has 2 axes" in port
    assert "NB" in tip_of(scene, Hit("badge", "loss"))
    assert "Bypassed" in tip_of(scene, Hit("node", "drop"))
    assert "image.output \u2192 conv_1.input" in tip_of(
        scene, Hit("edge", edge=Endpoint("conv_1", "input"))
    )
    assert "not known" in tip_of(scene, Hit("port", "odd", "a", "in")) or "N" in tip_of(
        scene, Hit("port", "odd", "a", "in")
    )
    assert tip_of(scene, Hit()) == ""


def test_text_of_a_document_is_no_markup_in_a_tip(canvas_of: Callable[..., Canvas]) -> None:
    canvas = canvas_of(network([("odd", "relu", {}, {"note": "<img src=y>"})], ""))
    text = tip_of(stage(canvas), Hit("node", "odd"))
    assert "<img" not in text
    assert "&lt;img" in text


def test_a_tip_is_shown(canvas: Canvas, qtbot: Any) -> None:
    at = canvas.mapFromScene(canvas.rect_of(["head"]).center())
    where = canvas.viewport().mapToGlobal(at)
    QApplication.sendEvent(canvas.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, where))
    qtbot.waitUntil(lambda: "Linear" in QToolTip.text())
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_an_empty_document_teaches_the_first_moves(canvas_of: Callable[..., Canvas]) -> None:
    canvas = canvas_of(Network())
    empty = canvas.findChild(QWidget, "empty_state")
    assert empty is not None
    assert empty.isVisible()
    assert "Tab" in empty.accessibleDescription()
    assert not canvas.grab().isNull()
    canvas.tab.do("Add", lambda n: edits.add_node(n, "relu"))
    assert not empty.isVisible()
    canvas.tab.undo()
    assert empty.isVisible()


def test_keyboard_focus_is_seen_and_the_mouse_needs_no_ring(canvas: Canvas, qtbot: Any) -> None:
    ring = canvas.findChild(QWidget, "focus_ring")
    assert ring is not None
    other = QLineEdit(canvas)
    other.show()
    other.setFocus()
    canvas.activateWindow()
    qtbot.waitUntil(other.hasFocus)
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    assert ring.isVisible()
    assert not canvas.grab().isNull()
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert not ring.isVisible()
    assert canvas.accessibleName() == "Canvas"
    assert canvas.accessibleDescription() == "Nothing selected. 11 nodes, 11 wires"
    canvas.tab.select(nodes=["head"])
    assert canvas.accessibleDescription() == "head: Linear, 10. 11 nodes, 11 wires"


def test_a_group_is_shown_when_it_is_entered_and_the_place_before_is_kept(
    canvas_of: Callable[..., Canvas],
) -> None:
    canvas = canvas_of(example("digits_residual"))
    canvas.set_zoom(0.9)
    canvas.centre_at(QPointF(333, 44))
    assert canvas.tab.enter("blocks")
    inner = next(iter(canvas.tab.network.groups.values())).graph
    assert set(stage(canvas).faces) == set(inner.nodes)
    assert canvas.shown_rect().contains(canvas.rect_of(inner.nodes))
    canvas.tab.leave()
    assert canvas.zoom == 0.9
    assert (canvas.centre() - QPointF(333, 44)).manhattanLength() < 3
    assert "blocks" in stage(canvas).faces


def test_a_resized_canvas_keeps_its_middle(canvas: Canvas) -> None:
    middle = canvas.centre()
    canvas.resize(900, 500)
    assert (canvas.centre() - middle).manhattanLength() < 3


def test_a_canvas_that_is_gone_listens_no_longer(
    canvas_of: Callable[..., Canvas], qtbot: Any
) -> None:
    canvas = canvas_of(Network())
    tab, preferences = canvas.tab, canvas.workspace.preferences
    count = len(preferences.changed)
    shiboken6.delete(canvas)
    assert len(preferences.changed) == count - 1
    preferences.set("grid", False)
    tab.do("Add", lambda n: edits.add_node(n, "relu"))


def test_the_overlay_holds_what_is_shown(canvas: Canvas) -> None:
    overlay = canvas.overlay
    overlay.set_rubber(QRectF(100, 100, -50, -40))
    assert overlay.rubber == QRectF(50, 60, 50, 40)
    overlay.set_wire(QPointF(0, 0), QPointF(100, 50), "#5aa9a0", True)
    overlay.set_cut([QPointF(0, 0), QPointF(30, 60)])
    overlay.set_port_name(QPointF(400, 267), "input", "in")
    overlay.set_drop_edge(Endpoint("conv_1", "input"))
    assert overlay.boundingRect().contains(QRectF(0, 0, 100, 100))
    assert not canvas.grab().isNull()
    overlay.set_fits({("head", "input", "in"): "", ("conv_1", "input", "in"): "two axes"})
    assert overlay.reason("conv_1", "input", "in") == "two axes"
    assert stage(canvas).moods.of("conv_1").dimmed
    assert not stage(canvas).moods.of("head").dimmed
    for clear in (overlay.set_rubber, overlay.set_cut, overlay.set_wire, overlay.set_drop_edge):
        clear(None)
    overlay.set_fits(None)
    overlay.set_port_name(None)
    overlay.set_guides([])
    assert overlay.boundingRect().isNull()
    assert not stage(canvas).moods.of("conv_1").dimmed
