"""What a linear model reaches on the same split: the figure a network has to beat."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from netbuilder.data.arrays import Array
from netbuilder.data.prepare import Prepared
from netbuilder.data.source import DataError

if TYPE_CHECKING:
    from netbuilder.check.fields import Field

# More samples change a linear model's figure by little, and its fit takes minutes on images.
MOST_SAMPLES = 10_000
MOST_STEPS = 500

Floats = npt.NDArray[np.float64]


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
        squared error where only one sample is held out); ``metrics``: more of them by name; ``split``: the first of test, val and train that has samples; ``samples``:
        how many it was fitted on, at most 10,000. None where the target is none that such a
        model has: a sequence of classes, say.

    Raises:
        DataError: There is no such field.
    """
    names = [inputs] if isinstance(inputs, str) else list(inputs)
    for name in (*names, target):
        if name not in prepared.fields:
            raise DataError(f"there is no field {name}; there are: {', '.join(prepared.fields)}")
    split = next(split for split in ("test", "val", "train") if prepared.splits[split])
    count = min(MOST_SAMPLES, len(prepared.indices["train"]))
    known = {name: values[:count] for name, values in prepared.splits["train"].items()}
    held = prepared.splits[split]
    answers = _answers(known[target], task), _answers(held[target], task)
    if answers[0] is None or answers[1] is None:
        return None
    fit = _regress if task == "regression" else _classify
    x, x_held = (_features(part, names, prepared.fields) for part in (known, held))
    model, metrics = fit(x, answers[0], x_held, answers[1])
    metric = next(iter(metrics))
    return {
        "model": model,
        "metric": metric,
        "value": metrics[metric],
        "metrics": metrics,
        "split": split,
        "samples": count,
    }


def _answers(values: Array, task: str) -> Array | None:
    """One answer a sample; for regression also a row of them."""
    flat = values.reshape(len(values), -1)
    if task == "regression":
        return flat.astype(np.float64)
    if flat.shape[1] != 1 or not np.array_equal(flat, np.floor(flat)):
        return None
    return flat[:, 0].astype(np.int64)


def _features(
    part: Mapping[str, Array], names: Sequence[str], fields: Mapping[str, Field]
) -> Floats:
    columns: list[Floats] = []
    for name in names:
        values = part[name].reshape(len(part[name]), -1)
        classes = len(fields[name].classes)
        if classes:
            values = np.eye(classes)[values.astype(np.int64)].reshape(len(values), -1)
        columns.append(values.astype(np.float64))
    return np.concatenate(columns, axis=1)


def _classify(x: Floats, y: Array, x_held: Floats, y_held: Array) -> tuple[str, dict[str, float]]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classes = np.unique(y)
    if len(classes) == 1:
        return "most frequent class", {"accuracy": float(np.mean(y_held == classes[0]))}
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=MOST_STEPS))
    with warnings.catch_warnings():
        # After so many steps its accuracy has settled; whether its last digits have is of no interest.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y)
    metrics = {"accuracy": float(accuracy_score(y_held, model.predict(x_held)))}
    if len(classes) == 2 and np.array_equal(np.unique(y_held), classes):
        metrics["auroc"] = float(roc_auc_score(y_held, model.predict_proba(x_held)[:, 1]))
    return "logistic regression", metrics


def _regress(x: Floats, y: Array, x_held: Floats, y_held: Array) -> tuple[str, dict[str, float]]:
    from sklearn.linear_model import Ridge
    from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    said = make_pipeline(StandardScaler(), Ridge()).fit(x, y).predict(x_held)
    said = said.reshape(y_held.shape)
    metrics = {"mse": float(mean_squared_error(y_held, said))}
    metrics["mae"] = float(mean_absolute_error(y_held, said))
    if len(y_held) > 1:  # with one sample there is no variance to explain
        return "ridge regression", {"r2": float(r2_score(y_held, said)), **metrics}
    return "ridge regression", metrics
