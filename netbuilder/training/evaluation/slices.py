"""How good a network is on parts of a split: by the values of a column, the gaps between groups."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from netbuilder.check.fields import Field
from netbuilder.data.source import Dataset
from netbuilder.training.evaluation.intervals import share

MOST_COLUMNS = 64
MOST_VALUES = 12  # that a column of numbers may have to be told value by value
BINS = 4  # of other columns of numbers
MOST_GROUPS = 50
LEAST_SAMPLES = 10  # that a group must have to be compared

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """A column that a split can be cut by.

    Attributes:
        name: What people call it.
        names: The groups, in order.
        group: The group of each sample, (samples,); -1 for none.
    """

    name: str
    names: tuple[str, ...]
    group: Ints


def columns_of(dataset: Dataset, index: Ints) -> list[Column]:
    """Return the columns that samples can be grouped by, as they are before any preprocessing.

    Args:
        dataset: The samples of the source.
        index: Which of them are in the split.
    """
    found = []
    for name, field in dataset.fields.items():
        if len(field.shape) > 1 or (field.role == "target" and field.classes):
            continue  # images say nothing; by true class there is the recall of each
        values = dataset.arrays[name][index].reshape(len(index), -1)
        found += list(_cut(field, values, dataset.columns.get(name, ())))
    return found[:MOST_COLUMNS]


def _cut(field: Field, values: npt.NDArray[Any], columns: Sequence[str]) -> Iterator[Column]:
    width = values.shape[1]
    if width > MOST_COLUMNS or (field.classes and field.shape and not columns):
        return  # a place in a sequence of tokens is no group of samples
    for place in range(width):
        own = columns[place] if place < len(columns) else ""
        name = own or (field.name if width == 1 else f"{field.name} {place + 1}")
        column = _column(name, values[:, place].astype(np.float64), field.classes)
        if len(column.names) > 1:
            yield column


def _column(name: str, values: Floats, classes: Sequence[str]) -> Column:
    known = ~np.isnan(values)
    distinct = np.unique(values[known])
    if classes or len(distinct) <= MOST_VALUES:
        distinct = distinct[:MOST_GROUPS]
        group = np.searchsorted(distinct, values).clip(0, max(len(distinct) - 1, 0))
        fits = known & (distinct[group] == values) if len(distinct) else known
        return Column(name, tuple(_said(v, classes) for v in distinct), np.where(fits, group, -1))
    edges = np.unique(np.quantile(values[known], np.arange(1, BINS) / BINS))
    group = np.searchsorted(edges, values, side="left")
    ends = [f"{edge:.4g}" for edge in edges]
    between = [f"{low} to {high}" for low, high in pairwise(ends)]
    names = (f"up to {ends[0]}", *between, f"above {ends[-1]}")
    return Column(name, names, np.where(known, group, -1))


def _said(value: float, classes: Sequence[str]) -> str:
    number = int(value)
    return classes[number] if number == value and 0 <= number < len(classes) else f"{value:.6g}"


def slices(columns: Sequence[Column], score: Floats, metric: str) -> list[dict[str, Any]]:
    """Return a score by group for each column, those with the clearest gap first.

    Args:
        columns: What the split is cut by.
        score: The score of each sample, (samples,); NaN where it has none.
        metric: What the score is: ``accuracy`` is better the higher it is, ``mae`` the lower.

    Returns:
        For each column ``column``, ``metric``, ``groups`` (``name``, ``samples``, ``value``, ``low``
        and ``high``, the 95 % interval), the ``best`` and ``worst`` group of at least 10 samples, their
        ``gap``, and whether their intervals are ``apart``, and by how much (``distance``). Of groups with fewer samples nothing is
        concluded; ``best`` is empty where there is no gap between two others.
    """
    found = []
    for column in columns:
        groups = [g for g in _groups(column, score) if g["samples"]]
        if len(groups) > 1:
            told = {"column": column.name, "metric": metric, "groups": groups}
            found.append({**told, **_gap(groups, higher_is_better=metric == "accuracy")})
    return sorted(found, key=lambda one: (not one["apart"], -one["distance"]))


def _groups(column: Column, score: Floats) -> Iterator[dict[str, Any]]:
    for number, name in enumerate(column.names):
        own = score[(column.group == number) & ~np.isnan(score)]
        if len(own):
            yield {"name": name, "samples": len(own), **_mean(own)}
        else:
            yield {"name": name, "samples": 0}


def _mean(own: Floats) -> dict[str, float]:
    if np.isin(own, (0.0, 1.0)).all() and own.size:
        return share(int(own.sum()), len(own))
    value = float(own.mean())
    half = 1.96 * float(own.std(ddof=1)) / math.sqrt(len(own)) if len(own) > 1 else 0.0
    return {"value": value, "low": value - half, "high": value + half}


def _gap(groups: Sequence[Mapping[str, Any]], *, higher_is_better: bool) -> dict[str, Any]:
    large = [g for g in groups if g["samples"] >= LEAST_SAMPLES] or groups[:1]
    least, most = (pick(large, key=lambda g: g["value"]) for pick in (min, max))
    best, worst = (most, least) if higher_is_better else (least, most)
    gap = most["value"] - least["value"]
    if not gap:
        return {"best": "", "worst": "", "gap": 0.0, "apart": False, "distance": 0.0}
    spread = math.hypot(most["high"] - most["low"], least["high"] - least["low"])
    return {
        "best": best["name"],
        "worst": worst["name"],
        "gap": gap,
        "apart": least["high"] < most["low"],
        "distance": gap / spread if spread > 0 else 0.0,
    }
