"""Networks whose shapes do not go together, each with a way out that is obvious."""

from __future__ import annotations

from typing import Any

from diagnostic_cases import FLAT, HEAD, Case, chain, merged
from networks import network

from netbuilder.graph.model import Network

SAME = {"out_channels": 4, "padding": "same"}
RELU = ("relu_1", "relu")


def two(a: Any, b: Any, node: Any, ports: tuple[str, str] = ("x_1", "x_2")) -> Network:
    """Two Inputs that go through a ReLU each into one node."""
    return network(
        [
            ("a", "input", {"shape": a}),
            ("b", "input", {"shape": b}),
            ("relu_a", "relu"),
            ("relu_b", "relu"),
            node,
            ("out", "output"),
        ],
        f"a -> relu_a, b -> relu_b, relu_a -> {node[0]}.{ports[0]}, relu_b -> {node[0]}.{ports[1]},"
        f"{node[0]} -> out",
    )


def skip(*branch: Any, join: str = "add", shape: tuple[int, ...] = (4, 16, 16)) -> Network:
    """A branch whose end meets what went into it."""
    return merged(
        chain(("start", "relu"), *branch, ("join", join), shape=shape), [], "start -> join.x_1"
    )


SHAPES: dict[str, Case] = {
    "NB201 a channel is missing": Case(
        chain(RELU, ("conv_1", "conv2d", {"padding": "same"}), shape=(8, 8))
    ),
    "NB201 features to a convolution of signals": Case(
        chain(FLAT, RELU, ("conv_1", "conv1d", {"padding": "same"}))
    ),
    "NB201 features to a recurrent layer": Case(chain(FLAT, RELU, ("gru_1", "gru"))),
    "NB201 volume pool of images": Case(chain(("pool", "max_pool3d"))),
    "NB202 join of sizes": Case(two((4, 8, 8), (6, 10, 10), ("cat", "concatenate"))),
    "NB202 join of signals": Case(
        skip(("conv_1", "conv1d", {"kernel_size": 5}), join="concatenate", shape=(4, 20))
    ),
    "NB202 join across a stride": Case(
        skip(("conv_1", "conv2d", {**SAME, "padding": 1, "stride": 2}), join="concatenate")
    ),
    "NB202 matrices the wrong way round": Case(
        two((3, 4), (3, 5), ("product", "matmul"), ("input", "other"))
    ),
    "NB203 channels for groups": Case(
        chain(("conv_1", "conv2d", {"out_channels": 10, "groups": 4}), shape=(8, 8, 8))
    ),
    "NB203 groups of a signal": Case(
        chain(("conv_1", "conv1d", {"out_channels": 9, "groups": 3}), shape=(4, 9))
    ),
    "NB204 lookup of amounts": Case(chain(RELU, ("embed", "embedding"), shape=(7,))),
    "NB204 classes to a linear map": Case(
        chain(("best", "argmax", {"dim": 1}), ("fc", "linear"), shape=(7, 3))
    ),
    "NB204 two kinds of numbers": Case(
        network(
            [
                ("a", "input", {"shape": (4, 6)}),
                ("b", "input", {"shape": (6, 4)}),
                ("best", "argmax", {"dim": -1, "keepdim": True}),
                ("product", "matmul"),
                ("out", "output"),
            ],
            "a -> product.input, b -> best, best -> product.other, product -> out",
        )
    ),
    "NB206 padding of a transposed convolution": Case(
        chain(("up", "conv_transpose2d", {"kernel_size": 2, "padding": 4}), shape=(2, 3, 3))
    ),
    "NB207 too large a kernel": Case(chain(("conv_1", "conv2d", {"kernel_size": 9}), RELU)),
    "NB207 too wide gaps": Case(chain(("conv_1", "conv2d", {"dilation": 5, "stride": 2}), RELU)),
    "NB207 too large a pool": Case(chain(("pool", "max_pool2d", {"kernel_size": 12}))),
    "NB207 signals": Case(
        chain(("conv_1", "conv1d", {"kernel_size": 7, "stride": 2}), shape=(3, 5))
    ),
    "NB208 an axis too many": Case(chain(("mean_1", "mean", {"dim": [5]}))),
    "NB209 a number too many": Case(chain(("reshape_1", "reshape", {"shape": [4, 17]}))),
    "NB210 project a skip": Case(
        skip(("conv_1", "conv2d", {"out_channels": 8, "padding": "same"}))
    ),
    "NB210 a skip across a stride": Case(
        skip(("conv_1", "conv2d", {"out_channels": 8, "padding": 1, "stride": 2}))
    ),
    "NB210 a skip around a pool": Case(skip(("pool", "max_pool2d"))),
    "NB210 a skip of features": Case(
        skip(("fc", "linear", {"out_features": 12}), RELU, shape=(16,))
    ),
    "NB210 a skip of tokens": Case(
        skip(("fc", "linear", {"out_features": 12}), RELU, shape=(5, 16))
    ),
    "NB210 a rim": Case(skip(("conv_1", "conv2d", {"out_channels": 4}))),
    "NB210 a rim of signals": Case(
        skip(("conv_1", "conv1d", {"out_channels": 4, "kernel_size": 4}), shape=(4, 20))
    ),
    "NB210 scales of channels": Case(
        network(
            [
                ("image", "input", {"shape": (4, 8, 8)}),
                ("start", "relu"),
                ("pool", "global_average_pool"),
                ("gate", "sigmoid"),
                ("scaled", "multiply"),
                ("out", "output"),
            ],
            "image -> start, start -> pool, pool -> gate, start -> scaled.x_1, gate -> scaled.x_2,"
            "scaled -> out",
        )
    ),
    "NB210 axes the other way round": Case(two((3, 7), (7, 3), ("sum", "add"))),
    "NB211 parts": Case(chain(("split_1", "split", {"sizes": [3, 9]}), shape=(8,))),
    "NB212 a pool with much padding": Case(
        chain(("pool", "max_pool2d", {"kernel_size": 2, "padding": 2}))
    ),
    "NB213 the batch moved": Case(chain(("permute_1", "permute", {"dims": [2, 0, 1, 3]}), HEAD)),
}
