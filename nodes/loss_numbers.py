"""Losses that compare number with number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from netbuilder.node_api import (
    Axes,
    Definition,
    Expr,
    Float,
    Floats,
    In,
    LossType,
    Out,
    Problem,
    Shape,
    TensorType,
    call,
    is_known,
    promoted,
)


class _ElementLoss(LossType):
    """A loss that compares number with number; ``_one_dtype`` where torch takes no two dtypes."""

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
        """The loss is of the dtype that holds both."""
        return {"loss": TensorType((), promoted(a.inputs.values()))}

    def _check_weights(self, shape: Shape, param: str, *, stretches: bool) -> Iterator[Problem]:
        """Weights go along the last axis; some losses stretch an axis of one to fit them."""
        count = len(getattr(self, param))
        if count and len(shape) < 2:
            message = f"{param} has {count} numbers, but input has no axis besides the batch"
            yield Problem("NB213", message, param=param, settings={param: []})
            return
        last = shape[-1] if shape else 1
        if count <= 1 or not is_known(last) or count == last:
            return
        yield Problem(
            "NB210",
            f"{param} has {count} numbers, but the last axis of input has {last}",
            param=param,
            severity="warning" if last == 1 and stretches else "error",
            hint=f"write one weight, {last} of them or none",
            settings={param: []},
        )


class BCEWithLogitsLoss(
    _ElementLoss, id="bce_with_logits", title="BCEWithLogitsLoss", category="Loss"
):
    """Compare scores of yes-or-no questions with 1 or 0; it takes raw scores, before any sigmoid.

    Formula: L = -(w t log s(x) + (1 - t) log(1 - s(x))), s the sigmoid, mean over all numbers

    Source: torch.nn.BCEWithLogitsLoss

    When: For two classes, or for labels of which several may hold at once. For one class out of
    many, take CrossEntropyLoss.

    Also: bce, binary cross entropy, log loss, logistic loss, multi-label

    See: bce_loss, cross_entropy, sigmoid_focal_loss, dice_loss
    """

    task = "binary"

    pos_weight = Floats(
        (),
        min=0.0,
        max=1e6,
        max_length=1024,
        doc="How much a yes counts against a no: one number, or one a place of the last axis.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """The weights go with the last axis."""
        yield from super().check(a)
        yield from self._check_weights(a.S, "pos_weight", stretches=False)

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Torch works this loss out in the target's dtype."""
        return {"loss": TensorType((), a.dtype("target"))}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options: dict[str, Any] = {}
        if self.pos_weight:
            options["pos_weight"] = x["target"].method("new_tensor", list(self.pos_weight))
        return call("F.binary_cross_entropy_with_logits", x["input"], x["target"], **options)


