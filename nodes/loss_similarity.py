"""Losses that bring together what belongs together: of pairs, triplets and batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Definition,
    Dim,
    Expr,
    Float,
    In,
    LossType,
    Out,
    Problem,
    TensorType,
    call,
    product,
    promoted,
)


class _SimilarityLoss(LossType):
    """A loss without metrics: what it compares are places in a space that the network makes up."""

    task = ""

    loss = Out("", doc="The mean loss.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Torch mixes dtypes here in ways that differ from loss to loss."""
        (first, kind), *others = ((port, flows.dtype) for port, flows in a.inputs.items())
        for port, dtype in others:
            if dtype != kind:
                message = f"{port} is {dtype}, but {first} is {kind}"
                hint = f"set the dtype of what flows into {port} to {kind}"
                yield Problem("NB204", message, port=port, hint=hint)
                return

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The loss is of the dtype that holds all."""
        return {"loss": TensorType((), promoted(a.inputs.values()))}


class CosineEmbeddingLoss(
    _SimilarityLoss, id="cosine_embedding_loss", title="CosineEmbeddingLoss", category="Loss"
):
    """Turn pairs of vectors towards each other where they belong together, and apart elsewhere.

    Formula: L = 1 - cos(x1, x2) where t = 1, max(0, cos(x1, x2) - margin) where t = -1, mean

    Source: torch.nn.CosineEmbeddingLoss

    When: Pairs that are known to be alike or not, and only the direction of a vector matters.

    Also: siamese, similarity, metric learning, contrastive

    See: triplet_margin_loss, info_nce, hinge_embedding_loss
    """

    prediction_port = "input1"

    input1 = In("N E", doc="One vector of every pair.")
    input2 = In("N E", doc="The other one.")
    target = In("N", doc="1 for pairs that belong together, -1 for others.")

    margin = Float(0.0, min=-1.0, max=1.0, doc="The cosine up to which others are left alone.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options = self.options("margin")
        return call("F.cosine_embedding_loss", x["input1"], x["input2"], x["target"], **options)


class TripletMarginLoss(
    _SimilarityLoss, id="triplet_margin_loss", title="TripletMarginLoss", category="Loss"
):
    """Bring an anchor nearer to what is like it than to what is not, by a margin.

    Formula: L = max(0, |a - p| - |a - n| + margin), mean over the batch

    Source: torch.nn.TripletMarginLoss; Balntas et al. 2016

    When: Every sample comes with one alike and one that is not, as with faces. InfoNCE takes all
    others of a batch instead.

    Also: metric learning, siamese, face recognition, embedding

    See: info_nce, cosine_embedding_loss, margin_ranking_loss
    """

    prediction_port = "anchor"
    target_port = ""

    anchor = In("N E", doc="A vector a sample.")
    positive = In("N E", doc="The vector of what is like it.")
    negative = In("N E", doc="The vector of what is not.")

    margin = Float(1.0, min=1e-6, max=1e6, doc="By how much farther the unlike one has to be.")
    p = Float(2.0, min=1e-3, max=1e3, doc="The power of the distance: 2 for the usual one.")
    swap = Bool(False, doc="Take the distance from positive to negative where that is shorter.")
    eps = Float(1e-6, min=1e-12, max=1.0, group="Advanced", doc="Keeps distances from 0.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options = self.options("margin", "p", "eps", "swap")
        inputs = x["anchor"], x["positive"], x["negative"]
        return call("F.triplet_margin_loss", *inputs, **options)


class InfoNCE(_SimilarityLoss, id="info_nce", title="InfoNCE", category="Loss"):
    """Bring each query nearer to its own key than to all other keys of the batch.

    Formula: L = -log softmax(q K^T / temperature)[own], q and K of length 1, mean over the batch

    Source: van den Oord et al. 2018; Radford et al. 2021 (CLIP) where symmetric

    When: Two views of every sample and no labels. Large batches help, since the others are what it
    tells a sample from.

    Also: contrastive, nt-xent, clip, simclr, self-supervised

    See: triplet_margin_loss, cosine_embedding_loss, cross_entropy
    """

    prediction_port = "query"
    target_port = ""
    definitions: ClassVar = (
        Definition('''
            def _info_nce(
                query: Tensor, key: Tensor, temperature: float = 0.07, symmetric: bool = False
            ) -> Tensor:
                """Return the cross-entropy of finding each query's key among all keys."""
                scores = F.normalize(query, dim=1) @ F.normalize(key, dim=1).T / temperature
                own = torch.arange(len(scores), device=scores.device)
                loss = F.cross_entropy(scores, own)
                if symmetric:
                    loss = (loss + F.cross_entropy(scores.T, own)) / 2
                return loss
        '''),
    )

    query = In("N E", doc="A vector a sample.")
    key = In("N E", doc="The vector of what belongs to it.")

    temperature = Float(0.07, min=1e-4, max=1e4, doc="How sharply near ones are told apart.")
    symmetric = Bool(False, doc="Also find the query of each key, and take the mean.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The product takes one dtype."""
        if a.dtype("query") != a.dtype("key"):
            message = f"key is {a.dtype('key')}, but query is {a.dtype('query')}"
            yield Problem("NB204", message, port="key")

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """Every query with every key."""
        return 2 * product((a.N, a.N, a.E))

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the function."""
        options = self.options("temperature", "symmetric")
        return call("_info_nce", x["query"], x["key"], **options)


class HingeEmbeddingLoss(
    _SimilarityLoss, id="hinge_embedding_loss", title="HingeEmbeddingLoss", category="Loss"
):
    """Make distances small where things belong together, and at least a margin elsewhere.

    Formula: L = x where t = 1, max(0, margin - x) where t = -1, mean over all numbers

    Source: torch.nn.HingeEmbeddingLoss

    When: The network says a distance for every pair itself. With vectors, take CosineEmbeddingLoss.

    Also: siamese, contrastive, distance

    See: cosine_embedding_loss, triplet_margin_loss, soft_margin_loss
    """

    input = In("*S", doc="Distances.")
    target = In("*S", doc="1 for pairs that belong together, -1 for others; the same shape.")

    margin = Float(1.0, min=-1e6, max=1e6, doc="The distance from which others are left alone.")

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The target only chooses."""
        return {"loss": TensorType((), a.dtype("input"))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options = self.options("margin")
        return call("F.hinge_embedding_loss", x["input"], x["target"], **options)


class MarginRankingLoss(
    _SimilarityLoss, id="margin_ranking_loss", title="MarginRankingLoss", category="Loss"
):
    """Ask that one of two scores is higher, by a margin.

    Formula: L = max(0, -t (x1 - x2) + margin), mean over all numbers

    Source: torch.nn.MarginRankingLoss

    When: It is known which of two is better, but not how good each is, as in search results.

    Also: ranking, pairwise, learning to rank

    See: triplet_margin_loss, hinge_embedding_loss
    """

    prediction_port = "input1"

    input1 = In("*S", doc="The scores of the first of every pair.")
    input2 = In("*S", doc="The scores of the second; the same shape.")
    target = In("*S", doc="1 where the first is to be higher, -1 where the second is.")

    margin = Float(0.0, min=-1e6, max=1e6, doc="By how much higher.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options = self.options("margin")
        return call("F.margin_ranking_loss", x["input1"], x["input2"], x["target"], **options)
