"""One step of a recurrent network at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Choice,
    Dim,
    Expr,
    In,
    Int,
    Out,
    Problem,
    Shape,
    TensorType,
    WeightedNodeType,
    call,
    is_known,
    product,
)


class _Cell(WeightedNodeType):
    """What the cells share; ``_gates`` is how many blocks of rows their weights have."""

    _gates: ClassVar[int]
    _further: ClassVar[tuple[str, ...]] = ()

    input = In("N I", known="I", doc="One step of sequences: batch, features.")
    h_0 = In("N H", optional=True, doc="The state before the step; otherwise zeros.")
    h = Out("N H", doc="The state behind the step.")

    hidden_size = Int(128, min=1, max=1_000_000, doc="Size of the state.")
    bias = Bool(True, doc="Add learned offsets.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """States are of the size and dtype of the cell."""
        for port in [name for name in a.inputs if name != "input"]:
            if a.dtype(port) != a.dtype("input"):
                message = f"{port} is {a.dtype(port)}, but input is {a.dtype('input')}"
                yield Problem("NB204", message, port)
            size = a.shape(port)[1]
            if is_known(size) and size != self.hidden_size:
                message = f"{port} has {size} numbers, but hidden_size is {self.hidden_size}"
                settings = {"hidden_size": int(size)}
                yield Problem("NB202", message, port, "hidden_size", settings=settings)

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """A state for every sample."""
        state = TensorType((a.N, self.hidden_size), a.dtype("input"))
        return {port.name: state for port in self.out_ports}

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """Weights for what comes in and for the state."""
        rows = self._gates * self.hidden_size
        weights: dict[str, Shape] = {
            "weight_ih": (rows, a.I),
            "weight_hh": (rows, self.hidden_size),
        }
        return {**weights, "bias_ih": (rows,), "bias_hh": (rows,)} if self.bias else weights

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """A multiply-add for every weight of a matrix and sample."""
        return 2 * product((a.N, self._gates * self.hidden_size, a.I + self.hidden_size))

    def module(self, a: Axes) -> Call:
        """Build torch's cell."""
        options = self.options("bias", *self._further)
        dtype = self.dtype_option(a.dtype("input"))
        return call(f"nn.{self.title}", a.I, self.hidden_size, **options, **dtype)

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the module with the states there are."""
        assert module is not None
        return Call(module, (x["input"], *self._states(x)), ())

    def _states(self, x: Mapping[str, Expr]) -> tuple[Any, ...]:
        return (x["h_0"],) if "h_0" in x else ()


class RNNCell(_Cell, id="rnn_cell", title="RNNCell", category="Recurrent"):
    """Make a new state of the old one and of what comes in; one step of an RNN.

    Formula: h' = f(W x + b + U h + c), f tanh or ReLU

    Source: torch.nn.RNNCell; Elman 1990

    When: You lay out the steps yourself, with other nodes between them. Whole sequences go through RNN.

    Also: vanilla rnn, elman network

    See: rnn, gru_cell, lstm_cell
    """

    _gates = 1
    _further = ("nonlinearity",)

    nonlinearity = Choice("tanh", ("tanh", "relu"), doc="What the new state goes through.")


class GRUCell(_Cell, id="gru_cell", title="GRUCell", category="Recurrent"):
    """Reset and update a state by two gates and what comes in; one step of a GRU.

    Formula: h' = (1 - z) n + z h, gates r and z and the candidate n from x and h

    Source: torch.nn.GRUCell; Cho et al. 2014

    When: You lay out the steps yourself, with other nodes between them. Whole sequences go through GRU.

    Also: gated recurrent unit

    See: gru, rnn_cell, lstm_cell
    """

    _gates = 3


class LSTMCell(_Cell, id="lstm_cell", title="LSTMCell", category="Recurrent"):
    """Write, keep and read a memory by gates and what comes in; one step of an LSTM.

    Formula: c' = f c + i g, h' = o tanh(c'), gates i, f, o and g from x and h

    Source: torch.nn.LSTMCell; Hochreiter and Schmidhuber 1997

    When: You lay out the steps yourself, with other nodes between them. Whole sequences go through LSTM.

    Also: long short-term memory

    See: lstm, gru_cell, rnn_cell
    """

    _gates = 4

    c_0 = In("N H", optional=True, doc="The memory before the step; otherwise zeros.")
    c = Out("N H", doc="The memory behind the step.")

    def _states(self, x: Mapping[str, Expr]) -> tuple[Any, ...]:
        known = x.get("h_0") or x.get("c_0")
        if known is None:
            return ()
        # torch takes both or none.
        zeros = call("torch.zeros_like", known)
        return ((x.get("h_0", zeros), x.get("c_0", zeros)),)
