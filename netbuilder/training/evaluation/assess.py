"""The evaluation of a run's best weights on a split, from its folder to one report in plain data."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from netbuilder.check.fields import Fields
from netbuilder.codegen.load import load_text
from netbuilder.codegen.source import Loss, Source
from netbuilder.data.applying import unit
from netbuilder.data.prepare import Prepared, prepare
from netbuilder.data.settings import DataSettings
from netbuilder.training.evaluate import (
    SPLITS,
    choose_device,
    evaluate,
    figures,
    in_precision,
    load_weights,
)
from netbuilder.training.evaluation.classes import of_classes
from netbuilder.training.evaluation.closer import masks, tokens
from netbuilder.training.evaluation.numbers import of_numbers
from netbuilder.training.evaluation.report import FORMAT
from netbuilder.training.evaluation.scores import ClassCollector, ClassScores
from netbuilder.training.evaluation.slices import Column, columns_of, slices
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunError, RunFolder
from netbuilder.training.tensors import to_tensors

Floats = npt.NDArray[np.float64]
OnProgress = Callable[[str], None]


def _nobody(stage: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Subject:
    """A run that is ready to be measured.

    Attributes:
        run: Its folder.
        recipe: Its recipe.
        source: Its network.
        data: The document's data settings.
        folder: Where their relative paths start.
        prepared: The data.
        model: The network with its best weights.
        weights: The file they are from.
        device: Where it computes.
    """

    run: RunFolder
    recipe: Recipe
    source: Source
    data: Mapping[str, Any]
    folder: Path
    prepared: Prepared
    model: nn.Module
    weights: Path
    device: torch.device

    def tensors(self, split: str) -> list[Tensor]:
        """Inputs and targets of a split; none where it has no samples."""
        arguments = (*self.source.inputs, *self.source.targets)
        return to_tensors(self.prepared.splits[split], arguments, self.device)


@dataclass(frozen=True)
class Assessment:
    """What came out.

    Attributes:
        report: Plain data; see ``evaluate_run``.
        errors: By loss, for each sample whether it was missed, 0 or 1, or its squared error.
    """

    report: dict[str, Any]
    errors: Mapping[str, Floats]


def subject_of(run: RunFolder) -> Subject:
    """Make the network and the data of a run.

    Raises:
        RunError: There is no run, no weights, or the data have changed.
        DataError: The data cannot be prepared.
    """
    run.require()
    recipe, source, data = run.recipe(), run.source(), run.data()
    folder = Path(data["folder"])
    prepared = prepare(data["settings"], folder)
    if data.get("fingerprint", prepared.fingerprint) != prepared.fingerprint:
        raise RunError(
            f"the data of {run.path} have changed since it was trained, so its split cannot be made again"
        )
    device = choose_device(recipe)
    model = load_text(source.text, source.class_name, str(run.model))().to(device)
    path = load_weights(run, model)
    return Subject(run, recipe, source, data["settings"], folder, prepared, model, path, device)


def evaluate_run(
    run: RunFolder, split: str = "test", on_progress: OnProgress = _nobody
) -> dict[str, Any]:
    """Return the figures of a run's best weights on a split, as plain data.

    Args:
        run: The run.
        split: ``train``, ``val`` or ``test``.
        on_progress: Gets what is being done, in a few words.

    Returns:
        ``format``, ``time``, ``split``, ``weights``, ``note``, ``samples``, ``loss``, ``losses`` and
        ``metrics`` by name; ``indices``, the place in the source of each sample of the split;
        ``details`` by loss, as ``of_classes`` or ``of_numbers`` gives them, for numbers with ``unit``,
        how much 1 is before standardizing, for pixels with ``masks``, for tokens with ``tokens``, see
        ``closer``; ``slices`` by loss.

    Raises:
        RunError: There is no such split, no data in it, or there are no weights.
        DataError: The data cannot be prepared.
    """
    if split not in SPLITS:
        raise RunError(f"there is no split {split}; there are: {', '.join(SPLITS)}")
    on_progress("Reading the data")
    return assess(subject_of(run), split, on_progress).report


def assess(subject: Subject, split: str, on_progress: OnProgress = _nobody) -> Assessment:
    """As ``evaluate_run``, of a run that is ready.

    Raises:
        RunError: There is no data in the split.
    """
    run, source = subject.run, subject.source
    tensors = subject.tensors(split)
    if not tensors:
        raise RunError(f"the split {split} of {run.path} is empty")
    on_progress(f"Running the network over the {split} split")
    scores, numbers = _collectors(source, len(tensors[0]))
    take = _Taking(scores, numbers)
    precision = in_precision(subject.recipe, subject.device)
    found = evaluate(subject.model, tensors, subject.recipe.batch_size, precision, take)
    on_progress("Fitting the temperature")
    held_back = {} if split == "val" else _validation(subject)
    on_progress("Making curves and slices")
    columns = _columns(subject, split)
    details: dict[str, Any] = {}
    sliced: dict[str, Any] = {}
    errors: dict[str, Floats] = {}
    for loss in source.losses:
        if loss.name in take.taken and loss.name in scores:
            whole = scores[loss.name].scores()
            names = _class_names(loss, subject.prepared.fields, source)
            details[loss.name] = of_classes(whole, names, held_back.get(loss.name))
            details[loss.name] |= _closer(subject, tensors, loss.name, details[loss.name])
            right = _right(whole, found.samples)
            sliced[loss.name] = slices(columns, right, "accuracy")
            errors[loss.name] = np.where(right == 1, 0.0, 1.0)
        elif loss.name in numbers and loss.name in take.taken:
            said, truth = numbers[loss.name].arrays()
            names = subject.prepared.preprocessing["columns"].get(loss.target, ())
            details[loss.name] = {
                **of_numbers(said, truth, names or [loss.target]),
                "unit": unit(loss.target, subject.prepared.preprocessing),
            }
            sliced[loss.name] = slices(columns, np.abs(said - truth).mean(1), "mae")
            errors[loss.name] = np.square(said - truth).mean(1)
    report = {
        "format": FORMAT,
        "time": time.time(),
        "split": split,
        "weights": subject.weights.relative_to(run.path).as_posix(),
        "note": run.weights_note(),
        **figures(found, source.losses),
        "indices": subject.prepared.indices[split].tolist(),
        "details": details,
        "slices": sliced,
    }
    return Assessment(report, errors)


def _closer(
    subject: Subject, tensors: Sequence[Tensor], loss: str, found: Mapping[str, Any]
) -> dict[str, Any]:
    """What was said of each pixel or token of the samples that are least right."""
    looks = {"pixel": ("masks", masks), "token": ("tokens", tokens)}
    unit = str(found["unit"])
    if unit not in looks or not found.get("worst"):
        return {}
    key, look = looks[unit]
    places = [one["place"] for one in found["worst"]]
    precision = in_precision(subject.recipe, subject.device)
    return {key: look(subject.model, tensors, precision, loss, places)}


class _NumberCollector:
    """Takes the numbers that are said and those that are right."""

    def __init__(self) -> None:
        self._said: list[Tensor] = []
        self._truth: list[Tensor] = []

    def add(self, prediction: Tensor, target: Tensor) -> None:
        """Take a batch."""
        self._said.append(prediction.reshape(len(target), -1).cpu())
        self._truth.append(target.reshape(len(target), -1).float().cpu())

    def arrays(self) -> tuple[Floats, Floats]:
        """What is said and what is right, (samples, numbers)."""
        said, truth = torch.cat(self._said), torch.cat(self._truth)
        return said.double().numpy(), truth.double().numpy()


class _Taking:
    """Gives each batch to the collector of its loss, where the metrics of its task are defined."""

    def __init__(
        self, scores: Mapping[str, ClassCollector], numbers: Mapping[str, _NumberCollector]
    ) -> None:
        self._scores, self._numbers = scores, numbers
        self.taken: set[str] = set()
        self._refused: set[str] = set()

    def __call__(self, name: str, prediction: Tensor, target: Tensor) -> None:
        if name in self._refused:
            return
        if name in self._scores:
            if not _are_classes(prediction, target):
                self._refused.add(name)
                self.taken.discard(name)
                return
            self._scores[name].add(prediction, target)
        elif name in self._numbers:
            self._numbers[name].add(prediction, target)
        else:
            return
        self.taken.add(name)


def _are_classes(prediction: Tensor, target: Tensor) -> bool:
    """Whether targets name classes: not shares of them, nor numbers between 0 and 1."""
    if target.is_floating_point():
        return prediction.numel() == target.numel() and bool(((target == 0) | (target == 1)).all())
    return prediction.ndim == 1 or prediction.shape[1] > 1 or prediction.numel() == target.numel()


def _collectors(
    source: Source, samples: int
) -> tuple[dict[str, ClassCollector], dict[str, _NumberCollector]]:
    classes = {
        loss.name: ClassCollector(samples, binary=loss.task == "binary")
        for loss in source.losses
        if loss.task in ("classification", "binary")
    }
    return classes, {x.name: _NumberCollector() for x in source.losses if x.task == "regression"}


def _validation(subject: Subject) -> dict[str, ClassScores]:
    """The scores of the validation split, by loss; none where it is empty."""
    tensors = subject.tensors("val")
    if not tensors:
        return {}
    scores, _ = _collectors(subject.source, len(tensors[0]))
    if not scores:
        return {}
    take = _Taking(scores, {})
    precision = in_precision(subject.recipe, subject.device)
    evaluate(subject.model, tensors, subject.recipe.batch_size, precision, take)
    return {name: scores[name].scores() for name in take.taken}


def _class_names(loss: Loss, fields: Fields, source: Source) -> Sequence[str]:
    """What the classes of a loss are called, by its target or by the output that it scores."""
    if loss.target in fields and fields[loss.target].classes:
        return fields[loss.target].classes
    output = next((o for o in source.outputs if o.name == loss.output), None)
    if output is not None and output.classes_from in fields:
        return fields[output.classes_from].classes
    return ()


def _columns(subject: Subject, split: str) -> list[Column]:
    dataset = DataSettings.from_plain(subject.data).source.load(subject.folder)
    return columns_of(dataset, subject.prepared.indices[split])


def _right(scores: ClassScores, samples: int) -> Floats:
    """The share of each sample's elements that are right; NaN for a sample without any."""
    count = np.bincount(scores.sample, minlength=samples)
    right = np.bincount(scores.sample, scores.said == scores.truth, minlength=samples)
    with np.errstate(invalid="ignore"):
        return right / np.where(count, count, np.nan)
