"""How many bytes of tensors are alive at most while something runs, counted at torch's dispatcher."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Living(TorchDispatchMode):
    """Counts the storages that operations make, as long as a tensor holds them.

    Attributes:
        bytes: What is alive now.
        peak: The most that was alive.
    """

    def __init__(self, *known: torch.Tensor) -> None:
        super().__init__()
        self.bytes = self.peak = 0
        self._seen: dict[int, int] = {}
        for tensor in known:
            self._add(tensor)

    def __torch_dispatch__(  # torch's name
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Do the operation and look at what it made."""
        made = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(made):
            if isinstance(leaf, torch.Tensor):
                self._add(leaf)
        return made

    def _add(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        key = storage._cdata
        if key in self._seen:
            return
        size = storage.nbytes()
        self._seen[key] = size
        self.bytes += size
        self.peak = max(self.peak, self.bytes)
        weakref.finalize(storage, self._gone, key)

    def _gone(self, key: int) -> None:
        self.bytes -= self._seen.pop(key, 0)
