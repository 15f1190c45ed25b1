"""The cost of the backward pass, of precisions and optimizers, and what fits: torch as the judge."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import pytest
import torch
from diagnostic_cases import CATALOGUE, FLAT, HEAD, block, chain, classifier, grouped
from networks import network
from torch.utils.flop_counter import FlopCounterMode
from torch_memory import Living

from netbuilder.app.examples import example
from netbuilder.check.checker import check
from netbuilder.check.cost import Cost
from netbuilder.check.fits import OPTIMIZERS, Plan, fits, largest_batch, plan_of
from netbuilder.check.machine import free_memory, whole_memory
from netbuilder.codegen.emit import generate
from netbuilder.codegen.load import load
from netbuilder.graph.model import Network
from netbuilder.training.recipe import Recipe


def cost(net: Network) -> Cost:
    report = check(net, CATALOGUE)
    assert report.ok, report.diagnostics
    return report.cost


def trained(net: Network, batch: int) -> tuple[Any, list[torch.Tensor]]:
    source = generate(net, CATALOGUE)
    inputs = [
        torch.zeros((batch, *map(int, entry.shape)), dtype=getattr(torch, entry.dtype))
        for entry in (*source.inputs, *source.targets)
    ]
    return load(source)(), inputs


def counted_backward(net: Network, batch: int) -> int:
    module, inputs = trained(net, batch)
    losses, _ = module.losses(*inputs)
    with FlopCounterMode(display=False) as counter:
        sum(losses.values()).backward()
    return int(counter.get_total_flops())


@pytest.mark.parametrize(
    "name", ["digits_cnn", "digits_residual", "digits_mlp", "two_inputs_two_losses"]
)
def test_the_backward_pass_costs_what_torch_counts(name: str) -> None:
    net = example(name)
    # Batch normalization wants two samples; operations go with their number.
    assert cost(net).backward_flops * 4 == counted_backward(net, 4)


# Types that multiply matrices: parameters, and the shape at each port; a PReLU before each port asks for
# the gradient of what comes in, which costs nothing itself.
MULTIPLYING: dict[str, tuple[dict[str, Any], dict[str, tuple[int, ...]]]] = {
    "linear": ({}, {"input": (5, 6)}),
    "bilinear": ({}, {"input1": (3,), "input2": (4,)}),
    "matmul": ({}, {"input": (3, 4), "other": (4, 5)}),
    "conv1d": ({"stride": [2]}, {"input": (3, 12)}),
    "conv2d": ({"dilation": [2, 2]}, {"input": (3, 9, 9)}),
    "conv3d": ({}, {"input": (2, 5, 5, 5)}),
    "conv_transpose1d": ({"stride": [2]}, {"input": (3, 6)}),
    "conv_transpose2d": ({}, {"input": (3, 6, 6)}),
    "patch_embedding": ({"patch_size": [2, 2]}, {"input": (3, 8, 8)}),
    "multihead_attention": ({"need_weights": True}, {"query": (4, 16)}),
}


@pytest.mark.parametrize("frozen", [False, True], ids=["trained", "frozen"])
@pytest.mark.parametrize("kind", MULTIPLYING)
def test_each_type_s_backward_pass_costs_what_torch_counts(kind: str, frozen: bool) -> None:
    params, ports = MULTIPLYING[kind]
    rows: list[Any] = [("it", kind, params, {"frozen": frozen}), ("out", "output")]
    wires = ["it -> out" if kind != "multihead_attention" else "it.output -> out"]
    for port, shape in ports.items():
        rows += [(f"from_{port}", "input", {"shape": list(shape)}), (f"bent_{port}", "prelu")]
        wires += [f"from_{port} -> bent_{port}", f"bent_{port} -> it.{port}"]
    net = network(rows, ", ".join(wires))
    module, inputs = trained(net, 3)
    result = module(*inputs)
    with FlopCounterMode(display=False) as counter:
        result.sum().backward()
    said, counted = cost(net).backward_flops * 3, counter.get_total_flops()
    if frozen and kind == "multihead_attention":
        assert 0.85 * counted < said < counted  # products of two values it makes itself count once
    else:
        assert said == counted


def test_frozen_weights_and_plain_inputs_ask_for_no_gradient() -> None:
    first = ("fc", "linear", {"out_features": 32})
    both = cost(classifier(FLAT, first, HEAD))
    # The data need no gradient, so the first layer takes one product, the second one two.
    assert both.nodes["fc"].backward == both.nodes["fc"].flops
    assert both.nodes["head"].backward == both.nodes["head"].flops * 2
    frozen = classifier(FLAT, (*first, {"frozen": True}), HEAD)
    assert cost(frozen).nodes["fc"].backward == 0
    assert cost(frozen).backward_flops * 3 == counted_backward(frozen, 3)


def test_instances_sum_what_their_repeats_take() -> None:
    wide = ("fc", "linear", {"out_features": 64})
    net = grouped(classifier(FLAT, ("b", "group:block", {}, {"repeat": 3}), HEAD), block(wide))
    said = cost(net)
    assert said.backward_flops * 2 == counted_backward(net, 2)
    # The first repeat takes one product, for the data need no gradient; the others take two.
    assert said.nodes["b"].backward == said.nodes["b/fc"].flops * 5


def test_macs_are_half_of_the_operations() -> None:
    said = cost(chain(FLAT, HEAD))
    assert said.total.macs == said.total.flops // 2


@pytest.mark.parametrize("kind", ["multihead_attention", "transformer_encoder_layer"])
def test_attention_keeps_a_key_and_a_value_a_place(kind: str) -> None:
    port = "query" if kind == "multihead_attention" else "src"
    net = network(
        [("x", "input", {"shape": [5, 64]}), ("attend", kind, {}), ("out", "output", {})],
        f"x -> attend.{port}, attend -> out",
    )
    said = cost(net)
    assert said.nodes["attend"].cache == 2 * 64 * 4


def test_attention_by_itself_keeps_what_each_head_gives() -> None:
    net = network(
        [
            ("q", "input", {"shape": [8, 5, 16]}),
            ("k", "input", {"shape": [1, 7, 16]}),
            ("attend", "scaled_dot_product_attention", {}),
            ("out", "output", {}),
        ],
        "q -> attend.query, k -> attend.key, k -> attend.value, attend -> out",
    )
    assert cost(net).nodes["attend"].cache == 2 * 16 * 4


@pytest.mark.parametrize(
    "name", sorted(OPTIMIZERS.keys() - {"lbfgs"})
)  # which looks several times a step
def test_optimizers_keep_what_torch_s_state_holds(name: str) -> None:
    from netbuilder.training.optimizers import build_optimizer, trainable

    net = replace(example("digits_mlp"), recipe={"batch_size": 16, **OPTIMIZERS[name]})
    module, inputs = trained(net, 16)
    weights = trainable(module)
    optimizer = build_optimizer(Recipe(net.recipe), [{"params": list(weights.values())}])
    losses, _ = module.losses(*inputs)
    sum(losses.values()).backward()
    optimizer.step()
    kept = sum(
        value.nbytes
        for state in optimizer.state.values()
        for value in state.values()
        if isinstance(value, torch.Tensor) and value.dim()
    )
    said = cost(net)
    plan = plan_of(said, net.recipe)
    assert plan.optimizer == name
    assert plan.memory(said).optimizer == kept
    assert plan.memory(said).gradients == sum(w.nbytes for w in weights.values())


@pytest.mark.parametrize("name", ["digits_mlp", "digits_cnn"])
def test_mixed_precision_is_within_a_quarter_of_the_measured_peak(name: str) -> None:
    torch.manual_seed(0)
    batch = 256
    net = example(name)
    module, inputs = trained(net, batch)
    optimizer = torch.optim.Adam(module.parameters())

    def step() -> None:
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            losses, _ = module.losses(*inputs)
        sum(losses.values()).backward()
        optimizer.step()

    step()
    kept = [v for s in optimizer.state.values() for v in s.values() if isinstance(v, torch.Tensor)]
    weights = list(module.parameters())
    with Living(*weights, *kept, *(weight.grad for weight in weights)) as living:
        step()
    said = Plan(batch, "bf16", "adam").memory(cost(net)).total
    assert 0.75 <= said / living.peak <= 1.25, (said, living.peak)


def test_the_largest_batch_fits_and_one_more_does_not() -> None:
    net = example("digits_cnn")
    said = cost(net)
    plan = plan_of(said, net.recipe)
    memory = 50_000_000
    best = largest_batch(said, plan, memory)
    assert best
    assert fits(said, replace(plan, batch=best), memory)
    assert not fits(said, replace(plan, batch=best + 1), memory)
    assert largest_batch(said, plan, 1000) == 0
    lean = replace(plan, optimizer="sgd", precision="bf16")
    assert (largest_batch(said, lean, memory) or 0) > best


def test_open_sizes_leave_it_open() -> None:
    said = cost(chain(("fc", "linear", {"out_features": 4}), ("fc_2", "linear"), shape=("T", 3)))
    plan = Plan(8, "fp32", "adam")
    assert fits(said, plan, 10**9) is None
    assert largest_batch(said, plan, 10**9) is None


def test_the_machine_says_how_much_memory_it_has() -> None:
    assert 0 < free_memory() <= whole_memory()


@pytest.mark.parametrize(
    ("rows", "shape", "named"),
    [
        ([("fc", "linear", {"out_features": 1_000_000})], (1_000_000_000,), "weight"),
        ([("up", "expand", {"sizes": [1_000_000, 1_000_000, 1_000_000]})], (1, 1, 1), "output"),
    ],
)
def test_absurd_sizes_are_refused_and_nothing_is_allocated(
    rows: list[Any], shape: tuple[int, ...], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netbuilder.check.bounds.whole_memory", whole_memory)
    net = chain(*rows, shape=shape)
    tracemalloc.start()
    report = check(net, CATALOGUE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    found = [d for d in report.diagnostics if d.severity == "error"]
    assert [d.code for d in found] == ["NB221"], found
    assert named in found[0].message
    assert "more than the memory of this machine" in found[0].message
    assert found[0].hint
    assert peak < 10**8
