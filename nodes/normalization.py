"""Shifting and scaling numbers so that they have mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Choice,
    Float,
    In,
    Int,
    Out,
    Problem,
    Shape,
    WeightedNodeType,
    call,
    is_known,
    product,
    shape_text,
)


class _Normalization(WeightedNodeType):
    """What normalizations share: their weights have one axis, so fans have no meaning."""

    weight_init = Choice(
        "default",
        ("default", "normal", "zeros", "constant"),
        group="Initialization",
        doc="How weights start: at 1 as torch does, or plain.",
    )


class _BatchNorm(_Normalization):
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

    def _one_value_problems(self, a: Axes, positions: Shape) -> Iterator[Problem]:
        values = product((a.N, *positions))
        if is_known(values) and values == 1:
            yield Problem(
                "NB212",
                "input has a single number for every channel, but training needs more than one",
                port="input",
            )

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """A scale and an offset for every channel."""
        return {"weight": (a.C,), "bias": (a.C,)} if self.affine else {}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("eps", "momentum", "affine", "track_running_stats")
        return call(f"nn.{self.title}", a.C, **options, **self.dtype_option(a.dtype("input")))


class BatchNorm1d(_BatchNorm, id="batch_norm1d", title="BatchNorm1d", category="Normalization"):
    """Bring every feature or channel of a batch to mean 0 and variance 1, then scale and shift it.

    Formula: y = (x - mean) / sqrt(variance + eps) weight + bias, over the batch and the length

    Source: torch.nn.BatchNorm1d

    Also: bn1d, batch normalization
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

    Source: torch.nn.BatchNorm2d

    Also: bn, batchnorm, batch normalization, normalization
    """

    input = In("N C H W", known="C", doc="Images: batch, channels, height, width.")
    output = Out("N C H W", doc="The same shape.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Training needs more than one number a channel."""
        yield from self._one_value_problems(a, (a.H, a.W))


class LayerNorm(_Normalization, id="layer_norm", title="LayerNorm", category="Normalization"):
    """Bring the last axes of every sample to mean 0 and variance 1, then scale and shift them.

    Formula: y = (x - mean) / sqrt(variance + eps) weight + bias, over the last num_axes axes

    Source: torch.nn.LayerNorm

    Also: ln, layer normalization
    """

    input = In("*B I", known="I", doc="Any tensor.")
    output = Out("*B I", doc="The same shape.")

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
        """A scale and an offset for every place on the normalized axes."""
        if not self.elementwise_affine:
            return {}
        shape = self._normalized(a)
        return {"weight": shape, "bias": shape} if self.bias else {"weight": shape}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        shape = self._normalized(a)
        options = self.options("eps", "elementwise_affine", "bias")
        sizes = shape[0] if len(shape) == 1 else shape
        return call("nn.LayerNorm", sizes, **options, **self.dtype_option(a.dtype("input")))
