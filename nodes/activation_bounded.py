"""Functions of one number that squeeze, clip or shrink."""

from __future__ import annotations

import math
from collections.abc import Iterator

from netbuilder.node_api import Axes, Call, Float, In, NodeType, Out, Problem, call


class _Bounded(NodeType):
    """A function that keeps the shape."""

    input = In("*B", doc="Any tensor.")
    output = Out("*B", doc="A tensor of the same shape.")

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call(f"nn.{self.title}", **self.options(*self.params))


class Softsign(_Bounded, id="softsign", title="Softsign", category="Activation"):
    """Squeeze each number into the range from -1 to 1, slower than tanh does.

    Formula: y = x / (1 + |x|)

    Source: torch.nn.Softsign

    When: In the place of Tanh where large numbers should still have a gradient.

    Also: soft sign

    See: tanh, sigmoid, softplus
    """

    keeps = ("inputs", "outputs")

    def curve(self, x: float) -> float:
        """The formula."""
        return x / (1 + abs(x))


class LogSigmoid(_Bounded, id="log_sigmoid", title="LogSigmoid", category="Activation"):
    """Take the logarithm of the sigmoid, without losing small chances to rounding.

    Formula: y = -log(1 + exp(-x))

    Source: torch.nn.LogSigmoid

    When: Where a loss is put together from logarithms of chances, as in ranking and contrastive
    learning.

    Also: log probability

    See: sigmoid, log_softmax, softplus
    """

    keeps = ("inputs", "outputs")

    def curve(self, x: float) -> float:
        """The formula."""
        return -math.log1p(math.exp(-x))


class Hardtanh(_Bounded, id="hardtanh", title="Hardtanh", category="Activation"):
    """Keep numbers within a range, and put its ends in the place of those outside.

    Formula: y = min(max(min_val, x), max_val)

    Source: torch.nn.Hardtanh

    When: For a quick Tanh, or to keep outputs within bounds; outside of them no gradient flows.

    Also: clamp, clip

    See: tanh, relu6, hardsigmoid
    """

    min_val = Float(-1.0, min=-1e6, max=1e6, doc="Lower end of the range.")
    max_val = Float(1.0, min=-1e6, max=1e6, doc="Upper end of the range.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The range must hold something."""
        if self.max_val <= self.min_val:
            yield Problem(
                "NB212",
                f"max_val is {self.max_val:g}, but it must be above min_val, which is {self.min_val:g}",
                param="max_val",
                settings={"min_val": -1.0, "max_val": 1.0},
            )

    def curve(self, x: float) -> float:
        """The formula."""
        return min(max(self.min_val, x), self.max_val)


class Hardsigmoid(_Bounded, id="hardsigmoid", title="Hardsigmoid", category="Activation"):
    """Squeeze each number into the range from 0 to 1 by three straight lines.

    Formula: y = min(max(0, x / 6 + 1 / 2), 1)

    Source: torch.nn.Hardsigmoid

    When: For gates in networks for small devices; elsewhere Sigmoid trains better.

    Also: quick sigmoid

    See: sigmoid, hardswish, hardtanh
    """

    def curve(self, x: float) -> float:
        """The formula."""
        return min(max(0.0, x / 6 + 0.5), 1.0)


class Hardswish(_Bounded, id="hardswish", title="Hardswish", category="Activation"):
    """Weigh each number by its hard sigmoid, as a quick SiLU.

    Formula: y = x min(max(0, x / 6 + 1 / 2), 1)

    Source: torch.nn.Hardswish; Howard et al. 2019

    When: In networks for small devices such as MobileNetV3; elsewhere SiLU.

    Also: quick swish

    See: silu, hardsigmoid, relu6
    """

    def curve(self, x: float) -> float:
        """The formula."""
        return x * min(max(0.0, x / 6 + 0.5), 1.0)


class Tanhshrink(_Bounded, id="tanhshrink", title="Tanhshrink", category="Activation"):
    """Take the tanh away from each number, which brings small ones close to zero.

    Formula: y = x - tanh(x)

    Source: torch.nn.Tanhshrink

    When: For sparse codes, where small numbers are noise; rarely between layers.

    Also: shrinkage

    See: softshrink, hardshrink, tanh
    """

    keeps = ("outputs",)

    def curve(self, x: float) -> float:
        """The formula."""
        return x - math.tanh(x)


class Softshrink(_Bounded, id="softshrink", title="Softshrink", category="Activation"):
    """Bring each number closer to zero by lambd, and to zero those that are nearer than that.

    Formula: y = x - lambd where x > lambd, x + lambd where x < -lambd, 0 elsewhere

    Source: torch.nn.Softshrink

    When: For sparse codes and for taking noise away; it is the step that goes with an L1 penalty.

    Also: soft threshold, shrinkage, lasso

    See: hardshrink, tanhshrink, threshold
    """

    lambd = Float(0.5, min=0.0, max=1e4, doc="How much each number shrinks.")

    def curve(self, x: float) -> float:
        """The formula."""
        return math.copysign(max(0.0, abs(x) - self.lambd), x)


class Hardshrink(_Bounded, id="hardshrink", title="Hardshrink", category="Activation"):
    """Keep the numbers that are farther from zero than lambd, and put zero in the place of the others.

    Formula: y = x where |x| > lambd, 0 elsewhere

    Source: torch.nn.Hardshrink

    When: For sparse codes where what is kept should keep its size.

    Also: hard threshold, shrinkage

    See: softshrink, tanhshrink, threshold
    """

    lambd = Float(0.5, min=0.0, max=1e4, doc="Numbers nearer to zero than this become zero.")

    def curve(self, x: float) -> float:
        """The formula."""
        return x if abs(x) > self.lambd else 0.0
