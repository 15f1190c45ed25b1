"""Aligning and distributing what is selected; cards glide to their new places in one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from netbuilder.app.arrange import Box4, How, Way, aligned, distributed
from netbuilder.editor.canvas.changing import Point, Positions, moved
from netbuilder.editor.canvas.standing import (
    card_rect,
    held_by,
    rect_of_card,
)
from netbuilder.graph import edits
from netbuilder.graph.model import Network

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

_Box = tuple[Point, Point]  # a frame's position and size


def align(canvas: Canvas, how: How) -> None:
    """Line up the selected nodes."""
    put(canvas, aligned(_boxes(canvas), how), "Align")


def distribute(canvas: Canvas, way: Way) -> None:
    """Even out the gaps between the selected nodes."""
    put(canvas, distributed(_boxes(canvas), way), "Distribute")


def put(canvas: Canvas, places: Mapping[str, Point], label: str) -> None:
    """Bring nodes to new places in one step, and the frames around them along."""
    tab, group = canvas.tab, canvas.tab.group
    before = {name: _corner(card_rect(canvas, name)) for name in places}
    frames = _frames_along(canvas, places)

    def edit(network: Network) -> Network:
        network = moved(network, Positions(places), group)
        for name, (position, size) in frames.items():
            network = edits.set_frame(network, name, group, position=position, size=size)
        return network

    tab.do(label, edit)
    canvas.animate_moves(before)


def _frames_along(canvas: Canvas, places: Mapping[str, Point]) -> dict[str, _Box]:
    """Where frames come so that they lie around their nodes as before."""
    found: dict[str, _Box] = {}
    for name, frame in canvas.tab.graph.frames.items():
        held = held_by(canvas, [name])
        if not held.nodes.keys() & places.keys():
            continue
        old, new = QRectF(), QRectF()
        for node in held.nodes:
            rect = card_rect(canvas, node)
            old = old.united(rect)
            x, y = places.get(node, _corner(rect))
            new = new.united(QRectF(x, y, rect.width(), rect.height()))
        box = rect_of_card(frame)
        position = new.x() + box.x() - old.x(), new.y() + box.y() - old.y()
        size = box.width() + new.width() - old.width(), box.height() + new.height() - old.height()
        found[name] = position, size
    return found


def _boxes(canvas: Canvas) -> dict[str, Box4]:
    found = {}
    for name in sorted(canvas.tab.selection.nodes):
        rect = card_rect(canvas, name)
        found[name] = Box4(rect.x(), rect.y(), rect.width(), rect.height())
    return found


def _corner(rect: QRectF) -> Point:
    return rect.x(), rect.y()
