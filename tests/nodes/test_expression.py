"""The formulas of Expression, held against torch: what they give, what is refused and how they read."""

from __future__ import annotations

import math
import subprocess
import sys
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.literals import WIDTH
from netbuilder.codegen.printer import Printer
from netbuilder.node_api import Axes, ExpressionError, Name, NodeType, TensorType, formula
from netbuilder.node_api.node_type import evaluate

CATALOGUE = standard_catalogue()
SHAPES = ((2, 3), (3,), (1, 3), (2, 1), ())
DTYPES = ("float32", "float32", "float64", "int64", "uint8", "bool")
QUIET = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def _texts(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from((" + ", " - ", " * ", " / ", " ** "))
    pairs = st.tuples(inner, signs, inner)
    functions = st.sampled_from("abs cos exp log relu sigmoid sin sqrt tanh".split())  # noqa: SIM905 - a list of words reads better so
    several = st.lists(inner, min_size=2, max_size=3).map(", ".join)
    return st.one_of(
        pairs.map("".join),
        pairs.map(lambda parts: f"({''.join(parts)})"),
        inner.map(lambda text: f"-{text}"),
        st.tuples(functions, inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(st.sampled_from(("max", "min")), several).map(lambda p: f"{p[0]}({p[1]})"),
    )


TEXTS = st.recursive(st.sampled_from(("a", "b", "c", "a", "2", "0.5", "3")), _texts, max_leaves=8)


def _tried(text: str) -> NodeType | None:
    try:
        return CATALOGUE.types["expression"]({"expression": text})
    except ValueError:
        return None


NODES = TEXTS.map(_tried).filter(lambda node: node is not None)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, torch.Tensor)


def _either(name: str) -> Any:
    """A function of torch for tensors, of Python for numbers."""

    def plain(x: float) -> float:
        return {"relu": max(x, 0), "sigmoid": 1 / (1 + math.exp(-x)), "abs": abs(x)}[name]

    def function(x: Any) -> Any:
        return getattr(torch, name)(x) if _is_tensor(x) else getattr(math, name, plain)(x)

    return function


def _extreme(name: str) -> Any:
    def pair(x: Any, y: Any) -> Any:
        if _is_tensor(x) and _is_tensor(y):
            return getattr(torch, f"{name}imum")(x, y)
        if not _is_tensor(x) and not _is_tensor(y):
            return max(x, y) if name == "max" else min(x, y)
        tensor, number = (x, y) if _is_tensor(x) else (y, x)
        return tensor.clamp(**{"min" if name == "max" else "max": number})

    return lambda *values: reduce(pair, values)


ORACLE: dict[str, Any] = {
    "__builtins__": {},
    **{name: _either(name) for name in ("abs", "cos", "exp", "log", "relu", "sigmoid")},
    **{name: _either(name) for name in ("sin", "sqrt", "tanh")},
    **{name: _extreme(name) for name in ("max", "min")},
}


def _values(kinds: dict[str, TensorType]) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return {
        name: (torch.rand(kind.shape) * 3)
        .to(getattr(torch, kind.dtype))
        .requires_grad_(kind.dtype.startswith("float"))
        for name, kind in kinds.items()
    }


def _there_and_back(text: str, values: dict[str, torch.Tensor]) -> None:
    """Some of what cannot be done shows on the way back only."""
    result = eval(text, ORACLE, dict(values))
    if result.requires_grad:
        result.sum().backward()


@given(st.data())
@settings(QUIET, max_examples=400)
def test_it_gives_what_torch_gives_and_refuses_what_torch_refuses(data: st.DataObject) -> None:
    node = data.draw(NODES)
    kinds = {
        port.name: TensorType(
            data.draw(st.sampled_from(SHAPES)), data.draw(st.sampled_from(DTYPES))
        )
        for port in node.in_ports
    }
    text, values = node.values()["expression"], _values(kinds)
    outcome = evaluate(node, kinds)
    if outcome.failed:
        with pytest.raises((RuntimeError, TypeError)):
            _there_and_back(text, values)
        return
    _there_and_back(text, values)
    expected = eval(text, ORACLE, dict(values))
    forward = node.forward(outcome.axes, {name: Name(name) for name in kinds}, None)
    found = eval(Printer(in_forward=True).inline(forward), {"torch": torch}, dict(values))
    assert outcome.types["output"] == TensorType(
        tuple(found.shape), str(found.dtype).removeprefix("torch.")
    )
    assert found.dtype == expected.dtype
    assert torch.equal(found.nan_to_num(), expected.nan_to_num())


def test_formulas_read_as_ruff_would_write_them(tmp_path: Path) -> None:
    """Those that fit a line; how others are broken is a matter of taste."""
    lines: list[str] = []

    @given(NODES)
    @settings(QUIET, max_examples=300)
    def collect(node: NodeType) -> None:
        names = {port.name: Name(port.name) for port in node.in_ports}
        kinds = {name: TensorType((2, 3)) for name in names}
        forward = node.forward(Axes({}, kinds), dict(names), None)
        line = "x = " + Printer(in_forward=True).inline(forward)
        if len(line) <= WIDTH:
            lines.append(line)

    collect()
    assert len(lines) > 100
    (tmp_path / "formulas.py").write_text("\n".join([*lines, ""]), encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", "format", "--diff", "--isolated", str(tmp_path)]
    done = subprocess.run(ruff, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_the_inputs_are_the_names_of_the_formula() -> None:
    node = CATALOGUE.types["expression"]({"expression": "gate * x + (1 - gate) * h"})
    assert [port.name for port in node.in_ports] == ["gate", "h", "x"]
    kinds = {name: TensorType((4, 3)) for name in ("gate", "h", "x")}
    assert evaluate(node, kinds).types == {"output": TensorType((4, 3))}


def test_a_part_that_does_not_work_is_told_with_its_place() -> None:
    node = CATALOGUE.types["expression"]({"expression": "a * max(b, 300)"})
    kinds = {"a": TensorType((2,)), "b": TensorType((2,), "int8")}
    [problem] = evaluate(node, kinds).problems
    assert problem.message == (
        "'a * max(b, 300)', at character 5: max takes no 300, which is beyond int8"
    )
    with pytest.raises(ExpressionError, match="at character 5"):
        formula("a + $")
