"""How far two results are apart, and how far they may be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from netbuilder.exchange.compare import max_abs_diff, same_numbers, tolerance
from netbuilder.exchange.report import Comparison, worst

floats = arrays(np.float32, array_shapes(max_dims=3, max_side=4), elements=st.floats(width=32))
finite_floats = arrays(
    np.float32,
    array_shapes(max_dims=3, max_side=4),
    elements=st.floats(-100, 100, width=32),
)


@given(floats)
def test_a_result_equals_itself(values):
    assert max_abs_diff(values, values.copy()) == 0


@given(finite_floats, st.floats(0.5, 50, width=16))
def test_the_largest_difference_is_found_wherever_it_is(values, change):
    other = values.astype(np.float64)
    other.flat[-1] += change
    assert max_abs_diff(values, other) == pytest.approx(change)


@given(finite_floats)
def test_nan_on_one_side_is_infinitely_far(values):
    other = values.copy()
    other.flat[0] = np.nan
    assert max_abs_diff(values, other) == np.inf
    assert max_abs_diff(other, values) == np.inf
    other.flat[0] = np.inf
    assert max_abs_diff(values, other) == np.inf


def test_other_shapes_are_infinitely_far_and_nothing_is_no_difference():
    assert max_abs_diff(np.zeros((2, 1)), np.zeros((1, 2))) == np.inf
    assert max_abs_diff(np.zeros((0, 2)), np.zeros((0, 2))) == 0
    assert max_abs_diff(np.array([True]), np.array([False])) == 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([0.1], np.float32), 1e-5),
        (np.array([-300.0, np.inf, np.nan], np.float32), 3e-3),
        (np.array([300], np.int64), 0),
        (np.array([], np.float32), 1e-5),
        (np.array([2.0], np.float64), 2e-11),
    ],
)
def test_tolerance_grows_with_the_numbers_and_is_none_for_integers(values, expected):
    assert tolerance(values) == pytest.approx(expected)


@given(finite_floats)
def test_the_same_numbers_in_another_layout(values):
    assert same_numbers(values, values.T.reshape(-1))
    assert not same_numbers(values, np.append(values, 1))
    other = values.copy()
    other.flat[0] += 1
    assert not same_numbers(values, other)


def test_the_worst_is_furthest_beyond_its_own_tolerance():
    near, far = Comparison("y", 0.5, 1.0), Comparison("y", 0.1, 0.01)
    exact = Comparison("y", 0.0, 0.0)
    assert worst([near, far, exact]) is far
    assert worst([exact, near]) is near
    assert worst([far, Comparison("y", 1.0, 0.0)]).tolerance == 0
