"""A run's records for TensorBoard: written from the records beside the training, which they cost nothing.

Training and validation are two of TensorBoard's runs, in ``tensorboard/train`` and ``tensorboard/val``
of the run's folder, so that it draws a loss of both in one chart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from netbuilder.training.columns import ColumnReader
from netbuilder.training.event_file import opening, scalars
from netbuilder.training.records import EPOCH, STEP, VALIDATION, Schema
from netbuilder.training.run import RunError, RunFolder

FILE = "events.out.tfevents.netbuilder"
LOSS, EPOCH_MEAN = "loss", "epoch_mean_loss"
LEARNING_RATE, GRADIENT_NORM = "learning_rate", "gradient_norm"


class TensorBoardFiles:
    """The event files of a run, kept up with its records; what lay there before is written anew.

    Args:
        run: The run; it may be under way.

    Attributes:
        written: Records that were taken in.
    """

    def __init__(self, run: RunFolder) -> None:
        self.written = 0
        self._run = run
        self._reader = ColumnReader(run.records)
        self._files: dict[str, IO[bytes]] = {}

    def update(self) -> None:
        """Write what came since the last call.

        Raises:
            RecordsError: The run has a file that does not hold records.
            RunError: The files cannot be written.
        """
        more = True
        while more:
            columns, more = self._reader.read()
            if columns is not None:
                self._take(*columns)

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _take(self, schema: Schema, rows: Any) -> None:
        trained, judged = rows[rows["kind"] != VALIDATION], rows[rows["kind"] == VALIDATION]
        # In the order of the records: what a step measured, and between epochs the means.
        of_steps = _losses(schema, trained) | {
            LEARNING_RATE: trained["learning_rate"],
            GRADIENT_NORM: trained["gradient_norm"],
        }
        values = {
            name: np.where(trained["kind"] == STEP, found, np.nan)
            for name, found in of_steps.items()
        }
        means = np.where(trained["kind"] == EPOCH, trained["loss"], np.nan)
        self._write("train", trained, values | {EPOCH_MEAN: means})
        count = len(schema.losses)
        metrics = dict(zip(schema.metrics, judged["values"][:, count:].T, strict=True))
        self._write("val", judged, _losses(schema, judged) | metrics)
        self.written += len(rows)

    def _write(self, name: str, rows: Any, values: Mapping[str, Any]) -> None:
        if not len(rows):
            return
        columns = np.column_stack(list(values.values()))
        steps = rows["step"].astype(np.int64)
        data = scalars(rows["time"].astype(np.float64), steps, list(values), columns)
        folder = self._run.tensorboard / name
        try:
            file = self._files.get(name)
            if file is None:
                folder.mkdir(parents=True, exist_ok=True)
                self._files[name] = file = (folder / FILE).open("wb")
                file.write(opening(float(rows["time"][0])))
            file.write(data)
            file.flush()
        except OSError as error:
            raise RunError(
                f"{folder}: TensorBoard's files cannot be written: {error.strerror or error}"
            ) from error


def _losses(schema: Schema, rows: Any) -> dict[str, Any]:
    """The sum of the losses, and each of them where there are several."""
    found = {LOSS: rows["loss"]}
    if len(schema.losses) > 1:
        found |= zip(schema.losses, rows["values"].T, strict=False)
    return found
