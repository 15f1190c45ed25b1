"""Rules that find what is wrong with data: each looks at prepared samples and says so in a sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from netbuilder.check.fields import Field
from netbuilder.data.arrays import Array
from netbuilder.data.giveaway import giveaways
from netbuilder.data.prepare import Prepared
from netbuilder.data.statistics import Column

DUPLICATES, GIVEAWAY, SILENT, OUTLIERS = "NB411", "NB412", "NB413", "NB414"
SCALE, RANGE, PERSONAL, ABSENT, RARE = "NB415", "NB416", "NB417", "NB418", "NB409"
DATE_CLASSES, TEXT_CLASSES, MANY_CLASSES = "NB419", "NB420", "NB421"

TOLD = 5  # columns by name

_DUPLICATES = 0.01  # of the held-back samples; a few equal ones there always may be
_FEWEST = 2
_RARE = 20.0  # times as many samples of the commonest class
_OUTSIDE = 30.0  # times the distance between the quartiles
_STAND_INS = (-9999.0, -999.0, -99.0, 999.0, 9999.0, 99999.0)  # for what is missing, in old files
_STANDS_OUT = 5.0  # times the same distance, for one of these
_FEW_OUTSIDE = 0.02  # of the samples; more are a tail
_LARGE_TABLE, _LARGE_IMAGE = 3000.0, 20.0  # root mean squares
_SMALL = 1e-3


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with data.

    Attributes:
        code: As in the table of codes.
        field: The field it is about.
        message: What is, in a sentence.
        columns: The columns it is about, where it is about some.
    """

    code: str
    field: str
    message: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Material:
    """What the rules look at.

    Attributes:
        prepared: The samples as they are given, gaps filled.
        inputs: The fields that the network takes.
        targets: The fields that it is to answer; with what its loss takes at most: the number of
            classes, ``1.0`` for numbers between 0 and 1, or None.
        columns: Figures of the columns of the inputs.
        fed: The training samples as the network gets them, by field.
    """

    prepared: Prepared
    inputs: tuple[str, ...]
    targets: Mapping[str, int | float | None]
    columns: tuple[Column, ...]
    fed: Mapping[str, Array] = field(default_factory=dict)


def lint(material: Material) -> list[Fault]:
    """Return what is wrong with data, in the order of the codes."""
    found = [fault for rule in _RULES for fault in rule(material)]
    return sorted(found, key=lambda fault: fault.code)


def _duplicates(material: Material) -> Iterator[Fault]:
    """Held-back samples whose inputs are those of training samples, by the hash of their bytes."""
    splits = material.prepared.splits
    trained = set(_hashes(splits["train"], material.inputs))
    for split, name in (("val", "validation"), ("test", "test")):
        if not splits[split]:
            continue
        held = _hashes(splits[split], material.inputs)
        same = sum(1 for digest in held if digest in trained)
        if same >= _FEWEST and same > _DUPLICATES * len(held):
            yield Fault(
                DUPLICATES,
                material.inputs[0],
                f"{same:,} of {len(held):,} {name} samples have the same inputs as training samples",
            )


def _hashes(part: Mapping[str, Array], inputs: Sequence[str]) -> list[bytes]:
    if not part:
        return []
    tables = [np.ascontiguousarray(part[name]).reshape(len(part[name]), -1) for name in inputs]
    return [
        hashlib.blake2b(b"".join(table[row].tobytes() for table in tables), digest_size=16).digest()
        for row in range(len(tables[0]))
    ]


def _gives_away(material: Material) -> Iterator[Fault]:
    train = material.prepared.splits["train"]
    for target in material.targets:
        classes = bool(material.prepared.fields[target].classes)
        for name in material.inputs:
            if name == target:
                yield Fault(GIVEAWAY, name, f"the network gets {target}, which it is to answer")
                continue
            places = giveaways(train[name], train[target], classes=classes)
            if places:
                names = _names(material, name, places)
                message = f"{target} follows without a mistake from {_listed(names)} alone"
                yield Fault(GIVEAWAY, name, message, names)


def _imbalance(material: Material) -> Iterator[Fault]:
    for target in material.targets:
        field = material.prepared.fields[target]
        if not field.classes or _is_sequence(field):
            continue
        what = "pixels" if len(field.shape) > 1 else "samples"
        codes = material.prepared.splits["train"][target].reshape(-1)
        numbers, times = np.unique(codes, return_counts=True)
        counts = dict(zip(numbers.tolist(), times.tolist(), strict=True))
        of = [(counts.get(number, 0), label) for number, label in enumerate(field.classes)]
        absent = tuple(str(label) for count, label in of if not count)
        if absent:
            text = f"of {target} {_listed(absent)} there are no training {what}"
            yield Fault(ABSENT, target, text, absent)
        present = [(count, str(label)) for count, label in of if count]
        if present and max(present)[0] >= _RARE * min(present)[0]:
            (few, rare), (many, common) = min(present), max(present)
            text = f"{target} has {many:,} training {what} of {common} and {few:,} of {rare}"
            yield Fault(RARE, target, text, (rare,))


