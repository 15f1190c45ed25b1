"""What stands around attention: its plain formula, and how images become sequences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Definition,
    Dim,
    Expr,
    Float,
    In,
    Int,
    NodeType,
    Out,
    Pair,
    Problem,
    Refusal,
    Shape,
    TensorType,
    WeightedNodeType,
    broadcast,
    bytes_of,
    call,
    is_known,
    product,
    shape_text,
    short,
)


class ScaledDotProductAttention(
    NodeType,
    id="scaled_dot_product_attention",
    title="ScaledDotProductAttention",
    category="Attention",
):
    """Mix values by how well every query fits their keys; the formula alone, without weights.

    Formula: y = softmax(scale q k^T) v, scale = 1 / sqrt(E)

    Source: torch.nn.functional.scaled_dot_product_attention

    When: Attention of your own making: the linear maps and heads stand in front of it. Otherwise
    MultiheadAttention holds it all.

    Also: sdpa, attention, flash attention

    See: multihead_attention, rotary_embedding, transformer_encoder_layer
    """

    random = True
    definitions: ClassVar = (
        Definition('''
            class ScaledDotProductAttention(nn.Module):
                """Mixes values by how well queries fit keys; drops weights in training."""

                def __init__(self, dropout_p: float) -> None:
                    super().__init__()
                    self.dropout_p = dropout_p

                def forward(
                    self,
                    query: Tensor,
                    key: Tensor,
                    value: Tensor,
                    attn_mask: Tensor | None = None,
                    is_causal: bool = False,
                    scale: float | None = None,
                ) -> Tensor:
                    return F.scaled_dot_product_attention(
                        query,
                        key,
                        value,
                        attn_mask=attn_mask,
                        dropout_p=self.dropout_p if self.training else 0.0,
                        is_causal=is_causal,
                        scale=scale,
                    )
        '''),
    )

    query = In("N *B L E", doc="What asks: batch, heads if there are any, places, features.")
    key = In("M *C S E", doc="What is compared with; one head may serve all of the queries.")
    value = In("O *D S V", doc="What is mixed; as many as keys.")
    attn_mask = In(
        "*M",
        dtype="bool",
        optional=True,
        doc="True where a query may see a place, L x S at the end.",
    )
    output = Out("*R L V", doc="The mixed values, one for every query.")

    dropout_p = Float(0.0, min=0.0, max=1.0, doc="Chance of dropping a weight in training.")
    is_causal = Bool(False, doc="Let a query see no place of the keys behind its own.")
    scale = Float(
        None, min=1e-6, max=1e6, optional=True, doc="Factor of q k^T; none for 1 / sqrt(E)."
    )

    def check(self, a: Axes) -> Iterator[Problem]:
        """Dtypes are not mixed, and there is one mask."""
        for port in ("key", "value"):
            if a.dtype(port) != a.dtype("query"):
                message = f"{port} is {a.dtype(port)}, but query is {a.dtype('query')}"
                yield Problem("NB204", message, port=port)
        if "attn_mask" not in a.inputs:
            return
        if self.is_causal:
            yield Problem(
                "NB212",
                "is_causal is on and attn_mask is connected, but torch takes one of them",
                param="is_causal",
                settings={"is_causal": False},
            )

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """Batch and heads are repeated where one side has a single one, as torch broadcasts."""
        fitted = self._fitted(a)
        batch = broadcast(fitted, (a.O, *a.D), "query x key", "value")
        wanted = (*fitted, a.L, a.S)
        mask = a.shape("attn_mask") if "attn_mask" in a.inputs else wanted
        if len(mask) < 2 or len(mask) > len(wanted):
            message = f"attn_mask has {len(mask)} axes, but takes 2 to {len(wanted)}: ..., L, S"
            raise Refusal(Problem("NB201", message, port="attn_mask"))
        if broadcast(wanted, mask, "query x key", "attn_mask") != wanted:
            message = f"attn_mask is {shape_text(mask)}, but query x key is {shape_text(wanted)}"
            raise Refusal(Problem("NB210", message, port="attn_mask"))
        return {"R": batch}

    def _fitted(self, a: Axes) -> Shape:
        """Batch and heads of what queries and keys make together."""
        return broadcast((a.N, *a.B), (a.M, *a.C), "query", "key")

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """Queries with keys, and the mixture of values."""
        fits = product((*self._fitted(a), a.L, a.S, a.E))
        return 2 * (fits + product((*y["output"].shape, a.S)))

    def cache(self, a: Axes) -> Dim:
        """A key and a value for every head that they have."""
        numbers = product((*a.C, a.E)) + product((*a.D, a.V))
        return bytes_of(TensorType((numbers,), a.dtype("query")))

    def module(self, a: Axes) -> Call | None:
        """Build the module that knows whether it is being trained, where that matters."""
        return call("ScaledDotProductAttention", self.dropout_p) if self.dropout_p else None

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function, or the module around it."""
        options: dict[str, Any] = {"attn_mask": x["attn_mask"]} if "attn_mask" in x else {}
        options |= self.options("is_causal", "scale")
        inputs = x["query"], x["key"], x["value"]
        if module is None:
            return call("F.scaled_dot_product_attention", *inputs, **options)
        return Call(module, inputs, tuple(options.items()))


