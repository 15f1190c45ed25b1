"""Declared parameters: one descriptor holds default, range, unit, choices and documentation.

Node types, data sources and the training recipe all declare their parameters with these kinds, so
that forms, file validation, documentation and tests are derived from one place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

T = TypeVar("T")

_SYMBOL = re.compile(r"[A-Z][A-Z0-9]{0,7}\Z")


class ParamError(ValueError):
    """A value that a parameter does not take; the text says what it takes."""


class Param(Generic[T]):
    """A declared parameter; on an instance it reads as the value.

    Attributes:
        name: The name it was declared under.
        default: The value when a document says nothing.
        doc: One sentence.
        unit: What the number counts, such as ``px``; empty for none.
        group: The section of the form it belongs to; empty for the first one.
        optional: Whether None is a value.
    """

    kind: ClassVar[str] = ""
    name: str = ""

    def __init__(
        self,
        default: T | None,
        *,
        doc: str = "",
        unit: str = "",
        group: str = "",
        optional: bool = False,
    ) -> None:
        self.default: T = default  # type: ignore[assignment]  # None where it is optional
        self.doc = doc
        self.unit = unit
        self.group = group
        self.optional = optional

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        return instance.__dict__.get(self.name, self.default)  # type: ignore[no-any-return]

    def accept(self, value: Any) -> T:
        """Return ``value`` in its normal form.

        Raises:
            ParamError: The parameter does not take this value.
        """
        if value is None and self.optional:
            return value  # type: ignore[return-value]
        return self.convert(value)

    def convert(self, value: Any) -> T:
        """Check and normalize a value that is not None; one method a kind."""
        raise NotImplementedError

    def takes(self) -> str:
        """What values are taken, in words: ``a whole number of at least 1``."""
        raise NotImplementedError

    def refuse(self, value: Any) -> ParamError:
        """Return the error for a value that is not taken."""
        extra = ", or nothing" if self.optional else ""
        return ParamError(f"{self.name} is {describe(value)}, but takes {self.takes()}{extra}")

    def facts(self) -> dict[str, Any]:
        """What documentation and forms need to know, as plain data."""
        facts: dict[str, Any] = {"kind": self.kind, "default": plain(self.default), "doc": self.doc}
        for key in ("unit", "group"):
            if getattr(self, key):
                facts[key] = getattr(self, key)
        if self.optional:
            facts["optional"] = True
        return facts


class Number(Param[T]):
    """A number within a range; ``min`` and ``max`` are part of the range."""

    def __init__(
        self,
        default: T | None,
        *,
        min: float | None = None,
        max: float | None = None,
        doc: str = "",
        unit: str = "",
        group: str = "",
        optional: bool = False,
    ) -> None:
        super().__init__(default, doc=doc, unit=unit, group=group, optional=optional)
        self.min = min
        self.max = max

    def facts(self) -> dict[str, Any]:
        """What documentation and forms need to know, as plain data."""
        facts = super().facts()
        if self.min is not None:
            facts["min"] = self.min
        if self.max is not None:
            facts["max"] = self.max
        return facts

    def in_range(self, value: float) -> bool:
        """Whether the number lies in the range."""
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)

    def range_text(self) -> str:
        """The range in words, with a leading space; empty when there is none."""
        if self.min is not None and self.max is not None:
            return f" from {self.min} to {self.max}"
        if self.min is not None:
            return f" of at least {self.min}"
        return f" of at most {self.max}" if self.max is not None else ""


class Int(Number[int]):
    """A whole number."""

    kind = "int"

    def convert(self, value: Any) -> int:
        """Take a whole number in the range."""
        if is_int(value) and self.in_range(value):
            return value  # type: ignore[no-any-return]
        raise self.refuse(value)

    def takes(self) -> str:
        """What values are taken, in words."""
        return f"a whole number{self.range_text()}"


class Float(Number[float]):
    """A number."""

    kind = "float"

    def convert(self, value: Any) -> float:
        """Take a finite number in the range."""
        if is_number(value) and self.in_range(value):
            return float(value) if type(value) is int else value
        raise self.refuse(value)

    def takes(self) -> str:
        """What values are taken, in words."""
        return f"a number{self.range_text()}"


class Bool(Param[bool]):
    """Yes or no."""

    kind = "bool"

    def convert(self, value: Any) -> bool:
        """Take true or false."""
        if isinstance(value, bool):
            return value
        raise self.refuse(value)

    def takes(self) -> str:
        """What values are taken, in words."""
        return "true or false"


class Choice(Param[str]):
    """One of a few words."""

    kind = "choice"

    def __init__(
        self,
        default: str,
        choices: Sequence[str],
        *,
        doc: str = "",
        group: str = "",
        optional: bool = False,
    ) -> None:
        super().__init__(default, doc=doc, group=group, optional=optional)
        self.choices = tuple(choices)

    def convert(self, value: Any) -> str:
        """Take one of the words."""
        if isinstance(value, str) and value in self.choices:
            return value
        raise self.refuse(value)

    def takes(self) -> str:
        """What values are taken, in words."""
        return "one of " + ", ".join(self.choices)

    def facts(self) -> dict[str, Any]:
        """What documentation and forms need to know, as plain data."""
        return {**super().facts(), "choices": list(self.choices)}


class Text(Param[str]):
    """Text on one line, such as a path, a column or a title; or a small language such as a formula.

    Args:
        read: Reads the text where it must be of some form, and raises a ValueError, whose text is a
            sentence, for one that is not.
        examples: Texts that are taken.
    """

    kind = "text"
    max_length = 4096

    def __init__(
        self,
        default: str | None,
        *,
        doc: str = "",
        group: str = "",
        optional: bool = False,
        read: Callable[[str], object] | None = None,
        examples: Sequence[str] = (),
    ) -> None:
        super().__init__(default, doc=doc, group=group, optional=optional)
        self.read = read
        self.examples = tuple(examples)

    def convert(self, value: Any) -> str:
        """Take text of at most 4096 characters that can be read."""
        if not isinstance(value, str) or len(value) > self.max_length:
            raise self.refuse(value)
        if self.read is not None:
            try:
                self.read(value)
            except ValueError as error:
                raise ParamError(f"{self.name}: {error}") from error
        return value

    def takes(self) -> str:
        """What values are taken, in words."""
        return f"text of at most {self.max_length} characters"

    def facts(self) -> dict[str, Any]:
        """What documentation and forms need to know, as plain data."""
        facts = super().facts()
        return {**facts, "examples": list(self.examples)} if self.examples else facts


class Path(Text):
    """The path of a file or folder; relative paths start at the document's folder."""

    kind = "path"


