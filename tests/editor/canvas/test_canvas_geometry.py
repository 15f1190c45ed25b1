"""Finding what is near, and the curves of wires."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLineF, QPointF, QRectF

from netbuilder.editor.canvas.geometry import Curve, Places, around

sides = st.floats(-5000, 5000)
rects = st.builds(QRectF, sides, sides, st.floats(0, 900) | st.floats(0, 90_000), st.floats(0, 900))


@given(st.lists(st.tuples(st.integers(0, 8), rects | st.none()), max_size=30), rects)
def test_what_is_near_is_found_as_by_looking_at_everything(
    steps: list[tuple[int, QRectF | None]], room: QRectF
) -> None:
    places: Places[int] = Places()
    plain: dict[int, QRectF] = {}
    for key, rect in steps:
        if rect is None:
            places.take(key)
            plain.pop(key, None)
        else:
            places.put(key, rect)
            plain[key] = rect
    wanted = {
        key
        for key, own in plain.items()
        if own.left() <= room.right()
        and room.left() <= own.right()
        and own.top() <= room.bottom()
        and room.top() <= own.bottom()
    }
    assert places.near(room) == wanted
    assert set(places) == plain.keys()
    assert places.extent() == around(plain.values()) or not plain
    for key in tuple(plain):
        places.take(key)
    assert not places._cells
    assert not places._large


@given(sides, sides, sides, sides)
def test_a_curve_goes_through_its_ends_and_stays_in_its_box(
    a: float, b: float, c: float, d: float
) -> None:
    curve = Curve(QPointF(a, b), QPointF(c, d))
    assert curve.points[0] == QPointF(a, b)
    assert (curve.points[-1] - QPointF(c, d)).manhattanLength() < 1e-6
    room = curve.box.adjusted(-1e-6, -1e-6, 1e-6, 1e-6)
    assert all(
        room.left() <= p.x() <= room.right() and room.top() <= p.y() <= room.bottom()
        for p in curve.points
    )
    assert curve.distance(curve.points[7]) < 1e-6


def test_a_line_crosses_a_curve_or_not() -> None:
    curve = Curve(QPointF(0, 0), QPointF(200, 0))
    assert curve.crosses(QLineF(100, -10, 100, 10))
    assert not curve.crosses(QLineF(100, 5, 100, 10))
    assert curve.distance(QPointF(100, 12)) == 12
