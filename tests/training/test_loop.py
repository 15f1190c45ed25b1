"""The loop against a plain one, and what it writes down."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from training_runs import BODIES, DATA, make_run, source

from netbuilder.codegen.load import load
from netbuilder.codegen.source import Loss, Source
from netbuilder.data.prepare import prepare
from netbuilder.training.client import run_state
from netbuilder.training.evaluation.assess import evaluate_run
from netbuilder.training.records import read_records
from netbuilder.training.run import RunFolder
from netbuilder.training.schedule import epoch_seed
from netbuilder.training.tensors import to_tensors

Train = Callable[[RunFolder], dict[str, Any]]


def weights(run: RunFolder) -> dict[str, torch.Tensor]:
    """The weights of the newest checkpoint."""
    latest = (run.checkpoints / "LATEST").read_text().strip()
    return load_file(run.checkpoints / latest / "model.safetensors")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sgd", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
        ("adam", {"weight_decay": 0.01}),
        ("adamw", {"weight_decay": 0.1}),
    ],
)
def test_training_equals_a_plain_loop_bit_for_bit(
    tmp_path: Path, train: Train, name: str, options: dict[str, Any]
) -> None:
    """A script of a dozen lines of plain torch gives the same losses and weights."""
    schedule = {"schedule": "step", "step_size": 1, "gamma": 0.5}
    run = make_run(tmp_path / "run", optimizer=name, epochs=2, seed=3, **schedule, **options)
    result = train(run)
    assert result["why"] == "finished"

    made = source(*BODIES["mlp"])
    data = to_tensors(
        prepare(DATA, tmp_path).splits["train"],
        (*made.inputs, *made.targets),
        torch.device("cpu"),
    )
    torch.manual_seed(3)
    model = load(made)()
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[name]
    optimizer = kind(model.parameters(), lr=0.001, **options, fused=True)
    halves = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    losses = []
    for epoch in range(2):
        generator = torch.Generator().manual_seed(epoch_seed(3, epoch))
        for index in torch.randperm(len(data[0]), generator=generator).split(16):
            loss = model.losses(*[t[index] for t in data])[0]["loss_1"]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        halves.step()
    recorded = [record.loss for record in read_records(run.records) if record.kind == "step"]
    assert recorded == losses
    for key, value in model.state_dict().items():
        assert torch.equal(weights(run)[key], value), key


def test_accumulated_steps_equal_large_ones(tmp_path: Path, train: Train) -> None:
    """Without dropout, four batches of 8 a step are one batch of 32, the short last one included."""
    body = BODIES["mlp"][0].replace("0.3", "0.0")
    large = make_run(tmp_path / "large", body, batch_size=32, optimizer="sgd", learning_rate=0.01)
    small = make_run(
        tmp_path / "small", body, batch_size=8, accumulate=4, optimizer="sgd", learning_rate=0.01
    )
    train(large)
    train(small)
    steps = [
        [record for record in read_records(run.records) if record.kind == "step"]
        for run in (large, small)
    ]
    assert [r.samples for r in steps[0]] == [r.samples for r in steps[1]]
    assert [r.seen for r in steps[0]] == [r.seen for r in steps[1]]
    assert [r.batch for r in steps[1]][:6] == [4, 8, 12, 16, 20, 23]
    assert [r.loss for r in steps[0]] == pytest.approx([r.loss for r in steps[1]], rel=1e-4)
    for key, value in weights(large).items():
        assert torch.allclose(value, weights(small)[key], atol=1e-5), key


def test_what_a_run_writes_down(tmp_path: Path, train: Train) -> None:
    run = make_run(tmp_path / "run", "cnn", epochs=3, clip_norm=1.0, metric="accuracy")
    result = train(run)
    records = read_records(run.records)
    steps = [record for record in records if record.kind == "step"]
    assert [record.step for record in steps] == list(range(1, 37))
    assert [record.epoch for record in steps] == [1] * 12 + [2] * 12 + [3] * 12
    assert steps[-1].seen == 3 * 180
    assert all(record.gradient_norm > 0 for record in steps)
    assert all(a.time <= b.time for a, b in itertools.pairwise(steps))
    means = [record for record in records if record.kind == "epoch"]
    for number, mean in enumerate(means, 1):
        own = [r for r in steps if r.epoch == number]
        assert mean.loss == pytest.approx(sum(r.loss * r.samples for r in own) / 180)
    validations = [record for record in records if record.kind == "validation"]
    assert [set(record.metrics) for record in validations] == [{"accuracy", "f1"}] * 3
    best = max(record.metrics["accuracy"] for record in validations)
    assert result["best"]["value"] == best
    assert result["best"]["on"] == "val"
    assert result["test"]["metrics"].keys() == {"accuracy", "f1", "auroc", "confusion_matrix"}
    assert sum(map(sum, result["test"]["metrics"]["confusion_matrix"])) == 60
    assert result["baseline"]["loss_1"]["model"] == "logistic regression"
    assert run.data()["fingerprint"] == prepare(DATA, tmp_path).fingerprint
    assert [event["event"] for event in run.event_list()] == [
        "start",
        "checkpoint",
        "checkpoint",
        "finished",
    ]
    state = run_state(run)
    assert state.state == "done"
    assert not state.resumable
    assert {path.name for path in run.path.iterdir()} == {
        *("graph.netgraph", "recipe.json", "data.json", "source.json", "model.py", "lock"),
        *("environment.json", "records.bin", "events.jsonl", "checkpoints", "status.json"),
        *("result.json", "usage.json"),
    }


def test_the_best_weights_are_those_of_the_best_epoch(tmp_path: Path, train: Train) -> None:
    """With a learning rate that ruins the network after a good start."""
    run = make_run(
        tmp_path / "run", epochs=6, schedule="step", step_size=1, gamma=0.9, learning_rate=0.3
    )
    result = train(run)
    validations = [r for r in read_records(run.records) if r.kind == "validation"]
    best = min(validations, key=lambda record: record.loss)
    assert result["best"]["epoch"] == best.epoch
    assert result["weights"] == f"checkpoints/best-{best.step}/model.safetensors"
    again = evaluate_run(run, "val")
    assert again["loss"] == pytest.approx(best.loss)
    assert again["metrics"]["accuracy"] == best.metrics["accuracy"]
    assert evaluate_run(run, "test")["metrics"] == result["test"]["metrics"]


def test_early_stopping(tmp_path: Path, train: Train) -> None:
    run = make_run(tmp_path / "run", epochs=100, patience=3, metric="accuracy")
    result = train(run)
    assert result["why"] == "early_stop"
    assert result["epoch"] == result["best"]["epoch"] + 3
    assert result["epoch"] < 100
    assert "has not improved for 3 epochs" in result["sentence"]


def test_two_losses_have_a_record_and_metrics_each(tmp_path: Path, train: Train) -> None:
    body = """        self.linear_1 = nn.Linear(64, 3)
        self.linear_2 = nn.Linear(64, 64)

    def forward(self, point):
        return self.linear_1(point)

    def losses(self, point, label):
        logits = self.linear_1(point)
        again = self.linear_2(point)
        loss_1 = F.cross_entropy(logits, label)
        loss_2 = 0.5 * F.mse_loss(again, point)
        return {"loss_1": loss_1, "loss_2": loss_2}, {
            "loss_1": (logits, label),
            "loss_2": (again, point),
        }
