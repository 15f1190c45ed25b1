"""Functions of one number, applied to each; and softmax, which looks along an axis."""

from __future__ import annotations

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


class ReLU(_Activation, id="relu", title="ReLU", category="Activation"):
    """Keep positive numbers and put zero in the place of negative ones.

    Formula: y = max(0, x)

    Source: torch.nn.ReLU

    Also: rectifier, activation
    """

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.ReLU")


class LeakyReLU(_Activation, id="leaky_relu", title="LeakyReLU", category="Activation"):
    """Keep positive numbers and shrink negative ones, so that a gradient always flows.

    Formula: y = x where x >= 0, negative_slope x elsewhere

    Source: torch.nn.LeakyReLU

    Also: lrelu
    """

    negative_slope = Float(0.01, min=0.0, max=10.0, doc="Factor of the numbers below zero.")

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.LeakyReLU", **self.options("negative_slope"))


class GELU(_Activation, id="gelu", title="GELU", category="Activation"):
    """Weigh each number by the chance that a normal variable is smaller.

    Formula: y = x P(Z <= x), Z normal

    Source: torch.nn.GELU
    """

    approximate = Choice(
        "none", ("none", "tanh"), doc="Work it out exactly, or by the quicker tanh formula."
    )

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.GELU", **self.options("approximate"))


class SiLU(_Activation, id="silu", title="SiLU", category="Activation"):
    """Weigh each number by its own sigmoid; also called swish.

    Formula: y = x / (1 + exp(-x))

    Source: torch.nn.SiLU

    Also: swish
    """

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.SiLU")


class Sigmoid(_Activation, id="sigmoid", title="Sigmoid", category="Activation"):
    """Squeeze each number into the range from 0 to 1, such as a chance.

    Formula: y = 1 / (1 + exp(-x))

    Source: torch.nn.Sigmoid

    Also: logistic
    """

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.Sigmoid")


class Tanh(_Activation, id="tanh", title="Tanh", category="Activation"):
    """Squeeze each number into the range from -1 to 1.

    Formula: y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))

    Source: torch.nn.Tanh

    Also: hyperbolic tangent
    """

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.Tanh")


class Softmax(_Activation, id="softmax", title="Softmax", category="Activation"):
    """Turn the scores along an axis into chances that add up to 1.

    Formula: y_i = exp(x_i) / sum_j exp(x_j)

    Source: torch.nn.Softmax

    Also: probabilities
    """

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
        return call("nn.Softmax", dim=self.dim)


class Identity(NodeType, id="identity", title="Identity", category="Activation"):
    """Pass everything on as it is.

    Formula: y = x

    Source: torch.nn.Identity

    Also: reroute, pass through, no-op
    """

    view = True

    input = In("*B", dtype="any", doc="Any tensor.")
    output = Out("*B", doc="The same tensor.")

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.Identity")


class Step(_Activation, id="step", title="Step", category="Activation"):
    """Say 1 from zero upwards and 0 below, as the first perceptron did; no gradient flows through.

    Formula: y = 1 where x >= 0, 0 elsewhere

    Source: Rosenblatt 1958, The perceptron; torch.ge

    Also: heaviside, threshold, sign
    """

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Compare, and turn true and false into numbers."""
        value = x["input"]
        return value.compare(">=", 0).method("to", value.attribute("dtype"))
