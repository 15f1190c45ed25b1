"""Optimizers are torch's own, with the recipe's settings; gradients are changed as it says."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from netbuilder.check.cost import Cost, optimizer_slots_of
from netbuilder.check.fits import OPTIMIZERS, Plan, plan_of
from netbuilder.training.gradients import gradient_changes
from netbuilder.training.learner import Learner
from netbuilder.training.optimizer_choices import CLASSES
from netbuilder.training.optimizers import (
    build_optimizer,
    hidden_matrices,
    optimizer_tensors,
    parameter_groups,
    restore_optimizer,
)
from netbuilder.training.recipe import OF_OPTIMIZERS, Recipe, recipe_problems
from netbuilder.training.run import RunError

ARGUMENTS: dict[str, dict[str, Any]] = {
    "sgd": {"momentum": 0.9, "nesterov": True},
    "adam": {"betas": (0.8, 0.99), "eps": 1e-7},
    "adamw": {"betas": (0.8, 0.99), "eps": 1e-7},
    "rmsprop": {"alpha": 0.95, "eps": 1e-7, "momentum": 0.9},
    "adagrad": {"eps": 1e-7},
    "adadelta": {"rho": 0.85, "eps": 1e-7},
    "adamax": {"betas": (0.8, 0.99), "eps": 1e-7},
    "nadam": {"betas": (0.8, 0.99), "eps": 1e-7},
    "radam": {"betas": (0.8, 0.99), "eps": 1e-7},
}


def recipe_of(name: str, arguments: dict[str, Any]) -> Recipe:
    plain = {"optimizer": name, "learning_rate": 0.01, "weight_decay": 0.1}
    for key, value in arguments.items():
        if key == "betas":
            plain["beta1"], plain["beta2"] = value
        else:
            plain["epsilon" if key == "eps" else key] = value
    return Recipe.from_plain(plain)


def steps(model: nn.Module, optimizer: Any) -> torch.Tensor:
    x = torch.linspace(-1, 1, 40).view(8, 5)
    for _ in range(5):
        optimizer.zero_grad()
        model(x).square().sum().backward()
        optimizer.step()
    return nn.utils.parameters_to_vector(model.parameters()).detach()


@pytest.mark.parametrize("name", CLASSES)
def test_an_optimizer_does_what_torchs_does(name: str) -> None:
    torch.manual_seed(0)
    ours, theirs = nn.Linear(5, 3), nn.Linear(5, 3)
    theirs.load_state_dict(ours.state_dict())
    optimizer = build_optimizer(
        recipe_of(name, ARGUMENTS[name]), [{"params": list(ours.parameters())}]
    )
    kind = getattr(torch.optim, CLASSES[name])
    oracle = kind(theirs.parameters(), lr=0.01, weight_decay=0.1, **ARGUMENTS[name])
    assert torch.allclose(steps(ours, optimizer), steps(theirs, oracle), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", CLASSES)
def test_the_memory_of_an_optimizer_is_known(name: str) -> None:
    model = nn.Linear(50, 30)
    for momentum in (0.0, 0.9) if name in OF_OPTIMIZERS["momentum"] else (0.0,):
        recipe = Recipe({"optimizer": name, "momentum": momentum})
        optimizer = build_optimizer(recipe, [{"params": list(model.parameters())}])
        model(torch.ones(2, 50)).sum().backward()
        optimizer.step()
        kept = optimizer_tensors(optimizer, dict(model.named_parameters())).values()
        numbers = sum(t.numel() for t in kept if t.numel() > 1)
        slots = optimizer_slots_of(recipe.changed())
        assert numbers == slots * sum(p.numel() for p in model.parameters())
        plan = plan_of(Cost(batch=4), recipe.changed())
        assert isinstance(plan, Plan)
        assert optimizer_slots_of(OPTIMIZERS[plan.optimizer]) == slots


def deep() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Embedding(7, 8),
        nn.Linear(8, 8, bias=False),
        nn.LayerNorm((2, 8)),
        nn.Conv1d(2, 4, 3, padding=1),
        nn.LSTM(8, 6, batch_first=True),
    )


def test_muon_changes_matrices_between_the_first_and_the_last() -> None:
    model = nn.Sequential(*deep(), nn.Linear(6, 3))
    assert hidden_matrices(model) == {"1.weight", "4.weight_ih_l0", "4.weight_hh_l0"}
    assert hidden_matrices(deep()) == {"1.weight", "4.weight_ih_l0"}
    model.requires_grad_(False)[4].requires_grad_(True)
    assert hidden_matrices(model) == {"4.weight_ih_l0", "4.weight_hh_l0"}
    with pytest.raises(RunError, match="between its first and its last weight; choose adamw"):
        hidden_matrices(nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)))


def test_muon_and_adamw_do_what_torchs_do() -> None:
    torch.manual_seed(0)
    ours, theirs = (
        nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 6), nn.Linear(6, 2))
        for _ in range(2)
    )
    theirs.load_state_dict(ours.state_dict())
    values = {"optimizer": "muon", "learning_rate": 0.01, "weight_decay": 0.1, "beta1": 0.8}
    recipe = Recipe.from_plain({**values, "muon_momentum": 0.9, "epsilon": 1e-7})
    named = dict(ours.named_parameters())
    groups = parameter_groups(named, {"2": 0.5}, 0.01, matrices=hidden_matrices(ours))
    optimizer = build_optimizer(recipe, groups)
    assert sum(len(group["params"]) for group in optimizer.param_groups) == 6
    muon = torch.optim.Muon(
        [theirs[2].weight], 0.005, 0.1, momentum=0.9, adjust_lr_fn="match_rms_adamw"
    )
    rest = [{"params": [*theirs[0].parameters(), *theirs[3].parameters()]}]
    rest.append({"params": [theirs[2].bias], "lr": 0.005})
    adamw = torch.optim.AdamW(rest, 0.01, (0.8, 0.999), 1e-7, 0.1)
    x = torch.linspace(-1, 1, 40).view(8, 5)
    for step in range(4):
        if step == 2:  # a schedule that halves
            for group in (*optimizer.param_groups, *muon.param_groups, *adamw.param_groups):
                group["lr"] *= 0.5
        for model, parts in ((ours, (optimizer,)), (theirs, (muon, adamw))):
            model.zero_grad()
            model(x).square().sum().backward()
            for part in parts:
                part.step()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(one, other, rtol=1e-6, atol=1e-7)
    kept = optimizer_tensors(optimizer, named)
    assert {name for name in kept if name.startswith("2.weight")} == {"2.weight:momentum_buffer"}
    assert set(optimizer.state_dict()["state"]) == set(range(6))


class Curve(nn.Module):
    """A small network of which an epoch is one batch or several."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.one, self.drop, self.two = nn.Linear(5, 8), nn.Dropout(0.2), nn.Linear(8, 1)

    def losses(self, x: torch.Tensor, y: torch.Tensor) -> tuple[dict[str, torch.Tensor], Any]:
        """Score the curve."""
        return {"loss": F.mse_loss(self.two(self.drop(self.one(x).tanh())), y)}, {}


