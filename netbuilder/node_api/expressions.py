"""Arithmetic in parameters: a small, bounded language that is read, never executed as Python.

The grammar is numbers, names, ``+ - * // % **``, ``min``, ``max`` and parentheses.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from netbuilder.node_api.dims import Traced, largest, smallest, traced
from netbuilder.node_api.grammar import MAX_PARTS, MAX_VALUE, ExpressionError, Grammar

__all__ = ["MAX_VALUE", "Expression", "ExpressionError"]

MAX_EXPONENT = 64

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": smallest, "max": largest}


_GRAMMAR = Grammar(
    frozenset(_BINARY),
    dict.fromkeys(_FUNCTIONS, (2, MAX_PARTS)),
    "+ - * // % **, min, max",
)


@dataclass(frozen=True, slots=True)
class Expression:
    """Arithmetic over group parameters, as it stands in a document: ``dim * 4``."""

    text: str

    @property
    def names(self) -> frozenset[str]:
        """The names the expression asks for.

        Raises:
            ExpressionError: The text is not in the grammar.
        """
        return frozenset(
            n.id for n in ast.walk(_parse(self.text)) if isinstance(n, ast.Name)
        ) - set(_FUNCTIONS)

    def evaluate(self, values: Mapping[str, int | float]) -> int | float:
        """Work the expression out.

        Args:
            values: A number for every name; traced numbers give a traced result.

        Raises:
            ExpressionError: The text is not in the grammar, a name is missing or a number is out
                of bounds.
        """
        result = _evaluate(_parse(self.text), values, self.text)
        if isinstance(result, bool) or not isinstance(result, int | float):
            raise ExpressionError(f"{self.text!r} does not give a number")
        return result


@lru_cache(maxsize=4096)
def _parse(text: str) -> ast.expr:
    return _GRAMMAR.read(text)


def _evaluate(node: ast.expr, values: Mapping[str, int | float], text: str) -> Any:
    result: Any
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        if node.id not in values:
            known = ", ".join(sorted(values)) or "none"
            raise ExpressionError(
                f"{text!r} asks for {node.id}, which is not a parameter here; there are: {known}"
            )
        return values[node.id]
    if isinstance(node, ast.UnaryOp):
        operand = _evaluate(node.operand, values, text)
        return -operand if isinstance(node.op, ast.USub) else operand
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _FUNCTIONS[node.func.id](
            *(_evaluate(argument, values, text) for argument in node.args)
        )
    assert isinstance(node, ast.BinOp)
    left, right = _evaluate(node.left, values, text), _evaluate(node.right, values, text)
    if type(left) is float and isinstance(right, Traced):
        # A plain float would take the operation over, and lose the formula.
        left = traced(left, repr(left), is_name=True)
    if isinstance(node.op, ast.Pow) and not (isinstance(right, int) and 0 <= right <= MAX_EXPONENT):
        raise ExpressionError(
            f"{text!r} raises to the power {right}, but whole powers from 0 to {MAX_EXPONENT} are allowed"
        )
    if isinstance(node.op, ast.FloorDiv | ast.Mod) and right == 0:
        raise ExpressionError(f"{text!r} divides by zero")
    try:
        result = _BINARY[type(node.op)](left, right)
    except OverflowError:
        result = float("inf")
    if not abs(result) <= MAX_VALUE:
        raise ExpressionError(f"{text!r} gives a number above 2**53")
    return result
