"""Cost: parameters and operations as torch counts them, memory by formula."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diagnostic_cases import CATALOGUE, FLAT, HEAD, block, chain, classifier, grouped
from torch.utils.flop_counter import FlopCounterMode
from torch_memory import Living

from netbuilder.app.examples import example
from netbuilder.check.checker import check
from netbuilder.check.cost import Cost
from netbuilder.codegen.emit import generate
from netbuilder.codegen.load import load
from netbuilder.files.documents import load as open_file
from netbuilder.graph.model import Network

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.netgraph"))


def cost(net: Network) -> Cost:
    report = check(net, CATALOGUE)
    assert report.ok, report.diagnostics
    return report.cost


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_parameters_and_flops_equal_torch_s(path: Path) -> None:
    net = open_file(path)
    report = check(net, CATALOGUE)
    source = generate(net, CATALOGUE)
    module = load(source)()
    assert report.cost.parameters == sum(p.numel() for p in module.parameters())
    trained = sum(p.numel() for p in module.parameters() if p.requires_grad)
    assert report.cost.trainable == trained
    inputs = []
    for entry in source.inputs:
        sizes = [1, *(int(size) for size in entry.shape)]
        inputs.append(torch.zeros(sizes, dtype=getattr(torch, entry.dtype)))
    with FlopCounterMode(display=False) as counter:
        module.eval()(*inputs)
    counted = counter.get_total_flops()
    if any(
        node.type in ("lstm", "gru") for _, inside in net.graphs() for node in inside.nodes.values()
    ):
        # torch's counter does not look into the recurrent kernels of the CPU.
        assert report.cost.flops > counted
    else:
        assert report.cost.flops == counted


def test_frozen_weights_count_but_are_not_trained() -> None:
    counted = cost(chain(FLAT, (*HEAD, {"frozen": True})))
    assert (counted.parameters, counted.trainable) == (650, 0)
    assert counted.nodes["head"].trainable == 0


def test_a_frozen_instance_freezes_what_lies_inside() -> None:
    net = grouped(chain(FLAT, ("b", "group:block", {}, {"frozen": True})), block(HEAD))
    assert (cost(net).parameters, cost(net).trainable) == (650, 0)


def test_memory_is_weights_gradients_optimizer_and_activations() -> None:
    net = replace(classifier(FLAT, HEAD), recipe={"batch_size": 8, "optimizer": "sgd"})
    counted = cost(net)
    assert counted.weights_memory == 650 * 4
    # The scores and their logarithms; flatten takes no memory of its own.
    assert counted.activation_memory == 2 * 8 * 10 * 4
    # The gradient of the scores is as large again.
    assert counted.memory == 650 * 4 * 2 + 3 * 8 * 10 * 4
    momentum = cost(replace(net, recipe={**net.recipe, "momentum": 0.9}))
    # Momentum is a number a weight, and its step works with one more: more than the backward pass.
    assert momentum.memory == 650 * 4 * 4
    adam = cost(replace(net, recipe={"batch_size": 8}))
    # Adam keeps two numbers a weight and works with two more, which is more than the backward pass.
    assert adam.memory == 650 * 4 * 6


def test_plain_cost_has_the_documented_keys() -> None:
    plain = cost(grouped(chain(FLAT, ("b", "group:block")), block(HEAD))).to_plain()
    assert {"parameters", "flops", "memory", "nodes"} <= plain.keys()
    assert plain["nodes"]["b/head"]["parameters"] == 650
    assert plain["nodes"]["b"]["parameters"] == 650
    assert plain["parameters"] == 650


def test_open_sizes_give_formulas() -> None:
    net = chain(("fc", "linear", {"out_features": 4}), shape=("T", 3))
    plain = cost(net).to_plain()
    assert plain["flops"] is None
    assert plain["flops_formula"] == "24*T"
    assert plain["parameters"] == 16


# What a training step needs at its peak, measured; a quarter more or less is near enough to plan with.
MEASURED = (
    "digits_cnn",
    "digits_residual",
    "digits_rows_lstm",
    "two_inputs_two_losses",
    "digits_mlp",
)


@pytest.mark.parametrize("name", MEASURED)
def test_memory_to_train_is_within_a_quarter_of_the_measured_peak(name: str) -> None:
    torch.manual_seed(0)
    batch = 256
    network = example(name)
    source = generate(network, CATALOGUE)
    module = load(source)()
    optimizer = torch.optim.Adam(module.parameters())
    inputs = [
        torch.zeros((batch, *map(int, entry.shape)), dtype=getattr(torch, entry.dtype))
        for entry in (*source.inputs, *source.targets)
    ]

    def step() -> None:
        optimizer.zero_grad()
        losses, _ = module.losses(*inputs)
        sum(losses.values()).backward()
        optimizer.step()

    step()
    kept = [v for s in optimizer.state.values() for v in s.values() if isinstance(v, torch.Tensor)]
    weights = list(module.parameters())
    with Living(*weights, *kept, *(weight.grad for weight in weights)) as living:
        step()
    recipe = {**network.recipe, "optimizer": "adam"}
    said = check(replace(network, recipe=recipe), CATALOGUE).cost.training(batch)
    assert 0.75 <= said / living.peak <= 1.25, (said, living.peak)
