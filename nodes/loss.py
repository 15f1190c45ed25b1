"""Losses of classes: scalars that training makes smaller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Choice,
    Definition,
    Dim,
    Expr,
    Float,
    Floats,
    In,
    Int,
    LossType,
    Name,
    Out,
    PortInfo,
    Problem,
    TensorType,
    bytes_of,
    call,
    is_known,
    promoted,
)


class _ClassLoss(LossType):
    """A loss that compares scores with the number of the right class."""

    task = "classification"

    input = In("N C *S", doc="A score for every class C, at every position.")
    target = In("N *S", dtype="int", doc="The number of the right class, at every position.")
    loss = Out("", doc="The mean loss.")

    class_weights = Floats(
        (),
        min=0.0,
        max=1e6,
        max_length=1024,
        doc="How much each class counts, by number; torch calls it weight. Empty for all alike.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """Class numbers are int64, and there is a weight for every class."""
        if a.dtype("target") != "int64":
            yield Problem(
                "NB204",
                f"target got {a.dtype('target')}, but class numbers must be int64",
                port="target",
                hint="set the dtype of the Target to int64",
            )
        yield from self._check_weights(a)

    def _check_weights(self, a: Axes) -> Iterator[Problem]:
        count = len(self.class_weights)
        if count and is_known(a.C) and count != a.C:
            yield Problem(
                "NB202",
                f"class_weights has {count} numbers, but input has scores of {a.C} classes",
                param="class_weights",
                hint=f"write {a.C} weights, or none",
                settings={"class_weights": []},
            )

    def _weight(self, x: Mapping[str, Expr]) -> dict[str, Any]:
        """The option ``weight``, as a tensor beside the scores."""
        if not self.class_weights:
            return {}
        return {"weight": x["input"].method("new_tensor", list(self.class_weights))}


class _IgnoringLoss(_ClassLoss):
    """One of those that leave out positions of a certain number."""

    ignore_index = Int(
        -100, min=-1_000_000, max=1_000_000, doc="A class number whose positions do not count."
    )


class CrossEntropyLoss(
    _IgnoringLoss, id="cross_entropy", title="CrossEntropyLoss", category="Loss"
):
    """Compare scores of classes with the right class; it takes raw scores, before any softmax.

    Formula: L = -w[t] log softmax(x)[t], mean over the batch; of probabilities -sum t log softmax(x)

    Source: torch.nn.CrossEntropyLoss

    When: The loss for one class out of several. For several that may hold at once, take
    BCEWithLogitsLoss; for very uneven classes, class_weights or FocalLoss.

    Also: xent, ce, negative log likelihood, nll, softmax loss

    See: nll_loss, focal_loss, bce_with_logits, multi_margin_loss
    """

    label_smoothing = Float(
        0.0, min=0.0, max=1.0, doc="Share of the target that is spread evenly over all classes."
    )
    target_is = Choice(
        "class",
        ("class", "probabilities"),
        doc="What the target holds: the number of the class, or a probability for every class.",
    )

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(values)
        if self.target_is == "probabilities":
            self.in_ports = (self.in_ports[0], PortInfo("target", _PROBABILITIES))

    def check(self, a: Axes) -> Iterator[Problem]:
        """Probabilities have no number to ignore."""
        if self.target_is == "class":
            yield from super().check(a)
            return
        yield from self._check_weights(a)
        if self.ignore_index >= 0:
            yield Problem(
                "NB212",
                f"ignore_index is {self.ignore_index}, but the target holds probabilities",
                param="ignore_index",
                hint="leave it at -100",
                settings={"ignore_index": -100},
            )

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Probabilities take part in the arithmetic."""
        if self.target_is == "class":
            return super().types(a)
        return {"loss": TensorType((), promoted(a.inputs.values()))}

    def extra_memory(self, x: Mapping[str, TensorType], y: Mapping[str, TensorType]) -> Dim:
        """The logarithms of the chances."""
        return bytes_of(x["input"])

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options = {**self._weight(x), **self.options("ignore_index", "label_smoothing")}
        return call("F.cross_entropy", x["input"], x["target"], **options)

    def scored(self, x: Mapping[str, Expr]) -> tuple[Expr, Expr]:
        """Of probabilities, the likeliest class counts as the right one."""
        target = x["target"]
        return x["input"], target if self.target_is == "class" else target.method("argmax", 1)


_PROBABILITIES = In("N C *S", doc="A probability for every class, at every position.")


