"""What a trained run says of samples in a file: every row of a table, every image, every array."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from netbuilder.codegen.load import load_text
from netbuilder.data.applying import applied
from netbuilder.data.new_samples import Trained, read_samples
from netbuilder.data.settings import DataSettings
from netbuilder.training.answers import Reading, readings, said
from netbuilder.training.evaluate import (
    LEAST_BATCH,
    Precision,
    choose_device,
    in_precision,
    load_weights,
)
from netbuilder.training.run import RunError, RunFolder
from netbuilder.training.tensors import to_tensors

MOST_COLUMNS = 1_000

Told = Callable[[float], None]
Row = list[str | float]


def _nobody(share: float) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Predictions:
    """What a network says of the samples of a file.

    Attributes:
        columns: ``row``, ``input`` and what each output says: ``predicted`` and, of classes,
            ``probability`` of that one and ``p(name)`` of each, of no and yes ``p(name)`` of yes;
            behind the output's name and a dot where there are several outputs.
        rows: A row a sample: its number from 1, where it is from, and the rest.
        weights: The file of the weights, within the run.
        notes: Sentences on what was left out.
    """

    columns: tuple[str, ...]
    rows: list[Row]
    weights: str
    notes: tuple[str, ...]


def predict_file(run: RunFolder, path: Path, told: Told = _nobody) -> Predictions:
    """Let a run's best weights predict the samples of a file.

    Gaps are filled and numbers scaled as was learnt of the training samples, which are not read.

    Args:
        run: The run.
        path: A table with the columns that it was trained on, in any order; an image or a folder of
            images; an ``.npy`` or ``.npz`` file with numbers as the source of the training has them.
        told: Gets the share that is done, 0 to 1.

    Raises:
        RunError: There is no run, it has not begun, it has no outputs or weights, or too many
            numbers come out for a row.
        DataError: The file cannot be read or does not fit.
    """
    run.require()
    recipe, source, data = run.recipe(), run.source(), run.data()
    if "preprocessing" not in data:
        raise RunError(f"{run.path} has not begun, so nothing is trained yet")
    if not (source.inputs and source.outputs):
        raise RunError(
            "the network has no Input or no Output node, so it says nothing of a file; add one and "
            "train it again"
        )
    known = data["preprocessing"]
    settings = DataSettings.from_plain(data["settings"])
    trained = Trained(
        settings.source,
        lambda: settings.source.fields(Path(data["folder"])),
        known,
        [argument.field or argument.name for argument in source.inputs],
    )
    found = read_samples(path, trained)
    device = choose_device(recipe)
    model = load_text(source.text, source.class_name, str(run.model))().to(device)
    weights = load_weights(run, model).relative_to(run.path).as_posix()
    tensors = to_tensors(applied(found.arrays, known), source.inputs, device)
    size = max(recipe.batch_size, LEAST_BATCH)
    batches = _outputs(model, tensors, size, in_precision(recipe, device), told)
    columns: list[str] = []
    rows: list[Row] = []
    for outputs in batches:
        columns, more = _said(outputs, readings(source, known), known)
        rows += more
    named: list[Row] = [
        [n, name, *row] for n, (name, row) in enumerate(zip(found.names, rows, strict=True), 1)
    ]
    return Predictions(("row", "input", *columns), named, weights, found.notes)


def _said(
    outputs: Sequence[Tensor], how: Sequence[Reading], known: Mapping[str, Any]
) -> tuple[list[str], list[Row]]:
    """What all outputs say of a batch: the names of the columns, and a row a sample."""
    columns: list[str] = []
    rows: list[Row] = [[] for _ in range(len(outputs[0]))]
    for reading, values in zip(how, outputs, strict=True):
        _check_width(reading, values)
        one = said(reading, values, known)
        before = f"{reading.output}." if len(how) > 1 else ""
        columns += [before + column for column in one.columns]
        for row, more in zip(rows, one.rows, strict=True):
            row.extend(more)
    return columns, rows


def _check_width(reading: Reading, values: Tensor) -> None:
    count = values[0].numel()
    if reading.kind == "classes" and values.ndim > 1:
        count //= values.shape[1]
    if count > MOST_COLUMNS:
        raise RunError(
            f"{reading.output} says {count:,} numbers of a sample, more than the {MOST_COLUMNS:,} "
            "that a row takes"
        )


def _outputs(
    model: nn.Module, tensors: Sequence[Tensor], size: int, precision: Precision, told: Told
) -> Iterator[tuple[Tensor, ...]]:
    """Yield the outputs of a batch after the other."""
    model.eval()
    count = len(tensors[0])
    for start in range(0, count, size):
        with torch.inference_mode(), precision():
            found: Any = model(*(tensor[start : start + size] for tensor in tensors))
        yield found if isinstance(found, tuple) else (found,)
        told(min(1.0, (start + size) / count))
