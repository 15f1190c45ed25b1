"""Where the cards of the canvas stand, and what moves together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from netbuilder.editor.canvas.changing import Positions
from netbuilder.editor.canvas.geometry import bounded
from netbuilder.graph.model import Frame, Graph, Note

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas


def card_rect(canvas: Canvas, node: str) -> QRectF:
    """The rectangle of a node's card; an empty one where it has none."""
    card = canvas.card(node)
    return QRectF(card.x, card.y, card.width, card.height) if card else QRectF()


def rect_of_card(card: Frame | Note) -> QRectF:
    """The rectangle of a frame or a note."""
    return QRectF(*card.position, *card.size)


def held_by(canvas: Canvas, frames: Iterable[str]) -> Positions:
    """What lies in some frames: nodes, notes, and smaller frames."""
    graph = canvas.tab.graph
    nodes: set[str] = set()
    inner: set[str] = set()
    notes: set[str] = set()
    for name in frames:
        around = rect_of_card(graph.frames[name])
        nodes |= {n for n in canvas.nodes_in(around) if around.contains(_middle(canvas, n))}
        inner |= _inside(graph.frames, around) - {name}
        notes |= _inside(graph.notes, around)
    return _places(graph, nodes, inner, notes)


def chosen_positions(canvas: Canvas) -> Positions:
    """Where everything stands that is selected, with what lies in selected frames."""
    graph, chosen = canvas.tab.graph, canvas.tab.selection
    held = held_by(canvas, chosen.frames)
    return _places(
        graph,
        chosen.nodes | set(held.nodes),
        chosen.frames | set(held.frames),
        chosen.notes | set(held.notes),
    )


def bounds(canvas: Canvas, places: Positions) -> QRectF:
    """The rectangle around cards, where they stand now."""
    graph = canvas.tab.graph
    rect = QRectF()
    for name in places.nodes:
        rect = rect.united(card_rect(canvas, name))
    for frame in places.frames:
        rect = rect.united(rect_of_card(graph.frames[frame]))
    for note in places.notes:
        rect = rect.united(rect_of_card(graph.notes[note]))
    return rect


def free_spot(canvas: Canvas, rect: QRectF, step: float) -> QRectF:
    """The rectangle, moved down to the right until no card lies in its place."""
    while any(_same_spot(card_rect(canvas, name), rect) for name in canvas.nodes_in(rect)):
        rect = rect.translated(step, step)
    return rect


def _same_spot(one: QRectF, other: QRectF) -> bool:
    """Whether one would hide the other: their corners nearly meet."""
    return (one.topLeft() - other.topLeft()).manhattanLength() < 16


def _middle(canvas: Canvas, node: str) -> QPointF:
    return card_rect(canvas, node).center()


def _inside(cards: Mapping[str, Frame] | Mapping[str, Note], around: QRectF) -> set[str]:
    return {name for name, card in cards.items() if around.contains(rect_of_card(card))}


def _places(
    graph: Graph,
    nodes: Iterable[str],
    frames: Iterable[str],
    notes: Iterable[str],
) -> Positions:
    # As the document has it: a card may still be gliding there.
    return Positions(
        {name: bounded(graph.nodes[name].position) for name in sorted(nodes)},
        {name: graph.frames[name].position for name in sorted(frames)},
        {name: graph.notes[name].position for name in sorted(notes)},
    )
