"""Functions of one number, applied to each: those that people reach for first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Call,
    Choice,
    Expr,
    Float,
    In,
    Int,
    NodeType,
    Out,
    Problem,
    axis_at,
    axis_problems,
    call,
)


class _Activation(NodeType):
    """A function that keeps the shape."""

    input = In("*B", doc="Any tensor.")
    output = Out("*B", doc="A tensor of the same shape.")

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call(f"nn.{self.title}", **self.options(*self.params))


class ReLU(_Activation, id="relu", title="ReLU", category="Activation"):
    """Keep positive numbers and put zero in the place of negative ones.

    Formula: y = max(0, x)

    Source: torch.nn.ReLU

    When: The first choice behind convolutions and linear maps; where many units end up at zero for
    good, try LeakyReLU, and in transformers GELU.

    Also: rectifier, activation, rectified linear unit

    See: leaky_relu, gelu, silu, prelu
    """

    keeps = ("outputs",)

    def curve(self, x: float) -> float:
        """The formula."""
        return max(0.0, x)


class LeakyReLU(_Activation, id="leaky_relu", title="LeakyReLU", category="Activation"):
    """Keep positive numbers and shrink negative ones, so that a gradient always flows.

    Formula: y = x where x >= 0, negative_slope x elsewhere

    Source: torch.nn.LeakyReLU

    When: In the place of ReLU where units die, such as in the discriminator of a GAN, with a slope of
    0.2 there.

    Also: lrelu

    See: relu, prelu, elu
    """

    negative_slope = Float(0.01, min=0.0, max=10.0, doc="Factor of the numbers below zero.")

    def curve(self, x: float) -> float:
        """The formula."""
        return x if x >= 0 else self.negative_slope * x


class GELU(_Activation, id="gelu", title="GELU", category="Activation"):
    """Weigh each number by the chance that a normal variable is smaller.

    Formula: y = x P(Z <= x), Z normal

    Source: torch.nn.GELU

    When: Between the two linear maps of a transformer's block. It costs more than ReLU, which is as
    good in small networks.

    Also: gaussian error linear unit

    See: relu, silu, swiglu
    """

    approximate = Choice(
        "none", ("none", "tanh"), doc="Work it out exactly, or by the quicker tanh formula."
    )

    def curve(self, x: float) -> float:
        """The smooth weighing, exact or by the formula with tanh."""
        if self.approximate == "tanh":
            return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        return 0.5 * x * (1 + math.erf(x / math.sqrt(2)))


class SiLU(_Activation, id="silu", title="SiLU", category="Activation"):
    """Weigh each number by its own sigmoid; also called swish.

    Formula: y = x / (1 + exp(-x))

    Source: torch.nn.SiLU

    When: In convolutional networks such as EfficientNet and in diffusion models, where a smooth
    function trains better than ReLU; Hardswish is its quick stand-in on small devices.

    Also: swish

    See: relu, gelu, mish, hardswish, swiglu
    """

    def curve(self, x: float) -> float:
        """The formula."""
        return x / (1 + math.exp(-x))


class Sigmoid(_Activation, id="sigmoid", title="Sigmoid", category="Activation"):
    """Squeeze each number into the range from 0 to 1, such as a chance.

    Formula: y = 1 / (1 + exp(-x))

    Source: torch.nn.Sigmoid

    When: For gates and for chances that do not exclude each other. Not before BCEWithLogitsLoss,
    which has it inside, and not between many layers, where its gradient fades.

    Also: logistic

    See: tanh, softmax, hardsigmoid, log_sigmoid
    """

    keeps = ("outputs",)

    def curve(self, x: float) -> float:
        """The formula."""
        return 1 / (1 + math.exp(-x))


class Tanh(_Activation, id="tanh", title="Tanh", category="Activation"):
    """Squeeze each number into the range from -1 to 1.

    Formula: y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))

    Source: torch.nn.Tanh

    When: For outputs between -1 and 1, such as the pixels a generator makes, and in small networks.
    Deep ones train better with ReLU.

    Also: hyperbolic tangent

    See: sigmoid, hardtanh, softsign
    """

    keeps = ("outputs",)

    def curve(self, x: float) -> float:
        """The formula."""
        return math.tanh(x)


class Softmax(_Activation, id="softmax", title="Softmax", category="Activation"):
    """Turn the scores along an axis into chances that add up to 1.

    Formula: y_i = exp(x_i) / sum_j exp(x_j)

    Source: torch.nn.Softmax

    When: To read chances off a classifier, or to weigh things against each other, as attention does.
    Not before CrossEntropyLoss, which has it inside.

    Also: probabilities

    See: log_softmax, softmin, sigmoid
    """

    keeps = ("outputs",)

    dim = Int(-1, min=-16, max=15, doc="Axis along which the chances add up to 1.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axis must exist, and chances add up within a sample."""
        yield from axis_problems("input", a.B, "dim", (self.dim,), default=-1)
        if len(a.B) > 1 and axis_at(self.dim, len(a.B)) == 0:
            yield Problem(
                "NB213",
                f"dim is {self.dim}, the batch, so the chances add up over the samples of a batch",
                param="dim",
                severity="warning",
                settings={"dim": -1},
            )

    def module(self, a: Axes) -> Call:
        """Build torch's layer; without ``dim`` it would guess the axis."""
        return call(f"nn.{self.title}", dim=self.dim)


class LogSoftmax(Softmax, id="log_softmax", title="LogSoftmax", category="Activation"):
    """Turn the scores along an axis into logarithms of chances that add up to 1.

    Formula: y_i = x_i - log sum_j exp(x_j)

    Source: torch.nn.LogSoftmax

    When: Before a loss that takes logarithms of chances, such as NLLLoss or KLDivLoss. Not before
    CrossEntropyLoss, which has it inside.

    Also: log probabilities

    See: softmax, log_sigmoid
    """


class Softmin(Softmax, id="softmin", title="Softmin", category="Activation"):
    """Turn the numbers along an axis into chances, the smaller the number the larger.

    Formula: y_i = exp(-x_i) / sum_j exp(-x_j)

    Source: torch.nn.Softmin

    When: To weigh things by distances or costs, where the least should count most.

    Also: negative softmax

    See: softmax
    """


class Identity(NodeType, id="identity", title="Identity", category="Activation"):
    """Pass everything on as it is.

    Formula: y = x

    Source: torch.nn.Identity

    When: To hold a place for a layer to come, or to name a value.

    Also: reroute, pass through, no-op

    See: relu
    """

    view = True

    input = In("*B", dtype="any", doc="Any tensor.")
    output = Out("*B", doc="The same tensor.")

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.Identity")

    def curve(self, x: float) -> float:
        """The formula."""
        return x


class Step(NodeType, id="step", title="Step", category="Activation"):
    """Say 1 from zero upwards and 0 below, as the first perceptron did; no gradient flows through.

    Formula: y = 1 where x >= 0, 0 elsewhere

    Source: Rosenblatt 1958, The perceptron; torch.ge

    When: To show what a perceptron does, with weights that are set by hand or by its own rule. To
    train by gradients, take Sigmoid.

    Also: heaviside, sign

    See: sigmoid, threshold, hardsigmoid
    """

    input = In("*B", doc="Any tensor.")
    output = Out("*B", doc="A tensor of the same shape, of zeros and ones.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Compare, and turn true and false into numbers."""
        value = x["input"]
        return value.compare(">=", 0).method("to", value.attribute("dtype"))

    def curve(self, x: float) -> float:
        """The formula."""
        return float(x >= 0)
