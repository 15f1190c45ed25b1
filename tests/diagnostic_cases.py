"""A network for every code that the check can yield, and some codes several times."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from networks import IMAGE, LABEL, graph, network

from netbuilder.catalogue.catalogue import Catalogue, PackProblem
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.fields import Field, Fields
from netbuilder.graph.model import Endpoint, Group, GroupParam, Network
from netbuilder.node_api import In, NodeType, Out, Refusal, TensorType, symbol
from netbuilder.node_api.axes import bind
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.probing import PROBES, Answer, Probes


class Broken(NodeType, id="broken", title="Broken", category="Test"):
    """A node of a pack whose rule has a mistake."""

    input = In("*B")
    output = Out("*B")

    def infer(self, a: Any) -> Any:
        raise KeyError("no such thing")


class Open(NodeType, id="open", title="Open", category="Test"):
    """A node that does not say what flows out."""

    input = In("*B")
    output = Out("*Y")


class Failing(NodeType, id="failing", title="Failing", category="Test"):
    """One whose module was run already, and failed."""

    input = In("*B")
    output = Out("*Y")

    def __init__(self, values: Any = None) -> None:
        super().__init__(values)
        given = {"input": TensorType((symbol("N"), 1, 8, 8))}
        probes = Probes()
        with suppress(Refusal):
            probes.types(self, bind(self.in_ports, given)[0])
        said = "running Failing failed: RuntimeError: it is too wide (failing.py, line 7)"
        for key in probes.asked:
            PROBES.answer(key, Answer(trouble=said, hint="mend /home/ada/nodes/failing.py"))


WAVE = {"wave": "/home/ada/nodes/wave.py"}
CATALOGUE = Catalogue([*standard_catalogue().types.values(), Broken, Open, Failing])
CATALOGUE_WITH_BROKEN_FILE = Catalogue(
    standard_catalogue().types.values(),
    [
        PackProblem(
            "/home/ada/nodes",
            "wave.py, line 3: SyntaxError: expected ':'",
            Path("/home/ada/nodes/wave.py"),
            3,
        )
    ],
)
CATALOGUE_WITH_PROBLEM = Catalogue(
    standard_catalogue().types.values(),
    [PackProblem("audio_pack", "it needs the module soundfile")],
)

DIGITS: Fields = {
    "image": Field("image", (1, 8, 8)),
    "label": Field("label", (), "int64", tuple("0123456789"), "target"),
    "age": Field("age", (1,), "float32", (), "target"),
}


@dataclass(frozen=True)
class Case:
    """A network with something wrong."""

    network: Network
    fields: Fields | None = None
    catalogue: Catalogue = CATALOGUE


def chain(*nodes: Any, shape: tuple[Any, ...] = (1, 8, 8), dtype: str = "float32") -> Network:
    """Nodes in a row between an Input and an Output."""
    rows = [("image", "input", {"shape": shape, "dtype": dtype}), *nodes, ("out", "output")]
    edges = ", ".join(f"{a[0]}{_out(a[1])} -> {b[0]}{_in(b[1])}" for a, b in pairwise(rows))
    return network(rows, edges)


def _out(kind: str) -> str:
    return ".y" if kind.startswith("group:") else ".y_1" if kind == "split" else ""


def _in(kind: str) -> str:
    if kind in ("add", "concatenate"):
        return ".x_2"
    return ".x" if kind.startswith("group:") else ""


def classifier(*nodes: Any, loss: Any = ("loss_1", "cross_entropy"), label: Any = LABEL) -> Network:
    """Nodes in a row, scored by a loss; the Output names the same value."""
    net = chain(*nodes)
    last = nodes[-1][0]
    return merged(net, [label, loss], f"{last} -> {loss[0]}, {label[0]} -> {loss[0]}.target")


def merged(net: Network, rows: list[Any], edges: str) -> Network:
    """A network with more nodes and edges."""
    inside, extra = net.graph, graph(rows, edges)
    nodes, wires = {**inside.nodes, **extra.nodes}, {**inside.edges, **extra.edges}
    return replace(net, graph=replace(inside, nodes=nodes, edges=wires))


def block(*nodes: Any, params: Any = (), id: str = "block") -> Group:
    """A group of nodes in a row between its input x and its output y."""
    rows = [("x", "group_input"), *nodes, ("y", "group_output")]
    edges = ", ".join(f"{a[0]}{_out(a[1])} -> {b[0]}{_in(b[1])}" for a, b in pairwise(rows))
    return Group(id, id.capitalize(), "", tuple(params), graph(rows, edges))


def grouped(net: Network, *groups: Group) -> Network:
    """A network with group definitions."""
    return replace(net, groups={group.id: group for group in groups})


CONV = ("conv_1", "conv2d", {"out_channels": 4, "padding": "same"})
FLAT = ("flatten_1", "flatten")
HEAD = ("head", "linear", {"out_features": 10})
WIDTH = GroupParam("width", 16, 1, 64)


def _edges(net: Network, **changes: str) -> Network:
    """The network with other edges: ``target__port="source.port"``; empty removes."""
    edges = dict(net.graph.edges)
    for target, source in changes.items():
        key = Endpoint(*target.split("__"))
        if source:
            edges[key] = Endpoint(*source.split("."))
        else:
            del edges[key]
    return replace(net, graph=replace(net.graph, edges=edges))


def _doubling(depth: int) -> Network:
    groups = [block(("relu_1", "relu"), id="g0")]
    for level in range(1, depth):
        inner = f"group:g{level - 1}"
        groups.append(block(("a", inner), ("b", inner), id=f"g{level}"))
    return grouped(chain(("top", f"group:g{depth - 1}")), *groups)


def _deep(depth: int) -> Network:
    groups = [block(("relu_1", "relu"), id="g0")]
    groups += [block(("a", f"group:g{level - 1}"), id=f"g{level}") for level in range(1, depth)]
    return grouped(chain(("top", f"group:g{depth - 1}")), *groups)


def _two_in_a_row() -> Network:
    twins = Group(
        "twins",
        "Twins",
        "",
        (),
        graph(
            [("x", "group_input"), ("y", "group_output"), ("z", "group_output")],
            "x -> y, x -> z",
        ),
    )
    return grouped(chain(("twins_1", "group:twins", {}, {"repeat": 3})), twins)


CASES: dict[str, Case] = {
    "NB101 value": Case(chain(FLAT, ("head", "linear", {"out_features": 0}))),
    "NB101 several": Case(
        chain(("conv_1", "conv2d", {"kernel_size": [3, "x"], "bias": 1, "stride": 0}))
    ),
    "NB101 group parameter": Case(
        grouped(
            chain(FLAT, ("block_1", "group:block", {"width": 100})),
            block(("fc", "linear", {"out_features": Expression("width")}), params=[WIDTH]),
        )
    ),
    "NB102 unknown": Case(chain(FLAT, ("head", "linear", {"features": 3}))),
    "NB102 group parameter": Case(
        grouped(chain(("block_1", "group:block", {"depth": 2})), block(("relu_1", "relu")))
    ),
    "NB103 main graph": Case(
        chain(FLAT, ("head", "linear", {"out_features": Expression("dim * 4")}))
    ),
    "NB103 grammar": Case(
        chain(FLAT, ("head", "linear", {"out_features": Expression("4 if 1 else 2")}))
    ),
    "NB103 repeat": Case(
        grouped(
            chain(("block_1", "group:block", {}, {"repeat": Expression("depth // 0")})),
            block(("relu_1", "relu")),
        )
    ),
    "NB201 image to sequence": Case(chain(("lstm_1", "lstm", {"hidden_size": 4}))),
    "NB201 missing channel": Case(chain(CONV, shape=(8, 8))),
    "NB201 batch norm": Case(chain(("norm", "batch_norm1d"))),
    "NB201 batch norm behind a linear map": Case(
        chain(FLAT, HEAD, ("norm", "batch_norm2d", {"eps": 0.001}))
    ),
    "NB201 convolution behind a flatten": Case(
        chain(FLAT, ("relu_1", "relu"), CONV, ("flatten_2", "flatten"))
    ),
    "NB201 pool behind a flatten": Case(chain(CONV, FLAT, ("pool", "max_pool2d"), HEAD)),
    "NB201 feature maps to sequence": Case(chain(CONV, ("gru_1", "gru", {"hidden_size": 4}))),
    "NB201 convolution of a sequence": Case(chain(("conv_1", "conv2d"), shape=(3, 20))),
    "NB202 concatenate": Case(
        network(
            [
                ("a", "input", {"shape": (4, 3)}),
                ("b", "input", {"shape": (5, 2)}),
                ("cat", "concatenate"),
                ("out", "output"),
            ],
            "a -> cat.x_1, b -> cat.x_2, cat -> out",
        )
    ),
    "NB203 groups": Case(
        chain(("conv_1", "conv2d", {"out_channels": 8, "groups": 3}), shape=(6, 8, 8))
    ),
    "NB203 heads": Case(
        network(
            [
                ("x", "input", {"shape": (5, 10)}),
                ("mha", "multihead_attention", {"num_heads": 4}),
                ("out", "output"),
            ],
            "x -> mha.query, x -> mha.key, x -> mha.value, mha.output -> out",
        )
    ),
    "NB204 embedding": Case(chain(("embed", "embedding"), shape=(7,))),
    "NB204 loss": Case(
        classifier(FLAT, HEAD, label=("label", "target", {"dtype": "float32", "shape": ()}))
    ),
    "NB205 open": Case(chain(HEAD, shape=("T",))),
    "NB206 empty": Case(
        chain(("up", "conv_transpose2d", {"padding": 5, "kernel_size": 2}), shape=(1, 2, 2))
    ),
    "NB207 kernel": Case(chain(("conv_1", "conv2d", {"kernel_size": 9}))),
    "NB208 axis": Case(chain(("soft", "softmax", {"dim": 7}))),
    "NB209 reshape": Case(chain(("reshape_1", "reshape", {"shape": [5, 7]}))),
    "NB210 broadcast": Case(
        network(
            [
                ("a", "input", {"shape": (4,)}),
                ("b", "input", {"shape": (5,)}),
                ("add_1", "add"),
                ("out", "output"),
            ],
            "a -> add_1.x_1, b -> add_1.x_2, add_1 -> out",
        )
    ),
    "NB210 channels of a skip": Case(
        merged(
            chain(
                CONV, ("conv_2", "conv2d", {"out_channels": 8, "padding": "same"}), ("sum", "add")
            ),
            [],
            "conv_1 -> sum.x_1",
        )
    ),
    "NB210 a rim that one branch takes off": Case(
        merged(
            chain(
                CONV, ("conv_2", "conv2d", {"out_channels": 4}), ("relu_1", "relu"), ("sum", "add")
            ),
            [],
            "conv_1 -> sum.x_1",
        )
    ),
    "NB202 a rim at a concatenate": Case(
        merged(
            chain(CONV, ("conv_2", "conv2d", {"out_channels": 9}), ("cat", "concatenate")),
            [],
            "conv_1 -> cat.x_1",
        )
    ),
    "NB211 split": Case(chain(("split_1", "split", {"sizes": [3, 3]}), shape=(8,))),
    "NB212 padding": Case(chain(("conv_1", "conv2d", {"padding": "same", "stride": 2}))),
    "NB213 batch": Case(chain(("permute_1", "permute", {"dims": [1, 0, 2, 3]}))),
    "NB220 linear on an image": Case(classifier(CONV, HEAD)),
    "NB220 convolution as head": Case(
        classifier(("conv_1", "conv2d", {"out_channels": 10, "padding": "same"}))
    ),
    "NB220 target with an axis too many": Case(
        classifier(FLAT, HEAD, label=("label", "target", {"shape": (1,)}))
    ),
    "NB220 regression": Case(
        classifier(
            FLAT,
            ("head", "linear", {"out_features": 1}),
            loss=("loss_1", "mse"),
            label=("label", "target", {"dtype": "float32"}),
        )
    ),
    "NB220 width": Case(
        classifier(
            FLAT,
            ("head", "linear", {"out_features": 3}),
            loss=("loss_1", "l1"),
            label=("label", "target", {"dtype": "float32", "shape": (2,)}),
        )
    ),
    "NB220 inside a group": Case(
        grouped(
            merged(
                chain(CONV, ("block_1", "group:block")),
                [LABEL, ("loss_1", "cross_entropy")],
                "label -> loss_1.target, block_1.y -> loss_1",
            ),
            block(("relu_1", "relu"), ("fc", "linear", {"out_features": 10})),
        )
    ),
    "NB221 size": Case(
        chain(*((f"up_{i}", "conv_transpose2d", {"stride": 100}) for i in range(9)))
    ),
    "NB222 linear behind a pool": Case(
        chain(CONV, ("relu_1", "relu"), ("pool", "max_pool2d"), ("drop", "dropout"), HEAD)
    ),
    "NB301 only fitting": Case(_edges(chain(FLAT, HEAD), head__input="")),
    "NB301 target of a loss": Case(_edges(classifier(FLAT, HEAD), loss_1__target="")),
    "NB301 several": Case(network([IMAGE, ("add_1", "add"), ("out", "output")], "add_1 -> out")),
    "NB302 no such input": Case(_edges(chain(FLAT), flatten_1__mask="image.output")),
    "NB303 no such output": Case(_edges(chain(FLAT), out__input="flatten_1.hidden")),
    "NB304 no such source": Case(_edges(chain(FLAT), out__input="gone_1.output")),
    "NB304 no such target": Case(_edges(chain(FLAT), gone_1__input="flatten_1.output")),
    "NB305 cycle": Case(
        network(
            [IMAGE, ("add_1", "add"), ("relu_1", "relu"), ("conv_1", "conv2d"), ("out", "output")],
            "image -> add_1.x_1, conv_1 -> add_1.x_2, add_1 -> relu_1, relu_1 -> conv_1, conv_1 -> out",
        )
    ),
    "NB305 self": Case(
        network([IMAGE, ("relu_1", "relu"), ("out", "output")], "relu_1 -> relu_1, image -> out")
    ),
    "NB306 NB307 empty": Case(Network()),
    "NB307 no output": Case(
        network(
            [IMAGE, FLAT, HEAD, LABEL, ("loss_1", "cross_entropy")],
            "image -> flatten_1, flatten_1 -> head, head -> loss_1, label -> loss_1.target",
        )
    ),
    "NB308 dead end": Case(
        merged(
            chain(FLAT, HEAD),
            [("fc", "linear"), ("relu_9", "relu")],
            "flatten_1 -> fc, fc -> relu_9",
        )
    ),
    "NB308 in a group": Case(
        grouped(
            chain(("block_1", "group:block")),
            replace(
                block(("relu_1", "relu")),
                graph=graph(
                    [("x", "group_input"), ("relu_1", "relu"), ("y", "group_output")],
                    "x -> relu_1, x -> y",
                ),
            ),
        )
    ),
    "NB309 output without a loss": Case(
        merged(
            classifier(FLAT, HEAD),
            [("head_2", "linear"), ("out_2", "output")],
            "flatten_1 -> head_2, head_2 -> out_2",
        )
    ),
    "NB310 no weights": Case(classifier(FLAT)),
    "NB310 frozen": Case(classifier(FLAT, (*HEAD, {"frozen": True}))),
    "NB311 input": Case(
        merged(chain(FLAT), [("image", "input", {"shape": (1, 8, 8)}, {"bypass": True})], "")
    ),
    "NB311 second output": Case(
        network(
            [
                IMAGE,
                ("split_1", "split", {"dim": 2}, {"bypass": True}),
                ("out", "output"),
                ("out_2", "output"),
            ],
            "image -> split_1, split_1.y_1 -> out, split_1.y_2 -> out_2",
        )
    ),
    "NB312 group port in the main graph": Case(merged(chain(FLAT), [("x", "group_input")], "")),
    "NB312 output in a group": Case(
        grouped(
            chain(("block_1", "group:block")),
            replace(
                block(("relu_1", "relu")),
                graph=graph(
                    [
                        ("x", "group_input"),
                        ("relu_1", "relu"),
                        ("y", "group_output"),
                        ("out", "output"),
                    ],
                    "x -> relu_1, relu_1 -> y, relu_1 -> out",
                ),
            ),
        )
    ),
    "NB313 no such group": Case(chain(("block_1", "group:block"))),
    "NB314 recursion": Case(
        grouped(
            chain(("a_1", "group:a")),
            block(("b_1", "group:b"), id="a"),
            block(("a_1", "group:a"), id="b"),
        )
    ),
    "NB315 more outputs than inputs": Case(_two_in_a_row()),
    "NB316 repeat": Case(
        grouped(chain(("block_1", "group:block", {}, {"repeat": 0})), block(("relu_1", "relu")))
    ),
    "NB317 other sizes": Case(
        grouped(
            chain(FLAT, ("block_1", "group:block", {}, {"repeat": 2, "shared": True})),
            block(("fc", "linear", {"out_features": 5})),
        )
    ),
    "NB317 index": Case(
        grouped(
            chain(FLAT, ("block_1", "group:block", {}, {"repeat": 2, "shared": True})),
            block(("fc", "dropout", {"p": Expression("index * 0.1")})),
        )
    ),
    "NB318 unused input": Case(
        grouped(
            _edges(chain(("block_1", "group:block")), block_1__extra="image.output"),
            replace(
                block(("relu_1", "relu")),
                graph=graph(
                    [
                        ("extra", "group_input"),
                        ("x", "group_input"),
                        ("relu_1", "relu"),
                        ("y", "group_output"),
                    ],
                    "x -> relu_1, relu_1 -> y",
                ),
            ),
        )
    ),
    "NB319 no output": Case(
        grouped(
            chain(FLAT),
            replace(
                block(), graph=graph([("x", "group_input"), ("relu_1", "relu")], "x -> relu_1")
            ),
        )
    ),
    "NB320 too many": Case(_doubling(24)),
    "NB320 too deep": Case(_deep(41)),
    "NB321 names": Case(
        grouped(
            chain(("train", "relu")),
            replace(
                block(("relu_1", "relu"), params=[replace(WIDTH, name="2x"), WIDTH, WIDTH]),
                id="my block",
            ),
        )
    ),
    "NB322 softmax": Case(classifier(FLAT, HEAD, ("soft", "softmax"))),
    "NB322 softmax alone": Case(
        _edges(classifier(FLAT, HEAD, ("soft", "softmax")), out__input="head.output")
    ),
    "NB322 behind a reshape": Case(
        classifier(FLAT, HEAD, ("soft", "softmax"), ("reshape_1", "reshape", {"shape": [10]}))
    ),
    "NB323 sigmoid": Case(
        classifier(
            FLAT,
            ("head", "linear", {"out_features": 1}),
            ("sigmoid_1", "sigmoid"),
            loss=("loss_1", "bce_with_logits"),
            label=("label", "target", {"shape": (1,), "dtype": "float32"}),
        )
    ),
    "NB325 range": Case(
        grouped(
            chain(FLAT),
            block(
                ("relu_1", "relu"),
                params=[GroupParam("width", 100, 1, 64), GroupParam("p", 0.5, 1, 0)],
            ),
        )
    ),
    "NB324 a target as output": Case(
        merged(chain(FLAT, HEAD), [LABEL, ("o", "output")], "label -> o")
    ),
    "NB324 a loss as output": Case(
        merged(
            chain(FLAT, HEAD),
            [LABEL, ("loss_1", "cross_entropy"), ("o", "output")],
            "head -> loss_1, label -> loss_1.target, loss_1.loss -> o",
        )
    ),
    "NB326 classes": Case(merged(chain(FLAT, HEAD), [LABEL], ""), DIGITS),
    "NB326 amounts": Case(
        merged(
            chain(FLAT, ("head", "linear", {"out_features": 1})),
            [("age", "target", {"shape": (1,), "dtype": "float32"})],
            "",
        ),
        DIGITS,
    ),
    "NB326 yes or no": Case(
        merged(
            chain(FLAT, ("head", "linear", {"out_features": 1})),
            [("spam", "target", {"shape": (1,), "dtype": "float32"})],
            "",
        ),
        {
            "image": DIGITS["image"],
            "spam": Field("spam", (), "int64", ("no", "yes"), "target"),
        },
    ),
    "NB326 beside another loss, nothing that fits": Case(
        merged(classifier(FLAT, HEAD), [("other", "target", {"shape": (3,)})], "")
    ),
    "NB326 no output yet": Case(
        network([IMAGE, FLAT, HEAD, LABEL], "image -> flatten_1, flatten_1 -> head")
    ),
    "NB326 several outputs": Case(
        merged(
            chain(FLAT, HEAD),
            [("width", "linear", {"out_features": 3}), ("out_2", "output"), LABEL],
            "flatten_1 -> width, width -> out_2",
        )
    ),
    "NB326 one output as wide as there are classes": Case(
        merged(
            chain(FLAT, HEAD),
            [("width", "linear", {"out_features": 3}), ("out_2", "output"), LABEL],
            "flatten_1 -> width, width -> out_2",
        ),
        DIGITS,
    ),
    "NB401 misspelt": Case(
        chain(
            ("conv_1", "conv2d"),
        ),
        {"images": Field("images", (1, 8, 8)), "label": DIGITS["label"]},
    ),
    "NB401 by role": Case(
        classifier(FLAT, HEAD, label=("digit", "target")),
        {"image": DIGITS["image"], "label": DIGITS["label"]},
    ),
    "NB402 shape": Case(chain(CONV, shape=(1, 28, 28)), DIGITS),
    "NB402 open": Case(chain(("relu_1", "relu"), shape=("T", 7)), DIGITS),
    "NB403 classes": Case(classifier(FLAT, ("head", "linear", {"out_features": 7})), DIGITS),
    "NB403 convolution": Case(
        classifier(
            ("conv_1", "conv2d", {"out_channels": 7}),
            ("relu_1", "relu"),
            ("pool", "global_average_pool"),
        ),
        DIGITS,
    ),
    "NB403 in a group": Case(
        grouped(
            merged(
                chain(FLAT, ("head_1", "group:block", {"width": 7})),
                [LABEL, ("loss_1", "cross_entropy")],
                "label -> loss_1.target, head_1.y -> loss_1",
            ),
            block(("fc", "linear", {"out_features": Expression("width")}), params=[WIDTH]),
        ),
        DIGITS,
    ),
    "NB404 more logits": Case(classifier(FLAT, ("head", "linear", {"out_features": 12})), DIGITS),
    "NB405 yes or no": Case(
        classifier(
            FLAT,
            ("head", "linear", {"out_features": 1}),
            loss=("loss_1", "bce_with_logits"),
            label=("label", "target", {"shape": (1,), "dtype": "float32"}),
        ),
        DIGITS,
    ),
    "NB406 amounts": Case(
        classifier(FLAT, HEAD, label=("age", "target", {"shape": ()})),
        DIGITS,
    ),
    "NB501 unknown type": Case(
        chain(("fancy", "acme_attention", {"heads": 4}), ("relu_1", "relu"))
    ),
    "NB502 pack": Case(chain(("relu_1", "relu")), None, CATALOGUE_WITH_PROBLEM),
    "NB503 rule": Case(chain(("broken_1", "broken"), ("relu_1", "relu"))),
    "NB501 a custom node that its file does not declare": Case(
        replace(chain(("wave_1", "wave"), ("relu_1", "relu")), custom_nodes=WAVE),
        None,
        Catalogue(CATALOGUE.types.values(), (), [Path("/home/ada/nodes").resolve()]),
    ),
    "NB502 a file of custom nodes": Case(
        chain(("relu_1", "relu")), None, CATALOGUE_WITH_BROKEN_FILE
    ),
    "NB505 not trusted": Case(
        replace(chain(("wave_1", "wave"), ("relu_1", "relu")), custom_nodes=WAVE)
    ),
    "NB506 shape not known yet": Case(chain(("open_1", "open"), ("relu_1", "relu"))),
    "NB507 cannot be run": Case(chain(("failing_1", "failing"), ("relu_1", "relu"))),
    "NB504 newer version": Case(
        chain(
            ("conv_1", "conv2d", {"shape_of_kernel": "round"}, {"version": 9}), ("relu_1", "relu")
        )
    ),
    "repeats: the second one fails": Case(
        grouped(
            chain(("block_1", "group:block", {}, {"repeat": 3})),
            block(("conv_1", "conv2d", {"kernel_size": 5})),
        )
    ),
    "instances: the same mistake once": Case(
        grouped(
            chain(("block_1", "group:block"), ("block_2", "group:block")),
            block(("soft", "softmax", {"dim": 9})),
        )
    ),
    "a definition nobody uses": Case(
        grouped(chain(FLAT), block(("fc", "linear", {"out_features": -1})))
    ),
}
