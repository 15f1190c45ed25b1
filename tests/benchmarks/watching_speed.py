"""What it costs a training that somebody watches its layers, and how soon a warm worker begins.

    python tests/benchmarks/watching_speed.py

Goal: at most 2% of the time goes into measuring, and the first step of a warm worker is there within
about a second. The worker's own steps are done measured and plain in turns.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from training_runs import make_run

from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.app.training import create_training
from netbuilder.training import usage, watching
from netbuilder.training.client import start, stop
from netbuilder.training.records import last_record
from netbuilder.training.run import RunFolder
from netbuilder.training.session import _build, _set_up, _trainer
from netbuilder.training.warm import WarmWorker

EXAMPLES = ("iris_mlp", "digits_mlp", "digits_cnn", "digits_residual", "two_inputs_two_losses")
PAIRS = 60


def trainer_of(run: RunFolder) -> Any:
    """The worker's own loop over a run."""
    setting = _set_up(run)
    made = _trainer(setting, _build(setting))
    made.learner.model.train()
    return made


def cost(folder: Path, name: str) -> str:
    """What a measured step takes more than a plain one, as a share of the time between two of them."""
    settings = ["recipe.threads=1", "recipe.device=cpu", "recipe.epochs=1000000"]
    run = create_training(with_settings(example(name), settings), folder, folder / name)
    trainer = trainer_of(run)
    take = trainer.learner.steps(0)
    plain, measured, pauses = [], [], []
    for number in range(2 * PAIRS):
        # Of the process alone, so that a busy machine does not count.
        begin = time.process_time()
        if number % 2:
            now = time.monotonic()
            trainer.watching.measured(take, 0, number)
            measured.append(time.process_time() - begin)
            pauses.append(max(watching.INTERVAL, trainer.watching._next - now))
        else:
            take(0)
            plain.append(time.process_time() - begin)
    trainer.close()
    # The first ones set things up.
    step, watched = statistics.median(plain[5:]), statistics.median(measured[5:])
    share = (watched - step) / statistics.median(pauses[5:])
    return f"step {1000 * step:6.2f} ms, measured {1000 * watched:6.2f} ms, {share:.2%} of the time"


def picture(folder: Path) -> str:
    """What the picture of the plane takes, and what looking at memory and processors does."""
    settings = ["recipe.threads=1", "recipe.device=cpu"]
    run = create_training(with_settings(example("mlp_xor"), settings), folder, folder / "plane")
    trainer = trainer_of(run)
    run.watched.touch()
    planes, looks = [], []
    for number in range(PAIRS):
        begin = time.process_time()
        trainer.watching.judged(number, number, is_last=True)
        middle = time.process_time()
        trainer._meter.measure(time.monotonic())
        planes.append(middle - begin)
        looks.append(time.process_time() - middle)
    trainer.close()
    plane, look = statistics.median(planes), statistics.median(looks)
    return (
        f"plane {1000 * plane:.2f} ms, at most {watching.SHARE:.0%} of the time; "
        f"memory and processors {1000 * look:.2f} ms, {look / usage.INTERVAL:.3%} of the time"
    )


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
        print("a step that is measured against a plain one (goal: at most 2% of the time)")
        for name in EXAMPLES:
            print(f"  {name:24} {cost(folder, name)}", flush=True)
        print(f"  {picture(folder)}")
        cold = first_step(folder / "cold", None)
        warm = WarmWorker()
        warm.start()
        time.sleep(5 * cold)  # it imports torch meanwhile, as it does while a person draws
        hot = first_step(folder / "warm", warm)
        warm.close()
        print(f"first step after {hot:.2f} s warm, {cold:.2f} s cold (goal: about 1 s warm)")


if __name__ == "__main__":
    main()
