"""The arithmetic of parameters: right on what it takes, and closed to everything else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.node_api.dims import traced
from netbuilder.node_api.expressions import (
    MAX_VALUE,
    Expression,
    ExpressionError,
)

VALUES = {"dim": 64, "index": 3, "rate": 0.5}

HOSTILE = [
    "",
    " ",
    "dim dim",
    "__import__('os')",
    "__import__",
    "__builtins__",
    "().__class__",
    "dim.real",
    "dim[0]",
    "[dim]",
    "(dim, dim)",
    "{dim}",
    "dim if dim else dim",
    "lambda: dim",
    "dim := 3",
    "dim = 3",
    "dim; dim",
    "dim\nimport os",
    "dim #comment",
    "'a' * 9",
    '"a"',
    "b'a'",
    "f'{dim}'",
    "dim == 3",
    "dim < 3",
    "dim and dim",
    "not dim",
    "~dim",
    "dim / 2",
    "dim << 2",
    "dim | 2",
    "dim @ dim",
    "dim^2",
    "1j",
    "True",
    "None",
    "...",
    "*dim",
    "**dim",
    "min",
    "min + 1",
    "min()",
    "min(1)",
    "min(*dim)",
    "max(1, 2, key=dim)",
    "abs(dim)",
    "print(dim)",
    "min(1, 2)(3)",
    "eval(dim)",
    "yield dim",
    "await dim",
    "\u0964",
    "d\u0131m",
    "dim\x00",
    "dim\\",
    "dim\ud800",
    "99999999999999999999",
    "1e400",
    "-1e400",
    "9**99",
    "9**9**9",
    "2**-1",
    "2**0.5",
    "2**65",
    "9007199254740992 * 2",
    "rate**64**64",
    "dim // 0",
    "dim % 0",
    "dim // (index - 3)",
    "unknown",
    "dim * other",
    "(" * 33 + "1" + ")" * 33,
    "(" * 4000,
    "-" * 350 + "1",
    "1+" * 199 + "1" + "+1",
    "dim" * 200,
    "0x10 ** 0x99",
    "0777",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_not_bounded_arithmetic_is_refused_with_a_sentence(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(ExpressionError) as caught:
        Expression(text).evaluate(VALUES)
    assert time.perf_counter() - started < 1
    assert str(caught.value)
    assert len(str(caught.value)) < 8 * 400


def test_names_with_two_underscores_are_refused_even_where_they_have_a_value() -> None:
    with pytest.raises(ExpressionError, match="not arithmetic"):
        Expression("__dim").evaluate({"__dim": 1})
    with pytest.raises(ExpressionError, match="not arithmetic"):
        _ = Expression("__dim").names


@given(st.text(max_size=60))
def test_any_text_gives_a_number_or_a_sentence(text: str) -> None:
    try:
        result = Expression(text).evaluate(VALUES)
    except ExpressionError:
        return
    assert isinstance(result, int | float)
    assert not isinstance(result, bool)


WORDS = st.sampled_from(
    [
        "dim",
        "index",
        "rate",
        "0",
        "1",
        "2",
        "7",
        "64",
        "1.5",
        "+",
        "-",
        "*",
        "//",
        "%",
        "**",
        "(",
        ")",
        "min(",
        "max(",
        ",",
        "__class__",
        ".",
        "[",
        "]",
    ]
)


@given(st.lists(WORDS, max_size=30).map(" ".join))
def test_whatever_is_made_of_its_words_stays_in_bounds(text: str) -> None:
    try:
        result = Expression(text).evaluate(VALUES)
    except ExpressionError:
        return
    assert abs(result) <= MAX_VALUE
    assert result == eval(text.strip(), {"__builtins__": {}, "min": min, "max": max, **VALUES})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("dim * 4", 256),
        (" dim*4 ", 256),
        ("dim // 2 + index", 35),
        ("-dim + 2**index", -56),
        ("min(dim, 8, index)", 3),
        ("max(dim * (index + 1), 1)", 256),
        ("dim % 7", 1),
        ("rate * 2", 1.0),
        ("+3", 3),
    ],
)
def test_it_works_out_what_it_says(text: str, value: float) -> None:
    assert Expression(text).evaluate(VALUES) == value


def test_names_are_those_it_asks_for() -> None:
    assert Expression("min(dim, 4) * index").names == {"dim", "index"}
    assert Expression("4").names == frozenset()


def test_formulas_survive_into_generated_source() -> None:
    values = {"dim": traced(64, "dim", is_name=True), "index": traced(2, "index", is_name=True)}
    result = Expression("dim * 2**index").evaluate(values)
    assert result == 256
    assert result.source == "dim * (2**index)"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("dim * 0.5", "dim * 0.5"),
        ("0.5 * dim", "0.5 * dim"),
        ("7 % dim", "7 % dim"),
        ("rate ** 2", "rate**2"),
        ("(-2) ** dim", "(-2) ** dim"),
        ("(dim + 1) ** 2", "(dim + 1) ** 2"),
        ("dim // rate", "dim // rate"),
        ("-dim ** 2", "-(dim**2)"),
        ("max(rate, dim)", "max(rate, dim)"),
        ("+dim", "dim"),
    ],
)
def test_no_operation_loses_the_formula(text: str, source: str) -> None:
    plain = {"dim": 3, "rate": 0.5}
    values = {name: traced(value, name, is_name=True) for name, value in plain.items()}
    result = Expression(text).evaluate(values)
    assert result.source == source
    assert result == Expression(text).evaluate(plain) == eval(source, dict(plain))
    assert type(result.source) is str
