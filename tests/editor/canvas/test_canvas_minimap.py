"""The small map in the corner."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from netbuilder.editor.canvas.minimap import Minimap
from netbuilder.editor.canvas.view import Canvas
from netbuilder.graph import edits
from netbuilder.graph.model import Network


def map_of(canvas: Canvas) -> Minimap:
    found = canvas.findChild(Minimap)
    assert found is not None
    return found


def test_a_click_and_a_drag_look_elsewhere(canvas: Canvas) -> None:
    small = map_of(canvas)
    assert small.isVisible()
    for node in ("image", "loss"):
        at = small.to_map().map(canvas.rect_of([node]).center()).toPoint()
        QTest.mouseClick(small, Qt.MouseButton.LeftButton, pos=at)
        there = canvas.rect_of([node]).center()
        assert (canvas.centre() - there).manhattanLength() < 3 / small.to_map().m11()
    QTest.mousePress(small, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    first = canvas.centre()
    QTest.mouseMove(small, QPoint(60, 40))
    QTest.mouseRelease(small, Qt.MouseButton.LeftButton, pos=QPoint(60, 40))
    assert canvas.centre().x() > first.x()


def test_it_stays_in_the_corner_and_can_be_hidden(canvas: Canvas) -> None:
    small = map_of(canvas)
    canvas.resize(800, 500)
    assert canvas.rect().contains(small.geometry())
    assert canvas.width() - small.geometry().right() < 20
    canvas.workspace.preferences.set("minimap", False)
    assert not small.isVisible()
    canvas.workspace.preferences.set("minimap", True)
    assert small.isVisible()


def test_an_empty_graph_has_no_map(canvas_of: Callable[[Network], Canvas]) -> None:
    canvas = canvas_of(Network())
    assert not map_of(canvas).isVisible()
    canvas.tab.do("Add", lambda n: edits.add_node(n, "relu"))
    assert map_of(canvas).isVisible()


def test_the_whole_graph_is_on_the_map(canvas: Canvas) -> None:
    small = map_of(canvas)
    canvas.tab.do("Move", lambda n: edits.move_nodes(n, {"loss": (9000.0, -2000.0)}))
    place = small.to_map()
    for node in canvas.tab.graph.nodes:
        assert QRectF(small.rect()).contains(place.mapRect(canvas.rect_of([node])))
    assert not small.grab().isNull()
    assert place.map(QPointF(0, 0)) != QPointF(0, 0)
