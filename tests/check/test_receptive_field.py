"""What a number of a value sees, held to where torch's gradients come back."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from diagnostic_cases import CATALOGUE, FLAT, HEAD, block, chain, grouped
from networks import network

from netbuilder.check.checker import check
from netbuilder.check.receptive_field import Sight, fields_of, share_of, text_of
from netbuilder.codegen.emit import generate
from netbuilder.codegen.load import load
from netbuilder.graph.model import Network


def sight(net: Network, node: str) -> Sight:
    report = check(net, CATALOGUE)
    assert report.ok, report.diagnostics
    [found] = fields_of(report.run)[node].values()
    return found


def reached(net: Network, batch: int = 1) -> tuple[int, ...]:
    """The stretch of the input that the number in the middle of the output depends on, by gradient."""
    source = generate(net, CATALOGUE)
    module = load(source)().double().eval()
    shape = (batch, *map(int, source.inputs[0].shape))
    best = [0] * (len(shape) - 1)
    for seed in range(3):  # what a maximum leaves out in one draw it takes in another
        torch.manual_seed(seed)
        x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
        y = module(x)
        y[0][tuple(size // 2 for size in y.shape[1:])].backward()
        hit = torch.zeros(shape[1:]) > 0 if x.grad is None else x.grad[0].abs() > 0
        for axis in range(hit.dim()):
            others = [i for i in range(hit.dim()) if i != axis]
            along = hit.amax(dim=others) if others else hit
            where = along.nonzero().flatten()
            if len(where):
                best[axis] = max(best[axis], int(where[-1] - where[0]) + 1)
    return tuple(best)


def stack(draw: random.Random, axes: int) -> list[Any]:
    """Random convolutions, pools and what leaves places alone, wide enough to have a middle."""
    rows: list[Any] = []
    for i in range(draw.randint(1, 4)):
        kernel = draw.randint(1, 3)
        kind = draw.choice(("conv", "conv", "avg_pool", "tanh", "up"))
        if kind == "conv":
            options = {
                "out_channels": 2,
                "kernel_size": [kernel] * axes,
                "stride": [draw.randint(1, min(2, kernel))] * axes,
                "dilation": [draw.randint(1, 2)] * axes,
                "padding": [0] * axes,
            }
            rows.append((f"n_{i}", f"conv{axes}d", options))
        elif kind == "avg_pool":
            rows.append((f"n_{i}", f"avg_pool{axes}d", {"kernel_size": [kernel] * axes}))
        elif kind == "up":
            rows.append((f"n_{i}", "upsample", {"scale_factor": [2.0], "mode": "nearest"}))
        else:
            rows.append((f"n_{i}", "tanh"))
    return rows


@pytest.mark.parametrize("seed", range(30))
def test_stacks_see_as_far_as_gradients_come_back(seed: int) -> None:
    draw = random.Random(seed)
    axes = draw.choice((1, 2))
    rows = stack(draw, axes)
    net = chain(*rows, shape=(2, *(96,) * axes))
    found, hit = sight(net, rows[-1][0]), reached(net)
    ups = any(row[1] == "upsample" for row in rows)
    for said, seen, size in zip(found.sizes[1:], hit[1:], found.whole[1:], strict=True):
        assert isinstance(said, int)
        assert seen <= said <= size
        if not ups:  # behind a spread, neighbours do not all see equally far
            assert said == seen


def test_a_window_widens_by_the_distance_of_neighbours() -> None:
    net = chain(
        ("a", "conv2d", {"kernel_size": [3, 3], "stride": [2, 2]}),
        ("b", "conv2d", {"kernel_size": [3, 3]}),
        shape=(3, 32, 32),
    )
    found = sight(net, "b")
    assert found.sizes == (3, 7, 7)
    assert found.steps == (0, 2, 2)
    assert text_of({"image": found}) == "3 x 7 x 7"
    assert share_of({"image": found}) == pytest.approx(49 / 1024)


def test_linear_maps_of_flattened_images_see_all() -> None:
    net = chain(("conv", "conv2d"), FLAT, HEAD, shape=(1, 8, 8))
    assert sight(net, FLAT[0]).sizes == (1, 3, 3)
    assert sight(net, HEAD[0]).sees_all
    assert text_of({"image": sight(net, HEAD[0])}) == "all"


def test_a_linear_map_of_a_sequence_stays_at_its_place() -> None:
    net = chain(("fc", "linear", {"out_features": 4}), shape=(10, 6))
    assert sight(net, "fc").sizes == (1, 6) == reached(net)
    lstm = chain(("gru", "gru"), shape=(10, 6))
    assert sight(lstm, "gru").sees_all


@pytest.mark.parametrize("kind", ["global_average_pool", "layer_norm", "instance_norm2d", "flip"])
def test_never_too_small(kind: str) -> None:
    net = chain(("conv", "conv2d"), ("last", kind), shape=(2, 12, 12))
    found = sight(net, "last")
    for said, seen in zip(found.sizes, reached(net), strict=True):
        assert isinstance(said, int)
        assert seen <= said


def test_branches_see_as_far_as_the_farthest() -> None:
    net = network(
        [
            ("image", "input", {"shape": [2, 20, 20]}),
            ("near", "conv2d", {"out_channels": 2, "padding": "same"}),
            ("far", "conv2d", {"out_channels": 2, "kernel_size": [7, 7], "padding": "same"}),
            ("sum", "add", {}),
            ("both", "concatenate", {}),
            ("last", "conv2d", {"out_channels": 2}),
            ("out", "output", {}),
        ],
        "image -> near, image -> far, near -> sum.x_1, far -> sum.x_2, sum -> both.x_1, "
        "near -> both.x_2, both -> last, last -> out",
    )
    assert sight(net, "sum").sizes == (2, 7, 7)
    assert sight(net, "last").sizes == (2, 9, 9) == reached(net)


def test_repeats_of_a_group_widen_what_is_seen() -> None:
    inside = ("conv", "conv2d", {"out_channels": 2})
    net = grouped(chain(("b", "group:block", {}, {"repeat": 3}), shape=(2, 20, 20)), block(inside))
    assert sight(net, "b").sizes == (2, 7, 7) == reached(net)
    assert sight(net, "b/conv").sizes == (2, 3, 3)


def test_adaptive_pools_and_transposed_convolutions() -> None:
    net = chain(("pool", "adaptive_avg_pool2d", {"output_size": [5, 5]}), shape=(1, 12, 12))
    assert all(s >= h for s, h in zip(sight(net, "pool").sizes, reached(net), strict=True))
    up = chain(("up", "conv_transpose2d", {"kernel_size": [4, 4], "stride": [2, 2]}))
    assert sight(up, "up").sizes == (1, 2, 2) == reached(up)


SHAPES: tuple[tuple[int, ...], ...] = ((6,), (4, 12), (4, 12, 12), (2, 6, 6, 6))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_no_type_sees_more_than_is_said(shape: tuple[int, ...]) -> None:
    """Every type with one input, by its defaults, on every rank it takes."""
    held = 0
    for kind in CATALOGUE.types.values():
        ports = kind({}).in_ports
        if kind.role or len(ports) != 1 or kind.is_probed or not kind({}).out_ports:
            continue
        rows: list[Any] = [
            ("x", "input", {"shape": list(shape)}),
            ("it", kind.id),
            ("out", "output"),
        ]
        port = kind({}).out_ports[0].name
        net = network(rows, f"x -> it.{ports[0].name}, it.{port} -> out")
        report = check(net, CATALOGUE)
        if not report.ok or report.types[f"it.{port}"].dtype != "float32":
            continue
        [found] = fields_of(report.run)["it"].values()
        try:
            hit = reached(net)
        except (RuntimeError, IndexError):  # float64 weights, or nothing that learns
            continue
        held += 1
        for said, seen in zip(found.sizes, hit, strict=True):
            assert isinstance(said, int)
            assert seen <= said, (kind.id, found, hit)
    assert held >= 20
