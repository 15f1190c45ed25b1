"""Printed expressions mean what they were made of, and ruff would not change a character."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netbuilder.codegen.literals import documentation, literal, quoted
from netbuilder.codegen.printer import Comprehension, Printer, Starred
from netbuilder.node_api.calls import Binary, Call, Expr, Name, Negative, call
from netbuilder.node_api.dims import TracedInt


def ruff_format(text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "-"]
    return subprocess.run(command, input=text, text=True, capture_output=True, check=True).stdout


names = st.sampled_from(
    ["x", "image", "self.conv_1", "a_rather_long_name_of_a_value", "torch.float32"]
)
constants = st.one_of(
    st.integers(-(10**6), 10**6),
    st.booleans(),
    st.none(),
    st.sampled_from(["same", "tanh"]),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
)


def calls(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.builds(
        lambda args, kwargs: Call(Name("torch.some_function"), tuple(args), tuple(kwargs.items())),
        st.lists(st.one_of(inner, constants), max_size=5),
        st.dictionaries(
            st.sampled_from(["kernel_size", "stride", "padding", "dim"]), constants, max_size=4
        ),
    )


expressions = st.recursive(names.map(Name), calls, max_leaves=8)


@settings(max_examples=200, deadline=None)
@given(st.lists(expressions, min_size=1, max_size=20))
def test_lines_parse_to_the_same_tree_as_one_line(values: list[Expr]) -> None:
    """However a statement is broken into lines, it is the same statement."""
    printer = Printer()
    for value in values:
        broken = "\n".join(printer.lines("x = ", value, 0))
        assert ast.dump(ast.parse(broken)) == ast.dump(ast.parse(f"x = {printer.inline(value)}"))


def test_parts_of_axes_are_set_as_ruff_sets_them() -> None:
    """What is more than a name or a number stands apart from the colon."""
    printer = Printer()
    bounds = [None, 4, -3, TracedInt(2, "k", is_name=True), TracedInt(6, "k * 3")]
    lines = [
        f"x[{printer._index((slice(None), slice(start, stop, step)))}]"
        for start in bounds
        for stop in bounds
        for step in (None, 2, TracedInt(4, "k * 2"))
    ]
    source = "\n".join(["def f(x, k):", *(f"    x = {line}" for line in lines), ""])
    assert ruff_format(source) == source


def test_ruff_changes_nothing() -> None:
    """Statements of every width are laid out as ruff lays them out."""
    printer = Printer()
    lines: list[str] = ["def f(self):"]
    for width in range(1, 60):
        long = Name("n" * width)
        for value in (
            call("nn.Conv2d", 3, 32, kernel_size=(3, 5), stride=2, padding="same", dilation=long),
            call("torch.cat", (long, Name("b")), dim=1),
            call("nn.Sequential", Starred(Comprehension(call("Block", channels=long), "_", 3))),
            long + Name("second_term") + Name("third") * 2,
            {"loss_1": Binary("*", 0.5, long), "loss_2": Name("y")},
            (long, Name("label")),
            long.method("reshape", long.attribute("shape")[0], -1, 8),
        ):
            lines += printer.lines("value = ", value, 4)
    text = "\n".join(lines) + "\n"
    assert ruff_format(text) == text


def formula(draws: random.Random, depth: int) -> Any:
    """Arithmetic on names, numbers and calls."""
    kind = draws.random() if depth else 0.0
    if kind < 0.25:
        return Name(draws.choice("abcxy") * draws.randint(1, 14))
    if kind < 0.6:
        right = draws.choice([formula(draws, depth - 1), 1.5])
        return Binary(draws.choice(["+", "-", "*", "/", "**"]), formula(draws, depth - 1), right)
    if kind < 0.7:
        return Negative(formula(draws, depth - 1))
    inner = [formula(draws, depth - 1) for _ in range(draws.randint(1, 2))]
    return call("torch.clamp", *inner, **({"min": 0.5} if draws.random() < 0.4 else {}))


def test_arithmetic_is_broken_as_ruff_breaks_it() -> None:
    """Brackets of the formula's own are opened before others are added, and nothing means else."""
    draws, printer, lines = random.Random(0), Printer(), ["def f(x):"]
    while len(lines) < 2000:
        value = formula(draws, 4)
        flat = printer.inline(value)
        if 60 < len(flat) < 150:
            broken = printer.lines("x = ", value, 8)
            same = ast.parse("\n".join(["if x:", *broken])).body[0].body[0]  # type: ignore[attr-defined]
            assert ast.dump(same) == ast.dump(ast.parse(f"x = {flat}").body[0])
            lines += printer.lines("x = ", value, 4)
    source = "\n".join(lines) + "\n"
    assert ruff_format(source) == source


@given(st.text())
def test_a_quoted_text_reads_back(text: str) -> None:
    """A string literal has the value it was made of, whatever it holds."""
    assert ast.literal_eval(quoted(text)) == text


@settings(max_examples=300)
@given(st.text(), st.lists(st.text(), max_size=3))
def test_documentation_stays_a_docstring(title: str, paragraphs: list[str]) -> None:
    """Free text cannot leave the docstring it is put in."""
    lines = documentation(title, paragraphs, 4)
    tree = ast.parse("\n".join(["class A:", *lines, "    x = 1"]))
    body = tree.body[0].body  # type: ignore[attr-defined]
    assert len(body) == 2
    assert isinstance(body[0].value, ast.Constant)
    assert isinstance(body[1], ast.Assign)


def test_documentation_is_as_ruff_formats_it() -> None:
    """Docstrings with quotes, backslashes and long words keep their form."""
    texts = [
        'He said "hi"',
        "back\\slash",
        "a" * 100,
        "tab\there",
        'three """ quotes',
        "  spaced   out ",
        "end\\",
    ]
    for text in texts:
        source = "\n".join(["class A:", *documentation(text, [text], 4), "", "    x = 1", ""])
        assert ruff_format(source) == source


def test_a_traced_number_prints_its_formula() -> None:
    """Formulas over constructor arguments print bare in the constructor, from self elsewhere."""
    dim = TracedInt(64, "dim", is_name=True)
    value = call("nn.Linear", dim, dim * 4 + 1)
    assert Printer().inline(value) == "nn.Linear(dim, dim * 4 + 1)"
    reader = Printer(in_forward=True)
    assert reader.inline(value) == "nn.Linear(self.dim, self.dim * 4 + 1)"
    assert reader.used == {"dim"}


@pytest.mark.parametrize("text", ["1 + 1", "a b", "import os", "x;y", "class", "a.b()", "x\n", ""])
def test_a_name_that_is_no_name_is_refused(text: str) -> None:
    """Only dotted names become names."""
    with pytest.raises(ValueError, match="is not a dotted Python name"):
        Name(text)


def test_other_objects_are_refused() -> None:
    """Only plain constants are printed."""
    with pytest.raises(TypeError, match="holds no object"):
        literal(object())
