"""Marks of what differs are drawn on cards and wires, straight ones too, at any zoom."""

import pytest
from PySide6.QtCore import QRect

from netbuilder.app.graph_pair import Marks
from netbuilder.editor.canvas.marking import colour_of
from netbuilder.editor.canvas.view import Canvas
from netbuilder.graph.edits import move_nodes
from netbuilder.graph.model import Endpoint


@pytest.fixture
def canvas(workspace, open_example, qtbot):
    tab = open_example("iris_mlp")
    tab.do("Line up", lambda n: move_nodes(n, {"hidden": (0.0, 0.0), "relu": (400.0, 0.0)}))
    made = Canvas(tab, workspace)
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def _share(canvas, colour):
    """Pixels of a colour on the canvas."""
    image = canvas.grab().toImage()
    room = QRect(0, 0, image.width(), image.height())
    return sum(
        image.pixelColor(x, y).name() == colour
        for x in range(0, room.width(), 2)
        for y in range(0, room.height(), 2)
    )


@pytest.mark.parametrize("zoom", [1.0, 0.3])
@pytest.mark.parametrize("mark", ["added", "removed", "changed"])
def test_cards_and_straight_wires_get_their_mark(canvas, workspace, zoom, mark):
    canvas.set_zoom(zoom)
    canvas.centre_at(canvas.rect_of(["hidden", "relu"]).center())
    colour = colour_of(mark, workspace.look.theme)
    before = _share(canvas, colour)
    canvas.set_marks(Marks({}, {Endpoint("relu", "input"): mark}))
    wire = _share(canvas, colour)
    assert wire > before + 10
    canvas.set_marks(Marks({"hidden": mark}, {}))
    assert _share(canvas, colour) > before + 10
    canvas.set_marks(Marks())
    assert _share(canvas, colour) == before
