"""Joining tensors along an axis, and cutting them into parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
    TensorType,
    axis_at,
    axis_problems,
    call,
    is_known,
    promoted,
    shape_text,
)


class Concatenate(NodeType, id="concatenate", title="Concatenate", category="Shape"):
    """Join tensors one behind the other along an axis.

    Formula: y = (x_1, x_2, ...), along dim

    Source: torch.cat

    When: To bring branches together without mixing them, as in U-Net and Inception; the next layer
    weighs them. Add needs no more channels, but the same shape.

    Also: cat, concat, join, merge

    See: add, stack, split, crop
    """

    keeps = ()

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


class Stack(NodeType, id="stack", title="Stack", category="Shape"):
    """Lay tensors of the same shape side by side along a new axis.

    Formula: y_k = x_k, where k is along dim

    Source: torch.stack

    When: To make a sequence of single vectors, or to take Mean or Max over several branches. To make
    an axis longer that is there, take Concatenate.

    Also: pile, new axis, pack

    See: concatenate, unsqueeze, select
    """

    keeps = ()

    x = In("N *S", dtype="any", count="inputs", doc="Tensors of the same shape.")
    output = Out("*R", doc="All of them, with one axis more.")

    inputs = Int(2, min=2, max=64, doc="How many tensors there are.")
    dim = Int(1, min=-16, max=15, doc="Where the new axis stands; the batch stays at 0.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The shapes agree, and the new axis is not before the batch."""
        first_port, *others = a.inputs
        first = a.shape(first_port)
        rank = len(first)
        if not -rank - 1 <= self.dim <= rank:
            yield Problem(
                "NB208",
                f"dim is {self.dim}, but {first_port} is {shape_text(first)}, which takes a new axis at {-rank - 1} to {rank}",
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
        for port in others:
            if a.shape(port) != first:
                yield Problem(
                    "NB202",
                    f"{port} is {shape_text(a.shape(port))}, but {first_port} is {shape_text(first)}; "
                    "they must be the same",
                    port=port,
                    hint="to join along an axis that differs, take Concatenate",
                )

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The new axis has a place for each; dtypes are promoted."""
        shape = next(iter(a.inputs.values())).shape
        axis = axis_at(self.dim, len(shape) + 1)
        stacked = (*shape[:axis], len(a.inputs), *shape[axis:])
        return {"output": TensorType(stacked, promoted(a.inputs.values()))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("torch.stack", tuple(x.values()), dim=self.dim)


class Split(NodeType, id="split", title="Split", category="Shape"):
    """Cut a tensor into parts along an axis.

    Formula: (y_1, y_2, ...) = x, along dim

    Source: torch.chunk; torch.split where sizes are given

    When: To send parts of the channels or features along ways of their own. For one part alone take
    Slice.

    Also: chunk, slice, part

    See: slice, select, concatenate, unflatten
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
