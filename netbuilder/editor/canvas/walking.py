"""Ways from card to card for who has no mouse: along wires, to what lies beside, and in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF

from netbuilder.editor.canvas.standing import card_rect
from netbuilder.graph.model import Endpoint, Graph

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

Way = Literal["left", "right", "up", "down"]


def neighbour(canvas: Canvas, node: str, way: Way) -> str:
    """Return the node that an arrow leads to; empty where there is none.

    Left and right follow wires; up and down lead to what shares a source or a target. Where no wire
    leads that way, it is the nearest card that lies there.
    """
    graph = canvas.tab.graph
    if way == "left":
        joined = _sources(graph, node)
    elif way == "right":
        joined = _targets(graph, node)
    else:
        joined = _siblings(graph, node)
    joined = [name for name in joined if name != node]
    if way in ("left", "right") and joined:
        return _nearest(canvas, node, joined)
    return _nearest(canvas, node, _that_way(canvas, node, joined, way)) or _nearest(
        canvas, node, _that_way(canvas, node, graph.nodes, way)
    )


def wires_at(graph: Graph, node: str, *, incoming: bool) -> list[Endpoint]:
    """Return the wires into a node or out of it, by the inputs they lead to."""
    edges = graph.edges.items()
    return [t for t, s in edges if (t.node if incoming else s.node) == node]


def first(canvas: Canvas) -> str:
    """Return the node nearest to the middle of the view."""
    middle = canvas.mapToScene(canvas.viewport().rect().center())
    names = list(canvas.tab.graph.nodes)
    return min(names, key=lambda name: _far(card_rect(canvas, name).center(), middle), default="")


def in_order(canvas: Canvas) -> list[str]:
    """Return the nodes in the order one reads them: as data flow on the canvas."""
    down = canvas.workspace.preferences.settings.direction == "down"

    def place(name: str) -> tuple[float, float]:
        rect = card_rect(canvas, name)
        return (rect.y(), rect.x()) if down else (rect.x(), rect.y())

    return sorted(canvas.tab.graph.nodes, key=place)


def _sources(graph: Graph, node: str) -> list[str]:
    return [s.node for t, s in graph.edges.items() if t.node == node]


def _targets(graph: Graph, node: str) -> list[str]:
    return [t.node for t, s in graph.edges.items() if s.node == node]


def _siblings(graph: Graph, node: str) -> list[str]:
    found = [n for source in _sources(graph, node) for n in _targets(graph, source)]
    return found + [n for target in _targets(graph, node) for n in _sources(graph, target)]


def _that_way(canvas: Canvas, node: str, names: Iterable[str], way: Way) -> list[str]:
    """Those that lie more that way than to the side."""
    here = card_rect(canvas, node).center()
    found = []
    for name in names:
        step = card_rect(canvas, name).center() - here
        along = {"left": -step.x(), "right": step.x(), "up": -step.y(), "down": step.y()}[way]
        aside = abs(step.y()) if way in ("left", "right") else abs(step.x())
        if name != node and along > 1 and aside <= 3 * along:
            found.append(name)
    return found


def _nearest(canvas: Canvas, node: str, names: Iterable[str]) -> str:
    here = card_rect(canvas, node).center()
    return min(
        sorted(set(names)),
        key=lambda name: _far(card_rect(canvas, name).center(), here),
        default="",
    )


def _far(one: QPointF, other: QPointF) -> float:
    return (one - other).manhattanLength()


def middle_of(canvas: Canvas, edge: Endpoint) -> QPointF:
    """Return the point halfway along a wire."""
    source = canvas.tab.graph.edges[edge]
    start, end = canvas.card(source.node), canvas.card(edge.node)
    if start is None or end is None or source.port not in start.outs or edge.port not in end.ins:
        return canvas.cursor()
    one, other = start.outs[source.port], end.ins[edge.port]
    return QPointF((one.x + other.x) / 2, (one.y + other.y) / 2)
