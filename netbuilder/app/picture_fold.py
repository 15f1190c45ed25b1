"""Folding a long picture into rows, as a text is broken into lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from netbuilder.app.arrange import Point
from netbuilder.app.picture_cards import Card
from netbuilder.graph.model import Frame, Graph, Note

LINE = 14.0  # px between two edges that lead from one row to another
ROOM = 44.0  # px between two rows besides those edges


@dataclass(frozen=True, slots=True)
class Folded:
    """Where things lie after folding.

    Attributes:
        graph: The graph with its frames and notes moved.
        places: Where the cards lie.
        rows: The row of each card, counted from 0.
        gaps: For each row, the height at which edges that leave it downwards begin.
    """

    graph: Graph
    places: Mapping[str, Point]
    rows: Mapping[str, int] = field(default_factory=dict)
    gaps: tuple[float, ...] = ()


@dataclass(slots=True)
class _Block:
    """Things that overlap from left to right, and so stay together."""

    left: float
    right: float
    top: float
    bottom: float
    cards: list[str]
    boxes: list[str]


def folded(graph: Graph, cards: Mapping[str, Card], width: float) -> Folded:
    """Fold a graph into rows of about a width.

    What overlaps from left to right stays together, so that a row can become wider than asked for.

    Args:
        graph: The graph.
        cards: Its cards where they lay before.
        width: The width of a row, px.
    """
    blocks = _blocks(graph, cards)
    rows = _rows(blocks, _even(blocks, width))
    if len(rows) < 2:
        return Folded(graph, {name: (card.x, card.y) for name, card in cards.items()})
    row_of = {name: i for i, row in enumerate(rows) for block in row for name in block.cards}
    down = [0] * len(rows)
    for target, source in graph.edges.items():
        start, end = row_of.get(source.node, 0), row_of.get(target.node, 0)
        if start != end:
            down[min(start, end)] += 1
            down[max(start, end) - 1] += 0 if abs(start - end) == 1 else 1
    left = rows[0][0].left
    y = min(block.top for block in rows[0])
    moves: dict[str, Point] = {}
    gaps = []
    for row, lines in zip(rows, down, strict=True):
        top = min(block.top for block in row)
        bottom = max(block.bottom for block in row)
        step = (left - row[0].left, y - top)
        moves |= {name: step for block in row for name in (*block.cards, *block.boxes)}
        gaps.append(y + bottom - top + ROOM / 2)
        y += bottom - top + ROOM + LINE * lines
    places = {n: (c.x + moves[n][0], c.y + moves[n][1]) for n, c in cards.items()}
    return Folded(_moved(graph, moves), places, row_of, tuple(gaps))


def _blocks(graph: Graph, cards: Mapping[str, Card]) -> list[_Block]:
    things = [_Block(c.x, c.right, c.y, c.bottom, [name], []) for name, c in cards.items()]
    for key, box in _boxes(graph):
        (x, y), (width, height) = box.position, box.size
        things.append(_Block(x, x + width, y, y + height, [], [key]))
    merged: list[_Block] = []
    for thing in sorted(things, key=lambda block: block.left):
        last = merged[-1] if merged else None
        if last is None or thing.left >= last.right:
            merged.append(thing)
            continue
        last.right, last.bottom = max(last.right, thing.right), max(last.bottom, thing.bottom)
        last.top = min(last.top, thing.top)
        last.cards += thing.cards
        last.boxes += thing.boxes
    return merged


def _rows(blocks: list[_Block], width: float) -> list[list[_Block]]:
    rows: list[list[_Block]] = []
    for block in blocks:
        if rows and block.right - rows[-1][0].left <= width:
            rows[-1].append(block)
        else:
            rows.append([block])
    return rows


def _even(blocks: list[_Block], width: float) -> float:
    """Return the least width that needs no more rows, so that the last one is not left with little."""
    count = len(_rows(blocks, width))
    low, high = max((block.right - block.left for block in blocks), default=0.0), width
    while high - low > 1:
        middle = (low + high) / 2
        if len(_rows(blocks, middle)) > count:
            low = middle
        else:
            high = middle
    return high


def _boxes(graph: Graph) -> Iterable[tuple[str, Frame | Note]]:
    # An id can be that of a node and of a frame at once.
    yield from ((f"frame {name}", frame) for name, frame in graph.frames.items())
    yield from ((f"note {name}", note) for name, note in graph.notes.items())


def _moved(graph: Graph, moves: Mapping[str, Point]) -> Graph:
    def place(box: Frame | Note, key: str) -> Point:
        return box.position[0] + moves[key][0], box.position[1] + moves[key][1]

    frames = {n: replace(f, position=place(f, f"frame {n}")) for n, f in graph.frames.items()}
    notes = {n: replace(t, position=place(t, f"note {n}")) for n, t in graph.notes.items()}
    return replace(graph, frames=frames, notes=notes)
