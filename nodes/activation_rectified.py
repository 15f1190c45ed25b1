"""Functions of one number that keep the positive ones and bend the others."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
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
    shape_text,
)


class _Rectifier(NodeType):
    """A function that keeps the shape."""

    input = In("*B", doc="Any tensor.")
    output = Out("*B", doc="A tensor of the same shape.")

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call(f"nn.{self.title}", **self.options(*self.params))


class PReLU(ScaleNodeType, id="prelu", title="PReLU", category="Activation"):
    """Keep positive numbers and scale negative ones by a learned slope.

    Formula: y = x where x >= 0, weight x elsewhere

    Source: torch.nn.PReLU; He et al. 2015

    When: In the place of LeakyReLU where the slope should be learned, with one slope for all or one
    for every channel. Leave weight decay off for it.

    Also: parametric relu, learned slope

    See: leaky_relu, relu
    """

    input = In("*B", doc="Any tensor; channels are its second axis.")
    output = Out("*B", doc="A tensor of the same shape.")

    num_parameters = Int(
        1, min=1, max=1_000_000, doc="How many slopes: 1 for all, or one for every channel."
    )
    init = Float(0.25, min=-100.0, max=100.0, doc="What the slopes start at.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Several slopes belong to the channels, whose axis is the second."""
        number, channels = self.num_parameters, a.B[1] if len(a.B) > 1 else 1
        if number == 1 or (is_known(channels) and number == channels):
            return
        if len(a.B) < 2:
            found = f"input is {shape_text(a.B)}, which has no axis of channels"
        else:
            found = f"input has {channels} channels"
        fitting = channels if is_known(channels) else 1
        yield Problem(
            "NB202",
            f"num_parameters is {number}, but {found}; it takes 1 or as many as there are channels",
            param="num_parameters",
            settings={"num_parameters": int(fitting)},
        )

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """The slopes."""
        return {"weight": (self.num_parameters,)}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("num_parameters", "init")
        return call("nn.PReLU", **options, **self.dtype_option(a.dtype("input")))


class ReLU6(_Rectifier, id="relu6", title="ReLU6", category="Activation"):
    """Keep numbers between 0 and 6, and put 0 and 6 in the place of those outside.

    Formula: y = min(max(0, x), 6)

    Source: torch.nn.ReLU6

    When: In networks for small devices such as MobileNet, where a bounded range survives rounding to
    few bits. Elsewhere ReLU does as well.

    Also: clipped relu, bounded relu

    See: relu, hardtanh, hardswish
    """

    def curve(self, x: float) -> float:
        """The formula."""
        return min(max(0.0, x), 6.0)


class ELU(_Rectifier, id="elu", title="ELU", category="Activation"):
    """Keep positive numbers and bend negative ones softly towards -alpha.

    Formula: y = x where x > 0, alpha (exp(x) - 1) elsewhere

    Source: torch.nn.ELU; Clevert et al. 2015

    When: Where outputs around zero help and there is no normalization between the layers.

    Also: exponential linear unit

    See: relu, selu, celu, leaky_relu
    """

    alpha = Float(1.0, min=0.0, max=100.0, doc="How far below zero the function goes.")

    def curve(self, x: float) -> float:
        """The formula."""
        return x if x > 0 else self.alpha * math.expm1(x)


class SELU(_Rectifier, id="selu", title="SELU", category="Activation"):
    """Bend numbers so that mean 0 and variance 1 stay from layer to layer, without normalization.

    Formula: y = 1.0507 x where x > 0, 1.0507 1.6733 (exp(x) - 1) elsewhere

    Source: torch.nn.SELU; Klambauer et al. 2017

    When: In deep networks of Linear layers alone, on standardized inputs, with the weights at a plain
    normal start and AlphaDropout. It gains nothing beside BatchNorm.

    Also: self-normalizing, scaled exponential linear unit, snn

    See: elu, alpha_dropout, relu
    """

    def curve(self, x: float) -> float:
        """The formula."""
        return 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x))


class CELU(_Rectifier, id="celu", title="CELU", category="Activation"):
    """Keep positive numbers and bend negative ones towards -alpha, without a kink for any alpha.

    Formula: y = max(0, x) + min(0, alpha (exp(x / alpha) - 1))

    Source: torch.nn.CELU; Barron 2017

    When: In the place of ELU where alpha is not 1.

    Also: continuously differentiable exponential linear unit

    See: elu, selu
    """

    alpha = Float(1.0, min=0.001, max=100.0, doc="How far below zero the function goes.")

    def curve(self, x: float) -> float:
        """The formula."""
        return max(0.0, x) + self.alpha * math.expm1(min(0.0, x) / self.alpha)


class Mish(_Rectifier, id="mish", title="Mish", category="Activation"):
    """Weigh each number by the tanh of its softplus; smooth, and a little below zero for a while.

    Formula: y = x tanh(log(1 + exp(x)))

    Source: torch.nn.Mish; Misra 2019

    When: In the place of SiLU in detectors such as YOLOv4; it costs more and often gains little.

    Also: self regularized

    See: silu, gelu, relu
    """

    def curve(self, x: float) -> float:
        """The formula."""
        return x * math.tanh(math.log1p(math.exp(x)))


class Softplus(_Rectifier, id="softplus", title="Softplus", category="Activation"):
    """Bend each number smoothly to a positive one.

    Formula: y = log(1 + exp(beta x)) / beta, and y = x where beta x > threshold

    Source: torch.nn.Softplus

    When: For outputs that must be positive, such as a scale or a rate. Between layers ReLU is quicker
    and as good.

    Also: smooth relu, positive

    See: relu, softsign, log_sigmoid
    """

    beta = Float(1.0, min=0.001, max=1000.0, doc="How sharp the bend is.")
    threshold = Float(20.0, min=0.0, max=1000.0, doc="From where on the number itself is taken.")

    def curve(self, x: float) -> float:
        """The smooth bend, and the number itself far from it."""
        bent = self.beta * x
        if bent > self.threshold:
            return x
        return (max(0.0, bent) + math.log1p(math.exp(-abs(bent)))) / self.beta


class Threshold(_Rectifier, id="threshold", title="Threshold", category="Activation"):
    """Keep the numbers above a threshold and put a value in the place of the others.

    Formula: y = x where x > threshold, value elsewhere

    Source: torch.nn.Threshold

    When: Where what is small counts as nothing; with 0 and 0 it is ReLU.

    Also: cut off, gate

    See: relu, hardshrink, step
    """

    threshold = Float(0.0, min=-1e6, max=1e6, doc="Numbers above it are kept.")
    value = Float(0.0, min=-1e6, max=1e6, doc="What stands in the place of the others.")

    def module(self, a: Axes) -> Call:
        """Build torch's layer, which has no defaults."""
        return call("nn.Threshold", self.threshold, self.value)

    def curve(self, x: float) -> float:
        """The formula."""
        return x if x > self.threshold else self.value
