"""Tensors that no memory holds, which are refused before anybody makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.check.machine import whole_memory
from netbuilder.node_api.dims import Dim, Shape, Sym, product, shape_text, size_at
from netbuilder.node_api.dtypes import BYTES
from netbuilder.node_api.ports import TensorType
from netbuilder.node_api.problems import Problem

# The most that torch counts, where the system does not say what there is.
_COUNTABLE = 2**63 - 1
# Below this, nobody asks the system.
_HARMLESS = 10**8

_ONE_SAMPLE = {"N": 1}


def size_problems(
    values: Mapping[str, TensorType], weights: Mapping[str, Shape]
) -> Iterator[Problem]:
    """Yield which tensors of a node are larger than the memory of this machine.

    Args:
        values: What flows out, by port; one sample of it is looked at.
        weights: The shape of every trained tensor by name.
    """
    for port, flows in values.items():
        if _is_too_large(flows.shape, BYTES[flows.dtype]):
            yield _problem(f"one sample of {port}", flows.shape, BYTES[flows.dtype])
    for name, shape in weights.items():
        if _is_too_large(shape, BYTES["float32"]):
            yield _problem(name, shape, BYTES["float32"])


def _is_too_large(shape: Shape, width: int) -> bool:
    size = _known(shape) * width
    return size > _HARMLESS and size > (whole_memory() or _COUNTABLE)


def _known(shape: Shape) -> int:
    """How many numbers there are at least, with one sample and 1 for every other open size."""
    found: Dim = product(shape)
    if isinstance(found, Sym):
        found = size_at(found, {**dict.fromkeys(found.names, 1), **_ONE_SAMPLE})
    return found if isinstance(found, int) else 0


def _problem(what: str, shape: Shape, width: int) -> Problem:
    size = f"{_known(shape) * width / 1e9:,.0f} GB"
    message = (
        f"{what} would be {shape_text(shape)}, which takes {size}, "
        "more than the memory of this machine"
    )
    return Problem(
        "NB221",
        message,
        hint="make a size smaller that it is made of: channels, features, a kernel, or a factor",
    )
