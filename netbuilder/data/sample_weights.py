"""How often each sample is drawn, as a column of the data says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from netbuilder.data.settings import DataSettings
from netbuilder.data.source import DataError
from netbuilder.data.split_columns import Column


def sample_weights(
    data: Mapping[str, Any], folder: Path, name: str, indices: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return the numbers of a column for some samples: one of 2 is drawn twice as often as one of 1.

    Args:
        data: A document's ``data``.
        folder: The document's folder, where relative paths start.
        name: The column; it need not be a feature.
        indices: Which samples of the source, in its order.

    Raises:
        DataError: There is no such column, or it holds something else than numbers from 0 on.
    """
    settings = DataSettings.from_plain(data)
    dataset = settings.source.load(folder)
    texts = Column.named(name, settings, dataset, folder, "weight_column of the recipe").texts
    weights = np.array([_number(name, texts[index], int(index)) for index in indices], np.float64)
    if not weights.sum() > 0:
        raise DataError(
            f"weight_column of the recipe is {name}, but that is 0 for every training sample, so none would "
            "be drawn"
        )
    return weights


def _number(name: str, text: str, index: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not 0 <= value < np.inf:
        raise DataError(
            f"weight_column of the recipe is {name}, but of sample {index + 1} that is {text!r}, where a "
            "number from 0 on was expected"
        )
    return value
