"""Half precision with scaled losses: what torch's own loop does, its state kept, skipped steps counted."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from training.test_resume import Train
from training_runs import BODIES, make_run

from netbuilder.training import loss_scaling
from netbuilder.training.learner import Learner
from netbuilder.training.loss_scaling import LossScaler, require_half
from netbuilder.training.recipe import Recipe
from netbuilder.training.records import read_records

CPU = torch.device("cpu")


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(6, 8)
        self.head = nn.Linear(8, 3)

    def losses(self, x: torch.Tensor, y: torch.Tensor) -> Any:
        found = self.head(torch.relu(self.body(x)))
        return {"loss_1": F.cross_entropy(found, y)}, {}


def data(size: float = 1.0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    numbers = size * torch.randn(32, 6, generator=generator)
    return [numbers, torch.randint(0, 3, (32,), generator=generator)]


@pytest.mark.parametrize("name", ["adam", "rmsprop"])
@pytest.mark.parametrize("size", [1.0, 3000.0])
def test_steps_are_those_of_a_loop_by_hand(name: str, size: float) -> None:
    torch.manual_seed(0)
    ours, theirs = Net(), Net()
    theirs.load_state_dict(ours.state_dict())
    recipe = Recipe({"optimizer": name, "precision": "fp16", "clip_norm": 0.5, "batch_size": 8})
    learner = Learner(ours, data(size), recipe, CPU)
    kinds = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop}
    form = {"fused": True} if name == "adam" else {"foreach": True}
    optimizer = kinds[name](theirs.parameters(), lr=0.001, **form)
    scaler = torch.amp.GradScaler("cpu")
    skipped = 0
    for epoch in range(4):
        take = learner.steps(epoch)
        for position, index in enumerate(learner.batches(epoch)):
            take(position)
            with torch.autocast("cpu", dtype=torch.float16):
                loss = theirs.losses(*(tensor[index] for tensor in data(size)))[0]["loss_1"]
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(theirs.parameters(), 0.5, foreach=True)
            before = scaler.get_scale()
            scaler.step(optimizer)
            scaler.update()
            skipped += scaler.get_scale() < before
            optimizer.zero_grad()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(one, other)
    assert learner.scaler is not None
    assert learner.scaler.skipped == skipped
    assert (skipped > 0) == (size > 1)
    assert learner.scale == scaler.get_scale()


def test_a_scaler_goes_on_where_it_was() -> None:
    scaler = LossScaler(CPU)
    scaler.restore({**scaler.state(), "scale": 8.0, "_growth_tracker": 1999, "skipped": 3})
    weight = nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([weight], lr=0.5)
    scaler.backward(weight.sum())
    assert torch.equal(weight.grad, torch.full((2,), 8.0))
    scaler.unscale(optimizer)
    scaler.step(optimizer)
    assert torch.equal(weight.detach(), torch.full((2,), 0.5))
    assert scaler.scale == 16.0  # after 2000 steps that fitted
    weight.grad = None
    scaler.backward(weight.sum() * torch.inf)
    scaler.unscale(optimizer)
    scaler.step(optimizer)
    assert torch.equal(weight.detach(), torch.full((2,), 0.5))
    assert (scaler.scale, scaler.skipped) == (8.0, 4)


def test_skipped_steps_are_in_the_result(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = make_run(tmp_path / "plain", epochs=1)
    assert train(plain)["skipped"] == 0
    real = torch.amp.GradScaler
    monkeypatch.setattr(
        loss_scaling.torch.amp, "GradScaler", lambda kind: real(kind, init_scale=2.0**40)
    )
    run = make_run(tmp_path / "run", epochs=2, precision="fp16", gradient_norm_every=1)
    done = train(run)
    assert done["skipped"] > 0
    norms = [one.gradient_norm for one in read_records(run.records) if one.kind == "step"]
    assert sum(map(math.isnan, norms)) == done["skipped"]
    assert not any(map(math.isinf, norms))
    assert done["sentence"] == (
        f"finished after 2 epochs (24 steps, {done['skipped']} of them left out: gradients too large for "
        "fp16)"
    )


def test_half_precision_learns_what_single_precision_does(tmp_path: Path, train: Train) -> None:
    runs = [make_run(tmp_path / p, "cnn", epochs=2, precision=p) for p in ("fp32", "fp16")]
    for run in runs:
        assert train(run)["why"] == "finished"
    one, other = (
        [record.loss for record in read_records(run.records) if record.kind == "step"]
        for run in runs
    )
    assert one != other
    assert one == pytest.approx(other, rel=0.05, abs=0.02)


def test_what_torch_has_no_half_precision_for_is_refused(tmp_path: Path, train: Train) -> None:
    done = train(make_run(tmp_path / "run", BODIES["lstm"][0], precision="fp16"))
    assert done["why"] == "failed"
    assert done["sentence"] == (
        "precision is fp16, but on the CPU torch computes LSTM (lstm_1) in fp32 and bf16 only; set precision "
        "to bf16, or device to cuda"
    )
    require_half(nn.LSTM(2, 2), torch.device("cuda"))