class Folder(Path):
    """The path of a folder; it differs from that of a file in what is offered to choose from."""


class Texts(Param[tuple[str, ...]]):
    """A list of texts, such as the names of columns."""

    kind = "texts"
    max_length = 1024

    def convert(self, value: Any) -> tuple[str, ...]:
        """Take a list of at most 1024 texts, each of at most 4096 characters."""
        if (
            isinstance(value, list | tuple)
            and len(value) <= self.max_length
            and all(isinstance(item, str) and len(item) <= Text.max_length for item in value)
        ):
            return tuple(value)
        raise self.refuse(value)

    def takes(self) -> str:
        """What values are taken, in words."""
        return f"a list of at most {self.max_length} texts"


class Several(Number[tuple[T, ...]]):
    """A list of numbers, each within the range; what Ints and Floats share."""

    _noun: ClassVar[str]

    def __init__(
        self,
        default: tuple[T, ...],
        *,
        min: float | None = None,
        max: float | None = None,
        min_length: int = 0,
        max_length: int = 16,
        doc: str = "",
        unit: str = "",
        group: str = "",
        optional: bool = False,
    ) -> None:
        super().__init__(
            default, min=min, max=max, doc=doc, unit=unit, group=group, optional=optional
        )
        self.min_length = min_length
        self.max_length = max_length

    def number(self, item: Any) -> T:
        """Take one number of the list.

        Raises:
            TypeError: It is none.
        """
        raise NotImplementedError

    def convert(self, value: Any) -> tuple[T, ...]:
        """Take a list of numbers, each in the range."""
        if isinstance(value, list | tuple) and self.min_length <= len(value) <= self.max_length:
            try:
                return tuple(map(self.number, value))
            except TypeError:
                pass
        raise self.refuse(value)

    def takes(self) -> str:
        """What values are taken, in words."""
        return f"a list of {self.min_length} to {self.max_length} {self._noun}{self.range_text()}"

    def facts(self) -> dict[str, Any]:
        """What documentation and forms need to know, as plain data."""
        return {**super().facts(), "min_length": self.min_length, "max_length": self.max_length}


class Ints(Several[int]):
    """A list of whole numbers, such as the new order of axes."""

    kind = "ints"
    _noun = "whole numbers"

    def number(self, item: Any) -> int:
        """Take a whole number in the range."""
        if is_int(item) and self.in_range(item):
            return item  # type: ignore[no-any-return]
        raise TypeError


class Floats(Several[float]):
    """A list of numbers, such as a weight for every class."""

    kind = "floats"
    _noun = "numbers"

    def number(self, item: Any) -> float:
        """Take a finite number in the range."""
        if is_number(item) and self.in_range(item):
            return float(item) if type(item) is int else item
        raise TypeError


