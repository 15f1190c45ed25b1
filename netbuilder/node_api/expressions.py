"""Arithmetic in parameters: a small, bounded language that is read, never executed as Python.

The grammar is numbers, names, ``+ - * // % **``, ``min``, ``max`` and parentheses.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from netbuilder.node_api.dims import Traced, largest, smallest, traced

MAX_LENGTH = 400
MAX_DEPTH = 32
MAX_PARTS = 200
MAX_EXPONENT = 64
MAX_VALUE = 2**53

_ALLOWED_TEXT = re.compile(r"[A-Za-z0-9_+\-*/%(), .]*\Z")
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": smallest, "max": largest}


class ExpressionError(ValueError):
    """An expression that cannot be read or worked out; the text is a sentence for the user."""


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
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(text)} characters, but at most {MAX_LENGTH} are allowed"
        )
    if not _ALLOWED_TEXT.match(text):
        raise ExpressionError(
            f"{text!r} has characters outside of numbers, names, + - * // % **, min, max and ( )"
        )
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise ExpressionError(
            f"the expression nests {deepest} deep, but at most {MAX_DEPTH} is allowed"
        )
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(
            f"{text!r} is not arithmetic: numbers, names, + - * // % **, min, max and ( )"
        ) from None
    _validate(tree, text)
    return tree


def _validate(tree: ast.expr, text: str) -> None:
    """Refuse every kind of syntax that the grammar does not name, without recursion."""
    waiting: list[tuple[ast.expr, int]] = [(tree, 1)]
    parts = 0
    while waiting:
        node, depth = waiting.pop()
        parts += 1
        if parts > MAX_PARTS or depth > 2 * MAX_DEPTH:
            raise ExpressionError(
                f"the expression has too many parts; at most {MAX_PARTS} are allowed"
            )
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            waiting += [(node.left, depth + 1), (node.right, depth + 1)]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            waiting.append((node.operand, depth + 1))
        elif isinstance(node, ast.Call) and _is_function(node):
            waiting += [(argument, depth + 1) for argument in node.args]
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and node.value is not True
            and node.value is not False
        ):
            if not abs(node.value) <= MAX_VALUE:
                raise ExpressionError(f"{text!r} has a number above 2**53")
        elif not (
            isinstance(node, ast.Name)
            and node.id not in _FUNCTIONS
            and not node.id.startswith("__")
        ):
            raise ExpressionError(
                f"{text!r} has a part that is not arithmetic: numbers, names, + - * // % **, min, max, ( )"
            )


def _is_function(node: ast.Call) -> bool:
    return (
        isinstance(node.func, ast.Name)
        and node.func.id in _FUNCTIONS
        and len(node.args) >= 2
        and not node.keywords
    )


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
