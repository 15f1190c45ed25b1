"""Changing how numbers are laid out along axes, without changing the numbers."""

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
    TensorType,
    axis_at,
    axis_problems,
    call,
    is_known,
    product,
    promoted,
    shape_text,
)


class Flatten(NodeType, id="flatten", title="Flatten", category="Shape"):
    """Merge a run of axes into one; as it stands, all but the batch.

    Source: torch.nn.Flatten

    Also: vectorize, to vector
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


class Reshape(NodeType, id="reshape", title="Reshape", category="Shape"):
    """Lay the numbers of every sample out along other axes; the batch stays as it is.

    Source: torch.reshape

    Also: view, unflatten
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
        total, given = product(a.S), product(size for size in self.shape if size != -1)
        wanted = shape_text(self.shape)
        if 0 in self.shape or self.shape.count(-1) > 1:
            found = "a size of 0" if 0 in self.shape else "-1 more than once"
            message = (
                f"shape is {wanted}, which has {found}, but sizes are at least 1 and one may be -1"
            )
            yield Problem("NB209", message, param="shape", settings={"shape": [-1]})
            return
        if -1 not in self.shape:
            fits = total == given
        else:
            rest = total % given
            fits = is_known(rest) and rest == 0
        if not fits:
            message = f"shape is {wanted}, but a sample of input is {shape_text(a.S)}, which is {total} numbers"
            yield Problem("NB209", message, param="shape", settings={"shape": [-1]})

    def infer(self, a: Axes) -> Mapping[str, tuple[Dim, ...]]:
        """The size -1 stands for what is left."""
        rest = product(a.S) // product(size for size in self.shape if size != -1)
        return {"R": tuple(rest if size == -1 else size for size in self.shape)}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Take the batch's size from the tensor."""
        value = x["input"]
        return value.method("reshape", value.attribute("shape")[0], *self.shape)


class Permute(NodeType, id="permute", title="Permute", category="Shape"):
    """Put the axes in another order; the batch stays first.

    Source: torch.permute

    Also: transpose, swap axes
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


class Concatenate(NodeType, id="concatenate", title="Concatenate", category="Shape"):
    """Join tensors one behind the other along an axis.

    Source: torch.cat

    Also: cat, concat, join, merge
    """

    x = In("A *S", dtype="any", count="inputs", doc="Tensors that agree on every other axis.")
    output = Out("*R", doc="The joined tensor.")

    inputs = Int(2, min=2, max=64, doc="How many tensors are joined.")
    dim = Int(1, min=-16, max=15, doc="The axis they are joined along; 0 is the batch.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axis exists, and all other axes agree."""
        first_port, *others = a.inputs
        first = a.shape(first_port)
        outside = list(axis_problems(first_port, first, "dim", (self.dim,), default=-1))
        yield from outside
        if outside:
            return
        axis = axis_at(self.dim, len(first))
        for port in others:
            shape = a.shape(port)
            if len(shape) != len(first) or _without(shape, axis) != _without(first, axis):
                yield Problem(
                    "NB202",
                    f"{port} is {shape_text(shape)}, but {first_port} is {shape_text(first)}; "
                    f"they must agree on every axis but axis {axis}",
                    port=port,
                    hint="give all of them the same sizes there, as padding same and equal strides do",
                )
        if axis == 0:
            yield Problem(
                "NB213",
                "dim is 0, which joins along the batch and mixes samples",
                param="dim",
                severity="warning",
                settings={"dim": 1} if len(first) > 1 else {},
            )

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Sizes along the axis add up; dtypes are promoted."""
        shape = next(iter(a.inputs.values())).shape
        axis = axis_at(self.dim, len(shape))
        total: Dim = 0
        for tensor in a.inputs.values():
            total = total + tensor.shape[axis]
        joined = (*shape[:axis], total, *shape[axis + 1 :])
        return {"output": TensorType(joined, promoted(a.inputs.values()))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("torch.cat", tuple(x.values()), dim=self.dim)


class Split(NodeType, id="split", title="Split", category="Shape"):
    """Cut a tensor into parts along an axis.

    Source: torch.chunk; torch.split where sizes are given

    Also: chunk, slice
    """

    view = True

    input = In("A *S", dtype="any", doc="Any tensor.")
    y = Out("*R", count="parts", doc="The parts, in order.")

    parts = Int(2, min=2, max=64, doc="How many parts come out.")
    dim = Int(1, min=-16, max=15, doc="The axis that is cut; 0 is the batch.")
    sizes = Ints(
        (),
        min=1,
        max=1_000_000_000,
        max_length=64,
        doc="The size of every part; none at all stands for equal parts, the last one smaller if need be.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axis exists and falls into the parts."""
        shape = a.shape("input")
        outside = list(axis_problems("input", shape, "dim", (self.dim,), default=-1))
        yield from outside
        if not outside:
            axis = axis_at(self.dim, len(shape))
            yield from self._fit(axis, shape[axis])

    def _fit(self, axis: int, size: Dim) -> Iterator[Problem]:
        if self.sizes:
            if len(self.sizes) != self.parts:
                yield Problem(
                    "NB211",
                    f"sizes has {len(self.sizes)} numbers, but parts is {self.parts}",
                    param="parts",
                    settings={"parts": len(self.sizes)} if len(self.sizes) > 1 else {},
                )
            if size != sum(self.sizes):
                yield Problem(
                    "NB211",
                    f"sizes add up to {sum(self.sizes)}, but axis {axis} of input has {size}",
                    param="sizes",
                )
        elif is_known(size):
            found = len(_chunks(size, self.parts))
            if found != self.parts:
                yield Problem(
                    "NB211",
                    f"axis {axis} of input has {size}, which falls into {found} parts, but parts is {self.parts}",
                    param="parts",
                    settings={"parts": found} if found > 1 else {},
                )
        elif not is_known(size % self.parts):
            yield Problem(
                "NB205",
                f"axis {axis} of input is left open ({size}), so nobody can say whether it falls into {self.parts} parts",
                port="input",
                hint="give sizes, or cut another axis",
            )

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Only the size along the axis changes."""
        shape = a.shape("input")
        axis = axis_at(self.dim, len(shape))
        size = shape[axis]
        sizes: Sequence[Dim] = self.sizes
        if not sizes and is_known(size):
            sizes = _chunks(size, self.parts)
        elif not sizes:
            sizes = [size // self.parts] * self.parts
        return {
            port.name: TensorType((*shape[:axis], part, *shape[axis + 1 :]), a.dtype("input"))
            for port, part in zip(self.out_ports, sizes, strict=True)
        }

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Cut into equal parts, or as the sizes say."""
        if not self.sizes:
            return x["input"].method("chunk", self.parts, dim=self.dim)
        return x["input"].method("split", list(self.sizes), dim=self.dim)


def _without(shape: Sequence[Dim], axis: int) -> tuple[Dim, ...]:
    return (*shape[:axis], *shape[axis + 1 :])


def _chunks(size: int, parts: int) -> list[Dim]:
    """The sizes that torch.chunk gives: all alike but the last, and at times fewer than asked for."""
    whole = -(-size // parts)
    return [min(whole, size - start) for start in range(0, size, whole)]
