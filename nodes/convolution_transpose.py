"""Learned kernels that every point is spread over, which makes signals, images and volumes larger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Dim,
    In,
    Int,
    NormedNodeType,
    Out,
    Pair,
    Problem,
    Shape,
    Sizes,
    TensorType,
    call,
    group_problems,
    product,
    short,
)


class _ConvTranspose(NormedNodeType):
    """A transposed convolution; its axes are ``_space``, and parameters are those of one axis."""

    _space: ClassVar[str]

    out_channels = Int(32, min=1, max=1_000_000, doc="Number of channels that come out.")
    kernel_size = Sizes((2,), axes=1, min=1, max=10_000, doc="Length of the kernels.")
    stride = Sizes(
        (1,), axes=1, min=1, max=10_000, doc="How far apart the input's points are spread."
    )
    padding = Sizes(
        (0,), axes=1, min=0, max=10_000, doc="How much is cut off at both ends of the output."
    )
    output_padding = Sizes(
        (0,),
        axes=1,
        min=0,
        max=10_000,
        group="Advanced",
        doc="Points added at the end, to meet a wanted length.",
    )
    groups = Int(
        1, min=1, max=1_000_000, group="Advanced", doc="Blocks of channels that are treated apart."
    )
    bias = Bool(True, doc="Add a learned offset to every output channel.")
    dilation = Sizes(
        (1,), axes=1, min=1, max=10_000, group="Advanced", doc="Distance between a kernel's points."
    )

    def _sizes(self, a: Axes) -> tuple[Dim, ...]:
        return tuple(getattr(a, axis) for axis in self._space)

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
        lengths = [
            (size - 1) * step - 2 * pad + dilation * (kernel - 1) + extra + 1
            for size, step, pad, dilation, kernel, extra in zip(
                self._sizes(a),
                self.stride,
                self.padding,
                self.dilation,
                self.kernel_size,
                self.output_padding,
                strict=True,
            )
        ]
        return {"O": self.out_channels, **dict(zip("PQR", lengths, strict=False))}

    def _kernels(self, a: Axes) -> Shape:
        """A kernel for every input channel, over the output channels of its group."""
        return (a.C, self.out_channels // self.groups, *self.kernel_size)

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """The kernels, and an offset for every output channel."""
        weights: dict[str, Shape] = {"weight": self._kernels(a)}
        return self.normed({**weights, "bias": (self.out_channels,)} if self.bias else weights)

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """One multiply-add for every weight, sample and position of the input."""
        return 2 * product((a.N, *self._sizes(a))) * product(self._kernels(a))

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call(
            f"nn.{self.title}",
            a.C,
            self.out_channels,
            short(self.kernel_size),
            **self.options("stride", "padding", "output_padding", "groups", "bias", "dilation"),
            **self.dtype_option(a.dtype("input")),
        )


class ConvTranspose1d(
    _ConvTranspose, id="conv_transpose1d", title="ConvTranspose1d", category="Convolution"
):
    """Spread every point of a batch of signals over a learned kernel, which makes signals longer.

    Formula: P = (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1

    Source: torch.nn.ConvTranspose1d

    When: To make sound or other signals from shorter ones, as decoders do. A kernel_size that is a
    multiple of stride avoids regular hums; or take Upsample and then Conv1d.

    Also: deconvolution, deconv, transposed convolution, upconv, upsampling

    See: conv1d, upsample, conv_transpose2d
    """

    _space = "L"

    input = In("N C L", known="C", doc="Signals: batch, channels, length.")
    output = Out("N O P", doc="Longer signals, with out_channels channels.")


class ConvTranspose2d(
    _ConvTranspose, id="conv_transpose2d", title="ConvTranspose2d", category="Convolution"
):
    """Spread every point of a batch of images over a learned kernel, which makes images larger.

    Formula: P = (H - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1

    Source: torch.nn.ConvTranspose2d

    When: In decoders, generators and the way up of a U-Net; kernel_size 2 and stride 2 double an image.
    Where a chequered pattern shows, take Upsample and then Conv2d.

    Also: conv transpose, deconvolution, deconv, transposed convolution, upconv, upsampling

    See: upsample, pixel_shuffle, conv2d, crop
    """

    _space = "HW"

    input = In("N C H W", known="C", doc="Images: batch, channels, height, width.")
    output = Out("N O P Q", doc="Larger images, with out_channels channels.")

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
    dilation = Pair(
        (1, 1),
        min=1,
        max=10_000,
        unit="px",
        group="Advanced",
        doc="Distance between a kernel's points.",
    )


class ConvTranspose3d(
    _ConvTranspose, id="conv_transpose3d", title="ConvTranspose3d", category="Convolution"
):
    """Spread every point of a batch of volumes over a learned kernel, which makes volumes larger.

    Formula: P = (D - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1

    Source: torch.nn.ConvTranspose3d

    When: On the way up of a U-Net for scans, and to make volumes or short films. Upsample and then
    Conv3d takes more time but leaves no regular pattern.

    Also: deconvolution, deconv, transposed convolution, upconv, upsampling, voxels

    See: conv3d, upsample, conv_transpose2d, crop
    """

    _space = "DHW"

    input = In("N C D H W", known="C", doc="Volumes: batch, channels, depth, height, width.")
    output = Out("N O P Q R", doc="Larger volumes, with out_channels channels.")

    kernel_size = Sizes(
        (2, 2, 2), axes=3, min=1, max=10_000, doc="Depth, height and width of the kernels."
    )
    stride = Sizes(
        (1, 1, 1), axes=3, min=1, max=10_000, doc="How far apart the input's points are spread."
    )
    padding = Sizes(
        (0, 0, 0), axes=3, min=0, max=10_000, doc="How much is cut off on every side of the output."
    )
    output_padding = Sizes(
        (0, 0, 0),
        axes=3,
        min=0,
        max=10_000,
        group="Advanced",
        doc="Points added at the end of every axis, to meet a wanted size.",
    )
    dilation = Sizes(
        (1, 1, 1),
        axes=3,
        min=1,
        max=10_000,
        group="Advanced",
        doc="Distance between a kernel's points.",
    )
