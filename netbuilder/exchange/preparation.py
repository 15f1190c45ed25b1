"""What was done to the numbers that a network takes, in words: for model cards and the README of a project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_FIGURES = 8  # of a step that are told
_AFFINE = {
    "standardize": "x becomes (x - mean) / std",
    "min_max": "x becomes (x - shift) / scale, so that smallest and largest come to its ends",
    "robust": "x becomes (x - median) / distance of the quartiles",
}


def steps_of(field: str, preprocessing: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is done to a field, in order: the name of the step, and what it does with which figures.

    Args:
        field: The field.
        preprocessing: What ``Prepared.preprocessing`` says.
    """
    means = preprocessing.get("impute", {}).get(field)
    if means is not None:
        yield "impute", f"missing numbers become {_listed(means)}"
    for step in preprocessing.get("steps", ()):
        if step["field"] == field:
            yield step["step"], _said(step)
    learnt = preprocessing.get("standardize", {}).get(field)
    if learnt is not None:
        figures = f"mean {_listed(learnt['mean'])}, std {_listed(learnt['std'])}"
        yield "standardize", f"{_AFFINE['standardize']}; {figures}"


def prepared_fields(preprocessing: Mapping[str, Any]) -> list[str]:
    """Return the fields that anything is done to."""
    named = (step["field"] for step in preprocessing.get("steps", ()))
    found = (*preprocessing.get("impute", {}), *named, *preprocessing.get("standardize", {}))
    return list(dict.fromkeys(found))


def _said(step: Mapping[str, Any]) -> str:
    kind = step["step"]
    if "shift" in step:
        figures = f"{_listed(step['shift'])} and {_listed(step['scale'])}"
        return f"{_AFFINE[kind]}; the two are {figures}"
    if kind == "one_hot":
        return f"a code becomes {step['classes']} numbers, 1 at its place and 0 elsewhere"
    if kind == "ordinal":
        return f"codes 0, 1, ... become {_listed(step['ranks'])}"
    if kind == "resize":
        way = "nearest pixels" if step["nearest"] else "interpolation with antialiasing"
        size = f"{step['height']} x {step['width']}"
        return f"{' x '.join(map(str, step['from']))} becomes {size} by {way}"
    where = f" at the places {_listed(step['places'])}" if "places" in step else ""
    return f"x becomes log(1 + x), and below 0 -log(1 - x){where}"


def _listed(values: Sequence[float]) -> str:
    shown = ", ".join(f"{value:.6g}" for value in values[:_FIGURES])
    return f"{shown} and {len(values) - _FIGURES} more" if len(values) > _FIGURES else shown
