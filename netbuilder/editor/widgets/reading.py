"""Values of parameters as text that a person can type, and back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from netbuilder.check.params import worked_out
from netbuilder.node_api.expressions import Expression, ExpressionError
from netbuilder.node_api.params import (
    Float,
    Int,
    Param,
    ParamError,
    Several,
    ShapeParam,
    Sizes,
    Text,
    Texts,
)

Names = Mapping[str, int | float]

TIMES = "\N{MULTIPLICATION SIGN}"
NO_NAMES: Names = {}

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z")
_WHOLE = re.compile(r"[+-]?\d+\Z")
_BETWEEN = re.compile(rf"[,;{TIMES}]|(?<=[\dA-Z)])\s*x\s*(?=[\dA-Z(])")
_OPERATOR = re.compile(r"[-+*/%()]")
_UNFINISHED = re.compile(r"(.*[-+*/%(,.;\s]|.*\d\s*[eEx]|)\Z", re.DOTALL)


def text_of(param: Param[Any], value: Any) -> str:
    """Return a value as a field shows it; nothing is an empty text."""
    if value is None:
        return ""
    if isinstance(value, Expression):
        return value.text
    if isinstance(param, Texts):
        return _joined(value)
    if isinstance(value, list | tuple):
        if isinstance(param, Sizes) and param.axes == 1 and len(value) == 1:
            return number_text(value[0])
        between = ", " if isinstance(param, Several) else f" {TIMES} "
        return between.join(map(number_text, value))
    return number_text(value)


def number_text(value: Any) -> str:
    """Return a number, a word or an expression as text; whole numbers and powers of ten are short."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    return f"{value:.15g}".replace("e-0", "e-")


def value_of(param: Param[Any], text: str, names: Names = NO_NAMES) -> Any:
    """Return the plain value that a text stands for.

    Arithmetic over ``names`` stays an expression; arithmetic without names is worked out.

    Args:
        param: What is set.
        text: What was typed.
        names: The names that expressions may use, with a number for each.

    Raises:
        ParamError: The parameter does not take it; the text of the error is the sentence to show.
    """
    if isinstance(param, Texts):
        value: Any = _split(text)
    elif isinstance(param, Text):
        value = text
    else:
        value = _numbers(param, text.strip(), names)
    accepted = taken(param, value, names)
    return accepted if isinstance(param, Float) and not has_expression(value) else value


def taken(param: Param[Any], value: Any, names: Names = NO_NAMES) -> Any:
    """Return what a written value stands for, expressions worked out.

    Raises:
        ParamError: The parameter does not take it.
    """
    try:
        return param.accept(worked_out(value, names))
    except ExpressionError as error:
        raise ParamError(f"{param.name}: {error}") from error


def is_default(param: Param[Any], value: Any) -> bool:
    """Whether a written value says the same as the default."""
    try:
        return not has_expression(value) and bool(param.accept(value) == param.default)
    except ParamError:
        return False


def has_expression(value: Any) -> bool:
    """Whether a written value holds arithmetic with names."""
    if isinstance(value, list | tuple):
        return any(map(has_expression, value))
    return isinstance(value, Expression)


def is_unfinished(text: str) -> bool:
    """Whether more is surely to be typed: nothing yet, or a sign or a point at the end."""
    return bool(_UNFINISHED.match(text)) or text.count("(") > text.count(")")


def is_list(text: str) -> bool:
    """Whether a text says several sizes."""
    return len([part for part in _BETWEEN.split(text) if part.strip()]) > 1


def stepped(param: Param[Any], value: int | float, steps: int) -> int | float:
    """Return a number so many steps further, kept within the range of the parameter.

    A step of a whole number is 1; of another number, 1 of its first digit.
    """
    if isinstance(param, Float):
        size = _step(value, down=steps < 0)
        moved: float = round(value + steps * size, 15)
    else:
        moved = int(value) + steps
    low, high = getattr(param, "min", None), getattr(param, "max", None)
    if low is not None:
        moved = max(moved, low)
    if high is not None:
        moved = min(moved, high)
    return float(moved) if isinstance(param, Float) else int(moved)


def _step(value: float, *, down: bool) -> float:
    if not value:
        return 0.1
    digits = f"{abs(value):e}"
    power = int(digits.partition("e")[2])
    # Below 0.001 comes 0.0009, not 0.
    if down and float(digits.partition("e")[0]) == 1.0:
        power -= 1
    return float(10**power) if power >= 0 else float(f"1e{power}")


def _numbers(param: Param[Any], text: str, names: Names) -> Any:
    if not text and not isinstance(param, ShapeParam | Several):
        if param.optional:
            return None
        raise param.refuse(None)
    if isinstance(param, Sizes):
        if text in param.words:
            return text
        items = _items(text, names)
        return items[0] if len(items) == 1 else items
    if isinstance(param, Int | Float):
        return _item(text, names)
    return _items(text, names)


def _items(text: str, names: Names) -> list[Any]:
    text = text.strip().strip("[]").strip()
    if not text:
        return []
    parts = _BETWEEN.split(text)
    if len(parts) == 1 and not _OPERATOR.search(text.replace("-", "")):
        parts = text.split()
    return [_item(part.strip(), names) for part in parts]


def _item(text: str, names: Names) -> Any:
    if _WHOLE.match(text) and len(text) < 20:
        return int(text)
    if _NUMBER.match(text):
        return float(text)
    expression = Expression(text.removeprefix("=").strip())
    try:
        used = expression.names
        if used:
            # Without any names to use, a word is no arithmetic, and the parameter says what it takes.
            return expression if names else text
        return expression.evaluate({})
    except ExpressionError:
        return text


def _joined(texts: Any) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(list(texts))
    return line.getvalue().replace(",", ", ") if not _is_quoted(texts) else line.getvalue()


def _is_quoted(texts: Any) -> bool:
    return any(set(str(text)) & set('",\n\r') or text != str(text).strip() for text in texts)


def _split(text: str) -> list[str]:
    rows = list(csv.reader([text], skipinitialspace=True)) if text.strip() else []
    return [item if '"' in text else item.strip() for row in rows for item in row if item.strip()]
