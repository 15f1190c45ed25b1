"""Putting cards in line: aligning, spacing evenly, and snapping to the grid and to neighbours' edges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float]
How = Literal["left", "centre", "right", "top", "middle", "bottom"]
Way = Literal["across", "down"]


class Box4(NamedTuple):
    """A rectangle, px: where its upper left corner lies and how large it is."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Guide:
    """A line that says what a card was snapped to.

    Attributes:
        upright: Whether it runs from top to bottom.
        at: Its x where it is upright, else its y.
        start: Where it begins along its own direction.
        end: Where it ends.
    """

    upright: bool
    at: float
    start: float
    end: float


class Snap(NamedTuple):
    """How far a card moves to come into line, and the lines that it then lies on."""

    dx: float
    dy: float
    guides: tuple[Guide, ...]


def aligned(boxes: Mapping[str, Box4], how: How) -> dict[str, Point]:
    """Return where boxes lie once they share an edge or a middle line.

    Args:
        boxes: By id.
        how: ``left``, ``centre`` (one upright middle line), ``right``, ``top``, ``middle`` (one level
            middle line) or ``bottom``.
    """
    if not boxes:
        return {}
    all_boxes = boxes.values()
    left, top = min(b.x for b in all_boxes), min(b.y for b in all_boxes)
    right, bottom = max(b.right for b in all_boxes), max(b.bottom for b in all_boxes)
    place: Mapping[How, Callable[[Box4], Point]] = {
        "left": lambda b: (left, b.y),
        "centre": lambda b: ((left + right - b.width) / 2, b.y),
        "right": lambda b: (right - b.width, b.y),
        "top": lambda b: (b.x, top),
        "middle": lambda b: (b.x, (top + bottom - b.height) / 2),
        "bottom": lambda b: (b.x, bottom - b.height),
    }
    return {name: place[how](box) for name, box in boxes.items()}


def distributed(boxes: Mapping[str, Box4], how: Way) -> dict[str, Point]:
    """Return where boxes lie once the gaps between them are equal; the outer two stay.

    Args:
        boxes: By id.
        how: ``across`` for even gaps from left to right, ``down`` from top to bottom.
    """
    axis = 0 if how == "across" else 1
    order = sorted(boxes, key=lambda name: (_middle(boxes[name], axis), name))
    places = {name: (box.x, box.y) for name, box in boxes.items()}
    if len(order) < 3:
        return places
    first, last = boxes[order[0]], boxes[order[-1]]
    room = last[axis] - (first[axis] + first[axis + 2])
    gap = (room - sum(boxes[name][axis + 2] for name in order[1:-1])) / (len(order) - 1)
    at = first[axis] + first[axis + 2] + gap
    for name in order[1:-1]:
        x, y = places[name]
        places[name] = (at, y) if axis == 0 else (x, at)
        at += boxes[name][axis + 2] + gap
    return places


def snapped(moving: Box4, others: Sequence[Box4], grid: float, reach: float) -> Snap:
    """Return how a box that is being moved snaps.

    Edges and middle lines of other boxes within reach come first, the nearest one; where there are
    none, the upper left corner goes to the grid.

    Args:
        moving: The box, or the bounds of several, where the hand has it.
        others: The boxes that stay.
        grid: The distance of the grid's lines, px; 0 for no grid.
        reach: How far a line attracts, px.
    """
    dx, lines_x = _pull(moving, others, 0, reach)
    dy, lines_y = _pull(moving, others, 1, reach)
    if not lines_x:
        dx = _to_grid(moving.x, grid)
    if not lines_y:
        dy = _to_grid(moving.y, grid)
    landed = Box4(moving.x + dx, moving.y + dy, moving.width, moving.height)
    guides = (
        *(_guide(landed, others, 0, line) for line in lines_x),
        *(_guide(landed, others, 1, line) for line in lines_y),
    )
    return Snap(dx, dy, guides)


def bounds(boxes: Iterable[Box4]) -> Box4 | None:
    """Return the rectangle around some boxes; None around nothing."""
    found = list(boxes)
    if not found:
        return None
    x, y = min(b.x for b in found), min(b.y for b in found)
    return Box4(x, y, max(b.right for b in found) - x, max(b.bottom for b in found) - y)


def _lines(box: Box4, axis: int) -> tuple[float, float, float]:
    start, size = box[axis], box[axis + 2]
    return start, start + size / 2, start + size


def _pull(
    moving: Box4, others: Sequence[Box4], axis: int, reach: float
) -> tuple[float, list[float]]:
    """The smallest step that brings a line of the box onto the same line of another, and all lines hit."""
    near = [other for other in others if _is_near(moving, other, axis, reach)]
    steps = [
        theirs - ours
        for other in near
        for ours, theirs in _pairs(moving, other, axis)
        if abs(theirs - ours) <= reach
    ]
    if not steps:
        return 0.0, []
    step = min(steps, key=lambda s: (abs(s), s))
    lines = {
        theirs
        for other in near
        for ours, theirs in _pairs(moving, other, axis)
        if abs(theirs - ours - step) < 1e-6
    }
    return step, sorted(lines)


def _is_near(moving: Box4, other: Box4, axis: int, reach: float) -> bool:
    """Whether some lines of two boxes can lie within reach of each other; cheap, as most cannot."""
    start, theirs = moving[axis] - reach, other[axis]
    return start <= theirs + other[axis + 2] and theirs <= start + moving[axis + 2] + 2 * reach


def _pairs(moving: Box4, other: Box4, axis: int) -> list[tuple[float, float]]:
    """Which lines attract each other: middle and middle, and every edge and every edge."""
    first, middle, last = _lines(moving, axis)
    their_first, their_middle, their_last = _lines(other, axis)
    return [
        (first, their_first),
        (middle, their_middle),
        (last, their_last),
        (first, their_last),
        (last, their_first),
    ]


def _guide(landed: Box4, others: Sequence[Box4], axis: int, line: float) -> Guide:
    """The line through all boxes that lie on it."""
    on_it = [b for b in others if any(abs(at - line) < 1e-6 for at in _lines(b, axis))]
    around = bounds([landed, *on_it]) or landed
    along = 1 - axis
    return Guide(axis == 0, line, around[along], around[along] + around[along + 2])


def _to_grid(value: float, grid: float) -> float:
    return round(value / grid) * grid - value if grid > 0 else 0.0


def _middle(box: Box4, axis: int) -> float:
    return box[axis] + box[axis + 2] / 2
