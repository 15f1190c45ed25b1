"""Python expressions as data: what a node type says of the source it becomes.

Expressions are values, not text: names are checked, constants are printed with ``repr`` and nothing
a document says can become code in another way. ``netbuilder.codegen`` prints them.
"""

from __future__ import annotations

import ast
import inspect
import keyword
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\Z")


@lru_cache(maxsize=8192)
def _is_dotted(text: str) -> bool:
    return bool(_DOTTED.match(text)) and not any(map(keyword.iskeyword, text.split(".")))


class Expr:
    """A Python expression; operators and ``method`` build larger ones."""

    __slots__ = ()

    def __add__(self, other: Any) -> Binary:
        return Binary("+", self, other)

    def __sub__(self, other: Any) -> Binary:
        return Binary("-", self, other)

    def __mul__(self, other: Any) -> Binary:
        return Binary("*", self, other)

    def __truediv__(self, other: Any) -> Binary:
        return Binary("/", self, other)

    def __pow__(self, other: Any) -> Binary:
        return Binary("**", self, other)

    def __matmul__(self, other: Any) -> Binary:
        return Binary("@", self, other)

    def __neg__(self) -> Negative:
        return Negative(self)

    def __getitem__(self, index: Any) -> Item:
        return Item(self, index)

    def compare(self, sign: str, other: Any) -> Binary:
        """Return the comparison ``self sign other``; sign is ``<``, ``>=`` and so on."""
        return Binary(sign, self, other)

    def attribute(self, name: str) -> Attribute:
        """Return ``self.name``."""
        return Attribute(self, name)

    def method(self, name: str, *args: Any, **kwargs: Any) -> Call:
        """Return ``self.name(*args, **kwargs)``."""
        return Call(Attribute(self, name), args, tuple(kwargs.items()))


@dataclass(frozen=True, slots=True, eq=False)
class Name(Expr):
    """A dotted name: ``x``, ``nn.Linear``, ``torch.float32``."""

    text: str

    def __post_init__(self) -> None:
        if not _is_dotted(self.text):
            raise ValueError(f"{self.text!r} is not a dotted Python name")


@dataclass(frozen=True, slots=True, eq=False)
class Attribute(Expr):
    """``value.name``."""

    value: Expr
    name: str

    def __post_init__(self) -> None:
        if not _is_dotted(self.name):
            raise ValueError(f"{self.name!r} is not a Python name")


@dataclass(frozen=True, slots=True, eq=False)
class Item(Expr):
    """``value[index]``; index is a constant, an expression, a ``slice`` or a tuple of these."""

    value: Expr
    index: Any


@dataclass(frozen=True, slots=True, eq=False)
class Call(Expr):
    """``function(*args, **kwargs)``; arguments are constants, tuples, lists or expressions."""

    function: Expr
    args: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Binary(Expr):
    """``left sign right``."""

    sign: str
    left: Any
    right: Any


@dataclass(frozen=True, slots=True, eq=False)
class Negative(Expr):
    """``-value``."""

    value: Expr


def call(function: str, *args: Any, **kwargs: Any) -> Call:
    """Return a call of a torch function or class by its dotted name.

    Args:
        function: The name, starting at ``nn``, ``F`` or ``torch``.
        args: Positional arguments.
        kwargs: Keyword arguments, in the order they are printed.
    """
    return Call(Name(function), args, tuple(kwargs.items()))


class Definition:
    """A class or function that torch does not have, in Python source; a node's calls name it.

    It is written into the source of every network in which a node needs it, once, so that the source
    goes on importing torch alone. The text may use ``torch``, ``nn``, ``F``, ``Tensor`` and ``math``.

    Args:
        text: One class, or one function whose name begins with ``_`` (so that no node's does), at
            any indentation.

    Attributes:
        name: Its name.
        text: The source, at no indentation.

    Raises:
        ValueError: The text is not one class or function.
    """

    __slots__ = ("name", "text")

    def __init__(self, text: str) -> None:
        self.text = inspect.cleandoc(text)
        body = ast.parse(self.text).body
        if len(body) != 1 or not isinstance(body[0], ast.ClassDef | ast.FunctionDef):
            raise ValueError("a definition is the source of one class or one function")
        self.name = body[0].name
        if isinstance(body[0], ast.FunctionDef) and not self.name.startswith("_"):
            raise ValueError(f"the function {self.name} needs a name that begins with _")