class PatchEmbedding(
    WeightedNodeType, id="patch_embedding", title="PatchEmbedding", category="Attention"
):
    """Cut images into patches and make a vector of each, so that a sequence comes out.

    Formula: y_i = W x_i + b for every patch x_i, row by row

    Source: Dosovitskiy et al. 2020, "An Image is Worth 16x16 Words"; torch.nn.Conv2d

    When: The start of a vision transformer; positions are added behind it. Small patches see more and
    cost more.

    Also: vit, patchify, vision transformer, image to sequence, tokens

    See: conv2d, unfold, class_token, learned_positions, transformer_encoder_layer
    """

    input = In("N C H W", known="C", doc="Images: batch, channels, height, width.")
    output = Out("N T O", doc="A vector for every patch, row by row.")

    embed_dim = Int(128, min=1, max=1_000_000, doc="Size of the vector of a patch.")
    patch_size = Pair((4, 4), min=1, max=10_000, doc="Height and width of a patch.", unit="px")
    bias = Bool(True, doc="Add learned offsets.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """At least one patch fits, and no border is left over."""
        for axis, size, patch in zip("HW", (a.H, a.W), self.patch_size, strict=True):
            if not is_known(size):
                continue
            if patch > size:
                yield Problem(
                    "NB207",
                    f"a patch has {patch} along {axis}, but the image has {size} there",
                    port="input",
                    param="patch_size",
                    hint="use smaller patches",
                )
            elif size % patch:
                yield Problem(
                    "NB212",
                    f"the image has {size} along {axis}, so patches of {patch} leave out {size % patch}",
                    param="patch_size",
                    severity="warning",
                    hint=f"use a divisor of {size}, or resize the images",
                )

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The patches of all rows, one behind the other."""
        down, across = self.patch_size
        places = product((a.H // down, a.W // across))
        return {"output": TensorType((a.N, places, self.embed_dim), a.dtype("input"))}

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """One kernel for every number of a vector."""
        weights: dict[str, Shape] = {"weight": (self.embed_dim, a.C, *self.patch_size)}
        return {**weights, "bias": (self.embed_dim,)} if self.bias else weights

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """Every number of every patch for every number of its vector."""
        return 2 * product((*y["output"].shape, a.C, *self.patch_size))

    def module(self, a: Axes) -> Call:
        """Build a convolution that steps from patch to patch."""
        patch = short(self.patch_size)
        return call(
            "nn.Conv2d",
            a.C,
            self.embed_dim,
            kernel_size=patch,
            stride=patch,
            **self.options("bias"),
            **self.dtype_option(a.dtype("input")),
        )

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the module and lay the patches out as a sequence."""
        assert module is not None
        return Call(module, (x["input"],), ()).method("flatten", 2).method("transpose", 1, 2)


class ClassToken(WeightedNodeType, id="class_token", title="ClassToken", category="Attention"):
    """Put a learned vector in front of every sequence, where the answer for the whole gathers.

    Formula: y = (w, x_1, ..., x_T)

    Source: Devlin et al. 2018, "BERT"; Dosovitskiy et al. 2020

    When: A transformer is to say one thing of a whole sequence: take place 0 behind its last layer. The
    mean over all places does about as well.

    Also: cls token, register, prefix

    See: patch_embedding, learned_positions, transformer_encoder_layer
    """

    definitions: ClassVar = (
        Definition('''
            class ClassToken(nn.Module):
                """Puts a learned vector in front of every sequence."""

                def __init__(self, dim: int, dtype: torch.dtype = torch.float32) -> None:
                    super().__init__()
                    self.weight = nn.Parameter(torch.empty(1, 1, dim, dtype=dtype))
                    nn.init.normal_(self.weight, std=0.02)

                def forward(self, x: Tensor) -> Tensor:
                    return torch.cat((self.weight.expand(len(x), -1, -1), x), dim=1)
        '''),
    )

    input = In("N T E", known="E", doc="Sequences: batch, places, features.")
    output = Out("N P E", doc="One place more.")

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """One place more."""
        return {"P": a.T + 1}

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """The vector."""
        return {"weight": (1, 1, a.E)}

    def module(self, a: Axes) -> Call:
        """Build the module."""
        return call("ClassToken", a.E, **self.dtype_option(a.dtype("input")))
