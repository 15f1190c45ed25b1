"""Mixing the places of a sequence by how well they fit each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Choice,
    Definition,
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
    nearest_divisor,
    product,
)

# A function of its own, since the mask is as long as what comes in.
_CAUSAL = Definition('''
    def _causal_mask(queries: Tensor, keys: Tensor) -> Tensor:
        """Return what is true where a key lies behind the query's own place."""
        shape = queries.shape[1], keys.shape[1]
        return torch.ones(shape, dtype=torch.bool, device=queries.device).triu(1)
''')


def _divided(a: Axes, port: str, param: str, heads: int) -> Iterator[Problem]:
    """The heads divide the features."""
    if a.E % heads:
        nearest = nearest_divisor(heads, a.E)
        yield Problem(
            "NB203",
            f"{port} has {a.E} features, which {heads} heads do not divide",
            port=port,
            param=param,
            hint=f"use a divisor of {a.E}, such as {nearest}",
            settings={param: nearest},
        )


def _one_dtype(a: Axes, first: str, *others: str) -> Iterator[Problem]:
    for port in others:
        if port in a.inputs and a.dtype(port) != a.dtype(first):
            message = f"{port} is {a.dtype(port)}, but {first} is {a.dtype(first)}"
            yield Problem("NB204", message, port=port)


class MultiheadAttention(
    WeightedNodeType, id="multihead_attention", title="MultiheadAttention", category="Attention"
):
    """Mix the values of a sequence by how well every query fits their keys, in several heads at once.

    Formula: y = concat_h softmax(q_h k_h^T / sqrt(d)) v_h W, q, k and v linear in what comes in

    Source: torch.nn.MultiheadAttention; Vaswani et al. 2017

    When: Every place may have to look at every other one. Memory and time grow with the square of the
    length. It does not see the order: add positions before.

    Also: mha, self-attention, cross-attention, attention, transformer

    See: scaled_dot_product_attention, transformer_encoder_layer, sinusoidal_positions, gru
    """

    random = True
    definitions: ClassVar = (_CAUSAL,)

    query = In("N L E", known="E", doc="What asks: batch, places, features.")
    key = In("N S K", known="K", optional=True, doc="What is compared with; otherwise the query.")
    value = In("N S V", known="V", optional=True, doc="What is mixed; otherwise the key.")
    key_padding_mask = In(
        "N S", dtype="bool", optional=True, doc="True for places of the key that are to be ignored."
    )
    attn_mask = In(
        "N L S", dtype="bool", optional=True, doc="True where a query must not see a place."
    )
    output = Out("N L E", doc="The mixed values, one for every query.")
    attn_output_weights = Out("N L P", doc="How much each query takes of each place.")

    num_heads = Int(8, min=1, max=1024, doc="How many heads; they share the query's features.")
    dropout = Float(0.0, min=0.0, max=1.0, doc="Chance of dropping a weight in training.")
    bias = Bool(True, doc="Add learned offsets to the linear maps.")
    add_bias_kv = Bool(
        False, group="Advanced", doc="Add a learned place to the keys and the values."
    )
    add_zero_attn = Bool(
        False, group="Advanced", doc="Add a place of zeros to the keys and the values."
    )
    is_causal = Bool(False, doc="Let a query see no place of the keys behind its own.")
    need_weights = Bool(False, doc="Hand out the weights of the mixture too, which is slower.")
    average_attn_weights = Bool(
        True, group="Advanced", doc="Hand out the mean of the heads' weights, not each head's own."
    )

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(values)
        self.unpack = ("output", "attn_output_weights" if self.need_weights else None)
        if not self.need_weights:
            self.out_ports = self.out_ports[:1]

    def check(self, a: Axes) -> Iterator[Problem]:
        """The heads divide the features, dtypes are not mixed, and all speak of the same places."""
        yield from _divided(a, "query", "num_heads", self.num_heads)
        yield from _one_dtype(a, "query", "key", "value")
        places = self._key(a)[1]
        if "S" in a and is_known(a.S) and is_known(places) and places != a.S:
            port = next(p for p in ("value", "key_padding_mask", "attn_mask") if p in a.inputs)
            message = f"{port} has S = {a.S}, but the key, which is the query, has {places} places"
            yield Problem("NB202", message, port=port, hint="connect key")

    def _key(self, a: Axes) -> Shape:
        return a.shape("key" if "key" in a.inputs else "query")

    def _value(self, a: Axes) -> Shape:
        return a.shape("value") if "value" in a.inputs else self._key(a)

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The weights go over all places, those that were added included."""
        found = {"output": a.inputs["query"]}
        if self.need_weights:
            heads = () if self.average_attn_weights else (self.num_heads,)
            shape = (a.N, *heads, a.L, self._places(a))
            found["attn_output_weights"] = TensorType(shape, a.dtype("query"))
        return found

    def _places(self, a: Axes) -> Dim:
        return self._key(a)[1] + int(self.add_bias_kv) + int(self.add_zero_attn)

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """Linear maps for query, key, value and what comes out; in one piece where sizes agree."""
        size, key, value = a.E, self._key(a)[-1], self._value(a)[-1]
        weights: dict[str, Shape] = {}
        if {key, value} == {size}:
            weights["in_proj_weight"] = (3 * size, size)
        else:
            weights["q_proj_weight"] = (size, size)
            weights["k_proj_weight"] = (size, key)
            weights["v_proj_weight"] = (size, value)
        if self.bias:
            weights["in_proj_bias"] = (3 * size,)
        if self.add_bias_kv:
            weights["bias_k"] = weights["bias_v"] = (1, 1, size)
        weights["out_proj.weight"] = (size, size)
        if self.bias:
            weights["out_proj.bias"] = (size,)
        return weights

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """The four linear maps, and two matrix products of queries with all places."""
        queries: Dim = 2 * product((a.L, a.E, a.E))
        key, value = self._key(a), self._value(a)
        maps = queries + product((key[1], a.E, key[-1] + value[-1]))
        return 2 * product((a.N, maps + 2 * product((a.L, self._places(a), a.E))))

    def cache(self, a: Axes) -> Dim:
        """A key and a value, each with the query's features."""
        return bytes_of(TensorType((2, a.E), a.dtype("query")))

    def module(self, a: Axes) -> Call:
        """Build torch's layer, with the batch as first axis."""
        sizes = {"kdim": self._key(a)[-1], "vdim": self._value(a)[-1]}
        return call(
            "nn.MultiheadAttention",
            a.E,
            self.num_heads,
            **self.options("dropout", "bias", "add_bias_kv", "add_zero_attn"),
            **{name: size for name, size in sizes.items() if size != a.E},
            batch_first=True,
            **self.dtype_option(a.dtype("query")),
        )

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the module; weights of the mixture that nobody takes are not asked for."""
        assert module is not None
        query = x["query"]
        key = x.get("key", query)
        value = x.get("value", key)
        options: dict[str, object] = {}
        if "key_padding_mask" in x:
            options["key_padding_mask"] = x["key_padding_mask"]
        if not self.need_weights:
            options["need_weights"] = False
        options |= self._masks(x, key)
        if self.need_weights:
            options |= self.options("average_attn_weights")
        return Call(module, (query, key, value), tuple(options.items()))

    def _masks(self, x: Mapping[str, Expr], key: Expr) -> dict[str, object]:
        causal = call("_causal_mask", x["query"], key)
        if "attn_mask" not in x:
            return {"attn_mask": causal, "is_causal": True} if self.is_causal else {}
        # torch wants a mask for every head.
        mask = x["attn_mask"].method("repeat_interleave", self.num_heads, 0)
        if self.is_causal:
            return {"attn_mask": mask.method("logical_or", causal)}
        return {"attn_mask": mask}


class _TransformerLayer(WeightedNodeType):
    """What both layers of a transformer share: attention, and two linear maps behind it."""

    random = True
    definitions: ClassVar = (_CAUSAL,)

    nhead = Int(8, min=1, max=1024, doc="How many heads of attention; they share the features.")
    dim_feedforward = Int(
        2048, min=1, max=1_000_000, doc="Size between the two linear maps behind the attention."
    )
    dropout = Float(0.1, min=0.0, max=1.0, doc="Chance of dropping a number in training.")
    activation = Choice("relu", ("relu", "gelu"), doc="Between the two linear maps.")
    layer_norm_eps = Float(
        1e-5, min=1e-12, max=1.0, group="Advanced", doc="Added to the variance before dividing."
    )
    norm_first = Bool(
        False, doc="Normalize before each part instead of behind it, which trains more steadily."
    )
    bias = Bool(True, doc="Add learned offsets.")

    def _attention(self, a: Axes, name: str) -> dict[str, Shape]:
        size = a.E
        weights: dict[str, Shape] = {f"{name}.in_proj_weight": (3 * size, size)}
        weights[f"{name}.out_proj.weight"] = (size, size)
        if self.bias:
            weights[f"{name}.in_proj_bias"] = (3 * size,)
            weights[f"{name}.out_proj.bias"] = (size,)
        return weights

    def _further(self, a: Axes, norms: int) -> dict[str, Shape]:
        size, inner = a.E, self.dim_feedforward
        weights: dict[str, Shape] = {}
        weights["linear1.weight"], weights["linear2.weight"] = (inner, size), (size, inner)
        if self.bias:
            weights["linear1.bias"], weights["linear2.bias"] = (inner,), (size,)
        for number in range(1, norms + 1):
            weights[f"norm{number}.weight"] = (size,)
            if self.bias:
                weights[f"norm{number}.bias"] = (size,)
        return weights

    def filled(self, a: Axes) -> Iterable[str]:
        """The matrices; the normalizations go on starting at 1."""
        return [name for name in super().filled(a) if not name.startswith("norm")]

    def _attending(self, a: Axes, queries: Dim, places: Dim) -> Dim:
        """Operations of one sample's attention."""
        maps = 2 * product((queries + places, a.E, a.E))
        return 2 * (maps + 2 * product((queries, places, a.E)))

    def _feeding(self, a: Axes, places: Dim) -> Dim:
        """Operations of one sample's two linear maps."""
        return 4 * product((places, a.E, self.dim_feedforward))

    def _built(self, function: str, a: Axes, dtype: str) -> Call:
        return call(
            function,
            a.E,
            self.nhead,
            **self.options("dim_feedforward", "dropout", "activation", "layer_norm_eps"),
            batch_first=True,
            **self.options("norm_first", "bias"),
            **self.dtype_option(dtype),
        )


class TransformerEncoderLayer(
    _TransformerLayer,
    id="transformer_encoder_layer",
    title="TransformerEncoderLayer",
    category="Attention",
):
    """Let the places of a sequence look at each other, then work on each; both added to what came in.

    Formula: z = norm(x + attention(x)), y = norm(z + W2 f(W1 z)), f the activation

    Source: torch.nn.TransformerEncoderLayer; Vaswani et al. 2017

    When: The block that transformers are stacked of: texts, or patches of images. With is_causal it is
    the block of a language model.

    Also: transformer block, bert, vit, gpt, self-attention

    See: transformer_decoder_layer, multihead_attention, sinusoidal_positions, patch_embedding
    """

    src = In("N S E", known="E", doc="Sequences: batch, places, features.")
    src_key_padding_mask = In(
        "N S", dtype="bool", optional=True, doc="True for places that are to be ignored."
    )
    output = Out("N S E", doc="The same shape.")

    is_causal = Bool(False, doc="Let a place see none behind itself.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The heads divide the features."""
        yield from _divided(a, "src", "nhead", self.nhead)

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """Attention, two linear maps and two normalizations."""
        return {**self._attention(a, "self_attn"), **self._further(a, 2)}

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """The attention and the linear maps."""
        return product((a.N, self._attending(a, a.S, a.S) + self._feeding(a, a.S)))

    def cache(self, a: Axes) -> Dim:
        """A key and a value."""
        return bytes_of(TensorType((2, a.E), a.dtype("src")))

    def module(self, a: Axes) -> Call:
        """Build torch's layer, with the batch as first axis."""
        return self._built("nn.TransformerEncoderLayer", a, a.dtype("src"))

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the module with the masks there are."""
        assert module is not None
        src = x["src"]
        options: dict[str, object] = {n: mask for n, mask in x.items() if n != "src"}
        if self.is_causal:
            options |= {"src_mask": call("_causal_mask", src, src), "is_causal": True}
        return Call(module, (src,), tuple(options.items()))


class TransformerDecoderLayer(
    _TransformerLayer,
    id="transformer_decoder_layer",
    title="TransformerDecoderLayer",
    category="Attention",
):
    """Let a sequence look at itself, then at another one, then work on each place; all added up.

    Formula: u = norm(x + attention(x)), z = norm(u + attention(u, m)), y = norm(z + W2 f(W1 z))

    Source: torch.nn.TransformerDecoderLayer; Vaswani et al. 2017

    When: One sequence is made from another, as in translation. A model of one sequence alone takes
    TransformerEncoderLayer with is_causal.

    Also: transformer block, cross-attention, seq2seq, translation

    See: transformer_encoder_layer, multihead_attention
    """

    tgt = In("N T E", known="E", doc="The sequence that is made: batch, places, features.")
    memory = In("N S E", known="E", doc="The sequence it is made from; the same features.")
    tgt_key_padding_mask = In(
        "N T", dtype="bool", optional=True, doc="True for places of tgt that are to be ignored."
    )
    memory_key_padding_mask = In(
        "N S", dtype="bool", optional=True, doc="True for places of memory that are to be ignored."
    )
    output = Out("N T E", doc="The shape of tgt.")

    tgt_is_causal = Bool(False, doc="Let a place of tgt see none behind itself.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The heads divide the features, and dtypes are not mixed."""
        yield from _divided(a, "tgt", "nhead", self.nhead)
        yield from _one_dtype(a, "tgt", "memory")

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """Two attentions, two linear maps and three normalizations."""
        attentions = {**self._attention(a, "self_attn"), **self._attention(a, "multihead_attn")}
        return {**attentions, **self._further(a, 3)}

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """Both attentions and the linear maps."""
        attending = self._attending(a, a.T, a.T) + self._attending(a, a.T, a.S)
        return product((a.N, attending + self._feeding(a, a.T)))

    def cache(self, a: Axes) -> Dim:
        """A key and a value of tgt; those of memory are made once and do not grow."""
        return bytes_of(TensorType((2, a.E), a.dtype("tgt")))

    def module(self, a: Axes) -> Call:
        """Build torch's layer, with the batch as first axis."""
        return self._built("nn.TransformerDecoderLayer", a, a.dtype("tgt"))

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call the module with the masks there are."""
        assert module is not None
        tgt = x["tgt"]
        options: dict[str, object] = {n: m for n, m in x.items() if n not in ("tgt", "memory")}
        if self.tgt_is_causal:
            options |= {"tgt_mask": call("_causal_mask", tgt, tgt), "tgt_is_causal": True}
        return Call(module, (tgt, x["memory"]), tuple(options.items()))
