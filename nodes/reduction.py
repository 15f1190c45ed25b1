"""One number for many: sums, means, extremes and spreads along axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from netbuilder.node_api import (
    FLOATS,
    Axes,
    Bool,
    Expr,
    Float,
    In,
    Int,
    Ints,
    NodeType,
    Out,
    Problem,
    Shape,
    TensorType,
    axis_at,
    axis_problems,
    call,
    is_known,
    product,
    with_number,
)


class _AlongAxes(NodeType):
    """What works along axes: one where ``dim`` is a number, several where it is a list."""

    dim: Any
    _does: ClassVar[str]

    def _given(self) -> tuple[int, ...]:
        return self.dim if isinstance(self.dim, tuple) else (self.dim,)

    def _dims(self, a: Axes) -> set[int]:
        return {axis_at(dim, len(a.B)) for dim in self._given()}

    def _option(self) -> Any:
        """The axes as a call shows them: a lone one as a number."""
        given = self._given()
        return given if len(given) > 1 else given[0]

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axes exist, and the batch is not one of them."""
        default = [-1] if isinstance(self.dim, tuple) else -1
        outside = list(axis_problems("input", a.B, "dim", self._given(), default=default))
        yield from outside
        if outside:
            return
        if a.B and 0 in self._dims(a):
            holds = "dim holds" if isinstance(self.dim, tuple) else "dim is"
            yield Problem(
                "NB213",
                f"{holds} the batch, axis 0, so {self._does} mixes samples",
                param="dim",
                severity="warning",
            )
        yield from self._further(a)

    def _further(self, a: Axes) -> Iterator[Problem]:
        """What else does not work, once the axes exist."""
        return iter(())


