"""The optimizer of a recipe, and its state as named tensors."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunError


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that training changes, by name.

    Raises:
        RunError: There are none.
    """
    found = {name: p for name, p in model.named_parameters() if p.requires_grad}
    if not found:
        raise RunError("the network has no weights to train: it has none, or all nodes are frozen")
    return found


def build_optimizer(recipe: Recipe, parameters: Iterable[nn.Parameter]) -> Optimizer:
    """Return the recipe's optimizer in its fused form, one kernel a step."""
    options: dict[str, Any] = {"lr": recipe.learning_rate, "weight_decay": recipe.weight_decay}
    if recipe.optimizer == "sgd":
        options.update(momentum=recipe.momentum, nesterov=recipe.nesterov)
    else:
        options.update(betas=(recipe.beta1, recipe.beta2), eps=recipe.epsilon)
    optimizer: Optimizer = lean(KINDS[recipe.optimizer])(parameters, **options, fused=True)
    return optimizer


KINDS: Mapping[str, type[Optimizer]] = {"sgd": SGD, "adam": Adam, "adamw": AdamW}


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
