"""Tables of learned vectors, looked up by number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Choice,
    Dim,
    Expr,
    Float,
    In,
    Int,
    Out,
    Problem,
    Shape,
    WeightedNodeType,
    call,
)


class _Table(WeightedNodeType):
    """What tables share; their vectors are float32 whatever flows in."""

    num_embeddings = Int(1000, min=1, max=100_000_000, doc="How many vectors the table holds.")
    embedding_dim = Int(64, min=1, max=1_000_000, doc="Size of the vectors.")
    padding_idx: Int
    max_norm = Float(
        None,
        min=1e-6,
        max=1e6,
        optional=True,
        group="Advanced",
        doc="Vectors longer than this are shortened when they are looked up.",
    )
    norm_type = Float(
        2.0, min=0.1, max=100.0, group="Advanced", doc="Which norm max_norm measures; 2 is length."
    )
    scale_grad_by_freq = Bool(
        False,
        group="Advanced",
        doc="Divide each vector's gradient by how often the batch looked it up.",
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
        torch_names = ("padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "mode")
        options = self.options(*(name for name in torch_names if name in self.params))
        return call(f"nn.{self.title}", self.num_embeddings, self.embedding_dim, **options)

    def start(self, a: Axes, module: Expr) -> Iterator[Call]:
        """Fill the table; the padding's row starts at zero whatever the others start at."""
        yield from super().start(a, module)
        if self.weight_init != "default" and self.padding_idx is not None:
            yield call("nn.init.zeros_", module.attribute("weight")[self.padding_idx])


class Embedding(_Table, id="embedding", title="Embedding", category="Linear"):
    """Look up a learned vector for every whole number, such as the number of a word.

    Formula: y = W[x]

    Source: torch.nn.Embedding

    When: First in every network that reads words, categories or other numbers of things. Numbers that
    measure something go into a Linear instead.

    Also: lookup table, word vectors, emb, categorical

    See: embedding_bag, linear, parameter
    """

    keeps = ()

    input = In("*B", dtype="int", doc="Numbers from 0 up to num_embeddings - 1.")
    output = Out("*B E", dtype="float32", doc="A vector of embedding_dim numbers for each.")

    padding_idx = Int(
        None,
        min=-100_000_000,
        max=100_000_000,
        optional=True,
        group="Advanced",
        doc="A number whose vector starts at zero and is never trained, such as that of padding.",
    )


class EmbeddingBag(_Table, id="embedding_bag", title="EmbeddingBag", category="Linear"):
    """Look up learned vectors for the numbers of a bag, and hand out their mean, sum or maximum.

    Formula: y = mean_j W[x_j]

    Source: torch.nn.EmbeddingBag

    When: For a bag of words or categories whose order does not matter; it is quicker than Embedding
    and Mean, and leaves padding out. Where order matters, take Embedding.

    Also: bag of words, lookup table, fasttext

    See: embedding, mean
    """

    keeps = ()

    input = In("N L", dtype="int", doc="A bag of L numbers from 0 up to num_embeddings - 1.")
    per_sample_weights = In(
        "N L", optional=True, doc="A factor for every number; only where mode is sum."
    )
    output = Out("N E", dtype="float32", doc="A vector of embedding_dim numbers for each bag.")

    mode = Choice("mean", ("mean", "sum", "max"), doc="What is made of a bag's vectors.")
    padding_idx = Int(
        None,
        min=-100_000_000,
        max=100_000_000,
        optional=True,
        group="Advanced",
        doc="A number that is left out of its bag and never trained, such as that of padding.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """Factors go with sums of float32 vectors; the maximum has no frequencies."""
        yield from super().check(a)
        if self.mode == "max" and self.scale_grad_by_freq:
            yield Problem(
                "NB212",
                "scale_grad_by_freq is on, which torch does not offer where mode is max",
                param="scale_grad_by_freq",
                settings={"scale_grad_by_freq": False},
            )
        if "per_sample_weights" not in a.inputs:
            return
        if self.mode != "sum":
            yield Problem(
                "NB212",
                f"per_sample_weights is connected, but mode is {self.mode}, and factors go with sum only",
                param="mode",
                settings={"mode": "sum"},
            )
        if a.dtype("per_sample_weights") != "float32":
            yield Problem(
                "NB204",
                f"per_sample_weights got {a.dtype('per_sample_weights')}, but the vectors are float32",
                port="per_sample_weights",
            )

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the module; its second argument would be another one."""
        assert module is not None
        factors = {name: value for name, value in x.items() if name != "input"}
        return Call(module, (x["input"],), tuple(factors.items()))
