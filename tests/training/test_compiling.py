"""Compiled steps and channels last: the same training, its checkpoints as ever, and a way without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from benchmarks.kill_training import difference
from safetensors.torch import load_file
from torch import nn
from training.test_resume import Train, train_until
from training_runs import make_run

from netbuilder.training.layout import laid_out, lay_out
from netbuilder.training.learner import Learner
from netbuilder.training.records import read_records
from netbuilder.training.run import RunFolder, read_events

LAST = torch.channels_last


def losses(run: RunFolder) -> list[float]:
    return [one.loss for one in read_records(run.records) if one.kind == "step"]


def warnings_of(run: RunFolder) -> list[str]:
    return [event["text"] for event in read_events(run.events, 0)[0] if event["event"] == "warning"]


def test_weights_and_images_are_laid_out_and_keep_their_numbers() -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Linear(4, 2), nn.Conv3d(1, 2, 2))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    lay_out(model)
    assert model[0].weight.is_contiguous(memory_format=LAST)
    assert not model[0].weight.is_contiguous()
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])
    image, label = laid_out(None)([torch.rand(2, 3, 4, 5), torch.ones(2)])
    assert image.is_contiguous(memory_format=LAST)
    assert label.is_contiguous()
    twice, _ = laid_out(lambda batch: [batch[0] * 2, batch[1]])([image, label])
    assert torch.equal(twice, image * 2)
    assert twice.is_contiguous(memory_format=LAST)


def test_channels_last_learns_the_same_and_resumes_bit_for_bit(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe: dict[str, Any] = {"epochs": 3, "checkpoint_every": 5, "learning_rate": 0.01}
    plain = make_run(tmp_path / "plain", "cnn", **recipe)
    reference = make_run(tmp_path / "reference", "cnn", channels_last=True, **recipe)
    run = make_run(tmp_path / "run", "cnn", channels_last=True, **recipe)
    train(plain)
    train(reference)
    for step in (7, 23):
        train_until(run, step, train, monkeypatch)
    train(run)
    assert difference(run, reference) == ""
    assert losses(run) == pytest.approx(losses(plain), rel=1e-3, abs=1e-4)


def test_compiled_steps_learn_the_same_and_resume_bit_for_bit(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe: dict[str, Any] = {"epochs": 2, "checkpoint_every": 5, "threads": 1}
    recipe["phases"] = [{"epochs": 1, "frozen": ["linear_1"]}]
    body = MLP_WITHOUT_DROPOUT
    plain = make_run(tmp_path / "plain", body, **recipe)
    reference = make_run(tmp_path / "reference", body, compile=True, **recipe)
    run = make_run(tmp_path / "run", body, compile=True, **recipe)
    made: list[Learner] = []
    real = Learner.__init__

    def init(self: Learner, *args: Any, **kwargs: Any) -> None:
        real(self, *args, **kwargs)
        made.append(self)

    monkeypatch.setattr(Learner, "__init__", init)
    train(reference)
    assert made[-1].is_compiled
    assert warnings_of(reference) == []
    train_until(run, 17, train, monkeypatch)
    torch._dynamo.reset()  # as in another process
    train(run)
    assert difference(run, reference) == ""
    train(plain)
    assert losses(run) == pytest.approx(losses(plain), rel=1e-4)
    best, other = run.best_weights(), plain.best_weights()
    assert best is not None
    assert other is not None
    assert load_file(best).keys() == load_file(other).keys()


def test_without_a_compiler_training_goes_on_and_says_so(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch._inductor.config as inductor

    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "cache"))
    torch._dynamo.reset()
    plain = make_run(tmp_path / "plain", epochs=1)
    run = make_run(tmp_path / "run", epochs=1, compile=True)
    with inductor.patch({"cpp.cxx": ("nothing-that-compiles",)}):
        assert train(run)["why"] == "finished"
    (told,) = warnings_of(run)
    assert told.startswith(
        "compile is on, but torch.compile does not work here (No working C++ comp"
    )
    assert told.endswith("install a C++ compiler, or turn compile off")
    train(plain)
    assert losses(run) == losses(plain)


MLP_WITHOUT_DROPOUT = """        self.linear_1 = nn.Linear(64, 32)
        self.linear_2 = nn.Linear(32, 3)

    def forward(self, point):
        return self.linear_2(F.relu(self.linear_1(point)))
"""
