"""Losses: scalars that training makes smaller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Expr,
    Float,
    In,
    Int,
    LossType,
    Out,
    Problem,
    TensorType,
    call,
    promoted,
)


class CrossEntropyLoss(LossType, id="cross_entropy", title="CrossEntropyLoss", category="Loss"):
    """Compare scores of classes with the right class; it takes raw scores, before any softmax.

    Formula: L = -log softmax(x)[target], mean over the batch

    Source: torch.nn.CrossEntropyLoss

    Also: xent, ce, negative log likelihood, nll, softmax loss
    """

    task = "classification"

    input = In("N C *S", doc="A score for every class C, at every position.")
    target = In("N *S", dtype="int", doc="The number of the right class, at every position.")
    loss = Out("", doc="The mean loss.")

    label_smoothing = Float(
        0.0, min=0.0, max=1.0, doc="Share of the target that is spread evenly over all classes."
    )
    ignore_index = Int(
        -100, min=-1_000_000, max=1_000_000, doc="A class number whose positions do not count."
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """Class numbers are int64."""
        if a.dtype("target") != "int64":
            yield Problem(
                "NB204",
                f"target got {a.dtype('target')}, but class numbers must be int64",
                port="target",
                hint="set the dtype of the Target to int64",
            )

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options = self.options("ignore_index", "label_smoothing")
        return call("F.cross_entropy", x["input"], x["target"], **options)


class _ElementLoss(LossType):
    """A loss that compares number with number."""

    input = In("*S", doc="What the network says.")
    target = In("*S", doc="What is right; the same shape.")
    loss = Out("", doc="The mean loss.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Torch mixes dtypes here, but hardly anybody means it."""
        if a.dtype("input") != a.dtype("target"):
            dtype = self.types(a)["loss"].dtype
            yield Problem(
                "NB204",
                f"target is {a.dtype('target')}, but input is {a.dtype('input')}, so the loss is worked out in {dtype}",
                port="target",
                severity="warning",
                hint=f"set the dtype of the Target to {a.dtype('input')}",
            )

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The loss is of the dtype that holds both."""
        return {"loss": TensorType((), promoted(a.inputs.values()))}


class BCEWithLogitsLoss(
    _ElementLoss, id="bce_with_logits", title="BCEWithLogitsLoss", category="Loss"
):
    """Compare scores of yes-or-no questions with 1 or 0; it takes raw scores, before any sigmoid.

    Formula: L = -(t log s(x) + (1 - t) log(1 - s(x))), s the sigmoid, mean over all numbers

    Source: torch.nn.BCEWithLogitsLoss

    Also: bce, binary cross entropy, log loss, logistic loss
    """

    task = "binary"

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Torch works this loss out in the target's dtype."""
        return {"loss": TensorType((), a.dtype("target"))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("F.binary_cross_entropy_with_logits", x["input"], x["target"])


class MSELoss(_ElementLoss, id="mse", title="MSELoss", category="Loss"):
    """Compare numbers by the square of their difference; far misses weigh most.

    Formula: L = (x - t)^2, mean over all numbers

    Source: torch.nn.MSELoss

    Also: mean squared error, l2, squared loss
    """

    task = "regression"

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("F.mse_loss", x["input"], x["target"])


class L1Loss(_ElementLoss, id="l1", title="L1Loss", category="Loss"):
    """Compare numbers by their distance; less disturbed by outliers than the square.

    Formula: L = |x - t|, mean over all numbers

    Source: torch.nn.L1Loss

    Also: mae, mean absolute error, absolute loss
    """

    task = "regression"

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("F.l1_loss", x["input"], x["target"])
