"""Figures of one node as the inspector's rows show them; the name stands beside, so no word behind."""

from __future__ import annotations

from netbuilder.app.figures import bytes_text, scaled
from netbuilder.editor.widgets.reading import TIMES
from netbuilder.node_api.dims import Dim, Shape, Sym

_EXACT = 1_000_000


def amount(value: Dim) -> str:
    """Return a number: in full below a million, then ``1.77 M``; a formula as it is."""
    if isinstance(value, Sym):
        return str(value)
    number, letter = scaled(int(value), exact_below=_EXACT)
    return f"{number} {letter}".strip()


def size(value: Dim) -> str:
    """Return an amount of memory: ``16.8 MB``."""
    return bytes_text(value)


def shape(sizes: Shape) -> str:
    """Return a shape with a sign between the sizes, or ``scalar``."""
    return f" {TIMES} ".join(map(_axis, sizes)) or "scalar"


def measured(value: float) -> str:
    """Return a measured number with the digits that count."""
    if value and (abs(value) < 0.01 or abs(value) >= 10_000):
        return f"{value:.2e}"
    return f"{value:.3g}" if abs(value) >= 100 else f"{value:.2f}"


def _axis(size: Dim) -> str:
    return f"({size})" if isinstance(size, Sym) and size.is_compound else str(size)
