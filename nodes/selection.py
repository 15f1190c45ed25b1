"""Finding, comparing and picking numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Binary,
    Bool,
    Choice,
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
    axis_at,
    axis_problems,
    broadcast,
    call,
    is_known,
    promoted,
)


class Compare(NodeType, id="compare", title="Compare", category="Selection"):
    """Compare every number with a fixed one, or with that of a second tensor.

    Formula: y = x > z, or with another sign; z the value or the other

    Source: torch.eq, torch.ne, torch.lt, torch.le, torch.gt, torch.ge

    When: For masks and decisions, which Where then uses. Nothing before it learns through it; for a
    soft decision take Sigmoid.

    Also: comparison, equal, greater, less, threshold, mask, eq, ne, lt, gt

    See: where, maximum, threshold, sigmoid, cast
    """

    input = In("*A", dtype="any", doc="What stands left of the sign.")
    other = In(
        "*B", dtype="any", optional=True, doc="What stands right of it, in the place of value."
    )
    output = Out("*R", dtype="bool", doc="Whether it holds, at every place.")

    sign = Choice(">", ("==", "!=", "<", "<=", ">", ">="), doc="How they are compared.")
    value = Float(
        0.0, min=-1e30, max=1e30, doc="What is compared with, where other is not connected."
    )

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """Both broadcast."""
        if "other" not in a.inputs:
            return {"R": a.A}
        return {"R": broadcast(a.A, a.B, "input", "other")}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Use the sign."""
        return Binary(self.sign, x["input"], x.get("other", self.value))


