"""Shape rules that several node types share: axes by number, broadcasting, divisors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netbuilder.node_api.dims import Dim, Shape, shape_text
from netbuilder.node_api.problems import Problem, Refusal

_AGREE = (
    "give both the same sizes; a Conv2d with kernel_size 1 or a Linear changes how many channels or "
    "features there are"
)


def axis_at(dim: int, rank: int) -> int:
    """Return the position of axis ``dim`` among ``rank`` axes; negative ones count from the end."""
    return dim + rank if dim < 0 else dim


def axis_problems(
    port: str, shape: Shape, param: str, dims: Sequence[int], *, default: object = None
) -> Iterator[Problem]:
    """Yield a problem for every number in ``dims`` that is no axis of ``shape``, or is so twice.

    Args:
        port: The port the tensor comes in at.
        shape: Its shape.
        param: The parameter that holds the numbers.
        dims: The numbers.
        default: A value for the parameter that mends it, if there is one.
    """
    rank = max(len(shape), 1)
    settings = {} if default is None else {param: default}
    outside = [dim for dim in dims if not -rank <= dim < rank]
    for dim in outside:
        yield Problem(
            "NB208",
            f"{param} has axis {dim}, but {port} is {shape_text(shape)}, whose axes are {-rank} to {rank - 1}",
            param=param,
            settings=settings,
        )
    if not outside and len({axis_at(dim, rank) for dim in dims}) < len(dims):
        yield Problem(
            "NB208",
            f"{param} is {', '.join(map(str, dims))}, which names an axis of {shape_text(shape)} twice",
            param=param,
        )


def broadcast(left: Shape, right: Shape, left_port: str, right_port: str) -> Shape:
    """Return the shape of an element-wise operation on two tensors, as torch broadcasts.

    Raises:
        Refusal: An axis has two sizes and neither is 1.
    """
    rank = max(len(left), len(right))
    shape: list[Dim] = []
    for a, b in zip(_padded(left, rank), _padded(right, rank), strict=True):
        if a != b and a != 1 and b != 1:
            message = (
                f"{right_port} is {shape_text(right)}, but {left_port} is {shape_text(left)}: "
                f"counted from the last axis, sizes must be the same or 1, and {b} and {a} are not"
            )
            raise Refusal(Problem("NB210", message, port=right_port, hint=_AGREE))
        shape.append(b if a == 1 else a)
    return tuple(shape)


def nearest_divisor(wanted: int, *numbers: int) -> int:
    """Return the divisor common to all ``numbers`` that is nearest to ``wanted``; the larger of two.

    Meant for sizes of axes: it looks at every candidate up to the smallest number.
    """
    wanted, least = int(wanted), int(min(numbers))
    for distance in range(max(wanted, least)):
        for candidate in (wanted + distance, wanted - distance):
            if 1 <= candidate <= least and all(int(n) % candidate == 0 for n in numbers):
                return candidate
    return 1


def group_problems(channels: int, out_channels: int, groups: int) -> Iterator[Problem]:
    """Yield a problem where the channels that come in or go out do not fall into ``groups``."""
    for what, number in (("input has", channels), ("out_channels is", out_channels)):
        if number % groups:
            nearest = nearest_divisor(groups, channels, out_channels)
            yield Problem(
                "NB203",
                f"{what} {number}, which {groups} groups do not divide",
                param="groups",
                hint=f"use a common divisor of {channels} and {out_channels}, such as {nearest}",
                settings={"groups": nearest},
            )
            return


def _padded(shape: Shape, rank: int) -> Shape:
    return (1,) * (rank - len(shape)) + shape
