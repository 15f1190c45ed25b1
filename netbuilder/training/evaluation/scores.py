"""What a pass over a split leaves of the scores of classes: a few numbers each, and some in full."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

# Curves and temperatures are made of at most so many scored elements, and numbers in all.
MOST_KEPT = 200_000
MOST_NUMBERS = 20_000_000

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ClassScores:
    """The scores of a loss on classes over a split: of samples, or of every pixel or token of them.

    Attributes:
        classes: How many there are.
        binary: Whether the network gives one number, that of class 1.
        inner: The shape of the elements of a sample; empty where a sample is one.
        sample: The place in the split of the sample that each element belongs to, (elements,).
        truth: The right class of each, (elements,).
        said: The class with the highest score, (elements,).
        confidence: The probability of that class, (elements,).
        right: The probability of the right class, (elements,).
        rank: How many classes score higher than the right one, (elements,).
        margin: The highest probability less the second highest, (elements,).
        kept: Which elements are kept in full, evenly spread, (kept,).
        logits: Their scores, (kept, classes).
        left_out: Elements whose target is no class, such as an index that the loss ignores.
    """

    classes: int
    binary: bool
    inner: tuple[int, ...]
    sample: Ints
    truth: Ints
    said: Ints
    confidence: Floats
    right: Floats
    rank: Ints
    margin: Floats
    kept: Ints
    logits: Floats
    left_out: int

    @property
    def unit(self) -> str:
        """What an element is: ``sample``, ``label`` of several, ``token``, ``pixel`` or ``place``."""
        along = "label" if self.binary else "token"
        return {0: "sample", 1: along, 2: "pixel"}.get(len(self.inner), "place")


class ClassCollector:
    """Takes the batches of a split in order; memory holds a few numbers an element."""

    def __init__(self, samples: int, binary: bool) -> None:
        self._samples, self._binary = samples, binary
        self._seen = self._elements = self._left_out = 0
        self._step = 0
        self._inner: tuple[int, ...] = ()
        self._parts: list[list[Tensor]] = []
        self._logits: list[Tensor] = []
        self._classes = 0

    def add(self, prediction: Tensor, target: Tensor) -> None:
        """Take a batch.

        Args:
            prediction: Scores before softmax, (batch, classes, *inner); for binary losses scores
                before the logistic function, (batch, *inner).
            target: Classes, (batch, *inner).
        """
        count = len(target)
        self._inner = tuple(target.shape[1:])
        rows = _rows(prediction, target, self._binary).double()
        truth = target.reshape(-1).long()
        number = torch.arange(self._seen, self._seen + count, device=truth.device)
        sample = number.repeat_interleave(truth.numel() // max(count, 1))
        self._seen += count
        self._classes = rows.shape[1]
        known = (truth >= 0) & (truth < self._classes)
        if not bool(known.all()):
            self._left_out += int((~known).sum())
            rows, truth, sample = rows[known], truth[known], sample[known]
        self._keep(rows)
        self._parts.append([sample.cpu(), truth.cpu(), *_reduced(rows, truth)])

    def _keep(self, rows: Tensor) -> None:
        """Keep every so many rows in full; how many is known once the first batch is."""
        if not self._step:
            inner = int(np.prod(self._inner)) if self._inner else 1
            most = max(1, min(MOST_KEPT, MOST_NUMBERS // self._classes))
            self._step = -(-self._samples * inner // most) or 1
        first = -self._elements % self._step
        self._logits.append(rows[first :: self._step].cpu())
        self._elements += len(rows)

    def scores(self) -> ClassScores:
        """What was taken."""
        columns = (torch.cat(column).numpy() for column in zip(*self._parts, strict=True))
        sample, truth, said, confidence, right, rank, margin = columns
        logits = torch.cat(self._logits).numpy()
        kept = np.arange(0, self._elements, self._step, dtype=np.int64)
        # A binary loss on one number, or on one channel, has an axis of length 1 that says nothing.
        inner = tuple(size for size in self._inner if size != 1) if self._binary else self._inner
        return ClassScores(
            classes=self._classes,
            binary=self._binary,
            inner=inner,
            sample=sample,
            truth=truth,
            said=said,
            confidence=confidence,
            right=right,
            rank=rank,
            margin=margin,
            kept=kept,
            logits=logits,
            left_out=self._left_out,
        )


def _rows(prediction: Tensor, target: Tensor, binary: bool) -> Tensor:
    """The scores, a row an element; the score of class 0 of a binary loss is 0."""
    if binary:
        column = prediction.reshape(-1)
        return torch.stack([torch.zeros_like(column), column], dim=1)
    classes = prediction.shape[1]
    return prediction.movedim(1, -1).reshape(target.numel(), classes)


def _reduced(rows: Tensor, truth: Tensor) -> list[Tensor]:
    probabilities = rows.softmax(1)
    right = probabilities.gather(1, truth[:, None])
    said = rows.argmax(1)
    own = rows.gather(1, truth[:, None])
    # A tie with a class before it counts as lost, as it is for the highest score.
    before = torch.arange(rows.shape[1], device=rows.device) < truth[:, None]
    rank = ((rows > own) | ((rows == own) & before)).sum(1)
    two = probabilities.topk(min(2, rows.shape[1]), dim=1).values
    margin = two[:, 0] - two[:, -1] if two.shape[1] == 2 else two[:, 0]
    found = [said, two[:, 0], right[:, 0], rank, margin]
    return [part.cpu() for part in found]
