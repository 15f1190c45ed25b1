"""From a document's data settings to arrays: loaded, split and preprocessed.

Importing this module costs nothing; numpy comes in when samples are wanted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from netbuilder.check.fields import Field, Fields
from netbuilder.data.settings import DataSettings
from netbuilder.data.source import DataError, Dataset
from netbuilder.data.steps import fields_after
from netbuilder.node_api.params import Path

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from netbuilder.data.arrays import Array

    Ints = npt.NDArray[np.int64]

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Prepared:
    """Data that are ready to be trained on.

    Attributes:
        splits: For ``train``, ``val`` and ``test``: the samples by field, (samples, *field.shape);
            an empty mapping where the split has none.
        indices: For each split: which samples of the source it has, in its order.
        fields: What the fields hold.
        fingerprint: 64 hexadecimal digits that name the samples, the split and what was done to
            them, wherever the files lie.
        preprocessing: What was done, as plain data, for whoever feeds the network later:
            ``impute`` {field: [...]}, what stands in for a missing number, samples flattened;
            ``steps`` [...], what was learnt by them, see ``data.learnt``, where there are any;
            ``standardize`` {field: {"mean": [...], "std": [...]}}, a value for each channel or
            number; ``fields`` {field: {"shape": [...], "dtype": "..."}}, as the source gives them;
            ``classes`` {field: [...]}; ``columns`` {field: [...]}; ``vocabulary`` {field:
            [...]} where there are tokens, and ``tokenizer`` {field: "..."}, see ``data.bpe``, where they
            were learnt; ``notes`` [...].
        stratified_by: The field whose classes every split has its share of, or empty.
    """

    splits: Mapping[str, Mapping[str, Array]]
    indices: Mapping[str, Ints]
    fields: Fields
    fingerprint: str
    preprocessing: Mapping[str, Any]
    stratified_by: str = ""

    @property
    def sizes(self) -> dict[str, int]:
        """How many samples each split has."""
        return {split: len(index) for split, index in self.indices.items()}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what was done to the data."""
        return tuple(self.preprocessing["notes"])


def fields(data: Mapping[str, Any], folder: FilePath) -> Fields:
    """Return the fields of a document's data, as they are fed, without loading the samples.

    Args:
        data: The document's ``data``.
        folder: The document's folder, where relative paths start.

    Raises:
        DataError: A setting, a file or a column is not there or not as expected.
    """
    settings = DataSettings.from_plain(data)
    found = settings.source.fields(folder)
    return _fields_fed(settings, found)


def prepare(data: Mapping[str, Any], folder: FilePath) -> Prepared:
    """Load, split and preprocess a document's data.

    The same settings give the same arrays, whatever else drew random numbers before.

    Args:
        data: The document's ``data``.
        folder: The document's folder, where relative paths start.

    Raises:
        DataError: A setting, a file or a column is not there or not as expected.
    """
    from netbuilder.data.preprocessing import preprocess
    from netbuilder.data.streamed import part

    settings = DataSettings.from_plain(data)
    dataset = settings.source.load(folder)
    fed = _fields_fed(settings, dataset.fields)
    by = ""
    if dataset.gap is not None:
        indices, notes = _in_order(settings, dataset)
    elif settings.split.by != "random":
        indices, notes = _told_apart(settings, dataset, folder)
    else:
        by = _stratify_field(dataset.fields) if settings.split.stratify else ""
        indices, notes = _indices(settings, dataset, by)
    splits = {
        split: {name: part(values, index) for name, values in dataset.arrays.items()}
        if len(index)
        else {}
        for split, index in indices.items()
    }
    preprocessing = {
        **preprocess(splits, settings, dataset.fields, dataset.columns),
        "classes": {name: list(f.classes) for name, f in dataset.fields.items() if f.classes},
        "fields": {
            name: {"shape": list(f.shape), "dtype": f.dtype} for name, f in dataset.fields.items()
        },
    }
    preprocessing["notes"] = [*dataset.notes, *notes, *preprocessing["notes"]]
    if dataset.vocabulary:
        preprocessing["vocabulary"] = {n: list(items) for n, items in dataset.vocabulary.items()}
    if dataset.tokenizer:
        preprocessing["tokenizer"] = dict(dataset.tokenizer)
    fingerprint = _fingerprint(settings, dataset, indices)
    return Prepared(splits, indices, fed, fingerprint, preprocessing, by)


def _fields_fed(settings: DataSettings, fields: Fields) -> Fields:
    """The fields after the steps; the short form is checked as well."""
    found = fields_after(settings.preprocess, fields)
    for name in settings.standardize:
        if name not in found:
            raise DataError(
                f"the field {name} is to be standardized, but the data have: {', '.join(found)}"
            )
        if not found[name].dtype.startswith("float"):
            raise DataError(
                f"the field {name} is to be standardized, but holds whole numbers ({found[name].dtype})"
            )
    return found


def _stratify_field(found: Fields) -> str:
    """The first target that is a class, or empty."""
    for field in found.values():
        if field.role == "target" and field.classes and not field.shape:
            return field.name
    return ""