class Sizes(Number[Any]):
    """One whole number an axis, such as a kernel's height and width.

    One number stands for all axes. With ``words``, a word is a value too (``same``).
    The value reads as a tuple of ``axes`` numbers, or as the word.
    """

    kind = "sizes"

    def __init__(
        self,
        default: tuple[int, ...] | str | None,
        *,
        axes: int,
        min: int | None = None,
        max: int | None = None,
        words: Sequence[str] = (),
        doc: str = "",
        unit: str = "",
        group: str = "",
        optional: bool = False,
    ) -> None:
        super().__init__(
            default, min=min, max=max, doc=doc, unit=unit, group=group, optional=optional
        )
        self.axes = axes
        self.words = tuple(words)

    def convert(self, value: Any) -> tuple[int, ...] | str:
        """Take one number, a number an axis, or one of the words."""
        if isinstance(value, str):
            if value in self.words:
                return value
            raise self.refuse(value)
        items = (value,) * self.axes if is_int(value) else value
        if isinstance(items, list | tuple) and len(items) == self.axes:
            items = tuple(items)
            if all(is_int(item) and self.in_range(item) for item in items):
                return items
        raise self.refuse(value)

    def takes(self) -> str:
        """What values are taken, in words."""
        words = "".join(f", or {word}" for word in self.words)
        if self.axes == 1:
            return f"a whole number{self.range_text()}{words}"
        return f"one or {self.axes} whole numbers{self.range_text()}{words}"

    def facts(self) -> dict[str, Any]:
        """What documentation and forms need to know, as plain data."""
        facts = {**super().facts(), "axes": self.axes}
        return {**facts, "words": list(self.words)} if self.words else facts


def Pair(default: tuple[int, int] | str | None, **options: Any) -> Sizes:  # noqa: N802 - reads as a kind
    """Two whole numbers, for height and width; options as for Sizes."""
    return Sizes(default, axes=2, **options)


class ShapeParam(Param[tuple[int | str, ...]]):
    """The sizes of a sample's axes: whole numbers, or a capital name for a size left open (``T``)."""

    kind = "shape"
    max_rank = 16

    def convert(self, value: Any) -> tuple[int | str, ...]:
        """Take a list of sizes of at least 1 and names in capitals."""
        if (
            isinstance(value, list | tuple)
            and len(value) <= self.max_rank
            and all(map(_is_size, value))
        ):
            return tuple(value)
        raise self.refuse(value)

    def takes(self) -> str:
        """What values are taken, in words."""
        return f"a list of at most {self.max_rank} sizes, each a whole number of at least 1 or a name in capitals such as T"


class Declared:
    """A class whose parameters are declared as class attributes; base of node types and the like.

    Args:
        values: Values for some of the parameters; the others take their defaults.

    Raises:
        ParamError: A value is not taken, or there is no such parameter.
    """

    params: ClassVar[Mapping[str, Param[Any]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # The class's own parameters come first in forms, inherited ones follow; one that takes the place
        # of an inherited one stands where that stood.
        declared = [
            {name: param for name, param in vars(parent).items() if isinstance(param, Param)}
            for parent in cls.__mro__
        ]
        cls.params = {
            name: next(part[name] for part in declared if name in part)
            for place, part in enumerate(declared)
            for name in part
            if not any(name in behind for behind in declared[place + 1 :])
        }

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        for name, value in (values or {}).items():
            param = self.params.get(name)
            if param is None:
                known = ", ".join(self.params) or "none"
                raise ParamError(f"there is no parameter {name}; there are: {known}")
            self.__dict__[name] = param.accept(value)

    def values(self) -> dict[str, Any]:
        """Every parameter with its value, defaults included."""
        return {name: getattr(self, name) for name in self.params}

    def to_plain(self) -> dict[str, Any]:
        """Every parameter with its value, as plain JSON data."""
        return {name: plain(value) for name, value in self.values().items()}


def is_int(value: Any) -> bool:
    """Whether ``value`` is a whole number; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether ``value`` is a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def plain(value: Any) -> Any:
    """Return a parameter's value as JSON data: tuples become lists, declared values all that they hold."""
    if isinstance(value, Declared):
        return value.to_plain()
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value


def describe(value: Any) -> str:
    """Return ``value`` as a message shows it, cut to 60 characters."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list) and all(is_int(item) for item in value):
        text = " x ".join(map(str, value)) or "an empty list"
    else:
        text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _is_size(value: Any) -> bool:
    return (is_int(value) and value >= 1) or (
        isinstance(value, str) and value != "N" and bool(_SYMBOL.match(value))
    )
