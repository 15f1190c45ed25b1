"""What keeps a network from learning its training data by heart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from netbuilder.node_api import (
    Axes,
    Call,
    Definition,
    Dim,
    Float,
    In,
    NodeType,
    Out,
    TensorType,
    bytes_of,
    call,
)


class _Dropout(NodeType):
    """What the dropouts share: a chance, and the name of torch's layer as title."""

    keeps = ()
    random = True

    input = In("*B", doc="Any tensor.")
    output = Out("*B", doc="The same shape.")

    p = Float(0.5, min=0.0, max=1.0, doc="Chance of a number to become zero.")

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call(f"nn.{self.title}", self.p)


class Dropout(_Dropout, id="dropout", title="Dropout", category="Regularization"):
    """Put zero in the place of random numbers while training, and scale up the others.

    Formula: y = x m / (1 - p), m = 0 with chance p and 1 otherwise

    Source: torch.nn.Dropout; Srivastava et al. 2014

    When: Between the linear maps at the end of a network that learns its training data by heart.
    Not right before BatchNorm, and rarely behind a convolution, where Dropout2d does more.

    Also: drop, regularization, overfitting

    See: dropout2d, alpha_dropout, drop_path, gaussian_noise
    """

    def extra_memory(self, x: Mapping[str, TensorType], y: Mapping[str, TensorType]) -> Dim:
        """A mask as large as the output."""
        return bytes_of(y["output"])


class _ChannelDropout(_Dropout):
    """A dropout of whole channels."""

    p = Float(0.5, min=0.0, max=1.0, doc="Chance of a channel to become zero.")


class Dropout1d(_ChannelDropout, id="dropout1d", title="Dropout1d", category="Regularization"):
    """Put zeros in the place of random whole channels of sequences while training.

    Formula: y = x m / (1 - p), one m for a channel: 0 with chance p and 1 otherwise

    Source: torch.nn.Dropout1d; Tompson et al. 2015

    When: Behind a Conv1d, where neighbouring steps hold nearly the same and dropping single ones
    does little.

    Also: spatial dropout, channel dropout

    See: dropout, dropout2d, conv1d
    """

    input = In("N C L", doc="Batch, channels, steps.")
    output = Out("N C L", doc="The same shape.")


class Dropout2d(_ChannelDropout, id="dropout2d", title="Dropout2d", category="Regularization"):
    """Put zeros in the place of random whole channels of images while training.

    Formula: y = x m / (1 - p), one m for a channel: 0 with chance p and 1 otherwise

    Source: torch.nn.Dropout2d; Tompson et al. 2015

    When: Behind a Conv2d, where neighbouring pixels hold nearly the same and dropping single ones
    does little. Not right before BatchNorm2d.

    Also: spatial dropout, channel dropout

    See: dropout, dropout1d, dropout3d, conv2d
    """

    input = In("N C H W", doc="Batch, channels, height, width.")
    output = Out("N C H W", doc="The same shape.")


class Dropout3d(_ChannelDropout, id="dropout3d", title="Dropout3d", category="Regularization"):
    """Put zeros in the place of random whole channels of volumes while training.

    Formula: y = x m / (1 - p), one m for a channel: 0 with chance p and 1 otherwise

    Source: torch.nn.Dropout3d; Tompson et al. 2015

    When: Behind a Conv3d, where neighbouring points hold nearly the same and dropping single ones
    does little.

    Also: spatial dropout, channel dropout

    See: dropout, dropout2d, conv3d
    """

    input = In("N C D H W", doc="Batch, channels, depth, height, width.")
    output = Out("N C D H W", doc="The same shape.")


