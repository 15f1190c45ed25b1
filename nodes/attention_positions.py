"""Telling attention where in a sequence a place is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from netbuilder.node_api import (
    Axes,
    Call,
    Definition,
    Expr,
    Float,
    In,
    Int,
    NodeType,
    Out,
    Problem,
    Shape,
    WeightedNodeType,
    call,
    is_known,
)


def _fitting(a: Axes, max_length: int) -> Iterator[Problem]:
    """The sequence is not longer than there are positions."""
    if is_known(a.T) and max_length < a.T:
        yield Problem(
            "NB212",
            f"input has {a.T} places, but max_length is {max_length}",
            port="input",
            param="max_length",
            settings={"max_length": int(a.T)},
        )


class SinusoidalPositions(
    NodeType, id="sinusoidal_positions", title="SinusoidalPositions", category="Attention"
):
    """Add to every place of a sequence sines and cosines of its number, each pair slower.

    Formula: y = x + p, p_2i = sin(t / period^(2i/E)), p_2i+1 = cos(t / period^(2i/E))

    Source: Vaswani et al. 2017, "Attention Is All You Need"

    When: Attention is to know the order, and sequences may be longer than those in training. Nothing
    is learned; LearnedPositions do as well where lengths are fixed.

    Also: positional encoding, position embedding, transformer

    See: learned_positions, rotary_embedding, transformer_encoder_layer
    """

    definitions: ClassVar = (
        Definition('''
            class SinusoidalPositions(nn.Module):
                """Adds sines and cosines of the place to every place of a sequence."""

                table: Tensor

                def __init__(
                    self, dim: int, max_length: int = 5000, period: float = 10000.0
                ) -> None:
                    super().__init__()
                    place = torch.arange(max_length).unsqueeze(1)
                    angle = place * period ** (-torch.arange(0, dim, 2) / dim)
                    table = torch.zeros(max_length, dim)
                    table[:, 0::2] = angle.sin()
                    table[:, 1::2] = angle[:, : dim // 2].cos()
                    self.register_buffer("table", table, persistent=False)

                def forward(self, x: Tensor) -> Tensor:
                    return x + self.table.narrow(0, 0, x.shape[1]).to(x.dtype)
        '''),
    )

    input = In("N T E", known="E", doc="Sequences: batch, places, features.")
    output = Out("N T E", doc="The same shape.")

    max_length = Int(5000, min=1, max=1_000_000, doc="The longest sequence there may be.")
    period = Float(10000.0, min=1.0, max=1e9, group="Advanced", doc="The slowest pair's scale.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The sequence is not too long."""
        return _fitting(a, self.max_length)

    def module(self, a: Axes) -> Call:
        """Build the module."""
        return call("SinusoidalPositions", a.E, **self.options("max_length", "period"))


class LearnedPositions(
    WeightedNodeType, id="learned_positions", title="LearnedPositions", category="Attention"
):
    """Add to every place of a sequence a learned vector of that place.

    Formula: y_t = x_t + w_t

    Source: Devlin et al. 2018, "BERT"; Dosovitskiy et al. 2020

    When: Attention is to know the order, and the length is fixed, as with patches of images. For
    longer sequences than in training, take SinusoidalPositions or RotaryEmbedding.

    Also: positional encoding, position embedding, vit, bert, gpt

    See: sinusoidal_positions, rotary_embedding, class_token, embedding
    """

    definitions: ClassVar = (
        Definition('''
            class LearnedPositions(nn.Module):
                """Adds a learned vector to every place of a sequence."""

                def __init__(
                    self, max_length: int, dim: int, dtype: torch.dtype = torch.float32
                ) -> None:
                    super().__init__()
                    self.weight = nn.Parameter(torch.empty(max_length, dim, dtype=dtype))
                    nn.init.normal_(self.weight, std=0.02)

                def forward(self, x: Tensor) -> Tensor:
                    return x + self.weight.narrow(0, 0, x.shape[1])
        '''),
    )

    input = In("N T E", known="E", doc="Sequences: batch, places, features.")
    output = Out("N T E", doc="The same shape.")

    max_length = Int(512, min=1, max=1_000_000, doc="The longest sequence there may be.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The sequence is not too long."""
        return _fitting(a, self.max_length)

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """A vector for every place."""
        return {"weight": (self.max_length, a.E)}

    def module(self, a: Axes) -> Call:
        """Build the module."""
        dtype = self.dtype_option(a.dtype("input"))
        return call("LearnedPositions", self.max_length, a.E, **dtype)


class RotaryEmbedding(
    NodeType, id="rotary_embedding", title="RotaryEmbedding", category="Attention"
):
    """Turn pairs of features by an angle that grows with the place, each pair more slowly.

    Formula: (y_i, y_j) = (x_i cos a - x_j sin a, x_i sin a + x_j cos a), a = t base^(-2i/E), j = i + E/2

    Source: Su et al. 2021, "RoFormer"

    When: On queries and keys, just before ScaledDotProductAttention: what fits then depends on how far
    places are apart. Not on values.

    Also: rope, rotary position embedding, llama, relative positions

    See: sinusoidal_positions, learned_positions, scaled_dot_product_attention
    """

    definitions: ClassVar = (
        Definition('''
            def _rotary(x: Tensor, base: float = 10000.0) -> Tensor:
                """Return pairs of features turned by angles that grow with the place."""
                half = x.shape[-1] // 2
                rate = base ** (-torch.arange(half, device=x.device) / half)
                angle = torch.arange(x.shape[-2], device=x.device).unsqueeze(1) * rate
                cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
                one, other = x.split(half, dim=-1)
                return torch.cat((one * cos - other * sin, one * sin + other * cos), dim=-1)
        '''),
    )

    input = In("N *H T E", known="E", doc="Queries or keys: batch, heads if any, places, features.")
    output = Out("N *H T E", doc="The same shape.")

    base = Float(10000.0, min=1.0, max=1e9, doc="How slowly the last pair turns.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Features come in pairs."""
        if a.E % 2:
            yield Problem(
                "NB203", f"input has {a.E} features, which do not go in pairs", port="input"
            )

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the function."""
        return call("_rotary", x["input"], **self.options("base"))
