"""Which changes of the samples suit a network: what its inputs and targets are, and what cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from netbuilder.codegen.source import Argument, Source
from netbuilder.training.run import RunError

_MIXES = ("mixup", "cutmix")
_FOR_IMAGES = (
    "flip_horizontal",
    "flip_vertical",
    "rotate",
    "shear",
    "scale",
    "translate",
    "crop",
    "brightness",
    "contrast",
    "saturation",
    "blur",
    "erase",
    "cutmix",
)
# Losses that take shares of classes in place of a class.
_TAKE_SHARES = ("cross_entropy",)


@dataclass(frozen=True, slots=True)
class Suited:
    """What the tensors of a batch are to augmentation, in the order of the module's arguments.

    Attributes:
        kinds: The kind of each, as in ``training.augmentation``; empty where it is left alone.
        classes: How many classes each has; 0 where it is no class.
        problems: Every setting that this network cannot be trained with, and a sentence why.
    """

    kinds: tuple[str, ...]
    classes: tuple[int, ...]
    problems: tuple[tuple[str, str], ...]


def suited(source: Source, settings: Mapping[str, Any]) -> Suited:
    """Return what settings of augmentation mean for a network.

    Args:
        source: The network.
        settings: Those that are not at their default.
    """
    kinds = [_input_kind(one) for one in source.inputs]
    sizes = {
        one.shape[1:] for one, kind in zip(source.inputs, kinds, strict=True) if kind == "image"
    }
    classes = [0] * len(kinds)
    for target in source.targets:
        kind, count = _target_kind(source, target, sizes)
        kinds.append(kind)
        classes.append(count)
    return Suited(tuple(kinds), tuple(classes), tuple(_problems(source, settings, kinds)))


def changes_of(source: Source, settings: Mapping[str, Any]) -> Suited:
    """Return what ``suited`` does of settings that must suit.

    Raises:
        RunError: One of them does not.
    """
    found = suited(source, settings)
    if found.problems:
        raise RunError("; ".join(sentence for _, sentence in found.problems))
    return found


def _input_kind(one: Argument) -> str:
    if one.dtype.startswith(("float", "bfloat")):
        return "image" if len(one.shape) == 3 else "numbers"
    return "tokens" if one.dtype.startswith("int") and len(one.shape) == 1 else ""


def _target_kind(
    source: Source, one: Argument, sizes: set[tuple[int | str, ...]]
) -> tuple[str, int]:
    if one.dtype.startswith(("float", "bfloat")):
        return ("target_image" if one.shape[1:] in sizes and len(one.shape) == 3 else "amount"), 0
    if len(one.shape) == 2 and one.shape in sizes:
        return "mask", 0
    losses = [loss for loss in source.losses if loss.target == one.field]
    if one.shape or not losses or any(loss.type not in _TAKE_SHARES for loss in losses):
        return "", 0
    count = losses[0].prediction[1] if len(losses[0].prediction) == 2 else ""
    return ("class", count) if isinstance(count, int) else ("", 0)


def _problems(
    source: Source, settings: Mapping[str, Any], kinds: list[str]
) -> Iterator[tuple[str, str]]:
    wanted = [name for name in _FOR_IMAGES if settings.get(name)]
    if wanted and "image" not in kinds:
        yield (
            wanted[0],
            (
                f"data.augment.{wanted[0]} changes images, but no Input takes any (channels, height, "
                f"width); set it to 0"
            ),
        )
    if settings.get("mask_tokens") and "tokens" not in kinds:
        yield (
            "mask_tokens",
            (
                "data.augment.mask_tokens hides tokens, but no Input takes a row of whole numbers; "
                "set it to 0"
            ),
        )
    for name in _MIXES:
        if settings.get(name):
            yield from _unmixable(name, source, kinds)


def _unmixable(name: str, source: Source, kinds: list[str]) -> Iterator[tuple[str, str]]:
    """What a pair of samples cannot share."""
    for one, kind in zip((*source.inputs, *source.targets), kinds, strict=True):
        if kind in ("", "tokens") or (kind == "mask" and name == "mixup"):
            what = "samples" if one in source.inputs else "targets"
            yield (
                name,
                (
                    f"data.augment.{name} mixes {what} in shares, but {one.name} holds whole numbers "
                    f"that cannot be mixed; with classes it works for CrossEntropyLoss on (samples, "
                    f"classes): set it to 0"
                ),
            )
            return
