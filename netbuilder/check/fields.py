"""What the checker knows of the data: the fields of a source, without the data themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a data source, as Input and Target nodes see it.

    Attributes:
        name: Its name.
        shape: The shape of one sample; empty for a scalar.
        dtype: The torch dtype it is stored in.
        classes: The names of the classes a whole number stands for; empty for none.
        role: ``input`` or ``target``, what the field usually is for.
        counts: How many samples each class has, where the source knows it without loading them.
    """

    name: str
    shape: tuple[int, ...] = ()
    dtype: str = "float32"
    classes: tuple[str, ...] = ()
    role: Literal["input", "target"] = "input"
    counts: tuple[int, ...] = ()


Fields = Mapping[str, Field]
