"""Networks whose nodes should share weights and cannot, or say how fast they learn in vain."""

from __future__ import annotations

from typing import Any

from diagnostic_cases import Case
from networks import NodeText, network

from netbuilder.graph.model import Group, Network, frozen


def twins(one: Any, other: Any, size: int = 8, other_size: int = 8) -> Network:
    """Two inputs, a node behind each, and outputs."""
    return network(
        [
            ("left", "input", {"shape": (size,)}),
            ("right", "input", {"shape": (other_size,)}),
            ("fc_1", *one),
            ("fc_2", *other),
            ("out_1", "output"),
            ("out_2", "output"),
        ],
        "left -> fc_1, right -> fc_2, fc_1 -> out_1, fc_2 -> out_2",
    )


def language_model(head: NodeText, dtype: str = "float32") -> Network:
    """A table, a cast and a map back to words."""
    return network(
        [
            ("words", "input", {"shape": (6,), "dtype": "int64"}),
            ("table", "embedding", {"num_embeddings": 20, "embedding_dim": 16}),
            ("cast_1", "cast", {"dtype": dtype}),
            ("head", *head),
            ("out", "output"),
        ],
        "words -> table, table -> cast_1, cast_1 -> head, head -> out",
    )


def towers(first: Any = None, second: Any = None, sizes: tuple[int, int] = (8, 8)) -> Network:
    """Two instances of a group with one linear map and a parameter; the second uses the first."""
    made = twins(
        ("group:tower", first or {}),
        ("group:tower", second or {}, {"shares": "fc_1"}),
        *sizes,
    )
    inside = network(
        [
            ("input", "group_input"),
            ("map_1", "linear", {"out_features": 4}),
            ("output", "group_output"),
        ],
        "input -> map_1, map_1 -> output",
    )
    group = Group("tower", graph=inside.graph)
    return Network(made.title, graph=made.graph, groups=frozen({"tower": group}))


_FC = ("linear", {"out_features": 5})
_SHARES = {"shares": "fc_1"}

SHARING: dict[str, Case] = {
    "NB341 no such node": Case(twins(_FC, (*_FC, {"shares": "gone"}))),
    "NB341 itself": Case(twins(_FC, (*_FC, {"shares": "fc_2"}))),
    "NB342 types": Case(twins(("bilinear", {}), (*_FC, _SHARES))),
    "NB342 parameters": Case(twins(_FC, ("linear", {"out_features": 6, "bias": False}, _SHARES))),
    "NB342 sizes": Case(twins(_FC, (*_FC, _SHARES), 8, 9)),
    "NB342 inside of groups": Case(towers(sizes=(8, 9))),
    "NB342 words": Case(
        language_model(("linear", {"out_features": 21}, {"shares": "table"})),
    ),
    "NB342 dtype": Case(
        language_model(("linear", {"out_features": 20}, {"shares": "table"}), "float64"),
    ),
    "NB342 normed": Case(
        language_model(
            ("linear", {"out_features": 20, "weight_norm": "spectral"}, {"shares": "table"})
        ),
    ),
    "NB343 chain": Case(
        network(
            [
                ("x", "input", {"shape": (8,)}),
                ("fc_1", "linear", {"out_features": 8}),
                ("act_1", "relu"),
                ("fc_2", "linear", {"out_features": 8}, {"shares": "fc_1"}),
                ("act_2", "relu"),
                ("fc_3", "linear", {"out_features": 8}, {"shares": "fc_2"}),
                ("out", "output"),
            ],
            "x -> fc_1, fc_1 -> act_1, act_1 -> fc_2, fc_2 -> act_2, act_2 -> fc_3, fc_3 -> out",
        )
    ),
    "NB343 circle": Case(twins((*_FC, {"shares": "fc_2"}), (*_FC, _SHARES))),
    "NB344 of another": Case(
        twins(_FC, (*_FC, {"shares": "fc_1", "frozen": True, "lr_factor": 0.1}))
    ),
    "NB344 frozen": Case(twins(_FC, (*_FC, {"frozen": True, "lr_factor": 0.5}))),
    "NB345 nothing to share": Case(twins(("relu",), ("relu", {}, _SHARES))),
}
