"""The optimizer of a recipe, and its state as named tensors."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from netbuilder.training.optimizer_choices import CLASSES, FUSED, optimizer_options
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunError

FACTOR = "factor"  # the key of what a group multiplies the learning rate by


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that training changes, by name.

    Raises:
        RunError: There are none.
    """
    found = {name: p for name, p in model.named_parameters() if p.requires_grad}
    if not found:
        raise RunError("the network has no weights to train: it has none, or all nodes are frozen")
    return found


def build_optimizer(recipe: Recipe, groups: Iterable[Mapping[str, Any]]) -> Optimizer:
    """Return the recipe's optimizer, in its fused form where torch has one.

    Args:
        recipe: The recipe.
        groups: What ``parameter_groups`` gave.
    """
    options: dict[str, Any] = {"lr": recipe.learning_rate, "weight_decay": recipe.weight_decay}
    options |= optimizer_options(recipe)
    options |= {"fused": True} if recipe.optimizer in FUSED else {"foreach": True}
    optimizer: Optimizer = lean(getattr(torch.optim, CLASSES[recipe.optimizer]))(groups, **options)
    return optimizer


def parameter_groups(
    parameters: Mapping[str, nn.Parameter],
    factors: Mapping[str, float],
    rate: float,
    spare: bool = False,
) -> list[dict[str, Any]]:
    """Return the optimizer's groups of parameters: those that learn as fast and decay alike are one.

    Args:
        parameters: What is trained, by name.
        factors: What the learning rate is multiplied by, by the path of a module; the longest path
            that holds a parameter counts.
        rate: The learning rate to multiply.
        spare: Whether weights of a single axis, biases and norms, do not decay.
    """
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for name, parameter in parameters.items():
        around = [path for path in factors if name.startswith(f"{path}.")]
        factor = factors[max(around, key=len)] if around else 1.0
        groups.setdefault((factor, spare and parameter.ndim < 2), []).append(parameter)
    return [
        {"params": p, "lr": rate * f, FACTOR: f, **({"weight_decay": 0.0} if spared else {})}
        for (f, spared), p in groups.items()
    ]


def lean(kind: type[Optimizer]) -> Any:
    """Return torch's optimizer without what it wraps around itself for ``torch.compile``.

    Those wrappers import the compiler, which takes longer than importing torch, and on a small network
    they take longer than the step. What is computed is the same function of torch's.
    """
    compute = inspect.unwrap(kind.step)
    add = inspect.unwrap(kind.add_param_group)

    @torch.no_grad()
    def step(self: Optimizer, closure: None = None) -> Any:
        return compute(self, closure)

    # torch's sign that its profiler's wrapper is there already; it is left out with the others.
    step.__dict__["hooked"] = True
    return type(f"Lean{kind.__name__}", (kind,), {"step": step, "add_param_group": add})


def optimizer_tensors(
    optimizer: Optimizer, parameters: Mapping[str, nn.Parameter]
) -> dict[str, Tensor]:
    """Return the state of the optimizer, named ``conv_1.weight:exp_avg`` and the like."""
    return {
        f"{name}:{key}": value
        for name, parameter in parameters.items()
        for key, value in optimizer.state.get(parameter, {}).items()
        if isinstance(value, Tensor)
    }


def restore_optimizer(
    optimizer: Optimizer, parameters: Mapping[str, nn.Parameter], tensors: Mapping[str, Tensor]
) -> None:
    """Put back what ``optimizer_tensors`` gave, exactly."""
    optimizer.state.clear()
    for full_name, value in tensors.items():
        name, _, key = full_name.rpartition(":")
        parameter = parameters[name]
        # A fresh tensor, not a view into a file: kernels may round differently on other alignments.
        own = torch.empty_like(value, device=parameter.device).copy_(value)
        optimizer.state[parameter][key] = own
