"""Linear maps, of one input and of two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Dim,
    In,
    Int,
    NormedNodeType,
    Out,
    Problem,
    Shape,
    TensorType,
    WeightedNodeType,
    call,
    product,
)


class Linear(NormedNodeType, id="linear", title="Linear", category="Linear"):
    """Map the last axis to a chosen number of features, each a weighted sum of all the inputs.

    Formula: y = x W^T + b

    Source: torch.nn.Linear

    When: Behind a Flatten or GlobalAveragePool, on features, and on every step of a sequence. Images
    straight from a convolution need one of these two first.

    Also: dense, fully connected, fc, affine, perceptron, spectral norm, weight norm

    See: bilinear, conv1d, embedding
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
        return self.normed({**weights, "bias": (self.out_features,)} if self.bias else weights)

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


class Bilinear(WeightedNodeType, id="bilinear", title="Bilinear", category="Linear"):
    """Map two inputs to features, each a weighted sum of all products of a number of one and the other.

    Formula: y_o = x1^T W_o x2 + b_o

    Source: torch.nn.Bilinear

    When: To score how two things go together, such as a question and an answer. It has as many
    weights as all three sizes multiplied, so map large inputs to fewer features first.

    Also: interaction, pairwise, biaffine

    See: linear, matmul, multiply
    """

    input1 = In("*B I", known="I", doc="Any tensor; the last axis is mapped.")
    input2 = In("*B J", known="J", doc="A tensor of the same sizes but for the last axis.")
    output = Out("*B O", doc="The same, with out_features numbers on the last axis.")

    out_features = Int(64, min=1, max=1_000_000, doc="Size of the last axis of the output.")
    bias = Bool(True, doc="Add a learned offset to every output feature.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Both inputs have the dtype of the weights."""
        if a.dtype("input1") != a.dtype("input2"):
            yield Problem(
                "NB204",
                f"input2 got {a.dtype('input2')}, but input1 got {a.dtype('input1')}, and both must be the same",
                port="input2",
            )

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """The output features are a parameter."""
        return {"O": self.out_features}

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """A matrix an output feature."""
        weights: dict[str, Shape] = {"weight": (self.out_features, a.I, a.J)}
        return {**weights, "bias": (self.out_features,)} if self.bias else weights

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call(
            "nn.Bilinear",
            a.I,
            a.J,
            self.out_features,
            **self.options("bias"),
            **self.dtype_option(a.dtype("input1")),
        )
