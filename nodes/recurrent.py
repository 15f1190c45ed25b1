"""Networks that read a sequence step by step and keep a state."""

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
    Float,
    In,
    Int,
    Out,
    Problem,
    Shape,
    TensorType,
    WeightedNodeType,
    bytes_of,
    call,
    is_known,
    product,
)


class _Recurrent(WeightedNodeType):
    """What all share.

    ``_gates`` is how many blocks of rows their weights have, ``_kept`` how many numbers the backward
    pass needs for every number of a state, as measured of torch's kernels on the CPU.
    """

    random = True
    _gates: ClassVar[int]
    _kept: ClassVar[int]
    _further: ClassVar[tuple[str, ...]] = ()

    input = In("N T I", known="I", doc="Sequences: batch, steps, features.")
    h_0 = In(
        "D N H",
        optional=True,
        doc="The state of every layer and direction at the beginning; otherwise zeros.",
    )
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
        """First states fit; warn of settings that do less than they seem to."""
        yield from self._check_states(a)
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

    def _check_states(self, a: Axes) -> Iterator[Problem]:
        """States are of the layers and the size that the parameters say."""
        layers = self.num_layers * self._directions
        for port in [name for name in a.inputs if name != "input"]:
            dtype, (found, _, size) = a.dtype(port), a.shape(port)
            if dtype != a.dtype("input"):
                yield Problem("NB204", f"{port} is {dtype}, but input is {a.dtype('input')}", port)
            if is_known(found) and found != layers:
                what = "layers and directions" if self.bidirectional else "layers"
                message = f"{port} has states of {found} {what}, but there are {layers}"
                fits = 1 <= found <= 64 * self._directions and found % self._directions == 0
                settings = {"num_layers": int(found) // self._directions} if fits else {}
                yield Problem("NB202", message, port, "num_layers", settings=settings)
            if is_known(size) and size != self.hidden_size:
                message = (
                    f"{port} has states of {size} numbers, but hidden_size is {self.hidden_size}"
                )
                settings = {"hidden_size": int(size)}
                yield Problem("NB202", message, port, "hidden_size", settings=settings)

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
        """A multiply-add for every weight of a matrix, sample and step."""
        matrices = [shape for name, shape in self.weights(a).items() if name.startswith("weight")]
        weights: Dim = 0
        for shape in matrices:
            weights = weights + product(shape)
        return 2 * product((a.N, a.T)) * weights

    def extra_memory(self, x: Mapping[str, TensorType], y: Mapping[str, TensorType]) -> Dim:
        """Gates and states of every layer, direction and step."""
        flows = x["input"]
        steps = TensorType((*flows.shape[:2], self.hidden_size), flows.dtype)
        return bytes_of(steps) * (self.num_layers * self._directions * self._kept)

    def module(self, a: Axes) -> Call:
        """Build torch's layer, with the batch as first axis."""
        return call(
            f"nn.{self.title}",
            a.I,
            self.hidden_size,
            **self.options(*self._further, "num_layers", "bias"),
            batch_first=True,
            **self.options("dropout", "bidirectional"),
            **self.dtype_option(a.dtype("input")),
        )

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the module; of its results, take the last step where only that is wanted."""
        assert module is not None
        result = Call(module, (x["input"], *self._states(x)), ())
        return result if self.return_sequences else result[0][slice(None), -1]

    def _states(self, x: Mapping[str, Expr]) -> tuple[Any, ...]:
        return (x["h_0"],) if "h_0" in x else ()


class LSTM(_Recurrent, id="lstm", title="LSTM", category="Recurrent"):
    """Read sequences step by step, with a state and a memory that gates write, keep and read.

    Formula: c' = f c + i g, h' = o tanh(c'), gates i, f, o and g from x and h

    Source: torch.nn.LSTM; Hochreiter and Schmidhuber 1997

    When: Sequences whose order matters and whose steps come one by one. GRU has fewer weights and often
    does as well; over long distances, attention does better.

    Also: rnn, long short-term memory

    See: gru, rnn, lstm_cell, multihead_attention, transformer_encoder_layer
    """

    _gates = 4
    _kept = 17
    unpack = ("output", ("h", "c"))

    c_0 = In(
        "D N H",
        optional=True,
        doc="The memory of every layer and direction at the beginning; otherwise zeros.",
    )
    c = Out("D N H", doc="The memory of every layer and direction at the end, layers first.")

    def _states(self, x: Mapping[str, Expr]) -> tuple[Any, ...]:
        known = x.get("h_0") or x.get("c_0")
        if known is None:
            return ()
        # torch takes both or none.
        zeros = call("torch.zeros_like", known)
        return ((x.get("h_0", zeros), x.get("c_0", zeros)),)


class GRU(_Recurrent, id="gru", title="GRU", category="Recurrent"):
    """Read sequences step by step, with a state that two gates reset and update.

    Formula: h' = (1 - z) n + z h, gates r and z and the candidate n from x and h

    Source: torch.nn.GRU; Cho et al. 2014

    When: Sequences whose order matters, with fewer weights than an LSTM and often as good.

    Also: rnn, gated recurrent unit

    See: lstm, rnn, gru_cell, multihead_attention
    """

    _gates = 3
    _kept = 7
    unpack = ("output", "h")


class RNN(_Recurrent, id="rnn", title="RNN", category="Recurrent"):
    """Read sequences step by step, with a state that every step makes anew.

    Formula: h' = f(W x + b + U h + c), f tanh or ReLU

    Source: torch.nn.RNN; Elman 1990

    When: Short sequences, and to see what the gates of LSTM and GRU are good for: over many steps its
    gradients vanish or explode.

    Also: vanilla rnn, elman network, simple rnn

    See: lstm, gru, rnn_cell
    """

    _gates = 1
    _kept = 2
    _further = ("nonlinearity",)
    unpack = ("output", "h")

    nonlinearity = Choice("tanh", ("tanh", "relu"), doc="What the new state goes through.")
