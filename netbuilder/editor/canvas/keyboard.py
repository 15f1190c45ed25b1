"""The canvas by keyboard: arrows move what is selected, lead from node to node, or pan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from netbuilder.editor.canvas.changing import moved
from netbuilder.editor.canvas.gestures.gesture import next_merge
from netbuilder.editor.canvas.gestures.resize import LEAST, resized
from netbuilder.editor.canvas.snapping import GRID
from netbuilder.editor.canvas.standing import card_rect, chosen_positions
from netbuilder.editor.canvas.walking import Way, first, in_order, neighbour, wires_at
from netbuilder.graph.model import Network

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

_PAN = 48.0  # px on the screen
_WAYS: dict[int, tuple[Way, int, int]] = {
    Qt.Key.Key_Left: ("left", -1, 0),
    Qt.Key.Key_Right: ("right", 1, 0),
    Qt.Key.Key_Up: ("up", 0, -1),
    Qt.Key.Key_Down: ("down", 0, 1),
}
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


class Keyboard:
    """What keys do that are no commands.

    Plain arrows nudge what is selected by a step of the grid, with Shift by one px, and pan where
    nothing is. Ctrl and arrows lead from node to node along wires, with Shift they add to the
    selection; Alt and left or right select the wires at a node, one after the other. Page Up and
    Page Down go through all nodes in order. A frame or a note grows with Ctrl, Shift and arrows.

    Args:
        canvas: Where.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._tab = canvas.tab
        self._merge = ""
        self._anchor = ""

    def press(self, event: QKeyEvent) -> bool:
        """Take a key; return whether it means something."""
        said = event.modifiers() & (_SHIFT | _CONTROL | _ALT)
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and not said:
            self._page(1 if event.key() == Qt.Key.Key_PageDown else -1)
            return True
        found = _WAYS.get(event.key())
        if found is None:
            return False
        way, x, y = found
        if said == _ALT and y == 0:
            self._wires(incoming=way == "left")
        elif said & _CONTROL and not said & _ALT:
            self._control(way, x, y, adds=bool(said & _SHIFT))
        elif said in (Qt.KeyboardModifier.NoModifier, _SHIFT):
            self._plain(x, y, event, far=said == _SHIFT)
        else:
            return False
        return True

    def release(self, event: QKeyEvent) -> bool:
        """End a row of nudges, so that each press is a step of its own."""
        if event.key() not in _WAYS or event.isAutoRepeat():
            return False
        if self._merge:
            self._merge = ""
            self._tab.seal()
        return True

    def _plain(self, x: int, y: int, event: QKeyEvent, *, far: bool) -> None:
        chosen = self._tab.selection
        if not (chosen.nodes or chosen.frames or chosen.notes):
            step = _PAN * (4 if far else 1)
            self._canvas.pan_by(-x * step, -y * step)
            return
        self._merge = self._merge or next_merge()
        step = 1.0 if far else GRID
        positions = chosen_positions(self._canvas)
        label = f"Move {len(positions)} cards" if len(positions) > 1 else "Move a card"
        whole = positions.by(x * step, y * step)
        group = self._tab.group
        self._tab.do(label, lambda network: moved(network, whole, group), merge=self._merge)

    def _control(self, way: Way, x: int, y: int, *, adds: bool) -> None:
        chosen = self._tab.selection
        if adds and not chosen.nodes and (chosen.frames or chosen.notes):
            self._grow(x, y)
            return
        target = self._walked(way)
        if target:
            self._show(target, adds=adds)

    def _walked(self, way: Way) -> str:
        chosen, graph = self._tab.selection, self._tab.graph
        if chosen.nodes:
            start = self._anchor if self._anchor in chosen.nodes else min(chosen.nodes)
            return neighbour(self._canvas, start, way)
        if len(chosen.edges) == 1:
            edge = next(iter(chosen.edges))
            return graph.edges[edge].node if way == "left" else edge.node
        return first(self._canvas)

    def _wires(self, *, incoming: bool) -> None:
        """Select a wire at the node; again, the next one."""
        chosen, graph = self._tab.selection, self._tab.graph
        if len(chosen.nodes) == 1:
            self._anchor = next(iter(chosen.nodes))
        wires = wires_at(graph, self._anchor, incoming=incoming) if self._anchor else []
        if not wires:
            return
        now = next((i for i, wire in enumerate(wires) if wire in chosen.edges), -1)
        self._tab.select(edges=[wires[(now + 1) % len(wires)]])

    def _page(self, by: int) -> None:
        """Go through nodes, frames and notes."""
        graph, chosen = self._tab.graph, self._tab.selection
        rows = [("node", name) for name in in_order(self._canvas)]
        rows += [("frame", name) for name in graph.frames]
        rows += [("note", name) for name in graph.notes]
        if not rows:
            return
        on = {("node", n) for n in chosen.nodes} | {("frame", n) for n in chosen.frames}
        on |= {("note", n) for n in chosen.notes}
        places = [i for i, row in enumerate(rows) if row in on]
        start = (places[-1] if by > 0 else places[0]) if places else (-1 if by > 0 else 0)
        kind, name = rows[(start + by) % len(rows)]
        if kind == "node":
            self._show(name, adds=False)
        elif kind == "frame":
            self._tab.select(frames=[name])
        else:
            self._tab.select(notes=[name])

    def _show(self, node: str, *, adds: bool) -> None:
        """Select a node and let it be seen."""
        self._anchor = node
        kept = self._tab.selection.nodes if adds else frozenset()
        self._tab.select(nodes={node} | kept)
        canvas = self._canvas
        seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
        if not seen.contains(card_rect(canvas, node)):
            canvas.centre_on(node)

    def _grow(self, x: int, y: int) -> None:
        chosen, graph, group = self._tab.selection, self._tab.graph, self._tab.group
        cards = [("frame", name, graph.frames[name].size) for name in sorted(chosen.frames)]
        cards += [("note", name, graph.notes[name].size) for name in sorted(chosen.notes)]
        self._merge = self._merge or next_merge()

        def edit(network: Network) -> Network:
            for kind, name, (width, height) in cards:
                least = LEAST[kind]
                size = max(least[0], width + x * 2 * GRID), max(least[1], height + y * 2 * GRID)
                network = resized(network, kind, name, size, group)
            return network

        self._tab.do("Resize", edit, merge=self._merge)
