"""JSON text read strictly: what Python's own reader lets pass, or dies of, is refused in a sentence."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from netbuilder.graph.limits import MAX_BRACKETS, MAX_BYTES, MAX_DEPTH, MAX_WHOLE
from netbuilder.graph.values import FormatError, shown

_BRACKETS = b"[]{}"
_NO_BRACKET = bytes(set(range(256)) - set(_BRACKETS))
# A string that does not end reaches to the end of the text, so that no text costs quadratic time.
_STRING = re.compile(rb'"(?:[^"\\]+|\\.)*(?:"|\Z|\\\Z)', re.DOTALL)
# Digits become 0 and both e's become e, so that two plain searches find every risky number.
_DIGITS = bytes(
    0x30 if chr(i) in "0123456789" else 0x65 if chr(i) in "eE" else 0x20 for i in range(256)
)
_RISKY_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")

_WANTED = {
    "Expecting value": "a value was expected",
    "Expecting property name enclosed in double quotes": "a key in double quotes was expected",
    "Expecting ',' delimiter": "a comma or a closing bracket was expected",
    "Expecting ':' delimiter": "a colon was expected behind the key",
    "Extra data": "nothing more was expected behind the last bracket",
    "Unterminated string starting at": "the text that starts here has no closing quote",
    "Invalid control character at": "text cannot hold a line break or control character; write \\n",
    "Illegal trailing comma before end of object": "there is a comma in front of the closing bracket",
    "Illegal trailing comma before end of array": "there is a comma in front of the closing bracket",
}


def parse(data: bytes | str) -> Any:
    """Read a JSON text.

    Args:
        data: The text, UTF-8 where it is bytes.

    Returns:
        Dicts, lists, texts, numbers, True, False, None.

    Raises:
        FormatError: The text is not JSON, or is JSON that no document may hold: a key twice in an
            object, numbers that are not finite or too large, texts with NUL or half characters, too
            many brackets or too deep a nesting. Nothing else is ever raised.
    """
    raw, text = _decoded(data)
    _look_at_brackets(raw)
    hooks: dict[str, Any] = {}
    digits = raw.translate(_DIGITS)
    # Without 19 digits in a row and without exponents every number is finite and below 2**63.
    if b"0" * 19 in digits or b"0e" in digits:
        hooks = {
            "parse_int": lambda digits: _whole(digits, text),
            "parse_float": lambda digits: _fraction(digits, text),
        }
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=lambda word: _refuse_constant(word, text),
            **hooks,
        )
    except json.JSONDecodeError as error:
        raise _syntax(error, text) from None
    if _RISKY_ESCAPE.search(text):
        _look_at_texts(value)
    return value


def _decoded(data: bytes | str) -> tuple[bytes, str]:
    if isinstance(data, str):
        try:
            raw = data.encode("utf-8")
        except UnicodeEncodeError:
            raise FormatError("", "has half a character (a lone surrogate)") from None
        text = data.removeprefix("\ufeff")
    else:
        raw = data
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise FormatError(
                "",
                f"is not text in UTF-8: byte 0x{data[error.start]:02x} in line {line} is not a character",
            ) from None
    if len(raw) > MAX_BYTES:
        raise FormatError(
            "", f"has {len(raw) / 1e6:.1f} MB, but at most {MAX_BYTES / 1e6:.1f} MB are allowed"
        )
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FormatError("", f"is not text: it has the byte 0 in line {line}")
    if not text.strip():
        raise FormatError("", "is empty, but a JSON object was expected")
    return raw, text


def _look_at_brackets(raw: bytes) -> None:
    """Refuse what would cost the parser much time, memory or stack, before it sees the text."""
    brackets = raw.translate(None, _NO_BRACKET)
    if len(brackets) > MAX_BRACKETS:
        brackets = _STRING.sub(b"", raw).translate(None, _NO_BRACKET)
        if len(brackets) > MAX_BRACKETS:
            raise FormatError(
                "", f"has {len(brackets):,} brackets, but at most {MAX_BRACKETS:,} are allowed"
            )
    # A round takes away at most two levels, so what is gone after these rounds is not too deep.
    rest = brackets
    for _ in range(MAX_DEPTH // 2):
        if not rest:
            return
        rest = rest.replace(b"[]", b"").replace(b"{}", b"")
    if rest:
        _measure_depth(raw)


def _measure_depth(raw: bytes) -> None:
    depth = 0
    for bracket in _STRING.sub(b"", raw).translate(None, _NO_BRACKET):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise FormatError(
                "", f"nests brackets more than {MAX_DEPTH} deep, which is not allowed"
            )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        name = values.get("id", values.get("name"))
        where = (
            f" of {shown(name)}" if isinstance(name, str) and twice not in ("id", "name") else ""
        )
        raise FormatError("", f"has the key {shown(twice)} twice in one object{where}")
    return values


def _line_of(text: str, part: str) -> int:
    return text.count("\n", 0, max(text.find(part), 0)) + 1


def _whole(digits: str, text: str) -> int:
    # Python itself gives up on several thousand digits, so the length comes first.
    if len(digits) > 20 or abs(int(digits)) >= MAX_WHOLE:
        raise FormatError(
            "",
            f"has the number {digits[:24]} in line {_line_of(text, digits)}, but whole numbers below 2**63 were expected",
        )
    return int(digits)


def _fraction(digits: str, text: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise FormatError(
            "",
            f"has the number {digits[:24]} in line {_line_of(text, digits)}, but finite numbers were expected",
        )
    return value


def _refuse_constant(word: str, text: str) -> NoReturn:
    raise FormatError(
        "", f"has {word} in line {_line_of(text, word)}, but finite numbers were expected"
    )


def _syntax(error: json.JSONDecodeError, text: str) -> FormatError:
    unfinished = error.msg.startswith("Unterminated string") and "\n" not in text[error.pos :]
    if error.pos >= len(text.rstrip()) or unfinished:
        return FormatError(
            "", f"ends in the middle, in line {error.lineno}; the rest of the file is missing"
        )
    wanted = _WANTED.get(error.msg, error.msg)
    return FormatError("", f"is not JSON in line {error.lineno}, column {error.colno}: {wanted}")


def _look_at_texts(value: Any) -> None:
    """Refuse texts that were written with escapes and that UTF-8 or C cannot hold."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        key, item = waiting.pop()
        if isinstance(item, dict):
            for name, inner in item.items():
                _look_at_text(f"{key}.{shown(name)[1:-1]}".lstrip("."), name)
                waiting.append((f"{key}.{name}".lstrip("."), inner))
        elif isinstance(item, list):
            waiting += [(f"{key}[{i}]", inner) for i, inner in enumerate(item)]
        elif isinstance(item, str):
            _look_at_text(key, item)


def _look_at_text(key: str, text: str) -> None:
    if "\0" in text:
        raise FormatError(key, "has the character NUL, which is not allowed")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise FormatError(key, "has half a character (a lone surrogate), which is not allowed")
