"""What is drawn at which zoom, and in which theme."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from netbuilder.app.examples import example, example_names
from netbuilder.app.theme import THEMES
from netbuilder.editor.canvas.geometry import Curve, _distance
from netbuilder.editor.canvas.items import wires
from netbuilder.editor.canvas.items.prints import Print, Prints
from netbuilder.editor.canvas.painting import Ink, Mood, spark_path
from netbuilder.editor.canvas.scene import Scene
from netbuilder.editor.canvas.view import Canvas
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Network


def picture_of(canvas: Canvas) -> QImage:
    canvas._on_settled()
    return canvas.viewport().grab().toImage()


def colours(image: QImage, room: QRectF, canvas: Canvas) -> set[str]:
    """The colours in a rectangle of the scene."""
    corner = canvas.mapFromScene(room.topLeft())
    other = canvas.mapFromScene(room.bottomRight())
    return {
        image.pixelColor(x, y).name()
        for x in range(max(corner.x(), 0), min(other.x(), image.width() - 1))
        for y in range(max(corner.y(), 0), min(other.y(), image.height() - 1))
    }


def test_near_there_is_text_and_far_there_are_blocks(canvas: Canvas) -> None:
    room = canvas.rect_of(["conv_2"])
    near = colours(picture_of(canvas), room, canvas)
    assert THEMES["dark"].card in near
    assert THEMES["dark"].text in near or len(near) > 40
    canvas.set_zoom(0.35)
    middle = colours(picture_of(canvas), room, canvas)
    assert THEMES["dark"].card not in middle
    assert len(middle) > 10  # a title
    canvas.set_zoom(0.1)
    far = colours(picture_of(canvas), room.adjusted(40, 20, -40, -20), canvas)
    assert len(far) == 1


def test_errors_and_selection_are_seen_from_far(canvas: Canvas) -> None:
    canvas.tab.select(nodes=["head"])
    canvas.set_zoom(0.12)
    image = picture_of(canvas)
    dark = THEMES["dark"]
    assert dark.error in colours(image, canvas.rect_of(["loss"]).adjusted(-30, -30, 30, 30), canvas)
    assert dark.accent in colours(
        image, canvas.rect_of(["head"]).adjusted(-30, -30, 30, 30), canvas
    )


def test_the_theme_can_be_changed(canvas: Canvas) -> None:
    dark = picture_of(canvas)
    canvas.workspace.preferences.set("theme", "light")
    light = picture_of(canvas)
    corner = canvas.mapFromScene(canvas.rect_of(["image"]).center() + QPointF(40, 18))
    assert dark.pixelColor(corner).name() == THEMES["dark"].card
    assert light.pixelColor(corner).name() == THEMES["light"].card
    assert light.pixelColor(3, 3).name() in (THEMES["light"].canvas, THEMES["light"].dot)


def test_the_grid_and_the_labels_can_be_hidden(canvas: Canvas) -> None:
    preferences = canvas.workspace.preferences
    free = QRectF(150, 560, 300, 60)
    assert len(colours(picture_of(canvas), free, canvas)) > 1
    preferences.set("grid", False)
    assert colours(picture_of(canvas), free, canvas) == {THEMES["dark"].canvas}
    scene = canvas.scene()
    assert isinstance(scene, Scene)
    label = scene.label_at(Endpoint("image", "output"))
    assert label is not None
    shown = colours(picture_of(canvas), label, canvas)
    preferences.set("edge_labels", False)
    assert colours(picture_of(canvas), label, canvas) != shown


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", example_names())
def test_every_example_is_drawn_at_every_zoom(
    canvas_of: Callable[[Network], Canvas], name: str, theme: str
) -> None:
    canvas = canvas_of(example(name))
    canvas.workspace.preferences.set("theme", theme)
    for zoom in (2.0, 1.0, 0.4, 0.15):
        canvas.set_zoom(zoom)
        canvas.frame_all()
        assert not picture_of(canvas).isNull()


def test_every_state_of_a_card_is_drawn(canvas: Canvas) -> None:
    seen = set()
    room = canvas.rect_of(["conv_2"]).adjusted(-8, -8, 8, 8)

    def look() -> None:
        image = picture_of(canvas)
        corner = canvas.mapFromScene(room).boundingRect()
        seen.add(bytes(image.copy(corner).constBits()))

    look()
    canvas.tab.select(nodes=["conv_2"])
    look()
    canvas.mark_running(["conv_2"])
    look()
    canvas.set_live("conv_2", [0.1, 0.4, 0.2])
    look()
    canvas.overlay.set_fits({("conv_2", "input", "in"): ""})
    look()
    canvas.overlay.set_fits({("conv_2", "input", "in"): "no"})
    look()
    canvas.overlay.set_fits(None)
    canvas.tab.do("Freeze", lambda n: edits.set_flags(n, ["conv_2"], frozen=True))
    look()
    canvas.tab.do("Bypass", lambda n: edits.set_flags(n, ["conv_2"], bypass=True))
    look()
    assert len(seen) == 8


def test_a_print_is_used_again_until_the_card_is_another(canvas: Canvas) -> None:
    scene = canvas.scene()
    assert isinstance(scene, Scene)
    picture_of(canvas)
    first = scene.prints.get("conv_2")
    canvas.pan_by(10, 5)
    picture_of(canvas)
    assert scene.prints.get("conv_2") is first
    canvas.tab.select(nodes=["conv_2"])
    picture_of(canvas)
    assert scene.prints.get("conv_2") is not first


def test_prints_stay_within_their_memory(canvas: Canvas) -> None:
    made = canvas.grab()
    size = Print(made, 1.0, QPointF()).size
    prints = Prints(2 * size)
    for name in ("a", "b", "a", "c"):
        prints.get("a")
        prints.put(name, Print(made, 1.0, QPointF()))
    assert prints.get("b") is None
    assert prints.get("a") is not None
    prints.drop("a")
    prints.drop("a")
    prints.clear()
    assert prints.get("c") is None


_RGB = QImage.Format.Format_RGB888


def off(one: QImage, other: QImage) -> tuple[float, int]:
    """How much two pictures differ: on average and at most, in steps of a colour."""
    a, b = (bytes(image.convertToFormat(_RGB).constBits()) for image in (one, other))
    found = [abs(x - y) for x, y in zip(a, b, strict=True) if x != y]
    return sum(found) / len(a), max(found, default=0)


@pytest.mark.parametrize("zoom", [0.6, 1.0, 1.4])
def test_many_wires_look_as_few_do(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch, zoom: float
) -> None:
    canvas.set_zoom(zoom)
    curves = picture_of(canvas)
    monkeypatch.setattr(wires, "_SOME", 0)
    canvas.viewport().update()
    lines = picture_of(canvas)
    assert lines != curves
    mean, most = off(lines, curves)
    assert mean < 0.05
    assert most < 90, "no seam between two lines"


def test_the_lines_of_a_curve_follow_it_and_overlap() -> None:
    for end in ((400.0, 90.0), (-300.0, 40.0), (20.0, 0.0), (5000.0, 700.0)):
        curve = Curve(QPointF(0, 0), QPointF(*end))
        lines = curve.lines
        assert lines is curve.lines
        for line in lines:
            for share in (0.0, 0.5, 1.0):
                assert near_curve(curve, line.pointAt(share)) < 0.8
        for one, other in pairwise(lines):
            assert 0.6 < QLineF(other.p1(), one.p2()).length() < 0.8
    assert Curve(QPointF(1, 1), QPointF(1, 1)).lines is not None


def near_curve(curve: Curve, at: QPointF) -> float:
    points = curve.path.toSubpathPolygons(QTransform.fromScale(8, 8))[0].toList()
    return min(_distance(at * 8, a, b) for a, b in pairwise(points)) / 8


@pytest.mark.parametrize("zoom", [0.77, 1.0, 1.25, 2.0])
def test_cards_look_the_same_with_stamps(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch, zoom: float
) -> None:
    canvas.set_zoom(zoom)
    stamped = picture_of(canvas)

    def drawn(
        self: Ink, painter: QPainter, at: QPointF, draw: Callable[..., None], *tones: object
    ) -> None:
        painter.save()
        painter.translate(at)
        draw(painter, *tones)
        painter.restore()

    monkeypatch.setattr(Ink, "stamp", drawn)
    scene = canvas.scene()
    assert isinstance(scene, Scene)
    scene.prints.clear()
    canvas.viewport().update()
    mean, most = off(stamped, picture_of(canvas))
    assert mean < 0.01
    assert most < 24


def test_nothing_breaks_while_things_move(canvas: Canvas) -> None:
    canvas.set_moving(True)
    for zoom in (1.3, 0.4, 0.12):
        canvas.set_zoom(zoom)
        assert not canvas.viewport().grab().isNull()
    canvas.set_moving(False)


def test_a_spark_line_leaves_out_what_is_no_number() -> None:
    room = QRectF(0, 0, 60, 10)
    assert spark_path([1.0], room) is None
    assert spark_path([float("nan"), float("inf"), 2.0], room) is None
    path = spark_path([1.0, float("nan"), 3.0, 2.0], room)
    assert path is not None
    assert path.elementCount() == 3
    assert room.contains(path.boundingRect())
    flat = spark_path([2.0, 2.0], room)
    assert flat is not None
    assert flat.boundingRect().top() == 5


def test_a_mood_is_dimmed_only_where_no_wire_fits() -> None:
    assert not Mood().dimmed
    assert Mood(fitting=frozenset()).dimmed
    assert not Mood(fitting=frozenset({("input", "in")})).dimmed
    assert QColor(THEMES["dark"].accent).isValid()
