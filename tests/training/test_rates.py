"""Weights that learn at a rate of their own, and weights that two layers share: steps and checkpoints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from benchmarks.kill_training import difference
from safetensors.torch import load_file
from torch import Tensor, nn
from training.test_resume import train_until
from training_runs import make_run, tied

from netbuilder.training.learner import Learner
from netbuilder.training.optimizers import FACTOR, parameter_groups
from netbuilder.training.recipe import Recipe
from netbuilder.training.schedule import learning_rate

Train = Callable[..., dict[str, Any]]


class Twins(nn.Module):
    """Two maps that get the same gradients, and a frozen one."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = nn.Linear(6, 4, bias=False)
        self.fast = nn.Linear(6, 4, bias=False)
        self.still = nn.Linear(6, 4).requires_grad_(False)

    def losses(self, x: Tensor, y: Tensor) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Score the sum of both."""
        said = self.slow(x) + self.fast(x) + self.still(x)
        return {"loss": nn.functional.mse_loss(said, y)}, {}


def learner(recipe: dict[str, Any], factors: dict[str, float]) -> Learner:
    """Twins that start at zero, with data."""
    torch.manual_seed(0)
    model = Twins()
    nn.init.zeros_(model.slow.weight)
    nn.init.zeros_(model.fast.weight)
    made = Recipe.from_plain({"batch_size": 8, "epochs": 3, **recipe})
    data = torch.randn(32, 6), torch.randn(32, 4)
    return Learner(model, data, made, torch.device("cpu"), factors)


def test_a_step_of_sgd_is_as_much_smaller_as_the_factor() -> None:
    trained = learner({"optimizer": "sgd", "learning_rate": 0.5}, {"slow": 0.1})
    still = trained.model.still.weight.clone()
    trained.steps(0)(0)
    slow, fast = trained.model.slow.weight, trained.model.fast.weight
    assert fast.abs().max() > 0.01
    # Both start at zero, so that a weight is its step; the factor's own rounding is what is left.
    assert torch.equal(slow, fast / 0.5 * (0.5 * 0.1))
    assert torch.allclose(slow, fast * 0.1, rtol=1e-6, atol=0)
    assert torch.equal(trained.model.still.weight, still)


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_schedules_multiply_on_top(optimizer: str) -> None:
    recipe = {
        "optimizer": optimizer,
        "schedule": "cosine",
        "warmup_steps": 2,
        "min_learning_rate": 0.01,
        "learning_rate": 0.1,
        "shuffle": False,
    }
    trained = learner(recipe, {"slow": 0.1})
    other = learner(recipe, {}).model
    made = trained.recipe
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}[optimizer]
    groups = [{"params": [other.slow.weight]}, {"params": [other.fast.weight]}]
    oracle: Any = kind(groups, lr=1.0, weight_decay=made.weight_decay, fused=True)
    for step in range(12):
        epoch, position = divmod(step, 4)
        trained.steps(epoch)(position)
        x, y = (tensor[position * 8 : position * 8 + 8] for tensor in trained.tensors)
        oracle.zero_grad()
        other.losses(x, y)[0]["loss"].backward()
        rate = learning_rate(made, step, 4)
        oracle.param_groups[0]["lr"] = rate * 0.1
        oracle.param_groups[1]["lr"] = rate
        oracle.step()
        assert torch.equal(trained.model.slow.weight, other.slow.weight)
        assert torch.equal(trained.model.fast.weight, other.fast.weight)
    assert not torch.equal(other.slow.weight, other.fast.weight)


def test_without_factors_there_is_one_group_as_ever() -> None:
    assert len(learner({}, {}).optimizer.param_groups) == 1


def test_the_longest_path_around_a_weight_counts() -> None:
    names = ("block.0.fc.weight", "block.0.norm.weight", "block_2.fc.weight", "fc.bias")
    parameters = {name: nn.Parameter(torch.zeros(1)) for name in names}
    factors = {"block": 0.5, "block.0.fc": 0.25}
    groups = parameter_groups(parameters, factors, 2.0)
    found = {id(p): (group["lr"], group[FACTOR]) for group in groups for p in group["params"]}
    assert [found[id(p)] for p in parameters.values()] == [(0.5, 0.25), (1.0, 0.5), (2, 1), (2, 1)]


def test_a_run_uses_its_factors_and_resumes_bit_equal(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = {"epochs": 3, "checkpoint_every": 5, "schedule": "cosine", "clip_norm": 1.0}
    reference = make_run(tmp_path / "reference", made=tied(), **recipe)
    assert train(reference)["why"] == "finished"
    run = make_run(tmp_path / "run", made=tied(), **recipe)
    for step in (7, 22):
        train_until(run, step, train, monkeypatch)
    assert train(run)["why"] == "finished"
    assert difference(run, reference) == ""
    weights = load_file(run.best_weights())
    assert torch.equal(weights["linear_1.weight"], weights["linear_2.weight"])


def test_factors_change_what_is_trained_and_are_not_changed_underway(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tied()
    run = make_run(tmp_path / "run", made=made, epochs=2, checkpoint_every=5)
    train_until(run, 8, train, monkeypatch)
    text = run.source_file.read_text(encoding="utf-8")
    assert '"head": 2.0' in text
    run.source_file.write_text(text.replace('"head": 2.0', '"head": 4.0'), encoding="utf-8")
    result = train(run)
    assert result["why"] == "failed"
    assert "the network" in result["sentence"]


def test_a_source_from_before_has_no_factors(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    plain = json.loads(run.source_file.read_text(encoding="utf-8"))
    del plain["learning_rates"]
    run.source_file.write_text(json.dumps(plain), encoding="utf-8")
    assert run.source().learning_rates == {}
