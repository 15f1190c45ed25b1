"""Count trainings that were killed at random steps and do not come out bit-equal.

    python tests/benchmarks/kill_training.py --kills 60

Trains seven kinds of network, each once without trouble: an MLP with dropout, a CNN with batch norm whose
images are changed at random and whose last epochs are averaged, an LSTM that sees each class as often, a
normed one with averaged weights and a learning rate that goes by the metric, one with shared weights,
attention that learns by Muon, and a CNN on changed images that stay on disk. Then trains them again, sends
SIGKILL at random moments, resumes, and compares weights, optimizer, random generators and every record
with the untroubled run. At the end a resume that forgets the random generators is planted: the harness
has to see it.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from streamed_images import NET, SIZE, make_images
from training_runs import BODIES, DATA, make_run, source, tied

from netbuilder.training.client import Worker, run_state, start
from netbuilder.training.records import clockless, last_record
from netbuilder.training.run import RunFolder, read_json

KILLS_A_RUN = 3
IMAGES = 270  # of which 12 batches are trained on
ATTENTION = """        self.attention_1 = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, point):
        return self.head(self.attention_1(point).mean(1))
"""
AUGMENT = {"gaussian_noise": 0.2, "erase": 0.5, "rotate": 20.0, "mixup": 0.5}
RECIPE = {
    "epochs": 20,
    "checkpoint_every": 7,
    "schedule": "cosine",
    "warmup_steps": 10,
    "clip_norm": 1.0,
    "patience": 19,
}
# By its name, what ``make_run`` makes of a kind of network.
KINDS: dict[str, dict[str, Any]] = {
    "mlp": {
        "made": source(*BODIES["mlp"]),
        "precision": "fp16",
        "phases": [{"epochs": 4, "frozen": ["linear_1"]}, {"epochs": 3, "learning_rate": 0.3}],
    },
    "cnn": {
        "made": source(*BODIES["cnn"]),
        "data": {**DATA, "augment": AUGMENT},
        "swa_start": 6,
        "swa_learning_rate": 0.002,
    },
    "lstm": {"made": source(*BODIES["lstm"]), "sampling": "balanced"},
    "normed": {
        "made": source(*BODIES["normed"]),
        "ema_decay": 0.9,
        "schedule": "reduce_on_plateau",
        "plateau_patience": 0,
        "plateau_threshold": 0.2,
    },
    "tied": {"made": tied(), "optimizer": "nadam", "gradient_noise": 0.01},
    "attention": {
        "made": source(ATTENTION, (8, 8)),
        "precision": "bf16",
        "accumulate": 1,
        "optimizer": "muon",
    },
    "streamed": {
        "made": NET,
        "data": {
            "source": "image_folder",
            "params": {"path": "images", "height": SIZE, "width": SIZE, "stream": True},
            "standardize": ["image"],
            "augment": {"flip_horizontal": 0.5, "crop": 4},
        },
        "sampling": "balanced",
    },
}


def difference(run: RunFolder, reference: RunFolder) -> str:
    """What differs between two finished runs, clocks left out; empty if nothing does."""
    if clockless(run.records) != clockless(reference.records):
        return "records"
    folders = []
    for one in (run, reference):
        name = (one.checkpoints / "LATEST").read_text().strip()
        folders.append(one.checkpoints / name)
    for file in ("model.safetensors", "optimizer.safetensors"):
        if (folders[0] / file).read_bytes() != (folders[1] / file).read_bytes():
            return file
    if read_json(folders[0] / "state.json") != read_json(folders[1] / "state.json"):
        return "state.json"
    results = [read_json(one.result_file) for one in (run, reference)]
    return "" if results[0]["test"] == results[1]["test"] else "test metrics"


def kill_at(run: RunFolder, step: int, *, plant: bool = False) -> bool:
    """Start the worker and kill it when it has recorded a step; whether it was there to be killed."""
    worker = begin(run, plant)
    while worker.process.poll() is None:
        record = last_record(run.records) if run.records.exists() else None
        if record and record.step >= step:
            worker.process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.001)
    return worker.wait() == -signal.SIGKILL


def begin(run: RunFolder, plant: bool) -> Worker:
    """Start the worker, or one that forgets the random generators."""
    if not plant:
        return start(run)
    command = [sys.executable, __file__, "--forgetful", str(run.path)]
    with run.log.open("ab") as log:
        return Worker(run, subprocess.Popen(command, stdout=log, stderr=log))


def forgetful(path: str) -> int:
    """Be a worker that does not put the random generators back."""
    import netbuilder.training.learner as learner
    from netbuilder.training.worker import main as work

    learner.restore_random_state = lambda state, device: None
    return work([path])


def finish(run: RunFolder, *, plant: bool = False) -> None:
    """Train to the end, however often it has to be started."""
    code = begin(run, plant).wait()
    if code:
        raise SystemExit(f"{run.path}: {run_state(run).sentence}\n{run.log.read_text()[-2000:]}")


def trouble(
    folder: Path, body: str, kills: int, draw: random.Random, *, plant: bool = False
) -> tuple[int, RunFolder]:
    """Train with kills at random steps; return how many there were, and the run."""
    run = make_run(folder, **{**RECIPE, **KINDS[body]})
    total = RECIPE["epochs"] * 12
    done = 0
    for step in sorted(draw.randrange(1, total) for _ in range(kills)):
        done += kill_at(run, step, plant=plant)
        if run.status().state == "done":
            break
    if run.status().state != "done":
        finish(run, plant=plant)
    return done, run


def main() -> int:
    """Run the harness; 1 if anything was not bit-equal, or the planted fault was not seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--forgetful", metavar="RUN", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.forgetful:
        return forgetful(arguments.forgetful)
    draw = random.Random(arguments.seed)
    bad, kills, runs = [], 0, 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_images(folder / "images", IMAGES)
        references = {}
        for body in KINDS:
            references[body] = make_run(folder / f"{body}-reference", **{**RECIPE, **KINDS[body]})
            finish(references[body])
        bodies = list(KINDS)
        while kills < arguments.kills:
            body = bodies[runs % len(bodies)]
            wanted = min(KILLS_A_RUN, arguments.kills - kills)
            done, run = trouble(folder / f"{body}-{runs}", body, wanted, draw)
            kills, runs = kills + done, runs + 1
            what = difference(run, references[body])
            print(f"{body:9} killed {done} times: {what or 'bit-equal'}", flush=True)
            if what:
                bad.append((body, what))
        _, planted = trouble(folder / "planted", "mlp", 1, draw, plant=True)
        caught = difference(planted, references["mlp"])
    print(
        f"{kills} kills in {runs} runs, {time.monotonic() - began:.0f} s: {len(bad)} not bit-equal"
    )
    print(
        f"planted resume without random generators: {f'caught ({caught})' if caught else 'MISSED'}"
    )
    return 1 if bad or not caught else 0


if __name__ == "__main__":
    sys.exit(main())
