"""What the worker measures of its layers while somebody looks; it changes nothing."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from benchmarks.kill_training import difference
from training_runs import BODIES, make_run, source

from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.app.training import create_training
from netbuilder.training import loop, watching
from netbuilder.training.run import RunFolder

Train = Callable[[RunFolder], dict[str, Any]]


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step that can be is measured."""
    monkeypatch.setattr(watching, "INTERVAL", 0.0)
    monkeypatch.setattr(watching, "SHARE", math.inf)
    monkeypatch.setattr(loop, "FLUSH_SECONDS", 0.0)
    monkeypatch.setattr(loop, "ATTEND_SECONDS", 0.0)


@pytest.mark.parametrize("body", list(BODIES))
@pytest.mark.parametrize("accumulate", [1, 3])
@pytest.mark.usefixtures("always")
def test_a_watched_training_comes_out_bit_equal(
    tmp_path: Path, train: Train, body: str, accumulate: int
) -> None:
    recipe: dict[str, Any] = {"accumulate": accumulate, "clip_norm": 1.0, "checkpoint_every": 5}
    alone = make_run(tmp_path / "alone", body, **recipe)
    watched = make_run(tmp_path / "watched", body, **recipe)
    train(alone)
    watched.watched.touch()
    train(watched)
    assert not alone.activity.exists()
    assert json.loads(watched.activity.read_text())["step"] > 1
    assert difference(watched, alone) == ""


@pytest.mark.usefixtures("always")
def test_layers_are_told_by_mean_spread_gradient_and_histogram(
    tmp_path: Path, train: Train
) -> None:
    run = make_run(tmp_path / "run", "cnn")
    run.watched.touch()
    train(run)
    nodes = json.loads(run.activity.read_text())["nodes"]
    assert set(nodes) == {"conv_1", "norm_1", "conv_2", "head", "loss_1"}
    norm = nodes["norm_1"]
    assert abs(norm["mean"]) < 0.3
    assert 0.5 < norm["std"] < 1.5
    assert norm["gradient_norm"] > 0
    assert norm["low"] < norm["mean"] < norm["high"]
    assert len(norm["histogram"]) == 32
    assert 1000 < sum(norm["histogram"]) < 3 * watching.SAMPLE


@pytest.mark.usefixtures("always")
def test_nodes_without_a_layer_and_inside_of_groups_are_told(tmp_path: Path, train: Train) -> None:
    network = with_settings(
        example("digits_residual"), ["recipe.epochs=1", "recipe.threads=1", "recipe.device=cpu"]
    )
    run = create_training(network, tmp_path, tmp_path / "run")
    run.watched.touch()
    train(run)
    nodes = json.loads(run.activity.read_text())["nodes"]
    assert {"stem", "blocks", "blocks/conv_1", "blocks/sum", "pool", "head", "loss"} <= set(nodes)
    assert nodes["blocks/sum"]["std"] > 0
    assert nodes["blocks/sum"]["gradient_norm"] > 0
    # The first repeat stands for the outputs; gradients are of all of them.
    assert nodes["blocks/conv_1"]["gradient_norm"] < nodes["blocks"]["gradient_norm"]


@pytest.mark.usefixtures("always")
def test_nobody_looks_any_more(tmp_path: Path, train: Train) -> None:
    run = make_run(tmp_path / "run")
    run.watched.touch()
    long_ago = time.time() - 2 * watching.FRESH
    os.utime(run.watched, (long_ago, long_ago))
    train(run)
    assert not run.activity.exists()


@pytest.mark.usefixtures("always")
def test_values_that_are_not_finite_are_no_trouble(tmp_path: Path, train: Train) -> None:
    body = BODIES["mlp"][0].replace("F.relu(", "torch.log(0 * ")
    run = make_run(tmp_path / "run", made=source(body))
    run.watched.touch()
    assert train(run)["failure"]["kind"] == "not_finite"


def test_measuring_takes_a_bounded_share_of_the_time(tmp_path: Path, train: Train) -> None:
    """A network that takes long to measure is measured less often."""
    run = make_run(tmp_path / "run", epochs=1)
    watch = watching.Watching(run, torch_model(), run.source())
    watch.measured(lambda position: None, 0, 1)
    run.watched.touch()
    watch.look(time.monotonic())
    assert not watch.due
    watch.look(time.monotonic() + 3600)
    assert watch.due


def torch_model() -> Any:
    from netbuilder.codegen.load import load

    return load(source(*BODIES["mlp"]))()


def test_units_that_give_nothing_but_zeros_are_counted_over_many_samples() -> None:
    outputs = torch.rand(watching.ENOUGH // 4, 10) + 0.1
    outputs[:, :3] = 0
    silence = watching._Silence()
    shares = []
    for _ in range(4):
        silence.take(outputs)
        shares.append(silence.share)
    assert shares == [None, None, None, pytest.approx(0.3)]
    outputs[-1, 0] = 1  # one of them fires once
    silence.take(outputs)
    assert silence.share == pytest.approx(0.2)


@pytest.mark.parametrize(("shape", "axis"), [((8, 6), 1), ((8, 5, 6), 2), ((8, 6, 3, 3), 1)])
def test_units_are_channels_or_places_of_the_last_axis(shape: tuple[int, ...], axis: int) -> None:
    outputs = torch.ones(shape)
    outputs.select(axis, 2).zero_()
    outputs.select(axis, 4)[0] = 0  # silent for one sample only
    silence = watching._Silence()
    for _ in range(watching.ENOUGH // len(outputs)):
        silence.take(outputs)
    assert silence.share == pytest.approx(1 / 6)


@pytest.mark.usefixtures("always")
def test_silent_units_of_a_rectifier_are_told(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "ENOUGH", 16)
    network = with_settings(
        example("digits_cnn"), ["recipe.epochs=1", "recipe.threads=1", "recipe.device=cpu"]
    )
    run = create_training(network, tmp_path, tmp_path / "run")
    run.watched.touch()
    train(run)
    nodes = json.loads(run.activity.read_text())["nodes"]
    kinds = {name: node.type for name, node in network.graph.nodes.items()}
    rectified = [name for name in nodes if kinds[name] == "relu"]
    assert rectified
    assert all(0 <= nodes[name]["silent"] <= 1 for name in rectified)
    assert all(found["silent"] is None for name, found in nodes.items() if kinds[name] == "conv2d")
