"""Arithmetic that is written as a formula over the inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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

# What torch cannot make an end of a range for these.
_MOST = {"int8": 127, "uint8": 255, "int16": 32767, "int32": 2**31 - 1, "float16": 65504}
_SIGNS = ("+", "-", "*", "/", "**")

_Value = TensorType | int | float


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A part of a formula.

    Attributes:
        source: How it reads in the source.
        value: The tensor's type; a number for a part without inputs.
    """

    source: Expr | int | float
    value: _Value


class Expression(NodeType, id="expression", title="Expression", category="Arithmetic"):
    """Work out a formula over the inputs, number by number, such as a * sigmoid(b).

    Source: torch's operators and functions, as the formula says

    When: For a few steps of arithmetic that would need as many nodes. The functions are abs, cos, exp,
    log, max, min, relu, sigmoid, sin, sqrt and tanh; every name is an input.

    Also: formula, equation, calculate, lambda, custom, arithmetic, math, code

    See: add, multiply, scale, einsum, where
    """

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

    def _worked_out(self, a: Axes, x: Mapping[str, Expr]) -> _Part:
        def applied(name: str, parts: list[_Part], at: int) -> _Part:
            try:
                return _applied(name, parts)
            except _UnfitError as error:
                raise self._refusal(str(error), at) from None
            except Refusal as refusal:
                message = refusal.problem.message
                raise self._refusal(message, at, "NB210", refusal.problem.hint) from None

        return formula(self.expression).worked_out(
            lambda name: _Part(x[name], a.inputs[name]),
            lambda number: _Part(number, number),
            applied,
        )

    def _refusal(self, said: str, at: int, code: str = "NB204", hint: str = "") -> Refusal:
        message = f"{self.expression!r}, at character {at}: {said}"
        return Refusal(Problem(code, message, param="expression", hint=hint))

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Broadcast and promote step by step, as torch does."""
        result = self._worked_out(a, dict.fromkeys(a.inputs, _ANY)).value
        assert isinstance(result, TensorType)  # a formula names at least one input
        return {"output": result}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Write the formula out."""
        source = self._worked_out(a, x).source
        assert isinstance(source, Expr)
        return source


_ANY = Expr()


class _UnfitError(Exception):
    """Something torch does not do with such tensors; the text says what."""


def _applied(name: str, parts: list[_Part]) -> _Part:
    """Return what a sign or function makes of parts."""
    if name in ("max", "min"):
        result = parts[0]
        for part in parts[1:]:
            result = _extreme(name, result, part)
        return result
    numbers = [part.value for part in parts if not isinstance(part.value, TensorType)]
    if len(numbers) == len(parts):
        return _of_numbers(name, parts, numbers)
    if len(parts) == 1:
        return _function(name, parts[0])
    return _sign(name, *parts)


def _of_numbers(name: str, parts: list[_Part], numbers: list[int | float]) -> _Part:
    """Signs stay as they were written, functions are worked out."""
    value = on_numbers(name, numbers)
    if name in _SIGNS:
        return _Part(Binary(name, parts[0].source, parts[1].source), value)
    return _Part(value, value)


def _function(name: str, part: _Part) -> _Part:
    tensor = part.value
    assert isinstance(tensor, TensorType)
    assert isinstance(part.source, Expr)
    if name == "neg":
        _refuse_bool("a minus", tensor)
        return _Part(-part.source, tensor)
    if name in ("abs", "relu"):
        _refuse_bool(name, tensor)
    else:
        tensor = TensorType(tensor.shape, with_number(tensor.dtype, 1.0))
    return _Part(call(f"torch.{name}", part.source), tensor)


def _extreme(name: str, left: _Part, right: _Part) -> _Part:
    """The larger or smaller of two parts; a number is an end of a range for torch."""
    tensors = [part for part in (left, right) if isinstance(part.value, TensorType)]
    if not tensors:
        return _of_numbers(name, [left, right], [left.value, right.value])  # type: ignore[list-item]
    if len(tensors) == 2:
        source = call(f"torch.{name}imum", left.source, right.source)
        return _Part(source, _of_tensors(left.value, right.value))
    [part] = tensors
    number = right if part is left else left
    tensor = _with(part.value, number.value)
    if abs(number.value) > _MOST.get(tensor.dtype, math.inf):  # type: ignore[arg-type]
        raise _UnfitError(f"{name} takes no {number.value}, which is beyond {tensor.dtype}")
    end = {"min" if name == "max" else "max": number.source}
    return _Part(call("torch.clamp", part.source, **end), tensor)


def _sign(sign: str, left: _Part, right: _Part) -> _Part:
    """What a sign makes of two parts, one of which at least is a tensor."""
    tensors = [v for v in (left.value, right.value) if isinstance(v, TensorType)]
    if sign == "-":
        for tensor in tensors:
            _refuse_bool(sign, tensor)
    both = _of_tensors(*tensors) if len(tensors) == 2 else _of_mixed(sign, left.value, right.value)
    if sign == "/":
        both = TensorType(both.shape, with_number(both.dtype, 1.0))
    if sign == "**" and both.dtype == "bool":
        _refuse_bool(sign, both)
    return _Part(Binary(sign, left.source, right.source), both)


def _of_mixed(sign: str, left: _Value, right: _Value) -> TensorType:
    """The type of an operation on a tensor and a number."""
    if isinstance(right, TensorType):
        return _with(right, left)
    result = _with(left, right)
    if sign == "**" and result.dtype not in FLOATS and right < 0:
        raise _UnfitError(f"whole numbers have no power {right}; divide 1 by what is above zero")
    return result


def _with(tensor: _Value, number: _Value) -> TensorType:
    assert isinstance(tensor, TensorType)
    assert not isinstance(number, TensorType)
    return TensorType(tensor.shape, with_number(tensor.dtype, number))


def _of_tensors(left: _Value, right: _Value) -> TensorType:
    assert isinstance(left, TensorType)
    assert isinstance(right, TensorType)
    shape = broadcast(left.shape, right.shape, "what stands left", "what stands right")
    return TensorType(shape, promoted((left, right)))


def _refuse_bool(name: str, tensor: TensorType) -> None:
    if tensor.dtype == "bool":
        raise _UnfitError(f"{name} takes numbers, but got bool")
