"""Snapping of what is moved: to the grid and to the edges and middles of what stands near."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF

from netbuilder.app.arrange import Box4, Guide, snapped
from netbuilder.editor.canvas.changing import Positions
from netbuilder.editor.canvas.standing import bounds, card_rect

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

GRID = 8.0  # px; the dots of the grid are three apart
_REACH = 6.0  # px on the screen
_AROUND = 600.0  # px around what is moved in which neighbours count


class Snapping:
    """Says where moved things would rather be.

    Args:
        canvas: Where.
        places: What is moved, where it stands before.
    """

    def __init__(self, canvas: Canvas, places: Positions) -> None:
        self._canvas = canvas
        self._rect = bounds(canvas, places)
        self._moving = frozenset(places.nodes)

    def snap(self, dx: float, dy: float) -> tuple[float, float]:
        """Return the shift that is meant by this one, and draw the guides that led to it."""
        canvas = self._canvas
        if not canvas.workspace.preferences.settings.snap:
            canvas.overlay.set_guides(())
            return dx, dy
        rect = self._rect.translated(dx, dy)
        reach = _REACH / canvas.zoom
        more_x, more_y, guides = snapped(_box(rect), self._neighbours(rect), GRID, reach)
        canvas.overlay.set_guides([_line(guide) for guide in guides])
        return dx + more_x, dy + more_y

    def _neighbours(self, rect: QRectF) -> list[Box4]:
        near = rect.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND)
        names = self._canvas.nodes_in(near) - self._moving
        return [_box(card_rect(self._canvas, name)) for name in sorted(names)]


def on_grid(canvas: Canvas, x: float, y: float) -> tuple[float, float]:
    """Return the point of the grid that is nearest, where snapping is on."""
    if not canvas.workspace.preferences.settings.snap:
        return x, y
    return round(x / GRID) * GRID, round(y / GRID) * GRID


def _box(rect: QRectF) -> Box4:
    return Box4(rect.x(), rect.y(), rect.width(), rect.height())


def _line(guide: Guide) -> QLineF:
    if guide.upright:
        return QLineF(guide.at, guide.start, guide.at, guide.end)
    return QLineF(guide.start, guide.at, guide.end, guide.at)