class _Reduction(_AlongAxes):
    """What makes one number of all along some axes; the tensor's method is the title in small."""

    input = In("*B", dtype="any", doc="Any tensor.")
    output = Out("*R", doc="A tensor without these axes, or with a size of 1 there.")

    keepdim = Bool(False, doc="Keep the axes, with a size of 1.")

    def _result(self, dtype: str) -> str:
        """The dtype that comes out for one that comes in."""
        return dtype

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The axes go, or shrink to 1."""
        return {"output": TensorType(self._left(a), self._result(a.dtype("input")))}

    def _left(self, a: Axes) -> Shape:
        dims = self._dims(a)
        if self.keepdim:
            return tuple(1 if axis in dims else size for axis, size in enumerate(a.B))
        return tuple(size for axis, size in enumerate(a.B) if axis not in dims)

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        options = self.options("keepdim")
        return x["input"].method(self.title.lower(), dim=self._option(), **options)


class Mean(_Reduction, id="mean", title="Mean", category="Reduction"):
    """Take the mean along axes.

    Formula: y = (1/n) sum_i x_i

    Source: torch.mean

    When: For one vector of a whole sequence or image; for images GlobalAveragePool says so. Where few
    places matter, Max keeps more.

    Also: average, avg, reduce

    See: sum, max, var, global_average_pool, avg_pool2d
    """

    keeps = ()
    _does = "the mean"

    input = In("*B", doc="Any tensor.")

    dim = Ints((-1,), min=-16, max=15, min_length=1, doc="The axes to take the mean along.")


class Sum(_Reduction, id="sum", title="Sum", category="Reduction"):
    """Add the numbers up along axes.

    Formula: y = sum_i x_i

    Source: torch.sum

    When: For totals and weighted sums, where how many there are should count; otherwise take Mean. To
    add two tensors, use Add.

    Also: total, reduce

    See: mean, add, cumsum, prod, einsum
    """

    keeps = ()
    _does = "the sum"

    dim = Ints((-1,), min=-16, max=15, min_length=1, doc="The axes to add up along.")

    def _result(self, dtype: str) -> str:
        return _summed(dtype)


class Prod(_Reduction, id="prod", title="Prod", category="Reduction"):
    """Multiply the numbers along an axis.

    Formula: y = prod_i x_i

    Source: torch.prod

    When: For chances that must all come true; many factors vanish or explode, so add logarithms up
    where there are many. To multiply two tensors, use Multiply.

    Also: product, reduce

    See: sum, multiply, log
    """

    keeps = ("inputs", "outputs")
    _does = "the product"

    dim = Int(-1, min=-16, max=15, doc="The axis to multiply along.")

    def _result(self, dtype: str) -> str:
        return _summed(dtype)


class _Extreme(_Reduction):
    """The largest or smallest number, and on demand where it is."""

    output = Out("*R", doc="A tensor without these axes, or with a size of 1 there.")
    indices = Out("*R", dtype="int64", doc="Where along the axis it is; with return_indices.")

    dim = Ints((-1,), min=-16, max=15, min_length=1, doc="The axes to look along.")
    return_indices = Bool(False, doc="Also hand out where it is along the axis, which is then one.")

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(values)
        if not self.return_indices:
            self.out_ports = self.out_ports[:1]

    def _further(self, a: Axes) -> Iterator[Problem]:
        """A place is one along one axis."""
        if self.return_indices and len(self.dim) > 1:
            yield Problem(
                "NB212",
                f"dim has {len(self.dim)} axes, but with return_indices there must be one",
                param="return_indices",
                settings={"return_indices": False},
            )

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The axes go, or shrink to 1; places are int64."""
        left = self._left(a)
        types = {"output": TensorType(left, a.dtype("input"))}
        return {**types, "indices": TensorType(left, "int64")} if self.return_indices else types

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the method that gives places too, or the one that takes several axes."""
        name = self.title.lower() if self.return_indices else f"a{self.title.lower()}"
        return x["input"].method(name, dim=self._option(), **self.options("keepdim"))


class Max(_Extreme, id="max", title="Max", category="Reduction"):
    """Take the largest number along axes, and where it is if that is wanted.

    Formula: y = max_i x_i

    Source: torch.amax; torch.max with return_indices

    When: For whether something occurs anywhere in a sequence or image. For the larger of two tensors
    use Maximum, for patches MaxPool2d, for the place alone ArgMax.

    Also: largest, global max pooling, reduce

    See: min, argmax, maximum, max_pool2d, topk, mean
    """

    keeps = ("inputs", "outputs")
    _does = "the largest number"


class Min(_Extreme, id="min", title="Min", category="Reduction"):
    """Take the smallest number along axes, and where it is if that is wanted.

    Formula: y = min_i x_i

    Source: torch.amin; torch.min with return_indices

    When: For the nearest of several distances. For the smaller of two tensors use Minimum, for the
    place alone ArgMin.

    Also: smallest, least, reduce

    See: max, argmin, minimum, topk
    """

    keeps = ("inputs", "outputs")
    _does = "the smallest number"


class _Spread(_Reduction):
    """How far numbers lie apart."""

    input = In("*B", doc="Any tensor.")

    dim = Ints((-1,), min=-16, max=15, min_length=1, doc="The axes to look along.")
    correction = Int(
        1, min=0, max=1000, doc="Taken from how many numbers there are: 1 for a sample, 0 for all."
    )

    def _further(self, a: Axes) -> Iterator[Problem]:
        """The axes hold more numbers than are taken off."""
        count = product(a.B[axis] for axis in self._dims(a) if a.B)
        if is_known(count) and count <= self.correction:
            yield Problem(
                "NB212",
                f"dim holds {count} numbers, but with a correction of {self.correction} "
                f"it takes at least {self.correction + 1}",
                param="correction",
                settings={"correction": 0},
            )

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        options = self.options("correction", "keepdim")
        return x["input"].method(self.title.lower(), dim=self._option(), **options)


class Var(_Spread, id="var", title="Var", category="Reduction"):
    """Take the variance along axes: the mean of the squared distances from the mean.

    Formula: y = sum_i (x_i - mean)^2 / (n - correction)

    Source: torch.var

    When: For how much numbers vary, such as of a sequence. To norm by it use a normalization.

    Also: variance, spread

    See: std, mean, layer_norm, batch_norm1d
    """

    _does = "the variance"


class Std(_Spread, id="std", title="Std", category="Reduction"):
    """Take the standard deviation along axes: the root of the variance.

    Formula: y = sqrt(sum_i (x_i - mean)^2 / (n - correction))

    Source: torch.std

    When: For how much numbers vary, in their own unit. Where all are the same its slope is not a
    number; Var has one.

    Also: standard deviation, spread, sigma

    See: var, mean, layer_norm
    """

    keeps = ("inputs", "outputs")
    _does = "the deviation"


class Norm(_Reduction, id="norm", title="Norm", category="Reduction"):
    """Take the length of vectors, which lie along axes.

    Formula: y = (sum_i |x_i|^p)^(1/p)

    Source: torch.linalg.vector_norm

    When: For lengths and distances, of a difference. With p = 1 it adds absolute values up, with p = 0
    it counts what is not zero.

    Also: length, vector norm, euclidean, l2 norm, l1 norm, magnitude

    See: abs, sum, layer_norm, rms_norm
    """

    keeps = ("inputs", "outputs")
    _does = "the norm"

    input = In("*B", doc="Any tensor.")

    p = Float(2.0, min=0.0, max=100.0, doc="The power of the norm; 2 is the usual length.")
    dim = Ints((-1,), min=-16, max=15, min_length=1, doc="The axes that hold the vectors.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function; it names the power otherwise."""
        power = {"ord": self.p} if "p" in self.options("p") else {}
        options = self.options("keepdim")
        return call("torch.linalg.vector_norm", x["input"], **power, dim=self._option(), **options)


class LogSumExp(_Reduction, id="logsumexp", title="LogSumExp", category="Reduction"):
    """Take the logarithm of the sum of exponentials along axes, without overflow.

    Formula: y = ln sum_i e^{x_i}

    Source: torch.logsumexp

    When: For a soft maximum, and for adding chances up that are given as logarithms.

    Also: lse, soft maximum, smooth max

    See: max, softmax, log, exp
    """

    keeps = ("inputs", "outputs")
    _does = "the sum"

    dim = Ints((-1,), min=-16, max=15, min_length=1, doc="The axes to add up along.")

    def _result(self, dtype: str) -> str:
        return with_number(dtype, 1.0)


class CumSum(_AlongAxes, id="cumsum", title="CumSum", category="Reduction"):
    """Add the numbers up along an axis, from the first to each.

    Formula: y_i = x_1 + ... + x_i

    Source: torch.cumsum

    When: For running totals along a sequence, and for positions out of steps.

    Also: cumulative sum, running total, prefix sum

    See: sum, prod
    """

    keeps = ()
    _does = "it"

    input = In("*B", dtype="any", doc="Any tensor.")
    output = Out("*B", doc="The same shape; whole numbers give int64.")

    dim = Int(-1, min=-16, max=15, doc="The axis to add up along.")

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The shape stays."""
        return {"output": TensorType(a.B, _summed(a.dtype("input")))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        return x["input"].method("cumsum", dim=self.dim)


def _summed(dtype: str) -> str:
    """The dtype that sums and products of many numbers have."""
    return dtype if dtype in FLOATS else "int64"
