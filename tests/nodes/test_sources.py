"""Every node type, on its way through generated source: it compiles, is clean and does the same."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from node_draws import params, tensors

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import write
from netbuilder.codegen.load import load
from netbuilder.codegen.source import Argument, Source
from netbuilder.graph.model import Endpoint, Graph, Network, Node
from netbuilder.node_api import NodeType, TensorType, symbol
from netbuilder.node_api.dims import size_at
from netbuilder.node_api.node_type import Outcome, evaluate

CATALOGUE = standard_catalogue()
COMPUTING = [t for t in CATALOGUE.types.values() if t.role in ("", "loss")]
BATCH = 3
QUIET = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def batched(inputs: dict[str, TensorType]) -> dict[str, TensorType]:
    """The tensors as Inputs give them: the first axis is the batch."""
    return {
        port: TensorType((symbol("N"), *tensor.shape[1:]), tensor.dtype)
        for port, tensor in inputs.items()
    }


def network_of(node: NodeType, plain: dict[str, Any], inputs: dict[str, TensorType]) -> Network:
    """A network of one node: an Input at every port that takes one, an Output at every other."""
    nodes = [Node("node_1", node.id, params=plain)]
    edges: dict[Endpoint, Endpoint] = {}
    for port, tensor in inputs.items():
        is_target = node.role == "loss" and port == getattr(node, "target_port", "")
        values = {"shape": list(tensor.shape[1:]), "dtype": tensor.dtype}
        nodes.append(Node(f"in_{port}", "target" if is_target else "input", params=values))
        edges[Endpoint("node_1", port)] = Endpoint(f"in_{port}", "output")
    ends = list(inputs)[:1] if node.role == "loss" else [port.name for port in node.out_ports]
    for order, port in enumerate(ends):
        nodes.append(Node(f"out_{port}", "output", params={"order": order}))
        start = (
            Endpoint(f"in_{port}", "output") if node.role == "loss" else Endpoint("node_1", port)
        )
        edges[Endpoint(f"out_{port}", "input")] = start
    return Network(title=node.title, graph=Graph({n.id: n for n in nodes}, edges))


@st.composite
def networks(draw: st.DrawFn, node_type: type[NodeType]) -> tuple[Network, Outcome] | None:
    """A network of one node of a type, and what the rules say of it; None where they refuse."""
    plain = draw(params(node_type))
    node = node_type(plain)
    inputs = draw(tensors(node))
    if not all(tensor.shape for tensor in inputs.values()):
        return None
    inputs = batched(inputs)
    outcome = evaluate(node, inputs)
    if outcome.failed:
        return None
    plain = json.loads(json.dumps(plain))
    return network_of(node, plain, inputs), outcome


def results(source: Source) -> dict[str, torch.Tensor]:
    """Build the generated module and run it; values by the name of their output.

    On meta tensors, or on real ones where torch wants to read a number on the way.
    """
    try:
        return results_on(source, "meta")
    except RuntimeError as error:
        if not re.search("meta (tensors|kernel)", str(error), re.IGNORECASE):
            raise
    return results_on(source, "cpu")


def results_on(source: Source, device: str) -> dict[str, torch.Tensor]:
    def zeros(argument: Argument) -> torch.Tensor:
        return torch.zeros((BATCH, *argument.shape), dtype=getattr(torch, argument.dtype))

    with torch.device(device):
        model = load(source)()
        inputs = [zeros(argument) for argument in source.inputs]
        if source.losses:
            losses, _ = model.losses(*inputs, *(zeros(argument) for argument in source.targets))
            return dict(losses)
        found = model(*inputs)
    values = found if len(source.outputs) > 1 else (found,)
    return {output.name: value for output, value in zip(source.outputs, values, strict=True)}


@pytest.mark.parametrize("node_type", COMPUTING, ids=lambda t: t.id)
def test_generated_source_does_what_the_rules_say(node_type: type[NodeType], draws: int) -> None:
    ran = 0

    @settings(QUIET, max_examples=max(draws // 4, 40))
    @given(networks(node_type))
    def test(drawn: tuple[Network, Outcome] | None) -> None:
        nonlocal ran
        if drawn is None:
            return
        network, outcome = drawn
        source = write(network, CATALOGUE)
        with warnings.catch_warnings():
            if outcome.problems:  # What we warn of, torch may warn of as well.
                warnings.simplefilter("ignore", UserWarning)
            values = results(source)
        ran += 1
        assert write(network, CATALOGUE) == source
        assert len(values) == len(outcome.types)
        for value, expected in zip(values.values(), outcome.types.values(), strict=True):
            assert tuple(value.shape) == tuple(size_at(d, {"N": BATCH}) for d in expected.shape)
            assert str(value.dtype) == f"torch.{expected.dtype}"

    test()
    assert ran > 2


def test_generated_source_is_as_ruff_would_write_it(tmp_path: Path) -> None:
    """One run of ruff over sources of every type."""
    number = 0

    def collect(node_type: type[NodeType]) -> None:
        @settings(QUIET, max_examples=40)
        @given(networks(node_type))
        def test(drawn: tuple[Network, Outcome] | None) -> None:
            nonlocal number
            if drawn is not None:
                number += 1
                text = write(drawn[0], CATALOGUE).text
                (tmp_path / f"{node_type.id}_{number}.py").write_text(text, encoding="utf-8")

        test()

    for node_type in COMPUTING:
        collect(node_type)
    assert number >= 5 * len(COMPUTING)
    for command in (["check", "--select", "E4,E7,E9,F,I,D2,D3,UP"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--quiet", str(tmp_path)]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


WEIGHTED = [t for t in COMPUTING if "weight_init" in t.params]


@pytest.mark.parametrize("node_type", WEIGHTED, ids=lambda t: t.id)
def test_every_start_of_weights_works(node_type: type[NodeType]) -> None:
    """Each choice fills the weights: plain ones with what they say, random ones with spread."""
    choices = node_type.params["weight_init"].choices  # type: ignore[attr-defined]
    assert {"default", "normal", "zeros", "constant"} <= set(choices)

    def fits(drawn: dict[str, TensorType]) -> bool:
        sizes = {size for tensor in drawn.values() for size in tensor.shape[1:]}
        return (
            all(tensor.shape for tensor in drawn.values())
            and 1 not in sizes
            and {tensor.dtype for tensor in drawn.values()} <= {"float32", "int64"}
            and not evaluate(node_type(), batched(drawn)).failed
        )

    many = settings(QUIET, max_examples=5000)
    inputs = batched(find(tensors(node_type()), fits, settings=many))
    affine = {"affine": True} if "affine" in node_type.params else {}
    for choice in choices:
        plain = {"weight_init": choice, "init_std": 0.5, "init_value": 0.25, **affine}
        model = load(write(network_of(node_type(plain), plain, inputs), CATALOGUE))()
        weights = [
            p.detach()
            for name, p in model.named_parameters()
            if "weight" in name and "norm" not in name
        ]
        assert weights
        assert all(weight.isfinite().all() for weight in weights)
        expected = {"zeros": 0.0, "constant": 0.25}.get(choice)
        if expected is not None:
            assert all((weight == expected).all() for weight in weights)
        elif choice == "normal":
            assert all(0.2 < weight.std() < 0.9 for weight in weights if weight.numel() > 20)