def _indices(
    settings: DataSettings, dataset: Dataset, by: str
) -> tuple[dict[str, Ints], list[str]]:
    import numpy as np

    from netbuilder.data.splitting import split, split_sizes

    samples = _samples(dataset)
    free = samples - dataset.held_out
    fractions = settings.split.fractions
    notes = []
    if dataset.held_out:
        notes.append(
            f"The {dataset.held_out} samples of the source's own test set are the test split."
        )
        rest = fractions["train"] + fractions["val"]
        fractions = {part: fractions[part] / rest for part in ("train", "val")}
    sizes = split_sizes(free, fractions)
    if sizes["train"] < 1:
        raise DataError(
            f"{free} samples with a train fraction of {settings.split.train:g} leave none to train on"
        )
    labels = dataset.arrays[by][:free].astype(np.int64) if by else None
    indices = split(free, sizes, settings.split.seed, labels)
    if dataset.held_out:
        indices["test"] = np.arange(free, samples, dtype=np.int64)
    return indices, notes


def _in_order(settings: DataSettings, dataset: Dataset) -> tuple[dict[str, Ints], list[str]]:
    """Parts that follow each other, the last one tested, so that nothing tested is seen before."""
    from netbuilder.data.splitting import in_order, split_sizes

    assert dataset.gap is not None
    if settings.split.by not in ("random", "time") or settings.split.column:
        raise DataError(
            f"the samples of {settings.source.title} are in order and can be split so alone; set by of the "
            "split to random and column to nothing"
        )
    if dataset.held_out:
        raise ValueError("samples in order have no test set of their own")
    samples, fractions = _samples(dataset), settings.split.fractions
    borders = sum(share > 0 for share in fractions.values()) - 1
    left = samples - borders * dataset.gap
    sizes = split_sizes(max(left, 0), fractions)
    if sizes["train"] < 1:
        raise DataError(
            f"{samples} samples in order, of which {dataset.gap} are left out at each of {borders} borders "
            f"between the parts, leave none to train on; a larger stride makes fewer overlap"
        )
    notes = ["The samples are in order: the first are trained on, the last are the test split."]
    if dataset.gap and borders:
        notes.append(
            f"{dataset.gap} samples are left out at each border, since they overlap the next part."
        )
    return in_order(sizes, dataset.gap), notes


def _told_apart(
    settings: DataSettings, dataset: Dataset, folder: FilePath
) -> tuple[dict[str, Ints], list[str]]:
    """Parts that a column decides on: by group, by time, or by what it says."""
    import numpy as np

    from netbuilder.data.split_columns import Column, groups_of, parts_of, times_of
    from netbuilder.data.splitting import by_groups, by_time, split_sizes

    split = settings.split
    samples = _samples(dataset)
    if dataset.held_out:
        raise DataError(
            f"the source has a test set of its own, so its samples cannot be split by {split.by}; set by of "
            "the split to random"
        )
    column = Column.of(settings, dataset, folder) if split.column else None
    sizes = split_sizes(samples, split.fractions)
    if split.by == "column":
        assert column is not None
        indices = parts_of(column)
        notes = [
            f"The column {split.column} says which samples are trained on and which are held out."
        ]
    elif split.by == "group":
        assert column is not None
        groups = groups_of(column)
        indices = by_groups(groups, sizes, split.seed)
        count = int(groups.max()) + 1
        notes = [f"The {count} groups by {split.column} stay together: none is in two parts."]
    elif column is None:
        indices = by_time(np.arange(samples), sizes)
        notes = ["The samples are taken to be in order: the last are the test split."]
    else:
        indices = by_time(times_of(column), sizes)
        notes = [f"The samples are in order of {split.column}: the latest are the test split."]
    if not len(indices["train"]):
        raise DataError(f"the split by {split.by} leaves no sample to train on")
    return indices, notes


def _samples(dataset: Dataset) -> int:
    """How many samples there are; every field has as many, of the declared shape and type."""
    count = len(next(iter(dataset.arrays.values())))
    for name, field in dataset.fields.items():
        values = dataset.arrays[name]
        if values.shape != (count, *field.shape) or values.dtype != field.dtype:
            raise ValueError(
                f"the source declares {field}, but gave {values.dtype} {values.shape}, "
                f"where {count} samples were expected"
            )
    return count


def _fingerprint(settings: DataSettings, dataset: Dataset, indices: Mapping[str, Ints]) -> str:
    """Hash the samples and what is done to them; paths are left out, the content counts."""
    import numpy as np

    from netbuilder.data.streamed import is_streamed

    plain = settings.to_plain()
    del plain["augment"]  # done in training, to copies: the samples are the same
    if not plain["preprocess"]:  # a setting that older runs did not have
        del plain["preprocess"]
    source = settings.source
    unsaid = {
        name
        for name, param in source.params.items()
        if isinstance(param, Path)
        or (name in source.later and getattr(source, name) == param.default)
    }
    said = plain["split"]
    plain["split"] = {
        key: value
        for key, value in said.items()
        if key not in settings.split.later or value != settings.split.params[key].default
    }
    plain["params"] = {key: value for key, value in plain["params"].items() if key not in unsaid}
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode())
    arrays = {**dataset.arrays, **{f"indices of {part}": index for part, index in indices.items()}}
    for name, values in arrays.items():
        header = {
            "name": name,
            "shape": values.shape,
            "dtype": str(values.dtype),
            "classes": dataset.fields.get(name, Field("")).classes,
        }
        digest.update(json.dumps(header, sort_keys=True).encode())
        if is_streamed(values):
            digest.update(values.identity)
            continue
        little = values.astype(values.dtype.newbyteorder("<"), copy=False)
        digest.update(np.ascontiguousarray(little).data)
    return digest.hexdigest()
