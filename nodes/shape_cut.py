"""Taking a part of a tensor, and adding a rim around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from netbuilder.node_api import (
    INTEGERS,
    Axes,
    Choice,
    Definition,
    Dim,
    Expr,
    Float,
    In,
    Int,
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


def _along(dim: int, index: Any) -> tuple[Any, ...]:
    """An index that takes a part of one axis and all of the others."""
    if dim >= 0:
        return (*(slice(None),) * dim, index)
    return (..., index, *(slice(None),) * (-1 - dim))


class Slice(NodeType, id="slice", title="Slice", category="Shape"):
    """Keep the places from begin up to end along an axis.

    Formula: y_i = x_(begin + step i), up to end

    Source: indexing a torch.Tensor

    When: For the first or last steps of a sequence, or every second one. For a single place, without
    its axis, take Select; for several parts Split; for the middle of an image Crop.

    Also: narrow, index, cut, subsequence, truncate

    See: select, split, crop
    """

    view = True

    input = In("A *S", dtype="any", doc="Any tensor.")
    output = Out("*R", doc="The same, shorter along one axis.")

    dim = Int(1, min=-16, max=15, doc="The axis that is cut; 0 is the batch.")
    begin = Int(
        0,
        min=-1_000_000_000,
        max=1_000_000_000,
        doc="The first place that is kept; a negative one counts from the end.",
    )
    end = Int(
        None,
        min=-1_000_000_000,
        max=1_000_000_000,
        optional=True,
        doc="The first place that is not kept, negative from the end; nothing keeps all.",
    )
    step = Int(1, min=1, max=1_000_000_000, doc="Keep every place, every second, and so on.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axis exists, and what is kept of it can be said."""
        shape = a.shape("input")
        outside = list(axis_problems("input", shape, "dim", (self.dim,), default=-1))
        yield from outside
        if outside:
            return
        axis = axis_at(self.dim, len(shape))
        if axis == 0:
            yield Problem(
                "NB213",
                f"dim is {self.dim}, the batch, so samples are left out",
                param="dim",
                hint="slice along another axis",
            )
        if self._length(shape[axis]) is None:
            yield Problem(
                "NB205",
                f"axis {axis} of input is left open ({shape[axis]}), so nobody can say how much lies between begin and end",
                port="input",
                hint="count begin from the front and end from the end, or give the axis a number at the Input",
            )

    def _length(self, size: Dim) -> Dim | None:
        """How many places are kept; None where an open size decides."""
        if is_known(size):
            return len(range(*slice(self.begin, self.end, self.step).indices(size)))
        if (self.begin, self.end) in ((-1, None), (0, 1)):
            return 1
        if self.begin < 0 or (self.end is not None and self.end >= 0):
            return None
        return (size + (self.end or 0) - self.begin + self.step - 1) // self.step

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """Only the size along the axis changes."""
        shape = a.shape("input")
        axis = axis_at(self.dim, len(shape))
        length = self._length(shape[axis])
        assert length is not None
        return {"R": (*shape[:axis], length, *shape[axis + 1 :])}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Index the tensor."""
        step = None if self.step == 1 else self.step
        return x["input"][_along(self.dim, slice(self.begin or None, self.end, step))]


class Select(NodeType, id="select", title="Select", category="Shape"):
    """Take one place of an axis, which drops the axis.

    Formula: y = x_index, along dim

    Source: torch.select

    When: For the last step of a sequence, or the class token of a transformer. Where all places count,
    take Mean or Max.

    Also: index, pick, last step, first token, cls

    See: slice, mean, split, squeeze
    """

    view = True

    input = In("N *S", dtype="any", doc="Any batch.")
    output = Out("N *R", doc="The same without the axis.")

    dim = Int(1, min=-16, max=15, doc="The axis; 0, the batch, cannot be taken.")
    index = Int(
        -1,
        min=-1_000_000_000,
        max=1_000_000_000,
        doc="The place, from 0; a negative one counts from the end.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axis exists, is not the batch, and has such a place."""
        shape = a.shape("input")
        outside = list(axis_problems("input", shape, "dim", (self.dim,), default=-1))
        yield from outside
        if outside:
            return
        axis = axis_at(self.dim, len(shape))
        size = shape[axis]
        if axis == 0:
            yield Problem(
                "NB213",
                f"dim is {self.dim}, but the batch, axis 0, must stay",
                param="dim",
                settings={"dim": -1} if len(shape) > 1 else {},
            )
        elif is_known(size) and not -size <= self.index < size:
            yield Problem(
                "NB212",
                f"index is {self.index}, but axis {axis} of input has {size}: {-size} to {size - 1}",
                param="index",
                settings={"index": -1},
            )

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """The axis goes."""
        shape = a.shape("input")
        axis = axis_at(self.dim, len(shape))
        return {"R": (*shape[1:axis], *shape[axis + 1 :])}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Index the tensor."""
        return x["input"][_along(self.dim, self.index)]


class Crop(NodeType, id="crop", title="Crop", category="Shape"):
    """Cut the middle out of signals, images or volumes, as large as size says or another tensor is.

    Formula: y_i = x_(i + floor((L - P) / 2)), of L places P

    Source: torch.Tensor.narrow, once an axis; Ronneberger et al. 2015

    When: Before the Concatenate of a U-Net, where the way down is a little larger than the way up: connect
    the smaller one to like. To make something larger, take Pad or Upsample.

    Also: center crop, centre crop, trim, cut, u-net skip

    See: pad, slice, concatenate, upsample
    """

    view = True
    definitions: ClassVar = (
        Definition('''
            def _center_crop(x: Tensor, size: tuple[int, ...]) -> Tensor:
                """Cuts the middle out along the axes behind the channels."""
                for axis, length in enumerate(size, start=2):
                    x = x.narrow(axis, (x.shape[axis] - length) // 2, length)
                return x
        '''),
    )

    input = In("N C L *S", dtype="any", doc="Batch, channels, then at least one more axis.")
    like = In(
        "B K M *T",
        dtype="any",
        optional=True,
        doc="What has the wanted size behind its channels; without it, size decides.",
    )
    output = Out("N C *R", doc="The middle of the input.")

    size = Ints(
        (1,),
        min=1,
        max=1_000_000,
        min_length=1,
        max_length=14,
        doc="Size of the axes behind the channels, one number for all or one each.",
    )

    def _wanted(self, a: Axes) -> Shape:
        if "like" in a.inputs:
            return a.shape("like")[2:]
        axes = len(a.shape("input")) - 2
        return self.size * axes if len(self.size) == 1 else self.size

    def check(self, a: Axes) -> Iterator[Problem]:
        """There is a size for every axis, and it is not larger than what there is."""
        found, wanted = a.shape("input")[2:], self._wanted(a)
        name, param = ("like", "") if "like" in a.inputs else ("size", "size")
        port = "like" if "like" in a.inputs else ""
        if len(wanted) != len(found):
            yield Problem(
                "NB201",
                f"{name} has {shape_text(wanted)} behind the channels, but input has {shape_text(found)}",
                port=port,
                param=param,
            )
            return
        for axis, (size, length) in enumerate(zip(found, wanted, strict=True), start=2):
            if is_known(size) and is_known(length) and length > size:
                yield Problem(
                    "NB202",
                    f"{name} has {length} along axis {axis}, but input has only {size}",
                    port=port,
                    param=param,
                    hint="crop the larger one of the two, or take Pad",
                )

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """The size that was asked for."""
        return {"R": self._wanted(a)}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the function that is written beside the network."""
        size: object = self._wanted(a)
        if "like" in x:
            size = x["like"].attribute("shape")[slice(2, None)]
        return call("_center_crop", x["input"], size)


