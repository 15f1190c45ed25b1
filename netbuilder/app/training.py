"""Trainings from start to result: a run is made, its worker watched, and told in plain data."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netbuilder.app.custom_nodes import recorded
from netbuilder.app.project import require_sound
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import write
from netbuilder.data.settings import DataSettings
from netbuilder.graph.model import Network
from netbuilder.training.augmenting import changes_of
from netbuilder.training.client import (
    Event,
    RunState,
    Worker,
    create_run,
    run_state,
    start,
    watch,
)
from netbuilder.training.records import Record
from netbuilder.training.run import RunError, RunFolder
from netbuilder.training.warm import WarmWorker

RUNS = Path("runs")
OnRecord = Callable[[Record | Event], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """How a training ended.

    Attributes:
        run: Its folder.
        state: Where it stands.
        result: What came out; None where the worker could not even write that.
    """

    run: RunFolder
    state: RunState
    result: dict[str, Any] | None

    @property
    def ok(self) -> bool:
        """Whether it ended as it should, or was stopped on demand."""
        return self.state.state in ("done", "stopped")

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "run": str(self.run.path),
            "ok": self.ok,
            "state": self.state.state,
            "sentence": self.state.sentence,
            "resumable": self.state.resumable,
            "result": self.result,
        }


def new_run_path(stem: str, runs: Path = RUNS) -> Path:
    """Return the path of a new run: the name of the document and the time, UTC.

    Nothing is made yet; of several runs in one second the later ones get a number behind.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    path = runs / f"{stem}-{stamp}"
    number = 2
    while path.exists():
        path = runs / f"{stem}-{stamp}-{number}"
        number += 1
    return path


def create_training(
    network: Network, folder: Path, run_dir: Path, weights_of: RunFolder | None = None
) -> RunFolder:
    """Make the folder of a run of a network that the check finds sound.

    Args:
        network: What is trained.
        folder: The document's folder, where relative paths of the data start.
        run_dir: The run's folder; it must not exist, or be empty.
        weights_of: A run whose best weights are the first ones here, where names and shapes fit.

    Raises:
        NotSoundError: The network, its data or its recipe have errors; it carries the report.
        RunError: The run cannot be made, the other one has no weights, or the data cannot be changed at random as they should.
    """
    require_sound(network, folder)
    weights = first_weights(weights_of) if weights_of is not None else None
    network = recorded(network, standard_catalogue())
    source = write(network, standard_catalogue())
    changes_of(source, DataSettings.from_plain(network.data).augment.active())
    run = create_run(run_dir, network, source, folder=folder)
    if weights is not None:
        _give(run, weights)
    return run


def first_weights(run: RunFolder) -> Path:
    """Return the file of the weights that another training starts from: those of the best epoch.

    Raises:
        RunError: There is no run, or it has no checkpoint yet.
    """
    run.require()
    weights = run.best_weights()
    if weights is None:
        raise RunError(f"{run.path} has no checkpoint yet, so there are no weights to start from")
    return weights


def _give(run: RunFolder, weights: Path) -> None:
    """Copy weights into a run, which then needs nothing of the other one."""
    try:
        run.initial_weights.write_bytes(weights.read_bytes())
    except OSError as error:
        raise RunError(f"{weights}: the weights cannot be copied: {error.strerror}") from error


def start_training(
    network: Network,
    folder: Path,
    run_dir: Path,
    warm: WarmWorker | None = None,
    weights_of: RunFolder | None = None,
) -> Worker:
    """Start a training and return its worker, which goes on by itself; see ``follow``.

    Args:
        network: What is trained.
        folder: The document's folder, where relative paths of the data start.
        run_dir: The run's folder; it must not exist, or be empty.
        warm: A worker that waits; it is used if it can be.
        weights_of: A run whose best weights are the first ones here, where names and shapes fit.

    Raises:
        NotSoundError: The network, its data or its recipe have errors; it carries the report.
        RunError: The run cannot be made or started.
    """
    return start(create_training(network, folder, run_dir, weights_of), warm)


def resume_training(run_dir: Path, warm: WarmWorker | None = None) -> Worker:
    """Start a worker that goes on from the newest checkpoint of a run.

    Args:
        run_dir: The run's folder.
        warm: A worker that waits; it is used if it can be.

    Raises:
        RunError: There is no run, it has finished, or is being trained already.
    """
    return start(RunFolder(run_dir), warm)


def follow(worker: Worker, on_record: OnRecord | None = None, *, from_start: bool = True) -> None:
    """Hand every record and event to ``on_record`` until the worker has ended."""
    for item in watch(worker.run, worker, from_start=from_start):
        if on_record is not None:
            on_record(item)
    worker.wait()


def outcome(run: RunFolder) -> Trained:
    """Return how a training ended, or where it stands."""
    state = run_state(run)
    return Trained(run, state, None if state.active else run.result())


def train(
    network: Network, folder: Path, run_dir: Path, on_record: OnRecord | None = None
) -> Trained:
    """Train a network in a process of its own and wait for the end.

    Args:
        network: What is trained.
        folder: The document's folder, where relative paths of the data start.
        run_dir: The run's folder; it must not exist, or be empty.
        on_record: Gets every record and event as it comes.

    Raises:
        NotSoundError: The network, its data or its recipe have errors; it carries the report.
        RunError: The run cannot be made or started.
    """
    return train_run_folder(create_training(network, folder, run_dir), on_record)


def train_run_folder(run: RunFolder, on_record: OnRecord | None = None) -> Trained:
    """Train a run that was made and wait for the end.

    Raises:
        RunError: The run cannot be started.
    """
    worker = start(run)
    try:
        follow(worker, on_record)
    except BaseException:
        worker.stop()  # nobody watches it any more
        raise
    return outcome(worker.run)


def evaluate(
    run: RunFolder,
    split: str = "test",
    *,
    baselines: bool = False,
    on_stage: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measure a run's best weights on a split, write the report into its folder and return it.

    Args:
        run: The run.
        split: ``train``, ``val`` or ``test``.
        baselines: Whether simpler models are fitted on the same split as well.
        on_stage: Gets what is being done, in a few words.

    Raises:
        RunError: There is no run, no such split, no data in it, or there are no weights.
        DataError: The data cannot be prepared.
    """
    from netbuilder.training.evaluation.worker import evaluated

    def say(told: dict[str, Any]) -> None:
        if on_stage is not None and "stage" in told:
            on_stage(told["stage"])

    return evaluated(run, split, say, baselines=baselines)
