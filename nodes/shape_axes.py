"""Putting axes in another order, adding some and dropping some, without changing the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Dim,
    Expr,
    In,
    Int,
    Ints,
    NodeType,
    Out,
    Problem,
    axis_at,
    axis_problems,
    is_known,
    shape_text,
)


class Permute(NodeType, id="permute", title="Permute", category="Shape"):
    """Put the axes in another order; the batch stays first.

    Formula: axis i of y is axis dims_i of x

    Source: torch.permute

    When: To bring channels behind or before the positions, as images of other libraries have them. For
    two axes Transpose says it more briefly.

    Also: transpose, swap axes, rearrange

    See: transpose, reshape
    """

    view = True

    input = In("N *S", dtype="any", doc="Any batch.")
    output = Out("N *R", doc="The same numbers with axes in another order.")

    dims = Ints(
        (0, 2, 1),
        min=-16,
        max=15,
        min_length=1,
        doc="For every axis of the output, the number of the input's axis; it starts with 0.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """Every axis occurs once, the batch first."""
        shape = a.shape("input")
        rank = len(shape)
        if len(self.dims) != rank:
            yield Problem(
                "NB208",
                f"dims has {len(self.dims)} axes, but input is {shape_text(shape)}, which has {rank}",
                param="dims",
                settings={"dims": list(range(rank))},
            )
            return
        wrong = list(axis_problems("input", shape, "dims", self.dims))
        yield from wrong
        if not wrong and axis_at(self.dims[0], rank) != 0:
            yield Problem(
                "NB213",
                f"dims starts with axis {self.dims[0]}, but the batch, axis 0, must stay first",
                param="dims",
                settings={"dims": [0, *(d for d in self.dims if axis_at(d, rank) != 0)]},
            )

    def infer(self, a: Axes) -> Mapping[str, tuple[Dim, ...]]:
        """The sizes move with their axes."""
        shape = a.shape("input")
        return {"R": tuple(shape[axis_at(dim, len(shape))] for dim in self.dims[1:])}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        return x["input"].method("permute", *self.dims)


class Transpose(NodeType, id="transpose", title="Transpose", category="Shape"):
    """Swap two axes; the batch stays first.

    Formula: y_nij = x_nji, where i and j are along dim0 and dim1

    Source: torch.transpose

    When: Between layers that want channels before the steps, as Conv1d, and layers that want them
    behind, as LSTM and attention. For more axes at once take Permute.

    Also: swap axes, swapaxes, channels last

    See: permute, reshape
    """

    view = True

    input = In("N *S", dtype="any", doc="Any batch.")
    output = Out("N *R", doc="The same numbers with two axes swapped.")

    dim0 = Int(1, min=-16, max=15, doc="One of the axes; 0 is the batch.")
    dim1 = Int(2, min=-16, max=15, doc="The other one.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Both axes exist, and the batch stays where it is."""
        shape = a.shape("input")
        outside = [
            *axis_problems("input", shape, "dim0", (self.dim0,), default=-1),
            *axis_problems("input", shape, "dim1", (self.dim1,), default=-1),
        ]
        yield from outside
        first, second = (axis_at(dim, len(shape)) for dim in (self.dim0, self.dim1))
        if not outside and first != second and 0 in (first, second):
            param = "dim1" if first else "dim0"
            yield Problem(
                "NB213",
                f"{param} is {getattr(self, param)}, but the batch, axis 0, must stay first",
                param=param,
                settings={param: -1} if len(shape) > 1 else {},
            )

    def infer(self, a: Axes) -> Mapping[str, tuple[Dim, ...]]:
        """Two sizes change places."""
        sizes = list(a.shape("input"))
        first, second = (axis_at(dim, len(sizes)) for dim in (self.dim0, self.dim1))
        sizes[first], sizes[second] = sizes[second], sizes[first]
        return {"R": tuple(sizes[1:])}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        return x["input"].method("transpose", self.dim0, self.dim1)


class Squeeze(NodeType, id="squeeze", title="Squeeze", category="Shape"):
    """Drop axes that have a size of 1.

    Formula: y_nj = x_n1j

    Source: torch.squeeze

    When: Where a layer leaves an axis of 1 behind, such as the single feature of a regression. To drop
    an axis that is longer, take Select or Mean.

    Also: remove axis, drop axis

    See: unsqueeze, select, flatten
    """

    view = True

    input = In("N *S", dtype="any", doc="Any batch.")
    output = Out("N *R", doc="The same numbers on fewer axes.")

    dim = Ints((-1,), min=-16, max=15, min_length=1, doc="The axes that are dropped.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axes exist and have a size of 1; the batch is not one of them."""
        shape = a.shape("input")
        outside = list(axis_problems("input", shape, "dim", self.dim, default=[-1]))
        yield from outside
        if outside:
            return
        for dim in self.dim:
            axis = axis_at(dim, len(shape))
            others = [other for other in self.dim if other != dim]
            settings = {"dim": others} if others else {}
            size = shape[axis]
            if axis == 0:
                message = f"dim holds {dim}, but the batch, axis 0, must stay"
                yield Problem("NB213", message, param="dim", settings=settings)
            elif not is_known(size):
                yield Problem(
                    "NB205",
                    f"axis {axis} of input is left open ({size}), so nobody can say whether it has a size of 1",
                    port="input",
                    hint="give the axis a number at the Input, or take Select",
                )
            elif size != 1:
                yield Problem(
                    "NB212",
                    f"dim holds {dim}, but axis {axis} of input has {size}, not 1, so it stays",
                    param="dim",
                    severity="warning",
                )

    def infer(self, a: Axes) -> Mapping[str, tuple[Dim, ...]]:
        """Axes of 1 go, where they are named."""
        shape = a.shape("input")
        named = {axis_at(dim, len(shape)) for dim in self.dim}
        left = (size for axis, size in enumerate(shape) if axis not in named or size != 1)
        return {"R": tuple(left)[1:]}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        return x["input"].method("squeeze", self.dim if len(self.dim) > 1 else self.dim[0])


class Unsqueeze(NodeType, id="unsqueeze", title="Unsqueeze", category="Shape"):
    """Add an axis with a size of 1.

    Formula: y_n1j = x_nj, where dim is 1

    Source: torch.unsqueeze

    When: To give images without colours a channel, or to make shapes go together in Add and Multiply.

    Also: add axis, expand dims, newaxis

    See: squeeze, expand, unflatten, stack
    """

    view = True

    input = In("N *S", dtype="any", doc="Any batch.")
    output = Out("N *R", doc="The same numbers on one axis more.")

    dim = Int(1, min=-16, max=15, doc="Where the new axis stands; the batch stays at 0.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """There is such a place, and it is not before the batch."""
        shape = a.shape("input")
        rank = len(shape)
        if not -rank - 1 <= self.dim <= rank:
            yield Problem(
                "NB208",
                f"dim is {self.dim}, but input is {shape_text(shape)}, which takes a new axis at {-rank - 1} to {rank}",
                param="dim",
                settings={"dim": -1},
            )
        elif axis_at(self.dim, rank + 1) == 0:
            yield Problem(
                "NB213",
                f"dim is {self.dim}, but the batch, axis 0, must stay first",
                param="dim",
                settings={"dim": 1},
            )

    def infer(self, a: Axes) -> Mapping[str, tuple[Dim, ...]]:
        """One size of 1 more."""
        shape = a.shape("input")
        axis = axis_at(self.dim, len(shape) + 1)
        return {"R": (*shape[1:axis], 1, *shape[axis:])}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        return x["input"].method("unsqueeze", self.dim)
