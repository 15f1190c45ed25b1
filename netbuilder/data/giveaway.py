"""Features that give the target away: a single number from which the answer can be read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from netbuilder.data.arrays import Array

ENOUGH = 20  # samples; of fewer, a column may fit by chance
MOST_COLUMNS = 4096
_SURE = 0.9999  # correlation with a number that is predicted


def giveaways(values: Array, target: Array, *, classes: bool) -> list[int]:
    """Return the columns from each of which alone the target follows without a mistake.

    Args:
        values: The samples, (samples, *shape); each number of a sample is a column.
        target: What is right, (samples,) or (samples, 1).
        classes: Whether these are classes; otherwise amounts.

    Returns:
        The places of the columns in a flattened sample. Columns that differ from sample to sample, as
        an id does, count only if the classes lie one behind the other in them.
    """
    table = values.reshape(len(values), -1)
    answer = target.reshape(len(target), -1)
    if len(table) < ENOUGH or answer.shape[1] != 1 or table.shape[1] > MOST_COLUMNS:
        return []
    right = answer[:, 0]
    if np.unique(right).size < 2:
        return []
    tell = _tells_class if classes else _tells_amount
    return [place for place in range(table.shape[1]) if tell(table[:, place], right)]


def words_give_away(texts: Sequence[str], answers: Sequence[str]) -> bool:
    """Whether the class follows without a mistake from each text of a column of few different ones."""
    kinds, right = set(texts), set(answers)
    if len(texts) < ENOUGH or len(right) < 2 or len(kinds) > max(2 * len(right), len(right) + 2):
        return False
    return len(set(zip(texts, answers, strict=True))) == len(kinds)


def _tells_class(column: Array, right: Array) -> bool:
    """Whether each value of a column goes with one class, and few values or ordered ranges do so."""
    known = np.isfinite(column)
    if known.sum() < ENOUGH:
        return False
    column, right = column[known], right[known]
    order = np.lexsort((right, column))
    value, label = column[order], right[order]
    new_value = np.flatnonzero(value[1:] != value[:-1]) + 1
    new_label = np.flatnonzero(label[1:] != label[:-1]) + 1
    if not np.isin(new_label, new_value).all():
        return False  # one value, two classes
    number = np.unique(label).size
    if number < 2:
        return False
    # As many runs as classes: a threshold between each two. Few values: a code for each class.
    return new_label.size == number - 1 or new_value.size + 1 <= max(2 * number, number + 2)


def _tells_amount(column: Array, right: Array) -> bool:
    known = np.isfinite(column) & np.isfinite(right)
    if known.sum() < ENOUGH:
        return False
    a, b = _centred(column[known]), _centred(right[known])
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return spread > 0 and abs(float((a * b).sum())) > _SURE * spread


def _centred(values: Array) -> npt.NDArray[np.float64]:
    wide = values.astype(np.float64)
    found: npt.NDArray[np.float64] = wide - wide.mean()
    return found
