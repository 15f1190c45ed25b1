"""Aligning, spacing evenly and snapping: pure geometry."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.app.arrange import Box4, Guide, aligned, bounds, distributed, snapped

BOXES = {"a": Box4(0, 0, 100, 50), "b": Box4(300, 80, 60, 90), "c": Box4(120, 200, 80, 40)}
NUMBER = st.floats(-5000, 5000).map(lambda x: round(x, 2))
SIZE = st.floats(1, 400).map(lambda x: round(x, 2))
BOX = st.builds(Box4, NUMBER, NUMBER, SIZE, SIZE)


@pytest.mark.parametrize(
    ("how", "places"),
    [
        ("left", {"a": (0, 0), "b": (0, 80), "c": (0, 200)}),
        ("right", {"a": (260, 0), "b": (300, 80), "c": (280, 200)}),
        ("centre", {"a": (130, 0), "b": (150, 80), "c": (140, 200)}),
        ("top", {"a": (0, 0), "b": (300, 0), "c": (120, 0)}),
        ("bottom", {"a": (0, 190), "b": (300, 150), "c": (120, 200)}),
        ("middle", {"a": (0, 95), "b": (300, 75), "c": (120, 100)}),
    ],
)
def test_aligned(how, places):
    assert aligned(BOXES, how) == places


def test_distributed_keeps_the_outer_two_and_makes_gaps_equal():
    places = distributed(BOXES, "across")
    assert places["a"] == (0, 0)
    assert places["b"] == (300, 80)
    assert places["c"] == (160, 200)
    assert distributed(BOXES, "down")["b"] == (300, 80)


def test_nothing_and_two_boxes_stay_as_they_are():
    assert aligned({}, "left") == {}
    two = {"a": BOXES["a"], "b": BOXES["b"]}
    assert distributed(two, "across") == {"a": (0, 0), "b": (300, 80)}
    assert bounds([]) is None


@given(st.dictionaries(st.sampled_from("abcdefgh"), BOX, min_size=3))
def test_gaps_are_equal_and_only_one_axis_moves(boxes):
    places = distributed(boxes, "across")
    assert {n: y for n, (_, y) in places.items()} == {n: b.y for n, b in boxes.items()}
    order = sorted(boxes, key=lambda n: (boxes[n].x + boxes[n].width / 2, n))
    gaps = [
        places[right][0] - places[left][0] - boxes[left].width
        for left, right in itertools.pairwise(order)
    ]
    assert max(gaps) - min(gaps) < 1e-6


def test_an_edge_within_reach_attracts_before_the_grid():
    snap = snapped(Box4(103, 57, 50, 20), [Box4(100, 0, 80, 30)], grid=24, reach=6)
    assert (snap.dx, snap.dy) == (-3, -9)
    assert snap.guides == (Guide(upright=True, at=100, start=0, end=68),)


def test_the_nearest_line_wins_and_every_line_that_is_hit_is_shown():
    others = [Box4(0, 0, 100, 20), Box4(0, 60, 100, 20)]
    snap = snapped(Box4(1, 202, 100, 20), others, grid=0, reach=6)
    assert (snap.dx, snap.dy) == (-1, 0)
    assert [guide.at for guide in snap.guides] == [0, 50, 100]
    assert all(guide.start == 0 and guide.end == 222 for guide in snap.guides)


def test_without_grid_and_neighbours_nothing_moves():
    assert snapped(Box4(13, 7, 50, 20), [], grid=0, reach=6) == (0, 0, ())


@given(BOX, st.lists(BOX, max_size=6), st.sampled_from([0.0, 12.0, 24.0]))
def test_a_snap_is_never_further_than_reach_or_half_the_grid_and_then_it_stays(box, others, grid):
    snap = snapped(box, others, grid, 8)
    far = max(8, grid / 2) + 1e-6
    assert abs(snap.dx) <= far
    assert abs(snap.dy) <= far
    landed = Box4(box.x + snap.dx, box.y + snap.dy, box.width, box.height)
    again = snapped(landed, others, grid, 0.0001)
    for step, upright in ((again.dx, True), (again.dy, False)):
        if any(guide.upright == upright for guide in snap.guides):
            assert abs(step) < 1e-3
