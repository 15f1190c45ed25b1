"""Expressions to text, laid out the way ruff formats Python.

Constants are printed with ``repr``-like literals only, so that nothing a document says can turn into
code. Lines are at most 88 characters wide where Python allows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from netbuilder.codegen.literals import WIDTH, literal
from netbuilder.node_api.calls import Attribute, Binary, Call, Expr, Item, Name, Negative
from netbuilder.node_api.dims import TracedFloat, TracedInt

_PLAIN_BOUND = re.compile(r"-?\w*\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BINDS = {"**": 4, "*": 3, "/": 3, "//": 3, "%": 3, "@": 3, "+": 2, "-": 2}
_MINUS = 3.5  # in front of a value: weaker than a power, stronger than a product
_ACCESS = 6  # of an attribute, an item or a call
_COMPARE = 1
_WHOLE = 9  # of what needs no brackets anywhere
_NOTHING = Name("_")  # stands for brackets that no function is in front of


@dataclass(frozen=True, slots=True, eq=False)
class Starred(Expr):
    """``*value`` among the arguments of a call."""

    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Comprehension(Expr):
    """``[element for variable in range(count)]``."""

    element: Expr
    variable: str
    count: Any


@dataclass
class Printer:
    """Prints expressions; in a forward, constructor arguments are read back from ``self``.

    Attributes:
        in_forward: Whether the text stands in a method other than the constructor.
        used: The constructor arguments that the text asked for.
    """

    in_forward: bool = False
    used: set[str] = field(default_factory=set)

    def inline(self, value: Any) -> str:
        """Return an expression or a constant on one line."""
        if type(value) is Name:  # what most arguments are
            return value.text
        if type(value) is int:
            return int.__repr__(value)
        match value:
            case TracedInt() | TracedFloat():
                return self._traced(value.source)
            case Attribute(value=inner, name=name):
                return f"{self._operand(inner, _ACCESS)}.{name}"
            case Item(value=inner, index=index):
                return f"{self._operand(inner, _ACCESS)}[{self._index(index)}]"
            case Call():
                arguments = ", ".join(self._arguments(value))
                return f"{self._operand(value.function, _ACCESS)}({arguments})"
            case Binary(sign=sign, left=left, right=right):
                return self._binary(sign, left, right)
            case Negative(value=inner):
                return f"-{self._operand(inner, _ACCESS)}"
            case _:
                return self._several(value)

    def _several(self, value: Any) -> str:
        match value:
            case Starred(value=inner):
                return f"*{self.inline(inner)}"
            case Comprehension(element=element, variable=variable, count=count):
                return f"[{self.inline(element)} for {variable} in range({self.inline(count)})]"
            case dict():
                return (
                    "{"
                    + ", ".join(f"{literal(k)}: {self.inline(v)}" for k, v in value.items())
                    + "}"
                )
            case tuple():
                items = [self.inline(item) for item in value]
                return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
            case list():
                return f"[{', '.join(self.inline(item) for item in value)}]"
            case _:
                return literal(value)

    def lines(self, prefix: str, value: Any, indent: int, suffix: str = "") -> list[str]:
        """Return ``prefix value suffix`` in as many lines as its width asks for.

        Args:
            prefix: Text before the value, such as ``x = ``.
            value: The expression or constant.
            indent: The number of spaces that every line starts with.
            suffix: Text after the value, such as a comma.
        """
        flat = self.inline(value)
        if indent + len(prefix) + len(flat) + len(suffix) <= WIDTH:
            return [" " * indent + prefix + flat + suffix]
        pad = " " * indent
        match value:
            case Call(args=args, kwargs=kwargs) if args or kwargs:
                head = self._operand(value.function, _ACCESS)
                body = self._inside(value, indent + 4)
                return [f"{pad}{prefix}{head}(", *body, f"{pad}){suffix}"]
            case Starred(value=inner_value):
                return self.lines(f"{prefix}*", inner_value, indent, suffix)
            case Comprehension(element=element, variable=variable, count=count):
                body = self.lines("", element, indent + 4)
                last = f"{pad}    for {variable} in range({self.inline(count)})"
                return [f"{pad}{prefix}[", *body, last, f"{pad}]{suffix}"]
            case dict() if value:
                entries = [
                    line
                    for key, item in value.items()
                    for line in self.lines(f"{literal(key)}: ", item, indent + 4, ",")
                ]
                return [f"{pad}{prefix}{{", *entries, f"{pad}}}{suffix}"]
            case tuple() | list() if value:
                left, right = "()" if isinstance(value, tuple) else "[]"
                entries = [line for item in value for line in self._item_lines(item, indent + 4)]
                return [f"{pad}{prefix}{left}", *entries, f"{pad}{right}{suffix}"]
            case Binary():
                return self._binary_lines(prefix, value, indent, suffix)
            case Negative(value=Binary() as negated):
                body = self._inside(Call(_NOTHING, (negated,), ()), indent + 4)
                return [f"{pad}{prefix}-(", *body, f"{pad}){suffix}"]
            case Negative(value=Negative() as negated):
                body = self.lines("", negated, indent + 4)
                return [f"{pad}{prefix}-(", *body, f"{pad}){suffix}"]
            case Negative(value=negated):
                return self.lines(f"{prefix}-", negated, indent, suffix)
            case _:
                return [pad + prefix + flat + suffix]

    def returned(self, value: Any, indent: int) -> list[str]:
        """Return a return statement; a short tuple stands without parentheses."""
        if isinstance(value, tuple) and len(value) > 1:
            flat = "return " + ", ".join(self.inline(item) for item in value)
            if indent + len(flat) <= WIDTH:
                return [" " * indent + flat]
        return self.lines("return ", value, indent)

    def _arguments(self, call: Call) -> list[str]:
        return [
            *(self.inline(argument) for argument in call.args),
            *(f"{name}={self.inline(argument)}" for name, argument in call.kwargs),
        ]

    def _inside(self, call: Call, indent: int) -> list[str]:
        """Lines of what stands between the brackets of a call, or of an operand without a function."""
        joined = ", ".join(self._arguments(call))
        if indent + len(joined) <= WIDTH:
            return [" " * indent + joined]
        if call.function is _NOTHING:
            return self._operand_lines(call.args[0], indent)
        # A lone argument that is an unpacked list gets no comma after it only if it stays whole.
        lines: list[str] = []
        for argument in call.args:
            lines += self._item_lines(argument, indent)
        for name, argument in call.kwargs:
            lines += self.lines(f"{name}=", argument, indent, ",")
        return lines

    def _binary(self, sign: str, left: Any, right: Any) -> str:
        strength = _BINDS.get(sign, _COMPARE)
        # Powers are worked out from the right.
        a = self._operand(left, strength + 1 if sign == "**" else strength)
        b = self._operand(right, strength + 1)
        if sign == "**" and _is_simple(left) and _is_simple(right):
            return f"{a}**{b}"
        return f"{a} {sign} {b}"

    def _binary_lines(self, prefix: str, value: Binary, indent: int, suffix: str) -> list[str]:
        if opened := self._opened_lines(prefix, value, indent, suffix):
            return opened
        pad = " " * indent
        flat = self.inline(value)
        if indent + 4 + len(flat) <= WIDTH:
            return [f"{pad}{prefix}(", f"{pad}    {flat}", f"{pad}){suffix}"]
        return [f"{pad}{prefix}(", *self._operand_lines(value, indent + 4), f"{pad}){suffix}"]

    def _operand_lines(
        self, value: Any, indent: int, suffix: str = "", prefix: str = ""
    ) -> list[str]:
        """One operand a line, the sign in front; what is too long for a line is taken apart further."""
        operands: list[tuple[str, Any]] = []
        strength, left = _strength(value), value
        while isinstance(left, Binary) and _strength(left) == strength != _BINDS["**"]:
            operands.insert(0, (f"{left.sign} ", left.right))
            left = left.left
        power = left is value and isinstance(value, Binary)
        if power:
            left, right = value.left, value.right
            while isinstance(right, Binary) and right.sign == "**":
                operands.append(("** ", right.left))
                right = right.right
            operands.append(("** ", right))
        done = self._one_operand_lines(
            prefix, left, strength + power, indent, "" if operands else suffix
        )
        for place, (sign, operand) in enumerate(operands, 1):
            end = suffix if place == len(operands) else ""
            own = strength + (not power or place < len(operands))
            done += self._one_operand_lines(sign, operand, own, indent, end)
        return done

    def _one_operand_lines(
        self, sign: str, operand: Any, strength: float, indent: int, suffix: str
    ) -> list[str]:
        flat = " " * indent + sign + self._operand(operand, strength) + suffix
        if len(flat) <= WIDTH or not isinstance(operand, Binary | Call | Negative):
            return [flat]
        if _strength(operand) < strength:
            body = self._operand_lines(operand, indent + 4)
            return [f"{' ' * indent}{sign}(", *body, f"{' ' * indent}){suffix}"]
        if isinstance(operand, Binary):
            return self._operand_lines(operand, indent, suffix, sign)
        return self.lines(sign, operand, indent, suffix)

    def _item_lines(self, value: Any, indent: int) -> list[str]:
        """Lines of one of several values in brackets; an operation needs none of its own there."""
        flat = " " * indent + self.inline(value) + ","
        if isinstance(value, Binary) and len(flat) > WIDTH:
            return self._operand_lines(value, indent, ",")
        return self.lines("", value, indent, ",")

    def _opened_lines(self, prefix: str, value: Binary, indent: int, suffix: str) -> list[str]:
        """Return a lone operation that ends in brackets with these opened; no line if it does not.

        As formatters do, every bracket stays closed if it fits together with the text behind it.
        """
        pieces = self._pieces(value, 0)
        several = _strength(value.left) == _strength(value) and value.sign != "**"
        if several or not _is_bracketed(pieces):
            return []
        pad, done = " " * indent, list[str]()
        line = pad + prefix
        for place, piece in enumerate(pieces):
            if isinstance(piece, str):
                line += piece
                continue
            flat, last = f"({', '.join(self._arguments(piece))})", place == len(pieces) - 1
            behind = suffix if last else "".join(map(str, pieces[place + 1 : place + 2])) + "("
            if len(line) + len(flat) + len(behind) <= WIDTH:
                line += flat
            elif len(line) + 1 > WIDTH:
                return []
            else:
                body = self._inside(piece, indent + 4)
                done, line = [*done, f"{line}(", *body], f"{pad})"
        return [*done, line + suffix]

    def _pieces(self, value: Any, strength: float) -> list[str | Call]:
        """Take an operand apart: text, and what stands in brackets that a formatter may open."""
        own = _strength(value)
        if own < strength:
            return [Call(_NOTHING, (value,), ())]
        match value:
            case Binary(sign="**", left=left, right=right) if _is_simple(left) and _is_simple(
                right
            ):
                return [self.inline(value)]
            case Binary(sign=sign, left=left, right=right):
                ahead = self._pieces(left, own + (sign == "**"))
                return _joined([*ahead, f" {sign} ", *self._pieces(right, own + 1)])
            case Negative(value=inner):
                return _joined(["-", *self._pieces(inner, _ACCESS)])
            case Call(function=function) if value.args or value.kwargs:
                return [self._operand(function, _ACCESS), value]
        return [self._operand(value, strength)]

    def _operand(self, value: Any, strength: float) -> str:
        text = self.inline(value)
        if _strength(value) < strength:
            return f"({text})"
        if isinstance(value, TracedInt | TracedFloat) and not value.is_name:
            return f"({text})"
        if isinstance(value, int | float) and (strength == _ACCESS or value < 0):
            return f"({text})"
        return text

    def _index(self, index: Any) -> str:
        if isinstance(index, tuple):
            return ", ".join(self._index(part) for part in index)
        if isinstance(index, slice):
            parts = [index.start, index.stop, *([index.step] if index.step is not None else [])]
            texts = ["" if part is None else self.inline(part) for part in parts]
            if all(map(_PLAIN_BOUND.match, texts)):
                return ":".join(texts)
            # Formatters set what is more than a name or a number apart from the colon.
            return " : ".join(texts).replace(":  :", "::").strip()
        return "..." if index is Ellipsis else self.inline(index)

    def _traced(self, source: str) -> str:
        names = set(_NAME.findall(source)) - {"min", "max"}
        self.used |= names
        if not self.in_forward:
            return source
        return _NAME.sub(lambda m: f"self.{m[0]}" if m[0] in names else m[0], source)


def _strength(value: Any) -> float:
    """How strongly an expression holds its parts together."""
    if isinstance(value, Binary):
        return _BINDS.get(value.sign, _COMPARE)
    return _MINUS if isinstance(value, Negative) else _WHOLE


def _joined(pieces: Iterable[str | Call]) -> list[str | Call]:
    """Put texts that stand beside each other together."""
    found: list[str | Call] = []
    for piece in pieces:
        if found and isinstance(piece, str) and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _is_bracketed(pieces: list[str | Call]) -> bool:
    """Whether an operation ends in brackets or begins with some."""
    return isinstance(pieces[-1], Call) or isinstance(pieces[0], Call)


def _is_simple(value: Any) -> bool:
    """Whether formatters set a power of it without spaces."""
    if isinstance(value, TracedInt | TracedFloat):
        return False
    if isinstance(value, int | float):
        return value >= 0
    return isinstance(value, Name | Attribute)
