"""The decision surface of a network with two numbers going in: drawn while somebody looks."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from benchmarks.kill_training import difference
from safetensors.torch import load_file
from training_runs import make_run, source

from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.app.training import create_training
from netbuilder.codegen.source import Result, Source
from netbuilder.training import loop, watching
from netbuilder.training.run import RunFolder
from netbuilder.training.session import _build, _set_up
from netbuilder.training.surface import MARGIN, SIZE, Surface, can_draw

Train = Callable[[RunFolder], dict[str, Any]]

BODY = """        self.linear_1 = nn.Linear(2, 8)
        self.dropout_1 = nn.Dropout(0.3)
        self.head = nn.Linear(8, 3)

    def forward(self, point):
        x = self.dropout_1(torch.tanh(self.linear_1(point)))
        return self.head(x + 0.01 * torch.randn_like(x[:1]).sum())

    def losses(self, point, label):
        logits = self.forward(point)
        loss_1 = F.cross_entropy(logits, label)
        return {"loss_1": loss_1}, {"loss_1": (logits, label)}
"""
BLOBS = {
    "source": "blobs",
    "params": {"samples": 120, "features": 2, "centres": 3},
    "standardize": ["point"],
    "split": {"train": 0.7, "val": 0.3, "test": 0.0},
}


@pytest.fixture(autouse=True)
def _always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every epoch is drawn."""
    monkeypatch.setattr(watching, "INTERVAL", 0.0)
    monkeypatch.setattr(watching, "SHARE", float("inf"))
    monkeypatch.setattr(loop, "ATTEND_SECONDS", 0.0)


def blobs(path: Path, **recipe: Any) -> RunFolder:
    made = source(BODY, (2,))
    named = replace(made.losses[0], output="logits", target="label")
    return make_run(path, made=replace(made, losses=(named,)), data=BLOBS, **recipe)


def read(run: RunFolder) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(run.surface.read_text())
    return plain


def cells(plain: dict[str, Any], name: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(plain[name]), np.uint8).reshape(SIZE, SIZE)


def test_a_watched_training_draws_it_and_comes_out_bit_equal(tmp_path: Path, train: Train) -> None:
    """The network draws random numbers even when it is judged; the training's own stay as they are."""
    alone, watched = blobs(tmp_path / "alone"), blobs(tmp_path / "watched")
    train(alone)
    watched.watched.touch()
    train(watched)
    assert not alone.surface.exists()
    assert difference(watched, alone) == ""
    plain = read(watched)
    assert (plain["epoch"], plain["kind"]) == (4, "classes")
    assert plain["step"] == watched.status().step
    assert plain["classes"] == ["blob 1", "blob 2", "blob 3"]


def test_samples_lie_where_their_coordinates_are(tmp_path: Path, train: Train) -> None:
    run = blobs(tmp_path / "run", epochs=1)
    run.watched.touch()
    train(run)
    plain, setting = read(run), _set_up(run)
    prepared = setting.prepared
    assert plain["names"] == ["point[0]", "point[1]"]
    for part, split in enumerate(("train", "val")):
        points = prepared.splits[split]["point"]
        mine = [sample for sample in plain["samples"] if sample[3] == part]
        assert len(mine) == len(points)
        assert [sample[2] for sample in mine] == prepared.splits[split]["label"].tolist()
        learnt = prepared.preprocessing["standardize"]["point"]
        own = points * np.array(learnt["std"]) + np.array(learnt["mean"])
        for place in (0, 1):
            axis = np.array(plain["axes"][place])
            width = (axis[-1] - axis[0]) * SIZE / (SIZE - 1)
            left = axis[0] - width / SIZE / 2
            shares = (own[:, place] - left) / width
            assert [sample[place] for sample in mine] == pytest.approx(shares.tolist(), abs=1e-3)
    train_shares = np.array([s[:2] for s in plain["samples"] if s[3] == 0])
    edge = MARGIN / (1 + 2 * MARGIN)
    assert train_shares.min(0) == pytest.approx([edge, edge], abs=1e-3)
    assert train_shares.max(0) == pytest.approx([1 - edge, 1 - edge], abs=1e-3)


