"""How results read: figures of a split, the end of a training, a run in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from netbuilder.cli.output import counted, figure, print_rows, size

if TYPE_CHECKING:
    from netbuilder.app.training import Trained
    from netbuilder.training.usage import Usage

_MATRIX = "confusion_matrix"
# Wider ones wrap on a terminal and say nothing any more; --json has them all.
MOST_CLASSES = 20


def figures_text(found: Mapping[str, Any]) -> str:
    """Return loss and metrics in a line: ``loss 0.0512, accuracy 0.9852``."""
    parts = [f"loss {figure(found['loss'])}"]
    losses = found["losses"]
    if len(losses) > 1:
        parts += [f"{name} {figure(value)}" for name, value in losses.items()]
    metrics = found["metrics"].items()
    parts += [f"{name} {figure(v)}" for name, v in metrics if not isinstance(v, list)]
    return ", ".join(parts)


def print_evaluation(found: Mapping[str, Any]) -> None:
    """Write the figures of a split, one a line, and confusion matrices."""
    rows = [("loss", figure(found["loss"]))]
    if len(found["losses"]) > 1:
        rows += [(name, figure(value)) for name, value in found["losses"].items()]
    metrics = found["metrics"]
    rows += [(name, figure(v)) for name, v in metrics.items() if not isinstance(v, list)]
    print_rows(rows, indent="    ")
    for name, value in metrics.items():
        if isinstance(value, list) and len(value) <= MOST_CLASSES:
            _print_matrix(name, value)


def print_end(trained: Trained, *, recipe: bool = False) -> None:
    """Write how a training ended: the best epoch, the held-out data, the baseline, the folder.

    Args:
        trained: The training.
        recipe: Whether to add what its recipe changes of the defaults.
    """
    from netbuilder.training.usage import read_usage

    result = trained.result or {}
    print(trained.state.sentence)
    rows: list[tuple[str, str]] = []
    best = result.get("best")
    if best:
        value = f"{best['metric']} {figure(best['value'])}"
        rows.append(("best epoch", f"{best['epoch']}: {best['on']} {value}"))
    test = result.get("test")
    if test:
        rows.append(("test", f"{figures_text(test)} ({counted(test['samples'], 'sample')})"))
    rows += [("baseline", text) for text in baseline_texts(result.get("baseline") or {})]
    rows.append(("run", str(trained.run.path)))
    if recipe:
        changed = trained.run.recipe().changed()
        rows.append(("recipe", ", ".join(f"{k} {v}" for k, v in changed.items()) or "defaults"))
        usage = read_usage(trained.run)
        if usage is not None:
            rows.append(("worker", _worker_text(usage, active=trained.state.active)))
    print_rows(rows, indent="    ")


def _worker_text(usage: Usage, *, active: bool) -> str:
    """Say what a worker takes of the machine, or took at most."""
    memory = f"{size(usage.memory)}, {size(usage.peak_memory)} at most"
    texts = [memory if active else f"{size(usage.peak_memory)} at most"]
    if active:
        texts.append(f"{usage.cpu:.1f} of {counted(usage.processors, 'processor')} busy")
    if usage.device_total:
        texts.append(f"{size(usage.device_memory)} of the accelerator's {size(usage.device_total)}")
    return ", ".join(texts)


def baseline_texts(baselines: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say what a linear model reaches, a line for each loss."""
    texts = []
    for name, found in baselines.items():
        who = f"{name}: " if len(baselines) > 1 else ""
        texts.append(
            f"{who}{found['model']}: {found['split']} {found['metric']} {figure(found['value'])}"
        )
    return texts


def _print_matrix(name: str, matrix: Sequence[Sequence[int]]) -> None:
    title = name.removesuffix(_MATRIX) + "confusion (rows: what is right, columns: what was said)"
    print(f"    {title}")
    width = max(len(str(count)) for row in matrix for count in row) + 1
    for row in matrix:
        print("      " + "".join(str(count).rjust(width) for count in row))
