"""Normalizing every channel over a batch, or over each sample, with running statistics if wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Float,
    In,
    Out,
    Problem,
    ScaleNodeType,
    Shape,
    call,
    is_known,
    product,
    shape_text,
)


class _ChannelNorm(ScaleNodeType):
    """What normalizations of channels share: torch's parameters, and the title as layer's name."""

    eps = Float(
        1e-5,
        min=1e-12,
        max=1.0,
        group="Advanced",
        doc="Added to the variance, against dividing by 0.",
    )
    momentum = Float(
        0.1,
        min=0.0,
        max=1.0,
        optional=True,
        group="Advanced",
        doc="Share of a new batch in the running statistics; nothing takes a plain mean of all.",
    )
    affine = Bool(True, doc="Learn a scale and an offset for every channel.")
    track_running_stats = Bool(
        True, group="Advanced", doc="Keep running statistics for use after training."
    )

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """A scale and an offset for every channel."""
        return {"weight": (a.C,), "bias": (a.C,)} if self.affine else {}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("eps", "momentum", "affine", "track_running_stats")
        return call(f"nn.{self.title}", a.C, **options, **self.dtype_option(a.dtype("input")))


class _BatchNorm(_ChannelNorm):
    """Statistics over the batch and all positions."""

    def _one_value_problems(self, a: Axes, positions: Shape) -> Iterator[Problem]:
        values = product((a.N, *positions))
        if is_known(values) and values == 1:
            yield Problem(
                "NB212",
                "input has a single number for every channel, but training needs more than one",
                port="input",
            )


class BatchNorm1d(_BatchNorm, id="batch_norm1d", title="BatchNorm1d", category="Normalization"):
    """Bring every feature or channel of a batch to mean 0 and variance 1, then scale and shift it.

    Formula: y = (x - mean) / sqrt(variance + eps) weight + bias, over the batch and the length

    Source: torch.nn.BatchNorm1d; Ioffe and Szegedy 2015

    When: Behind a Linear or Conv1d, before its activation, with batches of 16 samples and more. With
    small batches or sequences of many lengths take LayerNorm.

    Also: bn1d, batch normalization, batchnorm

    See: batch_norm2d, layer_norm, instance_norm1d
    """

    input = In("N C *S", known="C", doc="Features (N C), or signals with a length (N C L).")
    output = Out("N C *S", doc="The same shape.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """There is at most one axis behind the channels."""
        if len(a.S) > 1:
            yield Problem(
                "NB201",
                f"input got {shape_text(a.shape('input'))}, which has {len(a.S) + 2} axes, but takes 2 or 3: N x C or N x C x L",
                port="input",
                hint="use BatchNorm2d for images",
            )
        yield from self._one_value_problems(a, a.S)


class BatchNorm2d(_BatchNorm, id="batch_norm2d", title="BatchNorm2d", category="Normalization"):
    """Bring every channel of a batch of images to mean 0 and variance 1, then scale and shift it.

    Formula: y = (x - mean) / sqrt(variance + eps) weight + bias, over batch, height and width

    Source: torch.nn.BatchNorm2d; Ioffe and Szegedy 2015

    When: Behind a Conv2d without bias, before its activation, with batches of 16 images and more.
    With small batches take GroupNorm.

    Also: bn, batchnorm, batch normalization, normalization

    See: group_norm, instance_norm2d, batch_norm1d, batch_norm3d
    """

    input = In("N C H W", known="C", doc="Images: batch, channels, height, width.")
    output = Out("N C H W", doc="The same shape.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Training needs more than one number a channel."""
        yield from self._one_value_problems(a, (a.H, a.W))


class BatchNorm3d(_BatchNorm, id="batch_norm3d", title="BatchNorm3d", category="Normalization"):
    """Bring every channel of a batch of volumes to mean 0 and variance 1, then scale and shift it.

    Formula: y = (x - mean) / sqrt(variance + eps) weight + bias, over batch, depth, height and width

    Source: torch.nn.BatchNorm3d; Ioffe and Szegedy 2015

    When: Behind a Conv3d without bias. Volumes often leave room for few samples in a batch; take
    GroupNorm or InstanceNorm3d then.

    Also: bn3d, batchnorm, batch normalization

    See: group_norm, instance_norm3d, batch_norm2d
    """

    input = In("N C D H W", known="C", doc="Volumes: batch, channels, depth, height, width.")
    output = Out("N C D H W", doc="The same shape.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Training needs more than one number a channel."""
        yield from self._one_value_problems(a, (a.D, a.H, a.W))


class _InstanceNorm(_ChannelNorm):
    """Statistics over the positions of every sample."""

    affine = Bool(False, doc="Learn a scale and an offset for every channel.")
    track_running_stats = Bool(
        False, group="Advanced", doc="Keep running statistics for use after training."
    )

    def _one_position_problems(self, positions: Shape) -> Iterator[Problem]:
        values = product(positions)
        if is_known(values) and values == 1:
            yield Problem(
                "NB212",
                "input has a single number for every channel of a sample, but training needs more than one",
                port="input",
            )


class InstanceNorm1d(
    _InstanceNorm, id="instance_norm1d", title="InstanceNorm1d", category="Normalization"
):
    """Bring every channel of each signal to mean 0 and variance 1 by itself.

    Formula: y = (x - mean) / sqrt(variance + eps), over the length, for every sample and channel

    Source: torch.nn.InstanceNorm1d; Ulyanov et al. 2016

    When: For signals whose loudness or offset should not matter. It forgets the level of a channel,
    so not where that level is the message.

    Also: contrast normalization

    See: batch_norm1d, layer_norm, group_norm
    """

    input = In("N C L", known="C", doc="Signals: batch, channels, length.")
    output = Out("N C L", doc="The same shape.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """There must be more than one position."""
        yield from self._one_position_problems((a.L,))


class InstanceNorm2d(
    _InstanceNorm, id="instance_norm2d", title="InstanceNorm2d", category="Normalization"
):
    """Bring every channel of each image to mean 0 and variance 1 by itself.

    Formula: y = (x - mean) / sqrt(variance + eps), over height and width, for every sample and channel

    Source: torch.nn.InstanceNorm2d; Ulyanov et al. 2016

    When: In networks that make or restyle images, where the contrast of each image should not
    matter. Classifiers do better with BatchNorm2d.

    Also: contrast normalization, style transfer

    See: batch_norm2d, group_norm, layer_norm
    """

    input = In("N C H W", known="C", doc="Images: batch, channels, height, width.")
    output = Out("N C H W", doc="The same shape.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """There must be more than one position."""
        yield from self._one_position_problems((a.H, a.W))


class InstanceNorm3d(
    _InstanceNorm, id="instance_norm3d", title="InstanceNorm3d", category="Normalization"
):
    """Bring every channel of each volume to mean 0 and variance 1 by itself.

    Formula: y = (x - mean) / sqrt(variance + eps), over depth, height and width, each sample by itself

    Source: torch.nn.InstanceNorm3d; Ulyanov et al. 2016

    When: For scans, one or two in a batch, as in a 3D U-Net.

    Also: contrast normalization

    See: batch_norm3d, group_norm, instance_norm2d
    """

    input = In("N C D H W", known="C", doc="Volumes: batch, channels, depth, height, width.")
    output = Out("N C D H W", doc="The same shape.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """There must be more than one position."""
        yield from self._one_position_problems((a.D, a.H, a.W))
