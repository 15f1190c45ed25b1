"""Formulas on tensors: arithmetic that a node carries out on its inputs, ``a * sigmoid(b)``.

The grammar is numbers, names of inputs, ``+ - * / **``, the functions below and parentheses. Who reads a
formula says what its parts are worth: tensors in one place, types of tensors or source in another.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from netbuilder.node_api.grammar import MAX_PARTS, MAX_VALUE, ExpressionError, Grammar

MAX_NAMES = 16

Number = int | float
T = TypeVar("T")

_SIGNS: Mapping[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
# What every function is for numbers.
_ON_NUMBERS: Mapping[str, Callable[..., Number]] = {
    "abs": abs,
    "cos": math.cos,
    "exp": math.exp,
    "log": math.log,
    "max": max,
    "min": min,
    "relu": lambda x: max(x, 0),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "sin": math.sin,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
}
FUNCTIONS = tuple(name for name in _ON_NUMBERS if name.isalpha() and name != "neg")
_SEVERAL = ("max", "min")
_GRAMMAR = Grammar(
    frozenset({ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow}),
    {name: (2, MAX_PARTS) if name in _SEVERAL else (1, 1) for name in FUNCTIONS},
    f"+ - * / **, {', '.join(FUNCTIONS)}",
)
# A reader of source would take these for the node's own output.
_TAKEN = frozenset({"output"})


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as it was read: its text, and the names of the inputs it asks for.

    Attributes:
        text: As it was written.
        names: In the order of letters.
    """

    text: str
    names: tuple[str, ...]

    def worked_out(
        self,
        named: Callable[[str], T],
        number: Callable[[Number], T],
        applied: Callable[[str, list[T], int], T],
    ) -> T:
        """Work the formula out, from the inside to the outside.

        Args:
            named: What an input is worth.
            number: What a number is worth.
            applied: What a sign (``neg`` for the minus before a value) or function makes of values; it
                is told the character the part begins at.
        """

        def value(node: ast.expr) -> T:
            match node:
                case ast.Name(id=name):
                    return named(name)
                case ast.Constant(value=int() | float() as constant):
                    return number(constant)
                case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                    return value(operand)
                case ast.UnaryOp(operand=operand):
                    return applied("neg", [value(operand)], _at(self.text, node))
                case ast.BinOp(left=left, op=sign, right=right):
                    values = [value(left), value(right)]
                    return applied(_SIGNS[type(sign)], values, _at(self.text, node))
                case ast.Call(func=ast.Name(id=name), args=args):
                    return applied(name, [value(arg) for arg in args], _at(self.text, node))
            raise AssertionError(ast.dump(node))

        return value(_tree(self.text))


@lru_cache(maxsize=1024)
def formula(text: str) -> Formula:
    """Read a formula.

    Raises:
        ExpressionError: The text is not in the grammar, names no input, or divides by zero and the
            like; the message says where, and what is allowed.
    """
    tree = _tree(text)
    functions = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n not in functions]
    names = tuple(sorted({node.id for node in nodes}))
    if not names:
        raise ExpressionError(f"{text!r} names no input; write a, b and so on for what comes in")
    if len(names) > MAX_NAMES:
        raise ExpressionError(
            f"{text!r} names {len(names)} inputs, but at most {MAX_NAMES} are allowed"
        )
    for node in nodes:
        if node.id in _TAKEN:
            raise ExpressionError(
                f"{text!r} calls an input {node.id} at character {_at(text, node)}, "
                "which is what comes out; call it something else"
            )
    found = Formula(text, names)
    found.worked_out(lambda _: None, lambda number: number, _constant(text))
    return found


def on_numbers(name: str, values: list[Number]) -> Number:
    """Return what a sign or function makes of numbers.

    Raises:
        ArithmeticError: It makes nothing of them.
        ValueError: So too.
    """
    return _ON_NUMBERS[name](*values)


@lru_cache(maxsize=1024)
def _tree(text: str) -> ast.expr:
    return _GRAMMAR.read(text)


def _at(text: str, node: ast.expr) -> int:
    return len(text) - len(text.lstrip()) + node.col_offset + 1


def _constant(text: str) -> Callable[[str, list[Number | None], int], Number | None]:
    """Return what works out the parts that are made of numbers alone; any other part is None."""

    def applied(name: str, values: list[Number | None], at: int) -> Number | None:
        numbers = [value for value in values if value is not None]
        if len(numbers) < len(values):
            if name == "/" and values[1] == 0:
                raise ExpressionError(f"{text!r} divides by zero at character {at}")
            return None
        try:
            result: Any = _bounded(name, numbers)
        except (ArithmeticError, ValueError):
            result = None
        if isinstance(result, complex) or result is None or not abs(result) <= MAX_VALUE:
            raise ExpressionError(
                f"{text!r} has a part at character {at} that is no number, or one above 2**53"
            )
        return result  # type: ignore[no-any-return]

    return applied


def _bounded(name: str, numbers: list[Number]) -> Any:
    """Carry out what cannot take long: powers of whole numbers would grow without end."""
    if name == "**":
        return float(numbers[0]) ** numbers[1] if abs(numbers[1]) > 64 else numbers[0] ** numbers[1]
    return on_numbers(name, numbers)
