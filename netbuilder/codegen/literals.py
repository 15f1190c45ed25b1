"""Constants and documentation as text that can stand in Python source, whatever they hold."""

from __future__ import annotations

import math
from typing import Any

WIDTH = 88


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
        # Formatters leave the plus of an exponent out.
        text = float.__repr__(value).replace("e+", "e")
        return text if math.isfinite(value) else f'float("{text}")'
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