@pytest.mark.parametrize("search", ["strong_wolfe", "none"])
def test_lbfgs_does_what_torchs_does(search: str) -> None:
    x = torch.linspace(-1, 1, 60).view(12, 5)
    y = x.square().sum(1, keepdim=True)
    values = {"optimizer": "lbfgs", "learning_rate": 0.5, "line_search": search, "max_iter": 5}
    recipe = Recipe.from_plain({**values, "history_size": 4, "shuffle": False, "batch_size": 12})
    learner = Learner(Curve().eval(), (x, y), recipe, torch.device("cpu"))
    other = Curve().eval()
    line = None if search == "none" else search
    oracle = torch.optim.LBFGS(
        other.parameters(), 0.5, max_iter=5, history_size=4, line_search_fn=line
    )

    def closure() -> torch.Tensor:
        oracle.zero_grad()
        loss = other.losses(x, y)[0]["loss"]
        loss.backward()
        return loss

    take = learner.steps(0)
    for _ in range(6):
        (loss,), _ = take(0)
        assert torch.equal(loss, oracle.step(closure).detach())
    for one, theirs in zip(learner.model.parameters(), other.parameters(), strict=True):
        assert torch.equal(one, theirs)


def test_a_step_of_lbfgs_sees_the_same_draws_each_time() -> None:
    x = torch.randn(12, 5)
    recipe = Recipe({"optimizer": "lbfgs", "learning_rate": 1.0, "gradient_norm_every": 2})
    learner = Learner(Curve().train(), (x, x[:, :1]), recipe, torch.device("cpu"))
    seen: list[torch.Tensor] = []
    learner.model.drop.register_forward_hook(lambda *told: seen.append(told[-1] == 0))  # type: ignore[union-attr]
    take = learner.steps(0)
    assert take(0)[1] is None
    looks = len(seen)
    assert looks > 3
    assert all(torch.equal(seen[0], mask) for mask in seen)
    norm = take(1) if learner.plan.steps > 1 else learner.steps(1)(0)
    assert norm[1] is not None
    assert not torch.equal(seen[0], seen[looks])


