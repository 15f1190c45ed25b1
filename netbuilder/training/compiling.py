"""The losses of a network, compiled by ``torch.compile`` where that is possible."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor

# Sizes of batches times phases of a training, each of which is compiled for itself.
_VARIANTS = 64


def compiled(losses: Any, device: torch.device) -> tuple[Any, str]:
    """Return a function compiled, or itself and a sentence that says why not.

    Each size of a batch is compiled for itself, so that what is computed does not depend on which sizes
    came before: a resumed training computes the same.

    Args:
        losses: What is compiled, at its first call.
        device: Where it will compute.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what torch says of its own parts
            import torch._dynamo.config as dynamo
            import torch._inductor.config as inductor

            inductor.compile_threads = 1  # in this process, which may end at any time
            dynamo.recompile_limit = _VARIANTS
            torch.compile(_probe, dynamic=False)(torch.zeros(8, device=device))
    except Exception as error:  # noqa: BLE001 - whatever is missing, training goes without it
        cause = getattr(error, "inner_exception", error)
        why = str(cause).strip().partition("\n")[0] or type(cause).__name__
        return losses, (
            f"compile is on, but torch.compile does not work here ({why}), so the run goes on without "
            "it; install a C++ compiler, or turn compile off"
        )
    return torch.compile(losses, dynamic=False), ""


def _probe(x: Tensor) -> Tensor:
    """Enough to need a compiler."""
    return x.sin() + 1.0
