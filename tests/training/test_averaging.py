"""The moving average of the weights: what torch's own gives, validated and kept in their place."""

from __future__ import annotations

from pathlib import Path

import torch
from benchmarks.kill_training import difference
from safetensors.torch import load_file
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn
from training.test_resume import Train
from training_runs import make_run

from netbuilder.training.averaging import Average
from netbuilder.training.records import read_records


def test_an_average_is_torchs_and_gives_way_bit_for_bit() -> None:
    torch.manual_seed(0)
    model = nn.Linear(4, 3)
    oracle = AveragedModel(model, avg_fn=get_ema_avg_fn(0.9))
    average = Average(dict(model.named_parameters()), 0.9)
    oracle.update_parameters(model)  # torch's takes over the first weights at its first call
    for _ in range(10):
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter))
        average.follow()
        oracle.update_parameters(model)
    before = model.weight.detach().clone()
    with average.in_place():
        assert torch.allclose(model.weight, oracle.module.weight)
        assert not torch.equal(model.weight, before)
    assert torch.equal(model.weight, before)


def test_without_a_decay_nothing_is_averaged() -> None:
    model = nn.Linear(2, 2)
    average = Average(dict(model.named_parameters()), 0.0)
    assert average.tensors() == {}
    before = model.weight.detach().clone()
    with average.in_place():
        assert torch.equal(model.weight, before)


def test_the_average_is_what_is_kept(tmp_path: Path, train: Train) -> None:
    plain = make_run(tmp_path / "plain")
    averaged = make_run(tmp_path / "averaged", ema_decay=0.8)
    train(plain)
    train(averaged)

    def losses(run: object, kind: str) -> list[float]:
        return [one.loss for one in read_records(run.records) if one.kind == kind]  # type: ignore[attr-defined]

    # The weights go the same way; only what is validated differs.
    assert losses(plain, "step") == losses(averaged, "step")
    assert losses(plain, "validation") != losses(averaged, "validation")
    assert difference(plain, averaged)
    one, other = (load_file(run.best_weights()) for run in (plain, averaged))
    assert all(not torch.equal(one[name], other[name]) for name in one)


def test_epochs_between_validations_are_left_out(tmp_path: Path, train: Train) -> None:
    run = make_run(tmp_path / "run", epochs=8, validate_every=3, patience=9)
    assert train(run)["best"]["epoch"] in (3, 6, 8)
    found = read_records(run.records)
    assert [one.epoch for one in found if one.kind == "validation"] == [3, 6, 8]
    assert [one.epoch for one in found if one.kind == "epoch"] == list(range(1, 9))
