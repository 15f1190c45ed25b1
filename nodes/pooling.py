"""Making signals and images smaller by taking the largest or the mean of every patch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Dim,
    Expr,
    In,
    Int,
    NodeType,
    Out,
    Pair,
    Problem,
    call,
    is_known,
    short,
    smallest,
)


class _Pool2d(NodeType):
    """What pooling over height and width shares; a pool without dilation has one of 1."""

    input = In("N C H W", doc="Images: batch, channels, height, width.")
    output = Out("N C P Q", doc="Smaller images, channel by channel.")

    kernel_size: Any
    stride: Any
    padding: Any
    ceil_mode: Any
    dilation: Any = (1, 1)

    def _axes(self, a: Axes) -> Iterator[tuple[str, Dim, tuple[int, int, int, int]]]:
        steps = self.stride or self.kernel_size
        windows = zip(self.kernel_size, steps, self.padding, self.dilation, strict=True)
        return zip(("H", "W"), (a.H, a.W), windows, strict=True)

    def check(self, a: Axes) -> Iterator[Problem]:
        """The padding is at most half of the kernel, and the kernel fits."""
        for axis, size, window in self._axes(a):
            kernel, step, pad, dilation = window
            reach = dilation * (kernel - 1) + 1
            if pad > kernel // 2:
                yield Problem(
                    "NB212",
                    f"padding is {pad}, but must be at most half of the kernel's {kernel}",
                    param="padding",
                    settings={"padding": short(self._half())},
                )
                return
            if not is_known(size):
                if self.ceil_mode and pad + step > reach:
                    yield _open_axis(axis)
                continue
            length = self._length(size, window)
            if is_known(length) and length < 1:
                yield Problem(
                    "NB207",
                    f"the kernel reaches over {reach} along {axis}, "
                    f"but the padded input has {size + 2 * pad} there",
                    port="input",
                    param="kernel_size",
                    hint="use a smaller kernel, or pool less before",
                )

    def _half(self) -> tuple[int, ...]:
        pairs = zip(self.kernel_size, self.padding, strict=True)
        return tuple(smallest(kernel // 2, pad) for kernel, pad in pairs)

    def _length(self, size: Dim, window: tuple[int, int, int, int]) -> Dim:
        kernel, step, pad, dilation = window
        rest = size + 2 * pad - dilation * (kernel - 1) - 1
        if not self.ceil_mode:
            return rest // step + 1
        length = (rest + step - 1) // step + 1
        # A last patch that would start in the padding behind the input is left out.
        if is_known(length) and is_known(size) and (length - 1) * step >= size + pad:
            return length - 1
        return length

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """The patches slide over height and width."""
        height, width = (self._length(size, window) for _, size, window in self._axes(a))
        return {"P": height, "Q": width}


class MaxPool2d(_Pool2d, id="max_pool2d", title="MaxPool2d", category="Pooling"):
    """Take the largest number of every patch of an image, which makes the image smaller.

    Formula: y(p) = max_k x(stride p + dilation k - padding)

    Source: torch.nn.MaxPool2d

    Also: pool, pooling, subsampling, downsampling
    """

    kernel_size = Pair((2, 2), min=1, max=10_000, unit="px", doc="Height and width of the patches.")
    stride = Pair(
        None,
        min=1,
        max=10_000,
        unit="px",
        optional=True,
        doc="Step from one patch to the next; nothing stands for the kernel's size.",
    )
    padding = Pair((0, 0), min=0, max=5_000, unit="px", doc="What is added on every side.")
    dilation = Pair(
        (1, 1),
        min=1,
        max=10_000,
        unit="px",
        group="Advanced",
        doc="Distance between a patch's points.",
    )
    ceil_mode = Bool(False, group="Advanced", doc="Keep a last patch that reaches over the edge.")

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("stride", "padding", "dilation", "ceil_mode")
        return call("nn.MaxPool2d", short(self.kernel_size), **options)


class AvgPool2d(_Pool2d, id="avg_pool2d", title="AvgPool2d", category="Pooling"):
    """Take the mean of every patch of an image, which makes the image smaller.

    Formula: y(p) = mean_k x(stride p + k - padding)

    Source: torch.nn.AvgPool2d

    Also: mean pooling, average pooling
    """

    kernel_size = Pair((2, 2), min=1, max=10_000, unit="px", doc="Height and width of the patches.")
    stride = Pair(
        None,
        min=1,
        max=10_000,
        unit="px",
        optional=True,
        doc="Step from one patch to the next; nothing stands for the kernel's size.",
    )
    padding = Pair((0, 0), min=0, max=5_000, unit="px", doc="Zeros added on every side.")
    ceil_mode = Bool(False, group="Advanced", doc="Keep a last patch that reaches over the edge.")
    count_include_pad = Bool(True, group="Advanced", doc="Count the added zeros in the mean.")
    divisor_override = Int(
        None,
        min=1,
        max=1_000_000,
        optional=True,
        group="Advanced",
        doc="Divide by this number; nothing stands for the size of the patch.",
    )

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options(
            "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"
        )
        return call("nn.AvgPool2d", short(self.kernel_size), **options)


class AdaptiveAvgPool2d(
    NodeType, id="adaptive_avg_pool2d", title="AdaptiveAvgPool2d", category="Pooling"
):
    """Take means of patches chosen so that images of any size come out at a given size.

    Source: torch.nn.AdaptiveAvgPool2d

    Also: adaptive pooling
    """

    input = In("N C H W", doc="Images: batch, channels, height, width.")
    output = Out("N C P Q", doc="Images of output_size, channel by channel.")

    output_size = Pair((1, 1), min=1, max=10_000, unit="px", doc="Height and width that come out.")

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """Height and width are a parameter."""
        height, width = self.output_size
        return {"P": height, "Q": width}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.AdaptiveAvgPool2d", short(self.output_size))


class GlobalAveragePool(
    NodeType, id="global_average_pool", title="GlobalAveragePool", category="Pooling"
):
    """Take the mean of every channel over all its positions.

    Formula: y_c = mean over all positions of x_c

    Source: torch.mean over the axes behind the channels

    Also: gap, global mean pooling
    """

    input = In("N C L *S", doc="Signals or images: batch, channels, then at least one more axis.")
    output = Out("N C", doc="One number a channel.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Name every axis behind the channels."""
        dims = tuple(range(2, len(a.shape("input"))))
        return x["input"].method("mean", dim=dims if len(dims) > 1 else dims[0])


def _open_axis(axis: str) -> Problem:
    return Problem(
        "NB205",
        f"axis {axis} of input is left open, but with ceil_mode its size decides how many patches there are",
        port="input",
        param="ceil_mode",
        settings={"ceil_mode": False},
    )
