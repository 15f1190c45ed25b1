"""Arithmetic on tensors number by number, and products of matrices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import ClassVar

from netbuilder.node_api import (
    FLOATS,
    Axes,
    Bool,
    Call,
    Choice,
    Definition,
    Dim,
    Expr,
    Float,
    In,
    Int,
    Name,
    NodeType,
    Out,
    Problem,
    Shape,
    TensorType,
    broadcast,
    call,
    product,
    promoted,
    with_number,
)


class _Elementwise(NodeType):
    """An operation on numbers at the same place; sizes of 1 are repeated as needed."""

    x = In("*B", dtype="any", count="inputs", doc="Tensors of one shape, or that broadcast to one.")
    output = Out("*R", doc="A tensor of the common shape.")

    inputs = Int(2, min=2, max=64, doc="How many tensors come in.")

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Broadcast and promote from left to right, as the expression is worked out."""
        (first_port, result), *others = a.inputs.items()
        for port, tensor in others:
            shape = broadcast(result.shape, tensor.shape, first_port, port)
            result = TensorType(shape, promoted((result, tensor)))
            first_port = f"the {self.title.lower()} so far"
        return {"output": result}

    @staticmethod
    def _joined(left: Expr, right: Expr) -> Expr:
        raise NotImplementedError

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Chain the operation."""
        return reduce(self._joined, x.values())


class Add(_Elementwise, id="add", title="Add", category="Arithmetic"):
    """Add tensors number by number, such as a block's output to its input.

    Formula: y = x_1 + x_2 + ...

    Source: torch.add

    When: For skip connections and for joining branches that agree on their sizes. To keep what the
    branches say apart, use Concatenate.

    Also: plus, residual, skip connection, shortcut

    See: subtract, multiply, concatenate, expression, sum
    """

    keeps = ()

    @staticmethod
    def _joined(left: Expr, right: Expr) -> Expr:
        return left + right


class Subtract(NodeType, id="subtract", title="Subtract", category="Arithmetic"):
    """Take one tensor from another, number by number.

    Formula: y = x - z, x the input and z the other

    Source: torch.sub

    When: For differences, such as between a prediction and what it is compared with. To take away a
    number, use Scale with an offset.

    Also: minus, difference

    See: add, scale, expression
    """

    keeps = ()

    input = In("*A", dtype="any", doc="What is taken from.")
    other = In("*B", dtype="any", doc="What is taken away; it may broadcast.")
    output = Out("*R", doc="The difference.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Torch has no difference of bools."""
        for port, tensor in a.inputs.items():
            if tensor.dtype == "bool":
                yield _no_bool(port, "a difference")

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Broadcast and promote."""
        return {"output": _of_both(a)}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Use the operator."""
        return x["input"] - x["other"]


class Multiply(_Elementwise, id="multiply", title="Multiply", category="Arithmetic"):
    """Multiply tensors number by number, such as a gate with what it lets through.

    Formula: y = x_1 x_2 ...

    Source: torch.mul

    When: For gates and masks. For products of matrices use MatMul, for a number as factor Scale.

    Also: times, gate, hadamard

    See: matmul, scale, divide, einsum, expression, prod
    """

    @staticmethod
    def _joined(left: Expr, right: Expr) -> Expr:
        return left * right


