"""The simple models that a network is compared with, as scikit-learn has them, within limits of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from netbuilder.data.arrays import Array

MOST_STEPS = 500  # of logistic regression
MOST_TREES = 100  # of the forest, and of the boosting for each class
SEED = 0
_BOOSTED = 150_000  # trees x values: some twenty seconds of a core
_FEWEST_ROUNDS = 10
_WIDE = 256  # values of a sample
_LEAVES = 5e7  # trees x samples x classes: what the leaves of a forest say, 800 MB
_WEIGHED = 5e10  # steps x samples x values x classes of logistic regression

Floats = npt.NDArray[np.float64]
Model = Any  # of scikit-learn, which has no types


@dataclass(frozen=True)
class Case:
    """What every model is fitted to and scored on.

    Attributes:
        task: ``classification``, ``binary`` or ``regression``.
        x: The inputs of the samples to fit, (samples, values).
        y: Their answers, (samples,); of several numbers (samples, outputs).
        x_held: Inputs of held-out samples.
        y_held: Their answers.
        even: Whether all values have one unit, as the pixels of an image do.
        notes: What limits cut.
    """

    task: str
    x: Floats
    y: Array
    x_held: Floats
    y_held: Array
    even: bool
    notes: tuple[str, ...]

    @property
    def outputs(self) -> int:
        """How many classes are told apart, or numbers predicted."""
        if self.task == "regression":
            return int(np.prod(self.y.shape[1:]))
        return len(np.unique(self.y))


class LeftOutError(Exception):
    """A model that would take too long; the text says why."""


def _guess(case: Case) -> tuple[Model, list[str]]:
    from sklearn.dummy import DummyClassifier, DummyRegressor

    return (DummyRegressor() if case.task == "regression" else DummyClassifier()), []


def _linear(case: Case) -> tuple[Model, list[str]]:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if case.task == "regression":
        return make_pipeline(StandardScaler(), Ridge()), []
    most = max(20, int(_WEIGHED / (case.x.size * case.outputs)))
    notes = [f"{most} steps"] if most < MOST_STEPS else []
    return make_pipeline(
        StandardScaler(), LogisticRegression(max_iter=min(most, MOST_STEPS))
    ), notes


def _forest(case: Case) -> tuple[Model, list[str]]:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    most = max(1, int(_LEAVES / (len(case.x) * case.outputs)))
    trees = min(most, MOST_TREES)
    kind = RandomForestRegressor if case.task == "regression" else RandomForestClassifier
    # Of many values each split of a regression would look at all; a third is its usual advice.
    options = {"max_features": 1 / 3} if case.task == "regression" and case.x.shape[1] > 32 else {}
    model = kind(trees, random_state=SEED, n_jobs=-1, **options)
    return model, [f"{trees} trees"] if trees < MOST_TREES else []


def _boosting(case: Case) -> tuple[Model, list[str]]:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.multioutput import MultiOutputRegressor

    regression = case.task == "regression"
    a_round = 1 if not regression and case.outputs == 2 else case.outputs
    rounds = min(MOST_TREES, int(_BOOSTED / (a_round * case.x.shape[1])))
    if rounds < _FEWEST_ROUNDS:
        what = "numbers to predict" if regression else "classes"
        raise LeftOutError(f"{case.outputs:,} {what} from {case.x.shape[1]:,} values take too long")
    # Fewer rounds take larger steps, as far as they do no harm.
    rate = min(0.3, 0.1 * MOST_TREES / rounds)
    options = {"max_iter": rounds, "learning_rate": rate, "random_state": SEED}
    if case.x.shape[1] > _WIDE:
        options["max_bins"] = 63  # half the time, and as good on pixels
    notes = [f"{rounds} rounds"] if rounds < MOST_TREES else []
    if not regression:
        return HistGradientBoostingClassifier(**options), notes
    model = HistGradientBoostingRegressor(**options)
    return (MultiOutputRegressor(model) if case.outputs > 1 else model), notes


def _neighbours(case: Case) -> tuple[Model, list[str]]:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    kind = KNeighborsRegressor if case.task == "regression" else KNeighborsClassifier
    model = kind(min(5, len(case.x)))
    # Pixels have one unit: scaled each by itself, the edge of an image would count as its middle.
    return (model if case.even else make_pipeline(StandardScaler(), model)), []


# What people call each in classification and in regression, and what makes it.
MAKERS: Mapping[str, tuple[tuple[str, str], Callable[[Case], tuple[Model, list[str]]]]] = {
    "guess": (("most frequent class", "mean"), _guess),
    "linear": (("logistic regression", "ridge regression"), _linear),
    "forest": (("random forest",) * 2, _forest),
    "boosting": (("histogram gradient boosting",) * 2, _boosting),
    "neighbours": (("k-nearest neighbours",) * 2, _neighbours),
}
