"""Recurrent layers recorded as one operation, so that sequences keep their open length.

``torch.export`` takes LSTM and GRU apart into a loop over the steps of the one sequence it records, and
with that fixes the length of everything behind them. While it records, calls of them are replaced
by operations of our own that are opaque to it, and those are translated to ONNX's LSTM and GRU.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_REST = (
    "Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, "
    "bool bidirectional, bool batch_first"
)
_lstm: Callable[..., Any] = torch.lstm
_gru: Callable[..., Any] = torch.gru


@functools.cache
def _library() -> Any:
    """Define the two operations; torch forgets them when the library is let go of."""
    make: Any = torch.library.Library
    library = make("netbuilder", "DEF")
    library.define(f"lstm(Tensor input, Tensor[] hx, {_REST}) -> (Tensor, Tensor, Tensor)")
    library.define(f"gru(Tensor input, Tensor hx, {_REST}) -> (Tensor, Tensor)")
    for name, call in (("lstm", _lstm), ("gru", _gru)):
        library.impl(name, call, "CompositeExplicitAutograd")
        torch.library.register_fake(f"netbuilder::{name}", _shapes, lib=library)
    return library


def _shapes(
    x: Tensor,
    hx: Tensor | Sequence[Tensor],
    params: Sequence[Tensor],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[Tensor, ...]:
    """Return empty tensors of the results' shapes."""
    states = [hx] if isinstance(hx, Tensor) else hx
    width = states[0].shape[-1] * (2 if bidirectional else 1)
    return (x.new_empty((*x.shape[:-1], width)), *(s.new_empty(s.shape) for s in states))


class _Replace(TorchFunctionMode):
    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func is _lstm:
            return torch.ops.netbuilder.lstm(*args)
        if func is _gru:
            return torch.ops.netbuilder.gru(*args)
        return func(*args, **(kwargs or {}))


@contextmanager
def whole_recurrent_layers() -> Iterator[dict[Any, Any]]:
    """Record recurrent layers whole within; gives how to translate them to ONNX."""
    from onnxscript.function_libs.torch_lib.ops import core

    _library()
    with _Replace():
        yield {
            torch.ops.netbuilder.lstm.default: core.aten_lstm,
            torch.ops.netbuilder.gru.default: core.aten_gru,
        }
