"""A closer look at some samples: what was said of every pixel, and of every token one after the other."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from netbuilder.training.evaluate import Precision, evaluate

MOST_SAMPLES = 12
LONGEST = 256  # px of a mask's longer side; of what is larger, every so many pixels are kept
MOST_TOKENS = 128  # of a sample, the first ones
GUESSES = 3  # of each token
NO_CLASS = 255  # a pixel that the loss leaves out


def masks(
    model: nn.Module, tensors: Sequence[Tensor], precision: Precision, loss: str, places: list[int]
) -> list[dict[str, Any]]:
    """Return what was said and what is right of every pixel of some samples.

    Args:
        model: The network.
        tensors: Inputs and targets of a split.
        precision: Makes the context of a forward pass.
        loss: The name of the loss on pixels.
        places: The places of the samples in the split; the first 12 are looked at.

    Returns:
        For each ``place``, ``width``, ``height``, and ``said`` and ``truth``, a byte a pixel (its class; 255
        where it has none) in base64. Empty where there are more classes than a byte names.
    """
    prediction, target = _answers(model, tensors, precision, loss, places[:MOST_SAMPLES])
    if prediction.shape == target.shape:
        said = (prediction > 0).long()
    elif prediction.ndim == target.ndim + 1 and prediction.shape[1] < NO_CLASS:
        said = prediction.argmax(1)
    else:
        return []
    classes = 2 if prediction.shape == target.shape else prediction.shape[1]
    # A binary loss on one channel has an axis of length 1 that says nothing.
    flat = [x.reshape(len(x), *x.shape[-2:]) for x in (said, target)]
    step = -(-max(flat[0].shape[-2:]) // LONGEST)
    small = [x[:, ::step, ::step] for x in flat]
    height, width = small[0].shape[-2:]
    return [
        {
            "place": place,
            "width": width,
            "height": height,
            "said": _bytes(one, classes),
            "truth": _bytes(right, classes),
        }
        for place, one, right in zip(places, *small, strict=False)
    ]


def tokens(
    model: nn.Module, tensors: Sequence[Tensor], precision: Precision, loss: str, places: list[int]
) -> list[dict[str, Any]]:
    """Return what was said of each token of some samples.

    Args:
        model: The network.
        tensors: Inputs and targets of a split.
        precision: Makes the context of a forward pass.
        loss: The name of the loss on tokens.
        places: The places of the samples in the split; the first 12 are looked at.

    Returns:
        For each ``place``, ``truth`` (the right class of each token, -1 where the loss leaves it out),
        ``given`` (what stands at the same place of the input, where that is as long and of whole numbers),
        ``right`` (its probability), ``rank`` (how many are likelier), ``said`` and ``chances`` (the three likeliest classes
        and their probabilities).
    """
    places = places[:MOST_SAMPLES]
    prediction, target = _answers(model, tensors, precision, loss, places)
    if prediction.ndim != target.ndim + 1 or target.ndim != 2:
        return []
    prediction, target = prediction[..., :MOST_TOKENS], target[:, :MOST_TOKENS].long()
    chances = prediction.double().softmax(1)
    known = (target >= 0) & (target < prediction.shape[1])
    asked = target.where(known, torch.zeros_like(target))
    right = chances.gather(1, asked[:, None])[:, 0]
    rank = (chances > right[:, None]).sum(1)
    likely = chances.topk(min(GUESSES, prediction.shape[1]), dim=1)
    given = _given(tensors, places, target)
    found = []
    for row, place in enumerate(places):
        one = {
            "place": place,
            "truth": target[row].where(known[row], torch.full_like(target[row], -1)).tolist(),
            "right": _short(right[row]),
            "rank": rank[row].tolist(),
            "said": likely.indices[row].T.tolist(),
            "chances": [_short(chance) for chance in likely.values[row].T],
        }
        found.append({**one, "given": given[row].tolist()} if given is not None else one)
    return found


def _answers(
    model: nn.Module, tensors: Sequence[Tensor], precision: Precision, loss: str, places: list[int]
) -> tuple[Tensor, Tensor]:
    """The scores and the targets of some samples."""
    taken: dict[str, tuple[Tensor, Tensor]] = {}

    def take(name: str, prediction: Tensor, target: Tensor) -> None:
        taken[name] = prediction.detach().float().cpu(), target.cpu()

    chosen = [tensor[places] for tensor in tensors]
    evaluate(model, chosen, len(places), precision, take)
    return taken[loss]


def _given(tensors: Sequence[Tensor], places: list[int], target: Tensor) -> Tensor | None:
    """The tokens that stand where the targets do, where the first input is such."""
    first = tensors[0]
    if first.is_floating_point() or first.ndim != 2 or first.shape[1] < target.shape[1]:
        return None
    return first[places, : target.shape[1]].cpu()


def _bytes(classes: Tensor, count: int) -> str:
    outside = (classes < 0) | (classes >= count)
    values = classes.long().masked_fill(outside, NO_CLASS).to(torch.uint8)
    return base64.b64encode(values.contiguous().numpy().tobytes()).decode("ascii")


def _short(values: Tensor) -> list[float]:
    """Four digits say enough of a probability."""
    return [float(f"{value:.4g}") for value in values.tolist()]
