"""Merging axes and laying them out anew, without changing the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netbuilder.node_api import (
    Axes,
    Call,
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
    call,
    is_known,
    product,
    shape_text,
)


class Flatten(NodeType, id="flatten", title="Flatten", category="Shape"):
    """Merge a run of axes into one; as it stands, all but the batch.

    Formula: y_(n, b C + c) = x_nbc, for axes of B and C

    Source: torch.nn.Flatten

    When: Between convolutions and a Linear, where every place has a meaning of its own. It fixes the
    size of images; GlobalAveragePool does not.

    Also: vectorize, to vector

    See: global_average_pool, unflatten, reshape
    """

    view = True

    input = In("N *S", dtype="any", doc="Any batch.")
    output = Out("*F", doc="The same numbers on fewer axes.")

    start_dim = Int(1, min=-16, max=15, doc="The first axis that is merged; 0 is the batch.")
    end_dim = Int(-1, min=-16, max=15, doc="The last axis that is merged; -1 is the very last.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Both axes exist, and the first does not come after the last."""
        shape = a.shape("input")
        outside = [
            *axis_problems("input", shape, "start_dim", (self.start_dim,)),
            *axis_problems("input", shape, "end_dim", (self.end_dim,), default=-1),
        ]
        yield from outside
        first, last = self._run(len(shape))
        if not outside and first > last:
            yield Problem(
                "NB208",
                f"start_dim is axis {first} and end_dim is axis {last}, but the first must not come after the last",
                param="start_dim",
                hint="give input more axes, or let start_dim be at most end_dim",
            )

    def _run(self, rank: int) -> tuple[int, int]:
        return axis_at(self.start_dim, rank), axis_at(self.end_dim, rank)

    def infer(self, a: Axes) -> Mapping[str, tuple[Dim, ...]]:
        """The sizes of the merged axes multiply."""
        shape = a.shape("input")
        first, last = self._run(len(shape))
        return {"F": (*shape[:first], product(shape[first : last + 1]), *shape[last + 1 :])}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.Flatten", **self.options("start_dim", "end_dim"))


class Unflatten(NodeType, id="unflatten", title="Unflatten", category="Shape"):
    """Lay one axis out on several.

    Formula: y_nbc = x_(n, b C + c), for axes of B and C

    Source: torch.nn.Unflatten

    When: To part features into heads or groups, or to make an image of a vector behind a Linear. It
    says which axis it means, where Reshape names them all.

    Also: split axis, divide axis

    See: flatten, reshape, fold
    """

    view = True

    input = In("N *S", dtype="any", doc="Any batch.")
    output = Out("*F", doc="The same numbers on more axes.")

    dim = Int(1, min=-16, max=15, doc="The axis that is laid out; 0 is the batch.")
    unflattened_size = Ints(
        (1, -1),
        min=-1,
        max=1_000_000_000,
        min_length=1,
        doc="Sizes of the new axes; one may be -1 and takes what is left.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axis is not the batch, and the sizes multiply to its own."""
        shape = a.shape("input")
        outside = list(axis_problems("input", shape, "dim", (self.dim,), default=-1))
        yield from outside
        if outside:
            return
        axis = axis_at(self.dim, len(shape))
        if axis == 0:
            yield Problem(
                "NB213",
                f"dim is {self.dim}, but the batch, axis 0, must stay as it is",
                param="dim",
                settings={"dim": -1} if len(shape) > 1 else {},
            )
            return
        found = f"axis {axis} of input has {shape[axis]}"
        sizes = self.unflattened_size
        yield from _layout_problems("unflattened_size", sizes, shape[axis], found, [1, -1])

    def infer(self, a: Axes) -> Mapping[str, tuple[Dim, ...]]:
        """The new axes take the place of the old one."""
        shape = a.shape("input")
        axis = axis_at(self.dim, len(shape))
        return {
            "F": (*shape[:axis], *_laid_out(self.unflattened_size, shape[axis]), *shape[axis + 1 :])
        }

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.Unflatten", self.dim, self.unflattened_size)


class Reshape(NodeType, id="reshape", title="Reshape", category="Shape"):
    """Lay the numbers of every sample out along other axes; the batch stays as it is.

    Formula: y_n(i) = x_n(i), where i counts the numbers of a sample, the last axis first

    Source: torch.reshape

    When: To make images of rows of numbers, or heads of features. It keeps the order in memory; to put
    axes in another order take Permute.

    Also: view, unflatten

    See: unflatten, flatten, permute
    """

    view = True

    input = In("N *S", dtype="any", doc="Any batch.")
    output = Out("N *R", doc="The same numbers, laid out as shape says.")

    shape = Ints(
        (-1,),
        min=-1,
        max=1_000_000_000,
        doc="Sizes of a sample's axes; one may be -1 and takes what is left.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """The sizes multiply to as many numbers as there are."""
        total = product(a.S)
        found = f"a sample of input is {shape_text(a.S)}, which is {total} numbers"
        yield from _layout_problems("shape", self.shape, total, found, [-1])

    def infer(self, a: Axes) -> Mapping[str, tuple[Dim, ...]]:
        """The size -1 stands for what is left."""
        return {"R": tuple(_laid_out(self.shape, product(a.S)))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Take the batch's size from the tensor."""
        value = x["input"]
        return value.method("reshape", value.attribute("shape")[0], *self.shape)


def _layout_problems(
    param: str, sizes: Sequence[int], total: Dim, found: str, mended: list[int]
) -> Iterator[Problem]:
    """Yield a problem where ``sizes``, one of them maybe -1, do not multiply to ``total``."""
    wanted = shape_text(sizes)
    if 0 in sizes or sizes.count(-1) > 1:
        wrong = "a size of 0" if 0 in sizes else "-1 more than once"
        message = (
            f"{param} is {wanted}, which has {wrong}, but sizes are at least 1 and one may be -1"
        )
        yield Problem("NB209", message, param=param, settings={param: mended})
        return
    given = product(size for size in sizes if size != -1)
    if -1 not in sizes:
        fits = total == given
    else:
        rest = total % given
        fits = is_known(rest) and rest == 0
    if not fits:
        message = f"{param} is {wanted}, but {found}"
        yield Problem("NB209", message, param=param, settings={param: mended})


def _laid_out(sizes: Sequence[int], total: Dim) -> Iterator[Dim]:
    """The sizes, with what is left of ``total`` in the place of -1."""
    rest = total // product(size for size in sizes if size != -1)
    return (rest if size == -1 else size for size in sizes)
