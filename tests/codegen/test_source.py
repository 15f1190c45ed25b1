"""Generated source: what it says, that it runs, and where its lines come from."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
import traceback
from dataclasses import replace

import pytest
import torch
from networks import IMAGE, LABEL, graph, network

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import NotSoundError, generate
from netbuilder.codegen.load import load
from netbuilder.codegen.source import Source
from netbuilder.graph.model import Graph, Group, GroupParam, Network
from netbuilder.node_api import Definition
from netbuilder.node_api.expressions import Expression


def source_of(value: Network) -> Source:
    source = generate(value, standard_catalogue())
    for command in (["format", "--diff"], ["check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "-"]
        done = subprocess.run(ruff, input=source.text, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return source


CLASSIFIER = network(
    [
        IMAGE,
        LABEL,
        ("flatten_1", "flatten"),
        ("hidden", "linear", {"out_features": 16}),
        ("relu_1", "relu"),
        ("head", "linear", {"out_features": 10}),
        ("logits", "output"),
        ("loss_1", "cross_entropy"),
    ],
    "image -> flatten_1, flatten_1 -> hidden, hidden -> relu_1, relu_1 -> head, head -> logits,"
    "head -> loss_1, label -> loss_1.target",
)


def test_a_chain_reads_as_people_write_it() -> None:
    """Names come from the graph, a chain is called x, shapes stand behind the lines."""
    text = source_of(CLASSIFIER).text
    assert "        x = self.flatten_1(image)  # N x 64\n" in text
    assert "        x = self.head(x)  # N x 10\n        return x\n" in text
    assert "        self.hidden = nn.Linear(64, 16)\n" in text
    assert "netbuilder" not in text


def test_the_module_computes_outputs_and_losses() -> None:
    """Forward gives the output; losses gives the loss, and what it scored."""
    source = source_of(CLASSIFIER)
    torch.manual_seed(0)
    model = load(source)()
    image, label = torch.randn(5, 1, 8, 8), torch.randint(10, (5,))
    logits = model(image)
    losses, scored = model.losses(image, label)
    expected = torch.nn.functional.cross_entropy(logits, label)
    assert torch.equal(losses["loss_1"], expected)
    assert torch.equal(scored["loss_1"][0], logits)
    assert scored["loss_1"][1] is label
    assert [a.name for a in source.inputs] == ["image"]
    assert [a.name for a in source.targets] == ["label"]
    assert source.losses[0].output == "logits"
    assert source.losses[0].target == "label"
    assert source.outputs[0].classes_from == "label"


def test_the_text_does_not_depend_on_the_order_nodes_were_added() -> None:
    """The same graph gives the same text, in whatever order it was built."""
    expected = generate(CLASSIFIER, standard_catalogue()).text
    chance = random.Random(0)
    for _ in range(10):
        nodes = list(CLASSIFIER.graph.nodes.items())
        edges = list(CLASSIFIER.graph.edges.items())
        chance.shuffle(nodes)
        chance.shuffle(edges)
        shuffled = replace(CLASSIFIER, graph=Graph(dict(nodes), dict(edges)))
        assert generate(shuffled, standard_catalogue()).text == expected


def test_a_network_with_errors_has_no_source() -> None:
    """What the check refuses is not written; the report comes along."""
    broken = network([IMAGE, ("conv_1", "conv2d"), ("y", "output")], "image -> conv_1")
    with pytest.raises(NotSoundError) as caught:
        generate(broken, standard_catalogue())
    assert not caught.value.report.ok


def test_values_that_only_losses_need_are_returned_beside_the_outputs() -> None:
    """A loss on an inner value adds a method that gives both; forward stays what it was."""
    value = network(
        [
            ("features", "input", {"shape": (6,)}),
            ("encoder", "linear", {"out_features": 3}),
            ("code", "tanh"),
            ("decoder", "linear", {"out_features": 6}),
            ("copy", "output"),
            ("rebuild", "mse"),
            ("small", "l1", {"weight": 0.1}),
            ("zeros", "target", {"shape": (3,), "dtype": "float32"}),
        ],
        "features -> encoder, encoder -> code, code -> decoder, decoder -> copy, decoder -> rebuild,"
        "features -> rebuild.target, code -> small, zeros -> small.target",
    )
    source = source_of(value)
    assert "return self._forward(features)[0]" in source.text
    model = load(source)()
    x, zeros = torch.randn(4, 6), torch.zeros(4, 3)
    losses, scored = model.losses(x, zeros)
    assert torch.allclose(losses["rebuild"], torch.nn.functional.mse_loss(model(x), x))
    code = torch.tanh(model.encoder(x))
    assert torch.allclose(losses["small"], 0.1 * code.abs().mean())
    assert scored["rebuild"][1] is x


def test_several_outputs_and_several_inputs() -> None:
    """Arguments and results come in the order of their parameter, then by name."""
    value = network(
        [
            ("b", "input", {"shape": (4,)}),
            ("a", "input", {"shape": (4,), "order": 1}),
            ("sum_1", "add"),
            ("first", "output", {"order": 2}),
            ("second", "output", {"order": 1}),
            ("relu_1", "relu"),
        ],
        "b -> sum_1.x_1, a -> sum_1.x_2, sum_1 -> first, sum_1 -> relu_1, relu_1 -> second",
    )
    source = source_of(value)
    assert "def forward(self, b: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:" in source.text
    one, two = load(source)()(torch.ones(2, 4), -3 * torch.ones(2, 4))
    assert one.eq(0).all()
    assert two.eq(-2).all()


def test_an_input_called_x_is_not_overwritten_while_it_is_needed() -> None:
    """The running name gives way to a node of the same name."""
    value = network(
        [
            ("x", "input", {"shape": (4,)}),
            ("relu_1", "relu"),
            ("tanh_1", "tanh"),
            ("sum_1", "add"),
            ("y", "output"),
        ],
        "x -> relu_1, relu_1 -> tanh_1, tanh_1 -> sum_1.x_1, x -> sum_1.x_2, sum_1 -> y",
    )
    model = load(source_of(value))()
    x = torch.randn(3, 4)
    assert torch.allclose(model(x), x + torch.tanh(torch.relu(x)))


def test_bypass_freezing_and_first_values() -> None:
    """A bypassed node is left out, a frozen one keeps its weights, first values are set."""
    value = replace(
        CLASSIFIER,
        graph=graph(
            [
                IMAGE,
                LABEL,
                ("flatten_1", "flatten"),
                (
                    "hidden",
                    "linear",
                    {"out_features": 16, "weight_init": "constant", "init_value": 0.5},
                    {"frozen": True},
                ),
                ("relu_1", "relu", {}, {"bypass": True}),
                ("head", "linear", {"out_features": 10, "weight_init": "zeros"}),
                ("logits", "output"),
            ],
            "image -> flatten_1, flatten_1 -> hidden, hidden -> relu_1, relu_1 -> head, head -> logits",
        ),
    )
    source = source_of(value)
    assert "relu_1" not in source.text
    model = load(source)()
    assert model.hidden.weight.eq(0.5).all()
    assert model.head.weight.eq(0).all()
    assert not model.hidden.weight.requires_grad
    assert model.head.weight.requires_grad


BLOCK = Group(
    "res_block",
    "Residual block",
    "Two maps and a skip.",
    (GroupParam("dim", 8, 1), GroupParam("rate", 0.5, 0, 1)),
    graph(
        [
            ("x", "group_input"),
            ("up", "linear", {"out_features": Expression("dim * 4")}),
            ("relu_1", "relu"),
            ("dropout_1", "dropout", {"p": Expression("rate")}),
            ("down", "linear", {"out_features": Expression("dim")}),
            ("sum_1", "add"),
            ("y", "group_output"),
        ],
        "x -> up, up -> relu_1, relu_1 -> dropout_1, dropout_1 -> down, down -> sum_1.x_1, x -> sum_1.x_2, sum_1 -> y",
    ),
)


def in_group(nodes: list[tuple[object, ...]], edges: str, *groups: Group) -> Network:
    both = [("features", "input", {"shape": (8,)}), *nodes, ("result", "output")]
    return network(both, edges, groups={g.id: g for g in (BLOCK, *groups)})


def test_a_group_is_a_class_of_its_parameters() -> None:
    """Inner arithmetic prints as arithmetic; sizes of the inputs become arguments."""
    value = in_group(
        [("block_1", "group:res_block", {"dim": 8})], "features -> block_1.x, block_1.y -> result"
    )
    text = source_of(value).text
    assert "class ResBlock(nn.Module):" in text
    assert "def __init__(self, in_features: int, dim: int = 8, rate: float = 0.5) -> None:" in text
    assert "self.up = nn.Linear(in_features, dim * 4)" in text
    assert "self.down = nn.Linear(dim * 4, dim)" in text
    assert "self.block_1 = ResBlock(in_features=8, dim=8, rate=0.5)" in text


def test_instances_of_different_sizes_share_the_class() -> None:
    """One class serves them all."""
    wide = replace(
        BLOCK,
        graph=graph(
            [
                ("x", "group_input"),
                ("map_1", "linear", {"out_features": Expression("dim")}),
                ("y", "group_output"),
            ],
            "x -> map_1, map_1 -> y",
        ),
    )
    value = in_group(
        [("a", "group:res_block", {"dim": 16}), ("b", "group:res_block", {"dim": 24})],
        "features -> a.x, a.y -> b.x, b.y -> result",
    )
    value = replace(value, groups={"res_block": wide})
    source = source_of(value)
    assert source.text.count("class ") == 2
    assert load(source)()(torch.randn(2, 8)).shape == (2, 24)


def test_repeats_are_a_sequential_and_count_their_weights() -> None:
    """Separate weights make a Sequential, shared weights a loop."""
    for shared, expected in ((False, 3), (True, 1)):
        value = in_group(
            [("blocks", "group:res_block", {}, {"repeat": 3, "shared": shared})],
            "features -> blocks.x, blocks.y -> result",
        )
        source = source_of(value)
        assert ("for _ in range(3):\n            x = self.blocks(x)" in source.text) is shared
        assert ("nn.Sequential(" in source.text) is not shared
        model = load(source)()
        one = sum(p.numel() for p in (model.blocks if shared else model.blocks[0]).parameters())
        assert sum(p.numel() for p in model.parameters()) == expected * one
        assert model(torch.randn(2, 8)).shape == (2, 8)


def test_the_repeat_index_can_size_the_inside() -> None:
    """Repeats may grow; each is constructed with its own number."""
    grow = Group(
        "grow",
        "Grow",
        "",
        (),
        graph(
            [
                ("x", "group_input"),
                ("map_1", "linear", {"out_features": Expression("8 * (index + 2)")}),
                ("y", "group_output"),
            ],
            "x -> map_1, map_1 -> y",
        ),
    )
    value = in_group(
        [("steps", "group:grow", {}, {"repeat": 3})], "features -> steps.x, steps.y -> result", grow
    )
    model = load(source_of(value))()
    assert [m.map_1.out_features for m in model.steps] == [16, 24, 32]
    assert model(torch.randn(2, 8)).shape == (2, 32)


def test_groups_nest_and_pass_formulas_down() -> None:
    """An inner instance takes what its outer group computes, the number of repeats included."""
    stage = Group(
        "stage",
        "Stage",
        "",
        (GroupParam("width", 8, 1), GroupParam("depth", 2, 1)),
        graph(
            [
                ("x", "group_input"),
                (
                    "blocks",
                    "group:res_block",
                    {"dim": Expression("width")},
                    {"repeat": Expression("depth")},
                ),
                ("out_map", "linear", {"out_features": Expression("width * 2")}),
                ("y", "group_output"),
            ],
            "x -> blocks.x, blocks.y -> out_map, out_map -> y",
        ),
    )
    value = in_group(
        [("stage_1", "group:stage", {"depth": 3}), ("stage_2", "group:stage", {"width": 16})],
        "features -> stage_1.x, stage_1.y -> stage_2.x, stage_2.y -> result",
        stage,
    )
    source = source_of(value)
    assert "for _ in range(depth - 1)" in source.text
    assert "nn.Linear(width, width * 2)" in source.text
    model = load(source)()
    assert len(model.stage_1.blocks) == 3
    assert len(model.stage_2.blocks) == 2
    assert model(torch.randn(2, 8)).shape == (2, 32)


def test_a_group_with_two_streams_repeats_in_a_loop() -> None:
    """Outputs feed the first inputs of the next round; the other inputs stay."""
    pair = Group(
        "pair",
        "Pair",
        "",
        (),
        graph(
            [
                ("a", "group_input", {"order": 0}),
                ("b", "group_input", {"order": 1}),
                ("context", "group_input", {"order": 2}),
                ("map_a", "linear", {"out_features": 8}),
                ("sum_1", "add"),
                ("sum_2", "add"),
                ("a_out", "group_output", {"order": 0}),
                ("b_out", "group_output", {"order": 1}),
            ],
            "a -> map_a, map_a -> sum_1.x_1, b -> sum_1.x_2, b -> sum_2.x_1, context -> sum_2.x_2, sum_1 -> a_out, sum_2 -> b_out",
        ),
    )
    for shared in (False, True):
        value = in_group(
            [("pairs", "group:pair", {}, {"repeat": 3, "shared": shared}), ("sum_1", "add")],
            "features -> pairs.a, features -> pairs.b, features -> pairs.context,"
            "pairs.a_out -> sum_1.x_1, pairs.b_out -> sum_1.x_2, sum_1 -> result",
            pair,
        )
        model = load(source_of(value))()
        x = torch.randn(2, 8)
        a = b = x
        for layer in [model.pairs] * 3 if shared else model.pairs:
            a, b = layer.map_a(a) + b, b + x
        assert torch.allclose(model(x), a + b)


def test_lstm_and_split_fall_apart_into_their_outputs() -> None:
    """Several outputs are unpacked; those that nobody uses are called _."""
    value = network(
        [
            ("rows", "input", {"shape": (8, 6)}),
            ("lstm_1", "lstm", {"hidden_size": 4}),
            ("y", "output"),
        ],
        "rows -> lstm_1, lstm_1.output -> y",
    )
    text = source_of(value).text
    assert "x, _ = self.lstm_1(rows)  # N x 8 x 4" in text


def test_a_traceback_points_at_the_line_and_the_line_at_the_node() -> None:
    """An exception in the model shows generated text, and leads to the node."""
    source = source_of(CLASSIFIER)
    model = load(source)()
    with pytest.raises(RuntimeError) as caught:
        model(torch.randn(2, 1, 9, 9))
    frames = [
        f
        for f in traceback.extract_tb(caught.value.__traceback__)
        if "netbuilder" in f.filename and f.filename.startswith("<")
    ]
    assert frames[-1].line == "x = self.hidden(x)  # N x 16"
    assert source.lines[frames[-1].lineno or 0] == "hidden"


def test_lines_inside_groups_lead_to_the_inner_node() -> None:
    """Paths name the instance and the node in it."""
    value = in_group(
        [("block_1", "group:res_block", {})], "features -> block_1.x, block_1.y -> result"
    )
    source = source_of(value)
    lines = source.text.splitlines()
    found = {path for number, path in source.lines.items() if "self.down = " in lines[number - 1]}
    assert found == {"block_1/down"}


def test_the_source_imports_torch_alone() -> None:
    """No name of this program, no other import."""
    tree = ast.parse(source_of(CLASSIFIER).text)
    modules = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules <= {"torch", "torch.nn.functional"}


def context_group(order: int) -> Group:
    """A group of two inputs whose one output feeds the first of them in the next round."""
    return Group(
        "mix",
        "Mix",
        "",
        (),
        graph(
            [
                ("a", "group_input", {"order": 0}),
                ("c", "group_input", {"order": order}),
                ("map_1", "linear", {"out_features": 8}),
                ("sum_1", "add"),
                ("y", "group_output"),
            ],
            "a -> map_1, map_1 -> sum_1.x_1, c -> sum_1.x_2, sum_1 -> y",
        ),
    )


@pytest.mark.parametrize("shared", [False, True])
def test_a_loop_does_not_overwrite_what_it_still_reads(shared: bool) -> None:
    """The running name is not both what a loop carries and what it takes from outside."""
    value = in_group(
        [("context", "tanh"), ("rounds", "group:mix", {}, {"repeat": 3, "shared": shared})],
        "features -> rounds.a, features -> context, context -> rounds.c, rounds.y -> result",
        context_group(1),
    )
    model = load(source_of(value))()
    x = torch.randn(4, 8)
    state = x
    for layer in [model.rounds] * 3 if shared else model.rounds:
        state = layer.map_1(state) + torch.tanh(x)
    assert torch.allclose(model(x), state)


def test_a_single_instance_has_the_repeat_index_0() -> None:
    """Without repeats the index is a constant."""
    grow = Group(
        "grow",
        "Grow",
        "",
        (),
        graph(
            [
                ("x", "group_input"),
                ("map_1", "linear", {"out_features": Expression("8 * (index + 2)")}),
                ("y", "group_output"),
            ],
            "x -> map_1, map_1 -> y",
        ),
    )
    value = in_group([("one", "group:grow")], "features -> one.x, one.y -> result", grow)
    assert load(source_of(value))()(torch.randn(2, 8)).shape == (2, 16)


def test_a_group_input_that_nobody_needs_may_stay_open() -> None:
    """It is no argument of the class then."""
    block = Group(
        "spare_block",
        "Spare",
        "",
        (),
        graph(
            [
                ("x", "group_input"),
                ("spare", "group_input"),
                ("map_1", "linear"),
                ("y", "group_output"),
            ],
            "x -> map_1, map_1 -> y",
        ),
    )
    value = in_group([("one", "group:spare_block")], "features -> one.x, one.y -> result", block)
    assert load(source_of(value))()(torch.randn(2, 8)).shape == (2, 128)


def test_a_class_takes_its_inputs_in_the_order_its_call_gives_them() -> None:
    """Ports with numbers of several digits stand in one order everywhere."""
    pair = Group(
        "pair",
        "Pair",
        "",
        (),
        graph(
            [
                ("x_2", "group_input"),
                ("x_10", "group_input"),
                ("relu_1", "relu"),
                ("sum_1", "add"),
                ("y", "group_output"),
            ],
            "x_2 -> relu_1, relu_1 -> sum_1.x_1, x_10 -> sum_1.x_2, sum_1 -> y",
        ),
    )
    value = in_group(
        [("context", "tanh"), ("both", "group:pair")],
        "features -> both.x_2, features -> context, context -> both.x_10, both.y -> result",
        pair,
    )
    x = torch.randn(4, 8)
    assert torch.equal(load(source_of(value))()(x), torch.relu(x) + torch.tanh(x))


def test_what_torch_does_not_have_is_written_once_and_only_where_it_is_needed() -> None:
    """Definitions stand in front of the classes that name them; the network's name gives way."""
    nodes = [
        IMAGE,
        ("flatten_1", "flatten"),
        ("noise_1", "gaussian_noise"),
        ("noise_2", "gaussian_noise"),
        ("logits", "output"),
    ]
    wires = "image -> flatten_1, flatten_1 -> noise_1, noise_1 -> noise_2, noise_2 -> logits"
    source = source_of(replace(network(nodes, wires), title="Gaussian noise"))
    assert source.text.count("class GaussianNoise(nn.Module):") == 1
    assert source.class_name == "GaussianNoise2"
    model = load(source)()
    image = torch.rand(4, 1, 8, 8)
    assert not torch.equal(model(image), image.flatten(1))
    assert torch.equal(model.eval()(image), image.flatten(1))
    assert "GaussianNoise" not in source_of(CLASSIFIER).text


@pytest.mark.parametrize("text", ["x = 1", "class A: ...\nclass B: ...", "def plain(): ..."])
def test_a_definition_is_one_class_or_one_private_function(text: str) -> None:
    with pytest.raises(ValueError, match=r"one class or one function|begins with _"):
        Definition(text)
