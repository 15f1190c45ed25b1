"""Writing a network in a few lines."""

import pytest

from netbuilder.graph.build import Builder, Handle
from netbuilder.graph.edits import EditError
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.expressions import Expression

PORTS = {
    "input": ((), ("output",)),
    "output": (("input",), ()),
    "multihead_attention": (("query", "key", "value"), ("output", "weights")),
    "group_input": ((), ("output",)),
    "group_output": (("input",), ()),
}


def ports(kind, params):
    if kind == "add":
        return tuple(f"x_{i + 1}" for i in range(params.get("inputs", 2))), ("output",)
    return PORTS.get(kind, (("input",), ("output",)))


def wires(network, group=""):
    return sorted(f"{s} -> {t}" for t, s in network.graph_at(group).edges.items())


@pytest.fixture
def b():
    return Builder(
        "Test", ports, description="A test.", data={"source": "xor"}, recipe={"epochs": 5}
    )


def test_a_network_in_a_few_lines(b):
    point = b.add("input", id="point", shape=(2,))
    hidden = b.add("linear", point, out_features=8)
    b.add("output", b.add("tanh", hidden), id="answer")
    network = b.network
    assert (network.title, network.description) == ("Test", "A test.")
    assert (network.data, network.recipe) == ({"source": "xor"}, {"epochs": 5})
    assert network.graph.nodes["point"].params == {"shape": [2]}
    assert wires(network) == [
        "linear_1.output -> tanh_1.input",
        "point.output -> linear_1.input",
        "tanh_1.output -> answer.input",
    ]


def test_inputs_are_wired_in_order_or_by_name(b):
    x, y = b.add("input"), b.add("input")
    attention = b.add("multihead_attention", x, None, y, num_heads=2)
    other = b.add("multihead_attention", x, inputs={"value": attention["weights"]})
    b.add("add", x, y, other, inputs=3)
    assert wires(b.network) == [
        "input_1.output -> add_1.x_1",
        "input_1.output -> multihead_attention_1.query",
        "input_1.output -> multihead_attention_2.query",
        "input_2.output -> add_1.x_2",
        "input_2.output -> multihead_attention_1.value",
        "multihead_attention_1.weights -> multihead_attention_2.value",
        "multihead_attention_2.output -> add_1.x_3",
    ]
    assert b.network.graph.nodes["add_1"].params == {"inputs": 3}
    assert attention["weights"].endpoint == Endpoint("multihead_attention_1", "weights")


def test_an_edge_back_is_drawn_afterwards(b):
    one = b.add("relu")
    two = b.add("relu", one)
    b.connect(two, one)
    assert "relu_2.output -> relu_1.input" in wires(b.network)


def test_flags_and_places(b):
    x = b.add("input")
    b.add("linear", x, frozen=True, bypass=True, note="look", position=(5, 6))
    node = b.network.graph.nodes["linear_1"]
    assert (node.frozen, node.bypass, node.note, node.position) == (True, True, "look", (5, 6))
    b.add("relu", x)
    assert b.network.graph.nodes["relu_1"].position == (240, 140)


def test_groups(b):
    block = b.add_group("block", title="Block", heads=4)
    dim = block.param("dim", 8, min=1, doc="Width.")
    x, skip = block.input("x"), block.input()
    wide = block.add("linear", x, out_features=Expression("dim * 4"))
    total = block.add("add", block.add("linear", wide, out_features=dim), skip)
    block.output(total)
    point = b.add("input")
    made = b.add(block, point, point, dim=16, repeat=3, shared=True)
    b.add("output", made)
    network = b.network
    assert [(p.name, p.default, p.min) for p in network.groups["block"].params] == [
        ("heads", 4, None),
        ("dim", 8, 1),
    ]
    node = network.graph.nodes["block_1"]
    assert (node.type, node.params, node.repeat, node.shared) == (
        "group:block",
        {"dim": 16},
        3,
        True,
    )
    assert wires(network) == [
        "block_1.output -> output_1.input",
        "input_1.output -> block_1.input",
        "input_1.output -> block_1.x",
    ]
    assert network.groups["block"].graph.nodes["input"].params == {"order": 1}
    assert "x.output -> linear_1.input" in wires(network, "block")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda b, x: b.add("relu", x, x), "relu got 2 sources, but has the inputs: input"),
        (lambda b, x: b.add("input", x), "has the inputs: none"),
        (lambda b, x: b.add("relu", inputs={"y": x}), "relu has no input y; it has: input"),
        (lambda b, x: b.add("relu", x, inputs={"input": x}), "two sources for its input input"),
        (lambda b, x: x["y_1"], "input_1 has no output y_1; it has: output"),
        (lambda b, x: b.add("relu", b.add("output", x)), "output_1 has no output, so nothing"),
        (
            lambda b, x: b.add("relu", "input_1"),
            "got 'input_1' for its input input; give what add returned",
        ),
        (lambda b, x: b.add("relu", id="input_1"), "there is a node input_1 already"),
        (lambda b, x: b.add("relu", p={1, 2}), "params.p is"),
        (lambda b, x: b.add("group:none", x), "there is no group none; add it first"),
        (lambda b, x: b.add_group("g").add("relu", x), "input_1 lies in another graph than relu"),
        (lambda b, x: b.add_group("class"), "cannot name a group"),
    ],
)
def test_mistakes_are_told_in_a_sentence(b, call, said):
    x = b.add("input")
    before = b.network.graph
    with pytest.raises(EditError, match=said):
        call(b, x)
    assert set(before.nodes) >= set(b.network.graph.nodes) - {"output_1"}


def test_a_handle_is_a_value():
    assert Handle("a", "y", ("y",)) == Handle("a", "y", ("y",))
