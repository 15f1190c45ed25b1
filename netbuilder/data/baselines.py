"""What simpler models reach on the same split, and whether a network does better than they do.

Limits on samples, values and trees keep all of them within a minute on 60,000 images of 28 x 28; where
one of them cuts something, the result says so.
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from netbuilder.data.arrays import Array
from netbuilder.data.baseline_models import MAKERS, SEED, Case, LeftOutError, Model
from netbuilder.data.prepare import Prepared
from netbuilder.data.source import DataError
from netbuilder.data.streamed import Streamed, is_streamed
from netbuilder.data.verdict import errors_of, scored_places

if TYPE_CHECKING:
    from netbuilder.check.fields import Field

MOST_VALUES = 1_024  # of one sample
_AT_ONCE = 64  # samples that are read at once of those that stay on disk
_MANY_VALUES = 1_000_000  # of all samples, from which on several threads are worth it

Singles = npt.NDArray[np.float32]


def baselines(
    prepared: Prepared,
    inputs: str | Sequence[str],
    target: str,
    task: str,
    *,
    split: str = "",
    models: Sequence[str] = tuple(MAKERS),
) -> Iterator[dict[str, Any]]:
    """Fit simple models on the training samples and yield what each reaches on held-out ones.

    Args:
        prepared: The data.
        inputs: The field they see, or several; images are flattened, classes become 0 and 1, and of
            a long sequence of classes it is counted how often each is there.
        target: The field they predict.
        task: ``classification``, ``binary`` or ``regression``.
        split: What they are scored on; by default the first of test, val and train with samples.
        models: Which of ``guess`` (the most frequent class, or the mean), ``linear`` (logistic or
            ridge regression), ``forest``, ``boosting`` and ``neighbours``.

    Yields:
        Plain data, as each model is done: ``name``, as in ``models``; ``model``, what people call
        it; ``split``; ``metrics`` by name: accuracy, macro F1 and, where it is defined, the area
        under the ROC curve; or R2, the mean squared and the mean absolute error; ``seconds`` that
        the fit took; ``samples`` it was fitted on; ``held``: samples it was scored on; ``errors``:
        for each of these 0 or 1, whether it was missed, or the squared error; ``note``: what was
        cut, or why there are no metrics. Nothing where the target is none that such models have,
        a sequence of classes, say; ``guess`` alone where training knows one class only.

    Raises:
        DataError: There is no such field, or no sample in the split.
    """
    names = [inputs] if isinstance(inputs, str) else list(inputs)
    for name in (*names, target):
        if name not in prepared.fields:
            raise DataError(f"there is no field {name}; there are: {', '.join(prepared.fields)}")
    split = split or held_out(prepared)
    if not prepared.splits.get(split):
        raise DataError(f"the split {split} has no samples to score simpler models on")
    case = _case(prepared, names, target, task, split)
    if case is None:
        return
    single = task != "regression" and case.outputs == 1
    for name in models:
        if name == "guess" or not single:
            yield {**_fitted(case, name), "split": split}


def held_out(prepared: Prepared) -> str:
    """The split that figures are told of: the first of test, val and train that has samples."""
    return next(split for split in ("test", "val", "train") if prepared.splits[split])


def _case(
    prepared: Prepared, names: Sequence[str], target: str, task: str, split: str
) -> Case | None:
    known, held = prepared.splits["train"], prepared.splits[split]
    if is_streamed(known[target]):  # an image
        return None
    places, scored = (scored_places(len(part[target])) for part in (known, held))
    y, y_held = (_answers(part[target], task) for part in (known, held))
    if y is None or y_held is None:
        return None
    seen = {
        name: _seen(values.rows(places))
        for name in names
        if is_streamed(values := known[name]) and not prepared.fields[name].classes
    }
    parts = [
        {
            name: _few(part[name], at, seen[name]) if name in seen else part[name][at]
            for name in names
        }
        for part, at in ((known, places), (held, scored))
    ]
    x, x_held = (_columns(part, prepared.fields) for part in parts)
    notes = []
    if len(places) < len(y):
        notes.append(f"fitted on {len(places):,} of {len(y):,} samples")
    if len(scored) < len(y_held):
        notes.append(f"scored on {len(scored):,} of {len(y_held):,}")
    kept = _kept(x)
    width = x.shape[1] + sum(known[name][0].size - len(at) for name, at in seen.items())
    if len(kept) < width:
        x, x_held = x[:, kept], x_held[:, kept]
        notes.append(f"sees {len(kept):,} values of a sample, drawn from those that vary")
    even = all(len(prepared.fields[name].shape) > 1 for name in names)
    wide, wide_held = x.astype(np.float64), x_held.astype(np.float64)
    return Case(task, wide, y[places], wide_held, y_held[scored], even, tuple(notes))


def _seen(values: Streamed) -> npt.NDArray[np.int64]:
    """Which values of samples on disk models see, by what varies in those they are fitted on."""
    low = high = values[:1].reshape(1, -1)
    for rows in _read(values):
        low, high = np.minimum(low, rows.min(0)), np.maximum(high, rows.max(0))
    return _kept(np.concatenate([low, high]))


def _few(values: Array, at: npt.NDArray[np.int64], seen: npt.NDArray[np.int64]) -> Array:
    """Those values of some samples on disk; never are all values of all samples held."""
    assert is_streamed(values)
    return np.concatenate([rows[:, seen] for rows in _read(values.rows(at))])


def _read(values: Streamed) -> Iterator[Array]:
    for start in range(0, len(values), _AT_ONCE):
        rows = values[start : start + _AT_ONCE]
        yield rows.reshape(len(rows), -1)


def _answers(values: Array, task: str) -> Array | None:
    """One class or number a sample, or a row of numbers; None where it is neither."""
    flat = values.reshape(len(values), -1)
    if task == "regression":
        return (flat[:, 0] if flat.shape[1] == 1 else flat).astype(np.float64)
    if flat.shape[1] != 1 or not np.array_equal(flat, np.floor(flat)):
        return None
    return flat[:, 0].astype(np.int64)


def _columns(part: Mapping[str, Array], fields: Mapping[str, Field]) -> Singles:
    found: list[Singles] = []
    for name, values in part.items():
        flat = values.reshape(len(values), -1)
        classes = len(fields[name].classes)
        if not classes:
            found.append(flat.astype(np.float32))
        elif flat.shape[1] * classes <= MOST_VALUES:
            found.append(
                np.eye(classes, dtype=np.float32)[flat.astype(np.int64)].reshape(len(flat), -1)
            )
        else:
            found.append(_counts(flat.astype(np.int64), classes))
    return np.concatenate(found, axis=1)


def _counts(codes: npt.NDArray[np.int64], classes: int) -> Singles:
    """How often each class is in a sample."""
    counts = np.zeros((len(codes), classes), np.float32)
    for column in codes.T:
        counts[np.arange(len(codes)), column] += 1
    return counts


def _kept(x: Singles) -> npt.NDArray[np.int64]:
    """The columns that models see: all, or of too many some drawn from those that vary."""
    width = x.shape[1]
    if width <= MOST_VALUES:
        return np.arange(width, dtype=np.int64)
    varied = np.flatnonzero(x.max(0) > x.min(0)).astype(np.int64)
    if len(varied) <= MOST_VALUES:
        return varied if len(varied) else np.zeros(1, np.int64)
    drawn = np.random.RandomState(SEED).choice(varied, MOST_VALUES, replace=False)
    return np.sort(drawn).astype(np.int64)


def _fitted(case: Case, name: str) -> dict[str, Any]:
    """What a model reaches; no metrics where it would take too long."""
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    title, make = MAKERS[name]
    found = {"name": name, "model": title[case.task == "regression"], "samples": len(case.x)}
    try:
        model, notes = make(case)
    except LeftOutError as error:
        nothing = {"metrics": {}, "seconds": 0.0, "held": 0, "errors": []}
        return {**found, **nothing, "note": f"left out: {error}"}
    start = time.perf_counter()
    with warnings.catch_warnings(), threadpool_limits(_threads(case)):
        # After so many steps its figures have settled; whether the last digits have is of no interest.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(case.x, case.y)
        seconds = time.perf_counter() - start
        said = model.predict(case.x_held)
        metrics = _metrics(case, model, said)
    return {
        **found,
        "metrics": metrics,
        "seconds": seconds,
        "held": len(case.x_held),
        "errors": errors_of(said, case.y_held, case.task).tolist(),
        "note": "; ".join((*case.notes, *notes)),
    }


def _threads(case: Case) -> int:
    """How many threads arithmetic takes.

    On little data they wait for each other more than they work; where others compute too, a fit of
    three seconds takes a hundred.
    """
    return max(1, (os.cpu_count() or 1) // 2) if case.x.size >= _MANY_VALUES else 1


def _metrics(case: Case, model: Model, said: Array) -> dict[str, float]:
    from sklearn import metrics

    right = case.y_held
    if case.task == "regression":
        said = said.reshape(right.shape)
        found = {"r2": metrics.r2_score(right, said)} if len(right) > 1 else {}
        found["mse"] = metrics.mean_squared_error(right, said)
        found["mae"] = metrics.mean_absolute_error(right, said)
        return {name: float(value) for name, value in found.items()}
    found = {"accuracy": metrics.accuracy_score(right, said)}
    average = "binary" if case.task == "binary" and {*right, *said} <= {0, 1} else "macro"
    found["f1"] = metrics.f1_score(right, said, zero_division=0.0, average=average)
    classes = model.classes_
    if len(classes) > 1 and np.array_equal(np.unique(right), classes):
        chances = model.predict_proba(case.x_held)
        chances = chances[:, 1] if len(classes) == 2 else chances
        found["auroc"] = metrics.roc_auc_score(right, chances, multi_class="ovr")
    return {name: float(value) for name, value in found.items()}
