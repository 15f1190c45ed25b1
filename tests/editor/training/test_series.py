"""Curves of many points: what is drawn of them is what is there."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.editor.training.series import Series, Smoother


def grown(values: np.ndarray, chunks: list[int], room: int = 0) -> Series:
    series = Series(room)
    at = 0
    for size in [*chunks, len(values)]:
        part = values[at : at + size]
        series.append(np.arange(at, at + len(part)), part)
        at += len(part)
    return series


@given(
    st.integers(0, 20_000),
    st.lists(st.integers(0, 5000), max_size=6),
    st.integers(1, 500),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 30_000),
)
def test_thinned_curves_keep_least_and_largest(
    count: int, chunks: list[int], columns: int, left: float, right: float, seed: int, room: int
) -> None:
    values = np.random.default_rng(seed).standard_normal(count)
    series = grown(values, chunks, room)
    assert len(series) == count
    assert series.y.tolist() == values.tolist()
    left, right = sorted((left * count, right * count))
    x, low, high = series.thinned(left, right, columns, beyond=0)
    inside = values[math.ceil(left) : math.floor(right) + 1]
    assert len(x) == len(low) == len(high) <= 2 * columns + 2
    assert (np.diff(x) > 0).all()
    assert (low <= high).all()
    if len(inside):
        assert low.min() == inside.min()
        assert high.max() == inside.max()
    else:
        assert not len(x)


def test_what_is_drawn_does_not_shimmer_as_it_grows() -> None:
    values = np.random.default_rng(1).standard_normal(100_000)
    series = grown(values, [])
    before = series.thinned(0, 1e9, 300)
    series.append(np.arange(100_000, 100_010), np.zeros(10))
    after = series.thinned(0, 1e9, 300)
    assert before[1][:200].tolist() == after[1][:200].tolist()


def test_values_that_are_not_there_leave_no_hole() -> None:
    values = np.where(np.arange(5000) % 10, np.nan, 1.0)
    _, low, high = grown(values, []).thinned(0, 5000, 50)
    assert set(low[:-1].tolist()) == set(high[:-1].tolist()) == {1.0}


def test_the_nearest_point_is_read() -> None:
    series = Series()
    assert series.at(3.0) is None
    assert series.range(0, 10) is None
    series.append([10, 20, 30], [1.0, 2.0, 3.0])
    assert series.at(-5) == (10.0, 1.0)
    assert series.at(24) == (20.0, 2.0)
    assert series.at(99) == (30.0, 3.0)
    assert series.range(15, 30) == (2.0, 3.0)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=5), st.floats(1, 300))
def test_smoothing_is_the_same_in_pieces_and_by_hand(sizes: list[int], span: float) -> None:
    values = np.random.default_rng(2).standard_normal(sum(sizes)) + 3
    values[::7] = np.nan
    pieces = Smoother(span)
    found = np.concatenate([pieces.feed(part) for part in np.split(values, np.cumsum(sizes)[:-1])])
    decay = math.exp(-1 / span)
    total = weight = 0.0
    for value, smooth in zip(values, found, strict=True):
        if math.isnan(value):
            assert math.isnan(smooth)
            continue
        total = decay * total + (1 - decay) * value
        weight = decay * weight + (1 - decay)
        assert smooth == pytest.approx(total / weight, rel=1e-6)


def test_the_panels_import_nothing_heavy() -> None:
    program = (
        "import sys; import netbuilder.editor.training.runs, netbuilder.editor.panels.training,"
        "netbuilder.editor.panels.runs, netbuilder.editor.panels.log;"
        "print([m for m in ('torch', 'numpy', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
