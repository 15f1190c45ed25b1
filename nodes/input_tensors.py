"""Tensors that a network brings along: constant, learned or drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Choice,
    Definition,
    Expr,
    Float,
    In,
    Ints,
    Name,
    NodeType,
    Out,
    Problem,
    ScaleNodeType,
    TensorType,
    call,
)

_FLOATS = ("float32", "float64", "float16", "bfloat16")
_WHOLE = ("int64", "int32", "bool")
_LARGEST_HALF = 65504


class _Brought(NodeType):
    """A tensor of a given shape; once for all samples, or for every sample of a batch."""

    batch = In(
        "N *B",
        dtype="any",
        optional=True,
        doc="A tensor with as many samples as are wanted; without one there is no batch axis.",
    )
    output = Out("*S", doc="The tensor; with the batch axis in front where batch is connected.")

    dtype: Choice
    shape = Ints(
        (64,), min=1, max=1_000_000, max_length=8, doc="Sizes of the axes, the batch left out."
    )

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The declared shape, behind the batch axis where there is one."""
        samples = (a.N,) if "batch" in a.inputs else ()
        return {"output": TensorType((*samples, *self.shape), self.dtype)}

    def _dtype_option(self) -> dict[str, Name]:
        return {} if self.dtype == "float32" else {"dtype": Name(f"torch.{self.dtype}")}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the module, and repeat what it gives for every sample."""
        assert module is not None
        tensor = Call(module, (), ())
        if "batch" not in x:
            return tensor
        samples = x["batch"].attribute("shape")[0]
        return tensor.method("expand", samples, *(-1 for _ in self.shape))


class Constant(_Brought, id="constant", title="Constant", category="Input and output"):
    """Give a tensor of one value that is never trained.

    Formula: y = value

    Source: torch.full

    When: For a first state, a mask or a factor that belongs to the network and not to the data. To
    add or multiply one number, an Expression is shorter.

    Also: full, zeros, ones, fill, number

    See: parameter, random_normal, input
    """

    definitions: ClassVar = (
        Definition('''
            class Constant(nn.Module):
                """Gives a tensor of one value, on the device the network is on."""

                def __init__(
                    self, *shape: int, value: float, dtype: torch.dtype = torch.float32
                ) -> None:
                    super().__init__()
                    tensor = torch.full(shape, value, dtype=dtype)
                    self.register_buffer("tensor", tensor, persistent=False)

                def forward(self) -> Tensor:
                    return self.tensor
        '''),
    )

    shape = Ints(
        (1,), min=1, max=1_000_000, max_length=8, doc="Sizes of the axes, the batch left out."
    )
    value = Float(0.0, min=-1e9, max=1e9, doc="The value of every number.")
    dtype = Choice("float32", (*_FLOATS, *_WHOLE), doc="Type of the numbers.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The value must be one of the type."""
        if self.dtype == "float16" and abs(self.value) > _LARGEST_HALF:
            yield Problem(
                "NB212",
                f"value is {self.value:g}, but float16 reaches from -{_LARGEST_HALF} to {_LARGEST_HALF}",
                param="dtype",
                # Torch makes a single number infinite, and refuses several.
                severity="warning" if all(size == 1 for size in self.shape) else "error",
                settings={"dtype": "float32"},
            )
        if self.dtype in _WHOLE and self.value != self._number:
            yield Problem(
                "NB212",
                f"value is {self.value:g}, but {self.dtype} cannot hold it and makes it {self._number}",
                param="dtype",
                severity="warning",
                settings={"dtype": "float32"},
            )

    @property
    def _number(self) -> float | int | bool:
        """The value as its type holds it."""
        if self.dtype == "bool":
            return bool(self.value)
        return int(self.value) if self.dtype in _WHOLE else self.value

    def module(self, a: Axes) -> Call:
        """Build the module that is written beside the network."""
        return call("Constant", *self.shape, value=self._number, **self._dtype_option())


class Parameter(
    _Brought, ScaleNodeType, id="parameter", title="Parameter", category="Input and output"
):
    """Give a tensor that is trained like a weight, and is the same for every sample.

    Formula: y = weight

    Source: torch.nn.Parameter

    When: For what a network should learn beside its layers: positions of a sequence, a class token,
    queries, a scale. What depends on a number that comes in is an Embedding.

    Also: learned tensor, position embedding, class token, query, weight, variable

    See: constant, embedding, random_normal
    """

    definitions: ClassVar = (
        Definition('''
            class LearnedTensor(nn.Module):
                """Gives a tensor that is trained; it starts with small normal numbers."""

                def __init__(self, *shape: int, dtype: torch.dtype = torch.float32) -> None:
                    super().__init__()
                    self.weight = nn.Parameter(torch.empty(shape, dtype=dtype))
                    nn.init.normal_(self.weight, std=0.02)

                def forward(self) -> Tensor:
                    return self.weight
        '''),
    )

    dtype = Choice("float32", _FLOATS, doc="Type of the numbers.")

    def weights(self, a: Axes) -> Mapping[str, tuple[int, ...]]:
        """The tensor."""
        return {"weight": self.shape}

    def module(self, a: Axes) -> Call:
        """Build the module that is written beside the network."""
        return call("LearnedTensor", *self.shape, **self._dtype_option())


class RandomNormal(_Brought, id="random_normal", title="RandomNormal", category="Input and output"):
    """Draw normal numbers anew for every forward, such as the noise a generator starts from.

    Formula: y = mean + std e, e normal with mean 0 and variance 1

    Source: torch.randn

    When: For the noise of a generator or a variational autoencoder. To disturb a value while
    training, take GaussianNoise.

    Also: noise, randn, sample, latent, epsilon, gaussian

    See: gaussian_noise, constant, parameter
    """

    random = True
    definitions: ClassVar = (
        Definition('''
            class RandomNormal(nn.Module):
                """Draws normal numbers, on the device the network is on."""

                def __init__(
                    self,
                    *shape: int,
                    mean: float = 0.0,
                    std: float = 1.0,
                    always: bool = True,
                    dtype: torch.dtype = torch.float32,
                ) -> None:
                    super().__init__()
                    self.std, self.always = std, always
                    center = torch.full(shape, mean, dtype=dtype)
                    self.register_buffer("center", center, persistent=False)

                def forward(self, *samples: int) -> Tensor:
                    center = self.center.expand((*samples, *self.center.shape))
                    if not (self.training or self.always):
                        return center
                    return center + self.std * torch.randn_like(center)
        '''),
    )

    mean = Float(0.0, min=-1e4, max=1e4, doc="Mean of the numbers.")
    std = Float(1.0, min=0.0, max=1e4, doc="Standard deviation of the numbers.")
    always = Bool(
        True, doc="Draw in evaluation and export too; otherwise every number is the mean there."
    )
    dtype = Choice("float32", _FLOATS, doc="Type of the numbers.")

    def module(self, a: Axes) -> Call:
        """Build the module that is written beside the network."""
        options = self.options("mean", "std", "always")
        return call("RandomNormal", *self.shape, **options, **self._dtype_option())

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Draw for as many samples as there are."""
        assert module is not None
        samples = (x["batch"].attribute("shape")[0],) if "batch" in x else ()
        return Call(module, samples, ())
