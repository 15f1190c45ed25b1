"""A trained network to try things on: what it takes, and what it says of one sample."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from netbuilder.codegen.source import Argument
from netbuilder.data.applying import applied, undone
from netbuilder.data.arrays import Array
from netbuilder.data.new_windows import tokens_of
from netbuilder.data.settings import DataSettings
from netbuilder.data.source import DataError, Dataset
from netbuilder.data.streamed import is_streamed, part
from netbuilder.training.answers import Reading, probabilities, readings
from netbuilder.training.evaluate import in_precision
from netbuilder.training.evaluation.assess import Subject, subject_of
from netbuilder.training.run import RunError, RunFolder
from netbuilder.training.tensors import to_tensors
from netbuilder.training.trying.maps import picture_of
from netbuilder.training.watching import Layers

MOST_SAID = 10  # classes, the likeliest
MOST_NUMBERS = 64
_SMALL = 4  # px; what is smaller is no picture


@dataclass(frozen=True)
class Bench:
    """A run's network with its data.

    Attributes:
        subject: The run, its network and its prepared data.
        dataset: The samples as the source gives them.
        known: What was learnt of the training samples; see ``Prepared.preprocessing``.
    """

    subject: Subject
    dataset: Dataset
    known: Mapping[str, Any]

    @classmethod
    def of(cls, run: RunFolder) -> Bench:
        """Load a run.

        Raises:
            RunError: There is no run, it has no weights, or no Input or Output.
            DataError: The data cannot be prepared.
        """
        subject = subject_of(run)
        if not (subject.source.inputs and subject.source.outputs):
            raise RunError(
                "the network has no Input or no Output node, so there is nothing to try; add one and "
                "train it again"
            )
        dataset = DataSettings.from_plain(subject.data).source.load(subject.folder)
        return cls(subject, dataset, subject.prepared.preprocessing)

    def inputs(self) -> list[dict[str, Any]]:
        """Describe what the network takes, an object an input.

        Returns:
            ``field``, ``shape`` of a sample in the data, ``kind`` (``image``, ``tokens``, ``row`` or
            ``values``), ``low`` and ``high`` over the training samples, ``columns``, ``classes`` and
            ``vocabulary`` where there are any.
        """
        return [self._described(argument) for argument in self.subject.source.inputs]

    def sample(self, split: str, place: int) -> dict[str, Any]:
        """Return a sample of a split as it is in the data.

        Returns:
            ``inputs`` by field, nested lists; ``right``: what is right, in words, by target field.

        Raises:
            RunError: There is no such sample.
        """
        index = self.subject.prepared.indices[split]
        if not 0 <= place < len(index):
            raise RunError(
                f"the {split} split has {len(index)} samples, so there is no sample {place}"
            )
        number = int(index[place])
        fields = dict.fromkeys(one.field or one.name for one in self.subject.source.inputs)
        right = {}
        for argument in self.subject.source.targets:
            field = argument.field or argument.name
            values = self.dataset.arrays[field][number].reshape(-1)
            if values.size == 1:
                right[field] = self._in_words(field, values[0].item())
        return {
            "inputs": {name: self.dataset.arrays[name][number].tolist() for name in fields},
            "right": right,
        }

    def tried(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Let the network answer for one sample.

        Args:
            inputs: By field, nested lists in the unit of the data, None for a missing number; for
                tokens a text may stand in their place: its end is taken, or it is filled up in front.

        Returns:
            ``outputs``: for each ``name`` and ``kind`` with ``said``, pairs of a class and its
            probability, the likeliest first, or of a name and a number; of a mask ``mask``, a picture
            of classes. ``nodes``: by path ``shape``, ``mean``, ``std``, ``low``, ``high``,
            ``histogram`` and ``picture``.

        Raises:
            DataError: An input is missing or does not fit.
            RunError: The network fails on it.
        """
        arrays = applied({name: self._array(name, inputs) for name in self._fields()}, self.known)
        source, model = self.subject.source, self.subject.model
        tensors = to_tensors(arrays, source.inputs, self.subject.device)
        seen: dict[str, Tensor] = {}
        layers = Layers(model, source, lambda path, output: seen.setdefault(path, output))
        model.eval()
        with torch.no_grad(), layers.watched(), self._precision():
            found: Any = model(*tensors)
        outputs = found if isinstance(found, tuple) else (found,)
        told = zip(readings(source, self.known), outputs, strict=True)
        figures = layers.found()
        return {
            "outputs": [self._said(reading, values) for reading, values in told],
            "nodes": {path: _node(output, figures.get(path, {})) for path, output in seen.items()},
        }

    # Inside.

    def _fields(self) -> list[str]:
        return list(dict.fromkeys(one.field or one.name for one in self.subject.source.inputs))

    def _precision(self) -> Any:
        return in_precision(self.subject.recipe, self.subject.device)()

    def _described(self, argument: Argument) -> dict[str, Any]:
        name = argument.field or argument.name
        field = self.dataset.fields[name]
        train = part(self.dataset.arrays[name], self.subject.prepared.indices["train"])
        train = train.some() if is_streamed(train) else train
        vocabulary = self.dataset.vocabulary.get(name, ())
        return {
            "field": name,
            "shape": list(field.shape),
            "kind": _kind(field.shape, vocabulary),
            "whole": not field.dtype.startswith("float"),
            "low": float(np.nanmin(train)),
            "high": float(np.nanmax(train)),
            "columns": list(self.dataset.columns.get(name, ())),
            "classes": list(field.classes),
            "vocabulary": list(vocabulary),
        }

    def _array(self, name: str, inputs: Mapping[str, Any]) -> Array:
        """One input as the data have it, (1, *shape)."""
        field = self.dataset.fields[name]
        if name not in inputs:
            raise DataError(f"the field {name} is missing; the network takes: {self._fields()}")
        given = inputs[name]
        if isinstance(given, str):
            vocabulary = self.dataset.vocabulary.get(name, ())
            learnt = self.dataset.tokenizer.get(name, "")
            given = encoded(given, vocabulary, math.prod(field.shape), learnt)
        try:
            values = np.array(given, np.float64)  # None becomes NaN
            shaped = values.reshape(1, *field.shape)
        except (TypeError, ValueError) as error:
            raise DataError(
                f"{name} should be {math.prod(field.shape)} numbers, but is not: {error}"
            ) from error
        if not field.dtype.startswith("float") and np.isnan(shaped).any():
            raise DataError(f"a number of {name} is missing")
        return shaped.astype(field.dtype)

    def _said(self, reading: Reading, values: Tensor) -> dict[str, Any]:
        told: dict[str, Any] = {"name": reading.output, "kind": reading.kind}
        if reading.kind == "numbers":
            numbers = undone(values.double().cpu().numpy(), reading.target, self.known).reshape(-1)
            names = reading.names if len(reading.names) == len(numbers) else ()
            shown = [
                [
                    names[n] if names else str(n + 1) if len(numbers) > 1 else reading.output,
                    float(v),
                ]
                for n, v in enumerate(numbers[:MOST_NUMBERS])
            ]
            return {**told, "said": shown}
        chances = probabilities(reading, values)[0]
        if reading.kind == "binary":
            names = reading.classes if len(reading.classes) == 2 else ("no", "yes")
            flat = chances.reshape(-1)
            if flat.numel() > 1:
                said = [
                    [f"{names[1]} {n + 1}", float(v)] for n, v in enumerate(flat[:MOST_NUMBERS])
                ]
                return {**told, "said": said}
            pair = [[names[1], float(flat[0])], [names[0], 1 - float(flat[0])]]
            return {**told, "said": sorted(pair, key=lambda one: -float(one[1]))}
        if chances.dim() > 2:
            told["mask"] = picture_of(chances.argmax(0)[None].float())
        # Of tokens, what comes after the last one; of pixels, the mean over all of them.
        one = chances if chances.dim() == 1 else chances[..., -1] if chances.dim() == 2 else None
        if one is None:
            one = chances.flatten(1).mean(1)
        likely = one.topk(min(MOST_SAID, len(one)))
        pairs = zip(likely.indices.tolist(), likely.values.tolist(), strict=True)
        return {**told, "said": [[_name(reading.classes, n), p] for n, p in pairs]}

    def _in_words(self, name: str, value: float) -> str:
        classes = self.dataset.fields[name].classes
        if classes and float(value).is_integer() and 0 <= int(value) < len(classes):
            return classes[int(value)]
        return f"{value:.6g}"


