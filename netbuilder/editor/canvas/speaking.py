"""What the canvas tells a screen reader: cards are drawn, so there is no widget to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas


def spoken(canvas: Canvas) -> str:
    """Say what is selected and how large the graph is."""
    graph = canvas.tab.graph
    nodes, wires = _counted(len(graph.nodes), "node"), _counted(len(graph.edges), "wire")
    return f"{_selection(canvas)}. {nodes}, {wires}"


def _selection(canvas: Canvas) -> str:
    tab = canvas.tab
    chosen = tab.selection
    total = len(chosen.nodes) + len(chosen.edges) + len(chosen.frames) + len(chosen.notes)
    if total != 1:
        return f"{total} selected" if total else "Nothing selected"
    # While an edit is being told, what is selected may be gone.
    for edge in chosen.edges & tab.graph.edges.keys():
        return f"Wire from {tab.graph.edges[edge]} to {edge}"
    for name in chosen.frames & tab.graph.frames.keys():
        return f"Frame {tab.graph.frames[name].title or name}"
    for name in chosen.notes & tab.graph.notes.keys():
        return f"Note: {tab.graph.notes[name].text}"
    for name in chosen.nodes & tab.graph.nodes.keys():
        return _node(canvas, name)
    return "Nothing selected"


def _node(canvas: Canvas, name: str) -> str:
    card = canvas.card(name)
    if card is None:
        return name
    state = "muted" if card.muted else "bypassed" if card.bypass else ""
    parts = [part for part in (card.title, card.line, state) if part not in ("", name)]
    return f"{name}: {', '.join(parts)}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
