"""The bounded grammars of arithmetic that documents may hold: text to a checked tree, never executed.

What is allowed are numbers, names, a few signs, a few functions and parentheses; a grammar says which.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_LENGTH = 400
MAX_DEPTH = 32
MAX_PARTS = 200
MAX_VALUE = 2**53

_STRANGE = re.compile(r"[^A-Za-z0-9_+\-*/%(), .]")


class ExpressionError(ValueError):
    """An expression that cannot be read or worked out; the text is a sentence for the user."""


@dataclass(frozen=True, eq=False)
class Grammar:
    """What an expression may be made of.

    Attributes:
        signs: The kinds of operations between two values.
        functions: For every function, how many arguments it takes, at least and at most.
        words: The signs and functions as messages list them, numbers and names left out.
    """

    signs: frozenset[type[ast.operator]]
    functions: Mapping[str, tuple[int, int]]
    words: str

    @property
    def allowed(self) -> str:
        """What may be written, in words."""
        return f"numbers, names, {self.words} and ( )"

    def read(self, text: str) -> ast.expr:
        """Return the checked tree of a text.

        Raises:
            ExpressionError: The text is not in the grammar; the message says where, and what is.
        """
        if len(text) > MAX_LENGTH:
            raise ExpressionError(
                f"the expression has {len(text)} characters, but at most {MAX_LENGTH} are allowed"
            )
        strange = _STRANGE.search(text)
        if strange:
            raise ExpressionError(
                f"{text!r} has {strange[0]!r} at character {strange.start() + 1}, outside of {self.allowed}"
            )
        _check_nesting(text)
        tree = self._parsed(text)
        self._check(tree, text)
        return tree

    def _parsed(self, text: str) -> ast.expr:
        indent = len(text) - len(text.lstrip())
        try:
            return ast.parse(text.strip(), mode="eval").body
        except SyntaxError as error:
            at = indent + (error.offset or len(text.strip()) + 1)  # none: at the end
            raise ExpressionError(
                f"{text!r} is not arithmetic at character {at}: {self.allowed}"
            ) from None
        except (ValueError, RecursionError, MemoryError):
            raise ExpressionError(f"{text!r} is not arithmetic: {self.allowed}") from None

    def _check(self, tree: ast.expr, text: str) -> None:
        """Refuse every kind of syntax that the grammar does not name, without recursion."""
        indent = len(text) - len(text.lstrip())
        waiting: list[tuple[ast.expr, int]] = [(tree, 1)]
        parts = 0
        while waiting:
            node, depth = waiting.pop()
            parts += 1
            if parts > MAX_PARTS or depth > 2 * MAX_DEPTH:
                raise ExpressionError(
                    f"the expression has too many parts; at most {MAX_PARTS} are allowed"
                )
            inner = self._inside(node, text, indent + node.col_offset + 1)
            waiting += [(part, depth + 1) for part in inner]

    def _inside(self, node: ast.expr, text: str, at: int) -> list[ast.expr]:
        """Return the parts of a part, or refuse it."""
        match node:
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in self.signs:
                return [left, right]
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                return [operand]
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in self.functions:
                self._check_count(name, len(args), text, at)
                return args
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                if not abs(value) <= MAX_VALUE:
                    raise ExpressionError(f"{text!r} has a number above 2**53 at character {at}")
                return []
            case ast.Name(id=name) if name not in self.functions and not name.startswith("__"):
                return []
        raise ExpressionError(
            f"{text!r} has a part at character {at} that is not arithmetic: {self.allowed}"
        )

    def _check_count(self, name: str, count: int, text: str, at: int) -> None:
        least, most = self.functions[name]
        if not least <= count <= most:
            wanted = f"{least}" if least == most else f"at least {least}"
            raise ExpressionError(
                f"{text!r} gives {name} at character {at} {count} values, but it takes {wanted}"
            )


def _check_nesting(text: str) -> None:
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise ExpressionError(
            f"the expression nests {deepest} deep, but at most {MAX_DEPTH} is allowed"
        )
