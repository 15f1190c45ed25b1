"""What it costs a training that somebody watches its layers, and how soon a warm worker begins.

    python tests/benchmarks/watching_speed.py

Goal: watched trainings take at most 1.02 times as long, and the first step of a warm worker is there
within about a second. The same worker's loop runs watched and unwatched in turns.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from paired import Work, compare
from training_runs import make_run

from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.app.training import create_training
from netbuilder.training.client import start, stop
from netbuilder.training.records import last_record
from netbuilder.training.run import RunFolder
from netbuilder.training.session import _build, _set_up, _trainer
from netbuilder.training.warm import WarmWorker

EXAMPLES = ("iris_mlp", "digits_mlp", "digits_cnn", "digits_residual")
SECONDS = 3.0  # a side of a pair: several samples fall into it


def trainer_of(run: RunFolder) -> Any:
    """The worker's own loop over a run."""
    setting = _set_up(run)
    made = _trainer(setting, _build(setting))
    made.learner.model.train()
    return made


def steps_of(trainer: Any, run: RunFolder, *, watched: bool) -> Work:
    """An epoch with all that belongs to it, watched or not."""

    def epoch() -> None:
        if watched:
            run.watched.touch()
        else:
            run.watched.unlink(missing_ok=True)
            trainer.watching.due = False
        trainer._train_epoch()
        trainer._end_epoch()

    return epoch


def cost(folder: Path, name: str) -> str:
    """How long watched epochs take against unwatched ones."""
    settings = ["recipe.threads=1", "recipe.device=cpu", "recipe.epochs=1000000"]
    run = create_training(with_settings(example(name), settings), folder, folder / name)
    trainer = trainer_of(run)
    ratio = compare(
        steps_of(trainer, run, watched=True),
        steps_of(trainer, run, watched=False),
        rounds=9,
        round_s=SECONDS,
    )
    trainer.close()
    return str(ratio)


def first_step(folder: Path, warm: WarmWorker | None) -> float:
    """Seconds from the start of a run to its first record."""
    run = make_run(folder, epochs=100_000)
    begin = time.perf_counter()
    worker = start(run, warm)
    while not (run.records.exists() and last_record(run.records)):
        time.sleep(0.002)
    found = time.perf_counter() - begin
    stop(run)
    worker.wait()
    return found


def main() -> None:
    """Print the figures."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        print("watched training against the same unwatched (goal: at most 1.02x)")
        for name in EXAMPLES:
            print(f"  {name:16} {cost(folder, name)}", flush=True)
        cold = first_step(folder / "cold", None)
        warm = WarmWorker()
        warm.start()
        time.sleep(5 * cold)  # it imports torch meanwhile, as it does while a person draws
        hot = first_step(folder / "warm", warm)
        warm.close()
        print(f"first step after {hot:.2f} s warm, {cold:.2f} s cold (goal: about 1 s warm)")


if __name__ == "__main__":
    main()
