"""From the fields of the data to the arguments of a network."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np

from netbuilder.data.arrays import Array
from netbuilder.data.source import DataError


class ArgumentLike(Protocol):
    """An input or target of a network, as code generation describes it."""

    @property
    def name(self) -> str:
        """The name of the argument."""

    @property
    def field(self) -> str:
        """The field it takes; empty takes the one with its own name."""

    @property
    def shape(self) -> tuple[int | str, ...]:
        """The shape of one sample; a name for a size left open."""

    @property
    def dtype(self) -> str:
        """The torch dtype it expects."""


def feed(split: Mapping[str, Array], arguments: Iterable[ArgumentLike]) -> dict[str, Array]:
    """Return an array for each argument, cast and reshaped to what it declares.

    Args:
        split: One of the splits of prepared data, by field; an empty one feeds nothing.
        arguments: Inputs, targets or both.

    Returns:
        By the name of the argument, (samples, *shape), contiguous. numpy has no bfloat16: where
        that is declared, the array is float32.

    Raises:
        DataError: There is no such field, a sample has another number of values than declared, or
            values do not fit the type.
    """
    if not split:
        return {}
    return {argument.name: _fit(split, argument) for argument in arguments}


def _fit(split: Mapping[str, Array], argument: ArgumentLike) -> Array:
    field = argument.field or argument.name
    values = split.get(field)
    if values is None:
        raise DataError(
            f"{argument.name} takes the field {field}, but the data have: {', '.join(split)}"
        )
    shape = _sizes(values.shape[1:], argument, field)
    return np.ascontiguousarray(_cast(values, argument, field).reshape(len(values), *shape))


def _sizes(have: tuple[int, ...], argument: ArgumentLike, field: str) -> tuple[int, ...]:
    """The declared shape with its open sizes filled in from the field."""
    want = argument.shape
    if len(want) == len(have) and all(
        isinstance(size, str) or size == real for size, real in zip(want, have, strict=True)
    ):
        return have
    left_open = [size for size in want if isinstance(size, str)]
    known = math.prod(size for size in want if isinstance(size, int))
    count = math.prod(have)
    if not left_open and known == count:
        return tuple(size for size in want if isinstance(size, int))
    if len(left_open) == 1 and count % known == 0:
        return tuple(count // known if isinstance(size, str) else size for size in want)
    raise DataError(
        f"a sample of the field {field} is {_text(have)}, "
        f"but {argument.name} declares {_text(want)}"
    )


def _cast(values: Array, argument: ArgumentLike, field: str) -> Array:
    dtype = np.dtype("float32" if argument.dtype == "bfloat16" else argument.dtype)
    if dtype == values.dtype or dtype.kind == "f":
        return values.astype(dtype, copy=False)
    if values.dtype.kind == "f":
        odd = values[values != np.floor(values)]
        if odd.size:
            raise DataError(
                f"the field {field} holds numbers such as {float(odd.flat[0]):.6g}, "
                f"but {argument.name} takes whole numbers ({argument.dtype}); set its dtype to float32"
            )
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    if values.size and (values.min() < low or values.max() > high):
        raise DataError(
            f"the field {field} goes from {values.min():.6g} to {values.max():.6g}, "
            f"but {argument.name} takes {argument.dtype}, which goes from {low} to {high}"
        )
    return values.astype(dtype)


def _text(shape: tuple[int | str, ...]) -> str:
    if not shape:
        return "a single value"
    if len(shape) == 1:
        return f"{shape[0]} values"
    text = " x ".join(map(str, shape))
    sizes = [size for size in shape if isinstance(size, int)]
    return f"{text} ({math.prod(sizes)} values)" if len(sizes) == len(shape) else text
