"""Mixing the places of a sequence by how well they fit each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
    is_known,
    nearest_divisor,
    product,
)


class MultiheadAttention(
    WeightedNodeType, id="multihead_attention", title="MultiheadAttention", category="Attention"
):
    """Mix the values of a sequence by how well every query fits their keys, in several heads at once.

    Formula: y = concat_h softmax(q_h k_h^T / sqrt(d)) v_h W, q, k and v linear in what comes in

    Source: torch.nn.MultiheadAttention; Vaswani et al. 2017

    Also: mha, self-attention, attention, transformer
    """

    random = True
    unpack = ("output", None)

    query = In("N L E", known="E", doc="What asks: batch, places, features.")
    key = In("N S K", known="K", doc="What is compared with; for self-attention the same as query.")
    value = In("N S V", known="V", doc="What is mixed; for self-attention the same as query.")
    output = Out("N L E", doc="The mixed values, one for every query.")

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

    def check(self, a: Axes) -> Iterator[Problem]:
        """The heads divide the features, and dtypes are not mixed."""
        if a.E % self.num_heads:
            nearest = nearest_divisor(self.num_heads, a.E)
            yield Problem(
                "NB203",
                f"query has {a.E} features, which {self.num_heads} heads do not divide",
                port="query",
                param="num_heads",
                hint=f"use a divisor of {a.E}, such as {nearest}",
                settings={"num_heads": nearest},
            )
        for port in ("key", "value"):
            if a.dtype(port) != a.dtype("query"):
                message = f"{port} is {a.dtype(port)}, but query is {a.dtype('query')}"
                yield Problem("NB204", message, port=port)

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """Linear maps for query, key, value and what comes out; in one piece where sizes agree."""
        size = a.E
        weights: dict[str, Shape] = {}
        if {a.K, a.V} == {size}:
            weights["in_proj_weight"] = (3 * size, size)
        else:
            weights["q_proj_weight"] = (size, size)
            weights["k_proj_weight"] = (size, a.K)
            weights["v_proj_weight"] = (size, a.V)
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
        places = a.S + int(self.add_bias_kv) + int(self.add_zero_attn)
        queries: Dim = 2 * product((a.L, a.E, a.E))
        maps = queries + product((a.S, a.E, a.K + a.V))
        return 2 * product((a.N, maps + 2 * product((a.L, places, a.E))))

    def module(self, a: Axes) -> Call:
        """Build torch's layer, with the batch as first axis."""
        sizes = {"kdim": a.K, "vdim": a.V}
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
        """Call the module; the weights of the mixture are not asked for, which is quicker."""
        assert module is not None
        query = x["query"]
        options: dict[str, object] = {"need_weights": False}
        if self.is_causal:
            length = a.L if is_known(a.L) else query.attribute("shape")[1]
            options["attn_mask"] = call(
                "nn.Transformer.generate_square_subsequent_mask",
                length,
                device=query.attribute("device"),
            )
            options["is_causal"] = True
        return Call(module, (query, x["key"], x["value"]), tuple(options.items()))
