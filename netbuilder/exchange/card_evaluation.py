"""What a model card says of the evaluation on the test split: intervals, classes, groups, simpler models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from netbuilder.training.evaluation.report import is_current, read_report
from netbuilder.training.run import RunFolder

MOST_CLASSES = 20
MOST_GAPS = 10


def current_report(run: RunFolder) -> dict[str, Any] | None:
    """Return the evaluation of the weights that the run has now, on its test split; None without one.

    Raises:
        RunError: Its file cannot be read.
    """
    report = read_report(run, "test")
    return report if report is not None and is_current(run, report) else None


def figures(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the key figures with their intervals, and those of each class."""
    several = len(report["details"]) > 1
    for loss, found in report["details"].items():
        before = f"{loss}, " if several else ""
        rows = _numbers(found) if found["kind"] == "regression" else _classes(found)
        for name, value in rows:
            yield before + name, value


def _classes(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not found["elements"]:
        return
    yield f"accuracy over {found['elements']:,}", _with_interval(found["accuracy"])
    yield "balanced accuracy", _short(found["balanced_accuracy"])
    yield "macro F1", _short(found["averages"]["macro"]["f1"])
    if found["unit"] == "pixel":
        yield "mean IoU", _short(found["averages"]["macro"]["iou"])
    if "perplexity" in found:
        yield "perplexity", _short(found["perplexity"])
    yield "calibration error", _short(found["calibration"]["error"])
    classes = found["per_class"]
    for one in classes[:MOST_CLASSES] if len(classes) <= MOST_CLASSES else ():
        names = ("precision", "recall", "f1")
        said = ", ".join(f"{name} {_short(one[name])}" for name in names)
        yield f"class {one['name']}", f"{said} ({one['support']:,})"


def _numbers(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("rmse", "mae", "r2"):
        span = found["intervals"][name]
        value = found[name]
        if value is not None:
            yield name, _with_interval({"value": value, **span}) if span else _short(value)


def gaps(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the columns whose groups the network is clearly not equally good on."""
    for slices in report["slices"].values():
        for one in [one for one in slices if one["apart"]][:MOST_GAPS]:
            of = {group["name"]: group for group in one["groups"]}
            worst, best = of[one["worst"]], of[one["best"]]
            said = f"{one['metric']} {_with_interval(worst)} for {one['worst']}"
            against = f"{_with_interval(best)} for {one['best']} ({best['samples']})"
            yield f"by {one['column']}", f"{said} ({worst['samples']} samples), {against}"


def gaps_text(report: Mapping[str, Any]) -> str:
    """Say how the groups were looked at, and whether any stand apart."""
    columns = sum(len(slices) for slices in report["slices"].values())
    if not columns:
        return "The samples have no columns to group them by."
    clear = any(one["apart"] for slices in report["slices"].values() for one in slices)
    text = (
        f"Samples were grouped by {columns} columns; where the 95 % intervals of two groups lie apart, the "
        "gap is listed. With many columns, one in twenty may stand out by chance."
    )
    return text if clear else f"{text} None does."


def models(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what simpler models reach on the same split."""
    for found in report.get("baselines", {}).values():
        for one in found["models"]:
            if one["metrics"]:
                said = ", ".join(f"{name} {_short(v)}" for name, v in one["metrics"].items())
                yield one["model"], said


def verdicts(report: Mapping[str, Any]) -> Sequence[str]:
    """Whether the network beats them."""
    return [str(found["verdict"]["sentence"]) for found in report.get("baselines", {}).values()]


def _with_interval(found: Mapping[str, Any]) -> str:
    low, high = _short(found["low"]), _short(found["high"])
    return f"{_short(found['value'])} (95 % interval {low} to {high})"


def _short(value: Any) -> str:
    return "-" if value is None else f"{value:.4g}"
