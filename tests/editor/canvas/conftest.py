"""A canvas to look at, and a network that has something of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shiboken6
from networks import network

from netbuilder.app.session import Session
from netbuilder.editor.canvas.view import Canvas
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.graph.model import Network

PLACES = {
    "image": (0, 240),
    "conv_1": (200, 240),
    "relu_1": (400, 240),
    "conv_2": (600, 100),
    "add_1": (800, 240),
    "dot": (985, 300),
    "head": (1060, 220),
    "label": (1040, 400),
    "loss": (1260, 240),
    "drop": (600, 440),
    "odd": (820, 440),
}


def some_of_everything() -> Network:
    """A shortcut, a dot, a bypass, an unknown type, a frame, a note and an error."""
    conv = {"out_channels": 32, "padding": "same", "kernel_size": 3}
    made = network(
        [
            ("image", "input", {"shape": (3, 32, 32)}),
            ("conv_1", "conv2d", conv),
            ("relu_1", "relu"),
            ("conv_2", "conv2d", conv),
            ("add_1", "add"),
            ("dot", "identity"),
            ("head", "linear", {"out_features": 10}),
            ("label", "target", {"shape": (), "dtype": "int64"}),
            ("loss", "cross_entropy", {"label_smoothing": 0.1}),
            ("drop", "dropout", {"p": 0.5}),
            ("odd", "vendor_thing", {"k": 2}),
        ],
        "image -> conv_1, conv_1 -> relu_1, relu_1 -> conv_2, conv_2 -> add_1.x_1, relu_1 -> add_1.x_2,"
        "add_1 -> dot, dot -> head, head -> loss, label -> loss.target, relu_1 -> drop, drop -> odd.a",
    )
    made = edits.move_nodes(made, PLACES)
    made = edits.set_flags(made, ["drop"], bypass=True)
    made, _ = edits.add_frame(made, "residual", position=(570.0, 60.0), size=(400.0, 330.0))
    made, _ = edits.add_note(made, "A word", position=(0.0, 420.0))
    return made


@pytest.fixture
def canvas_of(workspace: Workspace, qtbot: Any) -> Iterator[Callable[..., Canvas]]:
    """Open a network on a canvas of its own, shown and drawn."""
    made: list[Canvas] = []

    def show(value: Network, size: tuple[int, int] = (1400, 760)) -> Canvas:
        canvas = Canvas(workspace.open(Session(value, name="test")), workspace)
        made.append(canvas)
        canvas.resize(*size)
        with qtbot.waitExposed(canvas):
            canvas.show()
        return canvas

    workspace.preferences.set("theme", "dark")
    workspace.preferences.set("motion", "off")
    yield show
    for canvas in made:
        if not shiboken6.isValid(canvas):
            continue  # a test took it away
        canvas.close()
        canvas.deleteLater()


@pytest.fixture
def canvas(canvas_of: Callable[..., Canvas]) -> Canvas:
    """A canvas with something of everything, at 100%."""
    made = canvas_of(some_of_everything())
    made.set_zoom(1.0)
    made.centre_at(made.rect_of(PLACES).center())
    return made
