"""The data of a split as tensors, in the shape and dtype that the module's arguments declare."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any

import torch
from torch import Tensor

from netbuilder.codegen.source import Argument
from netbuilder.data.feed import feed
from netbuilder.data.streamed import Streamed, is_streamed

AHEAD = 4  # batches that are read before their turn


def to_tensors(
    split: Mapping[str, Any], arguments: Sequence[Argument], device: torch.device
) -> list[Tensor]:
    """Return one tensor an argument, samples along the first axis; none for an empty split.

    Args:
        split: The arrays of a split by field.
        arguments: The inputs and targets of the module, in order.
        device: Where the tensors go.

    Returns:
        Of fields that are streamed ``StreamedTensor`` in place of a tensor: batches are taken of it alike.

    Raises:
        DataError: A field is missing or does not fit what is declared.
    """
    if not split:
        return []
    found: list[Any] = []
    for argument in arguments:
        values = split.get(argument.field or argument.name)
        if is_streamed(values):
            found.append(StreamedTensor(values, argument, device))
        else:
            array = feed(split, [argument])[argument.name]
            found.append(torch.tensor(array).to(device, getattr(torch, argument.dtype)))
    return found


def sliced(tensors: Sequence[Tensor], size: int) -> Iterator[tuple[Tensor, ...]]:
    """Yield the samples of a split in order, so many at a time.

    Args:
        tensors: Inputs and targets.
        size: Samples of a batch.
    """
    for start in range(0, len(tensors[0]), size):
        yield tuple(tensor[start : start + size] for tensor in tensors)


def look_ahead(tensors: Sequence[Any], batches: Sequence[Tensor]) -> None:
    """Let what is streamed be read before its turn.

    Args:
        tensors: Inputs and targets.
        batches: The samples of each batch that will be asked for, in order.
    """
    for tensor in tensors:
        if isinstance(tensor, StreamedTensor):
            tensor.expect(batches)


class StreamedTensor:
    """Samples on disk, of which batches are taken as of a tensor.

    Args:
        values: The samples.
        argument: The input or target that they are fed to.
        device: Where batches go.

    Raises:
        DataError: They do not fit what the argument declares.
    """

    def __init__(self, values: Streamed, argument: Argument, device: torch.device) -> None:
        self._values, self._argument, self._device = values, argument, device
        self._batches: deque[Tensor] = deque()
        self._coming: deque[tuple[Tensor, Future[Tensor]]] = deque()
        first = self._read(slice(0, 1))
        self.shape = torch.Size((len(values), *first.shape[1:]))
        self.dtype = first.dtype
        self.ndim = first.ndim

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, key: Any) -> Tensor:
        if isinstance(key, Tensor):
            return self.index_select(0, key)
        return self._read(key)

    def is_floating_point(self) -> bool:
        """Whether the numbers are floats."""
        return self.dtype.is_floating_point

    def index_select(self, dim: int, index: Tensor) -> Tensor:
        """Return some samples, those that were expected from what is read already.

        Args:
            dim: 0, the axis of samples.
            index: The places of the samples.
        """
        if self._coming and self._coming[0][0] is index:
            read = self._coming.popleft()[1]
            self._fetch()
            return read.result()
        found = self._read(index.cpu().numpy())
        if any(
            one is index for one in self._batches
        ):  # the first of an epoch, or of what is left of it
            self._forget()
            while self._batches.popleft() is not index:
                pass
            self._fetch()
        return found

    def expect(self, batches: Sequence[Tensor]) -> None:
        """Say in which order batches will be asked for; from the first one on, a few are read ahead."""
        self._forget()
        self._batches = deque(batches)

    def _forget(self) -> None:
        """Give up what is being read before its turn."""
        for _, read in self._coming:
            read.cancel()
        self._coming.clear()

    def _fetch(self) -> None:
        while self._batches and len(self._coming) < AHEAD:
            index = self._batches.popleft()
            self._coming.append((index, _fetchers().submit(self._read, index.cpu().numpy())))

    def _read(self, key: Any) -> Tensor:
        name = self._argument.field or self._argument.name
        array = feed({name: self._values[key]}, [self._argument])[self._argument.name]
        return torch.as_tensor(array).to(self._device, getattr(torch, self._argument.dtype))


@cache
def _fetchers() -> ThreadPoolExecutor:
    """Threads that wait for the readers of a batch each."""
    return ThreadPoolExecutor(2, "fetcher")
