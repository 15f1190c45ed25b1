"""Symbolic sizes against plain numbers, and numbers that remember a formula."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.node_api import Dim, Sym, is_known, largest, product, shape_text, smallest, symbol
from netbuilder.node_api.dims import TracedInt, size_at, traced

N, T = symbol("N"), symbol("T")
SIZES = st.fixed_dictionaries({"N": st.integers(1, 40), "T": st.integers(1, 40)})
Step = Callable[[Any], Any]


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[Callable[[Any, Any], Any], Any]]:
    """Operations with what stands on their right: a number, or one of the two sizes."""
    signs = st.sampled_from((operator.add, operator.sub, operator.mul))
    whole = st.sampled_from((operator.floordiv, operator.mod))
    right = st.one_of(st.integers(-5, 9), st.sampled_from(("N", "T")))
    one = st.one_of(
        st.tuples(signs, right),
        st.tuples(whole, st.one_of(st.integers(1, 9), st.sampled_from(("N", "T")))),
    )
    return draw(st.lists(one, max_size=6))


def worked_out(start: Any, chain: list[Any], sizes: dict[str, Any]) -> Any:
    for sign, right in chain:
        start = sign(start, sizes[right] if isinstance(right, str) else right)
    return start


@given(steps(), SIZES)
def test_arithmetic_on_symbols_is_arithmetic_on_what_they_stand_for(
    chain: list[Any], sizes: dict[str, int]
) -> None:
    open_size: Dim = worked_out(N, chain, {"N": N, "T": T})
    assert size_at(open_size, sizes) == worked_out(sizes["N"], chain, sizes)


@given(steps())
def test_equal_sizes_are_equal_and_hash_alike(chain: list[Any]) -> None:
    names = {"N": N, "T": T}
    one, other = worked_out(N, chain, names), worked_out(N + 0, chain, names)
    assert one == other
    assert hash(one) == hash(other)
    assert str(one) == str(other)


@given(steps(), SIZES)
def test_some_sizes_can_be_filled_in_first(chain: list[Any], sizes: dict[str, int]) -> None:
    open_size = worked_out(T, chain, {"N": N, "T": T})
    half = size_at(open_size, {"N": sizes["N"]})
    assert size_at(half, sizes) == size_at(open_size, sizes)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (T + T, "2*T"),
        (2 * T + 1, "2*T + 1"),
        (T * N, "N*T"),
        (T - T, "0"),
        ((T * 4) // 2, "2*T"),
        ((T + 1) // 2, "(T + 1) // 2"),
        ((T - 3) // 2 + 1, "((T - 3) // 2) + 1"),
        (T % 2, "T % 2"),
        ((2 * T) % 2, "0"),
        (1 - T, "-T + 1"),
        (T // T, "1"),
    ],
)
def test_it_reads_as_people_write_it(size: Dim, text: str) -> None:
    assert str(size) == text


def test_shapes_read_as_people_write_them() -> None:
    assert shape_text((N, 32, T + 1)) == "N x 32 x (T + 1)"
    assert shape_text(()) == "scalar"


def test_a_symbol_is_no_number_and_has_no_truth() -> None:
    assert not is_known(N)
    assert is_known(3)
    assert N != 3
    with pytest.raises(TypeError, match="ask is_known"):
        bool(N)
    with pytest.raises(ZeroDivisionError):
        N // 0


def test_a_product_of_nothing_is_one() -> None:
    assert product(()) == 1
    assert product((2, N, 3)) == 6 * N
    assert isinstance(product((N, T)), Sym)


NUMBERS = st.integers(-20, 20)


@given(NUMBERS, NUMBERS, st.sampled_from(["+", "-", "*", "//", "%"]))
def test_a_traced_number_is_the_number_and_its_text_gives_it_again(
    left: int, right: int, sign: str
) -> None:
    signs = {"+": operator.add, "-": operator.sub, "*": operator.mul}
    signs |= {"//": operator.floordiv, "%": operator.mod}
    if sign in "//%" and right == 0:
        return
    dim = traced(left, "dim", is_name=True)
    result = signs[sign](signs[sign](dim, right), 3) if sign != "%" else dim % right
    plain = signs[sign](signs[sign](left, right), 3) if sign != "%" else left % right
    assert result == plain
    assert hash(result) == hash(plain)
    assert eval(result.source, {"dim": left}) == plain


def test_the_smallest_and_the_largest_keep_their_formula() -> None:
    dim = TracedInt(8, "dim", is_name=True)
    assert smallest(dim * 2, 5) == 5
    assert smallest(dim * 2, 5).source == "min(dim * 2, 5)"
    assert largest(dim, 2).source == "max(dim, 2)"
    assert smallest(3, 5) == 3
    assert not hasattr(smallest(3, 5), "source")
