"""Arrays that are read when they are asked for: data larger than memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from netbuilder.data.arrays import Array
from netbuilder.data.source import DataError

Ints = npt.NDArray[np.int64]
Change = Callable[[Array], Array]

MOST_BYTES = 2**30  # of an array that is read whole after all
LEARNT_OF = 4096  # training samples that means and the like are learnt of
LEARNT_BYTES = 2**28
_READERS = 8


@dataclass(frozen=True)
class Streamed:
    """Samples on disk, indexed like an array; only what is asked for is in memory.

    Attributes:
        read_one: Returns a sample by its place in the source.
        places: The place in the source of each sample, (samples,).
        inner: The shape of a sample.
        dtype: What the numbers are.
        identity: What names the samples: names and sizes of their files.
        changes: What is done to a batch after it is read, in order.
    """

    read_one: Callable[[int], Array]
    places: Ints
    inner: tuple[int, ...]
    dtype: np.dtype[Any]
    identity: bytes
    changes: tuple[Change, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Samples first."""
        return (len(self.places), *self.inner)

    @property
    def ndim(self) -> int:
        """How many axes there are, samples among them."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(np.prod(self.shape, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, key: Any) -> Array:
        if isinstance(key, int | np.integer):
            one: Array = self[[int(key)]][0]
            return one
        wanted = self.places[key]
        if not len(wanted):
            return np.zeros((0, *self.inner), self.dtype)
        batch: Array = np.stack(list(_readers().map(self.read_one, wanted.tolist())))
        for change in self.changes:
            batch = change(batch)
        return batch

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        size = self.size * self.dtype.itemsize
        if size > MOST_BYTES:
            raise DataError(
                f"these samples are streamed and take {size / 1e9:.1f} GB, more than the "
                f"{MOST_BYTES / 1e9:.1f} GB that are read at once"
            )
        whole = self[:]
        return whole if dtype is None else whole.astype(dtype)

    def astype(self, dtype: Any, copy: bool = True) -> Array:
        """Return the whole in memory, as another type.

        Raises:
            DataError: It is too large.
        """
        return np.asarray(self).astype(dtype, copy=copy)

    def reshape(self, *shape: Any) -> Array:
        """Return the whole in memory, in another shape.

        Raises:
            DataError: It is too large.
        """
        return np.asarray(self).reshape(*shape)

    def rows(self, index: Ints) -> Streamed:
        """Return some of the samples; none is read."""
        return replace(self, places=self.places[index])

    def then(self, change: Change) -> Streamed:
        """Return the samples as a change leaves them; one of them is read to see what that is."""
        changed = replace(self, changes=(*self.changes, change))
        first = changed[:1]
        return replace(changed, inner=first.shape[1:], dtype=first.dtype)

    def some(self) -> Array:
        """Return samples that are evenly spread, as many as means and the like are learnt of."""
        return self[:: self.stride]

    @property
    def stride(self) -> int:
        """How far apart such samples are: 1 where all of them are few and small enough."""
        each = max(1, int(np.prod(self.inner, dtype=np.int64)) * self.dtype.itemsize)
        most = max(1, min(LEARNT_OF, LEARNT_BYTES // each))
        return max(1, -(-len(self) // most))


def is_streamed(values: Any) -> TypeGuard[Streamed]:
    """Whether samples are read when they are asked for."""
    return isinstance(values, Streamed)


def part(values: Array, index: Ints) -> Array:
    """Return some samples; those that are streamed stay on disk."""
    return values.rows(index) if is_streamed(values) else values[index]  # type: ignore[return-value]


def changed(values: Array, change: Change) -> Array:
    """Return samples as a change leaves them; those that are streamed are changed when they are read."""
    return values.then(change) if is_streamed(values) else change(values)  # type: ignore[return-value]


def identity_of(files: Sequence[tuple[str, int]]) -> bytes:
    """Return what names files: their names and sizes."""
    return "\n".join(f"{size} {name}" for name, size in files).encode()


@cache
def _readers() -> ThreadPoolExecutor:
    """Threads that read and decode, which Pillow does without holding Python's lock."""
    return ThreadPoolExecutor(min(_READERS, (os.cpu_count() or 1) + 1), "reader")
