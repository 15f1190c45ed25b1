"""Pooling to a given size, or to one number a channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Dim,
    Expr,
    In,
    NodeType,
    Out,
    Pair,
    Sizes,
    TensorType,
    call,
    product,
    short,
)


class _Adaptive(NodeType):
    """Pooling to a size that is a parameter; the parameter is that of one axis."""

    output_size = Sizes((1,), axes=1, min=1, max=10_000, doc="Length that comes out.")

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """The sizes are a parameter."""
        return dict(zip("PQR", self.output_size, strict=False))

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call(f"nn.{self.title}", short(self.output_size))


class _Signals(_Adaptive):
    """Pooling along a length."""

    input = In("N C L", doc="Signals: batch, channels, length.")
    output = Out("N C P", doc="Signals of output_size, channel by channel.")


class _Images(_Adaptive):
    """Pooling over height and width."""

    input = In("N C H W", doc="Images: batch, channels, height, width.")
    output = Out("N C P Q", doc="Images of output_size, channel by channel.")

    output_size = Pair((1, 1), min=1, max=10_000, unit="px", doc="Height and width that come out.")


class _Volumes(_Adaptive):
    """Pooling over depth, height and width."""

    input = In("N C D H W", doc="Volumes: batch, channels, depth, height, width.")
    output = Out("N C P Q R", doc="Volumes of output_size, channel by channel.")

    output_size = Sizes(
        (1, 1, 1), axes=3, min=1, max=10_000, doc="Depth, height and width that come out."
    )


class AdaptiveAvgPool1d(
    _Signals, id="adaptive_avg_pool1d", title="AdaptiveAvgPool1d", category="Pooling"
):
    """Take means of patches chosen so that signals of any length come out at a given length.

    Formula: y(p) = mean of x(l), p L / P <= l < (p + 1) L / P, rounded outwards

    Source: torch.nn.AdaptiveAvgPool1d

    When: Between Conv1d layers and a Linear, so that signals of any length go through.

    Also: adaptive pooling, average pooling, mean pooling

    See: adaptive_max_pool1d, avg_pool1d, global_average_pool
    """


class AdaptiveAvgPool2d(
    _Images, id="adaptive_avg_pool2d", title="AdaptiveAvgPool2d", category="Pooling"
):
    """Take means of patches chosen so that images of any size come out at a given size.

    Formula: y(p) = mean of x(l), p L / P <= l < (p + 1) L / P along each axis, rounded outwards

    Source: torch.nn.AdaptiveAvgPool2d

    When: Between Conv2d layers and a Linear, so that images of any size go through. For output_size 1,
    GlobalAveragePool says the same and needs no Flatten.

    Also: adaptive pooling, adaptive avg pool, average pooling, mean pooling

    See: global_average_pool, adaptive_max_pool2d, avg_pool2d, upsample
    """


class AdaptiveAvgPool3d(
    _Volumes, id="adaptive_avg_pool3d", title="AdaptiveAvgPool3d", category="Pooling"
):
    """Take means of patches chosen so that volumes of any size come out at a given size.

    Formula: y(p) = mean of x(l), p L / P <= l < (p + 1) L / P along each axis, rounded outwards

    Source: torch.nn.AdaptiveAvgPool3d

    When: Between Conv3d layers and a Linear, so that volumes of any size go through.

    Also: adaptive pooling, average pooling, mean pooling

    See: global_average_pool, adaptive_max_pool3d, avg_pool3d
    """


class _AdaptiveMax(_Adaptive):
    """The largest numbers, and on demand where they are."""

    return_indices = Bool(
        False, group="Advanced", doc="Also hand out where the largest numbers are."
    )

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(values)
        if not self.return_indices:
            self.out_ports = self.out_ports[:1]

    def extra_memory(self, x: Mapping[str, TensorType], y: Mapping[str, TensorType]) -> Dim:
        """Where each number was found, as int64."""
        return 8 * product(y["output"].shape)

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("return_indices")
        return call(f"nn.{self.title}", short(self.output_size), **options)


class AdaptiveMaxPool1d(
    _AdaptiveMax, _Signals, id="adaptive_max_pool1d", title="AdaptiveMaxPool1d", category="Pooling"
):
    """Take the largest numbers of patches chosen so that signals come out at a given length.

    Formula: y(p) = max of x(l), p L / P <= l < (p + 1) L / P, rounded outwards

    Source: torch.nn.AdaptiveMaxPool1d

    When: As AdaptiveAvgPool1d, where it counts whether something occurs and not how often.

    Also: adaptive pooling, max over time

    See: adaptive_avg_pool1d, max_pool1d, global_max_pool
    """

    indices = Out("N C P", dtype="int64", doc="Where it was found; with return_indices.")


class AdaptiveMaxPool2d(
    _AdaptiveMax, _Images, id="adaptive_max_pool2d", title="AdaptiveMaxPool2d", category="Pooling"
):
    """Take the largest numbers of patches chosen so that images come out at a given size.

    Formula: y(p) = max of x(l), p L / P <= l < (p + 1) L / P along each axis, rounded outwards

    Source: torch.nn.AdaptiveMaxPool2d

    When: As AdaptiveAvgPool2d, where it counts whether something occurs and not how much of it.

    Also: adaptive pooling, adaptive max pool

    See: adaptive_avg_pool2d, max_pool2d, global_max_pool
    """

    indices = Out("N C P Q", dtype="int64", doc="Where it was found; with return_indices.")


class AdaptiveMaxPool3d(
    _AdaptiveMax, _Volumes, id="adaptive_max_pool3d", title="AdaptiveMaxPool3d", category="Pooling"
):
    """Take the largest numbers of patches chosen so that volumes come out at a given size.

    Formula: y(p) = max of x(l), p L / P <= l < (p + 1) L / P along each axis, rounded outwards

    Source: torch.nn.AdaptiveMaxPool3d

    When: As AdaptiveAvgPool3d, where it counts whether something occurs and not how much of it.

    Also: adaptive pooling

    See: adaptive_avg_pool3d, max_pool3d, global_max_pool
    """

    indices = Out("N C P Q R", dtype="int64", doc="Where it was found; with return_indices.")


class _Global(NodeType):
    """One number for every channel; ``_method`` is the tensor's."""

    _method: str

    input = In("N C L *S", doc="Signals or images: batch, channels, then at least one more axis.")
    output = Out("N C", doc="One number a channel.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Name every axis behind the channels."""
        dims = tuple(range(2, len(a.shape("input"))))
        return x["input"].method(self._method, dim=dims if len(dims) > 1 else dims[0])


class GlobalAveragePool(
    _Global, id="global_average_pool", title="GlobalAveragePool", category="Pooling"
):
    """Take the mean of every channel over all its positions.

    Formula: y_c = mean over all positions of x_c

    Source: torch.mean over the axes behind the channels

    When: Between the convolutions and the last Linear of a classifier; it has no weights and takes
    images of any size. Where places matter, take Flatten.

    Also: gap, global mean pooling

    See: global_max_pool, flatten, adaptive_avg_pool2d, mean
    """

    _method = "mean"


class GlobalMaxPool(_Global, id="global_max_pool", title="GlobalMaxPool", category="Pooling"):
    """Take the largest number of every channel over all its positions.

    Formula: y_c = max over all positions of x_c

    Source: torch.amax over the axes behind the channels

    When: In place of GlobalAveragePool where what is looked for is small: one strong place is enough.
    Only that place learns, so training is slower.

    Also: gmp, max over time

    See: global_average_pool, adaptive_max_pool2d, max
    """

    _method = "amax"
