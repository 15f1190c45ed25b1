"""Pooling with random patches, and putting pooled numbers back to where they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Dim,
    Expr,
    Float,
    In,
    NodeType,
    Out,
    Pair,
    Problem,
    Sizes,
    call,
    is_known,
    shape_text,
    short,
)


class FractionalMaxPool2d(
    NodeType, id="fractional_max_pool2d", title="FractionalMaxPool2d", category="Pooling"
):
    """Take the largest numbers of patches at random steps, which makes images smaller by any ratio.

    Formula: y(p) = max_k x(a_p + k), the places a_p at random steps along each axis

    Source: torch.nn.FractionalMaxPool2d; Graham 2014

    When: To make images smaller more slowly than by half, which allows more layers; the random steps
    work against overfitting. They are random outside of training too.

    Also: stochastic pooling

    See: max_pool2d, adaptive_max_pool2d, upsample
    """

    random = True

    input = In("N C H W", doc="Images: batch, channels, height, width.")
    output = Out("N C P Q", doc="Smaller images, channel by channel.")
    indices = Out("N C P Q", dtype="int64", doc="Where it was found; with return_indices.")

    kernel_size = Pair((2, 2), min=1, max=10_000, unit="px", doc="Height and width of the patches.")
    output_size = Pair(
        None,
        min=1,
        max=10_000,
        unit="px",
        optional=True,
        doc="Height and width that come out; nothing stands for output_ratio.",
    )
    output_ratio = Float(
        0.5, min=0.01, max=0.99, doc="The part of height and width that comes out."
    )
    return_indices = Bool(
        False, group="Advanced", doc="Also hand out where the largest numbers are."
    )

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(values)
        if not self.return_indices:
            self.out_ports = self.out_ports[:1]

    def check(self, a: Axes) -> Iterator[Problem]:
        """The patches find room between each other."""
        for place, (axis, size) in enumerate((("H", a.H), ("W", a.W))):
            if not is_known(size):
                if self.output_size is None:
                    yield Problem(
                        "NB205",
                        f"axis {axis} of input is left open, so nobody can say what output_ratio makes of it",
                        port="input",
                        param="output_ratio",
                        hint="give output_size, or give the axis a number at the Input",
                    )
                continue
            kernel, left = self.kernel_size[place], self._length(place, size)
            if left + kernel - 1 > size:
                yield Problem(
                    "NB207",
                    f"{left} patches of {kernel} need at least {left + kernel - 1} along {axis}, but input has {size}",
                    port="input",
                    param="kernel_size",
                    hint="use a smaller kernel, or let less come out",
                )

    def _length(self, place: int, size: Dim) -> int:
        if self.output_size is not None:
            return int(self.output_size[place])
        assert is_known(size)
        return int(size * self.output_ratio)

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """Height and width are a parameter, or a part of what they were."""
        return {"P": self._length(0, a.H), "Q": self._length(1, a.W)}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        wanted = {"output_size": short(self.output_size)}
        if self.output_size is None:
            wanted = {"output_ratio": self.output_ratio}
        options = self.options("return_indices")
        return call("nn.FractionalMaxPool2d", short(self.kernel_size), **wanted, **options)


class _MaxUnpool(NodeType):
    """The way back from a MaxPool; parameters are those of one axis."""

    _space: ClassVar[str]

    kernel_size = Sizes((2,), axes=1, min=1, max=10_000, doc="That of the MaxPool.")
    stride = Sizes(
        None,
        axes=1,
        min=1,
        max=10_000,
        optional=True,
        doc="That of the MaxPool; nothing stands for the kernel's size.",
    )
    padding = Sizes((0,), axes=1, min=0, max=5_000, doc="That of the MaxPool.")
    output_size = Sizes(
        None,
        axes=1,
        min=1,
        max=1_000_000,
        optional=True,
        group="Advanced",
        doc="What comes out, where several sizes pool to the same; nothing stands for the smallest.",
    )

    def _lengths(self, a: Axes) -> list[Dim]:
        """What comes out where nothing else is asked for."""
        steps = self.stride or self.kernel_size
        sizes = [getattr(a, axis) for axis in self._space]
        windows = zip(sizes, self.kernel_size, steps, self.padding, strict=True)
        return [(size - 1) * step - 2 * pad + kernel for size, kernel, step, pad in windows]

    def check(self, a: Axes) -> Iterator[Problem]:
        """Places are int64, and a wanted size is less than a step off."""
        if a.dtype("indices") != "int64":
            found = a.dtype("indices")
            message = f"indices is {found}, but takes int64, as MaxPool with return_indices gives"
            yield Problem("NB204", message, port="indices")
        if self.output_size is None:
            return
        lengths = self._lengths(a)
        for wanted, length, step in zip(
            self.output_size, lengths, self.stride or self.kernel_size, strict=True
        ):
            if is_known(length) and abs(wanted - length) >= step:
                yield Problem(
                    "NB212",
                    f"output_size is {shape_text(self.output_size)}, but must be less than a step of "
                    f"{shape_text(self.stride or self.kernel_size)} off {shape_text(lengths)}",
                    param="output_size",
                    settings={"output_size": None},
                )
                return

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """The inverse of pooling's rule."""
        return dict(zip("PQR", self.output_size or self._lengths(a), strict=False))

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("stride", "padding")
        return call(f"nn.{self.title}", short(self.kernel_size), **options)

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the module, with the size where one is wanted."""
        assert module is not None
        options = {} if self.output_size is None else {"output_size": self.output_size}
        return Call(module, (x["input"], x["indices"]), tuple(options.items()))


class MaxUnpool1d(_MaxUnpool, id="max_unpool1d", title="MaxUnpool1d", category="Pooling"):
    """Put what MaxPool1d took back to where it was found, and zeros everywhere else.

    Formula: P = (L - 1) stride - 2 padding + kernel_size

    Source: torch.nn.MaxUnpool1d

    When: On the way up of an autoencoder, with the places from the MaxPool1d of the same size.

    Also: unpooling, inverse pooling

    See: max_pool1d, upsample, conv_transpose1d
    """

    _space = "L"

    input = In("N C L", doc="Signals: batch, channels, length.")
    indices = In("N C L", dtype="int", doc="The places, from a MaxPool1d with return_indices.")
    output = Out("N C P", doc="Longer signals.")


class MaxUnpool2d(_MaxUnpool, id="max_unpool2d", title="MaxUnpool2d", category="Pooling"):
    """Put what MaxPool2d took back to where it was found, and zeros everywhere else.

    Formula: P = (H - 1) stride - 2 padding + kernel_size

    Source: torch.nn.MaxUnpool2d; Zeiler et al. 2011

    When: On the way up of an autoencoder or a SegNet, with the places from the MaxPool2d of the same
    size: edges stay sharp. Upsample and ConvTranspose2d need no places.

    Also: max unpool, unpooling, inverse pooling, segnet

    See: max_pool2d, upsample, conv_transpose2d
    """

    _space = "HW"

    input = In("N C H W", doc="Images: batch, channels, height, width.")
    indices = In("N C H W", dtype="int", doc="The places, from a MaxPool2d with return_indices.")
    output = Out("N C P Q", doc="Larger images.")

    kernel_size = Pair((2, 2), min=1, max=10_000, unit="px", doc="That of the MaxPool2d.")
    stride = Pair(
        None,
        min=1,
        max=10_000,
        unit="px",
        optional=True,
        doc="That of the MaxPool2d; nothing stands for the kernel's size.",
    )
    padding = Pair((0, 0), min=0, max=5_000, unit="px", doc="That of the MaxPool2d.")
    output_size = Pair(
        None,
        min=1,
        max=1_000_000,
        unit="px",
        optional=True,
        group="Advanced",
        doc="What comes out, where several sizes pool to the same; nothing stands for the smallest.",
    )


class MaxUnpool3d(_MaxUnpool, id="max_unpool3d", title="MaxUnpool3d", category="Pooling"):
    """Put what MaxPool3d took back to where it was found, and zeros everywhere else.

    Formula: P = (D - 1) stride - 2 padding + kernel_size

    Source: torch.nn.MaxUnpool3d

    When: On the way up of an autoencoder for volumes, with the places from the MaxPool3d of the same
    size.

    Also: unpooling, inverse pooling

    See: max_pool3d, upsample, conv_transpose3d
    """

    _space = "DHW"

    input = In("N C D H W", doc="Volumes: batch, channels, depth, height, width.")
    indices = In("N C D H W", dtype="int", doc="The places, from a MaxPool3d with return_indices.")
    output = Out("N C P Q R", doc="Larger volumes.")

    kernel_size = Sizes((2, 2, 2), axes=3, min=1, max=10_000, doc="That of the MaxPool3d.")
    stride = Sizes(
        None,
        axes=3,
        min=1,
        max=10_000,
        optional=True,
        doc="That of the MaxPool3d; nothing stands for the kernel's size.",
    )
    padding = Sizes((0, 0, 0), axes=3, min=0, max=5_000, doc="That of the MaxPool3d.")
    output_size = Sizes(
        None,
        axes=3,
        min=1,
        max=1_000_000,
        optional=True,
        group="Advanced",
        doc="What comes out, where several sizes pool to the same; nothing stands for the smallest.",
    )
