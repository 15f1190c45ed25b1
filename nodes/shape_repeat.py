"""Saying the same numbers several times, or in another order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Dim,
    Expr,
    In,
    Ints,
    NodeType,
    Out,
    Problem,
    Shape,
    axis_at,
    axis_problems,
    call,
    is_known,
    shape_text,
)


def _length_problems(a: Axes, param: str, numbers: tuple[int, ...]) -> Iterator[Problem]:
    """Yield a problem where there are more numbers than axes behind the batch."""
    shape = a.shape("input")
    if len(numbers) >= len(shape):
        yield Problem(
            "NB213",
            f"{param} has {len(numbers)} numbers, but input is {shape_text(shape)}, "
            "and the batch, axis 0, must stay as it is",
            param=param,
            hint=f"give at most {len(shape) - 1}, or take Unsqueeze before",
        )


class Expand(NodeType, id="expand", title="Expand", category="Shape"):
    """Say the one number along an axis of size 1 as often as wanted, at no cost of memory.

    Formula: y_i = x_1

    Source: torch.Tensor.expand

    When: To give every step or position the same vector before a Concatenate. Add and Multiply do it by
    themselves. For axes longer than 1, take Repeat.

    Also: broadcast, broadcast_to, expand_as

    See: repeat, unsqueeze, add
    """

    keeps = ()
    view = True

    input = In("N *S", dtype="any", doc="Any batch.")
    output = Out("N *R", doc="The same, longer along axes of size 1.")

    sizes = Ints(
        (),
        min=-1,
        max=1_000_000_000,
        doc="Sizes of the last axes; -1 leaves one as it is, and so does naming none.",
    )

    def _pairs(self, a: Axes) -> list[tuple[Dim, int]]:
        """Every axis behind the batch, with what it is to be."""
        kept = (-1,) * (len(a.S) - len(self.sizes))
        return list(zip(a.S, (*kept, *self.sizes), strict=True))

    def check(self, a: Axes) -> Iterator[Problem]:
        """Only axes of size 1 change."""
        longer = list(_length_problems(a, "sizes", self.sizes))
        yield from longer
        if longer:
            return
        for axis, (size, wanted) in enumerate(self._pairs(a), start=1):
            if wanted == -1 or size in (wanted, 1):
                continue
            if is_known(size):
                message = f"sizes asks for {wanted} along axis {axis}, but input has {size} there, and only 1 can be expanded"
                yield Problem("NB210", message, param="sizes", hint="take Repeat, or -1 there")
            else:
                message = f"axis {axis} of input is left open ({size}), so nobody can say whether it can be expanded to {wanted}"
                yield Problem("NB205", message, port="input", hint="take -1 there")

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """Sizes are as asked for."""
        return {"R": tuple(size if wanted == -1 else wanted for size, wanted in self._pairs(a))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method; the batch stays."""
        return x["input"].method("expand", -1, *(wanted for _, wanted in self._pairs(a)))


class Repeat(NodeType, id="repeat", title="Repeat", category="Shape"):
    """Lay copies of a tensor one behind the other along its axes.

    Formula: y_i = x_(i mod n)

    Source: torch.Tensor.repeat

    When: To make a pattern longer, or grey images to three channels. Where the axis has a size of 1,
    Expand takes no memory.

    Also: tile, copy, duplicate, repeat_interleave

    See: expand, concatenate, upsample
    """

    keeps = ()

    input = In("N *S", dtype="any", doc="Any batch.")
    output = Out("N *R", doc="The copies.")

    repeats = Ints(
        (2,),
        min=1,
        max=1_000_000,
        doc="How often along each of the last axes; 1 leaves one as it is.",
    )

    def _pairs(self, a: Axes) -> list[tuple[Dim, int]]:
        """Every axis behind the batch, with how often it is repeated."""
        kept = (1,) * (len(a.S) - len(self.repeats))
        return list(zip(a.S, (*kept, *self.repeats), strict=True))

    def check(self, a: Axes) -> Iterator[Problem]:
        """The batch is not repeated."""
        yield from _length_problems(a, "repeats", self.repeats)

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """Sizes multiply."""
        return {"R": tuple(size * times for size, times in self._pairs(a))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method; the batch stays."""
        return x["input"].method("repeat", 1, *(times for _, times in self._pairs(a)))


def _plain(numbers: tuple[int, ...]) -> int | tuple[int, ...]:
    """A lone number as people write it."""
    return numbers if len(numbers) > 1 else numbers[0]


def _batch_warning(dims: tuple[int, ...], rank: int) -> Iterator[Problem]:
    if 0 in {axis_at(dim, rank) for dim in dims}:
        yield Problem(
            "NB213",
            "dims holds the batch, axis 0, so samples no longer stand where their targets do",
            param="dims",
            severity="warning",
        )


class Flip(NodeType, id="flip", title="Flip", category="Shape"):
    """Turn the order along axes round.

    Formula: y_i = x_(n - 1 - i)

    Source: torch.flip

    When: To read a sequence from its end, or to mirror images. To read from both ends, an LSTM has
    bidirectional.

    Also: reverse, mirror, turn

    See: roll, permute, lstm
    """

    keeps = ()

    input = In("A *S", dtype="any", doc="Any tensor.")
    output = Out("A *S", doc="The same shape.")

    dims = Ints((-1,), min=-16, max=15, min_length=1, doc="The axes that are turned round.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axes exist; the batch had better keep its order."""
        shape = a.shape("input")
        outside = list(axis_problems("input", shape, "dims", self.dims, default=[-1]))
        yield from outside
        if not outside:
            yield from _batch_warning(self.dims, len(shape))

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        return x["input"].method("flip", _plain(self.dims))


class Roll(NodeType, id="roll", title="Roll", category="Shape"):
    """Move everything along axes; what leaves at one end comes in at the other.

    Formula: y_i = x_((i - shift) mod n)

    Source: torch.roll

    When: For the shifted windows of a Swin transformer, and for rings. Where nothing should come in from
    the other end, take Slice and Pad.

    Also: shift, rotate, circular, cyclic, swin

    See: flip, pad, slice
    """

    keeps = ()

    input = In("A *S", dtype="any", doc="Any tensor.")
    output = Out("A *S", doc="The same shape.")

    shifts = Ints(
        (1,),
        min=-1_000_000_000,
        max=1_000_000_000,
        min_length=1,
        doc="How many places along each axis of dims; negative ones move to the front.",
    )
    dims = Ints((-1,), min=-16, max=15, min_length=1, doc="The axes things move along.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axes exist, each with a shift; the batch had better keep its order."""
        shape = a.shape("input")
        if len(self.shifts) != len(self.dims):
            yield Problem(
                "NB212",
                f"shifts has {len(self.shifts)} numbers, but dims has {len(self.dims)}",
                param="shifts",
                settings={"shifts": [*self.shifts, *(1 for _ in self.dims)][: len(self.dims)]},
            )
        mended = [-1] * len(self.dims)
        outside = [
            problem
            for dim in self.dims
            for problem in axis_problems("input", shape, "dims", (dim,), default=mended)
        ]
        yield from outside
        if not outside:
            yield from _batch_warning(self.dims, len(shape))

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("torch.roll", x["input"], _plain(self.shifts), dims=_plain(self.dims))
