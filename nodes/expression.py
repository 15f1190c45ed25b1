"""Arithmetic that is written as a formula over the inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from netbuilder.node_api import (
    FLOATS,
    Axes,
    Binary,
    Expr,
    In,
    NodeType,
    Out,
    Port,
    Problem,
    Refusal,
    TensorType,
    Text,
    broadcast,
    call,
    formula,
    on_numbers,
    promoted,
    with_number,
)

_SIGNS = ("+", "-", "*", "/", "**")
# What torch cannot make an end of a range for these.
_MOST = {"int8": 127, "uint8": 255, "int16": 32767, "int32": 2**31 - 1, "float16": 65504}

_Number = int | float
_Value = TensorType | _Number


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A part of a formula as it reads in the source.

    Attributes:
        source: What is written.
        number: What it is, where no input is in it.
    """

    source: Any
    number: _Number | None = None


class Expression(NodeType, id="expression", title="Expression", category="Arithmetic"):
    """Work out a formula over the inputs, number by number, such as a * sigmoid(b).

    Formula: output = the expression, with the inputs in place of its names

    Source: torch's operators and functions, as the formula says

    When: For a few steps of arithmetic that would need as many nodes. The functions are abs, cos, exp,
    log, max, min, relu, sigmoid, sin, sqrt and tanh; every name is an input.

    Also: formula, equation, calculate, lambda, custom, arithmetic, math, code

    See: add, multiply, scale, einsum, where
    """

    keeps = ("inputs", "outputs")

    a = In(
        "*B", dtype="any", count="expression", doc="A tensor for every name; shapes must broadcast."
    )
    output = Out("*R", doc="What the formula gives, in the common shape.")

    expression = Text(
        "a * sigmoid(b)",
        read=formula,
        examples=(
            "a * sigmoid(b)",
            "a + 0.1 * (b - a)",
            "(a - b) ** 2",
            "a / (abs(b) + 1)",
            "-max(a, 0, b) ** 3 - min(a, 1.5)",
            "gate * x + (1 - gate) * h",
            "exp(-(x ** 2) / 2) / sqrt(2 * 3.14159)",
            "2 ** -a ** b",
            "relu(log(1 + exp(a))) - -tanh(cos(b) * sin(c))",
        ),
        doc="The formula: + - * / **, functions, numbers, and a name for every input.",
    )

    def port_names(self, port: Port) -> Sequence[str]:
        """An input for every name, in the order of letters."""
        return formula(self.expression).names

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Broadcast and promote step by step, as torch does."""

        def applied(name: str, values: list[_Value], at: int) -> _Value:
            try:
                return _typed(name, values)
            except _UnfitError as error:
                raise self._refusal(str(error), at) from None
            except Refusal as refusal:
                message = refusal.problem.message
                raise self._refusal(message, at, "NB210", refusal.problem.hint) from None

        result = formula(self.expression).worked_out(
            lambda name: a.inputs[name], lambda number: number, applied
        )
        assert isinstance(result, TensorType)  # a formula names at least one input
        return {"output": result}

    def _refusal(self, said: str, at: int, code: str = "NB204", hint: str = "") -> Refusal:
        message = f"{self.expression!r}, at character {at}: {said}"
        return Refusal(Problem(code, message, param="expression", hint=hint))

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Write the formula out."""
        whole = formula(self.expression).worked_out(
            lambda name: _Part(x[name]),
            lambda number: _Part(number, number),
            lambda name, parts, at: _written(name, parts),
        )
        source = whole.source
        assert isinstance(source, Expr)
        return source


def _written(name: str, parts: list[_Part]) -> _Part:
    """How a sign or function reads; signs between numbers stay, functions of them are worked out."""
    if name in ("max", "min"):
        return reduce(lambda left, right: _extreme(name, left, right), parts)
    numbers = [part.number for part in parts if part.number is not None]
    number = on_numbers(name, numbers) if len(numbers) == len(parts) else None
    if name in _SIGNS:
        return _Part(Binary(name, *(part.source for part in parts)), number)
    if number is not None:
        return _Part(number, number)
    [part] = parts
    return _Part(-part.source if name == "neg" else call(f"torch.{name}", part.source))


def _extreme(name: str, left: _Part, right: _Part) -> _Part:
    """The larger or smaller of two parts; a number is an end of a range for torch."""
    if left.number is not None and right.number is not None:
        number = on_numbers(name, [left.number, right.number])
        return _Part(number, number)
    if left.number is None and right.number is None:
        return _Part(call(f"torch.{name}imum", left.source, right.source))
    tensor, end = (left, right) if left.number is None else (right, left)
    option = {"min" if name == "max" else "max": end.source}
    return _Part(call("torch.clamp", tensor.source, **option))


class _UnfitError(Exception):
    """Something torch does not do with such tensors; the text says what."""


def _typed(name: str, values: list[_Value]) -> _Value:
    """The type of what a sign or function makes of values.

    Raises:
        _UnfitError: Torch does not do this with such tensors.
        Refusal: They do not broadcast.
    """
    if name in ("max", "min"):
        return reduce(lambda left, right: _type_of_extreme(name, left, right), values)
    tensors = [value for value in values if isinstance(value, TensorType)]
    if not tensors:
        return on_numbers(name, [v for v in values if not isinstance(v, TensorType)])
    if name in ("-", "neg", "abs", "relu") and any(t.dtype == "bool" for t in tensors):
        raise _UnfitError(f"{'-' if name == 'neg' else name} takes numbers, but got bool")
    if len(values) == 1:
        [tensor] = tensors
        floating = name not in ("neg", "abs", "relu")
        return _with(tensor, 1.0) if floating else tensor
    result = _pair(*values)
    if name == "/":
        return _with(result, 1.0)
    if name == "**":
        _check_power(result, *values)
    return result


def _type_of_extreme(name: str, left: _Value, right: _Value) -> _Value:
    numbers = [value for value in (left, right) if not isinstance(value, TensorType)]
    if len(numbers) == 2:
        return on_numbers(name, numbers)
    result = _pair(left, right)
    for number in numbers:
        if abs(number) > _MOST.get(result.dtype, math.inf):
            raise _UnfitError(f"{name} takes no {number}, which is beyond {result.dtype}")
    return result


def _pair(left: _Value, right: _Value) -> TensorType:
    """The type of an operation on two values, one of which at least is a tensor."""
    if isinstance(left, TensorType) and isinstance(right, TensorType):
        shape = broadcast(left.shape, right.shape, "what stands left", "what stands right")
        return TensorType(shape, promoted((left, right)))
    if isinstance(left, TensorType):
        return _with(left, right)
    assert isinstance(right, TensorType)
    return _with(right, left)


def _with(tensor: TensorType, number: _Value) -> TensorType:
    assert not isinstance(number, TensorType)
    return TensorType(tensor.shape, with_number(tensor.dtype, number))


def _check_power(result: TensorType, base: _Value, power: _Value) -> None:
    by_bools = isinstance(power, TensorType) and power.dtype == "bool"
    if by_bools and isinstance(base, TensorType) and result.dtype in {*FLOATS, "bool"}:
        raise _UnfitError("** takes a power of numbers, but got bool")
    if not isinstance(power, TensorType) and power < 0 and result.dtype not in FLOATS:
        raise _UnfitError(f"whole numbers have no power {power}; divide 1 by what is above zero")
