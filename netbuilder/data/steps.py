"""What can be done to fields before a network sees them: the steps of a preprocessing, declared.

What a step learns, it learns of the training samples alone; ``data.learnt`` does that. Importing this
module costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ClassVar

from netbuilder.check.fields import Field, Fields
from netbuilder.data.source import DataError
from netbuilder.node_api.params import (
    Choice,
    Declared,
    Float,
    Int,
    ParamError,
    Text,
    Texts,
    describe,
)

STEP = "step"  # the key that says which step an object in a document is


class Step(Declared):
    """One step; a subclass names itself: ``class Log(Step, id="log", title="Logarithm")``.

    Attributes:
        id: Its name in documents.
        title: Its name for people.
        doc: What it does, in a sentence or two.
    """

    id: ClassVar[str] = ""
    title: ClassVar[str] = ""
    doc: ClassVar[str] = ""

    field = Text("", doc="The field of the data that is changed.")

    def __init_subclass__(cls, id: str = "", title: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.id = id
        cls.title = title
        cls.doc = " ".join((cls.__doc__ or "").split("\n\n", maxsplit=1)[0].split())

    def after(self, field: Field) -> Field:
        """Return what the field is after the step.

        Raises:
            DataError: It is not one that the step can change.
        """
        return replace(field, dtype="float32")

    def said(self) -> dict[str, Any]:
        """Return the step as a document says it, defaults left out."""
        changed = {
            name: value
            for name, value in self.to_plain().items()
            if value != self.params[name].default and value != []
        }
        return {STEP: self.id, **changed}

    def summary(self) -> str:
        """Return what it is done to, in a few words."""
        return self.field or "no field"


class NumberStep(Step):
    """A step on numbers: those of a whole field, or of some columns of a row."""

    columns = Texts((), doc="The columns of the row that are changed; none for all of them.")

    def after(self, field: Field) -> Field:
        """Return the field as float32; columns are checked where the samples are known."""
        _need_numbers(self, field)
        if self.columns and len(field.shape) != 1:
            raise DataError(
                f"the step {self.id} names columns of {field.name}, but a sample of it is no row of "
                f"numbers ({_sizes(field)}); leave columns empty"
            )
        return super().after(field)

    def summary(self) -> str:
        """Return the columns, or the field where all are meant."""
        return ", ".join(self.columns) if self.columns else super().summary()


class Impute(NumberStep, id="impute", title="Fill gaps"):
    """Puts a number where one is missing; gaps are filled before anything else is done.

    Where no step says otherwise, the mean of the training samples stands in for what is missing.
    """

    by = Choice(
        "median",
        ("mean", "median", "most_frequent", "constant"),
        doc="What stands in: a figure of the training samples, or a number of yours.",
    )
    value = Float(0.0, min=-3.4e38, max=3.4e38, doc="The number that stands in, by constant.")


class Standardize(NumberStep, id="standardize", title="Standardize"):
    """Brings numbers to mean 0 and standard deviation 1: each of a row, each channel of an image."""


class MinMax(NumberStep, id="min_max", title="Min-max"):
    """Brings the smallest number of the training samples to low, the largest to high."""

    low = Float(0.0, min=-1e6, max=1e6, doc="What the smallest becomes.")
    high = Float(1.0, min=-1e6, max=1e6, doc="What the largest becomes.")

    def after(self, field: Field) -> Field:
        """Return the field as float32."""
        if self.low >= self.high:
            raise DataError(
                f"the step min_max brings {self.summary()} to {self.low:g} to {self.high:g}; low has to be "
                "less than high"
            )
        return super().after(field)


class Robust(NumberStep, id="robust", title="Robust"):
    """Takes off the median and divides by the distance of the quartiles, which outliers hardly move."""


class Log(NumberStep, id="log", title="Logarithm"):
    """Turns x into log(1 + x), and below 0 into -log(1 - x), so that large numbers come close."""


class OneHot(Step, id="one_hot", title="One-hot"):
    """Turns a category into a number for each class: 1 for its own, 0 for the others."""

    def after(self, field: Field) -> Field:
        """Return the field with an axis of classes at its end."""
        _need_classes(self, field)
        shape = (*field.shape, len(field.classes))
        return replace(field, shape=shape, dtype="float32", classes=())


class Ordinal(Step, id="ordinal", title="Ordinal"):
    """Turns a category into its place in an order, 0 for the first: small, medium, large."""

    order = Texts((), doc="Every class, the least first; none for the order they have.")

    def after(self, field: Field) -> Field:
        """Return the field as numbers."""
        _need_classes(self, field)
        if self.order and sorted(self.order) != sorted(field.classes):
            raise DataError(
                f"the step ordinal puts {', '.join(self.order[:20])} in order, but the classes of "
                f"{field.name} are {', '.join(field.classes[:20])}; name each of them once"
            )
        return replace(field, dtype="float32", classes=())

    def ranks(self, field: Field) -> list[int]:
        """Return the place of each class in the order, by its code."""
        order = self.order or field.classes
        places = {name: place for place, name in enumerate(order)}
        return [places[name] for name in field.classes]


class Resize(Step, id="resize", title="Resize"):
    """Brings images to another size: numbers by area and interpolation, masks by the nearest pixel."""

    height = Int(32, min=1, max=10_000, unit="px", doc="The new height.")
    width = Int(32, min=1, max=10_000, unit="px", doc="The new width.")

    def after(self, field: Field) -> Field:
        """Return the field with the new height and width."""
        if len(field.shape) not in (2, 3) or (
            len(field.shape) == 2 and field.dtype.startswith("float")
        ):
            raise DataError(
                f"the step resize is for images (channels, height, width) and masks (height, width), but "
                f"a sample of {field.name} is {_sizes(field)}"
            )
        return replace(field, shape=(*field.shape[:-2], self.height, self.width))

    def summary(self) -> str:
        """Return the field and its new size."""
        return f"{super().summary()}, {self.height} x {self.width}"


STEPS: Mapping[str, type[Step]] = MappingProxyType(
    {step.id: step for step in (Impute, Standardize, MinMax, Robust, Log, OneHot, Ordinal, Resize)}
)


def read_steps(plain: Any) -> tuple[Step, ...]:
    """Return the steps that a document's ``preprocess`` lists.

    Args:
        plain: A list of objects, each with ``step`` and the settings of that step.

    Raises:
        DataError: It is something else, or a setting is not taken.
    """
    if not isinstance(plain, list | tuple):
        raise DataError(
            f"preprocess of the data is {describe(plain)}, but a list of steps was expected"
        )
    return tuple(_read(number, item) for number, item in enumerate(plain, 1))


def fields_after(steps: tuple[Step, ...], fields: Fields) -> dict[str, Field]:
    """Return the fields of a source as they are after the steps.

    Raises:
        DataError: A step names a field that is not there, or that it cannot change.
    """
    found = dict(fields)
    for step in steps:
        if step.field not in found:
            raise DataError(
                f"the step {step.id} names the field {step.field or '(none)'}, but the data have: "
                f"{', '.join(found)}"
            )
        found[step.field] = step.after(found[step.field])
    return found


def _read(number: int, item: Any) -> Step:
    if not isinstance(item, Mapping):
        raise DataError(
            f"step {number} of preprocess is {describe(item)}, but an object with step and field was "
            "expected"
        )
    kind = item.get(STEP)
    if not isinstance(kind, str) or kind not in STEPS:
        raise DataError(
            f"step {number} of preprocess is {describe(kind)}; there are: {', '.join(STEPS)}"
        )
    try:
        return STEPS[kind]({name: value for name, value in item.items() if name != STEP})
    except ParamError as error:
        raise DataError(f"step {number} of preprocess, {kind}: {error}") from error


def _need_numbers(step: Step, field: Field) -> None:
    if not field.dtype.startswith("float"):
        way = (
            "one_hot or ordinal makes numbers of its classes"
            if field.classes
            else "it takes floats"
        )
        raise DataError(
            f"the step {step.id} is for numbers, but the field {field.name} holds whole numbers "
            f"({field.dtype}); {way}"
        )


def _need_classes(step: Step, field: Field) -> None:
    if field.role == "target":
        raise DataError(
            f"the step {step.id} is for what goes in, but {field.name} is an answer, whose classes the "
            "loss takes as they are"
        )
    if not field.classes:
        raise DataError(
            f"the step {step.id} is for categories, but the field {field.name} has no classes "
            f"({field.dtype}, {_sizes(field)})"
        )


def _sizes(field: Field) -> str:
    return " x ".join(map(str, field.shape)) or "one number"
