"""What a document says of its data: the source, the split and what is standardized, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from netbuilder.data.augment import Augment
from netbuilder.data.registry import sources
from netbuilder.data.source import DataError, DataSource
from netbuilder.data.steps import STEPS, Impute, Step, read_steps
from netbuilder.node_api.params import (
    Bool,
    Choice,
    Declared,
    Float,
    Int,
    ParamError,
    Text,
    Texts,
    describe,
)

D = TypeVar("D", bound=Declared)

_KEYS = ("source", "params", "split", "preprocess", "standardize", "augment")


class Split(Declared):
    """How the samples are shared out.

    Sizes are ``samples * fraction``, rounded; what rounding leaves over is trained on. Groups, and samples
    of the same time, stay together, so sizes come as close as they let them.
    """

    later = frozenset({"by", "column"})

    train = Float(0.7, min=0, max=1, doc="Fraction of the samples that is trained on.")
    val = Float(
        0.15, min=0, max=1, doc="Fraction that says after each epoch how good the network is."
    )
    test = Float(0.15, min=0, max=1, doc="Fraction that is kept for the end.")
    seed = Int(0, min=0, max=2**32 - 1, doc="Where the random numbers of the split start.")
    stratify = Bool(True, doc="Give each part the same share of every class.")
    by = Choice(
        "random",
        ("random", "group", "time", "column"),
        doc="random: by chance; group: samples with the same value of the column stay together, such as "
        "those of one patient; time: the earliest are trained on, the latest tested; column: the column "
        "says train, val or test.",
    )
    column = Text(
        "",
        doc="The column of the table that says the group, the time or the part; it need not be a feature. "
        "Empty with time: the samples are in order.",
    )

    @property
    def fractions(self) -> dict[str, float]:
        """The fraction of each part, by its name."""
        return {"train": self.train, "val": self.val, "test": self.test}


class Scaling(Declared):
    """The short form of the last step of a preprocessing."""

    standardize = Texts(
        (),
        doc="Fields brought to mean 0 and standard deviation 1 of the training samples: each "
        "number of a row by itself, each channel of an image.",
    )


@dataclass(frozen=True, slots=True)
class DataSettings:
    """The settings of the data.

    Attributes:
        source: The source with its parameters.
        split: How its samples are shared out.
        preprocess: What is done to the fields, in order.
        standardize: Names of fields that are standardized after that.
        augment: What is changed at random in the samples that are trained on.
    """

    source: DataSource
    split: Split
    preprocess: tuple[Step, ...]
    standardize: tuple[str, ...]
    augment: Augment

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> DataSettings:
        """Return the settings that a document's ``data`` describe.

        Args:
            data: ``source``, and where wanted ``params``, ``split``, ``preprocess``, ``standardize``
                and ``augment``.

        Raises:
            DataError: Something in there is not a setting.
        """
        unknown = [key for key in data if key not in _KEYS]
        if unknown:
            raise DataError(f"the data have a setting {unknown[0]}; known are: {', '.join(_KEYS)}")
        known = sources()
        name = data.get("source")
        if not name:
            raise DataError(f"no data source is chosen; there are: {', '.join(known)}")
        if not isinstance(name, str) or name not in known:
            raise DataError(
                f"there is no data source {describe(name)}; there are: {', '.join(known)}"
            )
        source = _declared(known[name], _mapping(data, "params"), f"the data source {name}")
        split = _declared(Split, _mapping(data, "split"), "the split of the data")
        total = sum(split.fractions.values())
        if abs(total - 1) > 1e-6:
            parts = ", ".join(f"{part} {value:g}" for part, value in split.fractions.items())
            raise DataError(f"the fractions of the split ({parts}) add up to {total:g}, not to 1")
        if split.train == 0:
            raise DataError("the split gives nothing to train on; make train larger than 0")
        if split.by in ("group", "column") and not split.column:
            raise DataError(f"the split is by {split.by}, but column names none")
        scaling = {"standardize": data["standardize"]} if "standardize" in data else {}
        augment = _declared(Augment, _mapping(data, "augment"), "the augmentation of the data")
        standardize = _declared(Scaling, scaling, "the data").standardize
        return cls(source, split, read_steps(data.get("preprocess", ())), standardize, augment)

    def to_plain(self) -> dict[str, Any]:
        """Return every setting with its value, defaults included, as plain data."""
        return {
            "source": self.source.id,
            "params": self.source.to_plain(),
            "split": self.split.to_plain(),
            "preprocess": [step.said() for step in self.preprocess],
            "standardize": list(self.standardize),
            "augment": self.augment.to_plain(),
        }


def as_given(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data settings without what changes numbers: gaps are filled as they say, and no more.

    Args:
        data: A document's ``data``.
    """
    given = {key: value for key, value in data.items() if key not in ("preprocess", "standardize")}
    fillings = [
        step.said() for step in read_steps(data.get("preprocess", ())) if isinstance(step, Impute)
    ]
    return {**given, "preprocess": fillings} if fillings else given


def describe_settings() -> dict[str, Any]:
    """Return everything declared about data as plain data: sources by id, split, steps, augmentation."""
    return {
        "sources": {name: source.describe() for name, source in sources().items()},
        "split": {name: param.facts() for name, param in Split.params.items()},
        "preprocess": {
            name: {
                "title": step.title,
                "doc": step.doc,
                "params": {param: declared.facts() for param, declared in step.params.items()},
            }
            for name, step in STEPS.items()
        },
        "scaling": {name: param.facts() for name, param in Scaling.params.items()},
        "augment": {name: param.facts() for name, param in Augment.params.items()},
    }


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, Mapping):
        raise DataError(
            f"{key} of the data is {describe(value)}, but an object with settings was expected"
        )
    return value


def _declared(kind: type[D], values: Mapping[str, Any], where: str) -> D:
    try:
        return kind(values)
    except ParamError as error:
        raise DataError(f"{where}: {error}") from error
