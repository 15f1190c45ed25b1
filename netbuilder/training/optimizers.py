"""The optimizer of a recipe, and its state as named tensors."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from netbuilder.training.optimizer_choices import CLASSES, form_of, optimizer_options
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunError

FACTOR = "factor"  # the key of what a group multiplies the learning rate by
MATRICES = "matrices"  # the key of whether a group is of those weights that are muon's
_SCRATCH = "al"  # a list that LBFGS writes before it reads it
# The layers whose matrices are muon's: none looks a row up, and none scales one by one.
_MIXING = (nn.Linear, nn.MultiheadAttention, nn.RNNBase, nn.RNNCellBase)


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

    Raises:
        RunError: The optimizer cannot have several groups, but there are.
    """
    if recipe.optimizer == "lbfgs":
        return _lbfgs(recipe, list(groups))
    if recipe.optimizer == "muon":
        both: Optimizer = lean(MuonAndAdamW)(groups, recipe)
        return both
    options: dict[str, Any] = {"lr": recipe.learning_rate, "weight_decay": recipe.weight_decay}
    options |= optimizer_options(recipe)
    options |= {form_of(recipe): True}
    optimizer: Optimizer = lean(getattr(torch.optim, CLASSES[recipe.optimizer]))(groups, **options)
    return optimizer


def _lbfgs(recipe: Recipe, groups: list[Mapping[str, Any]]) -> Optimizer:
    if len(groups) > 1:
        raise RunError(
            "lbfgs moves all weights along one line, but nodes have learning rates of their own; set those "
            "to 1 or choose another optimizer"
        )
    options = optimizer_options(recipe)
    optimizer: Optimizer = lean(torch.optim.LBFGS)(groups, lr=recipe.learning_rate, **options)
    return optimizer


