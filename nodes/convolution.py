"""Learned kernels slid over signals, images and volumes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Choice,
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
    is_known,
    product,
    short,
)

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _Convolution(NormedNodeType):
    """A convolution; the axes it slides over are ``_space``, and parameters are those of one axis."""

    _space: ClassVar[str]

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
        "zeros", _PADDING_MODES, group="Advanced", doc="What is added on the sides."
    )

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
                param="stride",
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

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """How often the kernel fits along every axis."""
        return {"O": self.out_channels, **dict(zip("PQR", self._slide(a), strict=False))}

    def _slide(self, a: Axes) -> list[Dim]:
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

    def _kernels(self, a: Axes) -> Shape:
        """A kernel for every output channel, over the input channels of its group."""
        return (self.out_channels, a.C // self.groups, *self.kernel_size)

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """The kernels, and an offset for each."""
        weights: dict[str, Shape] = {"weight": self._kernels(a)}
        return self.normed({**weights, "bias": (self.out_channels,)} if self.bias else weights)

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """One multiply-add for every weight, sample and position of the output."""
        batch, _, *positions = y["output"].shape
        return 2 * batch * product(positions) * product(self._kernels(a))

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call(
            f"nn.{self.title}",
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

    When: For sound, sensor values and sequences where patterns are short and may occur anywhere. What
    lies far apart is better seen by a recurrent layer or by attention. Channels come before the steps.

    Also: temporal convolution, tcn

    See: conv2d, lstm, multihead_attention, conv_transpose1d, max_pool1d
    """

    _space = "L"

    input = In("N C L", known="C", doc="Signals: batch, channels, length.")
    output = Out("N O P", doc="One channel for every kernel.")


class Conv2d(_Convolution, id="conv2d", title="Conv2d", category="Convolution"):
    """Slide learned kernels over the height and width of a batch of images.

    Formula: y_o(p) = b_o + sum_c sum_k w_oc(k) x_c(stride p + dilation k - padding)

    Source: torch.nn.Conv2d

    When: For images and all else where the same pattern may occur anywhere. Where every place has a
    meaning of its own, as in tables, Linear does better.

    Also: conv, convolution, convolutional layer, cnn, spectral norm, weight norm

    See: conv_transpose2d, max_pool2d, batch_norm2d, linear, conv3d
    """

    _space = "HW"

    input = In("N C H W", known="C", doc="Images: batch, channels, height, width.")
    output = Out("N O P Q", doc="One channel for every kernel.")

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


class Conv3d(_Convolution, id="conv3d", title="Conv3d", category="Convolution"):
    """Slide learned kernels over the depth, height and width of a batch of volumes.

    Formula: y_o(p) = b_o + sum_c sum_k w_oc(k) x_c(stride p + dilation k - padding)

    Source: torch.nn.Conv3d

    When: For scans of bodies and for short films, with time as depth. It takes much memory; where
    slices say enough by themselves, Conv2d is far quicker.

    Also: volumetric convolution, video, voxels

    See: conv2d, conv_transpose3d, max_pool3d, batch_norm3d
    """

    _space = "DHW"

    input = In("N C D H W", known="C", doc="Volumes: batch, channels, depth, height, width.")
    output = Out("N O P Q R", doc="One channel for every kernel.")

    kernel_size = Sizes(
        (3, 3, 3), axes=3, min=1, max=10_000, doc="Depth, height and width of the kernels."
    )
    stride = Sizes((1, 1, 1), axes=3, min=1, max=10_000, doc="Step from one position to the next.")
    padding = Sizes(
        (0, 0, 0),
        axes=3,
        min=0,
        max=10_000,
        words=("valid", "same"),
        doc="What is added on every side; same keeps all three sizes, valid adds nothing.",
    )
    dilation = Sizes(
        (1, 1, 1),
        axes=3,
        min=1,
        max=10_000,
        group="Advanced",
        doc="Distance between a kernel's points.",
    )
