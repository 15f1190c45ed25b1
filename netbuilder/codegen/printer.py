"""Expressions to text, laid out the way ruff formats Python.

Constants are printed with ``repr``-like literals only, so that nothing a document says can turn into
code. Lines are at most 88 characters wide where Python allows it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

from netbuilder.node_api.calls import Attribute, Binary, Call, Expr, Item, Name, Negative
from netbuilder.node_api.dims import TracedFloat, TracedInt

WIDTH = 88

_PLAIN_BOUND = re.compile(r"-?\w*\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BINDS = {"**": 4, "*": 3, "/": 3, "//": 3, "%": 3, "@": 3, "+": 2, "-": 2}
_MINUS = 3.5  # in front of a value: weaker than a power, stronger than a product
_ACCESS = 6  # of an attribute, an item or a call
_COMPARE = 1


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
                joined = ", ".join(self._arguments(value))
                if indent + 4 + len(joined) <= WIDTH:
                    inner = [pad + "    " + joined]
                else:
                    inner = self._argument_lines(value, indent + 4)
                return [f"{pad}{prefix}{head}(", *inner, f"{pad}){suffix}"]
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
                entries = [line for item in value for line in self.lines("", item, indent + 4, ",")]
                return [f"{pad}{prefix}{left}", *entries, f"{pad}{right}{suffix}"]
            case Binary():
                return self._binary_lines(prefix, value, indent, suffix)
            case Negative(value=Binary() as negated):
                return self._binary_lines(f"{prefix}-", negated, indent, suffix)
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

    def _argument_lines(self, call: Call, indent: int) -> list[str]:
        # A lone argument that is an unpacked list gets no comma after it only if it stays whole.
        lines: list[str] = []
        for argument in call.args:
            lines += self.lines("", argument, indent, ",")
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
        pad = " " * indent
        flat = self.inline(value)
        if indent + 4 + len(flat) <= WIDTH:
            return [f"{pad}{prefix}(", f"{pad}    {flat}", f"{pad}){suffix}"]
        # One operand a line, the sign in front.
        operands: list[tuple[str, Any]] = []
        strength = _BINDS.get(value.sign, _COMPARE)
        left: Any = value
        while isinstance(left, Binary) and _BINDS.get(left.sign, _COMPARE) == strength != 4:
            operands.insert(0, (f"{left.sign} ", left.right))
            left = left.left
        operands.insert(0, ("", left))
        body = [
            f"{pad}    {sign}{self._operand(operand, strength + (1 if sign else 0))}"
            for sign, operand in operands
        ]
        return [f"{pad}{prefix}(", *body, f"{pad}){suffix}"]

    def _operand(self, value: Any, strength: int) -> str:
        text = self.inline(value)
        if isinstance(value, Binary) and _BINDS.get(value.sign, _COMPARE) < strength:
            return f"({text})"
        if isinstance(value, Negative) and strength > _MINUS:
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


def literal(value: Any) -> str:
    """Return the Python literal of a constant.

    Raises:
        TypeError: The value is not a constant that generated source may hold.
    """
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return (
            float.__repr__(value) if math.isfinite(value) else f'float("{float.__repr__(value)}")'
        )
    if isinstance(value, str):
        return quoted(value)
    raise TypeError(f"generated source holds no {type(value).__name__}: {value!r}")


def quoted(text: str) -> str:
    """Return ``text`` as a string literal, in double quotes unless that needs more escapes."""
    body = repr(text)
    quote, inner = body[0], body[1:-1]
    if quote == "'":
        inner = inner.replace("\\'", "'").replace('"', '\\"')
        if text.count('"') > text.count("'"):
            return body
    return f'"{inner}"'


def documentation(title: str, paragraphs: list[str], indent: int) -> list[str]:
    """Return a docstring's lines: a title, then paragraphs wrapped at the width.

    Whatever the text holds, it stays inside of the docstring: backslashes are doubled, characters
    that do not print are escaped, runs of white space become one space and triple quotes are turned
    into single ones.
    """
    pad = " " * indent
    first = _wrapped(title, indent, first_indent=indent + 4) or ["The network"]
    if first[-1][-1].isalnum():
        first[-1] += "."
    lines = [f'{pad}"""{first[0]}', *(pad + line for line in first[1:])]
    for paragraph in paragraphs:
        wrapped = _wrapped(paragraph, indent)
        if wrapped:
            lines += ["", *(pad + line for line in wrapped)]
    if len(lines) == 1 and len(lines[0]) + 3 <= WIDTH:
        return [f'{lines[0]}"""']
    return [*lines, f'{pad}"""']


def _wrapped(text: str, indent: int, first_indent: int | None = None) -> list[str]:
    lines: list[str] = []
    room = WIDTH - (indent if first_indent is None else first_indent)
    line = ""
    for word in _harmless(text).split(" "):
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line, room = word, WIDTH - indent
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines


def _harmless(text: str) -> str:
    text = " ".join(text.split()).replace("\\", "\\\\")
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    if '"""' in text or text.endswith('"') or text.startswith('"'):
        text = text.replace('"', "'")
    return text


def _is_simple(value: Any) -> bool:
    """Whether formatters set a power of it without spaces."""
    if isinstance(value, TracedInt | TracedFloat):
        return False
    if isinstance(value, int | float):
        return value >= 0
    return isinstance(value, Name | Attribute)
