"""Picking numbers by their places along an axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netbuilder.node_api import (
    Axes,
    Expr,
    In,
    Int,
    NodeType,
    Out,
    Problem,
    Shape,
    axis_at,
    axis_problems,
    broadcast,
    is_known,
    shape_text,
)


class _Pick(NodeType):
    """What picks numbers along an axis by their places."""

    input = In("*A", dtype="any", doc="What is picked from.")
    output = Out("*R", doc="The numbers picked.")

    dim = Int(1, min=-16, max=15, doc="The axis to pick along; 0 is the batch.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axis exists, and the places have as many axes as what is picked from."""
        input_, index = a.shape("input"), a.shape("index")
        outside = list(axis_problems("input", input_, "dim", (self.dim,), default=-1))
        yield from outside
        if outside:
            return
        if a.dtype("index") not in ("int64", "int32"):
            message = f"index got {a.dtype('index')}, but places are int64 or int32"
            hint = "put a Cast to int64 before it"
            yield Problem("NB204", message, port="index", hint=hint)
        elif len(input_) != len(index) or not input_:
            yield Problem(
                "NB201",
                f"index is {shape_text(index)} and input is {shape_text(input_)}, "
                "but both must have as many axes, and at least 1",
                port="index",
                hint="give index axes of size 1 with Unsqueeze",
            )
        else:
            axis = axis_at(self.dim, len(input_))
            if axis == 0:
                message = "dim is the batch, axis 0, so it mixes samples"
                yield Problem("NB213", message, param="dim", severity="warning")
            yield from self._fit(axis, input_, index)

    def _fit(self, axis: int, input_: Shape, index: Shape) -> Iterator[Problem]:
        """What does not fit of sizes of as many axes."""
        return iter(())


class Gather(_Pick, id="gather", title="Gather", category="Selection"):
    """Pick numbers along an axis, at every place that which the index says.

    Formula: y_nij = x_n(k)j, k = index_nij, where dim is 1

    Source: torch.gather

    When: For the number at a computed place, such as the score of a chosen class; index has as many
    axes as input. To pick whole vectors by place use TakeAlongDim.

    Also: index, pick, lookup, index_select

    See: take_along_dim, topk, argmax, embedding
    """

    index = In("*B", dtype="int", doc="The places, counted from 0; as many axes as input.")

    def _fit(self, axis: int, input_: Shape, index: Shape) -> Iterator[Problem]:
        for other, (size, places) in enumerate(zip(input_, index, strict=True)):
            if other != axis and is_known(size) and is_known(places) and places > size:
                yield Problem(
                    "NB202",
                    f"index has {places} along axis {other}, but input has {size}; "
                    f"only along axis {axis} may it have more",
                    port="index",
                )

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """A number for every place."""
        return {"R": a.shape("index")}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the tensor's method."""
        return x["input"].method("gather", self.dim, x["index"])


class TakeAlongDim(_Pick, id="take_along_dim", title="TakeAlongDim", category="Selection"):
    """Pick along an axis by places; other axes of size 1 are repeated, so whole vectors can be picked.

    Formula: y_nij = x_n(k)j, k = index_nij, where dim is 1

    Source: torch.take_along_dim

    When: For one step of every sequence, such as the last one that is no padding: input N x T x C, index
    N x 1 x 1.

    Also: pick step, last step, take, index, numpy take

    See: gather, topk, argmax
    """

    index = In("*B", dtype="int", doc="The places, counted from 0; other axes may have size 1.")

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """All axes but that of the places broadcast."""
        input_, index = a.shape("input"), a.shape("index")
        axis = axis_at(self.dim, len(input_))
        alike = (*input_[:axis], index[axis], *input_[axis + 1 :])
        return {"R": broadcast(alike, index, "input but for its axis dim", "index")}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Repeat what has size 1, and gather; torch's own function fixes axes that are left open."""
        input_, index = a.shape("input"), a.shape("index")
        axis = axis_at(self.dim, len(input_))
        value = _repeated(x["input"], input_, axis, x["index"], index)
        places = _repeated(x["index"], index, axis, x["input"], input_)
        return value.method("gather", self.dim, places)


def _repeated(value: Expr, shape: Shape, axis: int, other: Expr, wanted: Shape) -> Expr:
    """Repeat axes of size 1, all but one, so often as another tensor has places there."""
    sizes: list[Any] = [-1] * len(shape)
    for place, (mine, size) in enumerate(zip(shape, wanted, strict=True)):
        if place != axis and mine != size != 1:  # what fits is 1; torch refuses to repeat others
            sizes[place] = size if is_known(size) else other.attribute("shape")[place]
    return value.method("expand", *sizes) if any(size != -1 for size in sizes) else value
