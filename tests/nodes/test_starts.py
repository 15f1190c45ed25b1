"""First values of weights, and weights held to a norm: what the generated module starts with."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from networks import network
from torch import nn
from torch.nn.utils import parametrize

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.check.diagnostics import Diagnostic
from netbuilder.codegen.emit import generate
from netbuilder.codegen.load import load

CATALOGUE = standard_catalogue()


def made(kind: str = "linear", flags: dict[str, Any] | None = None, **params: Any) -> nn.Module:
    """The module of one node, built and started by generated source."""
    whole = {"shape": [32], "dtype": "int64" if kind.startswith("embedding") else "float32"}
    nodes = [("x", "input", whole), ("node", kind, params, flags or {}), ("y", "output")]
    source = generate(network(nodes, "x -> node, node -> y"), CATALOGUE)
    torch.manual_seed(0)
    built = load(source)()
    node = built.node
    assert isinstance(node, nn.Module)
    return node


def found(dtype: str = "float32", **params: Any) -> list[Diagnostic]:
    """What the check says of a Linear."""
    whole = {"shape": [4], "dtype": dtype}
    nodes = [("x", "input", whole), ("node", "linear", params), ("y", "output")]
    report = check(network(nodes, "x -> node, node -> y"), CATALOGUE)
    return [d for d in report.diagnostics if d.where.node == "node"]


def test_an_orthogonal_start_has_the_gain_for_length() -> None:
    weight = made(out_features=8, weight_init="orthogonal", init_gain=1.5).weight.detach()
    torch.testing.assert_close(weight @ weight.T, 1.5**2 * torch.eye(8))


def test_a_xavier_start_spreads_with_the_gain() -> None:
    options = {"out_features": 96, "weight_init": "xavier_uniform"}
    plain, wide = made(**options).weight, made(**options, init_gain=3.0).weight
    assert plain.abs().max() <= math.sqrt(6 / 128)
    torch.testing.assert_close(wide, 3 * plain)


def test_a_truncated_start_ends_at_two_deviations() -> None:
    weight = made(out_features=300, weight_init="trunc_normal", init_std=0.5).weight
    assert 0.9 < weight.abs().max() <= 1.0
    assert 0.40 < weight.std() < 0.47  # That of a normal distribution cut off there is 0.44.


def test_an_orthogonal_start_is_refused_where_torch_has_none() -> None:
    assert found("float64", weight_init="orthogonal") == []
    (refusal,) = found("float16", weight_init="orthogonal")
    assert refusal.code == "NB204"
    assert "float16" in refusal.message


def test_the_row_of_the_padding_starts_at_zero() -> None:
    table = made("embedding", num_embeddings=9, padding_idx=-2, weight_init="normal")
    assert (table.weight == 0).all(dim=1).nonzero().flatten().tolist() == [7]


@pytest.mark.parametrize("norm", ["weight", "spectral"])
def test_a_weight_is_filled_before_it_is_held_to_a_norm(norm: str) -> None:
    start = {"out_features": 6, "weight_init": "xavier_normal"}
    plain = made(**start).weight.detach()
    held = made(**start, weight_norm=norm)
    assert parametrize.is_parametrized(held, "weight")
    largest = torch.linalg.matrix_norm(plain, 2) if norm == "spectral" else torch.tensor(1.0)
    held.eval()
    torch.testing.assert_close(held.weight, plain / largest, rtol=0.02, atol=1e-3)


def test_a_frozen_node_is_frozen_with_its_norm() -> None:
    held = made(flags={"frozen": True}, out_features=4, weight_norm="weight")
    assert list(held.parameters())
    assert not any(weight.requires_grad for weight in held.parameters())


@pytest.mark.parametrize("norm", ["weight", "spectral"])
@pytest.mark.parametrize("start", [{"weight_init": "zeros"}, {"weight_init": "constant"}])
def test_zeros_cannot_be_held_to_a_norm(norm: str, start: dict[str, Any]) -> None:
    assert found(**start) == []
    assert [d.code for d in found(**start, weight_norm=norm)] == ["NB212"]
    assert found(weight_init="constant", init_value=0.5, weight_norm=norm) == []


def test_convolutions_are_held_to_a_norm_too() -> None:
    params = {"out_channels": 4, "weight_norm": "weight", "weight_init": "orthogonal"}
    nodes = [("x", "input", {"shape": [3, 8, 8]}), ("node", "conv2d", params), ("y", "output")]
    model = load(generate(network(nodes, "x -> node, node -> y"), CATALOGUE))()
    assert dict(model.named_parameters())["node.parametrizations.weight.original0"].shape[0] == 4
    assert model(torch.randn(2, 3, 8, 8)).isfinite().all()
