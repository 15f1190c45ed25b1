"""Weights of one run as the first ones of another: what fits by name and shape is taken over."""

from __future__ import annotations

from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from netbuilder.training.run import RunError, RunFolder, write_json


def take_over(run: RunFolder, model: nn.Module) -> dict[str, Any] | None:
    """Put the weights that a run was given into its network, and write down which.

    Names are those of the module, which follow the paths of the nodes. A weight is taken where name
    and shape are the same; everything else keeps what the seed gave it. The list is
    written to ``transplant.json``.

    Args:
        run: The run; without ``initial.safetensors`` nothing happens.
        model: Its network with fresh weights, changed in place.

    Returns:
        ``kept``, ``new`` (in the network alone) and ``left`` (in the weights alone), each a list of
        names, and ``reshaped``: names with both shapes. None where the run was given no weights.

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
    both = [name for name in own if name in given]
    kept = [name for name in both if own[name].shape == given[name].shape]
    if not kept:
        raise RunError(
            f"none of the {len(given)} weights that the run was to start from fits the network by name "
            "and shape; train without them"
        )
    model.load_state_dict({name: given[name] for name in kept}, strict=False)
    found = {
        "kept": kept,
        "new": [name for name in own if name not in given],
        "left": [name for name in given if name not in own],
        "reshaped": {
            name: [list(given[name].shape), list(own[name].shape)]
            for name in both
            if name not in kept
        },
    }
    write_json(run.transplant, found)
    return found
