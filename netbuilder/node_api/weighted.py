"""Node types with trained weights: how these start, and what holds them to a norm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

from netbuilder.node_api.axes import Axes
from netbuilder.node_api.calls import Attribute, Call, Expr, Name, call
from netbuilder.node_api.dims import Shape
from netbuilder.node_api.node_type import NodeType
from netbuilder.node_api.params import Choice, Float
from netbuilder.node_api.problems import Problem

_PLAIN = ("normal", "trunc_normal", "zeros", "constant")
_WITH_GAIN = ("xavier_uniform", "xavier_normal", "orthogonal")
_KAIMING = ("kaiming_uniform", "kaiming_normal")
# torch cuts a normal distribution off at fixed numbers; what is meant is a number of deviations.
_CUT = 2
# The factorization behind an orthogonal start is there for whole precision only.
_HALF = ("float16", "bfloat16")


class _Started(NodeType):
    """What all types with weights share: first values that can be chosen.

    The choice fills the tensors whose name holds ``weight``; biases keep torch's first values.
    """

    weight_init: Choice
    init_std = Float(
        0.02,
        min=1e-9,
        max=100.0,
        group="Initialization",
        doc="Standard deviation of a normal start; trunc_normal draws within two of them.",
    )
    init_value = Float(
        0.0, min=-1e6, max=1e6, group="Initialization", doc="Value of the constant start."
    )

    def dtype_option(self, dtype: str) -> dict[str, Any]:
        """Return the ``dtype`` for the call that builds the module: that of what flows in.

        It is left out where it is float32, as torch's own default is.
        """
        return {} if dtype == "float32" else {"dtype": Name(f"torch.{dtype}")}

    def filled(self, a: Axes) -> Iterable[str]:
        """Return the names of the tensors that ``weight_init`` fills, in the module just built."""
        return [name for name in self.weights(a) if "weight" in name]

    def start(self, a: Axes, module: Expr) -> Iterator[Call]:
        """Fill the weights as ``weight_init`` says."""
        if self.weight_init != "default":
            for name in self.filled(a):
                yield self._filling(reduce(Attribute, name.split("."), module))

    def _filling(self, weight: Expr) -> Call:
        function = f"nn.init.{self.weight_init}_"
        match self.weight_init:
            case "normal":
                return call(function, weight, std=self.init_std)
            case "trunc_normal":
                end = _CUT * self.init_std
                return call(function, weight, std=self.init_std, a=-end, b=end)
            case "constant":
                return call(function, weight, self.init_value)
            case "kaiming_uniform" | "kaiming_normal":
                return call(function, weight, nonlinearity="relu")
        return call(function, weight)


class ScaleNodeType(_Started):
    """A node type whose weights have a single axis, such as a scale for every channel.

    There are no inputs and outputs of such a weight to count, so only plain starts are offered.
    """

    weight_init = Choice(
        "default",
        ("default", *_PLAIN),
        group="Initialization",
        doc="How weights start: torch's own way, or plain.",
    )


class WeightedNodeType(_Started):
    """A node type with trained weights of two axes or more, whose first values can be chosen."""

    weight_init = Choice(
        "default",
        ("default", *_WITH_GAIN, *_KAIMING, *_PLAIN),
        group="Initialization",
        doc=(
            "How weights start: torch's own way, Xavier (tanh, sigmoid), orthogonal (recurrent, deep), "
            "Kaiming/He (ReLU), or plain."
        ),
    )
    init_gain = Float(
        1.0,
        min=1e-6,
        max=1e6,
        group="Initialization",
        doc="Factor of a Xavier or orthogonal start; 5/3 goes with tanh, 1.41 with ReLU.",
    )

    def problems(self, a: Axes) -> Iterator[Problem]:
        """An orthogonal start needs whole precision."""
        yield from super().problems(a)
        dtypes = {tensor.dtype for tensor in a.inputs.values()}.intersection(_HALF)
        if dtypes and self.weight_init == "orthogonal":
            yield Problem(
                "NB204",
                f"weight_init is orthogonal, which torch cannot work out in {min(dtypes)}",
                param="weight_init",
                settings={"weight_init": "xavier_uniform"},
            )

    def _filling(self, weight: Expr) -> Call:
        if self.weight_init in _WITH_GAIN:
            gain = {} if self.init_gain == 1 else {"gain": self.init_gain}
            return call(f"nn.init.{self.weight_init}_", weight, **gain)
        return super()._filling(weight)


class NormedNodeType(WeightedNodeType):
    """A node type with one weight, which can be held to a norm.

    Its ``weights`` go through ``normed``. torch then keeps the weight in other tensors and works it
    out anew from them for every forward.
    """

    weight_norm = Choice(
        "none",
        ("none", "weight", "spectral"),
        group="Advanced",
        doc=(
            "Hold the weight to a norm: weight learns length and direction apart, spectral keeps the "
            "largest stretch at 1."
        ),
    )

    def normed(self, weights: Mapping[str, Shape]) -> Mapping[str, Shape]:
        """Return the tensors that torch trains in the place of plain ones.

        Args:
            weights: The shape of every tensor of the plain module; one is called ``weight``.
        """
        if self.weight_norm == "none":
            return weights
        found = {name: shape for name, shape in weights.items() if name != "weight"}
        shape, stored = weights["weight"], "parametrizations.weight.original"
        if self.weight_norm == "spectral":
            return {**found, stored: shape}
        lengths = (shape[0], *(1 for _ in shape[1:]))
        return {**found, f"{stored}0": lengths, f"{stored}1": shape}

    def filled(self, a: Axes) -> Iterable[str]:
        """The weight, which is filled before it is put away."""
        return ("weight",)

    def problems(self, a: Axes) -> Iterator[Problem]:
        """A weight of zeros has no direction."""
        yield from super().problems(a)
        zeros = self.weight_init == "zeros" or (
            self.weight_init == "constant" and self.init_value == 0
        )
        if zeros and self.weight_norm != "none":
            yield Problem(
                "NB212",
                f"weight_init fills the weight with zeros, whose norm weight_norm {self.weight_norm} "
                "divides by, so no output is a number",
                param="weight_init",
                severity="warning",
                settings={"weight_init": "default"},
            )

    def start(self, a: Axes, module: Expr) -> Iterator[Call]:
        """Fill the weight, then hold it to the norm."""
        yield from super().start(a, module)
        if self.weight_norm != "none":
            yield call(f"nn.utils.parametrizations.{self.weight_norm}_norm", module)