class BCELoss(_ElementLoss, id="bce_loss", title="BCELoss", category="Loss"):
    """Compare probabilities with 1 or 0; it takes what a sigmoid gives.

    Formula: L = -(t log x + (1 - t) log(1 - x)), mean over all numbers

    Source: torch.nn.BCELoss

    When: The network says probabilities, as an autoencoder of pictures does. Behind a sigmoid,
    BCEWithLogitsLoss without it is steadier, and trains in bf16 too.

    Also: binary cross entropy, log loss

    See: bce_with_logits, sigmoid
    """

    task = "binary"
    _one_dtype = True

    input = In("*S", within=(0.0, 1.0), doc="Probabilities, from 0 to 1.")
    target = In("*S", within=(0.0, 1.0), doc="What is right, from 0 to 1; the same shape.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("F.binary_cross_entropy", x["input"], x["target"])

    def scored(self, x: Mapping[str, Expr]) -> tuple[Expr, Expr]:
        """Metrics take scores, not probabilities."""
        return x["input"].method("logit"), x["target"]


class SigmoidFocalLoss(
    _ElementLoss, id="sigmoid_focal_loss", title="SigmoidFocalLoss", category="Loss"
):
    """Compare scores of yes-or-no questions with 1 or 0; what is easy already counts little.

    Formula: L = -a (1 - p)^gamma log p, p what the sigmoid gives the right answer, a alpha or 1 - alpha

    Source: torchvision.ops.sigmoid_focal_loss; Lin et al. 2017

    When: Nearly all answers are no, as in finding objects. With gamma 0 and alpha 0.5 it is half of
    BCEWithLogitsLoss.

    Also: focal loss, imbalanced classes, hard examples, retinanet

    See: focal_loss, bce_with_logits, dice_loss
    """

    task = "binary"
    definitions: ClassVar = (
        Definition('''
            def _sigmoid_focal_loss(
                scores: Tensor, target: Tensor, alpha: float = 0.25, gamma: float = 2.0
            ) -> Tensor:
                """Return the binary cross-entropy, with easy answers counting little."""
                loss = F.softplus(scores) - target * scores
                share = alpha * target + (1 - alpha) * (1 - target)
                # Kept off 0, where the power's slope may be infinite.
                hardness = (1 - torch.exp(-loss)).clamp(min=1e-6) ** gamma
                return (share * hardness * loss).mean()
        '''),
    )

    alpha = Float(0.25, min=0.0, max=1.0, doc="How much a yes counts; a no counts the rest to 1.")
    gamma = Float(2.0, min=0.0, max=100.0, doc="How much less the easy ones count.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the function."""
        options = self.options("alpha", "gamma")
        return call("_sigmoid_focal_loss", x["input"], x["target"], **options)


class DiceLoss(_ElementLoss, id="dice_loss", title="DiceLoss", category="Loss"):
    """Compare the area that scores mark with the right one, by how much the two overlap.

    Formula: L = 1 - (2 sum p t + smooth) / (sum p + sum t + smooth), p = s(x), mean over the batch

    Source: Milletari et al. 2016, "V-Net"

    When: Segmentation where the marked area is small, alone or together with BCEWithLogitsLoss.

    Also: f1 loss, segmentation, overlap, soft dice

    See: bce_with_logits, sigmoid_focal_loss, focal_loss
    """

    task = "binary"
    definitions: ClassVar = (
        Definition('''
            def _dice_loss(scores: Tensor, target: Tensor, smooth: float = 1.0) -> Tensor:
                """Return how little the marked areas overlap, from 0 to 1."""
                said, true = scores.sigmoid().flatten(1), target.flatten(1)
                overlap = 2 * (said * true).sum(1) + smooth
                return (1 - overlap / (said.sum(1) + true.sum(1) + smooth)).mean()
        '''),
    )

    input = In("N C *S", doc="A score for every place; it takes raw scores, before any sigmoid.")
    target = In("N C *S", doc="1 for every place that is marked, otherwise 0; the same shape.")

    smooth = Float(
        1.0, min=1e-8, max=1e6, doc="Added above and below, so that empty areas have a loss too."
    )

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the function."""
        return call("_dice_loss", x["input"], x["target"], **self.options("smooth"))


class SoftMarginLoss(_ElementLoss, id="soft_margin_loss", title="SoftMarginLoss", category="Loss"):
    """Compare scores of yes-or-no questions with 1 or -1; it takes raw scores.

    Formula: L = log(1 + exp(-t x)), mean over all numbers

    Source: torch.nn.SoftMarginLoss

    When: The data say 1 and -1. With 1 and 0, BCEWithLogitsLoss is the same.

    Also: logistic loss, binary

    See: bce_with_logits, hinge_embedding_loss, multi_label_soft_margin_loss
    """

    task = "binary"

    target = In("*S", doc="1 or -1; the same shape.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("F.soft_margin_loss", x["input"], x["target"])

    def scored(self, x: Mapping[str, Expr]) -> tuple[Expr, Expr]:
        """Metrics take 1 and 0."""
        return x["input"], x["target"].compare(">", 0)


class MultiLabelSoftMarginLoss(
    _ElementLoss,
    id="multi_label_soft_margin_loss",
    title="MultiLabelSoftMarginLoss",
    category="Loss",
):
    """Compare scores of several labels with 1 or 0 each; it takes raw scores, before any sigmoid.

    Formula: L = -sum w (t log s(x) + (1 - t) log(1 - s(x))) / C, s the sigmoid, mean over the batch

    Source: torch.nn.MultiLabelSoftMarginLoss

    When: Several labels may hold at once and count differently. Otherwise BCEWithLogitsLoss is the
    same.

    Also: multi-label, binary cross entropy

    See: bce_with_logits, multi_label_margin_loss, soft_margin_loss
    """

    task = "binary"

    input = In("*S C", doc="A score for every label.")
    target = In("*S C", doc="1 or 0 for every label; the same shape.")

    class_weights = Floats(
        (),
        min=0.0,
        max=1e6,
        max_length=1024,
        doc="How much each label counts; torch calls it weight. Empty for all alike.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """The weights go with the labels."""
        yield from super().check(a)
        yield from self._check_weights((*a.S, a.C), "class_weights", stretches=True)

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options: dict[str, Any] = {}
        if self.class_weights:
            options["weight"] = x["input"].method("new_tensor", list(self.class_weights))
        return call("F.multilabel_soft_margin_loss", x["input"], x["target"], **options)
