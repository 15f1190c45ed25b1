"""What a linear model reaches on the same split: the figure that stands beside every result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netbuilder.data.baselines import baselines
from netbuilder.data.prepare import Prepared


def baseline(
    prepared: Prepared, inputs: str | Sequence[str], target: str, task: str
) -> dict[str, Any] | None:
    """Fit a linear model on the training samples and score it on held-out ones.

    Args:
        prepared: The data.
        inputs: The field it sees, or several; images are flattened, classes become 0 and 1.
        target: The field it predicts.
        task: ``classification``, ``binary`` or ``regression``.

    Returns:
        ``model``: ``logistic regression``, ``ridge regression``, or ``most frequent class`` where
        training knows one class alone; ``metric`` and ``value``: accuracy, or R2 (the
        squared error where only one sample is held out); ``metrics``: more of them by name;
        ``split``: the first of test, val and train that has samples; ``samples``: how many it was
        fitted on, at most 10,000. None where the target is none that such a model has: a
        sequence of classes, say.

    Raises:
        DataError: There is no such field.
    """
    found = next(baselines(prepared, inputs, target, task, models=("linear",)), None)
    if found is None:  # one class alone, or none at all
        found = next(baselines(prepared, inputs, target, task, models=("guess",)), None)
    if found is None:
        return None
    metric = next(iter(found["metrics"]))
    return {
        "model": found["model"],
        "metric": metric,
        "value": found["metrics"][metric],
        "metrics": found["metrics"],
        "split": found["split"],
        "samples": found["samples"],
    }
