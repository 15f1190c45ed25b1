"""What a node type does to what flows through it, as far as advice goes by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from netbuilder.node_api.node_type import NodeType

Sort = Literal[
    "map",
    "squash",
    "softmax",
    "batch_norm",
    "norm",
    "dropout",
    "view",
    "average",
    "pick",
    "bend",
    "other",
]

# Functions that go flat on both sides, so that their slope is below 1 nearly everywhere.
_SQUASHING = frozenset({"sigmoid", "tanh", "softsign", "hardsigmoid", "hardtanh"})
_SOFTMAX = frozenset({"softmax", "log_softmax", "softmin"})
_GLOBAL = frozenset({"global_average_pool", "global_max_pool"})


@dataclass(frozen=True, slots=True)
class Manner:
    """What a node does.

    Attributes:
        sort: The kind of function, seen from a distance.
        window: For what slides over positions, the reach and the step along every axis; empty for
            what leaves every position where it is.
        keeps_places: Whether positions stay where they are.
        gathers: Whether it makes one number of all positions of a channel.
        biased: Whether it adds a learned offset.
        width_axis: The axis of the input whose size the weights of a map depend on.
        plain: Whether nothing tells that it is one half of a map that was taken apart on purpose.
    """

    sort: Sort
    window: tuple[tuple[int, int], ...] = ()
    keeps_places: bool = False
    gathers: bool = False
    biased: bool = False
    width_axis: int = 1
    plain: bool = False


def manner_of(instance: NodeType) -> Manner:
    """Return what a node with these parameters does."""
    sort = _sort(instance)
    window = windows(instance) if instance.category in ("Convolution", "Pooling") else ()
    if "transpose" in instance.id or "unpool" in instance.id:
        window = ()
    settled = instance.category in ("Activation", "Regularization")
    return Manner(
        sort,
        window,
        keeps_places=settled or sort == "batch_norm",
        gathers=instance.id in _GLOBAL or _makes_one(instance),
        width_axis=-1 if hasattr(instance, "out_features") else 1,
        biased=sort == "map" and getattr(instance, "bias", False) is True,
        plain=sort == "map" and _is_plain(instance),
    )


def windows(instance: NodeType) -> tuple[tuple[int, int], ...]:
    """Return the reach and the step along every axis of what slides over positions, or nothing."""
    kernel = _sizes(getattr(instance, "kernel_size", None))
    if not kernel:
        return ()
    dilation = _sizes(getattr(instance, "dilation", 1)) or (1,)
    step = _sizes(getattr(instance, "stride", None)) or kernel
    dilation, step = _spread(dilation, len(kernel)), _spread(step, len(kernel))
    reaches = (d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    return tuple(zip(reaches, step, strict=True))


def _sort(instance: NodeType) -> Sort:
    kind, category = instance.id, instance.category
    if kind == "linear" or (category == "Convolution" and hasattr(instance, "out_channels")):
        return "map"
    if kind in _SQUASHING:
        return "squash"
    if kind in _SOFTMAX:
        return "softmax"
    if category == "Normalization":
        return "batch_norm" if kind.startswith("batch_norm") else "norm"
    if category == "Regularization":
        return "dropout" if "dropout" in kind else "view"
    if instance.view or kind == "identity":
        return "view"
    if category == "Pooling":
        return "average" if "avg" in kind or "average" in kind else "pick"
    return "bend" if category == "Activation" else "other"


def _is_plain(instance: NodeType) -> bool:
    """Depthwise kernels, and long thin ones, are halves of a larger map; so is what goes up again."""
    kernel = _sizes(getattr(instance, "kernel_size", 1))
    return getattr(instance, "groups", 1) == 1 and len(set(kernel)) <= 1


def _makes_one(instance: NodeType) -> bool:
    sizes = _sizes(getattr(instance, "output_size", None))
    return instance.category == "Pooling" and bool(sizes) and all(size == 1 for size in sizes)


def _sizes(value: object) -> tuple[int, ...]:
    if isinstance(value, int):
        return (value,)
    whole = isinstance(value, Sequence) and all(isinstance(size, int) for size in value)
    return tuple(value) if whole else ()  # type: ignore[arg-type]


def _spread(sizes: tuple[int, ...], count: int) -> tuple[int, ...]:
    return sizes * count if len(sizes) == 1 else sizes[:count]