def test_what_lbfgs_keeps_is_put_back() -> None:
    x = torch.randn(12, 5)
    recipe = Recipe({"optimizer": "lbfgs", "learning_rate": 0.5, "max_iter": 1})
    made = [Learner(Curve().eval(), (x, x[:, :1]), recipe, torch.device("cpu")) for _ in range(2)]
    for steps in range(4):
        kept = {name: t.clone() for name, t in made[0].optimizer_state().items()}
        made[1].model.load_state_dict(made[0].model.state_dict())
        restore_optimizer(made[1].optimizer, made[1].parameters, dict(sorted(kept.items())))
        for one in made:
            one.steps(steps)(0)
        for a, b in zip(made[0].parameters.values(), made[1].parameters.values(), strict=True):
            assert torch.equal(a, b)
    assert kept["one.weight:old_dirs[]"] == 2
    assert kept["one.weight:old_dirs[1]"].numel() == 57


def test_lbfgs_keeps_no_more_than_is_said_and_one_rate() -> None:
    x = torch.randn(12, 5)
    recipe = Recipe.from_plain({"optimizer": "lbfgs", "history_size": 2, "learning_rate": 0.5})
    learner = Learner(Curve().eval(), (x, x[:, :1]), recipe, torch.device("cpu"))
    learner.steps(0)(0)
    numbers = sum(t.numel() for t in learner.optimizer_state().values() if t.numel() > 1)
    assert numbers == optimizer_slots_of(recipe.changed()) * 57
    assert optimizer_slots_of({"optimizer": "lbfgs"}) == 2 + 2 * Recipe().history_size
    with pytest.raises(RunError, match="one line, but nodes have learning rates of their own"):
        Learner(Curve(), (x, x[:, :1]), recipe, torch.device("cpu"), {"one": 0.5})


def test_biases_and_norms_are_spared_from_decay() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4))
    groups = parameter_groups(dict(model.named_parameters()), {"0": 0.5}, 1.0, spare=True)
    found = {id(p): (g["lr"], g.get("weight_decay")) for g in groups for p in g["params"]}
    assert found[id(model[0].weight)] == (0.5, None)
    assert found[id(model[0].bias)] == (0.5, 0.0)
    assert found[id(model[1].weight)] == (1.0, 0.0)