class NLLLoss(_IgnoringLoss, id="nll_loss", title="NLLLoss", category="Loss"):
    """Compare logarithms of probabilities with the right class; it takes what LogSoftmax gives.

    Formula: L = -w[t] x[t], mean over the batch

    Source: torch.nn.NLLLoss

    When: The network ends in LogSoftmax, or works its probabilities out itself. Otherwise
    CrossEntropyLoss does both in one.

    Also: negative log likelihood, log loss

    See: cross_entropy, log_softmax, kl_div_loss
    """

    input = In("N C *S", doc="The logarithm of every class's probability, at every position.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options = {**self._weight(x), **self.options("ignore_index")}
        return call("F.nll_loss", x["input"], x["target"], **options)


class FocalLoss(_IgnoringLoss, id="focal_loss", title="FocalLoss", category="Loss"):
    """Compare scores of classes with the right class; what is easy already counts little.

    Formula: L = -w[t] (1 - p)^gamma log p, p = softmax(x)[t], mean over the batch

    Source: Lin et al. 2017, "Focal Loss for Dense Object Detection"

    When: Most samples are easy or of one class, and the rare, hard ones matter. With gamma 0 it is
    the cross-entropy.

    Also: imbalanced classes, hard examples, retinanet

    See: cross_entropy, sigmoid_focal_loss, dice_loss
    """

    definitions: ClassVar = (
        Definition('''
            def _focal_loss(
                scores: Tensor,
                target: Tensor,
                gamma: float = 2.0,
                weight: Tensor | None = None,
                ignore_index: int = -100,
            ) -> Tensor:
                """Return the cross-entropy, with what is easy already counting little."""
                options = {"ignore_index": ignore_index, "reduction": "none"}
                plain = F.cross_entropy(scores, target, **options)
                loss = F.cross_entropy(scores, target, weight, **options)
                # Kept off 0, where the power's slope may be infinite.
                hardness = (1 - torch.exp(-plain)).clamp(min=1e-6) ** gamma
                return (hardness * loss).sum() / (target != ignore_index).sum()
        '''),
    )

    gamma = Float(2.0, min=0.0, max=100.0, doc="How much less the easy ones count.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the function."""
        options = {**self.options("gamma"), **self._weight(x), **self.options("ignore_index")}
        return call("_focal_loss", x["input"], x["target"], **options)


class MultiMarginLoss(_ClassLoss, id="multi_margin_loss", title="MultiMarginLoss", category="Loss"):
    """Ask that the right class scores higher than each other one, by a margin.

    Formula: L = sum_i max(0, w[t] (margin - x[t] + x[i]))^p / C over i other than t, mean over the batch

    Source: torch.nn.MultiMarginLoss

    When: The scores are to be ordered and need not be probabilities, as in a support vector machine.

    Also: hinge loss, svm, max margin

    See: cross_entropy, multi_label_margin_loss, hinge_embedding_loss
    """

    input = In("N C", doc="A score for every class C.")
    target = In("N", dtype="int", doc="The number of the right class.")

    p = Int(1, min=1, max=2, doc="The power a miss is taken to.")
    margin = Float(1.0, min=-1e6, max=1e6, doc="By how much the right class has to score higher.")

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        options = {**self.options("p", "margin"), **self._weight(x)}
        return call("F.multi_margin_loss", x["input"], x["target"], **options)


class MultiLabelMarginLoss(
    LossType, id="multi_label_margin_loss", title="MultiLabelMarginLoss", category="Loss"
):
    """Ask that each of several right classes scores higher than every other one, by 1.

    Formula: L = sum_ij max(0, 1 - x[t_j] + x[i]) / C over i in no t, mean over the batch

    Source: torch.nn.MultiLabelMarginLoss

    When: Several classes hold at once and only their order matters. With a 1 or 0 for every class,
    take BCEWithLogitsLoss.

    Also: hinge loss, multi-label

    See: multi_margin_loss, multi_label_soft_margin_loss, bce_with_logits
    """

    task = ""

    input = In("N C", doc="A score for every class C.")
    target = In(
        "N C", dtype="int", doc="The numbers of the right classes, then -1 up to C of them."
    )
    loss = Out("", doc="The mean loss.")

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
        return call("F.multilabel_margin_loss", x["input"], x["target"])


class CTCLoss(LossType, id="ctc_loss", title="CTCLoss", category="Loss"):
    """Compare scores at every step with a shorter sequence of labels that nobody has lined up.

    Formula: L = -log sum p(path) over all paths that spell the labels, per label, mean over the batch

    Source: torch.nn.CTCLoss; Graves et al. 2006

    When: Speech and handwriting, where it is known what was said but not at which step. The steps
    have to be at least as many as the labels.

    Also: connectionist temporal classification, speech, ocr, alignment

    See: cross_entropy, nll_loss, log_softmax
    """

    task = ""
    prediction_port = "log_probs"
    target_port = "targets"
    given_ports = ("input_lengths", "target_lengths")

    log_probs = In("N T C", doc="The logarithm of every label's probability, at every step.")
    targets = In("N S", dtype="int", doc="The labels; what is beyond a sequence's end is ignored.")
    input_lengths = In(
        "N", dtype="int", optional=True, doc="How many steps each sequence has; otherwise all T."
    )
    target_lengths = In(
        "N", dtype="int", optional=True, doc="How many labels each sequence has; otherwise all S."
    )
    loss = Out("", doc="The mean loss.")

    blank = Int(0, min=0, max=1_000_000, doc="The label that stands for none.")
    zero_infinity = Bool(
        True,
        doc="Count sequences too short for their labels as 0, not as infinite. Torch has it off.",
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """The blank is one of the labels, and torch has no kernel for half of the precision."""
        if a.dtype("log_probs") not in ("float32", "float64"):
            message = f"log_probs is {a.dtype('log_probs')}, but torch works this loss out in float32 or float64"
            yield Problem(
                "NB204", message, port="log_probs", hint="put a Cast to float32 before it"
            )
        if is_known(a.C) and self.blank >= a.C:
            yield Problem(
                "NB212",
                f"blank is {self.blank}, but log_probs has labels 0 to {a.C - 1}",
                param="blank",
                settings={"blank": 0},
            )

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function, which wants the steps first."""
        scores, labels = x["log_probs"], x["targets"]
        options = {} if self.blank == 0 else {"blank": self.blank}
        return call(
            "F.ctc_loss",
            scores.method("transpose", 0, 1),
            labels,
            x.get("input_lengths", _all_of(scores, labels)),
            x.get("target_lengths", _all_of(labels, labels)),
            **options,
            **({"zero_infinity": True} if self.zero_infinity else {}),
        )


def _all_of(sequences: Expr, labels: Expr) -> Expr:
    """The lengths of sequences none of which is shorter."""
    shape = sequences.attribute("shape")
    return labels.method("new_full", (shape[0],), shape[1], dtype=Name("torch.int64"))
