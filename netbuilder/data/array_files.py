"""Arrays in NumPy's files: one .npz with all of them, or an .npy with inputs and one with targets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from netbuilder.check.fields import Field
from netbuilder.data.files import locate
from netbuilder.data.npy import Header, numbers, read_headers, read_values
from netbuilder.data.source import DataError, Dataset, DataSource
from netbuilder.node_api.params import Bool, Choice, Path, Texts

if TYPE_CHECKING:
    from netbuilder.data.arrays import Array

MOST_CLASSES = 1000
_TARGETS = frozenset({"y", "label", "labels", "target", "targets", "mask", "masks"})
_TRAIN, _TEST = "_train", "_test"
_LARGEST_CODE = 2**63 - 1
_NAMED = 10


@dataclass(frozen=True)
class _Part:
    """An array in a file."""

    path: FilePath
    name: str
    header: Header


@dataclass(frozen=True)
class _Arrays:
    """The arrays of a field: the samples, and where there is one the test set."""

    field: Field
    parts: tuple[_Part, ...]
    made_classes: bool = False  # out of whole numbers, without being asked


class ArrayFiles(DataSource, id="npy", title="NumPy arrays"):
    """Arrays in an .npz file, or in .npy files for inputs and targets; the first axis counts samples.

    Numbers become float32; NaN is missing, and becomes the mean over the training samples. Whole
    numbers from 0 on as targets are classes. Where an .npz file has x_train and x_test, the field is
    x, and the test set is kept apart.
    """

    path = Path("", doc="The .npz file with the arrays, or the .npy file with the inputs.")
    targets_path = Path("", doc="The .npy file with the targets, where path is one.")
    inputs = Texts((), doc="Arrays of the .npz file that are inputs; without any, all others.")
    targets = Texts(
        (), doc="Arrays that are targets; without any, those named y, label or so, or the last."
    )
    answer = Choice(
        "auto",
        ("auto", "class", "number"),
        doc="What the targets are; auto takes whole numbers from 0 to 999 as classes.",
    )
    class_names = Texts((), doc="Names of the classes from 0 on; without them, the numbers.")
    codes = Texts((), doc="Inputs that stay whole numbers, such as tokens for an embedding.")
    layout = Choice(
        "as_is",
        ("as_is", "channels_last", "no_channels"),
        doc="How images among the inputs lie: as a network takes them, with channels as the last "
        "axis, or grey without an axis of channels.",
    )
    scale = Bool(True, doc="Divide the bytes of images by 255, so that they go from 0 to 1.")

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """The arrays by name; ``inputs`` and ``targets`` of .npy files. Only classes are read."""
        return {name: arrays.field for name, arrays in self._found(folder).items()}

    def load(self, folder: FilePath) -> Dataset:
        """Read the arrays; the test set's samples come last."""
        import numpy as np

        found = self._found(folder)
        arrays: dict[str, Array] = {}
        notes: list[str] = []
        for name, one in found.items():
            values = [self._values(part, one) for part in one.parts]
            arrays[name] = values[0] if len(values) == 1 else np.concatenate(values)
            notes += self._notes(one)
        fields = {name: one.field for name, one in found.items()}
        parts = next(iter(found.values())).parts
        held_out = parts[1].header.shape[0] if len(parts) > 1 else 0
        return Dataset(arrays, fields, tuple(notes), held_out=held_out)

    def samples(self, path: FilePath, name: str, field: Field) -> Array:
        """Return an array of another file as the samples of a field, as ``load`` makes them.

        Args:
            path: An .npz or .npy file.
            name: The array; empty for that of an .npy file.
            field: What its samples have to be.

        Raises:
            DataError: It cannot be read, or is of another size.
        """
        header = read_headers(path)[name]
        own = self._laid_out(header.shape[1:])
        if not header.shape or math.prod(own) != math.prod(field.shape):
            sizes = " x ".join(("samples", *map(str, field.shape)))
            raise DataError(
                f"{header.name} holds {' x '.join(map(str, header.shape)) or 'a single number'}, but "
                f"{sizes} numbers of {field.name} were expected"
            )
        part = _Part(path, name, header)
        return self._values(part, _Arrays(field, (part,)))

    def _found(self, folder: FilePath) -> dict[str, _Arrays]:
        parts = self._parts(folder)
        inputs, targets = self._roles(parts)
        _check_samples({name: parts[name] for name in (*inputs, *targets)})
        found = {name: _Arrays(self._input(name, parts[name]), parts[name]) for name in inputs}
        for name in targets:
            found[name] = self._target(name, parts[name])
        return found

    def _parts(self, folder: FilePath) -> dict[str, tuple[_Part, ...]]:
        """The arrays that there are, by field."""
        path = locate(folder, self.path, "the arrays (path)")
        headers = read_headers(path)
        if "" not in headers:
            if self.targets_path:
                raise DataError(
                    f"{path.name} is an .npz file, so targets_path stays empty; "
                    "targets names the arrays in it that are answers"
                )
            return _grouped(path, headers)
        found: dict[str, tuple[_Part, ...]] = {"inputs": (_Part(path, "", headers[""]),)}
        if self.targets_path:
            second = locate(folder, self.targets_path, "the targets (targets_path)")
            told = read_headers(second)
            if "" not in told:
                raise DataError(f"{second.name} is an .npz file; give it as path")
            found["targets"] = (_Part(second, "", told[""]),)
        return found

    def _roles(self, parts: dict[str, tuple[_Part, ...]]) -> tuple[list[str], list[str]]:
        names = list(parts)
        for setting, wanted in (
            ("inputs", self.inputs),
            ("targets", self.targets),
            ("codes", self.codes),
        ):
            for name in wanted:
                if name not in parts:
                    raise DataError(
                        f"there is no array {name}, which {setting} names; there are: "
                        f"{_listed(names)}"
                    )
        left = [name for name in names if name not in self.inputs]
        guessed = [name for name in left if name.lower() in _TARGETS] or left[-1:]
        if len(names) == 1:
            guessed = []
        targets = list(dict.fromkeys(self.targets)) or guessed
        both = [name for name in self.inputs if name in targets]
        if both:
            raise DataError(f"the array {both[0]} is named in both inputs and targets")
        inputs = list(dict.fromkeys(self.inputs)) or [name for name in names if name not in targets]
        if not inputs:
            raise DataError(f"all arrays are targets ({_listed(targets)}); one has to be an input")
        return inputs, targets

    def _input(self, name: str, parts: tuple[_Part, ...]) -> Field:
        shape = parts[0].header.shape[1:]
        if name in self.codes:
            if not all(part.header.whole for part in parts):
                raise DataError(f"{parts[0].header.name} holds fractions, but codes names it")
            return Field(name, shape, "int64")
        return Field(name, self._laid_out(shape))

    def _laid_out(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        if self.layout == "channels_last" and len(shape) == 3:
            return (shape[2], *shape[:2])
        return (1, *shape) if self.layout == "no_channels" and len(shape) == 2 else shape

    def _target(self, name: str, parts: tuple[_Part, ...]) -> _Arrays:
        shape = parts[0].header.shape[1:]
        whole = all(part.header.whole for part in parts)
        if self.answer == "number" or (self.answer == "auto" and not whole):
            return _Arrays(Field(name, shape, role="target"), parts)
        largest = max(self._largest(part) for part in parts)
        if largest < 0:
            return _Arrays(Field(name, shape, role="target"), parts)
        classes = self.class_names or tuple(map(str, range(largest + 1)))
        if len(classes) <= largest:
            raise DataError(
                f"class_names has {len(classes)} names, but {name} goes up to {largest}, "
                f"which takes {largest + 1}"
            )
        shape = () if shape == (1,) else shape
        field = Field(name, shape, "int64", classes, "target")
        return _Arrays(field, parts, self.answer == "auto")

    def _largest(self, part: _Part) -> int:
        """The highest class of an array; -1 where these are no classes and need not be."""
        low, high = math.inf, -math.inf
        for header, piece in read_values(part.path, part.name):
            values = numbers(header, piece)
            wrong = next((v for v in values if v != v or v % 1), None) if not header.whole else None
            low, high = min(low, *values), max(high, *values)
            if wrong is None and low >= 0 and high < MOST_CLASSES:
                continue
            if self.answer == "auto":
                return -1
            value = wrong if wrong is not None else low if low < 0 else high
            raise DataError(
                f"{header.name} has the value {value:g}, but classes are whole numbers from 0 to "
                f"{MOST_CLASSES - 1}; set answer to number to predict it as one"
            )
        return int(high)

    def _values(self, part: _Part, of: _Arrays) -> Array:
        import numpy as np

        header = part.header
        data = bytearray()
        for _, piece in read_values(part.path, part.name):
            data += piece
        flat: Array = np.frombuffer(data, f"{header.order}{header.dtype.replace('b', 'u')}")
        if header.dtype == "b1":  # any byte may stand for true
            flat = flat != 0
        order = header.shape[::-1] if header.fortran else header.shape
        values = flat.reshape(order)
        if header.fortran:
            values = values.transpose()
        if of.field.dtype == "int64":  # a class in an axis of its own stands alone afterwards
            whole = _whole(values, header, classes=bool(of.field.classes))
            return whole.reshape(len(whole), *of.field.shape)
        with np.errstate(over="ignore"):  # what is too large for a float32 is told below
            made = np.ascontiguousarray(values, np.float32)
        if np.isinf(made).any():
            raise DataError(f"{header.name} holds numbers beyond the largest one, 3.4e+38")
        if of.field.role == "target":
            if np.isnan(made).any():
                raise DataError(
                    f"{header.name} lacks answers: some are NaN; leave these samples out"
                )
            return made
        if self._divided(header):
            made /= 255
        if self.layout == "channels_last" and made.ndim == 4:
            made = np.ascontiguousarray(made.transpose(0, 3, 1, 2))
        return made.reshape(len(made), *of.field.shape)

    def _divided(self, header: Header) -> bool:
        return self.scale and header.dtype == "u1" and len(header.shape) > 2

    def _notes(self, of: _Arrays) -> list[str]:
        field = of.field
        notes = []
        if field.role == "input" and field.dtype == "float32" and self._divided(of.parts[0].header):
            notes.append(f"The bytes of {field.name}, 0 to 255, are divided by 255.")
        if of.made_classes:
            notes.append(
                f"{field.name} holds whole numbers from 0 to {len(field.classes) - 1} and is taken "
                "as classes; set answer to number to predict it as one."
            )
        return notes


def _grouped(path: FilePath, headers: dict[str, Header]) -> dict[str, tuple[_Part, ...]]:
    """The arrays of an archive by field: x_train and x_test are one, where every array is of a pair."""
    parts = {name: _Part(path, name, header) for name, header in headers.items()}
    stems = [name.removesuffix(_TRAIN) for name in parts if name.endswith(_TRAIN)]
    paired = {name for stem in stems for name in (stem + _TRAIN, stem + _TEST)}
    if "" in stems or paired != set(parts):
        return {name: (part,) for name, part in parts.items()}
    return {stem: (parts[stem + _TRAIN], parts[stem + _TEST]) for stem in stems}


def _check_samples(fields: dict[str, tuple[_Part, ...]]) -> None:
    """Every array has as many samples as the others, and a test set samples as the rest."""
    firsts = next(iter(fields.values()))
    for parts in fields.values():
        shown = parts[0].header
        for part, first in zip(parts, firsts, strict=True):
            header = part.header
            if not header.shape:
                raise DataError(
                    f"{header.name} is a single number, but an array of samples was expected; "
                    "name the arrays to take in inputs and targets"
                )
            if header.shape[0] != first.header.shape[0]:
                raise DataError(
                    f"{header.name} has {header.shape[0]} samples, but {first.header.name} has "
                    f"{first.header.shape[0]}; name the arrays that belong together in inputs and "
                    "targets"
                )
            if (header.shape[1:], header.dtype) != (shown.shape[1:], shown.dtype):
                raise DataError(
                    f"{header.name} holds samples of {_sample(header)}, but {shown.name} holds "
                    f"samples of {_sample(shown)}"
                )


def _whole(values: Array, header: Header, *, classes: bool) -> Array:
    import numpy as np

    if not classes and (int(values.min()) < 0 or int(values.max()) > _LARGEST_CODE):
        raise DataError(f"{header.name} holds numbers that are no codes; these go from 0 on")
    return np.ascontiguousarray(values, np.int64)


def _sample(header: Header) -> str:
    return f"{' x '.join(map(str, header.shape[1:])) or 'one value'} ({header.dtype})"


def _listed(names: list[str]) -> str:
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


SOURCES: tuple[type[DataSource], ...] = (ArrayFiles,)
