"""How JSON text is laid out: short things in one line, so that a change shows as a few lines."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import Any

WIDTH = 100
_STEP = 2

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(", ", ": ")).encode


def laid_out(value: Any, indent: int = 0, used: int = 0, broken: Any = None) -> str:
    """Return plain data as JSON text.

    A list or object stands in one line where it fits, otherwise each of its items in a line of its own.

    Args:
        value: Plain data.
        indent: Blanks in front of the line the value starts in.
        used: Characters of that line that are taken already, its indent included.
        broken: What is broken over lines although it would fit: None for nothing; a dict whose
            keys name the items that are, with the same for their inside; ``"*"`` for every item.

    Raises:
        ValueError: A number is not finite.
        TypeError: A value is not plain data.
        RecursionError: The value nests too deep.
    """
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if (kind is not dict and kind is not list) or not value:
        return _encode(value)
    if broken is None:
        line = _encode(value)
        if used + len(line) + 1 <= WIDTH:
            return line
    inner = indent + _STEP
    blanks = " " * inner
    if kind is dict:
        lines = []
        for key, item in value.items():
            if type(key) is not str:
                raise TypeError(f"the key {key!r} is not text")
            name = f"{encode_basestring(key)}: "
            inside = _inside(broken, key)
            lines.append(name + laid_out(item, inner, inner + len(name), inside))
        first, last = "{", "}"
    else:
        inside = _inside(broken, "*")
        lines = [laid_out(item, inner, inner, inside) for item in value]
        first, last = "[", "]"
    body = f",\n{blanks}".join(lines)
    return f"{first}\n{blanks}{body}\n{' ' * indent}{last}"


def _inside(broken: Any, key: str) -> Any:
    return broken.get(key) if isinstance(broken, dict) else None
