"""Pictures of functions of one number, as SVG text: small ones for lists, and plots with numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from netbuilder.app.theme import FONT, Theme
from netbuilder.node_api.node_type import NodeType

Point = tuple[float, float]

PLOT = 300, 190  # px, the size of a plot
_REACH = 3.5  # of a small picture, along both axes
_SIDES = 1.75, 14.25
_WIDE = 5.0  # of a plot, to both sides
_STEPS = 120
_MARGIN = 26.0


def has_curve(node_type: type[NodeType]) -> bool:
    """Whether a type is a function of one number."""
    return node_type.curve is not NodeType.curve


def glyph(node: NodeType) -> str:
    """Return a picture of 16 px in the colour ``currentColor``: the curve, and quietly the axes."""
    runs = _runs(node, _REACH, _REACH)
    low, high = _span(runs)
    frame = _Frame((-_REACH, _REACH), (low, high), _SIDES, (13.75, 2.25))
    axes = f"M{_said(frame.x(0))} 1.5V14.5M1.5 {_said(frame.y(0))}H14.5"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">'
        '<g fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">'
        f'<path d="{axes}" stroke-width="1" stroke-opacity="0.4"/>'
        f'<path d="{frame.path(runs)}" stroke-width="1.5"/></g></svg>'
    )


def plot(node: NodeType, theme: Theme) -> str:
    """Return a plot of ``PLOT`` px with numbers at the axes, in a theme's colours."""
    width, height = PLOT
    runs = _runs(node, _WIDE, _WIDE)
    low, high = _span(runs)
    frame = _Frame((-_WIDE, _WIDE), (low, high), (_MARGIN, width - 14.0), (height - _MARGIN, 14.0))
    step = _step(high - low)
    across = [float(x) for x in range(-4, 5, 2)]
    down = [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
    lines = [f"M{_said(frame.x(x))} {_said(frame.y(low))}V{_said(frame.y(high))}" for x in across]
    lines += [f"M{_said(frame.x(-_WIDE))} {_said(frame.y(y))}H{_said(width - 14)}" for y in down]
    axes = (
        f"M{_said(frame.x(0))} {_said(frame.y(low))}V{_said(frame.y(high))}"
        f"M{_said(frame.x(-_WIDE))} {_said(frame.y(0))}H{_said(width - 14)}"
    )
    numbers = [_number(x, frame.x(x), height - 8, "middle") for x in across]
    numbers += [_number(y, _MARGIN - 6, frame.y(y) + 3.5, "end") for y in down]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">'
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6" '
        f'fill="{theme.canvas}" stroke="{theme.line}"/>'
        '<g fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f'<path d="{"".join(lines)}" stroke="{theme.line}"/>'
        f'<path d="{axes}" stroke="{theme.tertiary}"/>'
        f'<path d="{frame.path(runs)}" stroke="{theme.accent}" stroke-width="2"/></g>'
        f'<g fill="{theme.secondary}" font-family="{FONT}" font-size="10">{"".join(numbers)}</g>'
        "</svg>"
    )


class _Frame:
    """From numbers to places in a picture; y grows upwards."""

    def __init__(self, xs: Point, ys: Point, across: Point, down: Point) -> None:
        self._x, self._y = xs[0], ys[0]
        self._left, self._bottom = across[0], down[0]
        self._dx = (across[1] - across[0]) / (xs[1] - xs[0])
        self._dy = (down[1] - down[0]) / (ys[1] - ys[0])

    def x(self, x: float) -> float:
        return self._left + (x - self._x) * self._dx

    def y(self, y: float) -> float:
        return self._bottom + (y - self._y) * self._dy

    def path(self, runs: Iterable[Sequence[Point]]) -> str:
        """The path along the points of every run."""
        return "".join(
            "M" + "L".join(f"{_said(self.x(x))} {_said(self.y(y))}" for x, y in run) for run in runs
        )


def _runs(node: NodeType, reach: float, most: float) -> list[list[Point]]:
    """The curve between -reach and reach, in pieces where it leaves -most to most or is no number."""
    runs: list[list[Point]] = [[]]
    for step in range(_STEPS + 1):
        x = reach * (2 * step / _STEPS - 1)
        y = node.curve(x)
        if y is not None and abs(y) <= most:
            runs[-1].append((x, y))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _span(runs: Sequence[Sequence[Point]]) -> Point:
    """From the least to the largest number of a curve, zero included and a whole at least."""
    found = [y for run in runs for _, y in run]
    low, high = min([0.0, *found]), max([0.0, *found])
    return (low, high) if high - low >= 1.0 else (low, low + 1.0)


def _step(span: float) -> float:
    return next(step for step in (0.25, 0.5, 1.0, 2.0, 5.0) if span / step <= 6)


def _number(value: float, x: float, y: float, anchor: str) -> str:
    said = f"{value:g}".replace("-", "\N{MINUS SIGN}")
    return f'<text x="{_said(x)}" y="{_said(y)}" text-anchor="{anchor}">{said}</text>'


def _said(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
