"""What an evaluation comes to, in rows and sentences; plain data in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netbuilder.editor.training.words import NOTHING, figure
from netbuilder.editor.widgets.figure_rows import Figure

_UNITS = {"sample": "samples", "token": "tokens", "pixel": "pixels", "label": "labels"}
_METRICS = {"accuracy": "accuracy", "f1": "macro F1", "auroc": "ROC area", "r2": "R2"}
_FEW = 100  # samples; with fewer, figures say little


def percent(value: float | None) -> str:
    """Return a share as per cent: ``98.6 %``."""
    return NOTHING if value is None else f"{100 * value:.1f} %"


def units_of(found: Mapping[str, Any]) -> str:
    """What was counted: samples, tokens, pixels."""
    return _UNITS.get(str(found.get("unit", "sample")), "places")


def key_figures(found: Mapping[str, Any]) -> list[Figure]:
    """The rows of the overview."""
    if found["kind"] == "regression":
        return _of_numbers(found)
    return _of_classes(found) if found["elements"] else []


def _of_classes(found: Mapping[str, Any]) -> list[Figure]:
    accuracy, macro = found["accuracy"], found["averages"]["macro"]
    rows = [
        Figure(
            "Accuracy",
            percent(accuracy["value"]),
            f"{percent(accuracy['low'])} to {percent(accuracy['high'])}",
            f"The share of {units_of(found)} that are right, with its 95 % interval (Wilson).",
        ),
        Figure(
            "Balanced accuracy",
            percent(found["balanced_accuracy"]),
            sentence="The mean of the recall of each class: frequent classes count no more than rare ones.",
        ),
        Figure("Macro F1", figure(macro["f1"]), sentence="The mean over classes of their F1."),
        Figure("Precision, recall", f"{figure(macro['precision'])}, {figure(macro['recall'])}"),
    ]
    rows += [
        Figure(f"Right among the first {k}", percent(value))
        for k, value in found["top"].items()
        if k != "1"
    ]
    if found["unit"] == "pixel":
        rows.append(Figure("Mean IoU, Dice", f"{figure(macro['iou'])}, {figure(macro['f1'])}"))
    if "perplexity" in found:
        bits = f"{figure(found['loss_bits'])} bits a token"
        about = "As unsure as if so many tokens were equally likely."
        rows.append(Figure("Perplexity", figure(found["perplexity"]), bits, about))
    if found["roc"]:
        area = sum(one["area"] for one in found["roc"]) / len(found["roc"])
        rows.append(Figure("Area under ROC", figure(area)))
    error = percent(found["calibration"]["error"])
    about = "How far the confidence is from the accuracy, on average."
    return [*rows, Figure("Calibration error", error, sentence=about)]


def _of_numbers(found: Mapping[str, Any]) -> list[Figure]:
    titles = {"rmse": "RMSE", "mae": "MAE", "r2": "R2"}
    rows = []
    for name, title in titles.items():
        span = found["intervals"][name]
        remark = f"{figure(span['low'])} to {figure(span['high'])}" if span else ""
        about = "With its 95 % interval, by resampling the samples." if span else ""
        rows.append(Figure(title, figure(found[name]), remark, about))
    rows.append(Figure("Median error", figure(found["median_error"])))
    if found["unit"]:
        own = f"{figure(found['rmse'] * found['unit'])}, {figure(found['mae'] * found['unit'])}"
        about = "In the target's own unit, before it was standardized."
        rows.append(Figure("RMSE, MAE before standardizing", own, sentence=about))
    return rows


def remarks(report: Mapping[str, Any], loss: str, *, is_current: bool) -> list[tuple[str, str]]:
    """What to know before trusting the figures: a mark (ok, warning, info) and a sentence each."""
    found = report["details"][loss]
    said: list[tuple[str, str]] = []
    if not is_current:
        said.append(("warning", "The run has trained on since; evaluate it again."))
    if report.get("note"):
        note = str(report["note"])
        said.append(("warning", f"{note[:1].upper()}{note[1:]}."))
    said += verdict_remark(report, loss)
    said += _gap_remark(report["slices"].get(loss, ()))
    said += _calibration_remark(found)
    if report["samples"] < _FEW:
        text = f"Only {report['samples']} samples: mind the intervals."
        said.append(("info", text))
    return said


def verdict_remark(report: Mapping[str, Any], loss: str) -> list[tuple[str, str]]:
    """Whether the network beats simpler models; what to do where nobody knows."""
    found = report.get("baselines", {}).get(loss)
    if found is None:
        return []
    marks = {"beats": "ok", "even": "warning", "below": "error"}
    verdict = found["verdict"]
    return [(marks.get(verdict["status"], "info"), str(verdict["sentence"]))]


def _gap_remark(slices: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    apart = [one for one in slices if one["apart"]]
    if not apart:
        return []
    one = apart[0]
    of = {group["name"]: group for group in one["groups"]}
    say = percent if one["metric"] == "accuracy" else figure
    worst, best = say(of[one["worst"]]["value"]), say(of[one["best"]]["value"])
    name = "accuracy" if one["metric"] == "accuracy" else "mean error"
    more = f" {len(apart) - 1} more under Groups." if len(apart) > 1 else ""
    text = (
        f"It is worse on some groups: by {one['column']}, {name} {worst} for {one['worst']} against "
        f"{best} for {one['best']}.{more}"
    )
    return [("warning", text)]


def _calibration_remark(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    said = found.get("calibration") or {}
    before, after = said.get("error"), said.get("error_scaled")
    if before is None or after is None or before - after < 0.01:
        return []
    temperature = f"{said['temperature']:.3g}"
    text = (
        f"Its confidence is off by {percent(before)}; dividing the scores by {temperature} "
        f"brings that to {percent(after)}."
    )
    return [("info", text)]


def class_rows(found: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """The table of the classes: heads and rows."""
    columns = ["precision", "recall", "f1", *(["iou"] if found["unit"] == "pixel" else [])]
    titles = {"precision": "Precision", "recall": "Recall", "iou": "IoU"}
    titles["f1"] = "F1 (Dice)" if "iou" in columns else "F1"
    heads = ["Class", units_of(found).capitalize(), "Said", *(titles[c] for c in columns)]
    rows = [
        [
            one["name"],
            f"{one['support']:,}",
            f"{one['predicted']:,}",
            *(figure(one[c]) for c in columns),
        ]
        for one in found["per_class"]
    ]
    return heads, rows


def output_rows(found: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """The table of the numbers that a network says: heads and rows."""
    names = {"rmse": "RMSE", "mae": "MAE", "median_error": "Median error", "r2": "R2"}
    rows = [[one["name"], *(figure(one[n]) for n in names)] for one in found["outputs"]]
    return ["Number", *names.values()], rows


def model_rows(
    report: Mapping[str, Any], loss: str
) -> tuple[list[str], list[list[str]], list[str]]:
    """The table of simpler models with the network first: heads, rows and what was cut."""
    found = report["baselines"][loss]
    names = list(dict.fromkeys(n for one in found["models"] for n in one["metrics"] or {}))
    heads = ["Model", *(_METRICS.get(n, n.upper()) for n in names), "Fitted in", "On samples"]
    prefix = f"{loss}." if len(report["losses"]) > 1 else ""
    own = [figure(report["metrics"].get(f"{prefix}{n}")) for n in names]
    rows = [["the network", *own, "", ""]]
    for one in found["models"]:
        figures = [figure((one["metrics"] or {}).get(n)) for n in names]
        rows.append([one["model"], *figures, f"{one['seconds']:.1f} s", f"{one['samples']:,}"])
    notes = [f"{one['model']}: {one['note']}" for one in found["models"] if one["note"]]
    return heads, rows, notes


def group_rows(slices: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """The table of columns that samples are grouped by: heads and rows."""
    rows = []
    for one in slices:
        say = percent if one["metric"] == "accuracy" else figure
        of = {group["name"]: group for group in one["groups"]}
        clear = "yes" if one["apart"] else "no" if one["worst"] else NOTHING
        ends = (
            f"{name}: {say(of[name]['value'])}" if name else NOTHING
            for name in (one["worst"], one["best"])
        )
        gap = say(one["gap"]) if one["worst"] else NOTHING
        rows.append([one["column"], *ends, gap, clear])
    return ["By", "Worst", "Best", "Gap", "Clear"], rows


def at_threshold(table: Mapping[str, Any], number: int) -> list[Figure]:
    """What a threshold gives, from the counts of an evaluation."""
    names = ("true_positive", "false_positive", "true_negative", "false_negative")
    tp, fp, tn, fn = (table[name][number] for name in names)

    def ratio(part: float, whole: float) -> str:
        return percent(part / whole) if whole else NOTHING

    return [
        Figure("Accuracy", ratio(tp + tn, tp + fp + tn + fn)),
        Figure("Precision", ratio(tp, tp + fp), f"{tp:,} of {tp + fp:,} said"),
        Figure("Recall", ratio(tp, tp + fn), f"{tp:,} of {tp + fn:,} there"),
        Figure("F1", ratio(2 * tp, 2 * tp + fp + fn)),
        Figure("False alarms", ratio(fp, fp + tn), f"{fp:,} of {fp + tn:,}"),
    ]