def test_cells_are_what_the_network_says_there(tmp_path: Path, train: Train) -> None:
    network = with_settings(
        example("mlp_xor"), ["recipe.epochs=30", "recipe.threads=1", "recipe.device=cpu"]
    )
    run = create_training(network, tmp_path, tmp_path / "run")
    run.watched.touch()
    train(run)
    plain, setting = read(run), _set_up(run)
    assert can_draw(setting.source, setting.prepared.preprocessing)
    model = _build(setting).eval()
    newest = (run.checkpoints / "LATEST").read_text().strip()
    model.load_state_dict(load_file(run.checkpoints / newest / "model.safetensors"))
    assert plain["kind"] == "binary"
    assert len(plain["samples"]) == 4
    classes, shades = cells(plain, "cells"), cells(plain, "shades")
    for row, column in ((0, 0), (5, 60), (40, 20), (63, 63)):
        point = [plain["axes"][0][column], plain["axes"][1][SIZE - 1 - row]]
        with torch.inference_mode():
            said = model(torch.tensor([point]))
        chance = float(said)  # the network ends in a sigmoid
        assert classes[row, column] == (chance > 0.5)
        assert shades[row, column] == pytest.approx(255 * abs(2 * chance - 1), abs=1.01)


def test_numbers_are_told_in_their_own_unit() -> None:
    class Model(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[:, :1]

    made = source(BODY, (2,), "regression")
    loss = replace(made.losses[0], type="mse_loss", output="logits", target="label")
    result = Result("logits", ("N", 1), "float32")
    made = replace(made, losses=(loss,), outputs=(result,))
    known = {
        "standardize": {"label": {"mean": [100.0], "std": [10.0]}},
        "columns": {"point": ["width", "height"]},
        "classes": {},
    }
    points = torch.tensor([[0.0, 0.0], [1.0, 4.0]])
    splits: dict[str, list[torch.Tensor]] = {
        "train": [points, torch.tensor([[0.0], [1.0]])],
        "val": [],
    }
    assert can_draw(made, known)
    plain = Surface(Model(), made, known, splits, nullcontext).draw()
    assert plain["names"] == ("width", "height")
    assert plain["kind"] == "numbers"
    assert plain["low"] == pytest.approx(100 - 10 * MARGIN, abs=0.1)
    assert plain["high"] == pytest.approx(110 + 10 * MARGIN, abs=0.1)
    shades = cells(plain, "shades")
    assert (np.diff(shades[0].astype(int)) >= 0).all()
    assert shades[0, 0] == 0
    assert shades[0, -1] == 255
    assert [sample[2] for sample in plain["samples"]] == [100, 110]


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"inputs": ()}, False),
        ({"outputs": ()}, False),
        ({"outputs": (Result("logits", ("N", 2, 3), "float32"),)}, False),
    ],
)
def test_only_a_plane_can_be_drawn(change: dict[str, Any], fits: bool) -> None:
    known: dict[str, Any] = {
        "standardize": {},
        "columns": {},
        "classes": {"label": ["a", "b", "c"]},
    }
    made: Source = replace(source(BODY, (2,)), **change)
    assert can_draw(made, known) is fits
    assert not can_draw(source(BODY, (3,)), known)


def test_nobody_looks_at_it_oftener_than_it_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes long to draw is drawn seldom, but always after the last epoch."""

    class Slow:
        drawn = 0

        def draw(self) -> dict[str, Any]:
            self.drawn += 1
            return {}

    monkeypatch.setattr(watching, "INTERVAL", 100.0)
    run, slow = RunFolder(tmp_path), Slow()
    watch = watching.Watching(run, torch.nn.Linear(2, 2), source(BODY, (2,)), slow)  # type: ignore[arg-type]
    watch.judged(1, 1, is_last=False)
    assert slow.drawn == 0
    run.watched.touch()
    watch._surface_next = 0.0
    for epoch in range(1, 9):
        watch.judged(epoch, epoch, is_last=epoch == 8)
    assert slow.drawn == 2
    assert read(run)["epoch"] == 8


def test_a_surface_that_cannot_be_drawn_ends_no_training(tmp_path: Path) -> None:
    class Failing:
        asked = 0

        def draw(self) -> dict[str, Any]:
            self.asked += 1
            raise torch.OutOfMemoryError("no room for all cells")

    run, failing = RunFolder(tmp_path), Failing()
    watch = watching.Watching(run, torch.nn.Linear(2, 2), source(BODY, (2,)), failing)  # type: ignore[arg-type]
    run.watched.touch()
    watch.judged(1, 1, is_last=False)
    watch.judged(2, 2, is_last=True)
    assert failing.asked == 1
    assert not run.surface.exists()