def encoded(text: str, vocabulary: Sequence[str], length: int, tokenizer: str = "") -> list[int]:
    """Return the numbers of the last tokens of a text.

    Args:
        text: What somebody wrote.
        vocabulary: What each number stands for; characters that are not in there count as space.
        length: How many tokens there must be; newlines, or the first token, stand before a shorter text.
        tokenizer: What makes tokens of a text, where they were learnt.

    Raises:
        DataError: The field has no vocabulary.
    """
    if not vocabulary:
        raise DataError("a text was given, but the input takes numbers")
    found = tokens_of(text, vocabulary, tokenizer)
    newline = vocabulary.index("\n") if "\n" in vocabulary else 0
    return [newline] * (length - len(found)) + found[-length:]


def _kind(shape: Sequence[int], vocabulary: Sequence[str]) -> str:
    if vocabulary:
        return "tokens"
    if len(shape) == 2 and min(shape) >= _SMALL:
        return "image"
    if len(shape) == 3 and shape[0] in (1, 3) and min(shape[1:]) >= _SMALL:
        return "image"
    return "row" if len(shape) < 2 else "values"


def _node(output: Tensor, figures: Mapping[str, Any]) -> dict[str, Any]:
    names = ("mean", "std", "low", "high", "histogram")
    told = {name: figures.get(name) for name in names}
    return {"shape": list(output.shape[1:]), **told, "picture": picture_of(output)}


def _name(classes: Sequence[str], number: int) -> str:
    return classes[number] if number < len(classes) else str(number)
