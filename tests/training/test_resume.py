"""Resuming is exact: what comes out is bit-equal, wherever the training was cut off."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from benchmarks.kill_training import difference, kill_at
from training_runs import DATA, make_run

import netbuilder.training.learner as learner_module
from netbuilder.training import loop
from netbuilder.training.client import run_state, start
from netbuilder.training.records import read_records
from netbuilder.training.run import RunFolder

Train = Callable[[RunFolder], dict[str, Any]]

RECIPE: dict[str, Any] = {
    "epochs": 6,
    "checkpoint_every": 5,
    "schedule": "cosine",
    "warmup_steps": 7,
    "clip_norm": 1.0,
    "patience": 5,
}
STEPS = 6 * 12


class Cut(BaseException):
    """Ends a training as abruptly as can be done within the process."""


def train_until(run: RunFolder, step: int, train: Train, patch: pytest.MonkeyPatch) -> None:
    """Train, and cut it off before a step; all that is not on the disk is lost."""
    real = learner_module.Learner.steps
    count = start_of(run)

    def steps(self: Any, epoch: int) -> Any:
        take = real(self, epoch)

        def counted(position: int) -> Any:
            if epoch * self.plan.steps + position + 1 > step:
                raise Cut
            return take(position)

        return counted

    assert count <= step
    with patch.context() as context:
        context.setattr(learner_module.Learner, "steps", steps)
        with pytest.raises(Cut):
            train(run)
    # Whatever else ran in this process meanwhile has drawn random numbers.
    torch.rand(3)
    np.random.rand(3)
    random.random()


def start_of(run: RunFolder) -> int:
    """The step a run would go on from."""
    return max(run.status().checkpoint, 0)


@pytest.mark.parametrize("body", ["mlp", "cnn", "lstm", "normed"])
def test_cut_off_anywhere_it_comes_out_bit_equal(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    reference = make_run(tmp_path / "reference", body, **RECIPE)
    assert train(reference)["why"] == "finished"
    draw = random.Random(body)
    run = make_run(tmp_path / "run", body, **RECIPE)
    for step in sorted(draw.sample(range(STEPS), 4)):
        train_until(run, step, train, monkeypatch)
        assert run_state(run).state == "lost"
    assert train(run)["why"] == "finished"
    assert difference(run, reference) == ""


@pytest.mark.parametrize(
    "recipe",
    [
        {"accumulate": 3, "optimizer": "sgd", "momentum": 0.9, "nesterov": True},
        {"precision": "bf16", "optimizer": "adamw", "weight_decay": 0.1, "shuffle": False},
        {"precision": "fp16", "weight_decay": 0.1, "epochs": 3},
        {"patience": 2, "metric": "accuracy", "epochs": 30, "schedule": "step"},
        {
            "optimizer": "nadam",
            "schedule": "one_cycle",
            "warmup_steps": 0,
            "weight_decay": 0.1,
            "decay_biases": False,
            "gradient_noise": 0.01,
            "l1": 0.001,
            "clip_value": 0.5,
            "ema_decay": 0.9,
            "validate_every": 2,
        },
        {
            "schedule": "reduce_on_plateau",
            "plateau_patience": 0,
            "plateau_threshold": 0.5,
            "gamma": 0.5,
            "ema_decay": 0.5,
            "sampling": "weighted",
            "weight_column": "label",
        },
        {"body": "lstm", "optimizer": "muon", "weight_decay": 0.01},
        {
            "optimizer": "lbfgs",
            "learning_rate": 0.5,
            "history_size": 3,
            "max_iter": 4,
            "clip_norm": 0.0,
            "checkpoint_every": 1,
        },
        {
            "schedule": "constant",
            "warmup_steps": 0,
            "swa_start": 2,
            "swa_learning_rate": 0.01,
            "swa_anneal": 3,
            "validate_every": 2,
            "patience": 1,
        },
        {
            "phases": [
                {"epochs": 1, "frozen": ["linear_1"], "learning_rate": 3.0},
                {"epochs": 1, "frozen": ["linear_2"]},
            ],
            "optimizer": "sgd",
            "momentum": 0.9,
        },
    ],
)
def test_other_recipes_resume_exactly(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch, recipe: dict[str, Any]
) -> None:
    recipe = {**RECIPE, **recipe}
    reference = make_run(tmp_path / "reference", **recipe)
    done = train(reference)
    run = make_run(tmp_path / "run", **recipe)
    for step in (2, 13, done["step"] - 1):
        train_until(run, step, train, monkeypatch)
    assert train(run)["why"] == done["why"]
    assert difference(run, reference) == ""


def test_the_comparison_sees_forgotten_random_generators(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = make_run(tmp_path / "reference", **RECIPE)
    train(reference)
    run = make_run(tmp_path / "run", **RECIPE)
    train_until(run, 33, train, monkeypatch)
    monkeypatch.setattr(learner_module, "restore_random_state", lambda state, device: None)
    train(run)
    assert difference(run, reference) == "records"


def test_the_comparison_sees_a_forgotten_optimizer(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = make_run(tmp_path / "reference", **RECIPE)
    train(reference)
    run = make_run(tmp_path / "run", **RECIPE)
    train_until(run, 33, train, monkeypatch)
    monkeypatch.setattr(learner_module, "restore_optimizer", lambda *arguments: None)
    train(run)
    assert difference(run, reference) == "records"


def test_a_damaged_checkpoint_gives_way_to_the_one_before(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = make_run(tmp_path / "reference", **RECIPE)
    train(reference)
    run = make_run(tmp_path / "run", **RECIPE)
    train_until(run, 33, train, monkeypatch)
    file = run.checkpoints / "step-30" / "model.safetensors"
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)
    assert train(run)["why"] == "finished"
    warnings = [event for event in run.event_list() if event["event"] == "warning"]
    assert [event["text"] for event in warnings] == [
        "checkpoint step-30 is not used: model.safetensors is not what was written (its hash differs)"
    ]
    assert {"event": "resumed", "step": 25}.items() <= next(
        event for event in run.event_list() if event["event"] == "resumed"
    ).items()
    assert difference(run, reference) == ""


def test_lost_records_give_way_too(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a power cut, where the end of the file of records was not on the disk yet."""
    reference = make_run(tmp_path / "reference", **RECIPE)
    train(reference)
    run = make_run(tmp_path / "run", **RECIPE)
    train_until(run, 33, train, monkeypatch)
    data = run.records.read_bytes()
    run.records.write_bytes(data[: len(data) - 700])
    assert train(run)["why"] == "finished"
    assert any("records are not whole" in str(event) for event in run.event_list())
    assert difference(run, reference) == ""


