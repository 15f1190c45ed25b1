"""Weights of one run as the first ones of another: what fits by name and shape is taken over."""

from __future__ import annotations

from collections.abc import Mapping

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from netbuilder.training.run import RunError, RunFolder, write_json
from netbuilder.training.weight_fit import Shape, WeightFit, weight_fit


def take_over(run: RunFolder, model: nn.Module) -> WeightFit | None:
    """Put the weights that a run was given into its network, and write down which.

    Names are those of the module, which follow the paths of the nodes. A weight is taken where name
    and shape are the same; everything else keeps what the seed gave it. The list is
    written to ``transplant.json``.

    Args:
        run: The run; without ``initial.safetensors`` nothing happens.
        model: Its network with fresh weights, changed in place.

    Returns:
        What became of each weight; None where the run was given none.

    Raises:
        RunError: The weights cannot be read, or nothing of them fits.
    """
    if not run.initial_weights.exists():
        return None
    try:
        given = load_file(run.initial_weights)
    except (OSError, SafetensorError) as error:
        raise RunError(f"{run.initial_weights}: the weights cannot be read: {error}") from error
    own = model.state_dict()
    found = weight_fit(_shapes(given), _shapes(own))
    if not found.kept:
        raise RunError(
            f"none of the {len(given)} weights that the run was to start from fits the network by name "
            "and shape; train without them"
        )
    model.load_state_dict({name: given[name] for name in found.kept}, strict=False)
    write_json(run.transplant, found.to_plain())
    return found


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, Shape]:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}
