"""How the evaluation of a run reads on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netbuilder.cli.output import figure, print_rows
from netbuilder.cli.telling import MOST_CLASSES, print_evaluation

_MOST_GAPS = 5
_MOST_OUTPUTS = 12
_INDENT = "    "
_UNITS = {"sample": "samples", "token": "tokens", "pixel": "pixels", "label": "labels"}


def print_report(report: Mapping[str, Any]) -> None:
    """Write an evaluation: the figures, then what there is to say of each loss."""
    print_evaluation(report)
    several = len(report["details"]) > 1
    for name, found in report["details"].items():
        if several:
            print(f"  {name}")
        if found["kind"] == "regression":
            _print_numbers(found)
        elif found["elements"]:
            _print_classes(found, report["indices"])
        _print_gaps(report["slices"].get(name, ()))
        _print_baselines(report.get("baselines", {}).get(name))


def _print_classes(found: Mapping[str, Any], indices: Sequence[int]) -> None:
    unit = _UNITS.get(found["unit"], "places")
    rows = [
        (f"accuracy over {unit}", _with_interval(found["accuracy"])),
        ("balanced accuracy", figure(found["balanced_accuracy"])),
        *((f"right among the first {k}", figure(v)) for k, v in found["top"].items() if k != "1"),
    ]
    if "perplexity" in found:
        rows.append(("perplexity", figure(found["perplexity"])))
        rows.append(("bits a token", figure(found["loss_bits"])))
    rows += _areas(found)
    rows.append(("calibration", _calibration(found["calibration"])))
    print_rows(rows, indent=_INDENT)
    _print_table(found)
    if found.get("most_wrong"):
        places = ", ".join(str(indices[place]) for place in found["most_wrong"][:8])
        print(f"{_INDENT}most wrong: samples {places} of the source")
    if found.get("suspects"):
        places = ", ".join(str(indices[place]) for place in found["suspects"][:8])
        print(f"{_INDENT}may be mislabelled: samples {places} of the source")


def _with_interval(found: Mapping[str, float]) -> str:
    low, high = figure(found["low"]), figure(found["high"])
    return f"{figure(found['value'])} (95 % interval {low} to {high})"


def _areas(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    titles = {"roc": "area under ROC", "precision_recall": "average precision"}
    return [
        (title, figure(sum(curve["area"] for curve in found[key]) / len(found[key])))
        for key, title in titles.items()
        if found[key]
    ]


def _calibration(found: Mapping[str, Any]) -> str:
    text = f"confidence is off by {figure(found['error'])} on average"
    if "temperature" in found:
        after = figure(found["error_scaled"])
        text += f"; by {after} with the scores divided by {found['temperature']:.3g}"
    return text


def _print_table(found: Mapping[str, Any]) -> None:
    """Each class in a line; segmentations with the overlap too."""
    if len(found["per_class"]) > MOST_CLASSES:
        print(f"{_INDENT}{len(found['per_class'])} classes; --json has the figures of each")
        return
    columns = ["precision", "recall", "f1", *(["iou"] if found["unit"] == "pixel" else [])]
    titles = {"f1": "F1 (Dice)" if "iou" in columns else "F1", "iou": "IoU"}
    unit = _UNITS.get(found["unit"], "places")
    rows = [("class", unit, *(titles.get(name, name) for name in columns))]
    for one in found["per_class"]:
        figures = (figure(one[name]) for name in columns)
        rows.append((one["name"], f"{one['support']:,}", *figures))
    mean = found["averages"]["macro"]
    rows.append(("mean", f"{found['elements']:,}", *(figure(mean[name]) for name in columns)))
    print_rows(rows, indent=_INDENT)


def _print_numbers(found: Mapping[str, Any]) -> None:
    titles = {"rmse": "RMSE", "mae": "MAE", "r2": "R2"}
    rows = [
        (titles[name], _with_interval({"value": found[name], **span}) if span else found[name])
        for name, span in found["intervals"].items()
        if found[name] is not None
    ]
    rows.append(("median error", figure(found["median_error"])))
    print_rows([(a, b if isinstance(b, str) else figure(b)) for a, b in rows], indent=_INDENT)
    if found["unit"] is not None:
        own = (f"{titles[name]} {found[name] * found['unit']:.4g}" for name in ("rmse", "mae"))
        print(f"{_INDENT}before standardizing the target: {', '.join(own)}")
    outputs = found["outputs"]
    if 1 < len(outputs) <= _MOST_OUTPUTS:
        heads = ("rmse", "mae", "r2")
        lines = [(one["name"], *(figure(one[h]) for h in heads)) for one in outputs]
        print_rows([("number", *(titles[h] for h in heads)), *lines], indent=_INDENT)


def _print_gaps(found: Sequence[Mapping[str, Any]]) -> None:
    """The groups that the network is clearly worse on; that others are alike is said as well."""
    apart = [one for one in found if one["apart"]]
    for one in apart[:_MOST_GAPS]:
        of = {group["name"]: group for group in one["groups"]}
        worst, best = of[one["worst"]], of[one["best"]]
        print(
            f"{_INDENT}gap by {one['column']}: {one['metric']} {figure(worst['value'])} where it is "
            f"{one['worst']} ({worst['samples']} samples), {figure(best['value'])} where it is "
            f"{one['best']} ({best['samples']})"
        )
    if found and not apart:
        print(f"{_INDENT}no clear gap between groups of the samples, by {len(found)} columns")
    elif len(apart) > _MOST_GAPS:
        print(f"{_INDENT}{len(apart) - _MOST_GAPS} more columns have gaps; --json has them")


def _print_baselines(found: Mapping[str, Any] | None) -> None:
    if not found:
        return
    print(f"{_INDENT}simpler models on the same split")
    names = list(dict.fromkeys(n for one in found["models"] for n in one["metrics"] or {}))
    rows = [("model", *names, "fitted in", "on")]
    for one in found["models"]:
        figures = (figure((one["metrics"] or {}).get(name)) for name in names)
        rows.append((one["model"], *figures, f"{one['seconds']:.1f} s", f"{one['samples']:,}"))
    print_rows(rows, indent=_INDENT * 2)
    for one in found["models"]:
        if one["note"]:
            print(f"{_INDENT * 2}{one['model']}: {one['note']}")
    print(f"{_INDENT}{found['verdict']['sentence']}")
