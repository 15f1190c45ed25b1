"""Losses of amounts and of distributions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Choice,
    Expr,
    Float,
    In,
    LossType,
    Out,
    Problem,
    TensorType,
    call,
    promoted,
)


class _AmountLoss(LossType):
    """A loss that compares amounts; ``_one_dtype`` where torch takes no two dtypes."""

    task = "regression"
    _one_dtype: ClassVar[bool] = False

    input = In("*S", doc="What the network says.")
    target = In("*S", doc="What is right; the same shape.")
    loss = Out("", doc="The mean loss.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Torch mixes dtypes here at times, but hardly anybody means it."""
        if a.dtype("input") == a.dtype("target"):
            return
        message = f"target is {a.dtype('target')}, but input is {a.dtype('input')}"
        if not self._one_dtype:
            message += f", so the loss is worked out in {self.types(a)['loss'].dtype}"
        yield Problem(
            "NB204",
            message,
            port="target",
            severity="error" if self._one_dtype else "warning",
            hint=f"set the dtype of the Target to {a.dtype('input')}",
        )

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The loss is of the dtype that holds all."""
        return {"loss": TensorType((), promoted(a.inputs.values()))}


class MSELoss(_AmountLoss, id="mse", title="MSELoss", category="Loss"):
    """Compare numbers by the square of their difference; far misses weigh most.

    Formula: L = (x - t)^2, mean over all numbers

    Source: torch.nn.MSELoss

    When: The usual loss for amounts. Where single targets are far off, HuberLoss or L1Loss are less
    led astray.

    Also: mean squared error, l2, squared loss

    See: l1, huber_loss, smooth_l1_loss, gaussian_nll_loss
    """

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("F.mse_loss", x["input"], x["target"])


class L1Loss(_AmountLoss, id="l1", title="L1Loss", category="Loss"):
    """Compare numbers by their distance; less disturbed by outliers than the square.

    Formula: L = |x - t|, mean over all numbers

    Source: torch.nn.L1Loss

    When: Amounts with outliers, and pictures that are to stay sharp. It aims at the median.

    Also: mae, mean absolute error, absolute loss

    See: mse, smooth_l1_loss, huber_loss
    """

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("F.l1_loss", x["input"], x["target"])


class SmoothL1Loss(_AmountLoss, id="smooth_l1_loss", title="SmoothL1Loss", category="Loss"):
    """Compare numbers by their distance, and by its square where it is small.

    Formula: L = d^2 / (2 beta) for d = |x - t| below beta, otherwise d - beta / 2, mean over all numbers

    Source: torch.nn.SmoothL1Loss; Girshick 2015

    When: The places of boxes, and amounts with outliers. It is HuberLoss divided by beta.

    Also: bounding box regression, robust loss

    See: huber_loss, l1, mse
    """

    beta = Float(1.0, min=0.0, max=1e6, doc="The distance up to which the square counts.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("F.smooth_l1_loss", x["input"], x["target"], **self.options("beta"))


class HuberLoss(_AmountLoss, id="huber_loss", title="HuberLoss", category="Loss"):
    """Compare numbers by their square where they are near, and by their distance where they are not.

    Formula: L = d^2 / 2 for d = |x - t| below delta, otherwise delta (d - delta / 2), mean over all

    Source: torch.nn.HuberLoss; Huber 1964

    When: Amounts of which some are far off: as exact as MSELoss near the target, as calm as L1Loss
    far from it.

    Also: robust loss, outliers

    See: smooth_l1_loss, mse, l1
    """

    _one_dtype = True

    delta = Float(1.0, min=1e-6, max=1e6, doc="The distance up to which the square counts.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("F.huber_loss", x["input"], x["target"], **self.options("delta"))


class PoissonNLLLoss(_AmountLoss, id="poisson_nll_loss", title="PoissonNLLLoss", category="Loss"):
    """Compare rates with counts of what happened.

    Formula: L = exp(x) - t x, or without log_input x - t log(x + eps), mean over all numbers

    Source: torch.nn.PoissonNLLLoss

    When: The target counts events, such as visits in an hour. Amounts that are no counts go with
    MSELoss.

    Also: poisson regression, counts, rate

    See: mse, gaussian_nll_loss
    """

    log_input = Bool(True, doc="What comes in is the logarithm of the rate.")
    full = Bool(False, doc="Add the part that does not depend on the network.")
    eps = Float(1e-8, min=1e-12, max=1.0, doc="Keeps the logarithm from 0, without log_input.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options = self.options("log_input", "full", "eps")
        return call("F.poisson_nll_loss", x["input"], x["target"], **options)

    def scored(self, x: Mapping[str, Expr]) -> tuple[Expr, Expr]:
        """Metrics take rates."""
        return x["input"].method("exp") if self.log_input else x["input"], x["target"]


class GaussianNLLLoss(
    _AmountLoss, id="gaussian_nll_loss", title="GaussianNLLLoss", category="Loss"
):
    """Compare numbers of which the network also says how sure it is, as a variance.

    Formula: L = (log v + (x - t)^2 / v) / 2, mean over all numbers

    Source: torch.nn.GaussianNLLLoss; Nix and Weigend 1994

    When: The spread of the target differs from sample to sample and is wanted too. Let a Softplus or
    an Exp make the variance positive.

    Also: uncertainty, heteroscedastic regression, variance

    See: mse, poisson_nll_loss
    """

    input = In("*S", doc="What the network says.")
    target = In("*S", doc="What is right; the same shape.")
    var = In("*S", within=(0.0, 1e9), doc="The variance, 0 or more; the same shape.")

    full = Bool(False, doc="Add the part that does not depend on the network.")
    eps = Float(1e-6, min=1e-12, max=1.0, doc="The least variance that is divided by.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options = self.options("full", "eps")
        return call("F.gaussian_nll_loss", x["input"], x["target"], x["var"], **options)


class KLDivLoss(_AmountLoss, id="kl_div_loss", title="KLDivLoss", category="Loss"):
    """Compare a distribution, given as logarithms, with the right one.

    Formula: L = t (log t - x), or with log_target exp(t) (t - x)

    Source: torch.nn.KLDivLoss; Kullback and Leibler 1951

    When: One network learns from another, or a distribution is to come near a known one. Of a known
    class, CrossEntropyLoss is the same.

    Also: kullback-leibler, distillation, relative entropy

    See: cross_entropy, nll_loss, log_softmax
    """

    input = In("*S", doc="Logarithms of probabilities, such as LogSoftmax gives.")
    target = In("*S", doc="Probabilities, or with log_target their logarithms; the same shape.")

    reduction = Choice(
        "batchmean",
        ("batchmean", "mean"),
        doc="Whether the sum is divided by the samples, as torch will by default, or by all numbers.",
    )
    log_target = Bool(False, doc="The target holds logarithms too.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """A single number has no batch."""
        yield from super().check(a)
        if self.reduction == "batchmean" and not a.S:
            yield Problem(
                "NB201",
                "reduction is batchmean, but input is a scalar, which has no batch",
                param="reduction",
                settings={"reduction": "mean"},
            )

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options = self.options("log_target")
        if self.reduction == "mean":  # of torch's own "mean" it says itself that it misleads
            each = call("F.kl_div", x["input"], x["target"], reduction="none", **options)
            return each.method("mean")
        return call("F.kl_div", x["input"], x["target"], reduction=self.reduction, **options)

    def scored(self, x: Mapping[str, Expr]) -> tuple[Expr, Expr]:
        """Metrics take probabilities."""
        target = x["target"].method("exp") if self.log_target else x["target"]
        return x["input"].method("exp"), target
