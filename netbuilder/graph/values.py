"""Plain values: what parameters, data settings, recipes and unknown keys may hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from netbuilder.graph.limits import MAX_DEPTH, MAX_TEXT, MAX_WHOLE
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.node_api.expressions import Expression

EXPRESSION_KEY = "="

_SMALL = 2**31
_SURROGATE = re.compile("[\ud800-\udfff]")


class FormatError(NetBuilderError):
    """Data that are not a document; the text is a sentence with the key and what was expected.

    Attributes:
        key: Where, as a path of keys: ``graph.nodes[3].position``; empty for the whole.
        reason: The rest of the sentence: ``is 5, but text was expected``.
    """

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(key, reason)
        self.key = key
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.key} {self.reason}" if self.key else self.reason

    def inside(self, key: str) -> FormatError:
        """Return the same finding, seen from one level further out."""
        gap = "" if not self.key or self.key.startswith("[") else "."
        return FormatError(f"{key}{gap}{self.key}", self.reason)


def shown(value: Any) -> str:
    """Return ``value`` as a message shows it: in JSON's words, cut to 60 characters."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, str):
        text = '"' + value[:60].encode("unicode_escape").decode("ascii") + '"'
    elif value is None or isinstance(value, bool):
        text = {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, int) and abs(value) >= MAX_WHOLE:
        text = "a huge whole number"
    else:
        text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def expected(value: Any, what: str) -> FormatError:
    """Return the error for a value that is not what was expected."""
    return FormatError("", f"is {shown(value)}, but {what} was expected")


def text_value(value: Any) -> str:
    """Return a text that can be written to a file.

    Raises:
        FormatError: It is not text, too long, or has characters that no file can hold.
    """
    if not isinstance(value, str):
        raise expected(value, "text")
    if len(value) > MAX_TEXT:
        raise FormatError(
            "", f"is a text of {len(value):,} characters, but at most {MAX_TEXT:,} are allowed"
        )
    if "\0" in value:
        raise FormatError("", "is a text with the character NUL, which is not allowed")
    if not value.isascii() and _SURROGATE.search(value):
        raise FormatError("", "is a text with half a character (a lone surrogate)")
    return str(value)


def number_value(value: Any) -> int | float:
    """Return a number that is finite and, if whole, below 2**63.

    Raises:
        FormatError: It is not such a number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise expected(value, "a number")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise FormatError("", f"is {value}, but a finite number was expected")
        return float(value)
    if abs(value) >= MAX_WHOLE:
        raise FormatError("", "is a whole number of 2**63 or more, which is not allowed")
    return int(value)


def plain_value(value: Any, depth: int = 1) -> Any:
    """Return a copy in its normal form: lists for tuples, dicts for mappings.

    Raises:
        FormatError: It holds something that JSON cannot, or that a document may not.
    """
    return _normal(value, depth, plain_value)


def param_value(value: Any, depth: int = 1) -> Any:
    """Return the value of a parameter in its normal form: as plain_value, with expressions.

    An expression may be an ``Expression`` or, as in a file, ``{"=": "dim * 4"}``.

    Raises:
        FormatError: It holds something that a document may not.
    """
    if _is_small(value):
        return value
    if type(value) is list:
        return _normal(value, depth, param_value)
    if isinstance(value, Expression):
        return Expression(_inside(EXPRESSION_KEY, text_value, value.text))
    if isinstance(value, Mapping) and len(value) == 1 and EXPRESSION_KEY in value:
        return Expression(_inside(EXPRESSION_KEY, text_value, value[EXPRESSION_KEY]))
    return _normal(value, depth, param_value)


def _is_small(value: Any) -> bool:
    """Whether a value is fine as it is; the quick way out for nearly all of a document's values."""
    kind = type(value)
    return kind is bool or value is None or (kind is int and -_SMALL < value < _SMALL)


def _normal(value: Any, depth: int, inner: Callable[[Any, int], Any]) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text_value(value)
    if isinstance(value, list | tuple | Mapping):
        # Half of what a file may nest: these values lie a few levels inside of a document.
        if depth > MAX_DEPTH // 2:
            raise FormatError("", f"nests more than {MAX_DEPTH // 2} deep, which is not allowed")
        if isinstance(value, Mapping):
            return {_key(k): _inside(_key(k), inner, v, depth + 1) for k, v in value.items()}
        if all(map(_is_small, value)):
            return list(value)
        return [_inside(f"[{i}]", inner, v, depth + 1) for i, v in enumerate(value)]
    if isinstance(value, int | float):
        return number_value(value)
    raise FormatError(
        "",
        f"is {shown(value)}, but text, a number, true, false, null, a list or an object was expected",
    )


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise FormatError("", f"has the key {shown(key)}, but keys are text")
    name: str = _inside("a key", text_value, key)
    return name


def _inside(key: str, read: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except FormatError as error:
        raise error.inside(key) from None