class AlphaDropout(_Dropout, id="alpha_dropout", title="AlphaDropout", category="Regularization"):
    """Drop random numbers while training so that mean and variance stay; for networks with SELU.

    Formula: y = a (x m + (1 - m) c) + b, m = 0 with chance p; c, a and b keep mean 0 and variance 1

    Source: torch.nn.AlphaDropout; Klambauer et al. 2017

    When: Behind SELU, whose mean and variance it keeps; elsewhere take Dropout.

    Also: self-normalizing, selu dropout

    See: selu, dropout, feature_alpha_dropout
    """

    def extra_memory(self, x: Mapping[str, TensorType], y: Mapping[str, TensorType]) -> Dim:
        """A mask as large as the output."""
        return bytes_of(y["output"])


class FeatureAlphaDropout(
    _ChannelDropout,
    id="feature_alpha_dropout",
    title="FeatureAlphaDropout",
    category="Regularization",
):
    """Drop random whole channels while training so that mean and variance stay; goes with SELU.

    Formula: y = a (x m + (1 - m) c) + b, one m for a channel: 0 with chance p; c, a and b as in AlphaDropout

    Source: torch.nn.FeatureAlphaDropout; Klambauer et al. 2017

    When: Behind a convolution with SELU; elsewhere take Dropout2d.

    Also: self-normalizing, selu dropout, channel dropout

    See: alpha_dropout, dropout2d, selu
    """

    input = In("N C *S", doc="Batch, channels, and any number of axes of positions.")
    output = Out("N C *S", doc="The same shape.")


class GaussianNoise(
    NodeType, id="gaussian_noise", title="GaussianNoise", category="Regularization"
):
    """Add random numbers of a normal distribution while training; leave the input alone otherwise.

    Formula: y = x + std e, e normal with mean 0 and variance 1

    Source: Bishop 1995, "Training with noise is equivalent to Tikhonov regularization"

    When: On the inputs or on features, where small changes should not matter; as large as those
    changes are. To start a generator from noise, take RandomNormal.

    Also: additive noise, jitter, regularization

    See: dropout, random_normal
    """

    keeps = ()
    random = True
    definitions: ClassVar = (
        Definition('''
            class GaussianNoise(nn.Module):
                """Adds normal noise while training."""

                def __init__(self, std: float) -> None:
                    super().__init__()
                    self.std = std

                def forward(self, x: Tensor) -> Tensor:
                    return x + self.std * torch.randn_like(x) if self.training else x
        '''),
    )

    input = In("*B", doc="Any tensor.")
    output = Out("*B", doc="The same shape.")

    std = Float(0.1, min=0.0, max=1e6, doc="Standard deviation of the noise.")

    def module(self, a: Axes) -> Call:
        """Build the layer that is written beside the network."""
        return call("GaussianNoise", self.std)


class DropPath(NodeType, id="drop_path", title="DropPath", category="Regularization"):
    """Leave out a whole branch for random samples while training; it goes before the Add of a skip.

    Formula: y = x m / (1 - p), one m for a sample: 0 with chance p and 1 otherwise

    Source: Huang et al. 2016, "Deep networks with stochastic depth"

    When: In deep residual networks and transformers, at the end of every branch, with a chance that
    grows with the depth.

    Also: stochastic depth, drop connect

    See: dropout, dropout2d
    """

    keeps = ()
    random = True
    definitions: ClassVar = (
        Definition('''
            class DropPath(nn.Module):
                """Leaves out whole samples while training, and scales up the others."""

                def __init__(self, p: float) -> None:
                    super().__init__()
                    self.p = p

                def forward(self, x: Tensor) -> Tensor:
                    if not self.training or self.p == 0:
                        return x
                    if self.p == 1:
                        return torch.zeros_like(x)
                    kept = x.new_empty([x.shape[0]] + [1] * (x.dim() - 1)).bernoulli_(1 - self.p)
                    return x * kept / (1 - self.p)
        '''),
    )

    input = In("N *B", doc="What a branch gives, samples along the first axis.")
    output = Out("N *B", doc="The same shape.")

    p = Float(0.1, min=0.0, max=1.0, doc="Chance of a sample to lose the branch.")

    def module(self, a: Axes) -> Call:
        """Build the layer that is written beside the network."""
        return call("DropPath", self.p)