_PAD_MODES = ("constant", "reflect", "replicate", "circular")


class Pad(NodeType, id="pad", title="Pad", category="Shape"):
    """Add places before and behind along the last axes.

    Formula: y_i = x_(i - before), and value or a place of x outside, as mode says

    Source: torch.nn.functional.pad

    When: To make sizes fit, or to choose at which side a convolution looks beyond the edge: padding a
    sequence on the left alone keeps it from seeing the future. Else a convolution's own padding is enough.

    Also: ZeroPad2d, ReflectionPad2d, ReplicationPad2d, CircularPad2d, ConstantPad2d, padding, border, causal

    See: crop, conv2d, roll
    """

    input = In("N *S", dtype="any", doc="Any batch.")
    output = Out("N *R", doc="The same with a rim.")

    pad = Ints(
        (1, 1),
        min=0,
        max=1_000_000,
        min_length=2,
        doc="Places before and behind along the last axis; then along the one before it, and so on.",
    )
    mode = Choice(
        "constant",
        _PAD_MODES,
        doc="What is added: value, a mirror image, the outermost numbers, or those of the other end.",
    )
    # Half precision ends here, and int32 holds all of it.
    value = Float(0.0, min=-65504.0, max=65504.0, doc="What is added in the mode constant.")

    def _rims(self) -> list[tuple[int, int]]:
        """What is added before and behind, the last axis first."""
        return list(zip(self.pad[::2], self.pad[1::2], strict=True))

    def check(self, a: Axes) -> Iterator[Problem]:
        """The numbers come in pairs, for axes behind the batch, and the mode can do that much."""
        shape = a.shape("input")
        if len(self.pad) % 2:
            yield Problem(
                "NB212",
                f"pad has {len(self.pad)} numbers, but every axis takes two, before and behind",
                param="pad",
                settings={"pad": [*self.pad, 0]},
            )
            return
        rims = self._rims()
        if len(rims) >= len(shape):
            yield Problem(
                "NB213",
                f"pad has numbers for {len(rims)} axes, but input is {shape_text(shape)}, "
                f"and the batch, axis 0, must stay as it is",
                param="pad",
            )
            return
        if self.mode == "constant":
            yield from self._value_problems(a.dtype("input"))
            return
        yield from self._mode_problems(a, len(rims))
        most = {"reflect": -1, "circular": 0}
        if self.mode in most:
            for back, (size, rim) in enumerate(zip(shape[::-1], rims, strict=False), start=1):
                if is_known(size) and max(rim) > size + most[self.mode]:
                    yield self._unable(
                        f"adds {max(rim)} along axis {len(shape) - back}, but of {size} it can add at most {size + most[self.mode]}"
                    )

    def _unable(self, text: str, code: str = "NB212") -> Problem:
        return Problem(
            code, f"mode {self.mode} {text}", param="mode", settings={"mode": "constant"}
        )

    def _value_problems(self, dtype: str) -> Iterator[Problem]:
        """Whole numbers have an end."""
        bits = int("".join(filter(str.isdigit, dtype))) if dtype in INTEGERS else 64
        least, most = (0, 255) if dtype == "uint8" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        if any(self.pad) and not least <= self.value <= most:
            yield Problem(
                "NB204",
                f"value is {self.value}, but input is {dtype}, which goes from {least} to {most}",
                param="value",
                settings={"value": 0.0},
            )

    def _mode_problems(self, a: Axes, rims: int) -> Iterator[Problem]:
        """Other modes than constant know three axes at most, behind one or two others."""
        rank = len(a.shape("input"))
        if rims > 3 or rank not in (rims + 1, rims + 2):
            yield self._unable(
                f"adds to all axes but the first one or two, at most three; pad has numbers for {rims} of {rank} axes"
            )
        if a.dtype("input") == "bool" and self.mode != "circular":
            yield self._unable("does not go with bool", "NB204")

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """The sizes grow."""
        sizes = list(a.shape("input"))
        for back, (before, behind) in enumerate(self._rims(), start=1):
            sizes[-back] = sizes[-back] + before + behind
        return {"R": tuple(sizes[1:])}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        names = ("mode", "value") if self.mode == "constant" else ("mode",)
        return call("F.pad", x["input"], self.pad, **self.options(*names))
