"""A network for every piece of advice that the check can give."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from diagnostic_cases import DIGITS, FLAT, HEAD, Case, block, chain, classifier, grouped, merged
from networks import network

from netbuilder.check.fields import Field, Fields
from netbuilder.graph.model import Network

RELU = ("relu_1", "relu")
SAME = {"out_channels": 4, "padding": "same"}
YES_NO = ("label", "target", {"shape": (1,), "dtype": "float32"})
ONE = ("head", "linear", {"out_features": 1})

WORDS: Fields = {
    "word": Field("word", (), "int64", tuple(f"w{i}" for i in range(5000))),
    "label": Field("label", (), "int64", ("rare", "common"), "target", (30, 970)),
}


def trained(net: Network, **recipe: Any) -> Network:
    """The network with a recipe."""
    return replace(net, recipe=recipe)


def deep(kind: str, count: int, width: int = 8) -> Network:
    """Pairs of a linear map and a function."""
    pairs = [(("fc", "linear", {"out_features": width}), ("act", kind)) for _ in range(count)]
    rows = [(f"{node[0]}_{i}", *node[1:]) for i, pair in enumerate(pairs) for node in pair]
    return chain(FLAT, *rows, HEAD)


def attention() -> Network:
    """A softmax that weighs values, which is what it is for."""
    return network(
        [
            ("x", "input", {"shape": (5, 8)}),
            ("scores", "linear", {"out_features": 5}),
            ("soft", "softmax"),
            ("values", "linear", {"out_features": 8}),
            ("mix", "matmul"),
            ("out", "output"),
        ],
        "x -> scores, scores -> soft, x -> values, soft -> mix.input, values -> mix.other, mix -> out",
    )


ADVICE: dict[str, Case] = {
    "NB223 kernel beyond the image": Case(
        chain(("conv_1", "conv2d", {"kernel_size": 11, "padding": "same"}))
    ),
    "NB223 kernel with padding in numbers": Case(
        chain(("conv_1", "conv2d", {"kernel_size": 11, "padding": 5}))
    ),
    "NB224 convolution": Case(chain(("conv_1", "conv2d", {"kernel_size": 2, "stride": 3}))),
    "NB224 pool": Case(chain(("pool", "max_pool2d", {"kernel_size": 2, "stride": 4}))),
    "NB225 texture": Case(
        chain(("conv_1", "conv2d", SAME), RELU, ("pool", "global_average_pool"), shape=(3, 64, 64))
    ),
    "NB226 flatten": Case(
        chain(
            ("conv_1", "conv2d", {"out_channels": 16, "padding": "same"}),
            RELU,
            FLAT,
            ("fc", "linear", {"out_features": 128}),
            ("relu_2", "relu"),
            HEAD,
            shape=(3, 32, 32),
        )
    ),
    "NB227 steps": Case(chain(("lstm_1", "lstm"), shape=(4000, 3))),
    "NB327 step": Case(
        classifier(FLAT, ONE, ("fires", "step"), loss=("loss_1", "bce_with_logits"), label=YES_NO)
    ),
    "NB328 two ways": Case(
        network(
            [
                ("image", "input", {"shape": (1, 8, 8)}),
                YES_NO,
                FLAT,
                ONE,
                ("gate", "linear", {"out_features": 1}),
                ("open", "step"),
                ("mix", "multiply"),
                ("loss_1", "bce_with_logits"),
                ("out", "output"),
            ],
            "image -> flatten_1, flatten_1 -> head, flatten_1 -> gate, gate -> open, head -> mix.x_1,"
            "open -> mix.x_2, mix -> loss_1, label -> loss_1.target, mix -> out",
        )
    ),
    "NB329 raw scores": Case(classifier(FLAT, ONE, loss=("loss_1", "bce_loss"), label=YES_NO)),
    "NB330 scores": Case(classifier(FLAT, HEAD, RELU)),
    "NB330 amounts": Case(classifier(FLAT, ONE, RELU, loss=("loss_1", "mse"), label=YES_NO)),
    "NB331 linear": Case(
        chain(FLAT, ("fc", "linear", {"out_features": 32}), ("drop", "dropout"), HEAD)
    ),
    "NB331 convolution and head": Case(chain(("conv_1", "conv2d", SAME), FLAT, HEAD)),
    "NB331 inside a group": Case(
        grouped(
            chain(("block_1", "group:block")),
            block(("conv_1", "conv2d", SAME), ("conv_2", "conv2d", SAME)),
        )
    ),
    "NB332 bias": Case(chain(("conv_1", "conv2d", SAME), ("norm", "batch_norm2d"), RELU)),
    "NB332 two of them": Case(
        chain(
            ("conv_1", "conv2d", SAME),
            ("norm_1", "batch_norm2d"),
            RELU,
            ("conv_2", "conv2d", SAME),
            ("norm_2", "batch_norm2d"),
        )
    ),
    "NB333 dropout": Case(
        chain(FLAT, ("fc", "linear"), RELU, ("drop", "dropout"), ("norm", "batch_norm1d"), HEAD)
    ),
    "NB334 sigmoid": Case(
        chain(FLAT, ("fc", "linear", {"out_features": 9}), ("sigmoid_1", "sigmoid"), HEAD)
    ),
    "NB334 many tanhs": Case(deep("tanh", 5)),
    "NB335 softmax": Case(
        chain(FLAT, ("fc", "linear", {"out_features": 9}), ("soft", "softmax", {"dim": 1}), HEAD)
    ),
    "NB336 deep": Case(deep("sigmoid", 11)),
    "NB336 through a repeated group": Case(
        grouped(
            chain(
                FLAT, ("block_1", "group:block", {}, {"repeat": 9}), ("fc", "linear"), ("t", "tanh")
            ),
            block(("fc", "linear", {"out_features": 64}), ("act", "tanh")),
        )
    ),
    "NB408 vocabulary": Case(
        network(
            [
                ("word", "input", {"dtype": "int64", "shape": ()}),
                ("table", "embedding"),
                ("out", "output"),
            ],
            "word -> table, table -> out",
        ),
        WORDS,
    ),
    "NB409 rare class": Case(
        classifier(FLAT, ("head", "linear", {"out_features": 2})),
        {"image": DIGITS["image"], "label": WORDS["label"]},
    ),
    "NB702 far above": Case(trained(classifier(FLAT, HEAD), learning_rate=3.0)),
    "NB702 far below": Case(trained(classifier(FLAT, HEAD), optimizer="sgd", learning_rate=1e-6)),
    "NB703 one sample": Case(
        trained(
            classifier(FLAT, ("norm", "batch_norm1d"), ("fc", "linear"), RELU, HEAD), batch_size=1
        )
    ),
}

# What must not be told of: shapes that people use on purpose.
FINE: dict[str, Case] = {
    "a waist": Case(
        chain(FLAT, ("down", "linear", {"out_features": 4}), ("up", "linear", {"out_features": 64}))
    ),
    "depthwise and pointwise": Case(
        chain(
            ("deep", "conv2d", {"out_channels": 8, "groups": 8, "padding": "same"}),
            ("point", "conv2d", {"out_channels": 16, "kernel_size": 1}),
            shape=(8, 8, 8),
        )
    ),
    "long thin kernels": Case(
        chain(
            ("tall", "conv2d", {"kernel_size": [3, 1], "padding": "same"}),
            ("wide", "conv2d", {"kernel_size": [1, 3], "padding": "same"}),
        )
    ),
    "attention by hand": Case(attention()),
    "a shortcut with a stride": Case(chain(("short", "conv2d", {"kernel_size": 1, "stride": 2}))),
    "one tanh, and a sigmoid at the end": Case(
        chain(FLAT, ("fc", "linear"), ("t", "tanh"), ONE, ("s", "sigmoid"))
    ),
    "a bias that another node takes": Case(
        merged(
            chain(("conv_1", "conv2d", SAME), ("norm", "batch_norm2d"), RELU),
            [("out_2", "output")],
            "conv_1 -> out_2",
        )
    ),
    "deep, with normalizations": Case(
        chain(
            FLAT,
            *(
                node
                for i in range(12)
                for node in (
                    (f"fc_{i}", "linear", {"bias": False}),
                    (f"norm_{i}", "batch_norm1d"),
                    (f"t_{i}", "tanh"),
                )
            ),
        )
    ),
    "a kernel of 3 at the end": Case(chain(("conv_1", "conv2d", {"padding": 1}), shape=(4, 1, 1))),
    "squeeze and excite": Case(
        network(
            [
                ("image", "input", {"shape": (4, 64, 64)}),
                ("conv_1", "conv2d", SAME),
                RELU,
                ("pool", "global_average_pool"),
                ("gate", "sigmoid"),
                ("wide", "reshape", {"shape": [4, 1, 1]}),
                ("scaled", "multiply"),
                ("out", "output"),
            ],
            "image -> conv_1, conv_1 -> relu_1, relu_1 -> pool, pool -> gate, gate -> wide,"
            "relu_1 -> scaled.x_1, wide -> scaled.x_2, scaled -> out",
        )
    ),
    "an ArgMax for an Output": Case(
        merged(
            classifier(FLAT, HEAD),
            [("best", "argmax"), ("out_2", "output")],
            "head -> best, best -> out_2",
        )
    ),
}
