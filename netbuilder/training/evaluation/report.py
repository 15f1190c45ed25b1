"""Where the evaluations of a run lie, and how they are read: without torch and without numpy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netbuilder.training.run import RunError, RunFolder, read_json, write_json

FORMAT = 1
FOLDER = "evaluation"


def report_file(run: RunFolder, split: str) -> Path:
    """The file of the evaluation on a split."""
    return run.path / FOLDER / f"{split}.json"


def read_report(run: RunFolder, split: str) -> dict[str, Any] | None:
    """Return the last evaluation on a split; None where there is none, or none of this format.

    Raises:
        RunError: The file cannot be read.
    """
    path = report_file(run, split)
    if not path.is_file():
        return None
    found = read_json(path)
    return found if found.get("format") == FORMAT else None


def is_current(run: RunFolder, report: Mapping[str, Any]) -> bool:
    """Whether a report is of the weights that are the run's best ones now."""
    weights = run.best_weights()
    return weights is not None and report.get("weights") == weights.relative_to(run.path).as_posix()


def write_report(run: RunFolder, report: Mapping[str, Any]) -> Path:
    """Write an evaluation down and return its file; what is not finite is null.

    Raises:
        RunError: It cannot be written.
    """
    path = report_file(run, str(report["split"]))
    try:
        path.parent.mkdir(exist_ok=True)
        write_json(path, finite(report))
    except OSError as error:
        raise RunError(f"{path}: cannot be written: {error.strerror or error}") from error
    return path


def finite(value: Any) -> Any:
    """Return measured figures fit for JSON: what is not finite becomes None."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value
