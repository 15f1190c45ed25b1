"""Formulas on tensors: what they say, where they are wrong, and that nothing else gets in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.node_api import ExpressionError, formula

ALLOWED = "numbers, names, + - * / **, abs, cos, exp, log, max, min, relu, sigmoid, sin, sqrt, tanh and ( )"


def shown(text: str) -> Any:
    """A formula as nested tuples."""
    return formula(text).worked_out(str, lambda n: n, lambda name, values, at: (name, *values))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a", "a"),
        (" a*2 ", ("*", "a", 2)),
        ("a - b - c", ("-", ("-", "a", "b"), "c")),
        ("a ** b ** c", ("**", "a", ("**", "b", "c"))),
        ("-a ** 2", ("neg", ("**", "a", 2))),
        ("+a / (1 + b)", ("/", "a", ("+", 1, "b"))),
        ("max(a, 0, b)", ("max", "a", 0, "b")),
        ("a * sigmoid(b)", ("*", "a", ("sigmoid", "b"))),
    ],
)
def test_it_is_read_as_arithmetic_is(text: str, meant: Any) -> None:
    assert shown(text) == meant


def test_the_names_are_those_of_the_inputs_in_the_order_of_letters() -> None:
    assert formula("gate * max(x, b) + exp(x)").names == ("b", "gate", "x")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", f"'' is not arithmetic at character 1: {ALLOWED}"),
        ("a +", f"'a +' is not arithmetic at character 4: {ALLOWED}"),
        ("a $ b", f"'a $ b' has '$' at character 3, outside of {ALLOWED}"),
        ("a + b.T", f"'a + b.T' has a part at character 5 that is not arithmetic: {ALLOWED}"),
        (" foo(a)", f"' foo(a)' has a part at character 2 that is not arithmetic: {ALLOWED}"),
        ("a // 2", f"'a // 2' has a part at character 1 that is not arithmetic: {ALLOWED}"),
        ("a * exp(a, b)", "'a * exp(a, b)' gives exp at character 5 2 values, but it takes 1"),
        ("max(a)", "'max(a)' gives max at character 1 1 values, but it takes at least 2"),
        ("2 + 3", "'2 + 3' names no input; write a, b and so on for what comes in"),
        ("a + 1 / 0", "'a + 1 / 0' has a part at character 5 that is no number, or one above 2**53"),
        ("a / 0", "'a / 0' divides by zero at character 1"),
        ("a + log(0)", "'a + log(0)' has a part at character 5 that is no number, or one above 2**53"),
        ("a * 9**9**9", "'a * 9**9**9' has a part at character 5 that is no number, or one above 2**53"),
        ("a * (-1)**0.5", "has a part at character 5 that is no number"),
        ("a + output", "calls an input output at character 5, which is what comes out"),
        (" + ".join(f"a{i}" for i in range(17)), "names 17 inputs, but at most 16 are allowed"),
        ("a + 1j", "has a part at character 5 that is not arithmetic"),
        ("__a__", "has a part at character 1 that is not arithmetic"),
        ("True * a", "has a part at character 1 that is not arithmetic"),
        ("a" * 401, "the expression has 401 characters, but at most 400 are allowed"),
        ("(" * 33 + "a" + ")" * 33, "the expression nests 33 deep, but at most 32 is allowed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        formula(text)
    assert said in str(caught.value)


WORDS = st.sampled_from(
    "a b 0 2 0.5 1e9 + - * / ** ( ) max( exp( log( , lambda __class__ . [ ] import // %".split()  # noqa: SIM905 - a list of words reads better so
)


@given(st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=20).map(" ".join)))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        found = formula(text)
    except ExpressionError as error:
        assert str(error)  # noqa: PT017 - both ways out are right
        return
    assert found.names
    assert all(name.isidentifier() for name in found.names)
