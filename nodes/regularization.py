"""What keeps a network from learning its training data by heart."""

from __future__ import annotations

from netbuilder.node_api import Axes, Call, Float, In, NodeType, Out, call


class Dropout(NodeType, id="dropout", title="Dropout", category="Regularization"):
    """Put zero in the place of random numbers while training, and scale up the others.

    Formula: y = x m / (1 - p), m = 0 with chance p and 1 otherwise

    Source: torch.nn.Dropout; Srivastava et al. 2014

    Also: drop, regularization
    """

    random = True

    input = In("*B", doc="Any tensor.")
    output = Out("*B", doc="The same shape.")

    p = Float(0.5, min=0.0, max=1.0, doc="Chance of a number to become zero.")

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.Dropout", self.p)
