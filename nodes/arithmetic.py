"""Sums, products and means of tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce

from netbuilder.node_api import (
    Axes,
    Binary,
    Bool,
    Dim,
    Expr,
    In,
    Int,
    Ints,
    NodeType,
    Out,
    Problem,
    TensorType,
    axis_at,
    axis_problems,
    broadcast,
    product,
    promoted,
)


class _Elementwise(NodeType):
    """An operation on numbers at the same place; sizes of 1 are repeated as needed."""

    x = In("*B", dtype="any", count="inputs", doc="Tensors of one shape, or that broadcast to one.")
    output = Out("*R", doc="A tensor of the common shape.")

    inputs = Int(2, min=2, max=64, doc="How many tensors come in.")

    _sign = ""

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Broadcast and promote from left to right, as the expression is worked out."""
        (first_port, result), *others = a.inputs.items()
        for port, tensor in others:
            shape = broadcast(result.shape, tensor.shape, first_port, port)
            result = TensorType(shape, promoted((result, tensor)))
            first_port = f"the {self.title.lower()} so far"
        return {"output": result}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Chain the operator."""
        return reduce(lambda left, right: Binary(self._sign, left, right), x.values())


class Add(_Elementwise, id="add", title="Add", category="Arithmetic"):
    """Add tensors number by number, such as a block's output to its input.

    Formula: y = x_1 + x_2 + ...

    Source: torch.add

    Also: sum, plus, residual, skip connection, shortcut
    """

    _sign = "+"


class Multiply(_Elementwise, id="multiply", title="Multiply", category="Arithmetic"):
    """Multiply tensors number by number, such as a gate with what it lets through.

    Formula: y = x_1 x_2 ...

    Source: torch.mul

    Also: times, mul, product, gate, hadamard
    """

    _sign = "*"


class MatMul(NodeType, id="matmul", title="MatMul", category="Arithmetic"):
    """Multiply matrices, which lie on the last two axes; the axes before them broadcast.

    Formula: y_lm = sum_k x_lk z_km, x the input and z the other

    Source: torch.matmul

    Also: mm, bmm, matrix product, dot product
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


class Mean(NodeType, id="mean", title="Mean", category="Arithmetic"):
    """Take the mean along axes.

    Formula: y = (1/n) sum_i x_i

    Source: torch.mean

    Also: average, avg, reduce
    """

    input = In("*B", doc="Any tensor.")
    output = Out("*R", doc="A tensor without these axes, or with a size of 1 there.")

    dim = Ints((-1,), min=-16, max=15, min_length=1, doc="The axes to take the mean along.")
    keepdim = Bool(False, doc="Keep the axes, with a size of 1.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axes exist, and the batch is not one of them."""
        outside = list(axis_problems("input", a.B, "dim", self.dim, default=[-1]))
        yield from outside
        if not outside and a.B and 0 in self._dims(a):
            yield Problem(
                "NB213",
                "dim holds the batch, axis 0, so the mean mixes samples",
                param="dim",
                severity="warning",
            )

    def _dims(self, a: Axes) -> set[int]:
        return {axis_at(dim, len(a.B)) for dim in self.dim}

    def infer(self, a: Axes) -> Mapping[str, tuple[Dim, ...]]:
        """The axes go, or shrink to 1."""
        dims = self._dims(a)
        if self.keepdim:
            return {"R": tuple(1 if axis in dims else size for axis, size in enumerate(a.B))}
        return {"R": tuple(size for axis, size in enumerate(a.B) if axis not in dims)}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        dim = self.dim if len(self.dim) > 1 else self.dim[0]
        return x["input"].method("mean", dim=dim, **self.options("keepdim"))
