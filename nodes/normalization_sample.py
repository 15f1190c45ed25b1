"""Normalizing each sample by itself: over its last axes, or over groups of its channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Float,
    In,
    Int,
    NodeType,
    Out,
    Problem,
    ScaleNodeType,
    Shape,
    call,
    is_known,
    nearest_divisor,
    product,
    shape_text,
)


class _LastAxesNorm(ScaleNodeType):
    """What normalizations of the last axes share."""

    input = In("*B I", known="I", doc="Any tensor.")
    output = Out("*B I", doc="The same shape.")

    num_axes: Int
    elementwise_affine: Bool

    def check(self, a: Axes) -> Iterator[Problem]:
        """There are that many axes, and their sizes are numbers."""
        shape = a.shape("input")
        if self.num_axes > len(shape):
            yield Problem(
                "NB201",
                f"num_axes is {self.num_axes}, but input is {shape_text(shape)}, which has {len(shape)}",
                param="num_axes",
                settings={"num_axes": 1},
            )
        elif not all(map(is_known, self._normalized(a))):
            yield Problem(
                "NB205",
                f"the last {self.num_axes} axes of {shape_text(shape)} are normalized, but one is left open",
                param="num_axes",
                hint="normalize fewer axes, or give the axis a number at the Input",
                settings={"num_axes": 1},
            )

    def _normalized(self, a: Axes) -> Shape:
        return a.shape("input")[-self.num_axes :]

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """A scale for every place on the normalized axes."""
        return {"weight": self._normalized(a)} if self.elementwise_affine else {}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        shape = self._normalized(a)
        named = [name for name in ("eps", "elementwise_affine", "bias") if name in self.params]
        sizes = shape[0] if len(shape) == 1 else shape
        dtype = self.dtype_option(a.dtype("input"))
        return call(f"nn.{self.title}", sizes, **self.options(*named), **dtype)


class LayerNorm(_LastAxesNorm, id="layer_norm", title="LayerNorm", category="Normalization"):
    """Bring the last axes of every sample to mean 0 and variance 1, then scale and shift them.

    Formula: y = (x - mean) / sqrt(variance + eps) weight + bias, over the last num_axes axes

    Source: torch.nn.LayerNorm; Ba et al. 2016

    When: In transformers, before attention and before the feed-forward block, and wherever batches
    are small. It works on the last axis; behind a Conv2d that is the width, so take GroupNorm there.

    Also: ln, layer normalization, layernorm

    See: rms_norm, group_norm, batch_norm1d
    """

    num_axes = Int(1, min=1, max=8, doc="How many of the last axes are normalized together.")
    eps = Float(
        1e-5,
        min=1e-12,
        max=1.0,
        group="Advanced",
        doc="Added to the variance, against dividing by 0.",
    )
    elementwise_affine = Bool(True, doc="Learn a scale for every place on these axes.")
    bias = Bool(True, doc="Learn an offset as well, where there is a scale.")

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """A scale and an offset for every place on the normalized axes."""
        weights = super().weights(a)
        return {**weights, "bias": weights["weight"]} if weights and self.bias else weights


class RMSNorm(_LastAxesNorm, id="rms_norm", title="RMSNorm", category="Normalization"):
    """Divide the last axes of every sample by the root of their mean square, then scale them.

    Formula: y = x / sqrt(mean(x^2) + eps) weight, over the last num_axes axes

    Source: torch.nn.RMSNorm; Zhang and Sennrich 2019

    When: In the place of LayerNorm in large transformers: it leaves the mean alone, is quicker and
    does as well.

    Also: root mean square, rms, llama

    See: layer_norm, group_norm
    """

    keeps = ("inputs", "outputs")

    num_axes = Int(1, min=1, max=8, doc="How many of the last axes are normalized together.")
    eps = Float(
        None,
        min=1e-12,
        max=1.0,
        optional=True,
        group="Advanced",
        doc="Added to the mean square; nothing takes the smallest step of the type of numbers.",
    )
    elementwise_affine = Bool(True, doc="Learn a scale for every place on these axes.")


class GroupNorm(ScaleNodeType, id="group_norm", title="GroupNorm", category="Normalization"):
    """Bring each group of channels of a sample to mean 0 and variance 1, then scale and shift them.

    Formula: y = (x - mean) / sqrt(variance + eps) weight + bias, over the channels of a group and all positions

    Source: torch.nn.GroupNorm; Wu and He 2018

    When: In convolutional networks with small batches, such as detectors, segmentation and
    diffusion models; with batches of 16 and more BatchNorm2d trains faster.

    Also: gn, group normalization, groupnorm

    See: batch_norm2d, layer_norm, instance_norm2d
    """

    input = In("N C *S", known="C", doc="Batch, channels, and any number of axes of positions.")
    output = Out("N C *S", doc="The same shape.")

    num_groups = Int(
        8, min=1, max=1_000_000, doc="How many groups the channels are dealt out to; 1 takes all."
    )
    eps = Float(
        1e-5,
        min=1e-12,
        max=1.0,
        group="Advanced",
        doc="Added to the variance, against dividing by 0.",
    )
    affine = Bool(True, doc="Learn a scale and an offset for every channel.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Groups are equal, and hold more than one number."""
        if a.C % self.num_groups:
            yield Problem(
                "NB203",
                f"input has {a.C} channels, which {self.num_groups} groups do not divide",
                param="num_groups",
                settings={"num_groups": nearest_divisor(self.num_groups, a.C)},
            )
            return
        values = product((a.N, a.C // self.num_groups, *a.S))
        if is_known(values) and values == 1:
            yield Problem(
                "NB212",
                "a group holds a single number, but training needs more than one",
                param="num_groups",
                hint="use fewer groups",
            )

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """A scale and an offset for every channel."""
        return {"weight": (a.C,), "bias": (a.C,)} if self.affine else {}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("eps", "affine")
        dtype = self.dtype_option(a.dtype("input"))
        return call("nn.GroupNorm", self.num_groups, a.C, **options, **dtype)


class LocalResponseNorm(
    NodeType, id="local_response_norm", title="LocalResponseNorm", category="Normalization"
):
    """Divide each number by how strong the channels beside it are at the same place.

    Formula: y_c = x_c / (k + alpha / size sum_c' x_c'^2)^beta, over the size channels around c

    Source: torch.nn.LocalResponseNorm; Krizhevsky et al. 2012

    When: To rebuild AlexNet and networks of its time; new ones normalize with BatchNorm2d.

    Also: lrn, alexnet, lateral inhibition

    See: batch_norm2d, group_norm
    """

    input = In("N C *S", doc="Batch, channels, and at least one axis of positions.")
    output = Out("N C *S", doc="The same shape.")

    size = Int(5, min=1, max=4096, doc="How many channels around each count.")
    alpha = Float(1e-4, min=0.0, max=1e6, doc="Factor of their mean square.")
    beta = Float(0.75, min=0.0, max=100.0, doc="Exponent.")
    k = Float(1.0, min=0.0, max=1e6, doc="What is added, against dividing by 0.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Channels without positions are none."""
        if not a.S:
            yield Problem(
                "NB201",
                f"input got {shape_text(a.shape('input'))}, which has 2 axes, but takes at least 3: N x C x *S",
                port="input",
            )

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.LocalResponseNorm", self.size, **self.options("alpha", "beta", "k"))
