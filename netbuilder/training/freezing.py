"""Holding nodes still for a while: their weights, and the statistics of their batch norms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from netbuilder.training.phases import Phase
from netbuilder.training.run import RunError


class Freezer:
    """Freezes the nodes of a phase, as ``requires_grad_(False)`` and ``eval`` of batch norms do.

    Args:
        model: The network.
        parameters: What is trained, by name.
        phases: The recipe's.

    Raises:
        RunError: A phase names a node without weights of its own, or leaves nothing to train.
    """

    def __init__(
        self, model: nn.Module, parameters: Mapping[str, nn.Parameter], phases: Sequence[Phase]
    ) -> None:
        self._model = model
        self._parameters = parameters
        there = {name for name, _ in model.named_children()}
        for number, phase in enumerate(phases, 1):
            for name in phase.frozen:
                if name not in there:
                    raise RunError(
                        f"phase {number} of the recipe freezes {name}, but the network has no module of "
                        "that name; name nodes of the main graph that have weights of their own"
                    )
            if all(_is_of(name, phase.frozen) for name in parameters):
                raise RunError(
                    f"phase {number} of the recipe freezes all weights, so there is nothing to train; "
                    "take a node out of it"
                )

    def freeze(self, names: Collection[str]) -> None:
        """Freeze these nodes, and let go of all others."""
        for name, parameter in self._parameters.items():
            parameter.requires_grad_(not _is_of(name, names))
        for name, module in self._model.named_modules():
            if isinstance(module, _BatchNorm):
                module.train(self._model.training and not _is_of(name, names))


def _is_of(name: str, nodes: Collection[str]) -> bool:
    """Whether a parameter or module, as torch calls it, belongs to one of these nodes."""
    return name.partition(".")[0] in nodes
