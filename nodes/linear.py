"""Linear maps, and tables of learned vectors."""

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

    Also: dense, fully connected, fc, affine, perceptron
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


class Embedding(WeightedNodeType, id="embedding", title="Embedding", category="Linear"):
    """Look up a learned vector for every whole number, such as the number of a word.

    Formula: y = W[x]

    Source: torch.nn.Embedding

    Also: lookup table, word vectors, emb
    """

    input = In("*B", dtype="int", doc="Numbers from 0 up to num_embeddings - 1.")
    output = Out("*B E", dtype="float32", doc="A vector of embedding_dim numbers for each.")

    num_embeddings = Int(1000, min=1, max=100_000_000, doc="How many vectors the table holds.")
    embedding_dim = Int(64, min=1, max=1_000_000, doc="Size of the vectors.")
    padding_idx = Int(
        None,
        min=-100_000_000,
        max=100_000_000,
        optional=True,
        group="Advanced",
        doc="A number whose vector starts at zero and is never trained, such as that of padding.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """Torch looks up int32 and int64 only, and the padding is a row of the table."""
        if a.dtype("input") not in ("int32", "int64"):
            yield Problem(
                "NB204",
                f"input got {a.dtype('input')}, but looking up takes int64 or int32",
                port="input",
                hint="set the dtype of the Input to int64",
            )
        rows = self.num_embeddings
        if self.padding_idx is not None and not -rows <= self.padding_idx < rows:
            yield Problem(
                "NB212",
                f"padding_idx is {self.padding_idx}, but the table has the rows 0 to {rows - 1}",
                param="padding_idx",
                settings={"padding_idx": 0},
            )

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """The size of the vectors is a parameter."""
        return {"E": self.embedding_dim}

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """One row a number."""
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("padding_idx")
        return call("nn.Embedding", self.num_embeddings, self.embedding_dim, **options)
