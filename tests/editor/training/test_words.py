"""How figures read, and where marks of an axis stand."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.editor.training.words import duration, figure, short_name, when
from netbuilder.editor.widgets import axis


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\N{EN DASH}"),
        (math.nan, "\N{EN DASH}"),
        (math.inf, "infinite"),
        (0.0, "0.000"),
        (0.41234, "0.412"),
        (0.00073, "7.3e-4"),
        (-0.5, "-0.500"),
        (1.8249, "1.82"),
        (123.456, "123.5"),
        (4321.0, "4,321"),
        (1.5e9, "1.5e9"),
    ],
)
def test_figures(value: float | None, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "\N{EN DASH}"),
        (0.2, "0 s"),
        (59.7, "1 min 0 s"),
        (380, "6 min 20 s"),
        (11_100, "3 h 5 min"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("iris-20261122-140509", "iris 14:05:09"),
        ("my-net-20261122-140509-2", "my-net 14:05:09 2"),
        ("by hand", "by hand"),
        ("a-b", "a-b"),
    ],
)
def test_names_of_runs(name: str, text: str) -> None:
    assert short_name(name) == text


def test_moments() -> None:
    now = time.mktime((2026, 11, 22, 15, 0, 0, 0, 0, -1))
    assert when(now - 3600, now) == "14:00"
    assert when(now - 3 * 86_400, now).startswith("19 ")
    assert when(now - 400 * 86_400, now).endswith(" 2025")
    assert when(0, now) == "\N{EN DASH}"


# Narrower windows than this share of their place are lost in the rounding of floats.
@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e6), st.integers(1, 12))
def test_marks_are_round_inside_and_few(low: float, width: float, most: int) -> None:
    found = axis.marks(low, low + width, most)
    assert len(found) <= most + 1
    for value in found:
        assert low - width * 1e-6 <= value <= low + width * (1 + 1e-6)
    texts = [axis.label(value, found[1] - found[0]) for value in found] if len(found) > 1 else []
    assert len(set(texts)) == len(texts) or max(map(abs, found)) / width > 100


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(0.01, 10, [0.01, 0.1, 1, 10]), (0.3, 0.9, [0.5]), (1e-8, 1, [1e-8, 1e-5, 1e-2]), (-1, 1, [])],
)
def test_marks_of_a_logarithmic_axis(low: float, high: float, found: list[float]) -> None:
    assert axis.decades(low, high, 4) == pytest.approx(found)


def test_labels() -> None:
    assert [axis.label(v, 0.25) for v in (0.0, 0.25, 1.5)] == ["0", "0.25", "1.50"]
    assert axis.label(1000, 500) == "1,000"
    assert axis.label(2e-5, 1e-5) == "2e-5"
    assert axis.marks(1, 1, 4) == axis.marks(math.nan, 1, 4) == []


def test_an_axis_grows_in_leaps() -> None:
    assert axis.rounded_up(100) >= 100
    assert axis.rounded_up(100) == axis.rounded_up(101)
    assert axis.rounded_up(0) == 1.0
