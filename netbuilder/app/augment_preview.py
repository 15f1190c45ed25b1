"""What augmentation makes of one sample, for a look before anything is trained."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.app.samples import Picture, Samples, as_text, is_image, is_mask, picture_of, told
from netbuilder.check.fields import Field, Fields
from netbuilder.data.prepare import Prepared, prepare
from netbuilder.data.settings import DataSettings
from netbuilder.data.source import DataError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Arrays = Mapping[str, npt.NDArray[Any]]

DRAWS = 7
KEPT = 64  # training samples that can be looked at
BATCH = 8  # samples that are changed together, and mixed with each other
AS_IT_IS = "as it is"
_HIDDEN = "\N{WHITE VERTICAL RECTANGLE}"
_MOST_COLUMNS = 8
_LEAST_SHARE = 0.05  # of a class that is told of a mixed sample
_ROOM = 0.05  # of the span of a sample's numbers, beyond which colours are cut off


def draws(data: Mapping[str, Any], folder: Path, place: int, seed: int) -> Samples:
    """Return a training sample as it is, and what augmentation makes of it several times.

    What is drawn is what the training would do to the numbers that the network gets; it is shown in the unit
    of the data. The same seed draws the same.

    Args:
        data: The document's ``data``, with ``augment``.
        folder: The document's folder, where relative paths start.
        place: Which of the first training samples; counted on from the start where there are fewer.
        seed: Where the random numbers start.

    Returns:
        Pictures where a field holds images, else rows as text; none where nothing is changed.

    Raises:
        DataError: A setting, a file or a column is not there or not as expected.
    """
    settings = DataSettings.from_plain(data).augment.active()
    if not settings:
        return Samples((), (), ())
    plain = {key: value for key, value in data.items() if key != "augment"}
    kept = _kept(json.dumps(plain, sort_keys=True), str(folder), _stamp(data, folder))
    place %= len(next(iter(kept.arrays.values())))
    batches = [kept.batch_of(place), *_drawn(kept, settings, place, seed)]
    image = next((f for f in kept.fields.values() if is_image(f)), None)
    if image is not None:
        return Samples(tuple(_pictures(kept, image, batches)), (), ())
    return Samples((), *_rows(kept, batches))


@dataclass(frozen=True)
class _Kept:
    """Some training samples as the network gets them."""

    prepared: Prepared
    arrays: Arrays

    @property
    def fields(self) -> Fields:
        return self.prepared.fields

    def batch_of(self, place: int) -> Arrays:
        """A sample and the others after it, as a batch that starts with it."""
        import numpy as np

        return {
            name: np.roll(values, -place, axis=0)[:BATCH] for name, values in self.arrays.items()
        }

    def own(self, values: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
        """The first of a batch in the unit of the data."""
        from netbuilder.data.applying import undone

        first: npt.NDArray[Any] = undone(values[:1], name, self.prepared.preprocessing)[0]
        return first


@lru_cache(maxsize=1)
def _kept(text: str, folder: str, stamp: int) -> _Kept:
    """Read the samples; the last ones are kept, as settings of augmentation are tried one by one."""
    prepared = prepare(json.loads(text), Path(folder))
    train = prepared.splits["train"]
    if not train:
        raise DataError("the training split is empty, so there is no sample to change")
    return _Kept(prepared, {name: values[:KEPT].copy() for name, values in train.items()})


def _stamp(data: Mapping[str, Any], folder: Path) -> int:
    """When the file or folder of the data was last written."""
    params = data.get("params", {})
    path = params.get("path") if isinstance(params, Mapping) else None
    try:
        return (folder / path).stat().st_mtime_ns if isinstance(path, str) and path else 0
    except (OSError, ValueError):
        return 0


def _drawn(kept: _Kept, settings: Mapping[str, Any], place: int, seed: int) -> list[Arrays]:
    """The batch several times, changed at random each time."""
    import torch

    from netbuilder.training.augmentation import augmentation

    names = list(kept.arrays)
    kinds = [_kind(kept.fields[name], kept) for name in names]
    classes = [
        len(kept.fields[name].classes) if kind == "class" else 0
        for name, kind in zip(names, kinds, strict=True)
    ]
    change = augmentation(settings, kinds, classes)
    found: list[Arrays] = []
    with torch.random.fork_rng(devices=[]):
        for number in range(DRAWS):
            torch.manual_seed(seed * DRAWS + number)
            batch = [torch.tensor(kept.batch_of(place)[name]) for name in names]
            changed = change(batch)
            found.append({name: one.numpy() for name, one in zip(names, changed, strict=True)})
    return found


def _kind(field: Field, kept: _Kept) -> str:
    """What a field is to augmentation; the network may use it otherwise, or not at all."""
    images = [f for f in kept.fields.values() if f.role != "target" and len(f.shape) == 3]
    sizes = {f.shape[1:] for f in images if f.dtype.startswith("float")}
    number = field.dtype.startswith("float")
    if field.role == "target":
        if number:
            same = len(field.shape) == 3 and field.shape[1:] in sizes
            return "target_image" if same else "amount"
        if field.shape in sizes:
            return "mask"
        return "class" if field.classes and not field.shape else ""
    if number:
        return "image" if len(field.shape) == 3 else "numbers"
    return "tokens" if len(field.shape) == 1 else ""


def _pictures(kept: _Kept, field: Field, batches: Sequence[Arrays]) -> list[Picture]:
    mask = next((f for f in kept.fields.values() if is_mask(f, field)), None)
    images = [kept.own(batch[field.name], field.name) for batch in batches]
    low, high = float(images[0].min()), float(images[0].max())
    room = (high - low) * _ROOM
    found = []
    for number, (batch, image) in enumerate(zip(batches, images, strict=True)):
        codes = batch[mask.name][0] if mask is not None else None
        label = AS_IT_IS if number == 0 else _shares(kept, batch)
        found.append(picture_of(image, label, codes, (low - room, high + room)))
    return found


def _shares(kept: _Kept, batch: Arrays) -> str:
    """The classes that a mixed sample has shares of."""
    for field in kept.fields.values():
        values = batch[field.name]
        if field.role == "target" and field.classes and values.dtype.kind == "f":
            shares = sorted(zip(values[0].tolist(), field.classes, strict=False), reverse=True)
            named = [f"{share:.0%} {name}" for share, name in shares if share >= _LEAST_SHARE]
            return ", ".join(named[:2])
    return ""


def _rows(
    kept: _Kept, batches: Sequence[Arrays]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The heads and the rows of a table of a sample and its draws."""
    heads: list[str] = [""]
    columns: list[list[str]] = [
        [AS_IT_IS, *(f"draw {number}" for number in range(1, len(batches)))]
    ]
    for field in kept.fields.values():
        values = [kept.own(batch[field.name], field.name) for batch in batches]
        tokens = kept.prepared.preprocessing.get("vocabulary", {}).get(field.name)
        if tokens:
            heads.append(field.name)
            columns.append([_text(sample, values[0], tokens) for sample in values])
        elif field.role != "target" and len(field.shape) < 2:
            names = kept.prepared.preprocessing["columns"].get(field.name, ())
            flat = [sample.reshape(-1)[:_MOST_COLUMNS] for sample in values]
            for at in range(len(flat[0])):
                heads.append(names[at] if at < len(names) else f"{field.name} {at + 1}")
                columns.append([told(sample[at], field) for sample in flat])
    return tuple(heads), tuple(zip(*columns, strict=True))


def _text(sample: npt.NDArray[Any], first: npt.NDArray[Any], tokens: Sequence[str]) -> str:
    """A text in which what is hidden is marked."""
    hidden = [*tokens, _HIDDEN]
    codes: npt.NDArray[np.int64] = sample.copy()
    codes[sample != first] = len(tokens)
    return as_text(codes, hidden)