def _is_sequence(field: Field) -> bool:
    """Whether a sample has a class at each of its places, as texts have: some of these are always rare."""
    return len(field.shape) == 1 and field.shape[0] > 1


def _says_nothing(material: Material) -> Iterator[Fault]:
    for name, columns in _tables(material):
        # A category that training has no sample of is no column of its own: " = " stands in its name.
        same = tuple(
            c.name for c in columns if c.distinct <= 1 and (c.high != 0 or " = " not in c.name)
        )
        if same and len(same) < len(columns):
            verb = "is" if len(same) == 1 else "are"
            yield Fault(SILENT, name, f"{_listed(same)} {verb} the same in every sample", same)


def _outside(material: Material) -> Iterator[Fault]:
    train = material.prepared.splits["train"]
    for name, columns in _tables(material):
        for column in columns:
            whole = train[name].reshape(len(train[name]), -1)
            values: npt.NDArray[np.float64] = whole[:, column.place].astype(np.float64)
            count, worst = _outliers(values[np.isfinite(values)])
            if count:
                some = "1 value" if count == 1 else f"{count:,} values"
                text = f"{some} of {column.name} {'lies' if count == 1 else 'lie'} far outside, such as {worst:g}"
                where = f"{text}; half of all are between {column.quarter:.4g} and {column.three_quarters:.4g}"
                yield Fault(OUTLIERS, name, where, (column.name,))


def _outliers(values: npt.NDArray[np.float64]) -> tuple[int, float]:
    """How many values lie far outside, and the farthest."""
    if len(values) < TOLD:
        return 0, 0.0
    quarter, middle, upper = np.percentile(values, (25, 50, 75))
    spread = float(upper - quarter)
    if spread <= 0:
        return 0, 0.0
    away = np.abs(values - middle) / spread
    stand_in = np.isin(values, _STAND_INS) & (away > _STANDS_OUT)
    far = (away > _OUTSIDE) & (float((away > _OUTSIDE).mean()) <= _FEW_OUTSIDE) | stand_in
    if not far.any():
        return 0, 0.0
    return int(far.sum()), float(values[far][np.argmax(away[far])])


def _scale(material: Material) -> Iterator[Fault]:
    """Fields as they reach the first layer."""
    for name in material.inputs:
        values = material.fed.get(name, material.prepared.splits["train"][name])
        if values.dtype.kind != "f" or not values.size:
            continue
        size = float(np.sqrt(np.mean(np.square(values.astype(np.float64)))))
        most = _LARGE_IMAGE if values.ndim > 2 else _LARGE_TABLE
        worst = _largest(material, name, values) if values.ndim == 2 else ""
        if worst or size > most or 0 < size < _SMALL:
            about = worst or f"the values of {name} are about {_said(size)} in size"
            yield Fault(SCALE, name, f"{about}; the first layer is made for about 1")


def _largest(material: Material, name: str, values: Array) -> str:
    """A single column whose size drowns the others."""
    sizes = np.sqrt(np.square(values.astype(np.float64)).mean(0))
    place = int(np.argmax(sizes))
    if sizes[place] <= _LARGE_TABLE:
        return ""
    return f"the values of {_names(material, name, [place])[0]} are about {_said(float(sizes[place]))} in size"


def _range(material: Material) -> Iterator[Fault]:
    for target, most in material.targets.items():
        parts = [p[target].reshape(-1) for p in material.prepared.splits.values() if p]
        values = np.concatenate(parts).astype(np.float64)
        known = values[np.isfinite(values)]
        if most is None or not len(known):
            continue
        if isinstance(most, int):
            wrong = known[(known < 0) | (known >= most)]
            expected = f"class numbers from 0 to {most - 1}"
        else:
            wrong = known[(known < 0) | (known > most)]
            expected = "numbers between 0 and 1"
        if len(wrong):
            some = "1 answer is" if len(wrong) == 1 else f"{len(wrong):,} answers are"
            text = f"{some} outside of what the loss takes, such as {wrong[0]:g} in {target}; it takes {expected}"
            yield Fault(RANGE, target, text)


def _tables(material: Material) -> Iterator[tuple[str, list[Column]]]:
    """The inputs that are rows of numbers; of images, dark corners are no news."""
    for name in material.inputs:
        if len(material.prepared.fields[name].shape) <= 1:
            yield name, [column for column in material.columns if column.field == name]


def _names(material: Material, field: str, places: Sequence[int]) -> tuple[str, ...]:
    known = {c.place: c.name for c in material.columns if c.field == field}
    return tuple(known.get(place, f"{field} {place + 1}") for place in places)


def _said(size: float) -> str:
    return f"{size:,.0f}" if 1000 <= size < 1e9 else f"{size:.3g}"


def _listed(names: Sequence[Any]) -> str:
    more = len(names) - TOLD
    text = ", ".join(map(str, names[:TOLD]))
    return f"{text} and {more:,} more" if more > 0 else text


_RULES: tuple[Callable[[Material], Iterator[Fault]], ...] = (
    _duplicates,
    _gives_away,
    _imbalance,
    _says_nothing,
    _outside,
    _scale,
    _range,
)
