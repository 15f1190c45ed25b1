"""Phases: what is frozen stays, what is trained goes as torch's own would, and names are looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F
from training.test_resume import Train
from training_runs import make_run

from netbuilder.training.learner import Learner
from netbuilder.training.phases import Phase, borders, pace, phase_of
from netbuilder.training.recipe import Recipe, RecipeError, recipe_problems
from netbuilder.training.records import read_records
from netbuilder.training.run import RunError
from netbuilder.training.schedule import is_constant, learning_rate

BODY = ["conv_1", "norm_1"]


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(1, 4, 3, bias=False)
        self.norm_1 = nn.BatchNorm2d(4)
        self.head = nn.Linear(4 * 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(F.relu(self.norm_1(self.conv_1(x))).flatten(1))

    def losses(self, x: torch.Tensor, y: torch.Tensor) -> Any:
        found = self.forward(x)
        return {"loss_1": F.cross_entropy(found, y)}, {"loss_1": (found, y)}


def made() -> Net:
    torch.manual_seed(0)
    return Net()


def data() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(24, 1, 4, 4, generator=generator)
    return [images, torch.randint(0, 3, (24,), generator=generator)]


@pytest.mark.parametrize(
    ("optimizer", "oracle"),
    [
        ({"optimizer": "sgd", "momentum": 0.9}, lambda p: torch.optim.SGD(p, 0.1, momentum=0.9)),
        ({"optimizer": "adam"}, lambda p: torch.optim.Adam(p, 0.1)),
        ({"optimizer": "adamw", "weight_decay": 0.1}, lambda p: torch.optim.AdamW(p, 0.1, weight_decay=0.1)),
        ({"optimizer": "adadelta"}, lambda p: torch.optim.Adadelta(p, 0.1, eps=1e-8)),
    ],
)  # fmt: skip
def test_phases_do_what_a_loop_by_hand_does(optimizer: dict[str, Any], oracle: Any) -> None:
    phases = [
        {"epochs": 2, "frozen": BODY},
        {"epochs": 1, "learning_rate": 0.5},
        {"epochs": 1, "frozen": ["norm_1", "head"]},
    ]
    values = {"epochs": 6, "batch_size": 8, "learning_rate": 0.1, **optimizer, "phases": phases}
    ours, theirs = made().train(), made().train()
    learner = Learner(ours, data(), Recipe.from_plain(values), torch.device("cpu"))
    optim = oracle(theirs.parameters())
    for epoch in range(6):
        frozen = {0: BODY, 1: BODY, 3: ["norm_1", "head"]}.get(epoch, [])
        theirs.train()
        for name, part in theirs.named_children():
            part.requires_grad_(name not in frozen)
        if "norm_1" in frozen:
            theirs.norm_1.eval()
        for group in optim.param_groups:
            group["lr"] = 0.05 if epoch == 2 else 0.1
        take = learner.steps(epoch)
        before = {name: value.clone() for name, value in ours.state_dict().items()}
        for position, index in enumerate(learner.batches(epoch)):
            take(position)
            optim.zero_grad()
            theirs.losses(*(tensor[index] for tensor in data()))[0]["loss_1"].backward()
            optim.step()
        for name, value in ours.state_dict().items():
            assert torch.allclose(value, theirs.state_dict()[name], atol=1e-5), (epoch, name)
            assert torch.equal(value, before[name]) == (name.partition(".")[0] in frozen)


def test_frozen_statistics_outlast_a_look_at_the_network_between_two_steps(
    tmp_path: Path, train: Train
) -> None:
    phases = [{"epochs": 2, "frozen": ["conv_1", "norm_1"]}]
    run = make_run(tmp_path / "run", "cnn", epochs=2, phases=phases, validate_every=1)
    assert train(run)["why"] == "finished"
    best = run.best_weights()
    assert best is not None
    weights = load_file(best)
    assert torch.equal(weights["norm_1.running_mean"], torch.zeros(8))
    assert torch.equal(weights["norm_1.weight"], torch.ones(8))
    assert weights["norm_1.num_batches_tracked"] == 0


def test_the_factor_of_a_phase_is_in_the_records(tmp_path: Path, train: Train) -> None:
    phases = [{"epochs": 1, "learning_rate": 0.1}, {"epochs": 1, "learning_rate": 3.0}]
    run = make_run(tmp_path / "run", epochs=3, learning_rate=0.01, phases=phases)
    train(run)
    steps = [one for one in read_records(run.records) if one.kind == "step"]
    rates = [{one.learning_rate for one in steps if one.epoch == epoch} for epoch in (1, 2, 3)]
    assert rates == [{0.01 * 0.1}, {0.01 * 3.0}, {0.01}]


def test_phases_multiply_any_schedule() -> None:
    recipe = Recipe({"schedule": "cosine", "epochs": 10})
    phased = Recipe({"schedule": "cosine", "epochs": 10, "phases": [{"learning_rate": 0.2}]})
    assert learning_rate(phased, 3, 5) == 0.2 * learning_rate(recipe, 3, 5)
    assert learning_rate(phased, 5, 5) == learning_rate(recipe, 5, 5)
    assert is_constant(Recipe({"phases": [{"frozen": ["a"]}]}))
    assert not is_constant(Recipe({"phases": [{"learning_rate": 2.0}]}))


def test_where_phases_begin_and_end() -> None:
    phases = (Phase({"epochs": 2}), Phase({"epochs": 3, "learning_rate": 0.5}))
    assert [phase_of(phases, e) for e in (0, 1, 2, 4, 5)] == [
        *phases[:1] * 2,
        *phases[1:] * 2,
        None,
    ]
    assert [pace(phases, epoch) for epoch in (1, 2, 5)] == [1.0, 0.5, 1.0]
    assert borders(phases, 9) == [2, 5]
    assert borders(phases, 5) == [2]


def test_phases_survive_plain_data() -> None:
    recipe = Recipe.from_plain({"phases": [{"epochs": 2, "frozen": ["a"]}]})
    written = {"phases": [{"epochs": 2, "frozen": ["a"], "learning_rate": 1.0}]}
    assert recipe.changed() == written
    assert Recipe.from_plain(recipe.to_plain()).changed() == written


@pytest.mark.parametrize(
    ("phases", "told"),
    [
        ([{"epochs": 15}, {"epochs": 6}], (
            "recipe: phases take 21 epochs, but epochs is 20; make the phases shorter or epochs larger"
        )),
        ([{"epochs": 1}, {"epochs": 0}], (
            "recipe: phases, phase 2: epochs is 0, but takes a whole number from 1 to 1000000"
        )),
        ([{"freeze": []}], (
            "recipe: phases, phase 1: there is no parameter freeze; there are: epochs, frozen, "
            "learning_rate"
        )),
        ({"epochs": 1}, (
            "recipe: phases is {'epochs': 1}, but takes a list of at most 64 phases, each with epochs, "
            "frozen, learning_rate"
        )),
    ],
)  # fmt: skip
def test_phases_that_cannot_be_are_one_sentence(phases: Any, told: str) -> None:
    assert recipe_problems({"phases": phases}) == [told]
    with pytest.raises(RecipeError):
        Recipe.from_plain({"phases": phases})


@pytest.mark.parametrize(
    ("frozen", "told"),
    [
        (["body"], "phase 1 of the recipe freezes body, but the network has no module of that name"),
        ([*BODY, "head"], "phase 1 of the recipe freezes all weights, so there is nothing to train"),
    ],
)  # fmt: skip
def test_what_cannot_be_frozen_is_told_before_the_first_step(frozen: list[str], told: str) -> None:
    recipe = Recipe({"phases": [{"frozen": frozen}]})
    with pytest.raises(RunError, match=told):
        Learner(made(), data(), recipe, torch.device("cpu"))