def test_gradients_are_changed_in_their_order() -> None:
    torch.manual_seed(0)
    weight, bias = nn.Parameter(torch.tensor([[2.0, -3.0]])), nn.Parameter(torch.tensor([5.0]))
    frozen = nn.Parameter(torch.zeros(2))

    def changed(**recipe: float) -> list[float]:
        weight.grad, bias.grad = torch.tensor([[0.5, 0.1]]), torch.tensor([-0.9])
        change = gradient_changes(Recipe(recipe), [weight, bias, frozen])
        assert change is not None
        change()
        return torch.cat([weight.grad.flatten(), bias.grad]).tolist()

    assert gradient_changes(Recipe({"clip_norm": 1.0}), [weight]) is None
    assert changed(l1=0.2) == pytest.approx([0.7, -0.1, -0.9])
    assert changed(clip_value=0.3) == pytest.approx([0.3, 0.1, -0.3])
    assert changed(l1=0.2, clip_value=0.6) == pytest.approx([0.6, -0.1, -0.6])
    draws = torch.tensor([changed(gradient_noise=0.1) for _ in range(2000)])
    assert draws.mean(0).tolist() == pytest.approx([0.5, 0.1, -0.9], abs=0.02)
    assert draws.std(0).tolist() == pytest.approx([0.1] * 3, abs=0.01)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"optimizer": "nadam", "momentum": 0.9},
            "recipe: momentum is 0.9, but nadam has beta1 instead; set momentum to 0 or choose sgd",
        ),
        (
            {"optimizer": "muon", "momentum": 0.9},
            "recipe: momentum is 0.9, but muon has muon_momentum instead; set momentum to 0 or choose sgd",
        ),
        (
            {"optimizer": "adagrad", "momentum": 0.9},
            "recipe: momentum is 0.9, but adagrad has none; set momentum to 0 or choose sgd",
        ),
        (
            {"schedule": "linear", "min_learning_rate": 0.1},
            (
                "recipe: the learning rate would rise from 0.001 to min_learning_rate 0.1; lower "
                "min_learning_rate"
            ),
        ),
        (
            {"schedule": "multi_step"},
            (
                "recipe: milestones are empty, so multi_step never changes the learning rate; name the "
                "epochs after which it drops"
            ),
        ),
        (
            {"schedule": "one_cycle", "warmup_steps": 5},
            (
                "recipe: warmup_steps is 5, but one_cycle rises by itself; set warmup_steps to 0 and rise "
                "to the share that it takes"
            ),
        ),
        (
            {"optimizer": "lbfgs", "clip_norm": 1.0},
            (
                "recipe: clip_norm is 1, but lbfgs needs the gradients of the loss as they are; set clip_norm "
                "to 0 or choose another optimizer"
            ),
        ),
        (
            {"optimizer": "lbfgs", "precision": "bf16"},
            (
                "recipe: precision is bf16, but lbfgs compares losses and gradients closely; set precision "
                "to fp32 or choose another optimizer"
            ),
        ),
        (
            {"optimizer": "lbfgs", "phases": [{"epochs": 2, "frozen": ["linear_1"]}]},
            (
                "recipe: phases freeze nodes, but lbfgs moves all weights along one line; take their nodes "
                "out or choose another optimizer"
            ),
        ),
        (
            {"swa_start": 5, "ema_decay": 0.9},
            (
                "recipe: swa_start is 5 and ema_decay is 0.9, but weights are averaged in one way alone; "
                "set one of them to 0"
            ),
        ),
        (
            {"swa_start": 21},
            (
                "recipe: swa_start is 21, but epochs is 20, so nothing would be averaged; lower swa_start, "
                "or set it to 0"
            ),
        ),
        (
            {"swa_start": 5, "swa_learning_rate": 0.05, "schedule": "reduce_on_plateau"},
            (
                "recipe: swa_learning_rate is 0.05, but reduce_on_plateau sets the learning rate to the "
                "end; set swa_learning_rate to 0 or choose another schedule"
            ),
        ),
    ],
)
def test_what_does_not_go_together_is_told(values: dict[str, Any], told: str) -> None:
    assert recipe_problems(values) == [told]
