"""The moving average of the weights: what torch's own gives, validated and kept in their place."""

from __future__ import annotations

from pathlib import Path

import torch
from benchmarks.kill_training import difference
from safetensors.torch import load_file
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn, get_swa_avg_fn, update_bn
from training.test_resume import Train
from training_runs import make_run

from netbuilder.training.averaging import Average, norms_measured
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


def test_the_mean_of_epochs_is_torchs() -> None:
    torch.manual_seed(0)
    model = nn.Linear(4, 3)
    oracle = AveragedModel(model, avg_fn=get_swa_avg_fn())
    average = Average(dict(model.named_parameters()), 0.0, start=3)
    for epoch in range(1, 8):
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter))
        average.take_in(epoch)
        assert average.is_there(epoch) == (epoch >= 3)
        if epoch >= 3:
            oracle.update_parameters(model)
    before = model.weight.detach().clone()
    with average.in_place():
        assert torch.allclose(model.weight, oracle.module.weight)
    assert torch.equal(model.weight, before)


def test_batch_norms_are_measured_as_torch_does_and_given_back() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4, momentum=0.3), nn.Flatten(1))
    other = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4, momentum=0.3), nn.Flatten(1))
    batches = [torch.randn(6, 1, 5, 5) for _ in range(3)]
    for batch in batches:
        model(batch + 1)
    other.load_state_dict(model.state_dict())
    update_bn(batches, other)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with torch.no_grad(), norms_measured(model, lambda: [model(batch) for batch in batches]):  # type: ignore[arg-type]
        for name, value in other.state_dict().items():
            assert torch.equal(model.state_dict()[name], value)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert model[1].momentum == 0.3


def test_the_mean_of_epochs_is_what_is_kept(tmp_path: Path, train: Train) -> None:
    """Even where an epoch before did better: who averages wants the average."""
    recipe = {"epochs": 5, "learning_rate": 0.003, "metric": "accuracy", "patience": 9}
    plain = make_run(tmp_path / "plain", "cnn", **recipe)
    averaged = make_run(tmp_path / "averaged", "cnn", swa_start=3, **recipe)
    train(plain)
    result = train(averaged)
    assert result["best"]["epoch"] >= 3
    one, other = (read_records(run.records) for run in (plain, averaged))
    assert [r.loss for r in one if r.kind == "step"] == [r.loss for r in other if r.kind == "step"]
    told = [(a.loss == b.loss) for a, b in zip(one, other, strict=True) if a.kind == "validation"]
    # The mean of one epoch is that epoch, but its batch norms are measured anew.
    assert told == [True, True, False, False, False]
    kept = load_file(averaged.best_weights())  # type: ignore[arg-type]
    assert kept["norm_1.num_batches_tracked"].item() == 12


def test_epochs_between_validations_are_left_out(tmp_path: Path, train: Train) -> None:
    run = make_run(tmp_path / "run", epochs=8, validate_every=3, patience=9)
    assert train(run)["best"]["epoch"] in (3, 6, 8)
    found = read_records(run.records)
    assert [one.epoch for one in found if one.kind == "validation"] == [3, 6, 8]
    assert [one.epoch for one in found if one.kind == "epoch"] == list(range(1, 9))