class MuonAndAdamW(Optimizer):
    """Muon for the groups of hidden matrices, AdamW for all others, as one optimizer.

    Steps of matrices are as large as AdamW's (Liu et al., 2025, https://arxiv.org/abs/2502.16982), so that
    one learning rate serves both.

    Args:
        groups: What ``parameter_groups`` gave.
        recipe: The recipe.
    """

    def __init__(self, groups: Iterable[Mapping[str, Any]], recipe: Recipe) -> None:
        same = {"lr": recipe.learning_rate, "weight_decay": recipe.weight_decay}
        super().__init__([dict(group) for group in groups], same)
        own = {"momentum": recipe.muon_momentum, "adjust_lr_fn": "match_rms_adamw"}
        kinds: tuple[tuple[type[Optimizer], bool, dict[str, Any]], ...] = (
            (torch.optim.Muon, True, own),
            (torch.optim.AdamW, False, {**optimizer_options(recipe), "fused": True}),
        )
        self._parts: list[Optimizer] = []
        for kind, matrices, options in kinds:
            # The groups are the same objects, so that a learning rate set here is set there.
            mine = [group for group in self.param_groups if group.get(MATRICES, False) == matrices]
            if mine:
                part = lean(kind)(mine, **same, **options)
                part.state = self.state
                self._parts.append(part)

    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Change the weights."""
        for part in self._parts:
            part.step()


def hidden_matrices(model: nn.Module) -> frozenset[str]:
    """Return the names of the weights that muon changes.

    They are the trained matrices of linear, recurrent and attention layers, but for the first and the
    last weight of the network, which meet inputs and outputs (Jordan et al., 2024,
    https://kellerjordan.github.io/posts/muon/).

    Raises:
        RunError: There are none.
    """
    weights = [(name, p) for name, p in model.named_parameters() if p.ndim > 1]
    found = frozenset(
        name
        for name, p in weights[1:-1]
        if p.ndim == 2
        and p.requires_grad
        and isinstance(model.get_submodule(name.rpartition(".")[0]), _MIXING)
    )
    if not found:
        raise RunError(
            "muon changes weight matrices of hidden linear, recurrent and attention layers, and this "
            "network has none between its first and its last weight; choose adamw"
        )
    return found


def parameter_groups(
    parameters: Mapping[str, nn.Parameter],
    factors: Mapping[str, float],
    rate: float,
    spare: bool = False,
    matrices: Container[str] = (),
) -> list[dict[str, Any]]:
    """Return the optimizer's groups of parameters: those that learn as fast and decay alike are one.

    Args:
        parameters: What is trained, by name.
        factors: What the learning rate is multiplied by, by the path of a module; the longest path
            that holds a parameter counts.
        rate: The learning rate to multiply.
        spare: Whether weights of a single axis, biases and norms, do not decay.
        matrices: The names of those that are muon's, which have groups of their own.
    """
    groups: dict[tuple[float, bool, bool], list[nn.Parameter]] = {}
    for name, parameter in parameters.items():
        around = [path for path in factors if name.startswith(f"{path}.")]
        factor = factors[max(around, key=len)] if around else 1.0
        key = (factor, spare and parameter.ndim < 2, name in matrices)
        groups.setdefault(key, []).append(parameter)
    return [
        {"params": p, "lr": rate * f, FACTOR: f, MATRICES: muon}
        | ({"weight_decay": 0.0} if spared else {})
        for (f, spared, muon), p in groups.items()
    ]


def lean(kind: type[Optimizer]) -> Any:
    """Return torch's optimizer without what it wraps around itself for ``torch.compile``.

    Those wrappers import the compiler, which takes longer than importing torch, and on a small network
    they take longer than the step. What is computed is the same function of torch's.
    """
    compute = inspect.unwrap(kind.step)
    add = inspect.unwrap(kind.add_param_group)

    @torch.no_grad()
    def step(self: Optimizer, closure: Callable[[], Any] | None = None) -> Any:
        return compute(self, closure)

    # torch's sign that its profiler's wrapper is there already; it is left out with the others.
    step.__dict__["hooked"] = True
    return type(f"Lean{kind.__name__}", (kind,), {"step": step, "add_param_group": add})


def optimizer_tensors(
    optimizer: Optimizer, parameters: Mapping[str, nn.Parameter]
) -> dict[str, Tensor]:
    """Return the state of the optimizer, named ``conv_1.weight:exp_avg`` and the like.

    A number is a tensor named ``t#``; of a list ``ro`` there are ``ro[]``, its length, and ``ro[0]`` and so
    on.
    """
    return {
        f"{name}:{key}": tensor
        for name, parameter in parameters.items()
        for kept, value in optimizer.state.get(parameter, {}).items()
        if kept != _SCRATCH
        for key, tensor in _as_tensors(kept, value)
    }


def _as_tensors(key: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield key, value
    elif isinstance(value, list):
        yield f"{key}[]", torch.tensor(len(value))
        yield from ((f"{key}[{i}]", tensor) for i, tensor in enumerate(value))
    elif isinstance(value, float):
        yield f"{key}#", torch.tensor(value, dtype=torch.float64)
    elif isinstance(value, int):
        yield f"{key}#", torch.tensor(value)


def restore_optimizer(
    optimizer: Optimizer, parameters: Mapping[str, nn.Parameter], tensors: Mapping[str, Tensor]
) -> None:
    """Put back what ``optimizer_tensors`` gave, exactly."""
    optimizer.state.clear()
    for full_name, value in tensors.items():
        name, _, key = full_name.rpartition(":")
        parameter = parameters[name]
        # A fresh tensor, not a view into a file: kernels may round differently on other alignments, and
        # fused ones take it as laid out like the weight.
        like = parameter if parameter.shape == value.shape else value
        own = torch.empty_like(like, dtype=value.dtype, device=parameter.device).copy_(value)
        state = optimizer.state[parameter]
        if key.endswith("#"):
            state[key[:-1]] = value.item()
        elif key.endswith("[]"):
            state.setdefault(key[:-2], [])
        elif key.endswith("]"):
            kept, _, place = key[:-1].partition("[")
            length = int(tensors[f"{name}:{kept}[]"])
            several = state[kept] = state.get(kept) or [None] * length
            several[int(place)] = own
        else:
            state[key] = own
