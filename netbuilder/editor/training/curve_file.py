"""The figures of a run as a table for other programs."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from netbuilder.files.atomic import write_atomic

if TYPE_CHECKING:
    from netbuilder.editor.training.series import Floats

    Points = Mapping[str, tuple[Floats, Floats]]


def write_table(path: Path, columns: Points) -> None:
    """Write one row a step and one column a figure; what was not measured at a step is empty.

    Args:
        path: The file.
        columns: For each figure its steps and values.

    Raises:
        FileError: The file cannot be written.
    """
    found = [
        dict(zip(steps.tolist(), values.tolist(), strict=True))
        for steps, values in columns.values()
    ]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["step", *columns])
    for step in sorted({step for one in found for step in one}):
        table.writerow([round(step), *(_cell(one.get(step)) for one in found)])
    write_atomic(path, text.getvalue().encode("utf-8"))


def _cell(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else repr(value)