class Divide(NodeType, id="divide", title="Divide", category="Arithmetic"):
    """Divide one tensor by another, number by number.

    Formula: y = x / z, x the input and z the other

    Source: torch.div

    When: For shares and for scaling by what was measured, such as a norm; add something small to
    what may be zero. To divide by a number, use Scale.

    Also: over, ratio, quotient, true_divide, floor_divide

    See: multiply, reciprocal, scale, expression
    """

    input = In("*A", dtype="any", doc="What is divided.")
    other = In("*B", dtype="any", doc="What it is divided by; it may broadcast.")
    output = Out("*R", doc="The quotient; whole numbers give float32 unless it is rounded.")

    rounding_mode = Choice(
        "none",
        ("none", "trunc", "floor"),
        doc="Rounding of the quotient: none, towards zero (trunc), or down (floor).",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """Torch has no rounded quotient of bools."""
        if self.rounding_mode != "none" and promoted(a.inputs.values()) == "bool":
            message = (
                f"input and other are bool, which rounding_mode {self.rounding_mode} does not take"
            )
            settings = {"rounding_mode": "none"}
            yield Problem("NB204", message, param="rounding_mode", settings=settings)

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Broadcast and promote; what is not rounded is floating-point."""
        both = _of_both(a)
        if self.rounding_mode == "none":
            both = TensorType(both.shape, with_number(both.dtype, 1.0))
        return {"output": both}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Use the operator, or the function where the quotient is rounded."""
        if self.rounding_mode == "none":
            return x["input"] / x["other"]
        return call("torch.div", x["input"], x["other"], **self.options("rounding_mode"))


class Power(NodeType, id="power", title="Power", category="Arithmetic"):
    """Raise every number to a power: a fixed one, or those of a second tensor.

    Formula: y = x^p, p the exponent or the other

    Source: torch.pow

    When: For squares and roots. Numbers below zero have whole powers only, the others give nan.

    Also: exponent, square, raise

    See: sqrt, exp, multiply, expression
    """

    input = In("*A", dtype="any", doc="What is raised.")
    other = In(
        "*B", dtype="any", optional=True, doc="The powers, in the place of exponent; may broadcast."
    )
    output = Out("*R", doc="The powers; those of whole numbers by exponent are float32.")

    exponent = Float(2.0, min=-1000.0, max=1000.0, doc="The power, where other is not connected.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Torch has no powers by bools, or cannot learn through them; whole numbers have them."""
        by_bools = "other" in a.inputs and a.dtype("other") == "bool"
        if by_bools and promoted(a.inputs.values()) in {*FLOATS, "bool"}:
            yield _no_bool("other", "a power to learn through")

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """As a product's; the exponent is floating-point."""
        if "other" in a.inputs:
            return {"output": _of_both(a)}
        return {"output": TensorType(a.shape("input"), with_number(a.dtype("input"), 1.0))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Use the operator; a whole power of floating-point numbers reads as one."""
        if "other" in x:
            return x["input"] ** x["other"]
        power = self.exponent
        if type(power) is float and power.is_integer() and a.dtype("input") in FLOATS:
            return x["input"] ** int(power)
        return x["input"] ** power


class Maximum(_Elementwise, id="maximum", title="Maximum", category="Arithmetic"):
    """Take the larger number at every place of two or more tensors.

    Formula: y = max(x_1, x_2, ...)

    Source: torch.maximum

    When: For combining branches, the strongest of which decides. For the largest number along an axis
    use Max, for a fixed least number Clamp.

    Also: larger, elementwise max, fmax

    See: minimum, max, clamp, max_pool2d
    """

    @staticmethod
    def _joined(left: Expr, right: Expr) -> Expr:
        return call("torch.maximum", left, right)


class Minimum(_Elementwise, id="minimum", title="Minimum", category="Arithmetic"):
    """Take the smaller number at every place of two or more tensors.

    Formula: y = min(x_1, x_2, ...)

    Source: torch.minimum

    When: For combining branches, the weakest of which decides. For the smallest number along an axis
    use Min, for a fixed largest number Clamp.

    Also: smaller, elementwise min, fmin

    See: maximum, min, clamp
    """

    @staticmethod
    def _joined(left: Expr, right: Expr) -> Expr:
        return call("torch.minimum", left, right)


class Scale(NodeType, id="scale", title="Scale", category="Arithmetic"):
    """Multiply by a factor and add an offset; both are fixed, or learned from there on.

    Formula: y = factor x + offset

    Source: torch.mul and torch.add

    When: For bringing numbers into a range, for temperatures, and learned for a branch that should
    begin weak. For a factor a channel use a normalization with affine.

    Also: factor, offset, bias, temperature, affine, rescale, constant

    See: multiply, add, expression, linear, clamp
    """

    keeps = ()

    definitions: ClassVar = (
        Definition('''
            class Scale(nn.Module):
                """Multiplies by a learned factor and adds a learned offset."""

                def __init__(
                    self, factor: float, offset: float, dtype: torch.dtype | None = None
                ) -> None:
                    super().__init__()
                    self.factor = nn.Parameter(torch.tensor(factor, dtype=dtype))
                    self.offset = nn.Parameter(torch.tensor(offset, dtype=dtype))

                def forward(self, x: Tensor) -> Tensor:
                    return x * self.factor + self.offset
        '''),
    )

    input = In("*B", dtype="any", doc="Any tensor.")
    output = Out("*B", doc="The same shape; whole numbers give float32.")

    factor = Float(1.0, min=-1e6, max=1e6, doc="What every number is multiplied by.")
    offset = Float(0.0, min=-1e6, max=1e6, doc="What is added then.")
    learned = Bool(False, doc="Learn both; factor and offset are then where they start.")

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The shape stays; the factor is floating-point."""
        return {"output": TensorType(a.B, with_number(a.dtype("input"), 1.0))}

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """Two numbers, where they are learned."""
        return {"factor": (), "offset": ()} if self.learned else {}

    def module(self, a: Axes) -> Call | None:
        """Build the layer that is written beside the network, where something is learned."""
        if not self.learned:
            return None
        dtype = with_number(a.dtype("input"), 1.0)
        options = {} if dtype == "float32" else {"dtype": Name(f"torch.{dtype}")}
        return call("Scale", self.factor, self.offset, **options)

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the module, or write out what the parameters say."""
        if module is not None:
            return super().forward(a, x, module)
        value = x["input"]
        kept = self.options("factor", "offset")
        if "factor" in kept or not kept:
            value = value * self.factor
        return value + self.offset if "offset" in kept else value


class MatMul(NodeType, id="matmul", title="MatMul", category="Arithmetic"):
    """Multiply matrices, which lie on the last two axes; the axes before them broadcast.

    Formula: y_lm = sum_k x_lk z_km, x the input and z the other

    Source: torch.matmul

    When: For products of two things that were computed, such as scores and values. For a learned
    matrix use Linear, for other axes Einsum.

    Also: mm, bmm, matrix product, dot product

    See: linear, einsum, bilinear, multihead_attention, multiply
    """

    input = In("*A L K", doc="Matrices of L rows and K columns.")
    other = In("*B K M", doc="Matrices of K rows and M columns.")
    output = Out("*R L M", doc="Their products.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Torch does not mix dtypes in a matrix product."""
        if a.dtype("input") != a.dtype("other"):
            message = f"other is {a.dtype('other')}, but input is {a.dtype('input')}"
            yield Problem("NB204", message, port="other")

    def infer(self, a: Axes) -> Mapping[str, tuple[Dim, ...]]:
        """The axes before the matrices broadcast."""
        return {"R": broadcast(a.A, a.B, "input before its matrices", "other before its matrices")}

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """One multiply-add for every number of the output and column of the input."""
        return 2 * product((*y["output"].shape, a.K))

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Use the operator."""
        return x["input"] @ x["other"]


def _of_both(a: Axes) -> TensorType:
    """The type of an operation on input and other, number by number."""
    shape = broadcast(a.shape("input"), a.shape("other"), "input", "other")
    return TensorType(shape, promoted(a.inputs.values()))


def _no_bool(port: str, what: str) -> Problem:
    return Problem(
        "NB204",
        f"{port} is bool, of which there is no such thing as {what}",
        port=port,
        hint="make it numbers with a Cast before this node",
    )
