"""Networks that read a sequence step by step and keep a state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Dim,
    Expr,
    Float,
    In,
    Int,
    Out,
    Problem,
    Shape,
    TensorType,
    WeightedNodeType,
    call,
    product,
)


class _Recurrent(WeightedNodeType):
    """What LSTM and GRU share; ``_gates`` is how many blocks of rows their weights have."""

    random = True
    _gates: ClassVar[int]

    input = In("N T I", known="I", doc="Sequences: batch, steps, features.")
    output = Out("N T O", doc="The last layer's state after every step; or after the last step.")
    h = Out("D N H", doc="The state of every layer and direction at the end, layers first.")

    hidden_size = Int(128, min=1, max=1_000_000, doc="Size of the state.")
    num_layers = Int(1, min=1, max=64, doc="Layers, each reading the states of the one before.")
    bias = Bool(True, doc="Add learned offsets.")
    dropout = Float(
        0.0, min=0.0, max=1.0, doc="Chance of dropping a number between layers in training."
    )
    bidirectional = Bool(False, doc="Read from both ends; outputs are twice as large.")
    return_sequences = Bool(
        True, doc="Hand out the state after every step; otherwise only output after the last step."
    )

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(values)
        if not self.return_sequences:
            self.out_ports = self.out_ports[:1]
            self.unpack = None

    def check(self, a: Axes) -> Iterator[Problem]:
        """Warn of settings that do less than they seem to."""
        if self.dropout and self.num_layers == 1:
            yield Problem(
                "NB212",
                f"dropout is {self.dropout}, but it acts between layers and num_layers is 1",
                param="dropout",
                severity="warning",
                hint="set num_layers to 2 or more, or put a Dropout behind this node",
                settings={"dropout": 0.0},
            )
        if self.bidirectional and not self.return_sequences:
            yield Problem(
                "NB212",
                "the output after the last step holds only one step of the backward direction",
                param="return_sequences",
                severity="warning",
                hint="keep return_sequences on and take a Mean over the steps",
                settings={"return_sequences": True},
            )

    @property
    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The state's size times the directions; the final states have no batch-first order."""
        dtype = a.dtype("input")
        features = self.hidden_size * self._directions
        if not self.return_sequences:
            return {"output": TensorType((a.N, features), dtype)}
        state = TensorType((self.num_layers * self._directions, a.N, self.hidden_size), dtype)
        states = {port.name: state for port in self.out_ports[1:]}
        return {"output": TensorType((a.N, a.T, features), dtype), **states}

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """For every layer and direction, weights for what comes in and for the state."""
        rows = self._gates * self.hidden_size
        weights: dict[str, Shape] = {}
        for layer in range(self.num_layers):
            size = a.I if layer == 0 else self.hidden_size * self._directions
            for suffix in ("", "_reverse")[: self._directions]:
                weights[f"weight_ih_l{layer}{suffix}"] = (rows, size)
                weights[f"weight_hh_l{layer}{suffix}"] = (rows, self.hidden_size)
                if self.bias:
                    weights[f"bias_ih_l{layer}{suffix}"] = (rows,)
                    weights[f"bias_hh_l{layer}{suffix}"] = (rows,)
        return weights

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """One multiply-add for every weight of a matrix, sample and step."""
        matrices = [shape for name, shape in self.weights(a).items() if name.startswith("weight")]
        weights: Dim = 0
        for shape in matrices:
            weights = weights + product(shape)
        return 2 * product((a.N, a.T)) * weights

    def module(self, a: Axes) -> Call:
        """Build torch's layer, with the batch as first axis."""
        return call(
            f"nn.{self.title}",
            a.I,
            self.hidden_size,
            **self.options("num_layers", "bias"),
            batch_first=True,
            **self.options("dropout", "bidirectional"),
            **self.dtype_option(a.dtype("input")),
        )

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the module; of its results, take the last step where only that is wanted."""
        assert module is not None
        result = Call(module, (x["input"],), ())
        return result if self.return_sequences else result[0][slice(None), -1]


class LSTM(_Recurrent, id="lstm", title="LSTM", category="Recurrent"):
    """Read sequences step by step, with a state and a memory that gates write, keep and read.

    Formula: c' = f c + i g, h' = o tanh(c'), gates i, f, o and g from x and h

    Source: torch.nn.LSTM; Hochreiter and Schmidhuber 1997

    Also: rnn, long short-term memory
    """

    _gates = 4
    unpack = ("output", ("h", "c"))

    c = Out("D N H", doc="The memory of every layer and direction at the end, layers first.")


class GRU(_Recurrent, id="gru", title="GRU", category="Recurrent"):
    """Read sequences step by step, with a state that two gates reset and update.

    Formula: h' = (1 - z) n + z h, gates r and z and the candidate n from x and h

    Source: torch.nn.GRU; Cho et al. 2014

    Also: rnn, gated recurrent unit
    """

    _gates = 3
    unpack = ("output", "h")
