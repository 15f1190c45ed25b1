"""Axis patterns: what they bind, and the sentences they write when tensors do not fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.node_api import (
    Axes,
    In,
    Int,
    NodeType,
    Out,
    Problem,
    Refusal,
    TensorType,
    axis_problems,
    broadcast,
    nearest_divisor,
    symbol,
)
from netbuilder.node_api.axes import bind
from netbuilder.node_api.node_type import evaluate
from netbuilder.node_api.ports import axis_sizes, pattern

N, T = symbol("N"), symbol("T")


class Mix(NodeType):
    """Mix."""

    query = In("N *S E", known="E")
    key = In("N E", dtype="int")
    output = Out("N *S")


def found(**inputs: TensorType) -> list[tuple[str, str, str]]:
    return [(p.code, p.port, p.message) for p in bind(Mix().in_ports, inputs)[1]]


def test_names_bind_to_sizes_and_a_star_to_several() -> None:
    axes, problems = bind(
        Mix().in_ports,
        {"query": TensorType((N, 2, 3, 4)), "key": TensorType((N, 4), "int64")},
    )
    assert problems == []
    assert (axes.N, axes.S, axes.E) == (N, (2, 3), 4)
    assert "S" in axes
    assert "Q" not in axes
    assert axes.shape("key") == (N, 4)
    assert axes.dtype("key") == "int64"
    with pytest.raises(AttributeError, match="there is no axis Q; there are N, S, E"):
        _ = axes.Q


@pytest.mark.parametrize(
    ("query", "key", "expected"),
    [
        (
            TensorType((4,)),
            TensorType((N, 4), "int64"),
            [
                (
                    "NB201",
                    "query",
                    "query got 4, which has 1 axis, but takes at least 2 axes: N x *S x E",
                )
            ],
        ),
        (
            TensorType((N, 4)),
            TensorType((N, 4, 4), "int64"),
            [("NB201", "key", "key got N x 4 x 4, which has 3 axes, but takes 2 axes: N x E")],
        ),
        (
            TensorType((N, 4)),
            TensorType((N, 5), "int64"),
            [("NB202", "key", "key has E = 5, but query has E = 4")],
        ),
        (
            TensorType((N, 4), "int32"),
            TensorType((N, 4)),
            [
                ("NB204", "query", "query got int32, but takes floating-point numbers"),
                ("NB204", "key", "key got float32, but takes whole numbers"),
            ],
        ),
        (
            TensorType((N, T)),
            TensorType((N, T), "int64"),
            [
                (
                    "NB205",
                    "query",
                    "axis E of query is left open in N x T, but weights need a number there",
                )
            ],
        ),
    ],
)
def test_what_does_not_fit_is_said_with_names_and_numbers(
    query: TensorType, key: TensorType, expected: list[tuple[str, str, str]]
) -> None:
    assert found(query=query, key=key) == expected


class Join(NodeType):
    """Join."""

    x = In("N *S", count="inputs")
    output = Out("")
    inputs = Int(3, min=1)


def test_the_axes_of_a_repeated_port_are_each_ones_own() -> None:
    node = Join({"inputs": 2})
    assert [port.name for port in node.in_ports] == ["x_1", "x_2"]
    axes, problems = bind(node.in_ports, {"x_1": TensorType((N, 2)), "x_2": TensorType((N, 3, 4))})
    assert problems == []
    assert axes.shape("x_2") == (N, 3, 4)


NAMES = st.lists(st.sampled_from("ABCDEF"), unique=True, max_size=5)


@given(NAMES, st.none() | st.integers(0, 5), st.lists(st.integers(1, 9), max_size=8))
def test_a_pattern_gives_every_axis_of_what_it_accepts_one_name(
    names: list[str], star: int | None, shape: list[int]
) -> None:
    if star is not None:
        names.insert(min(star, len(names)), "*R")
    parsed = pattern(" ".join(names))
    if not parsed.accepts(len(shape)):
        assert len(shape) < parsed.rank or (star is None and len(shape) != parsed.rank)
        return
    sizes = axis_sizes(parsed, tuple(shape))
    again: list[int] = []
    for name in parsed.names:
        again += sizes[name] if name == "R" else [sizes[name]]
    assert again == shape


@pytest.mark.parametrize("text", ["*A *B", "N 3", "N x-y", "*", "N **A"])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an axis pattern"):
        pattern(text)


def test_an_axis_number_out_of_range_is_said_with_the_range() -> None:
    (problem,) = axis_problems("input", (N, 4), "dim", (2,), default=-1)
    assert problem.message == "dim has axis 2, but input is N x 4, whose axes are -2 to 1"
    assert problem.settings == {"dim": -1}
    (problem,) = axis_problems("input", (N, 4), "dim", (1, -1))
    assert problem.message == "dim is 1, -1, which names an axis of N x 4 twice"
    assert not list(axis_problems("input", (), "dim", (0,)))


def test_broadcasting_says_which_sizes_do_not_meet() -> None:
    assert broadcast((N, 1, T), (3, T), "x_1", "x_2") == (N, 3, T)
    with pytest.raises(Refusal) as caught:
        broadcast((N, 4), (N, 5), "x_1", "x_2")
    assert caught.value.problem.code == "NB210"
    assert "5 and 4 are not" in str(caught.value)
    with pytest.raises(Refusal):
        broadcast((N,), (4,), "x_1", "x_2")


@given(st.integers(1, 60), st.lists(st.integers(1, 200), min_size=1, max_size=3))
def test_the_nearest_divisor_is_one_and_none_is_nearer(wanted: int, numbers: list[int]) -> None:
    nearest = nearest_divisor(wanted, *numbers)
    divisors = [d for d in range(1, 201) if all(n % d == 0 for n in numbers)]
    assert nearest in divisors
    assert abs(nearest - wanted) == min(abs(d - wanted) for d in divisors)


class Shrink(NodeType):
    """Shrink."""

    input = In("N L")
    output = Out("N M")
    by = Int(2)

    def check(self, a: Axes) -> list[Problem]:
        return [Problem("NB212", "odd", severity="warning")] if self.by % 2 else []

    def infer(self, a: Axes) -> dict[str, object]:
        return {"M": a.L - self.by}


def test_an_empty_result_is_a_finding_and_a_warning_is_no_obstacle() -> None:
    empty = evaluate(Shrink({"by": 4}), {"input": TensorType((N, 4))})
    assert [p.code for p in empty.problems] == ["NB206"]
    assert empty.failed
    assert not empty.types
    warned = evaluate(Shrink({"by": 3}), {"input": TensorType((N, 4), "float64")})
    assert not warned.failed
    assert warned.types == {"output": TensorType((N, 1), "float64")}
    assert [p.severity for p in warned.problems] == ["warning"]


@pytest.mark.parametrize("name", ["Linear", "a-b", "9a", "a.b", "a\n"])
def test_an_id_is_lower_case(name: str) -> None:
    with pytest.raises(ValueError, match="lower-case"):
        type("Wrong", (NodeType,), {"__doc__": "Wrong."}, id=name)
