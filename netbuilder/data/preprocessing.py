"""Fits a preprocessing to the training samples and does it to every split, in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from netbuilder.check.fields import Fields
from netbuilder.data.arrays import Array
from netbuilder.data.learnt import done, learn, stand_ins
from netbuilder.data.scaling import (
    check_complete,
    fill,
    gaps,
    moments,
    standardized,
    training_means,
)
from netbuilder.data.settings import DataSettings
from netbuilder.data.steps import Impute
from netbuilder.data.streamed import changed, is_streamed

_SAID = {
    "mean": "the mean over the training samples",
    "median": "the median over the training samples",
    "most_frequent": "what is most frequent in the training samples",
    "constant": "{:g}",
}

Splits = Mapping[str, dict[str, Array]]


def preprocess(
    splits: Splits, settings: DataSettings, fields: Fields, names: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Fill gaps, do the steps and standardize, in place of the arrays.

    Args:
        splits: The samples of each split by field, as the source gives them.
        settings: What is to be done; it fits the fields.
        fields: The fields of the source.
        names: For fields that are made of named columns: their names, in order.

    Returns:
        ``impute``, ``steps`` where there are any, ``standardize``, ``columns`` and ``notes`` of
        ``Prepared.preprocessing``.

    Raises:
        DataError: A column is not there, or a number is missing in every training sample.
    """
    columns = {name: list(listed) for name, listed in names.items()}
    impute = _fill_gaps(splits, settings, columns)
    notes = [_gap_note(name, settings) for name in impute]
    found = dict(fields)
    steps = []
    for step in settings.preprocess:
        if isinstance(step, Impute):
            continue
        name, field = step.field, found[step.field]
        learnt = learn(step, _learnt_of(splits, name, notes), field, columns.get(name, ()))
        steps.append(learnt)
        for part in _filled(splits):
            part[name] = changed(part[name], partial(done, learnt=learnt))
        found[name] = step.after(field)
        if field.classes and found[name].shape == (len(field.classes),):
            columns[name] = [f"{name} = {text}" for text in field.classes]
    standardize = {}
    for name in dict.fromkeys(settings.standardize):
        mean, deviation = moments(_learnt_of(splits, name, notes))
        standardize[name] = {"mean": mean.tolist(), "std": deviation.tolist()}
        for part in _filled(splits):
            scale = partial(standardized, mean=mean, deviation=deviation)
            part[name] = changed(part[name], scale)
    known = {"standardize": standardize, "impute": impute, "columns": columns, "notes": notes}
    return {**known, "steps": steps} if steps else known


def _learnt_of(splits: Splits, name: str, notes: list[str]) -> Array:
    """The training samples of a field; of those that are streamed some that are evenly spread."""
    values = splits["train"][name]
    if not is_streamed(values):
        return values
    some = values.some()
    if len(some) < len(values):
        note = f"What is done to {name} was learnt of {len(some):,} of the {len(values):,} training samples."
        notes.extend([note] if note not in notes else [])
    return some


def _fill_gaps(
    splits: Splits, settings: DataSettings, columns: Mapping[str, list[str]]
) -> dict[str, list[float]]:
    """Put numbers where some are missing, in place of the arrays; return what stands in, flattened."""
    asked: dict[str, list[Impute]] = {}
    for step in settings.preprocess:
        if isinstance(step, Impute):
            asked.setdefault(step.field, []).append(step)
    used = {}
    for name, train in splits["train"].items():
        if name not in asked and not any(gaps(part[name]) for part in _filled(splits)):
            continue
        filling = training_means(train)
        for step in asked.get(name, ()):
            filling = stand_ins(step, train, filling, columns.get(name, ()))
        check_complete(filling, name)
        used[name] = filling.reshape(-1).tolist()
        for part in _filled(splits):
            part[name] = fill(part[name], filling)
    return used


def _gap_note(name: str, settings: DataSettings) -> str:
    asked = [
        step for step in settings.preprocess if isinstance(step, Impute) and step.field == name
    ]
    if not asked:
        return f"Missing numbers of {name} are replaced by the mean over the training samples."
    said = "; ".join(f"{step.summary()} by {_SAID[step.by].format(step.value)}" for step in asked)
    return f"Missing numbers of {name} are replaced: {said}."


def _filled(splits: Splits) -> list[dict[str, Array]]:
    """The splits that have samples."""
    return [part for part in splits.values() if part]
