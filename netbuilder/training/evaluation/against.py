"""Simpler models beside a network, on the same split: a word on each, and whether it beats them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netbuilder.data.baselines import baselines
from netbuilder.data.verdict import verdict
from netbuilder.training.evaluation.assess import Assessment, Subject

OnModel = Callable[[str, dict[str, Any]], None]


def _nobody(loss: str, found: dict[str, Any]) -> None:
    """Nobody listens."""


def set_against(
    subject: Subject, assessment: Assessment, on_model: OnModel = _nobody
) -> dict[str, Any]:
    """Fit simpler models and return what they reach, by loss.

    Args:
        subject: The run.
        assessment: What the network reaches on a split.
        on_model: Gets the name of the loss and what a model reaches, as each is done.

    Returns:
        For each loss that such models have an answer to: ``models``, as ``baselines`` gives them
        without their ``errors``, and ``verdict``.
    """
    found: dict[str, Any] = {}
    split = assessment.report["split"]
    inputs = [argument.field or argument.name for argument in subject.source.inputs]
    for loss in subject.source.losses:
        if loss.name not in assessment.errors or not loss.target or loss.target in inputs:
            continue
        models = []
        for one in baselines(subject.prepared, inputs, loss.target, loss.task, split=split):
            models.append(one)
            on_model(loss.name, _without_errors(one))
        if models:
            said = verdict(models, assessment.errors[loss.name].tolist(), loss.task)
            found[loss.name] = {"models": [_without_errors(m) for m in models], "verdict": said}
    return found


def _without_errors(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key != "errors"}
