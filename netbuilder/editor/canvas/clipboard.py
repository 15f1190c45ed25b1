"""Copying, pasting and duplicating: nodes travel as JSON text, through any window that takes text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication

from netbuilder.editor.canvas.changing import without_cards
from netbuilder.editor.canvas.snapping import on_grid
from netbuilder.editor.tab import Selection, Tab
from netbuilder.graph import clipboard, edits
from netbuilder.graph.model import Graph, Network

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

_STEP = 24.0


def copy(tab: Tab) -> bool:
    """Put the selection on the clipboard; return whether there was something."""
    text = _text(tab)
    if text:
        QGuiApplication.clipboard().setText(text)
    return bool(text)


def cut(tab: Tab) -> None:
    """Put the selection on the clipboard and take it out of the graph."""
    if copy(tab):
        delete(tab, "Cut")


def delete(tab: Tab, label: str = "Delete") -> None:
    """Take everything that is selected out of the graph."""
    chosen, group = tab.selection, tab.group

    def edit(network: Network) -> Network:
        for target in chosen.edges:
            network = edits.disconnect(network, target, group)
        network = edits.remove_nodes(network, chosen.nodes, group)
        return without_cards(network, chosen.frames, chosen.notes, group)

    tab.do(f"{label} {counted(chosen)}", edit)


def paste(canvas: Canvas, *, wires: bool = False) -> None:
    """Put what is on the clipboard at the cursor and select it."""
    text = QGuiApplication.clipboard().text()
    if not text.strip():
        canvas.tab.refused.emit("The clipboard is empty. Copy nodes first, here or from a message.")
        return
    at = _free(canvas, canvas.cursor())
    _insert(canvas.tab, text, at, "Paste", wires=wires)


def duplicate(tab: Tab) -> None:
    """Put a copy of the selection beside it; the clipboard stays as it is."""
    text = _text(tab)
    if text:
        _insert(tab, text, None, "Duplicate", wires=False)


def counted(chosen: Selection) -> str:
    """Say how much is selected: ``conv_1`` or ``3 nodes``."""
    parts = [
        (chosen.nodes, "node"),
        (chosen.edges, "wire"),
        (chosen.frames, "frame"),
        (chosen.notes, "note"),
    ]
    there = [(found, word) for found, word in parts if found]
    if len(there) == 1:
        found, word = there[0]
        if len(found) == 1:
            return next(iter(chosen.nodes)) if word == "node" else f"a {word}"
        return f"{len(found)} {word}s"
    return f"{sum(len(found) for found, _ in there)} things"


def _text(tab: Tab) -> str:
    chosen = tab.selection
    if not (chosen.nodes or chosen.frames or chosen.notes):
        return ""
    try:
        return clipboard.copy(
            tab.network, chosen.nodes, tab.group, frames=chosen.frames, notes=chosen.notes
        )
    except edits.EditError as error:
        tab.refused.emit(str(error))
        return ""


def _insert(
    tab: Tab, text: str, at: tuple[float, float] | None, label: str, *, wires: bool
) -> None:
    group, before = tab.group, tab.graph

    def edit(network: Network) -> tuple[Network, Any]:
        return clipboard.paste(network, text, at, group, wires=wires)

    names = tab.do(label, edit)
    if names is not None:
        after = tab.graph
        tab.select(names, (), set(after.frames) - set(before.frames), _new_notes(before, after))


def _new_notes(before: Graph, after: Graph) -> set[str]:
    return set(after.notes) - set(before.notes)


def _free(canvas: Canvas, at: QPointF) -> tuple[float, float]:
    """The point of the grid at the cursor, or beside it where the last paste lies already."""
    graph = canvas.tab.graph
    taken = {node.position for node in graph.nodes.values()}
    taken |= {frame.position for frame in graph.frames.values()}
    taken |= {note.position for note in graph.notes.values()}
    x, y = on_grid(canvas, at.x(), at.y())
    while (x, y) in taken:
        x, y = x + _STEP, y + _STEP
    return x, y
