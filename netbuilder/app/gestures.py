"""What mouse and keys do on the canvas that is no command: the second half of the list of shortcuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Gesture:
    """Something that hands do on the canvas; it cannot be rebound.

    Attributes:
        title: What it is for.
        sentence: What it does.
        ways: The keys, or what the mouse does; any of them does it.
    """

    title: str
    sentence: str
    ways: tuple[str, ...]


def _g(title: str, sentence: str, *ways: str) -> Gesture:
    return Gesture(title, sentence, ways)


MOUSE: tuple[Gesture, ...] = (
    _g("Pan", "Move the view.", "Middle drag", "Space+drag", "Two fingers"),
    _g("Pan sideways", "Move the view to the left or right.", "Shift+wheel"),
    _g("Zoom", "Zoom; what is under the cursor stays there.", "Wheel", "Pinch"),
    _g("Add here", "Search a layer and put it here.", "Double-click", "Right-click"),
    _g("Select", "Select what is clicked and nothing else.", "Click"),
    _g(
        "Add to selection",
        "Select what is clicked as well, or no more.",
        "Shift+click",
        "Ctrl+click",
    ),
    _g("Select an area", "Select what the area holds.", "Drag"),
    _g("Add an area", "Select what the area holds as well.", "Shift+drag", "Ctrl+drag"),
    _g("Move", "Move a card; one that no wire holds goes into the wire it is put on.", "Drag card"),
    _g("Move freely", "Move or resize without snapping.", "Alt+drag"),
    _g("Resize", "Make a frame or a note larger or smaller.", "Drag corner"),
    _g("Connect", "Draw a wire, either way; on empty canvas it offers what fits.", "Drag port"),
    _g("Move a wire", "Take the wire off an input and put it elsewhere.", "Shift+drag input"),
    _g("Cut wires", "Remove the wires that are crossed.", "Ctrl+right drag"),
    _g("Reroute", "Put a dot into a wire, to lead it another way.", "Double-click wire"),
    _g("Open", "Enter a group; name any other card.", "Double-click card"),
    _g("Menu", "Show what can be done with a card or a wire.", "Right-click it"),
)

KEYS: tuple[Gesture, ...] = (
    _g("Nudge", "Move what is selected by a step of the grid.", "Arrows"),
    _g("Nudge a little", "Move what is selected by a pixel.", "Shift+Arrows"),
    _g("Pan by keys", "Move the view, where nothing is selected; with Shift farther.", "Arrows"),
    _g("Next node", "Go along the wires to the next node.", "Ctrl+Arrows"),
    _g("Add next node", "Go to the next node and keep what is selected.", "Ctrl+Shift+Arrows"),
    _g("Resize by keys", "Resize the selected frame or note.", "Ctrl+Shift+Arrows"),
    _g("Go through all", "Select one after the other: nodes, frames, notes.", "PgDown", "PgUp"),
    _g("Wire into", "Select the wires into a node, one after the other.", "Alt+Left"),
    _g("Wire out of", "Select the wires out of a node, one after the other.", "Alt+Right"),
    _g("Menu by keys", "Show what can be done with the selection.", "Menu", "Shift+F10"),
    _g("Give up", "Put back what is being dragged.", "Esc"),
)

GESTURES: Mapping[str, tuple[Gesture, ...]] = MappingProxyType(
    {"Mouse on the canvas": MOUSE, "Keys on the canvas": KEYS}
)
