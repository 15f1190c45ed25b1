"""Recurrent layers recorded as one operation, so that sequences keep their open length.

``torch.export`` takes LSTM, GRU and RNN apart into a loop over the steps of the one sequence it records, and
with that fixes the length of everything behind them. While it records, calls of them are replaced
by operations of our own that are opaque to it, and those are translated to ONNX's LSTM, GRU and RNN.
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
_CALLS: dict[str, Callable[..., Any]] = {
    "lstm": torch.lstm,
    "gru": torch.gru,
    "rnn_tanh": torch.rnn_tanh,
    "rnn_relu": torch.rnn_relu,
}
_NAMES = {call: name for name, call in _CALLS.items()}


@functools.cache
def _library() -> Any:
    """Define the operations; torch forgets them when the library is let go of."""
    make: Any = torch.library.Library
    library = make("netbuilder", "DEF")
    library.define(f"lstm(Tensor input, Tensor[] hx, {_REST}) -> (Tensor, Tensor, Tensor)")
    for name in ("gru", "rnn_tanh", "rnn_relu"):
        library.define(f"{name}(Tensor input, Tensor hx, {_REST}) -> (Tensor, Tensor)")
    for name, call in _CALLS.items():
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


def torch_operation(target: Any) -> Any:
    """Return torch's own operation for one of ours, so that a program runs where we are not."""
    own = str(target).partition(".")
    if own[0] != "netbuilder":
        return target
    packet = getattr(torch.ops.aten, own[2].partition(".")[0])
    return packet.input


class _Replace(TorchFunctionMode):
    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func in _NAMES:
            return getattr(torch.ops.netbuilder, _NAMES[func])(*args)
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
            torch.ops.netbuilder.rnn_tanh.default: functools.partial(_onnx_rnn, "Tanh"),
            torch.ops.netbuilder.rnn_relu.default: functools.partial(_onnx_rnn, "Relu"),
        }


def _onnx_rnn(
    activation: str,
    x: Any,
    hx: Any,
    params: Sequence[Any],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[Any, Any]:
    """Write an RNN, layer by layer; onnxscript has no translation of its own."""
    op = _operators()
    directions, each = 2 if bidirectional else 1, 4 if has_biases else 2
    x = op.Transpose(x, perm=[1, 0, 2]) if batch_first else x
    states = []
    for layer in range(0, num_layers * directions, directions):
        rows = [params[each * d : each * (d + 1)] for d in range(layer, layer + directions)]
        biases = [op.Concat(row[2], row[3], axis=0) for row in rows] if has_biases else []
        x, state = op.RNN(
            x,
            _side_by_side([row[0] for row in rows]),
            _side_by_side([row[1] for row in rows]),
            _side_by_side(biases) if biases else None,
            initial_h=op.Slice(hx, [layer], [layer + directions], [0]),
            activations=[activation] * directions,
            direction="bidirectional" if bidirectional else "forward",
            hidden_size=hx.shape[2],
        )
        states.append(state)
        # Steps, directions, batch, features: the directions go side by side.
        x = op.Reshape(op.Transpose(x, perm=[0, 2, 1, 3]), [0, 0, -1])
    x = op.Transpose(x, perm=[1, 0, 2]) if batch_first else x
    return x, states[0] if len(states) == 1 else op.Concat(*states, axis=0)


def _side_by_side(tensors: Sequence[Any]) -> Any:
    """Stack tensors along a new first axis."""
    op = _operators()
    rows = [op.Unsqueeze(tensor, [0]) for tensor in tensors]
    return rows[0] if len(rows) == 1 else op.Concat(*rows, axis=0)


def _operators() -> Any:
    """ONNX's operators; their declared types leave out the constants that they take."""
    from onnxscript import opset18

    return opset18