class Where(NodeType, id="where", title="Where", category="Selection"):
    """Take numbers from one tensor where a condition holds, and from another elsewhere.

    Formula: y = x where c holds, z elsewhere; c the condition, x the input and z the other

    Source: torch.where

    When: For masks that must not let anything through, not even nan. For a soft choice, Multiply by a
    gate.

    Also: if, select, mask, masked_fill, choose, ternary

    See: compare, multiply, maximum
    """

    condition = In("*C", dtype="bool", doc="True where input is taken, as a Compare gives it.")
    input = In("*A", dtype="any", doc="What is taken where the condition holds.")
    other = In("*B", dtype="any", doc="What is taken elsewhere.")
    output = Out("*R", doc="The numbers picked.")

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """All three broadcast; the two that are picked from are promoted."""
        picked = [a.inputs["input"], a.inputs["other"]]
        shape = broadcast(a.A, a.B, "input", "other")
        shape = broadcast(shape, a.C, "input with other", "condition")
        return {"output": TensorType(shape, promoted(picked))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("torch.where", x["condition"], x["input"], x["other"])


class _AlongAxis(NodeType):
    """What looks along one axis of its input."""

    input = In("*B", dtype="any", doc="Any tensor.")

    dim = Int(-1, min=-16, max=15, doc="The axis to look along; 0 is the batch.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axis exists, and is not the batch."""
        shape = a.shape("input")
        outside = list(axis_problems("input", shape, "dim", (self.dim,), default=-1))
        yield from outside
        if not outside:
            if shape and axis_at(self.dim, len(shape)) == 0:
                message = "dim is the batch, axis 0, so it mixes samples"
                yield Problem("NB213", message, param="dim", severity="warning")
            yield from self._further(a)

    def _further(self, a: Axes) -> Iterator[Problem]:
        """What else does not work, once the axis exists."""
        return iter(())

    def _size(self, a: Axes) -> Dim:
        shape = a.shape("input")
        return shape[axis_at(self.dim, len(shape))] if shape else 1


class _ArgExtreme(_AlongAxis):
    """Where the largest or smallest number is; the tensor's method is the title in small."""

    output = Out("*R", dtype="int64", doc="Where it is along the axis, counted from 0.")

    keepdim = Bool(False, doc="Keep the axis, with a size of 1.")

    def _further(self, a: Axes) -> Iterator[Problem]:
        return _no_bools(a, self.title)

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """The axis goes, or shrinks to 1."""
        axis = axis_at(self.dim, len(a.B))
        middle = (1,) if self.keepdim and a.B else ()
        return {"R": (*a.B[:axis], *middle, *a.B[axis + 1 :]) if a.B else ()}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        return x["input"].method(self.title.lower(), dim=self.dim, **self.options("keepdim"))


class ArgMax(_ArgExtreme, id="argmax", title="ArgMax", category="Selection"):
    """Find where the largest number along an axis is, such as the likeliest class.

    Formula: y = argmax_i x_i

    Source: torch.argmax

    When: For the answer of a classifier, as an output. Nothing before it learns through it, so keep it
    off the way to a loss.

    Also: index of the largest, predicted class, decision

    See: max, topk, argmin, softmax, one_hot
    """


class ArgMin(_ArgExtreme, id="argmin", title="ArgMin", category="Selection"):
    """Find where the smallest number along an axis is, such as the nearest of several.

    Formula: y = argmin_i x_i

    Source: torch.argmin

    When: For picking the nearest of several distances. Nothing before it learns through it.

    Also: index of the smallest, nearest

    See: min, argmax, topk
    """


class TopK(_AlongAxis, id="topk", title="TopK", category="Selection"):
    """Find the k largest numbers along an axis, and where they are.

    Formula: y_1 >= y_2 >= ... >= y_k, the largest of x along dim; y_j = x_indices_j

    Source: torch.topk

    When: For the best few of many, such as classes, or experts that are asked. For the best one alone
    use Max or ArgMax.

    Also: best, largest, top 5, k largest, beam

    See: sort, max, argmax, gather
    """

    output = Out("*R", doc="The numbers, k of them along the axis.")
    indices = Out("*R", dtype="int64", doc="Where they are along the axis.")

    k = Int(1, min=1, max=1_000_000, doc="How many are found.")
    largest = Bool(True, doc="Find the largest; otherwise the smallest.")
    sorted = Bool(True, group="Advanced", doc="Hand them out in order.")

    def _further(self, a: Axes) -> Iterator[Problem]:
        size = self._size(a)
        if axis_at(self.dim, len(a.shape("input"))) == 0:
            message = (
                f"dim is {self.dim}, the batch, whose last one may hold fewer than {self.k} samples"
            )
            yield Problem("NB213", message, param="dim")
        elif is_known(size) and self.k > size:
            yield Problem(
                "NB212",
                f"k is {self.k}, but axis {self.dim} of input has {size}",
                param="k",
                settings={"k": size},
            )
        yield from _no_bools(a, self.title)

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """The axis has k numbers."""
        axis = axis_at(self.dim, len(a.B))
        return {"R": (*a.B[:axis], self.k, *a.B[axis + 1 :]) if a.B else ()}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method, which gives both."""
        options = {"dim": self.dim} if self.dim != -1 else {}
        return x["input"].method("topk", self.k, **options, **self.options("largest", "sorted"))


class Sort(_AlongAxis, id="sort", title="Sort", category="Selection"):
    """Put the numbers along an axis in order, and say where each was.

    Formula: y_1 <= y_2 <= ..., the numbers of x along dim; y_j = x_indices_j

    Source: torch.sort

    When: For order statistics, such as quantiles. For a few of the largest TopK is quicker.

    Also: order, rank, argsort, median, quantile

    See: topk, max, gather
    """

    output = Out("*B", doc="The same numbers in order.")
    indices = Out("*B", dtype="int64", doc="Where along the axis each of them was.")

    descending = Bool(False, doc="Begin with the largest.")
    stable = Bool(False, group="Advanced", doc="Keep the order of what is equal.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method, which gives both."""
        # The method that knows stable takes nothing without its name.
        options = {"dim": self.dim, **self.options("descending")}
        return x["input"].method("sort", **self.options("stable"), **options)


class OneHot(NodeType, id="one_hot", title="OneHot", category="Selection"):
    """Turn whole numbers into vectors that are 1 at that place and 0 elsewhere.

    Formula: y_c = 1 where c = x, 0 elsewhere

    Source: torch.nn.functional.one_hot

    When: For a few kinds without order, as input of a Linear. For many kinds, such as words, Embedding
    learns shorter vectors; CrossEntropyLoss takes the numbers as they are.

    Also: onehot, dummy, indicator, categorical, to_categorical

    See: embedding, argmax, cast, cross_entropy
    """

    input = In("*B", dtype="int", doc="Whole numbers from 0 up to num_classes - 1.")
    output = Out("*B C", doc="A vector of num_classes numbers for each.")

    num_classes = Int(10, min=1, max=1_000_000, doc="How many kinds there are.")
    dtype = Choice(
        "int64",
        ("int64", "float32", "float64", "float16", "bfloat16", "bool"),
        doc="The kind of numbers that come out; layers such as Linear want float32.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """Torch takes int64 only."""
        if a.dtype("input") != "int64":
            message = f"input got {a.dtype('input')}, but OneHot takes int64"
            hint = "set the dtype of the Input to int64, or put a Cast before this node"
            yield Problem("NB204", message, port="input", hint=hint)

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """An axis is added behind the others."""
        return {"output": TensorType((*a.B, self.num_classes), self.dtype)}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function, and convert where another dtype is wanted."""
        vectors = call("F.one_hot", x["input"], self.num_classes)
        return (
            vectors if self.dtype == "int64" else vectors.method("to", Name(f"torch.{self.dtype}"))
        )


def _no_bools(a: Axes, title: str) -> Iterator[Problem]:
    if a.dtype("input") == "bool":
        yield Problem(
            "NB204",
            f"input is bool, but {title} takes numbers",
            port="input",
            hint="make it numbers with a Cast before this node",
        )
