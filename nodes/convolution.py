"""Learned kernels slid over signals and images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Choice,
    Dim,
    In,
    Int,
    Out,
    Pair,
    Problem,
    Shape,
    Sizes,
    TensorType,
    WeightedNodeType,
    call,
    is_known,
    nearest_divisor,
    product,
    short,
)

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _Convolution(WeightedNodeType):
    """What convolutions over one and two axes share; the axes they slide over are ``_space``."""

    _space: ClassVar[str]

    out_channels: Any
    kernel_size: Any
    stride: Any
    padding: Any
    dilation: Any
    groups: Any
    bias: Any
    padding_mode: Any

    def _sizes(self, a: Axes) -> tuple[Dim, ...]:
        return tuple(getattr(a, axis) for axis in self._space)

    def _pads(self) -> list[tuple[int, int]]:
        """What is added before and behind every axis."""
        if self.padding == "valid":
            return [(0, 0)] * len(self._space)
        if self.padding == "same":
            whole = [d * (k - 1) for k, d in zip(self.kernel_size, self.dilation, strict=True)]
            return [(both // 2, both - both // 2) for both in whole]
        return [(p, p) for p in self.padding]

    def check(self, a: Axes) -> Iterator[Problem]:
        """Groups divide the channels, and the kernel fits into the padded input."""
        yield from group_problems(a.C, self.out_channels, self.groups)
        if self.padding == "same" and any(step != 1 for step in self.stride):
            yield Problem(
                "NB212",
                f"padding is same, but stride is {short(self.stride)}; same needs stride 1",
                param="padding",
                hint="give the padding as a number, or set stride to 1",
                settings={"stride": 1},
            )
        yield from self._fit(a)

    def _fit(self, a: Axes) -> Iterator[Problem]:
        sides = zip(
            self._space,
            self._sizes(a),
            self.kernel_size,
            self.dilation,
            self._pads(),
            strict=True,
        )
        for axis, size, kernel, dilation, (before, behind) in sides:
            if not is_known(size):
                continue
            yield from self._mode_problems(axis, size, max(before, behind))
            reach, room = dilation * (kernel - 1) + 1, size + before + behind
            if reach > room:
                yield Problem(
                    "NB207",
                    f"the kernel reaches over {reach} along {axis}, but the padded input has {room} there",
                    port="input",
                    param="kernel_size",
                    hint="use a smaller kernel or dilation, or more padding",
                )

    def _mode_problems(self, axis: str, size: int, pad: int) -> Iterator[Problem]:
        most = {"reflect": size - 1, "circular": size}.get(self.padding_mode, pad)
        if pad > most:
            yield Problem(
                "NB212",
                f"padding_mode {self.padding_mode} adds {pad} along {axis}, "
                f"but of {size} it can add at most {most}",
                param="padding",
                hint="use less padding, or padding_mode zeros",
                settings={"padding_mode": "zeros"},
            )

    def _slide(self, a: Axes) -> list[Dim]:
        """How often the kernel fits along every axis."""
        if self.padding == "same":
            return list(self._sizes(a))
        return [
            (size + before + behind - dilation * (kernel - 1) - 1) // step + 1
            for size, kernel, dilation, step, (before, behind) in zip(
                self._sizes(a),
                self.kernel_size,
                self.dilation,
                self.stride,
                self._pads(),
                strict=True,
            )
        ]

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """A kernel for every output channel, over the input channels of its group."""
        weights: dict[str, Shape] = {
            "weight": (self.out_channels, a.C // self.groups, *self.kernel_size)
        }
        return {**weights, "bias": (self.out_channels,)} if self.bias else weights

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """One multiply-add for every weight, sample and position of the output."""
        batch, _, *positions = y["output"].shape
        return 2 * batch * product(positions) * product(self.weights(a)["weight"])

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call(
            f"nn.Conv{len(self._space)}d",
            a.C,
            self.out_channels,
            short(self.kernel_size),
            **self.options("stride", "padding", "dilation", "groups", "bias", "padding_mode"),
            **self.dtype_option(a.dtype("input")),
        )


class Conv1d(_Convolution, id="conv1d", title="Conv1d", category="Convolution"):
    """Slide learned kernels along the length of a batch of signals or sequences.

    Formula: y_o(p) = b_o + sum_c sum_k w_oc(k) x_c(stride p + dilation k - padding)

    Source: torch.nn.Conv1d

    Also: temporal convolution, tcn
    """

    _space = "L"

    input = In("N C L", known="C", doc="Signals: batch, channels, length.")
    output = Out("N O P", doc="One channel for every kernel.")

    out_channels = Int(
        32, min=1, max=1_000_000, doc="Number of kernels, and of channels that come out."
    )
    kernel_size = Sizes((3,), axes=1, min=1, max=10_000, doc="Length of the kernels.")
    stride = Sizes((1,), axes=1, min=1, max=10_000, doc="Step from one position to the next.")
    padding = Sizes(
        (0,),
        axes=1,
        min=0,
        max=10_000,
        words=("valid", "same"),
        doc="What is added at both ends; same keeps the length, valid adds nothing.",
    )
    dilation = Sizes(
        (1,), axes=1, min=1, max=10_000, group="Advanced", doc="Distance between a kernel's points."
    )
    groups = Int(
        1,
        min=1,
        max=1_000_000,
        group="Advanced",
        doc="Blocks of channels that are convolved apart.",
    )
    bias = Bool(True, doc="Add a learned offset to every output channel.")
    padding_mode = Choice(
        "zeros", _PADDING_MODES, group="Advanced", doc="What is added at the ends."
    )

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """The kernels slide along the length."""
        return {"O": self.out_channels, "P": self._slide(a)[0]}


class Conv2d(_Convolution, id="conv2d", title="Conv2d", category="Convolution"):
    """Slide learned kernels over the height and width of a batch of images.

    Formula: y_o(p) = b_o + sum_c sum_k w_oc(k) x_c(stride p + dilation k - padding)

    Source: torch.nn.Conv2d

    Also: conv, convolution, convolutional layer, cnn
    """

    _space = "HW"

    input = In("N C H W", known="C", doc="Images: batch, channels, height, width.")
    output = Out("N O P Q", doc="One channel for every kernel.")

    out_channels = Int(
        32, min=1, max=1_000_000, doc="Number of kernels, and of channels that come out."
    )
    kernel_size = Pair((3, 3), min=1, max=10_000, unit="px", doc="Height and width of the kernels.")
    stride = Pair((1, 1), min=1, max=10_000, unit="px", doc="Step from one position to the next.")
    padding = Pair(
        (0, 0),
        min=0,
        max=10_000,
        words=("valid", "same"),
        unit="px",
        doc="What is added on every side; same keeps height and width, valid adds nothing.",
    )
    dilation = Pair(
        (1, 1),
        min=1,
        max=10_000,
        unit="px",
        group="Advanced",
        doc="Distance between a kernel's points.",
    )
    groups = Int(
        1,
        min=1,
        max=1_000_000,
        group="Advanced",
        doc="Blocks of channels that are convolved apart.",
    )
    bias = Bool(True, doc="Add a learned offset to every output channel.")
    padding_mode = Choice(
        "zeros", _PADDING_MODES, group="Advanced", doc="What is added on the sides."
    )

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """The kernels slide over height and width."""
        height, width = self._slide(a)
        return {"O": self.out_channels, "P": height, "Q": width}


class ConvTranspose2d(
    WeightedNodeType, id="conv_transpose2d", title="ConvTranspose2d", category="Convolution"
):
    """Spread every point of a batch of images over a learned kernel, which makes images larger.

    Formula: P = (H - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1

    Source: torch.nn.ConvTranspose2d

    Also: deconvolution, deconv, transposed convolution, upconv, upsampling
    """

    input = In("N C H W", known="C", doc="Images: batch, channels, height, width.")
    output = Out("N O P Q", doc="Larger images, with out_channels channels.")

    out_channels = Int(32, min=1, max=1_000_000, doc="Number of channels that come out.")
    kernel_size = Pair((2, 2), min=1, max=10_000, unit="px", doc="Height and width of the kernels.")
    stride = Pair(
        (1, 1), min=1, max=10_000, unit="px", doc="How far apart the input's points are spread."
    )
    padding = Pair(
        (0, 0), min=0, max=10_000, unit="px", doc="How much is cut off on every side of the output."
    )
    output_padding = Pair(
        (0, 0),
        min=0,
        max=10_000,
        unit="px",
        group="Advanced",
        doc="Rows and columns added at the bottom and the right, to meet a wanted size.",
    )
    groups = Int(
        1, min=1, max=1_000_000, group="Advanced", doc="Blocks of channels that are treated apart."
    )
    bias = Bool(True, doc="Add a learned offset to every output channel.")
    dilation = Pair(
        (1, 1),
        min=1,
        max=10_000,
        unit="px",
        group="Advanced",
        doc="Distance between a kernel's points.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """Groups divide the channels, and output_padding stays below a step."""
        yield from group_problems(a.C, self.out_channels, self.groups)
        for extra, step, dilation in zip(
            self.output_padding, self.stride, self.dilation, strict=True
        ):
            if extra >= max(step, dilation):
                yield Problem(
                    "NB212",
                    f"output_padding is {extra}, but must be smaller than stride {step} or dilation {dilation}",
                    param="output_padding",
                    settings={"output_padding": 0},
                )
                return

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """The inverse of a convolution's rule."""
        height, width = (
            (size - 1) * step - 2 * pad + dilation * (kernel - 1) + extra + 1
            for size, step, pad, dilation, kernel, extra in zip(
                (a.H, a.W),
                self.stride,
                self.padding,
                self.dilation,
                self.kernel_size,
                self.output_padding,
                strict=True,
            )
        )
        return {"O": self.out_channels, "P": height, "Q": width}

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """A kernel for every input channel, over the output channels of its group."""
        weights: dict[str, Shape] = {
            "weight": (a.C, self.out_channels // self.groups, *self.kernel_size)
        }
        return {**weights, "bias": (self.out_channels,)} if self.bias else weights

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """One multiply-add for every weight, sample and position of the input."""
        positions: tuple[Dim, ...] = (a.N, a.H, a.W)
        return 2 * product(positions) * product(self.weights(a)["weight"])

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call(
            "nn.ConvTranspose2d",
            a.C,
            self.out_channels,
            short(self.kernel_size),
            **self.options("stride", "padding", "output_padding", "groups", "bias", "dilation"),
            **self.dtype_option(a.dtype("input")),
        )


def group_problems(channels: int, out_channels: int, groups: int) -> Iterator[Problem]:
    """Yield a problem where the channels that come in or go out do not fall into ``groups``."""
    for what, number in (("input has", channels), ("out_channels is", out_channels)):
        if number % groups:
            nearest = nearest_divisor(groups, channels, out_channels)
            yield Problem(
                "NB203",
                f"{what} {number}, which {groups} groups do not divide",
                param="groups",
                hint=f"use a common divisor of {channels} and {out_channels}, such as {nearest}",
                settings={"groups": nearest},
            )
            return