"""
    made = source(body)
    losses = (*made.losses, Loss("loss_2", "mse", "regression", 0.5, ("N", 64)))
    plain = {name: getattr(made, name) for name in Source.__dataclass_fields__}
    run = make_run(
        tmp_path / "run", made=Source(**{**plain, "losses": losses}), metric="loss_2.r2", epochs=2
    )
    result = train(run)
    validation = read_records(run.records)[-1]
    assert validation.kind == "validation"
    assert validation.losses["loss_1"] + validation.losses["loss_2"] == pytest.approx(
        validation.loss
    )
    assert validation.metrics.keys() == {
        *("loss_1.accuracy", "loss_1.f1", "loss_2.mse", "loss_2.mae", "loss_2.r2")
    }
    assert validation.losses["loss_2"] == pytest.approx(validation.metrics["loss_2.mse"] / 2)
    assert result["best"]["metric"] == "loss_2.r2"
    assert set(result["baseline"]) == {"loss_1"}


@pytest.mark.parametrize("threads", [1, 2])
def test_mixed_precision_trains(tmp_path: Path, train: Train, threads: int) -> None:
    run = make_run(tmp_path / "run", "cnn", precision="bf16", epochs=6, threads=threads)
    assert train(run)["test"]["metrics"]["accuracy"] > 0.8
    assert {value.dtype for value in weights(run).values()} == {torch.float32, torch.int64}


@pytest.mark.parametrize(
    ("recipe", "data", "words"),
    [
        ({"metric": "r2"}, {}, "metric is r2, but this network's validation gives loss, loss_1"),
        (
            {"metric": "accuracy"},
            {"split": {"train": 0.8, "val": 0.0, "test": 0.2}},
            "no validation split",
        ),
        ({}, {"source": "nothing"}, "nothing"),
    ],
)
def test_settings_that_cannot_be_followed_fail_the_run(
    tmp_path: Path, train: Train, recipe: dict, data: dict, words: str
) -> None:
    run = make_run(tmp_path / "run", data={**DATA, **data}, **{"epochs": 1, **recipe})
    result = train(run)
    assert result["why"] == "failed"
    assert result["failure"]["kind"] == "settings"
    assert words in result["sentence"]
    assert run_state(run).sentence == result["sentence"]


def test_without_validation_the_training_loss_names_the_best(tmp_path: Path, train: Train) -> None:
    data = {**DATA, "split": {"train": 1.0, "val": 0.0, "test": 0.0}}
    run = make_run(tmp_path / "run", data=data, epochs=2)
    result = train(run)
    assert result["why"] == "finished"
    assert result["test"] is None
    assert result["best"]["on"] == "train"


def test_frozen_weights_stay_and_all_frozen_is_told(tmp_path: Path, train: Train) -> None:
    body = BODIES["mlp"][0].replace(
        "        self.dropout_1",
        "        self.linear_1.requires_grad_(False)\n        self.dropout_1",
    )
    run = make_run(tmp_path / "run", body, epochs=1)
    train(run)
    torch.manual_seed(0)
    fresh = load(source(body))().state_dict()
    assert torch.equal(weights(run)["linear_1.weight"], fresh["linear_1.weight"])
    assert not torch.equal(weights(run)["linear_2.weight"], fresh["linear_2.weight"])
    nothing = make_run(
        tmp_path / "nothing",
        body.replace("self.linear_1.requires", "self.requires")
        .replace("        self.linear_2 = nn.Linear(32, 3)\n", "")
        .replace(
            "        self.requires",
            "        self.linear_2 = nn.Linear(32, 3)\n        self.requires",
        ),
    )
    assert "no weights to train" in train(nothing)["sentence"]
