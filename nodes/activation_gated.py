"""Functions that let one half of an axis decide how much of the other half passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from netbuilder.node_api import (
    Axes,
    Call,
    Definition,
    In,
    Int,
    NodeType,
    Out,
    Problem,
    TensorType,
    axis_at,
    axis_problems,
    call,
    is_known,
)


class _Gated(NodeType):
    """A function of two halves of an axis."""

    input = In("*B", doc="Any tensor; the axis has an even size.")
    output = Out("*B", doc="The same shape, with half the size on that axis.")

    dim = Int(-1, min=-16, max=15, doc="Axis that is split into two halves.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The axis must exist, fall into halves and not be that of the samples."""
        if not a.B:
            yield Problem("NB201", "input is a scalar, which has no halves", port="input")
            return
        found = list(axis_problems("input", a.B, "dim", (self.dim,), default=-1))
        yield from found
        if found:
            return
        size = a.B[self.dim]
        if axis_at(self.dim, len(a.B)) == 0:
            yield Problem(
                "NB213",
                f"dim is {self.dim}, the batch, so half of the samples would gate the others",
                param="dim",
                settings={"dim": -1} if len(a.B) > 1 else {},
            )
        elif is_known(size) and size % 2:
            yield Problem(
                "NB203",
                f"axis {self.dim} of input has size {size}, which does not fall into two halves",
                port="input",
                hint="give the node before an even number of features",
            )

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Half the size on the axis."""
        shape = list(a.B)
        shape[self.dim] = shape[self.dim] // 2
        return {"output": TensorType(tuple(shape), a.dtype("input"))}

    def module(self, a: Axes) -> Call:
        """Build the layer."""
        prefix = "" if self.definitions else "nn."
        return call(f"{prefix}{self.title}", **self.options("dim"))


class GLU(_Gated, id="glu", title="GLU", category="Activation"):
    """Split an axis into halves and weigh the first by the sigmoid of the second.

    Formula: y = a sigmoid(b), x = [a, b]

    Source: torch.nn.GLU; Dauphin et al. 2016

    When: Behind a convolution or linear map of twice the width, in audio and language models.

    Also: gated linear unit, gate

    See: swiglu, sigmoid
    """


class SwiGLU(_Gated, id="swiglu", title="SwiGLU", category="Activation"):
    """Split an axis into halves and weigh the second by the SiLU of the first.

    Formula: y = silu(a) b, x = [a, b]

    Source: Shazeer 2020, "GLU variants improve transformer"

    When: In the feed-forward block of a transformer, behind a Linear of twice the width; with two
    thirds of the usual width it costs what GELU does.

    Also: gated silu, swish glu, llama

    See: glu, silu, gelu
    """

    keeps = ("inputs", "outputs")

    definitions: ClassVar = (
        Definition('''
            class SwiGLU(nn.Module):
                """Weighs one half of an axis by the SiLU of the other."""

                def __init__(self, dim: int = -1) -> None:
                    super().__init__()
                    self.dim = dim

                def forward(self, x: Tensor) -> Tensor:
                    a, b = x.split(x.shape[self.dim] // 2, dim=self.dim)
                    return F.silu(a) * b
        '''),
    )
