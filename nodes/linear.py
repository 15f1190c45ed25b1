"""Linear maps."""

from __future__ import annotations

from collections.abc import Mapping

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Dim,
    In,
    Int,
    Out,
    Shape,
    TensorType,
    WeightedNodeType,
    call,
    product,
)


class Linear(WeightedNodeType, id="linear", title="Linear", category="Linear"):
    """Map the last axis to a chosen number of features, each a weighted sum of all the inputs.

    Formula: y = x W^T + b

    Source: torch.nn.Linear
    """

    input = In("*B I", known="I", doc="Any tensor; only the last axis is mapped.")
    output = Out("*B O", doc="The same, with out_features numbers on the last axis.")

    out_features = Int(128, min=1, max=1_000_000, doc="Size of the last axis of the output.")
    bias = Bool(True, doc="Add a learned offset to every output feature.")

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """The output features are a parameter."""
        return {"O": self.out_features}

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """One row of weights an output feature."""
        weights: dict[str, Shape] = {"weight": (self.out_features, a.I)}
        return {**weights, "bias": (self.out_features,)} if self.bias else weights

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """One multiply-add for every weight and position."""
        return 2 * product((*a.B, a.I, self.out_features))

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call(
            "nn.Linear",
            a.I,
            self.out_features,
            **self.options("bias"),
            **self.dtype_option(a.dtype("input")),
        )