def test_a_changed_recipe_or_other_data_are_refused(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", **RECIPE)
    train_until(run, 20, train, monkeypatch)
    text = run.recipe_file.read_text()
    run.recipe_file.write_text(text.replace('"learning_rate": 0.001', '"learning_rate": 0.1'))
    result = train(run)
    assert "recipe" in result["sentence"]
    assert "has changed since its checkpoints were written" in result["sentence"]
    run.recipe_file.write_text(text.replace('"checkpoint_every": 5', '"checkpoint_every": 50'))
    data = run.data_file.read_text()
    run.data_file.write_text(data.replace('"noise": 4.0', '"noise": 4.5'))
    assert "the data have changed" in train(run)["sentence"]
    run.data_file.write_text(data)
    assert train(run)["why"] == "finished"


def test_stopped_and_resumed_is_the_same_as_never_stopped(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = make_run(tmp_path / "reference", **RECIPE)
    train(reference)
    run = make_run(tmp_path / "run", **RECIPE)
    monkeypatch.setattr(loop, "ATTEND_SECONDS", 0.0)
    run.commands.write_text("stop_after_epoch\n")
    result = train(run)
    assert result["why"] == "stopped"
    assert result["step"] == 12
    assert run_state(run).resumable
    run.commands.unlink()
    run.status_file.write_text(
        run.status_file.read_text().replace('"commands": 17', '"commands": 0')
    )
    assert train(run)["why"] == "finished"
    assert difference(run, reference) == ""


@pytest.mark.slow
def test_a_killed_worker_resumes_bit_equal(tmp_path: Path) -> None:
    """The real process and the real signal, twice."""
    recipe = {**RECIPE, "epochs": 12}
    reference = make_run(tmp_path / "reference", **recipe)
    assert start(reference).wait() == 0, reference.log.read_text()
    run = make_run(tmp_path / "run", **recipe)
    draw = random.Random(time.time_ns())
    first = draw.randrange(1, 70)
    second = draw.randrange(first, 130)
    kills = [kill_at(run, step) for step in (first, second)]
    state = run_state(run)
    if kills[-1]:
        assert state.state == "failed"
        assert state.sentence.startswith(f"the worker died: SIGKILL at step {state.step}")
        assert f"last checkpoint at step {run.status().checkpoint}" in state.sentence
    assert any(kills)
    if state.state != "done":
        assert start(run).wait() == 0, run.log.read_text()
    assert difference(run, reference) == "", (first, second)
    assert len({r.step for r in read_records(run.records) if r.kind == "step"}) == 144


def test_a_run_remembers_its_data(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    assert run.data()["settings"] == DATA
    assert run.data()["folder"] == str(tmp_path.resolve())
