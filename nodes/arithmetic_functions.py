"""Functions of every number by itself, and the kind of the numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Choice,
    Expr,
    Float,
    In,
    Name,
    NodeType,
    Out,
    Problem,
    TensorType,
    with_number,
)

_DTYPES = (
    "float32",
    "float64",
    "float16",
    "bfloat16",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
)


_LARGEST_HALF = 65504.0


class _Function(NodeType):
    """A function that gives floating-point numbers; the tensor's method is the title in small."""

    input = In("*B", dtype="any", doc="Any tensor.")
    output = Out("*B", doc="The same shape; whole numbers give float32.")

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The shape stays; whole numbers become floating-point."""
        return {"output": TensorType(a.B, with_number(a.dtype("input"), 1.0))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        return x["input"].method(self.title.lower())


class _Signed(NodeType):
    """A function that leaves the kind of the numbers alone, and takes no bools."""

    input = In("*B", dtype="any", doc="Any tensor of numbers.")
    output = Out("*B", doc="The same shape and kind of numbers.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Torch has none of these for bools."""
        if a.dtype("input") == "bool":
            yield Problem(
                "NB204",
                f"input is bool, but {self.title} takes numbers",
                port="input",
                hint="make it numbers with a Cast before this node",
            )


class Neg(_Signed, id="neg", title="Neg", category="Arithmetic"):
    """Turn the sign of every number round.

    Formula: y = -x

    Source: torch.neg

    When: For making what is large small, as when a distance becomes a likeness.

    Also: negative, minus, opposite

    See: subtract, abs, scale
    """

    keeps = ()

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Use the sign."""
        return -x["input"]

    def curve(self, x: float) -> float:
        """The formula."""
        return -x


class Abs(_Signed, id="abs", title="Abs", category="Arithmetic"):
    """Take the absolute value of every number.

    Formula: y = |x|

    Source: torch.abs

    When: For how far from zero a number is, whichever side; its slope jumps at zero.

    Also: absolute, magnitude, modulus

    See: neg, norm, relu, l1
    """

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        return x["input"].method("abs")

    def curve(self, x: float) -> float:
        """The formula."""
        return abs(x)


class Exp(_Function, id="exp", title="Exp", category="Arithmetic"):
    """Raise e to every number, so that all come out above zero.

    Formula: y = e^x

    Source: torch.exp

    When: For making a variance or a rate of what a layer gives; above 88 float32 overflows. For shares
    that add up to 1 use Softmax.

    Also: exponential

    See: log, softmax, softplus, power
    """

    keeps = ("outputs",)

    def curve(self, x: float) -> float:
        """The formula."""
        return math.exp(x)


class Log(_Function, id="log", title="Log", category="Arithmetic"):
    """Take the natural logarithm of every number.

    Formula: y = ln x

    Source: torch.log

    When: For numbers above zero that span many sizes. Zero gives -inf, less than zero nan; of a
    softmax take LogSoftmax, which is exact.

    Also: ln, logarithm

    See: exp, log_softmax, logsumexp, clamp
    """

    def curve(self, x: float) -> float | None:
        """The formula."""
        return math.log(x) if x > 0 else None


class Sqrt(_Function, id="sqrt", title="Sqrt", category="Arithmetic"):
    """Take the square root of every number.

    Formula: y = sqrt(x)

    Source: torch.sqrt

    When: For numbers of at least zero; its slope is endless at zero, so add something small before.

    Also: square root

    See: power, norm, std
    """

    keeps = ("outputs",)

    def curve(self, x: float) -> float | None:
        """The formula."""
        return math.sqrt(x) if x >= 0 else None


class Reciprocal(_Function, id="reciprocal", title="Reciprocal", category="Arithmetic"):
    """Divide 1 by every number.

    Formula: y = 1 / x

    Source: torch.reciprocal

    When: For turning a scale round; zero gives inf, so Clamp or add something small before.

    Also: inverse, one over

    See: divide, power
    """

    keeps = ("outputs",)

    def curve(self, x: float) -> float | None:
        """The formula."""
        return 1 / x if x else None


class Sin(_Function, id="sin", title="Sin", category="Arithmetic"):
    """Take the sine of every number, an angle in radians.

    Formula: y = sin x

    Source: torch.sin

    When: For what repeats, such as positions and hours; give Cos beside it, so that each is told apart.

    Also: sine, periodic

    See: cos, tanh
    """

    def curve(self, x: float) -> float:
        """The formula."""
        return math.sin(x)


class Cos(_Function, id="cos", title="Cos", category="Arithmetic"):
    """Take the cosine of every number, an angle in radians.

    Formula: y = cos x

    Source: torch.cos

    When: For what repeats, such as positions and hours; give Sin beside it, so that each is told apart.

    Also: cosine, periodic

    See: sin, tanh, cosine_embedding_loss
    """

    def curve(self, x: float) -> float:
        """The formula."""
        return math.cos(x)


class Clamp(NodeType, id="clamp", title="Clamp", category="Arithmetic"):
    """Bring numbers that are too small or too large to the nearest end of a range.

    Formula: y = min(max(x, min), max)

    Source: torch.clamp

    When: For keeping numbers out of where the next step fails, such as zero before Log. Outside of the
    range nothing is learned; Tanh and Sigmoid bound softly.

    Also: clip, limit, bound

    See: maximum, minimum, hardtanh, sigmoid, scale
    """

    input = In("*B", dtype="any", doc="Any tensor.")
    output = Out("*B", doc="The same shape; whole numbers give float32.")

    min = Float(
        0.0, min=-1e30, max=1e30, optional=True, doc="The smallest number that comes out, if any."
    )
    max = Float(
        1.0, min=-1e30, max=1e30, optional=True, doc="The largest number that comes out, if any."
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """There is a range."""
        ends = self._ends()
        if not ends:
            message = "min and max are both nothing, but one of them must be a number"
            yield Problem("NB212", message, param="min", settings={"min": 0.0})
        for name, end in ends.items():
            if a.dtype("input") == "float16" and abs(end) > _LARGEST_HALF:
                message = f"{name} is {end:g}, but float16 ends at {_LARGEST_HALF}"
                settings = {name: _LARGEST_HALF if end > 0 else -_LARGEST_HALF}
                yield Problem("NB212", message, param=name, settings=settings)
        if len(ends) == 2 and self.min > self.max:
            yield Problem(
                "NB212",
                f"min is {self.min:g} and max is {self.max:g}, so every number becomes {self.max:g}",
                param="min",
                severity="warning",
                settings={"min": self.max, "max": self.min},
            )

    def _ends(self) -> dict[str, float]:
        """The ends there are."""
        ends = {name: getattr(self, name) for name in ("min", "max")}
        return {name: end for name, end in ends.items() if end is not None}

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The shape stays; the ends are floating-point."""
        return {"output": TensorType(a.B, with_number(a.dtype("input"), 1.0))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method with the ends there are."""
        return x["input"].method("clamp", **self._ends())

    def curve(self, x: float) -> float:
        """The range cut out of the diagonal."""
        low = x if self.min is None else max(x, self.min)
        return low if self.max is None else min(low, self.max)


class Cast(NodeType, id="cast", title="Cast", category="Arithmetic"):
    """Turn numbers into another kind, such as whole numbers into float32.

    Formula: y = x in the given dtype; whole numbers lose what is behind the point

    Source: torch.Tensor.to

    When: Before a layer that wants another dtype. Gradients do not flow through whole numbers or bools.

    Also: dtype, convert, type, astype, float, long, int, half, to

    See: one_hot, compare, embedding
    """

    keeps = ()

    input = In("*B", dtype="any", doc="Any tensor.")
    output = Out("*B", doc="The same shape in the chosen dtype.")

    dtype = Choice("float32", _DTYPES, doc="The kind of numbers that come out.")

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The shape stays."""
        return {"output": TensorType(a.B, self.dtype)}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        return x["input"].method("to", Name(f"torch.{self.dtype}"))
